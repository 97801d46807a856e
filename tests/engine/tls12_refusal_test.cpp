// Lies in TLS 1.2's messages, and what they are answered with.
#include "support/records.hpp"
#include "support/tls12.hpp"

#include <gtest/gtest.h>

namespace pavise::testing {
namespace {

using Type = HandshakeType;
using Change = std::function<void(ByteVector&)>;
constexpr auto illegal_parameter = AlertDescription::illegal_parameter;
constexpr auto handshake_failure = AlertDescription::handshake_failure;

void server_lies(Type type, const Change& change, ErrorCode code, AlertDescription alert,
                 PairConfig config = tls12()) {
    SCOPED_TRACE(name_of(code));
    RewritingTap tap(type, change);
    config.server_hooks.tap = &tap;
    expect_found_by_client(config, code, alert);
}
void client_lies(Type type, const Change& change, ErrorCode code, AlertDescription alert,
                 PairConfig config = tls12()) {
    SCOPED_TRACE(name_of(code));
    RewritingTap tap(type, change);
    config.client_hooks.tap = &tap;
    expect_found_by_server(config, code, alert);
}
PairConfig mutual() {
    PairConfig config = tls12();
    config.server.client_verification = PeerVerification::required;
    config.client.credentials = {client_credential(crypto::KeyType::ecdsa_p256)};
    return config;
}

TEST(Finished12, that_does_not_verify) {
    const Change flip = [](ByteVector& message) { message.back() ^= 1; };
    server_lies(Type::finished, flip, ErrorCode::finished_mismatch, AlertDescription::decrypt_error);
    client_lies(Type::finished, flip, ErrorCode::finished_mismatch, AlertDescription::decrypt_error);
    const Change shorten = [](ByteVector& message) { message.pop_back(); };
    server_lies(Type::finished, shorten, ErrorCode::bad_finished_length, AlertDescription::decode_error);
    client_lies(Type::finished, shorten, ErrorCode::bad_finished_length, AlertDescription::decode_error);
}

TEST(ServerKeyExchange12, that_is_not_what_was_signed) {
    server_lies(
        Type::server_key_exchange, [](ByteVector& message) { message.back() ^= 1; }, ErrorCode::bad_signature,
        AlertDescription::decrypt_error);
    server_lies(
        Type::server_key_exchange, [](ByteVector& message) { message[10] ^= 1; }, ErrorCode::bad_signature,
        AlertDescription::decrypt_error);
}

TEST(ServerKeyExchange12, of_a_curve_or_scheme_that_was_not_offered) {
    PairConfig config = tls12();
    config.client.groups = {NamedGroup::x25519, NamedGroup::secp256r1};
    server_lies(
        Type::server_key_exchange, [](ByteVector& message) { message[6] = 24; }, ErrorCode::curve_not_offered,
        illegal_parameter, config);
    // A curve of TLS 1.3's alone (x25519_ml_kem_768) is none here, though a default hello may name it.
    PairConfig wide = tls12();
    wide.client.versions = {};
    server_lies(
        Type::server_key_exchange,
        [](ByteVector& message) {
            message[5] = 0x11;
            message[6] = 0xec;
        },
        ErrorCode::curve_not_offered, illegal_parameter, wide);
    // Explicit curves are deprecated (RFC 8422 §5.4).
    server_lies(
        Type::server_key_exchange, [](ByteVector& message) { message[4] = 1; }, ErrorCode::invalid_enum_value,
        illegal_parameter);
    // The scheme stands behind type, curve and a point of 32 bytes.
    constexpr std::size_t scheme_at = 4 + 4 + 32;
    server_lies(
        Type::server_key_exchange,
        [](ByteVector& message) {
            message[scheme_at] = 2; // ecdsa_sha1
            message[scheme_at + 1] = 3;
        },
        ErrorCode::signature_scheme_not_offered, illegal_parameter);
    server_lies(
        Type::server_key_exchange,
        [](ByteVector& message) {
            message[scheme_at] = 8; // rsa_pss_rsae_sha256
            message[scheme_at + 1] = 4;
        },
        ErrorCode::scheme_does_not_fit_key, illegal_parameter);
}

TEST(ServerHello12, that_selects_what_was_not_offered) {
    // Random and an empty session ID stand before the suite.
    constexpr std::size_t suite_at = 4 + 2 + 32 + 1;
    const auto suite = [](std::uint8_t high, std::uint8_t low) {
        return [high, low](ByteVector& hello) {
            hello[suite_at] = high;
            hello[suite_at + 1] = low;
        };
    };
    server_lies(Type::server_hello, suite(0x13, 0x01), ErrorCode::suite_not_offered, illegal_parameter);
    server_lies(Type::server_hello, suite(0x00, 0x2f), ErrorCode::suite_not_offered, illegal_parameter);
    server_lies(Type::server_hello, suite(0xc0, 0xac), ErrorCode::suite_not_offered, illegal_parameter);
    // The RSA suite with an ECDSA certificate.
    server_lies(Type::server_hello, suite(0xc0, 0x2f), ErrorCode::certificate_does_not_fit_suite,
                illegal_parameter);
    server_lies(
        Type::server_hello, [](ByteVector& hello) { hello[suite_at + 2] = 1; },
        ErrorCode::compression_selected, illegal_parameter);
    server_lies(
        Type::server_hello,
        [](ByteVector& hello) { set_extension(hello, ExtensionType::encrypt_then_mac, {}); },
        ErrorCode::unsolicited_extension, AlertDescription::unsupported_extension);
    PairConfig wide = tls12();
    wide.client.versions = {};
    server_lies(
        Type::server_hello, [](ByteVector& hello) { set_extension(hello, ExtensionType::key_share, {}); },
        ErrorCode::misplaced_extension, illegal_parameter, wide);
    PairConfig protocols = tls12();
    protocols.client.alpn_protocols = {"h2"};
    server_lies(
        Type::server_hello,
        [](ByteVector& hello) {
            set_extension(hello, ExtensionType::application_layer_protocol_negotiation,
                          {0, 3, 2, 0x68, 0x33});
        },
        ErrorCode::alpn_not_offered, illegal_parameter, protocols);
}

TEST(ServerHello12, that_echoes_a_session_id_of_no_session) {
    struct Echo final : wire::Tap {
        ByteVector id;
        void on_message(wire::Direction direction, Bytes message) noexcept override {
            if (direction == wire::Direction::received && message[0] == 1)
                id.assign(message.begin() + 39, message.begin() + 39 + message[38]);
        }
        void rewrite_outgoing(Type type, ByteVector& message) noexcept override {
            if (type != Type::server_hello) return;
            message[38] = static_cast<std::uint8_t>(id.size());
            message.insert(message.begin() + 39, id.begin(), id.end());
            message[2] = static_cast<std::uint8_t>((message.size() - 4) >> 8);
            message[3] = static_cast<std::uint8_t>((message.size() - 4) & 0xff);
        }
    };
    Echo tap;
    PairConfig config = tls12();
    config.client.versions = {}; // with TLS 1.3's made-up session ID (RFC 8446 §D.4)
    config.server_hooks.tap = &tap;
    expect_found_by_client(config, ErrorCode::session_not_offered, illegal_parameter);
    EXPECT_EQ(tap.id.size(), 32u);
}

TEST(PointFormats12, without_the_uncompressed_one) {
    const Change compressed = [](ByteVector& hello) {
        set_extension(hello, ExtensionType::ec_point_formats, {1, 1});
    };
    server_lies(Type::server_hello, compressed, ErrorCode::no_uncompressed_points, illegal_parameter);
    client_lies(Type::client_hello, compressed, ErrorCode::no_uncompressed_points, illegal_parameter);
}

TEST(ClientHello12, without_null_compression) {
    client_lies(
        Type::client_hello,
        [](ByteVector& hello) {
            // session ID, suites, then one compression method
            std::size_t at = 4 + 2 + 32;
            at += 1u + hello[at];
            at += 2u + (std::size_t{hello[at]} << 8 | hello[at + 1]);
            hello[at + 1] = 1;
        },
        ErrorCode::no_null_compression, illegal_parameter);
}

TEST(ClientHello12, without_extensions_that_say_what_it_can) {
    // No signature_algorithms: SHA-1 alone, which we do not sign with (RFC 9155).
    client_lies(
        Type::client_hello,
        [](ByteVector& hello) { remove_extension(hello, ExtensionType::signature_algorithms); },
        ErrorCode::no_common_suite, handshake_failure);
    // No supported_groups: the server chooses (RFC 8422 §4), the curve that is the oldest if it can.
    RewritingTap tap(Type::client_hello,
                     [](ByteVector& hello) { remove_extension(hello, ExtensionType::supported_groups); });
    struct Case {
        std::vector<NamedGroup> enabled;
        NamedGroup expected;
    };
    for (const Case& c : {Case{{NamedGroup::x25519, NamedGroup::secp256r1}, NamedGroup::secp256r1},
                          Case{{NamedGroup::x25519, NamedGroup::secp384r1}, NamedGroup::x25519}}) {
        PairConfig config = tls12();
        config.client_hooks.tap = &tap;
        config.server.groups = c.enabled;
        Pair pair(config);
        expect_connected12(pair);
        EXPECT_EQ(pair.server.negotiated().group, c.expected);
    }
}

TEST(ClientKeyExchange12, that_is_no_point) {
    client_lies(
        Type::client_key_exchange,
        [](ByteVector& message) { std::fill(message.begin() + 5, message.end(), 0); },
        ErrorCode::bad_key_share, illegal_parameter);
    PairConfig curve = tls12();
    curve.client.groups = {NamedGroup::secp256r1};
    client_lies(
        Type::client_key_exchange, [](ByteVector& message) { message.back() ^= 1; }, ErrorCode::bad_key_share,
        illegal_parameter, curve);
    client_lies(
        Type::client_key_exchange,
        [](ByteVector& message) {
            message.resize(5 + 33);
            message[4] = 33;
            message[5] = 2; // compressed
        },
        ErrorCode::bad_key_share, illegal_parameter, curve);
}

TEST(ClientCertificate12, that_is_not_proved) {
    client_lies(
        Type::certificate_verify, [](ByteVector& message) { message.back() ^= 1; }, ErrorCode::bad_signature,
        AlertDescription::decrypt_error, mutual());
    client_lies(
        Type::certificate_verify,
        [](ByteVector& message) {
            message[4] = 2; // ecdsa_sha1
            message[5] = 3;
        },
        ErrorCode::signature_scheme_not_offered, illegal_parameter, mutual());
    client_lies(
        Type::certificate_verify,
        [](ByteVector& message) {
            message[4] = 8; // rsa_pss_rsae_sha256
            message[5] = 4;
        },
        ErrorCode::scheme_does_not_fit_key, illegal_parameter, mutual());
}

TEST(ExtendedMasterSecret12, can_be_missing_but_not_on_one_side_alone) {
    RewritingTap without(Type::client_hello, [](ByteVector& hello) {
        remove_extension(hello, ExtensionType::extended_master_secret);
    });
    PairConfig config = tls12();
    config.client_hooks.tap = &without;
    Pair pair(config);
    expect_connected12(pair);
    // Taken out on the way: the two sides derive different keys.
    RewritingTap stripped(Type::server_hello, [](ByteVector& hello) {
        remove_extension(hello, ExtensionType::extended_master_secret);
    });
    PairConfig attacked = tls12();
    attacked.server_hooks.tap = &stripped;
    const Failure failure = failure_of(attacked);
    ASSERT_TRUE(failure.server);
    EXPECT_EQ(failure.server->code, ErrorCode::bad_record_mac);
}

// CVE-2009-3555, RFC 5746.
TEST(Renegotiation12, indication_is_required_and_must_be_empty) {
    const Change remove = [](ByteVector& hello) {
        remove_extension(hello, ExtensionType::renegotiation_info);
    };
    server_lies(Type::server_hello, remove, ErrorCode::no_secure_renegotiation, handshake_failure);
    RewritingTap tap(Type::server_hello, remove);
    PairConfig lax = tls12();
    lax.client.secure_renegotiation = SecureRenegotiation::not_required;
    lax.server_hooks.tap = &tap;
    Pair pair(lax);
    expect_connected12(pair);

    const Change fill = [](ByteVector& hello) {
        set_extension(hello, ExtensionType::renegotiation_info, {1, 7});
    };
    server_lies(Type::server_hello, fill, ErrorCode::bad_renegotiation_info, handshake_failure);
    client_lies(Type::client_hello, fill, ErrorCode::bad_renegotiation_info, handshake_failure);
}

TEST(Renegotiation12, indication_by_signaling_suite_is_answered) {
    RewritingTap tap(Type::client_hello, [](ByteVector& hello) {
        remove_extension(hello, ExtensionType::renegotiation_info);
        // GREASE stands first in the list; the SCSV takes its place.
        const std::size_t suites_at = 4 + 2 + 32 + 1 + hello[38] + 2u;
        hello[suites_at] = 0;
        hello[suites_at + 1] = 0xff;
    });
    PairConfig config = tls12();
    config.client_hooks.tap = &tap;
    Pair pair(config);
    expect_connected12(pair); // which takes the answer: the client requires it
}

// Sends one protected handshake message in an established connection.
void send_message(Connection& from, const ByteVector& message) {
    Access::core(from).sending().queue_handshake(message);
}
const ByteVector hello_request{0, 0, 0, 0};

TEST(Renegotiation12, a_hello_request_is_turned_down_and_the_connection_goes_on) {
    Pair pair(tls12());
    ASSERT_TRUE(pair.connect());
    for (int i = 0; i < 10; ++i) {
        send_message(pair.server, hello_request);
        pair.pump();
        EXPECT_EQ(pair.carry(pair.server, pair.client, "on"), "on");
        EXPECT_EQ(pair.carry(pair.client, pair.server, "and on"), "and on");
    }
    EXPECT_FALSE(pair.client.error());
    EXPECT_FALSE(pair.server.error());
}

TEST(Renegotiation12, endless_hello_requests_run_dry) {
    Pair pair(tls12());
    ASSERT_TRUE(pair.connect());
    int sent = 0;
    for (; sent < 1000 && !pair.client.error(); ++sent) {
        send_message(pair.server, hello_request);
        deliver(pair.server, pair.client);
        // Interleaved single bytes do not reset the budget.
        EXPECT_TRUE(pair.server.write(as_bytes("x")) || pair.client.error());
        deliver(pair.server, pair.client);
        read_all(pair.client);
    }
    ASSERT_TRUE(pair.client.error());
    EXPECT_EQ(pair.client.error()->code, ErrorCode::no_progress);
    EXPECT_LE(sent, 65);
}

TEST(Renegotiation12, a_second_client_hello_is_turned_down) {
    struct Keep final : wire::Tap {
        ByteVector hello;
        void on_message(wire::Direction, Bytes message) noexcept override {
            if (message[0] == 1) hello.assign(message.begin(), message.end());
        }
    };
    for (const Renegotiation policy : {Renegotiation::ignored, Renegotiation::fatal}) {
        Keep tap;
        PairConfig config = tls12();
        config.client_hooks.tap = &tap;
        config.server.renegotiation = policy;
        Pair pair(config);
        ASSERT_TRUE(pair.connect());
        send_message(pair.client, tap.hello);
        pair.pump();
        if (policy == Renegotiation::fatal) {
            ASSERT_TRUE(pair.server.error());
            EXPECT_EQ(pair.server.error()->code, ErrorCode::renegotiation_attempted);
            continue;
        }
        EXPECT_FALSE(pair.server.error());
        EXPECT_EQ(pair.carry(pair.client, pair.server, "on"), "on");
    }
}

TEST(Renegotiation12, can_be_made_fatal_for_the_client_too) {
    PairConfig config = tls12();
    config.client.renegotiation = Renegotiation::fatal;
    Pair pair(config);
    ASSERT_TRUE(pair.connect());
    send_message(pair.server, hello_request);
    pair.pump();
    ASSERT_TRUE(pair.client.error());
    EXPECT_EQ(pair.client.error()->code, ErrorCode::renegotiation_attempted);
    EXPECT_EQ(*pair.server.error(),
              (Error{ErrorCode::alert_received, static_cast<std::uint16_t>(handshake_failure)}));
}

// ---- warnings (RFC 5246 §7.2; CVE-2016-8610)

ByteVector warning(AlertDescription description) {
    return record(ContentType::alert, ByteVector{1, static_cast<std::uint8_t>(description)});
}

TEST(Warning12, before_the_server_hello_is_passed_over_where_tls_1_2_may_come) {
    for (const VersionRange versions : {tls12_only, VersionRange{}}) {
        PairConfig config;
        config.client.versions = versions;
        Pair pair(config);
        EXPECT_TRUE(feed_all(pair.client, warning(AlertDescription::unrecognized_name)));
        EXPECT_TRUE(pair.connect()) << errors_of(pair);
    }
    PairConfig newer;
    newer.client.versions = tls13_only;
    Pair pair(newer);
    feed_all(pair.client, warning(AlertDescription::unrecognized_name));
    ASSERT_TRUE(pair.client.error());
    EXPECT_EQ(pair.client.error()->code, ErrorCode::alert_received);
}

TEST(Warning12, without_end_runs_dry) {
    Pair pair(tls12());
    int sent = 0;
    while (sent < 1000 && feed_all(pair.client, warning(AlertDescription::no_certificate))) ++sent;
    ASSERT_TRUE(pair.client.error());
    EXPECT_EQ(pair.client.error()->code, ErrorCode::no_progress);
    EXPECT_LE(sent, 64);
}

TEST(Warning12, that_is_fatal_after_all) {
    Pair pair(tls12());
    feed_all(pair.client, record(ContentType::alert, ByteVector{2, 40}));
    ASSERT_TRUE(pair.client.error());
    EXPECT_EQ(pair.client.error()->code, ErrorCode::alert_received);
}

} // namespace
} // namespace pavise::testing
