// One side of a connection, and a fuzzer on the other.
#include "dictionary.hpp"
#include "shape/tls.hpp"
#include "target.hpp"
#include "world.hpp"

#include <algorithm>

namespace pavise::fuzz {

namespace {

using testing::Pair;
using testing::PairConfig;

// Far above what one flight of ours needs, and far below what a leak would make of it.
constexpr std::size_t most_output = 1 << 20;

void send_all(Connection& connection, std::size_t& sent) {
    const Bytes output = connection.output();
    sent += output.size();
    must_hold(sent <= most_output, "the output is bounded");
    connection.output_sent(output.size());
}

// What bytes alone can come to. A client whose randomness is always the same has once been answered, and the
// answer, which is a seed, fits again; early data is a replay anyway; any other peer of a server would have
// to know a secret (the seeds come from a server with other randomness); without cryptography anybody may say
// anything.
enum class Proof : std::uint8_t { needs_secret, can_be_replayed, needs_nothing };

void must_be_earned(const Connection& connection, Proof proof) {
    if (proof == Proof::needs_nothing) return;
    must_hold(proof == Proof::can_be_replayed || !connection.handshake_complete(),
              "nobody proves to be somebody");
}

// Everybody's chain is believed where the caller is asked, and data is read and answered, so that what comes
// after a handshake is reached as well.
void play_application(Connection& connection, Proof proof) {
    const bool early = connection.negotiated().early_data == EarlyDataStatus::accepted;
    must_hold(connection.data().empty() || early || connection.handshake_complete(),
              "there is no data before the handshake is done");
    if (proof == Proof::needs_secret) must_hold(connection.data().empty(), "nobody's data is data");
    if (connection.waiting_for() == Decision::certificate) (void)connection.certificate_verdict(std::nullopt);
    while (!connection.data().empty()) {
        const std::uint8_t first = connection.data().front();
        if (!connection.data_read(connection.data().size())) break;
        if (first == 'r') (void)connection.request_certificate(PeerVerification::optional);
        if (first == 'u') (void)connection.update_keys(KeyUpdateScope::both);
        if (first == 'a') (void)connection.write(as_bytes("answer"));
    }
    if (connection.peer_closed()) (void)connection.close();
}

// Feeds `input` in pieces whose length its first byte says, as a transport would.
void converse(Connection& connection, Bytes bytes, Proof proof) {
    Input input(bytes);
    const std::size_t piece = std::size_t{input.byte()} * 16 + 1;
    std::size_t sent = 0;
    send_all(connection, sent);
    Bytes rest = input.rest();
    while (!rest.empty() && connection.wants_input()) {
        const auto taken = connection.feed(rest.first(std::min(piece, rest.size())));
        must_hold(taken.has_value() != connection.error().has_value(),
                  "an error of feed() is the connection's");
        if (taken) must_hold(*taken > 0, "who wants input takes some");
        rest = rest.subspan(taken ? *taken : rest.size());
        play_application(connection, proof);
        must_be_earned(connection, proof);
        send_all(connection, sent);
    }
    const auto before = connection.error();
    const bool closed = connection.peer_closed();
    const auto end = connection.transport_closed();
    must_hold(!end || closed, "an end without close_notify is an error");
    must_hold(!before || connection.error() == before, "the first error stays");
}

ByteVector with_piece(std::uint8_t piece, const ByteVector& bytes) {
    ByteVector seed{piece};
    seed.insert(seed.end(), bytes.begin(), bytes.end());
    return seed;
}

using World = PairConfig (*)();
template <World world> PairConfig null_world() {
    return without_cryptography(world());
}

PairConfig null_resumption() {
    static const Session session = session_in(null_world<world13>());
    PairConfig config = null_world<world13>();
    config.session = session;
    config.early_data = EarlyData::on;
    return config;
}

// Of the recorded peer of a server that nobody can have answered, and of that server: no test has its
// randomness.
constexpr std::uint64_t recorded_seed = 99;
constexpr std::uint64_t unanswered_seed = 0x756e616e73776572;

// The first record, and application data that nobody protected.
ByteVector with_data_too_early(const ByteVector& wire) {
    constexpr std::size_t header = 5;
    const std::size_t first = header + (std::size_t{wire.at(3)} << 8 | wire.at(4));
    ByteVector bytes(wire.begin(), wire.begin() + static_cast<std::ptrdiff_t>(first));
    bytes.insert(bytes.end(), {23, 3, 3, 0, 1, 'x'});
    return bytes;
}

Target target_of(Role role, std::string name, std::string what, World world, Proof proof) {
    PairConfig recorded = world();
    if (proof == Proof::needs_secret) recorded.seed = recorded_seed;
    const Conversation whole = conversation_in(recorded);
    const ByteVector& wire = role == Role::server ? whole.to_server : whole.to_client;
    return {std::move(name),
            std::move(what),
            [world, role, proof](Bytes bytes) {
                PairConfig config = world();
                if (proof == Proof::needs_secret) config.seed = unanswered_seed;
                Pair pair(std::move(config));
                converse(role == Role::server ? pair.server : pair.client, bytes, proof);
            },
            {with_piece(255, wire), with_piece(0, wire), with_piece(255, with_data_too_early(wire))},
            behind(1, records_shape),
            tls_words};
}

Target server(std::string name, std::string what, World world) {
    return target_of(Role::server, std::move(name), std::move(what), world, Proof::needs_secret);
}
// A client whose randomness is always the same offers the same key share: a recorded answer fits.
Target client(std::string name, std::string what, World world) {
    return target_of(Role::client, std::move(name), std::move(what), world, Proof::can_be_replayed);
}
Target null_of(Role role, std::string name, std::string what, World world) {
    return target_of(role, std::move(name), std::move(what), world, Proof::needs_nothing);
}

} // namespace

void add_connection_targets(std::vector<Target>& targets) {
    targets.push_back(server("server-tls13", "a server on raw bytes, seeds of TLS 1.3", world13));
    targets.push_back(server("server-tls12", "a server on raw bytes, seeds of TLS 1.2", world12));
    targets.push_back(target_of(Role::server, "server-resumption",
                                "a server on raw bytes, seeds that resume with early data", resuming13,
                                Proof::can_be_replayed));
    targets.push_back(
        server("server-resumption12", "a server on raw bytes, seeds that resume in TLS 1.2", resuming12));
    targets.push_back(server("server-psk", "a server on raw bytes, seeds with external keys", with_psk));
    targets.push_back(server("server-client-auth", "a server that asks for a certificate, on raw bytes",
                             with_client_certificate));
    targets.push_back(client("client-tls13", "a client of TLS 1.3 on raw bytes", world13));
    targets.push_back(client("client-tls12", "a client of TLS 1.2 on raw bytes", world12));
    targets.push_back(
        client("client-resumption", "a client that resumes with early data, on raw bytes", resuming13));

    targets.push_back(null_of(Role::server, "server-null-tls13", "a server of TLS 1.3 without cryptography",
                              null_world<world13>));
    targets.push_back(null_of(Role::server, "server-null-tls12", "a server of TLS 1.2 without cryptography",
                              null_world<world12>));
    targets.push_back(null_of(Role::server, "server-null-resumption",
                              "a server without cryptography, seeds with early data", null_resumption));
    targets.push_back(null_of(Role::server, "server-null-everything",
                              "a server without cryptography, with all that is optional",
                              null_world<with_everything>));
    targets.push_back(null_of(Role::client, "client-null-tls13", "a client of TLS 1.3 without cryptography",
                              null_world<world13>));
    targets.push_back(null_of(Role::client, "client-null-tls12", "a client of TLS 1.2 without cryptography",
                              null_world<world12>));
    targets.push_back(null_of(Role::client, "client-null-everything",
                              "a client without cryptography, with all that is optional",
                              null_world<with_everything>));
}

} // namespace pavise::fuzz
