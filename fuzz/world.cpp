#include "world.hpp"

#include "handshake/credential.hpp"
#include "peer/null_provider.hpp"
#include "target.hpp"

#include <pavise/testing/connection.hpp>
#include <pavise/testing/transcript.hpp>

namespace pavise::fuzz {

namespace {

using testing::Pair;
using testing::PairConfig;

TicketKeys ticket_keys() {
    static testing::SeededRng rng(7);
    static testing::FixedClock clock;
    static const TicketKeys keys = *TicketKeys::generate(rng, clock);
    return keys;
}

PairConfig common() {
    PairConfig config;
    config.client.alpn_protocols = {"h2", "http/1.1"};
    config.server.alpn_protocols = {"http/1.1"};
    config.client.grease = Grease::off; // the fuzzer makes its own
    config.client.groups = {NamedGroup::x25519, NamedGroup::secp256r1};
    config.server.groups = config.client.groups;
    config.client.key_shares = 1;
    config.server.ticket_keys = ticket_keys();
    return config;
}

} // namespace

void make_credentials() {
    (void)testing::authority();
    (void)testing::server_credential(crypto::KeyType::ecdsa_p256);
    (void)testing::client_credential(crypto::KeyType::ecdsa_p256);
}

PairConfig world13() {
    PairConfig config = common();
    config.client.versions = {ProtocolVersion::tls_1_3, ProtocolVersion::tls_1_3};
    config.server.max_early_data = 4096;
    config.server.replay_register = make_replay_register();
    return config;
}

PairConfig world12() {
    PairConfig config = common();
    config.client.versions = {ProtocolVersion::tls_1_2, ProtocolVersion::tls_1_2};
    return config;
}

PairConfig resuming13() {
    static const Session session = session_in(world13());
    PairConfig config = world13();
    config.session = session;
    config.early_data = EarlyData::on;
    return config;
}

PairConfig resuming12() {
    static const Session session = session_in(world12());
    PairConfig config = world12();
    config.session = session;
    return config;
}

PairConfig with_client_certificate() {
    PairConfig config = world13();
    config.server.client_verification = PeerVerification::required;
    config.client.credentials = {testing::client_credential(crypto::KeyType::ecdsa_p256)};
    return config;
}

PairConfig with_retry() {
    PairConfig config = world13();
    config.server.groups = {NamedGroup::secp256r1};
    return config;
}

PairConfig with_psk() {
    PairConfig config = world13();
    const ExternalPsk plain{.identity = {'p', 's', 'k'}, .key = ByteVector(32, 0x21)};
    ExternalPsk imported{.identity = {'i', 'm', 'p'}, .key = ByteVector(32, 0x22)};
    imported.kind = ExternalPsk::Kind::imported;
    config.client.external_psks = {imported, plain};
    config.server.external_psks = {plain, imported};
    return config;
}

PairConfig with_everything() {
    PairConfig config = with_client_certificate();
    config.client.versions = {ProtocolVersion::tls_1_2, ProtocolVersion::tls_1_3};
    config.client.post_handshake_auth = PostHandshakeAuth::offered;
    config.client.certificate_compression = certificate_compressions();
    config.server.certificate_compression = certificate_compressions();
    config.client.ocsp_response = Staple::requested;
    config.client.certificate_timestamps = Staple::requested;
    config.client.record_size_limit = 1024;
    config.server.record_size_limit = 2048;
    config.client.max_fragment_length = MaxFragmentLength::bytes_4096;
    config.client.psk_modes = {PskKeyExchangeMode::psk_dhe_ke, PskKeyExchangeMode::psk_ke};
    config.server.psk_modes = config.client.psk_modes;
    config.client.padding = {64};
    return config;
}

PairConfig without_cryptography(PairConfig config) {
    config.client_hooks.provider = &peer::null_provider();
    config.server_hooks.provider = &peer::null_provider();
    config.server.credentials = {testing::null_credential()};
    if (!config.client.credentials.empty()) config.client.credentials = {testing::null_credential()};
    // Nobody trusts the null credential. A client need not, and a server that asks takes what it gets.
    config.client.verification = PeerVerification::none;
    if (config.server.client_verification != PeerVerification::none)
        config.server.deferred.certificate = true;
    return config;
}

Session session_in(const PairConfig& config) {
    Pair pair(config);
    pair.connect();
    auto sessions = pair.client.take_sessions();
    return sessions.empty() ? Session() : sessions.back();
}

namespace {

// Everybody is believed where the server is to judge a chain itself, and early data is read.
void carry_all(Pair& pair) {
    pair.pump();
    while (pair.server.waiting_for() == Decision::certificate || !pair.server.data().empty()) {
        (void)testing::read_all(pair.server);
        (void)pair.server.certificate_verdict(std::nullopt);
        pair.pump();
    }
}

} // namespace

Conversation conversation_in(PairConfig config) {
    testing::TranscriptTap client_tap;
    testing::TranscriptTap server_tap;
    config.client_hooks.tap = &client_tap;
    config.server_hooks.tap = &server_tap;
    Pair pair(std::move(config));
    (void)pair.client.write(as_bytes("early"));
    carry_all(pair);
    must_hold(pair.client.handshake_complete() && pair.server.handshake_complete(),
              testing::errors_of(pair).c_str());
    (void)pair.carry(pair.client, pair.server, "question");
    (void)pair.carry(pair.server, pair.client, "answer");
    if (pair.client.negotiated().version == ProtocolVersion::tls_1_3) {
        (void)pair.client.update_keys(KeyUpdateScope::both);
        (void)pair.server.update_keys(KeyUpdateScope::ours);
        (void)pair.server.request_certificate(PeerVerification::optional);
        carry_all(pair);
    }
    (void)pair.carry(pair.client, pair.server, "again");
    (void)pair.client.close();
    (void)pair.server.close();
    pair.pump();
    return {server_tap.wire(testing::Direction::received), client_tap.wire(testing::Direction::received)};
}

} // namespace pavise::fuzz
