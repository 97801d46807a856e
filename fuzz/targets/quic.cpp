// QUIC: packets that nobody sealed, and CRYPTO frames that nobody meant.
#include "dictionary.hpp"
#include "shape/tls.hpp"
#include "target.hpp"
#include "world.hpp"

#include <pavise/quic.hpp>

#include <algorithm>

namespace pavise::fuzz {

namespace {

using testing::PairConfig;

const ByteVector parameters{0x01, 0x02, 0x40, 0x64};

void open_packet(Bytes bytes) {
    Input input(bytes);
    const std::uint8_t choice = input.byte();
    constexpr CipherSuite suites[] = {CipherSuite::TLS_AES_128_GCM_SHA256,
                                      CipherSuite::TLS_CHACHA20_POLY1305_SHA256};
    const ByteVector secret(32, 0x11);
    auto keys = QuicPacketKeys::from_secret(QuicVersion::v1, suites[choice % 2], QuicUse::receiving, secret);
    must_hold(keys.has_value(), "keys can be made");
    const std::size_t offset = input.byte();
    const std::uint64_t expected = std::uint64_t{input.word()} << 16 | input.word();
    const Bytes rest = input.rest();
    ByteVector packet(rest.begin(), rest.end());
    const auto header = keys->uncover(packet, offset, expected);
    if (!header) return;
    must_hold(header->size > offset && header->size <= offset + 4, "a packet number has 1 to 4 bytes");
    must_hold(header->packet_number <= max_packet_number, "a packet number has 62 bits");
    must_hold(!keys->open(*header, packet), "nobody else seals our packets");
}

// What bytes alone can come to: a server's key share is new each time, or a recorded answer fits it again.
enum class Proof : std::uint8_t { needs_secret, can_be_replayed };

// A script of frames: a level, a length in two bytes, and so many bytes of the level's stream.
void converse(QuicHandshake& side, Bytes script, Proof proof) {
    Input input(script);
    while (!input.empty() && !side.error()) {
        const auto level = static_cast<QuicLevel>(input.byte() % 4);
        const bool expected = level == side.read_level();
        const Bytes bytes = input.take(input.word());
        const auto status = side.receive(level, bytes);
        must_hold(expected || bytes.empty() || !status, "bytes of another level are refused");
        must_hold(status.has_value() != side.error().has_value(), "an error of receive() is the handshake's");
        must_hold(proof == Proof::can_be_replayed || !side.handshake_complete(),
                  "nobody proves to be somebody");
        while (!side.output().bytes.empty()) side.output_taken(side.output().bytes.size());
        while (side.secret()) {
        }
    }
    if (side.error()) must_hold(quic_error_code(*side.error()) != 0, "an error has a code");
}

struct QuicWorld {
    testing::FixedClock clock;
    testing::SeededRng rng;
    PairConfig config = world13();

    explicit QuicWorld(std::uint64_t seed = 3) : rng(seed) {}
    std::shared_ptr<const ClientConfig> client_config() {
        config.client.rng = &rng;
        config.client.clock = &clock;
        return std::make_shared<const ClientConfig>(config.client);
    }
    std::shared_ptr<const ServerConfig> server_config() {
        config.server.rng = &rng;
        config.server.clock = &clock;
        return std::make_shared<const ServerConfig>(config.server);
    }
};

QuicHandshake client_in(QuicWorld& world) {
    return *QuicHandshake::client(world.client_config(), {.server_name = world.config.name}, parameters);
}
QuicHandshake server_in(QuicWorld& world) {
    return *QuicHandshake::server(world.server_config(), parameters);
}

// Carries what one side has to say to the other, at its level; as a script.
ByteVector carry(QuicHandshake& from, QuicHandshake& to) {
    ByteVector script;
    while (!from.output().bytes.empty()) {
        const auto [level, bytes] = from.output();
        script.insert(script.end(),
                      {static_cast<std::uint8_t>(level), static_cast<std::uint8_t>(bytes.size() >> 8),
                       static_cast<std::uint8_t>(bytes.size() & 0xff)});
        script.insert(script.end(), bytes.begin(), bytes.end());
        (void)to.receive(level, bytes);
        from.output_taken(bytes.size());
    }
    while (from.secret()) {
    }
    return script;
}

// Both sides send the fuzzer's bytes as their parameters; a handshake carries them unchanged (RFC 9001 §8.2).
void exchange_parameters(Bytes bytes) {
    QuicWorld world;
    Input input(bytes);
    const Bytes ours = input.take(input.word());
    const Bytes theirs = input.rest();
    auto client = QuicHandshake::client(world.client_config(), {.server_name = world.config.name}, ours);
    auto server = QuicHandshake::server(world.server_config(), theirs);
    if (!client || !server) return;
    for (int flights = 0; flights < 4; ++flights) {
        (void)carry(*client, *server);
        (void)carry(*server, *client);
    }
    if (client->error() || server->error()) return;
    must_hold(client->handshake_complete() && server->handshake_complete(), "the handshake comes to its end");
    const auto at_server = server->peer_transport_parameters();
    const auto at_client = client->peer_transport_parameters();
    must_hold(at_server && std::ranges::equal(*at_server, ours), "the server has what the client sent");
    must_hold(at_client && std::ranges::equal(*at_client, theirs), "the client has what the server sent");
}

// A whole handshake, as each side got it. The client is that of the target, so that the answers fit it; the
// server has other randomness than the target's, so that nobody has answered that one.
struct Conversation {
    ByteVector to_server;
    ByteVector to_client;
};
Conversation conversation() {
    QuicWorld world;
    QuicWorld recorded(99);
    QuicHandshake client = client_in(world);
    QuicHandshake server = server_in(recorded);
    Conversation whole;
    for (int flights = 0; flights < 3; ++flights) {
        const ByteVector up = carry(client, server);
        const ByteVector down = carry(server, client);
        whole.to_server.insert(whole.to_server.end(), up.begin(), up.end());
        whole.to_client.insert(whole.to_client.end(), down.begin(), down.end());
    }
    must_hold(client.handshake_complete() && server.handshake_complete(), "a recorded handshake is whole");
    return whole;
}

} // namespace

void add_quic_targets(std::vector<Target>& targets) {
    targets.push_back({"quic-packet",
                       "header protection and AEAD of a packet that nobody sealed",
                       open_packet,
                       {ByteVector(40, 0x40), ByteVector(64, 0xc1)}});
    targets.push_back({"quic-server",
                       "a QUIC server's handshake on CRYPTO frames of any level",
                       [](Bytes script) {
                           QuicWorld world;
                           auto server = server_in(world);
                           converse(server, script, Proof::needs_secret);
                       },
                       {conversation().to_server},
                       frames_shape,
                       tls_words});
    targets.push_back({"quic-transport-parameters",
                       "QUIC transport parameters of any kind, through a handshake",
                       exchange_parameters,
                       {{0, 4, 0x01, 0x02, 0x40, 0x64, 0x03, 0x02, 0x45, 0xc0}}});
    targets.push_back({"quic-client",
                       "a QUIC client's handshake on CRYPTO frames of any level",
                       [](Bytes script) {
                           QuicWorld world;
                           auto client = client_in(world);
                           converse(client, script, Proof::can_be_replayed);
                       },
                       {conversation().to_client},
                       frames_shape,
                       tls_words});
}

} // namespace pavise::fuzz
