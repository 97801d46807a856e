// soak CONNECTIONS [SEED]: so many connections over socket pairs, full and resumed, with key updates and
// data, some of them cut at a random moment; memory stays flat and no descriptor is lost.
#include "support/credentials.hpp"
#include "support/environment.hpp"

#include <pavise/engine.hpp>
#include <pavise/socket.hpp>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>

#include <fcntl.h>
#include <malloc.h>
#include <unistd.h>

namespace pavise::testing {
namespace {

// What caches may still grow by after the warm-up: buckets of hash tables, a signer more in a pool.
constexpr std::size_t memory_slack = 128u << 10;

struct Totals {
    std::size_t complete = 0;
    std::size_t resumed = 0;
    std::size_t key_updates = 0;
    std::size_t cut = 0;
    std::size_t bytes = 0;
};

std::size_t memory_in_use() {
    return ::mallinfo2().uordblks;
}
std::size_t resident_kib() {
    std::ifstream statm("/proc/self/statm");
    std::size_t total = 0;
    std::size_t resident = 0;
    statm >> total >> resident;
    return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)) / 1024;
}
std::size_t open_descriptors() {
    std::size_t count = 0;
    for (auto it = std::filesystem::directory_iterator("/proc/self/fd");
         it != std::filesystem::directory_iterator(); ++it)
        ++count;
    return count;
}

// A connection with its end of the pair.
struct Side {
    Connection tls;
    Socket socket;

    // True where anything moved.
    bool turn() {
        bool moved = false;
        while (!tls.output().empty()) {
            std::error_code code;
            const std::size_t sent = socket.send(tls.output(), code);
            if (code) break;
            tls.output_sent(sent);
            moved = true;
        }
        if (!tls.wants_input()) return moved;
        std::error_code code;
        const std::size_t got = socket.recv_into(tls.receive_space(), code);
        if (code) return moved;
        if (got == 0) {
            const bool news = !tls.closed();
            (void)tls.transport_closed();
            return news && !tls.closed();
        }
        (void)tls.received(got);
        return true;
    }
    std::size_t read() {
        std::size_t count = 0;
        while (!tls.data().empty()) {
            const std::size_t size = tls.data().size();
            count += size;
            if (!tls.data_read(size)) break;
        }
        return count;
    }
};

class Soak {
    std::mt19937_64 random_;
    std::shared_ptr<const ClientConfig> clients_[2];   // with a cache of sessions
    std::shared_ptr<const ClientConfig> strangers_[2]; // and without
    std::shared_ptr<const ServerConfig> servers_[2];
    FixedClock clock_;
    ByteVector block_ = ByteVector(20'000, 'x');
    Totals totals_;

    std::size_t any(std::size_t below) {
        return std::uniform_int_distribution<std::size_t>(0, below - 1)(random_);
    }

    // Moves bytes until nothing moves, or `turns` have passed.
    void pump(Side& a, Side& b, std::size_t turns) {
        for (bool moved = true; moved && turns > 0; --turns) {
            moved = a.turn();
            moved = b.turn() || moved;
            totals_.bytes += a.read() + b.read();
        }
    }

    bool one() {
        const std::size_t version = any(2);
        auto client = Connection::client((any(3) == 0 ? strangers_ : clients_)[version],
                                         {.server_name = std::string(server_name)});
        auto server = Connection::server(servers_[version]);
        if (!client || !server) return false;
        auto [left, right] = socketpair();
        left.setblocking(false);
        right.setblocking(false);
        Side a{*std::move(client), std::move(left)};
        Side b{*std::move(server), std::move(right)};
        if (any(8) == 0) { // cut in the middle of something
            pump(a, b, 1 + any(6));
            ++totals_.cut;
            return true;
        }
        pump(a, b, SIZE_MAX);
        if (!a.tls.handshake_complete() || !b.tls.handshake_complete()) return false;
        ++totals_.complete;
        totals_.resumed += a.tls.negotiated().resumed;
        for (std::size_t round = any(4); round > 0; --round) {
            Side& sender = any(2) == 0 ? a : b;
            if (!sender.tls.write(Bytes(block_).first(1 + any(block_.size())))) return false;
            if (version == 1 &&
                sender.tls.update_keys(any(2) == 0 ? KeyUpdateScope::ours : KeyUpdateScope::both))
                ++totals_.key_updates;
            pump(a, b, SIZE_MAX);
        }
        if (any(4) == 0) return !a.tls.error() && !b.tls.error(); // gone without a goodbye
        (void)a.tls.close();
        pump(a, b, SIZE_MAX);
        (void)b.tls.close();
        pump(a, b, SIZE_MAX);
        return !a.tls.error() && !b.tls.error();
    }

  public:
    explicit Soak(std::uint64_t seed) : random_(seed) {
        constexpr ProtocolVersion versions[2] = {ProtocolVersion::tls_1_2, ProtocolVersion::tls_1_3};
        for (std::size_t i = 0; i < 2; ++i) {
            auto client = std::make_shared<ClientConfig>();
            client->versions = {versions[i], versions[i]};
            client->trust = trust_in(authority());
            client->credentials = {client_credential(crypto::KeyType::ecdsa_p256)};
            client->sessions = make_session_cache();
            client->clock = &clock_;
            auto stranger = std::make_shared<ClientConfig>(*client);
            stranger->sessions = nullptr;
            strangers_[i] = std::move(stranger);
            auto server = std::make_shared<ServerConfig>();
            server->versions = {versions[i], versions[i]};
            server->credentials = {server_credential(crypto::KeyType::ecdsa_p256)};
            server->client_verification = PeerVerification::optional;
            server->client_trust = trust_in(authority());
            server->ticket_keys = *TicketKeys::generate(system_rng(), clock_);
            server->clock = &clock_;
            clients_[i] = std::move(client);
            servers_[i] = std::move(server);
        }
    }

    // How many of them did not go as they must.
    std::size_t run(std::size_t connections) {
        std::size_t failed = 0;
        for (std::size_t i = 0; i < connections; ++i) failed += !one();
        return failed;
    }
    const Totals& totals() const { return totals_; }
};

int report(std::size_t connections, std::uint64_t seed) {
    Soak soak(seed);
    std::size_t failed = soak.run(connections / 10 + 1); // the warm-up
    const std::size_t memory = memory_in_use();
    const std::size_t resident = resident_kib();
    const std::size_t descriptors = open_descriptors();
    failed += soak.run(connections);
    const std::size_t memory_after = memory_in_use();
    const std::size_t descriptors_after = open_descriptors();
    const Totals& totals = soak.totals();
    std::printf("%zu connections complete, %zu of them resumed, %zu cut, %zu key updates, %zu MiB of data; "
                "seed %llu\n",
                totals.complete, totals.resumed, totals.cut, totals.key_updates, totals.bytes >> 20,
                static_cast<unsigned long long>(seed));
    std::printf(
        "memory in use: %zu KiB, then %zu KiB; resident: %zu KiB, then %zu KiB; descriptors: %zu, then %zu\n",
        memory >> 10, memory_after >> 10, resident, resident_kib(), descriptors, descriptors_after);
    const bool flat = memory_after <= memory + memory_slack;
    const bool kept = descriptors_after == descriptors;
    const bool tried = totals.resumed > 0 && totals.key_updates > 0 && totals.cut > 0;
    if (failed > 0) std::printf("FAIL every connection goes as it must: %zu do not\n", failed);
    if (!flat) std::puts("FAIL memory stays flat");
    if (!kept) std::puts("FAIL no descriptor is lost");
    if (!tried) std::puts("FAIL connections are resumed, cut, and change their keys");
    const int good = (failed == 0) + flat + kept + tried;
    std::printf("%d passed, %d failed\n", good, 4 - good);
    return good == 4 ? 0 : 1;
}

} // namespace
} // namespace pavise::testing

int main(int count, char** words) {
    const std::size_t connections = count > 1 ? std::strtoul(words[1], nullptr, 10) : 0;
    if (connections == 0) {
        std::fputs("usage: soak CONNECTIONS [SEED]\n", stderr);
        return 2;
    }
    return pavise::testing::report(connections,
                                   count > 2 ? std::strtoull(words[2], nullptr, 10) : std::random_device{}());
}
