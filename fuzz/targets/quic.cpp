// QUIC: packets that nobody sealed, and CRYPTO frames that nobody meant.
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

// A script: each byte a level and a length, then that many bytes of its stream.
void converse(QuicHandshake& side, Bytes script) {
    Input input(script);
    while (!input.empty() && !side.error()) {
        const std::uint8_t head = input.byte();
        const auto level = static_cast<QuicLevel>(head % 4);
        const bool expected = level == side.read_level();
        const Bytes bytes = input.take(std::size_t{head} * 8);
        const auto status = side.receive(level, bytes);
        must_hold(expected || bytes.empty() || !status, "bytes of another level are refused");
        must_hold(status.has_value() != side.error().has_value(), "an error of receive() is the handshake's");
        must_hold(!side.handshake_complete(), "nobody proves to be somebody");
        while (!side.output().bytes.empty()) side.output_taken(side.output().bytes.size());
        while (side.secret()) {
        }
    }
    if (side.error()) must_hold(quic_error_code(*side.error()) != 0, "an error has a code");
}

struct QuicWorld {
    testing::FixedClock clock;
    testing::SeededRng rng{3};
    PairConfig config = world13();

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

ByteVector frames(QuicLevel level, Bytes stream) {
    ByteVector script;
    while (!stream.empty()) {
        // The largest head of this level that does not ask for more than there is.
        std::size_t head =
            std::min<std::size_t>(stream.size() / 8, 252) / 4 * 4 + static_cast<std::size_t>(level);
        if (head * 8 > stream.size()) head = static_cast<std::size_t>(level) + 4;
        const Bytes piece = stream.first(std::min(head * 8, stream.size()));
        script.push_back(static_cast<std::uint8_t>(head));
        script.insert(script.end(), piece.begin(), piece.end());
        stream = stream.subspan(piece.size());
        if (piece.empty()) break;
    }
    return script;
}

// Carries what one side has to say to the other, at its level.
void carry(QuicHandshake& from, QuicHandshake& to) {
    while (!from.output().bytes.empty()) {
        const QuicHandshake::Output output = from.output();
        (void)to.receive(output.level, output.bytes);
        from.output_taken(output.bytes.size());
    }
    while (from.secret()) {
    }
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
        carry(*client, *server);
        carry(*server, *client);
    }
    if (client->error() || server->error()) return;
    must_hold(client->handshake_complete() && server->handshake_complete(), "the handshake comes to its end");
    const auto at_server = server->peer_transport_parameters();
    const auto at_client = client->peer_transport_parameters();
    must_hold(at_server && std::ranges::equal(*at_server, ours), "the server has what the client sent");
    must_hold(at_client && std::ranges::equal(*at_client, theirs), "the client has what the server sent");
}

ByteVector hello_frames() {
    QuicWorld world;
    return frames(QuicLevel::initial, client_in(world).output().bytes);
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
                           auto server = *QuicHandshake::server(world.server_config(), parameters);
                           converse(server, script);
                       },
                       {hello_frames()}});
    targets.push_back({"quic-transport-parameters",
                       "QUIC transport parameters of any kind, through a handshake",
                       exchange_parameters,
                       {{0, 4, 0x01, 0x02, 0x40, 0x64, 0x03, 0x02, 0x45, 0xc0}}});
    targets.push_back({"quic-client",
                       "a QUIC client's handshake on CRYPTO frames of any level",
                       [](Bytes script) {
                           QuicWorld world;
                           auto client = client_in(world);
                           converse(client, script);
                       },
                       {{4, 2, 0, 0, 40, 3, 3}}});
}

} // namespace pavise::fuzz
