// The key exchanges of TLS 1.2 that are there by name alone: DHE (RFC 5246, RFC 7919), PSK, DHE_PSK and
// ECDHE_PSK (RFC 4279, RFC 5487, RFC 5489, RFC 8442), and CBC with encrypt-then-MAC (RFC 7366).
#include "support/tls12.hpp"

#include "crypto/cipher_suite.hpp"

#include <gtest/gtest.h>

namespace pavise::testing {
namespace {

using Type = HandshakeType;
using crypto::Authentication12;
constexpr auto handshake_failure = AlertDescription::handshake_failure;
constexpr auto illegal_parameter = AlertDescription::illegal_parameter;
constexpr auto dhe_suite = CipherSuite::TLS_DHE_RSA_WITH_AES_128_GCM_SHA256;

PairConfig with_suite(CipherSuite suite, crypto::KeyType key = crypto::KeyType::rsa) {
    PairConfig config = tls12(key);
    config.client.cipher_suites = config.server.cipher_suites = {suite};
    return config;
}

ExternalPsk psk(std::string_view identity, std::uint8_t first) {
    ExternalPsk key;
    key.identity.assign(identity.begin(), identity.end());
    for (std::uint8_t i = 0; i < 32; ++i) key.key.push_back(static_cast<std::uint8_t>(first + i));
    return key;
}

PairConfig with_psk(CipherSuite suite) {
    PairConfig config = with_suite(suite);
    config.server.credentials.clear();
    config.server.external_psks = {psk("somebody else", 9), psk("it is me", 1)};
    config.client.external_psks = {psk("it is me", 1)};
    return config;
}

// ---- DHE

TEST(Dhe12, takes_the_group_that_the_client_names_else_the_servers_own) {
    struct Case {
        std::vector<NamedGroup> offered;
        NamedGroup expected;
    };
    for (const Case& c : {Case{{NamedGroup::x25519}, NamedGroup::ffdhe2048},
                          Case{{NamedGroup::x25519, NamedGroup::ffdhe3072}, NamedGroup::ffdhe3072},
                          Case{{NamedGroup::ffdhe3072, NamedGroup::ffdhe2048}, NamedGroup::ffdhe2048}}) {
        PairConfig config = with_suite(dhe_suite);
        config.client.groups = c.offered;
        Pair pair(config);
        expect_connected12(pair);
        EXPECT_EQ(pair.server.negotiated().group, c.expected);
    }
}

// "If the extension is present with FFDHE groups, none of the client's offered groups are acceptable by the
// server, and none of the client's proposed non-FFDHE cipher suites are acceptable to the server, the server
// MUST end the connection with a fatal TLS alert of type insufficient_security(71)." (RFC 7919 §4)
TEST(Dhe12, groups_of_which_none_is_known_are_insufficient) {
    RewritingTap unknown(Type::client_hello, [](ByteVector& hello) {
        set_extension(hello, ExtensionType::supported_groups, {0, 4, 0, 0x17, 1, 5});
    });
    PairConfig config = with_suite(dhe_suite);
    config.client_hooks.tap = &unknown;
    expect_found_by_server(config, ErrorCode::no_common_suite, AlertDescription::insufficient_security);
    // With another suite there is a way on.
    config.client.cipher_suites.push_back(CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256);
    config.server.cipher_suites = config.client.cipher_suites;
    config.client.groups = {NamedGroup::secp256r1};
    Pair pair(config);
    expect_connected12(pair);
    // And where it is not for want of a group that no suite fits.
    PairConfig other = with_suite(dhe_suite);
    other.client_hooks.tap = &unknown;
    other.server.cipher_suites = {CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256};
    expect_found_by_server(other, ErrorCode::no_common_suite, handshake_failure);
}

TEST(Dhe12, takes_given_parameters) {
    const auto named = crypto::named_finite_field(NamedGroup::ffdhe3072);
    ASSERT_TRUE(named);
    PairConfig config = with_suite(dhe_suite);
    config.server.dh_parameters = DhParameters{named->prime, named->generator};
    Pair pair(config);
    expect_connected12(pair);
    EXPECT_FALSE(pair.server.negotiated().group);
}

TEST(Dhe12, parameters_that_cannot_work_are_told_at_once) {
    const auto named = crypto::named_finite_field(NamedGroup::ffdhe2048);
    const auto code_of = [](DhParameters parameters) {
        ServerConfig config;
        config.credentials = {server_credential(crypto::KeyType::rsa)};
        config.dh_parameters = std::move(parameters);
        const auto made = Connection::server(std::make_shared<const ServerConfig>(config));
        return made ? std::string("fine") : std::string(name_of(made.error().code));
    };
    DhParameters parameters{named->prime, named->generator};
    EXPECT_EQ(code_of(parameters), "fine");
    parameters.prime.insert(parameters.prime.begin(), 0); // a leading zero makes no number larger
    EXPECT_EQ(code_of(parameters), "fine");
    parameters.prime.back() &= 0xfe;
    EXPECT_EQ(code_of(parameters), "bad_dh_group");
    EXPECT_EQ(code_of({ByteVector(255, 0xff), {2}}), "dh_group_too_small");
    EXPECT_EQ(code_of({{}, {2}}), "dh_group_too_small");
    EXPECT_EQ(code_of({ByteVector(1025, 0xff), {2}}), "bad_dh_group");
}

// A ServerKeyExchange whose numbers the server made up and signed.
void expect_group_refused(const ByteVector& prime, const ByteVector& generator, const ByteVector& value,
                          ErrorCode code, AlertDescription alert) {
    // The PSK suites do not sign their parameters, so that a Tap can lie about them.
    PairConfig config = with_psk(CipherSuite::TLS_DHE_PSK_WITH_AES_128_GCM_SHA256);
    RewritingTap tap(Type::server_key_exchange, [&](ByteVector& message) {
        message.resize(4);
        message.insert(message.end(), {0, 0}); // no hint
        for (const ByteVector& number : {prime, generator, value}) {
            message.push_back(static_cast<std::uint8_t>(number.size() >> 8));
            message.push_back(static_cast<std::uint8_t>(number.size() & 0xff));
            message.insert(message.end(), number.begin(), number.end());
        }
    });
    config.server_hooks.tap = &tap;
    expect_found_by_client(config, code, alert);
}

TEST(Dhe12, groups_that_are_small_or_broken_are_refused) {
    const auto named = crypto::named_finite_field(NamedGroup::ffdhe2048);
    ASSERT_TRUE(named);
    const ByteVector& prime = named->prime;
    const ByteVector two{2};
    const ByteVector logjam(127, 0xff); // 1016 bits
    ByteVector nearly(256, 0xff);       // 2047 bits
    nearly.front() = 0x7f;
    ByteVector even = prime;
    even.back() &= 0xfe;
    for (const ByteVector& short_prime : {logjam, nearly})
        expect_group_refused(short_prime, two, two, ErrorCode::dh_group_too_small,
                             AlertDescription::insufficient_security);
    expect_group_refused(even, two, two, ErrorCode::bad_dh_group, illegal_parameter);
    expect_group_refused(ByteVector(1025, 0xff), two, two, ErrorCode::bad_dh_group, illegal_parameter);
    expect_group_refused(prime, {1}, two, ErrorCode::bad_dh_group, illegal_parameter);
    expect_group_refused(prime, prime, two, ErrorCode::bad_dh_group, illegal_parameter);
    // Public values of order 1 and 2 (RFC 7919 §3, §5.1).
    ByteVector minus_one = prime;
    minus_one.back() ^= 1;
    for (const ByteVector& value : {ByteVector{0}, ByteVector{1}, minus_one, prime})
        expect_group_refused(prime, two, value, ErrorCode::bad_dh_value, handshake_failure);
}

TEST(Dhe12, a_clients_value_outside_of_the_group_is_refused) {
    for (const std::uint8_t value : {std::uint8_t{0}, std::uint8_t{1}}) {
        PairConfig config = with_suite(dhe_suite);
        RewritingTap tap(Type::client_key_exchange, [value](ByteVector& message) {
            message.resize(4);
            message.insert(message.end(), {0, 1, value});
        });
        config.client_hooks.tap = &tap;
        expect_found_by_server(config, ErrorCode::bad_dh_value, handshake_failure);
    }
}

// ---- PSK

TEST(Psk12, every_suite_with_and_without_a_hint_and_byte_by_byte) {
    for (const crypto::Suite12& suite : crypto::suites12()) {
        if (suite.authentication != Authentication12::psk) continue;
        for (const std::string_view hint : {"", "which key"})
            for (const Step step : {Step{0}, Step{1}}) {
                SCOPED_TRACE(name_of(suite.id));
                PairConfig config = with_psk(suite.id);
                config.server.psk_identity_hint = hint;
                config.step = step;
                Pair pair(config);
                expect_connected12(pair);
                for (const Connection* side : {&pair.client, &pair.server}) {
                    EXPECT_EQ(as_text(side->negotiated().psk_identity), "it is me");
                    EXPECT_TRUE(side->negotiated().peer_chain.empty());
                }
            }
    }
}

TEST(Psk12, an_unknown_identity_and_a_wrong_key) {
    const auto suite = CipherSuite::TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256;
    PairConfig unknown = with_psk(suite);
    unknown.client.external_psks = {psk("nobody", 1)};
    expect_found_by_server(unknown, ErrorCode::unknown_psk_identity, AlertDescription::unknown_psk_identity);
    PairConfig wrong = with_psk(suite);
    wrong.client.external_psks = {psk("it is me", 2)};
    const Failure failure = failure_of(wrong);
    ASSERT_TRUE(failure.server);
    EXPECT_EQ(failure.server->code, ErrorCode::bad_record_mac);
}

TEST(Psk12, an_imported_key_is_for_tls_1_3_alone) {
    PairConfig config = with_psk(CipherSuite::TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256);
    config.server.deferred.psk = true;
    config.server.external_psks.clear();
    Pair pair(config);
    pair.pump();
    ASSERT_EQ(pair.server.waiting_for(), Decision::psk);
    ASSERT_EQ(pair.server.offered_psks().size(), 1u);
    EXPECT_EQ(as_text(pair.server.offered_psks()[0]), "it is me");
    ExternalPsk imported = psk("it is me", 1);
    imported.kind = ExternalPsk::Kind::imported;
    EXPECT_EQ(pair.server.choose_psk(FoundPsk{0, imported}).error().code, ErrorCode::unknown_psk_identity);
}

TEST(Psk12, can_be_found_later) {
    PairConfig config = with_psk(CipherSuite::TLS_PSK_WITH_AES_256_GCM_SHA384);
    config.server.deferred.psk = true;
    config.server.external_psks.clear();
    Pair pair(config);
    pair.pump();
    ASSERT_EQ(pair.server.waiting_for(), Decision::psk);
    ASSERT_TRUE(pair.server.choose_psk(FoundPsk{0, psk("it is me", 1)}));
    expect_connected12(pair);
}

TEST(Psk12, is_not_offered_without_a_key) {
    PairConfig config;
    config.client.versions = tls12_only;
    config.client.cipher_suites = {CipherSuite::TLS_PSK_WITH_AES_128_GCM_SHA256,
                                   CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256};
    config.server.cipher_suites = config.client.cipher_suites;
    config.server.external_psks = {psk("it is me", 1)};
    Pair pair(config);
    expect_connected12(pair);
    EXPECT_EQ(pair.client.negotiated().cipher_suite, CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256);
}

TEST(Psk12, leaves_no_session_behind) {
    SeededRng rng(5);
    FixedClock clock;
    PairConfig config = with_psk(CipherSuite::TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256);
    config.server.ticket_keys = *TicketKeys::generate(rng, clock);
    Pair pair(config);
    expect_connected12(pair);
    EXPECT_TRUE(pair.client.take_sessions().empty());
}

// ---- CBC

TEST(Cbc12, exists_with_encrypt_then_mac_alone) {
    const auto suite = CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256;
    RewritingTap without(Type::client_hello,
                         [](ByteVector& hello) { remove_extension(hello, ExtensionType::encrypt_then_mac); });
    PairConfig client = with_suite(suite);
    client.client_hooks.tap = &without;
    expect_found_by_server(client, ErrorCode::no_common_suite, handshake_failure);
    RewritingTap silent(Type::server_hello,
                        [](ByteVector& hello) { remove_extension(hello, ExtensionType::encrypt_then_mac); });
    PairConfig server = with_suite(suite);
    server.server_hooks.tap = &silent;
    expect_found_by_client(server, ErrorCode::encrypt_then_mac_missing, handshake_failure);
}

TEST(Cbc12, encrypt_then_mac_is_not_for_aeads) {
    PairConfig config = with_suite(CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256);
    config.client.cipher_suites.push_back(CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA);
    Pair pair(config);
    expect_connected12(pair);
    RewritingTap tap(Type::server_hello,
                     [](ByteVector& hello) { set_extension(hello, ExtensionType::encrypt_then_mac, {}); });
    config.server_hooks.tap = &tap;
    expect_found_by_client(config, ErrorCode::encrypt_then_mac_misplaced, illegal_parameter);
}

TEST(Cbc12, carries_data_of_every_size) {
    PairConfig config = with_suite(CipherSuite::TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384);
    Pair pair(config);
    expect_connected12(pair);
    std::string text;
    for (std::size_t size = 1; size < 70; ++size) {
        text.push_back(static_cast<char>('a' + size % 26));
        ASSERT_EQ(pair.carry(pair.client, pair.server, text), text);
    }
    text.assign(100'000, 'x');
    EXPECT_EQ(pair.carry(pair.server, pair.client, text), text);
}

TEST(Cbc12, resumes) {
    SeededRng rng(5);
    FixedClock clock;
    PairConfig config = with_suite(CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA);
    config.server.ticket_keys = *TicketKeys::generate(rng, clock);
    config.client.sessions = make_session_cache();
    for (const bool resumed : {false, true}) {
        Pair pair(config);
        expect_connected12(pair);
        EXPECT_EQ(pair.client.negotiated().resumed, resumed);
    }
}

// ---- what does not exist

TEST(Suites12, has_no_weak_ones) {
    for (const int id : {0x0001, 0x0004, 0x0005, 0x000a, 0x002f, 0x003c, 0x009c, 0xc007, 0xc012, 0xc02d,
                         0xc031, 0x0033, 0x0016, 0x00a6, 0x008c, 0xc006})
        EXPECT_FALSE(crypto::suite12(static_cast<CipherSuite>(id))) << id;
}

} // namespace
} // namespace pavise::testing
