// What callgrind counts: handshakes and records, each side of each by itself, with randomness and time that
// are the same in every run. Started by instruction_counts.py:
//
//   valgrind --tool=callgrind --collect-atstart=no instructions
//
// Every region ends with a dump that is named after it.
#include "support/pair.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <valgrind/callgrind.h>

namespace pavise::bench {
namespace {

using testing::Pair;
using testing::PairConfig;

void must(bool good, const char* what) {
    if (good) return;
    std::fprintf(stderr, "instructions: %s\n", what);
    std::exit(1);
}

// Collects what `work` costs for the next dump.
template <class Work> void counted(Work work) {
    CALLGRIND_TOGGLE_COLLECT;
    work();
    CALLGRIND_TOGGLE_COLLECT;
}
void dump(const std::string& region) {
    CALLGRIND_DUMP_STATS_AT(region.c_str());
}

PairConfig config_of(CipherSuite suite) {
    PairConfig config;
    config.client.cipher_suites = {suite};
    // In TLS 1.2 the groups are also the curves that a key may lie on (RFC 8422 §5.3).
    config.client.groups = {NamedGroup::x25519, NamedGroup::secp256r1};
    config.client.key_shares = 1;
    return config;
}

// Everything that `from` has to say, taken in by `to`; the latter's work is what counts.
void deliver_counted(Connection& from, Connection& to) {
    while (!from.output().empty()) {
        const Bytes output = from.output();
        std::size_t taken = 0;
        counted([&] {
            const auto count = to.feed(output);
            must(count.has_value(), "a message was refused");
            taken = *count;
        });
        from.output_sent(taken);
    }
}
void deliver_all(Connection& from, Connection& to) {
    while (testing::deliver(from, to) > 0) {
    }
}

// Counts the work of one side; a handshake is played once for each of them. The other side's steps are
// outside of the region.
enum class Side { client, server };

void play(const PairConfig& config, Side side) {
    Pair pair(config); // makes the ClientHello, which is not counted: it is the same work for both regions
    while (!pair.client.output().empty() || !pair.server.output().empty()) {
        if (side == Side::server)
            deliver_counted(pair.client, pair.server);
        else
            deliver_all(pair.client, pair.server);
        if (side == Side::client)
            deliver_counted(pair.server, pair.client);
        else
            deliver_all(pair.server, pair.client);
    }
    must(pair.client.handshake_complete() && pair.server.handshake_complete(), "a handshake failed");
}

void handshake(const std::string& name, const PairConfig& config) {
    { // what is made once a process, and the memory of the chain
        Pair pair(config);
        must(pair.connect(), "the first handshake failed");
    }
    play(config, Side::client);
    dump("handshake/" + name + "/client");
    play(config, Side::server);
    dump("handshake/" + name + "/server");
}

void resumption(const std::string& name, PairConfig config) {
    testing::FixedClock clock(config.time);
    testing::SeededRng rng(7);
    auto keys = TicketKeys::generate(rng, clock);
    must(keys.has_value(), "no ticket keys");
    config.server.ticket_keys = *keys;
    Pair first(config);
    must(first.connect(), "the first handshake failed");
    const auto sessions = first.client.take_sessions();
    must(!sessions.empty(), "no session");
    config.session = sessions.back();
    handshake(name, config);
}

void records(const std::string& name, CipherSuite suite, std::size_t size) {
    constexpr int count = 16;
    const ByteVector content(size, 0x17);
    for (const Side side : {Side::client, Side::server}) { // the client sends, the server receives
        Pair pair(config_of(suite));
        must(pair.connect(), "the handshake failed");
        testing::read_all(pair.client);
        for (int i = 0; i < count + 1; ++i) {
            const bool counts = i > 0; // buffers grow with the first one
            const auto write = [&] {
                must(pair.client.write(content).has_value(), "a record was not written");
            };
            if (counts && side == Side::client)
                counted(write);
            else
                write();
            const Bytes output = pair.client.output();
            const auto read = [&] {
                Bytes rest = output;
                while (!rest.empty()) {
                    const auto taken = pair.server.feed(rest);
                    must(taken.has_value(), "a record was refused");
                    rest = rest.subspan(*taken);
                }
                must(pair.server.data().size() == size, "a record is missing");
                must(pair.server.data_read(size).has_value(), "a record was refused");
            };
            if (counts && side == Side::server)
                counted(read);
            else
                read();
            pair.client.output_sent(output.size());
        }
        dump("records/" + name + "/" + std::to_string(size) + (side == Side::client ? "/send" : "/receive"));
    }
}

} // namespace
} // namespace pavise::bench

int main() {
    using namespace pavise::bench;
    using pavise::CipherSuite;
    constexpr CipherSuite suite13 = CipherSuite::TLS_AES_128_GCM_SHA256;
    constexpr CipherSuite suite12 = CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256;
    handshake("TLS1.3", config_of(suite13));
    handshake("TLS1.2", config_of(suite12));
    resumption("TLS1.3-resumed", config_of(suite13));
    resumption("TLS1.2-resumed", config_of(suite12));
    for (const std::size_t size : {std::size_t{16384}, std::size_t{1400}, std::size_t{64}}) {
        records("TLS1.3", suite13, size);
        records("TLS1.2", suite12, size);
    }
    return 0;
}
