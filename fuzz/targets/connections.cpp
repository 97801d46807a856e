// One side of a connection, and a fuzzer on the other.
#include "target.hpp"
#include "world.hpp"

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

// Whether bytes alone can connect: a client whose randomness is always the same has once been answered, and
// the answer, which is a seed, fits again. A server's peer would have to know a secret.
enum class Replay : std::uint8_t { may_connect, must_fail };

// Feeds `input` in pieces whose length its first byte says, as a transport would.
void converse(Connection& connection, Bytes bytes, Replay replay) {
    Input input(bytes);
    const std::size_t piece = std::size_t{input.byte()} * 16 + 1;
    std::size_t sent = 0;
    send_all(connection, sent);
    while (!input.empty() && connection.wants_input()) {
        const auto taken = connection.feed(input.take(piece));
        must_hold(taken.has_value() != connection.error().has_value(),
                  "an error of feed() is the connection's");
        must_hold(connection.data().empty(), "nobody's data is data");
        must_hold(replay == Replay::may_connect || !connection.handshake_complete(),
                  "nobody proves to be somebody");
        send_all(connection, sent);
    }
    const auto before = connection.error();
    const auto end = connection.transport_closed();
    must_hold(!end, "an end without close_notify is an error");
    must_hold(!before || connection.error() == before, "the first error stays");
}

ByteVector with_piece(std::uint8_t piece, const ByteVector& bytes) {
    ByteVector seed{piece};
    seed.insert(seed.end(), bytes.begin(), bytes.end());
    return seed;
}

Target server_target(std::string name, std::string what, PairConfig (*world)()) {
    return {
        std::move(name),
        std::move(what),
        [world](Bytes bytes) {
            Pair pair(world());
            converse(pair.server, bytes, Replay::must_fail);
        },
        {with_piece(255, flights_in(world()).client_hello), with_piece(0, flights_in(world()).client_hello)}};
}

// A client whose randomness is always the same offers the same key share: a recorded answer fits.
Target client_target(std::string name, std::string what, PairConfig (*world)()) {
    return {std::move(name),
            std::move(what),
            [world](Bytes bytes) {
                Pair pair(world());
                converse(pair.client, bytes, Replay::may_connect);
            },
            {with_piece(255, flights_in(world()).server_flight)}};
}

PairConfig world_with_client_certificates() {
    PairConfig config = world13();
    config.server.client_verification = PeerVerification::required;
    return config;
}

PairConfig resuming_world() {
    static const Session session = session_in(world13());
    PairConfig config = world13();
    config.session = session;
    config.early_data = EarlyData::on;
    return config;
}

} // namespace

void add_connection_targets(std::vector<Target>& targets) {
    targets.push_back(server_target("server-tls13", "a server on raw bytes, seeds of TLS 1.3", world13));
    targets.push_back(server_target("server-tls12", "a server on raw bytes, seeds of TLS 1.2", world12));
    targets.push_back(server_target(
        "server-resumption", "a server on raw bytes, seeds that resume with early data", resuming_world));
    targets.push_back(server_target("server-client-auth",
                                    "a server that asks for a certificate, on raw bytes",
                                    world_with_client_certificates));
    targets.push_back(client_target("client-tls13", "a client of TLS 1.3 on raw bytes", world13));
    targets.push_back(client_target("client-tls12", "a client of TLS 1.2 on raw bytes", world12));
    targets.push_back(client_target("client-resumption",
                                    "a client that resumes with early data, on raw bytes", resuming_world));
}

} // namespace pavise::fuzz
