// pavise speed: what this machine does, in memory and in one thread, without the network.
#include "cli/json.hpp"
#include "cli/verb.hpp"

#include "base/try.hpp"
#include "trust/mint.hpp"

#include <pavise/engine.hpp>

#include <array>
#include <chrono>
#include <cstdio>

namespace pavise::cli {

namespace {

using namespace std::chrono_literals;
using SteadyClock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

constexpr std::string_view host = "localhost";
constexpr std::size_t block_size = 16384;
constexpr std::uint64_t default_milliseconds = 300;
constexpr std::uint64_t longest_milliseconds = 60'000;

constexpr std::array options{
    Option{"--milliseconds", "N", "how long each row is measured (300)"},
    Option{"--json", "", "print the result as JSON"},
};
constexpr Usage usage{
    "speed",
    "measure handshakes and records on this machine",
    {},
    options,
    "Both sides run in this process, in turn; each is charged its own time. Handshakes verify a chain\n"
    "of two certificates. For comparisons with the bare primitives: ./dev bench."};

// What a side did, in the time that it took itself.
struct Side {
    Seconds time{};

    template <class Work> auto charge(Work work) {
        const auto start = SteadyClock::now();
        auto value = work();
        time += SteadyClock::now() - start;
        return value;
    }
};

struct Identities {
    trust::Minted root;
    Credential credential;
};

Result<Identities> make_identities(crypto::KeyType type) {
    const Timestamp now = system_clock().now();
    trust::CertificateSpec spec;
    spec.common_name = "Pavise speed authority";
    spec.role = trust::MintRole::authority;
    spec.not_before = now - 1h;
    spec.not_after = now + 24h;
    PAVISE_LET(trust::Minted root, trust::mint_self_signed(spec, system_rng()));
    trust::CertificateSpec leaf;
    leaf.common_name = host;
    leaf.names = {trust::MintName::dns(host)};
    leaf.not_before = spec.not_before;
    leaf.not_after = spec.not_after;
    leaf.key_type = type;
    PAVISE_LET(const trust::Minted minted, trust::mint(leaf, root, system_rng()));
    PAVISE_LET(const SecretVector key, minted.key->pkcs8_der());
    PAVISE_LET(Credential credential, Credential::load(as_bytes(minted.certificate_pem()), key.view()));
    return Identities{std::move(root), std::move(credential)};
}

struct Configs {
    std::shared_ptr<ClientConfig> client = std::make_shared<ClientConfig>();
    std::shared_ptr<ServerConfig> server = std::make_shared<ServerConfig>();
};

Result<Configs> make_configs(ProtocolVersion version, crypto::KeyType type) {
    PAVISE_LET(Identities identities, make_identities(type));
    Configs configs;
    PAVISE_LET(configs.client->trust, TrustStore::from_memory(identities.root.der));
    configs.client->versions = configs.server->versions = {version, version};
    configs.server->credentials = {std::move(identities.credential)};
    return configs;
}

// One connection from its first byte on, both sides in turn.
class Pair {
    Connection client_;
    Connection server_;

    static bool deliver(Connection& from, Side& sender, Connection& to, Side& receiver) {
        const Bytes output = sender.charge([&] { return from.output(); });
        if (output.empty()) return false;
        const auto taken = receiver.charge([&] { return to.feed(output); });
        const std::size_t count = taken ? *taken : output.size();
        from.output_sent(count);
        return count > 0;
    }

    static Status read_all(Connection& connection) {
        while (!connection.data().empty()) PAVISE_TRY(connection.data_read(connection.data().size()));
        return {};
    }

    Pair(Connection client, Connection server) : client_(std::move(client)), server_(std::move(server)) {}

  public:
    static Result<Pair> connect(const Configs& configs, const Session& session, Side& client, Side& server) {
        auto one = client.charge([&] {
            return Connection::client(configs.client, {.server_name = std::string(host), .session = session});
        });
        if (!one) return Unexpected(one.error());
        auto other = server.charge([&] { return Connection::server(configs.server); });
        if (!other) return Unexpected(other.error());
        Pair pair(*std::move(one), *std::move(other));
        while (deliver(pair.client_, client, pair.server_, server) ||
               deliver(pair.server_, server, pair.client_, client)) {
        }
        for (Connection* connection : {&pair.client_, &pair.server_}) {
            if (const auto error = connection->error()) return Unexpected(*error);
            if (!connection->handshake_complete()) return fail(ErrorCode::internal);
        }
        return pair;
    }

    std::vector<Session> take_sessions() { return client_.take_sessions(); }
    bool resumed() const { return client_.negotiated().resumed; }

    // A block from the client to the server.
    Status carry(Bytes block, Side& sender, Side& receiver) {
        while (!block.empty()) {
            PAVISE_LET(const std::size_t taken, sender.charge([&] { return client_.write(block); }));
            block = block.subspan(taken);
            while (deliver(client_, sender, server_, receiver)) {
                const Status read = receiver.charge([&] { return read_all(server_); });
                if (!read) return read;
            }
        }
        return {};
    }
};

struct Row {
    std::string name;
    double client = 0; // per second of its own time
    double server = 0;
};

struct HandshakeKind {
    std::string_view name;
    ProtocolVersion version;
    crypto::KeyType key;
    bool resumed;
};
constexpr auto tls13 = ProtocolVersion::tls_1_3;
constexpr auto tls12 = ProtocolVersion::tls_1_2;
constexpr HandshakeKind handshakes[] = {
    {"TLS 1.3, ECDSA P-256", tls13, crypto::KeyType::ecdsa_p256, false},
    {"TLS 1.3, Ed25519", tls13, crypto::KeyType::ed25519, false},
    {"TLS 1.3, RSA 2048", tls13, crypto::KeyType::rsa, false},
    {"TLS 1.3, resumed", tls13, crypto::KeyType::ecdsa_p256, true},
    {"TLS 1.2, ECDSA P-256", tls12, crypto::KeyType::ecdsa_p256, false},
    {"TLS 1.2, resumed", tls12, crypto::KeyType::ecdsa_p256, true},
};

Result<Row> measure(const HandshakeKind& kind, std::chrono::milliseconds time) {
    PAVISE_LET(const Configs configs, make_configs(kind.version, kind.key));
    PAVISE_LET(configs.server->ticket_keys, TicketKeys::generate());
    Side unmeasured;
    Session session;
    Side client;
    Side server;
    std::size_t count = 0;
    for (const auto end = SteadyClock::now() + time; count == 0 || SteadyClock::now() < end; ++count) {
        if (kind.resumed && !session) {
            PAVISE_LET(Pair first, Pair::connect(configs, {}, unmeasured, unmeasured));
            const auto sessions = first.take_sessions();
            if (sessions.empty()) return fail(ErrorCode::internal);
            session = sessions.back();
        }
        PAVISE_LET(Pair pair, Pair::connect(configs, kind.resumed ? session : Session(), client, server));
        if (pair.resumed() != kind.resumed) return fail(ErrorCode::internal);
        if (const auto sessions = pair.take_sessions(); kind.resumed && !sessions.empty())
            session = sessions.back();
    }
    return Row{std::string(kind.name), static_cast<double>(count) / client.time.count(),
               static_cast<double>(count) / server.time.count()};
}

// Client: MB/s sealed; server: MB/s opened.
Result<Row> measure(CipherSuite suite, std::chrono::milliseconds time) {
    PAVISE_LET(const Configs configs, make_configs(tls13, crypto::KeyType::ecdsa_p256));
    configs.client->cipher_suites = configs.server->cipher_suites = {suite};
    Side unmeasured;
    PAVISE_LET(Pair pair, Pair::connect(configs, {}, unmeasured, unmeasured));
    const ByteVector block(block_size, 0x5a);
    Side sender;
    Side receiver;
    std::size_t bytes = 0;
    for (const auto end = SteadyClock::now() + time; bytes == 0 || SteadyClock::now() < end;
         bytes += block.size())
        PAVISE_TRY(pair.carry(block, sender, receiver));
    const double megabytes = static_cast<double>(bytes) / 1e6;
    return Row{name_of(suite), megabytes / sender.time.count(), megabytes / receiver.time.count()};
}

struct Results {
    std::vector<Row> handshakes;
    std::vector<Row> records;
};

Result<Results> measure_all(std::chrono::milliseconds time) {
    Results results;
    for (const HandshakeKind& kind : handshakes) {
        PAVISE_LET(Row row, measure(kind, time));
        results.handshakes.push_back(std::move(row));
    }
    for (const CipherSuite suite : {CipherSuite::TLS_AES_128_GCM_SHA256, CipherSuite::TLS_AES_256_GCM_SHA384,
                                    CipherSuite::TLS_CHACHA20_POLY1305_SHA256}) {
        PAVISE_LET(Row row, measure(suite, time));
        results.records.push_back(std::move(row));
    }
    return results;
}

void print_rows(const char* heading, const char* client, const char* server, const std::vector<Row>& rows) {
    std::printf("%-34s %12s %12s\n", heading, client, server);
    for (const Row& row : rows)
        std::printf("  %-32s %12.0f %12.0f\n", row.name.c_str(), row.client, row.server);
}

void write_rows(JsonWriter& json, std::string_view name, std::string_view client, std::string_view server,
                const std::vector<Row>& rows) {
    json.key(name).begin_array();
    for (const Row& row : rows)
        json.begin_object()
            .member("name", row.name)
            .member(client, row.client)
            .member(server, row.server)
            .end_object();
    json.end_array();
}

Outcome<Exit> run(const Arguments& arguments) {
    auto time = arguments.number("--milliseconds", 1, longest_milliseconds, default_milliseconds);
    if (!time) return time.problem();
    const auto results = measure_all(std::chrono::milliseconds(*time));
    if (!results)
        return Problem{Exit::handshake, "a connection in memory failed: " + describe(results.error())};
    if (arguments.has("--json")) {
        JsonWriter json;
        json.begin_object();
        write_rows(json, "handshakes", "client_per_second", "server_per_second", results->handshakes);
        write_rows(json, "records", "sealed_mb_per_second", "opened_mb_per_second", results->records);
        const std::string text = json.end_object().text();
        std::fwrite(text.data(), 1, text.size(), stdout);
    } else {
        print_rows("handshakes a second", "client", "server", results->handshakes);
        print_rows("records of 16 KiB, MB/s", "sealed", "opened", results->records);
    }
    return Exit::ok;
}

} // namespace

const Verb speed_verb{&usage, run};

} // namespace pavise::cli
