// Mistakes of negotiation: what a ServerHello may choose, and what a ClientHello must contain.
#include "regress/hellos.hpp"

#include "messages/extension/alpn.hpp"
#include "messages/extension/cookie.hpp"
#include "messages/extension/key_share.hpp"
#include "messages/extension/negotiation.hpp"

#include <algorithm>

namespace pavise::testing {
namespace {

using enum AlertDescription;

constexpr auto grease_type = static_cast<ExtensionType>(0x0a0a);
constexpr auto unassigned_type = static_cast<ExtensionType>(0x7f7f);

// ---------------------------------------------------------------- downgrades
// RFC 8446 §4.1.3.

TEST(Downgrade, sentinels_are_seen_by_a_client_that_was_talked_down) {
    for (const auto& sentinel : {messages::downgrade_to_tls12, messages::downgrade_to_tls11})
        for (const ClientConfig& config : {client_of_both_versions(), scripted_client_config()})
            client_refuses_server_hello(
                [&](peer::ServerHelloDraft& hello) {
                    select_tls12(hello);
                    std::ranges::copy(sentinel, hello.random.end() - sentinel.size());
                },
                ErrorCode::downgrade_detected, illegal_parameter, config);
}

// Botan bef054080. In a ServerHello of TLS 1.3 the same bytes are only random ones (RFC 8446 §4.1.3 speaks of
// hellos of "TLS 1.2 or below").
TEST(Downgrade, sentinels_say_nothing_in_a_hello_of_tls_1_3) {
    for (const auto& sentinel : {messages::downgrade_to_tls12, messages::downgrade_to_tls11}) {
        ClientUnderTest test;
        test.peer.expect_client_hello();
        auto hello = test.peer.server_hello();
        std::ranges::copy(sentinel, hello.random.end() - sentinel.size());
        test.peer.send_server_hello(hello);
        test.peer.send_rest_of_flight();
        test.peer.expect_finished();
        EXPECT_TRUE(test.peer.ok()) << test.peer.complaint();
        EXPECT_TRUE(test.connection.handshake_complete());
    }
}

TEST(Downgrade, versions_that_are_not_offered_are_refused) {
    for (const ProtocolVersion version :
         {ProtocolVersion::tls_1_2, ProtocolVersion::ssl_3_0, static_cast<ProtocolVersion>(0x0305)})
        client_refuses_server_hello(
            [&](peer::ServerHelloDraft& hello) { hello.extensions.set(messages::SelectedVersion{version}); },
            ErrorCode::version_not_offered, illegal_parameter);
    client_refuses_server_hello(
        [](peer::ServerHelloDraft& hello) { hello.extensions.remove(ExtensionType::supported_versions); },
        ErrorCode::unsupported_version, protocol_version);
    client_refuses_server_hello(
        [](peer::ServerHelloDraft& hello) { hello.legacy_version = ProtocolVersion::tls_1_1; },
        ErrorCode::bad_legacy_version, illegal_parameter);
}

TEST(Downgrade, versions_that_are_not_spoken_are_refused_by_the_server) {
    server_refuses_client_hello(
        [](peer::ClientHelloDraft& hello) {
            const std::vector<ProtocolVersion> versions{ProtocolVersion::tls_1_1, ProtocolVersion::tls_1_0};
            hello.extensions.set(messages::SupportedVersions{versions});
        },
        ErrorCode::unsupported_version, protocol_version);
    server_refuses_client_hello(
        [](peer::ClientHelloDraft& hello) {
            hello.extensions.remove(ExtensionType::supported_versions);
            hello.legacy_version = ProtocolVersion::tls_1_1;
        },
        ErrorCode::unsupported_version, protocol_version);
    server_refuses_client_hello(
        [](peer::ClientHelloDraft& hello) {
            hello.legacy_version = ProtocolVersion::ssl_3_0; // RFC 8446 §D.5
        },
        ErrorCode::unsupported_version, protocol_version);
}

// A version of the future is not a reason to go down, or to fail.
TEST(Downgrade, unknown_versions_are_passed_over) {
    ServerUnderTest test;
    auto hello = test.peer.client_hello();
    const std::vector<ProtocolVersion> versions{
        static_cast<ProtocolVersion>(0x0305), static_cast<ProtocolVersion>(0x7a7a), ProtocolVersion::tls_1_3};
    hello.extensions.set(messages::SupportedVersions{versions});
    hello.legacy_version = static_cast<ProtocolVersion>(0x03ff);
    test.peer.send_client_hello(hello);
    test.peer.expect_flight();
    EXPECT_TRUE(test.peer.ok()) << test.peer.complaint();
}

// ---------------------------------------------------------------- suites
// FREAK, ROBOT (CVE-2017-13099), Logjam (CVE-2015-4000): what was not offered, or is not there any more.

TEST(Suites, that_were_not_offered_are_refused) {
    for (const unsigned suite : {0x002fu /* RSA, AES-CBC */, 0x0003u /* export RC4 */, 0x0000u /* NULL */,
                                 0x0033u /* DHE, CBC */, 0x1304u /* CCM, not offered */, 0x0a0au})
        client_refuses_server_hello(
            [&](peer::ServerHelloDraft& hello) { hello.cipher_suite = static_cast<CipherSuite>(suite); },
            ErrorCode::suite_not_offered, illegal_parameter);
    auto config = scripted_client_config(); // which has this one, but leaves it out
    config.cipher_suites = {CipherSuite::TLS_AES_128_GCM_SHA256};
    client_refuses_server_hello(
        [](peer::ServerHelloDraft& hello) { hello.cipher_suite = CipherSuite::TLS_AES_256_GCM_SHA384; },
        ErrorCode::suite_not_offered, illegal_parameter, config);
}

TEST(Suites, that_are_gone_are_not_chosen) {
    server_refuses_client_hello(
        [](peer::ClientHelloDraft& hello) {
            hello.cipher_suites = {static_cast<CipherSuite>(0x002f), static_cast<CipherSuite>(0x0003),
                                   static_cast<CipherSuite>(0x0033), static_cast<CipherSuite>(0x0000)};
        },
        ErrorCode::no_common_suite, handshake_failure);
}

// ---------------------------------------------------------------- fields of the hello
// RFC 8446 §4.1.2, §4.1.3.

TEST(LegacyFields, session_id_must_be_echoed) {
    client_refuses_server_hello([](peer::ServerHelloDraft& hello) { hello.legacy_session_id_echo[0] ^= 1; },
                                ErrorCode::session_id_not_echoed, illegal_parameter);
    client_refuses_server_hello([](peer::ServerHelloDraft& hello) { hello.legacy_session_id_echo.clear(); },
                                ErrorCode::session_id_not_echoed, illegal_parameter);
    client_refuses_retry([](peer::ServerHelloDraft& retry) { retry.legacy_session_id_echo.pop_back(); },
                         ErrorCode::session_id_not_echoed, illegal_parameter);
}

TEST(LegacyFields, compression_is_gone) {
    client_refuses_server_hello([](peer::ServerHelloDraft& hello) { hello.legacy_compression_method = 1; },
                                ErrorCode::compression_selected, illegal_parameter);
    for (const ByteVector& methods : {ByteVector{1}, ByteVector{0, 1}, ByteVector{1, 0}})
        server_refuses_client_hello(
            [&](peer::ClientHelloDraft& hello) { hello.legacy_compression_methods = methods; },
            ErrorCode::compression_offered, illegal_parameter);
    server_refuses_client_hello(
        [](peer::ClientHelloDraft& hello) { hello.legacy_compression_methods.clear(); },
        ErrorCode::bad_vector_length, decode_error);
}

TEST(LegacyFields, session_id_is_not_longer_than_its_bound) {
    server_refuses_client_hello([](peer::ClientHelloDraft& hello) { hello.legacy_session_id.resize(33); },
                                ErrorCode::bad_vector_length, decode_error);
    client_refuses_server_hello(
        [](peer::ServerHelloDraft& hello) { hello.legacy_session_id_echo.resize(33); },
        ErrorCode::bad_vector_length, decode_error);
}

// ---------------------------------------------------------------- what must be there
// CVE-2020-1967 and CVE-2021-3449 read a null pointer where an extension was missing.

TEST(MissingExtensions, are_refused_by_the_server) {
    const std::pair<ExtensionType, ErrorCode> rows[] = {
        {ExtensionType::signature_algorithms, ErrorCode::missing_signature_algorithms},
        {ExtensionType::supported_groups, ErrorCode::missing_supported_groups},
        {ExtensionType::key_share, ErrorCode::missing_key_share},
    };
    for (const auto& row : rows)
        server_refuses_client_hello(
            [&row](peer::ClientHelloDraft& hello) { hello.extensions.remove(row.first); }, row.second,
            missing_extension);
}

TEST(MissingExtensions, are_refused_by_the_client) {
    client_refuses_server_hello(
        [](peer::ServerHelloDraft& hello) { hello.extensions.remove(ExtensionType::key_share); },
        ErrorCode::missing_key_share, missing_extension);
    client_refuses_retry(
        [](peer::ServerHelloDraft& retry) { retry.extensions.remove(ExtensionType::supported_versions); },
        ErrorCode::missing_supported_versions, missing_extension);

    ClientUnderTest test; // CertificateRequest without signature_algorithms (§4.3.2)
    test.peer.expect_client_hello();
    test.peer.send_server_hello();
    test.peer.send_encrypted_extensions();
    peer::CertificateRequestDraft request;
    request.extensions.add(unassigned_type, {});
    test.peer.send(request);
    expect_refused(test, ErrorCode::missing_signature_algorithms, missing_extension);
}

// A hello with each extension alone, with each one empty, and with none: refused, and nothing worse.
TEST(MissingExtensions, lone_and_empty_ones_are_survived) {
    const ExtensionType types[] = {ExtensionType::server_name,
                                   ExtensionType::status_request,
                                   ExtensionType::supported_groups,
                                   ExtensionType::signature_algorithms,
                                   ExtensionType::signature_algorithms_cert,
                                   ExtensionType::application_layer_protocol_negotiation,
                                   ExtensionType::pre_shared_key,
                                   ExtensionType::early_data,
                                   ExtensionType::supported_versions,
                                   ExtensionType::cookie,
                                   ExtensionType::psk_key_exchange_modes,
                                   ExtensionType::certificate_authorities,
                                   ExtensionType::key_share,
                                   ExtensionType::record_size_limit,
                                   ExtensionType::encrypted_client_hello};
    for (const ExtensionType type : types) {
        SCOPED_TRACE(name_of(type));
        ServerUnderTest emptied; // the whole hello, one extension without its body
        auto hello = emptied.peer.client_hello();
        hello.extensions.remove(type);
        hello.extensions.add(type, {});
        emptied.peer.send_client_hello(hello);
        ServerUnderTest lone; // nothing but versions and this one
        hello.extensions = {};
        const std::vector<ProtocolVersion> versions{ProtocolVersion::tls_1_3};
        hello.extensions.set(messages::SupportedVersions{versions});
        hello.extensions.set(type, ByteVector{0, 0});
        lone.peer.send_client_hello(hello);
        EXPECT_TRUE(lone.connection.error());
        EXPECT_TRUE(alert_of(*lone.connection.error()));
        lone.peer.next(); // the alert
        expect_poisoned(lone.connection, lone.connection.error()->code);
    }
    server_refuses_client_hello([](peer::ClientHelloDraft& hello) { hello.extensions = {}; },
                                ErrorCode::unsupported_version, protocol_version);
}

TEST(EmptyLists, are_refused) {
    server_refuses_client_hello([](peer::ClientHelloDraft& hello) { hello.cipher_suites.clear(); },
                                ErrorCode::bad_vector_length, decode_error);
    for (const ExtensionType type : {ExtensionType::supported_groups, ExtensionType::signature_algorithms})
        server_refuses_client_hello(
            [&](peer::ClientHelloDraft& hello) { hello.extensions.set(type, ByteVector{0, 0}); },
            ErrorCode::bad_vector_length, decode_error);
    server_refuses_client_hello(
        [](peer::ClientHelloDraft& hello) {
            hello.extensions.set(ExtensionType::supported_versions, ByteVector{0});
        },
        ErrorCode::bad_vector_length, decode_error);
    // An empty list of key shares alone is legal: it asks for a HelloRetryRequest.
    ServerUnderTest test;
    auto hello = test.peer.client_hello();
    hello.extensions.set(ExtensionType::key_share, ByteVector{0, 0});
    test.peer.send_client_hello(hello);
    test.peer.expect_hello_retry_request();
    EXPECT_TRUE(test.peer.ok()) << test.peer.complaint();
}

// ---------------------------------------------------------------- extensions out of place
// RFC 8446 §4.2. Botan 17ed96fb6: reflected extensions were taken for answers.

TEST(UnsolicitedExtensions, in_a_server_hello_are_refused) {
    client_refuses_server_hello(
        [](peer::ServerHelloDraft& hello) {
            hello.extensions.add(ExtensionType::max_fragment_length, ByteVector{1});
        },
        ErrorCode::unsolicited_extension, unsupported_extension);
    client_refuses_server_hello(
        [](peer::ServerHelloDraft& hello) { hello.extensions.add(unassigned_type, {}); },
        ErrorCode::unsolicited_extension, unsupported_extension);
    client_refuses_server_hello(
        [](peer::ServerHelloDraft& hello) {
            const ByteVector cookie(10, 1);
            hello.extensions.add(messages::Cookie{cookie});
        },
        ErrorCode::unsolicited_extension, unsupported_extension);
    client_refuses_retry([](peer::ServerHelloDraft& retry) { retry.extensions.add(unassigned_type, {}); },
                         ErrorCode::unsolicited_extension, unsupported_extension);
}

TEST(UnsolicitedExtensions, in_encrypted_extensions_are_refused) {
    for (const ExtensionType type : {ExtensionType::max_fragment_length, unassigned_type, grease_type}) {
        ClientUnderTest test;
        test.peer.expect_client_hello();
        test.peer.send_server_hello();
        auto extensions = test.peer.encrypted_extensions();
        extensions.extensions.add(type, ByteVector{1});
        test.peer.send(extensions);
        expect_refused(test, ErrorCode::unsolicited_extension, unsupported_extension);
    }
}

// RFC 8701 §3.1: reserved values are there to be ignored, not to be answered.
TEST(UnsolicitedExtensions, that_reflect_our_grease_are_refused) {
    auto config = scripted_client_config();
    config.grease = Grease::on;
    ClientUnderTest test(config);
    const auto hello = test.peer.expect_client_hello();
    std::optional<ExtensionType> reserved;
    for (const auto& extension : hello.extensions)
        if ((static_cast<std::uint16_t>(extension.type) & 0x0f0f) == 0x0a0a) reserved = extension.type;
    ASSERT_TRUE(reserved);
    test.peer.send_server_hello();
    auto extensions = test.peer.encrypted_extensions();
    extensions.extensions.add(*reserved, {});
    test.peer.send(extensions);
    expect_refused(test, ErrorCode::unsolicited_extension, unsupported_extension);
}

TEST(UnsolicitedExtensions, in_a_certificate_are_refused) {
    ClientUnderTest client;
    client.peer.expect_client_hello();
    client.peer.send_server_hello();
    client.peer.send_encrypted_extensions();
    auto certificate = client.peer.certificate();
    certificate.certificate_list[0].extensions.add(ExtensionType::signed_certificate_timestamp,
                                                   ByteVector{0, 3, 0, 1, 1});
    client.peer.send(certificate);
    expect_refused(client, ErrorCode::unsolicited_extension, unsupported_extension);

    auto config = scripted_server_config();
    config.client_verification = PeerVerification::required;
    ServerUnderTest server(config);
    server.peer.send_client_hello();
    server.peer.expect_flight();
    server.peer.begin_second_flight();
    certificate = server.peer.certificate();
    certificate.certificate_list[0].extensions.add(ExtensionType::status_request, {});
    server.peer.send(certificate);
    expect_refused(server, ErrorCode::unsolicited_extension, unsupported_extension);
}

TEST(MisplacedExtensions, are_refused) {
    // Offered, but an answer belongs into EncryptedExtensions.
    client_refuses_server_hello(
        [](peer::ServerHelloDraft& hello) { hello.extensions.add(ExtensionType::server_name, {}); },
        ErrorCode::misplaced_extension, illegal_parameter);

    ClientUnderTest client; // offered, but its answer was in the ServerHello
    client.peer.expect_client_hello();
    client.peer.send_server_hello();
    auto extensions = client.peer.encrypted_extensions();
    extensions.extensions.add(messages::SelectedVersion{ProtocolVersion::tls_1_3});
    client.peer.send(extensions);
    expect_refused(client, ErrorCode::misplaced_extension, illegal_parameter);

    server_refuses_client_hello(
        [](peer::ClientHelloDraft& hello) {
            hello.extensions.add(ExtensionType::oid_filters, ByteVector{0, 0});
        },
        ErrorCode::misplaced_extension, illegal_parameter);

    ClientUnderTest request; // in a CertificateRequest
    request.peer.expect_client_hello();
    request.peer.send_server_hello();
    request.peer.send_encrypted_extensions();
    auto draft = request.peer.certificate_request();
    draft.extensions.add(messages::SelectedVersion{ProtocolVersion::tls_1_3});
    request.peer.send(draft);
    expect_refused(request, ErrorCode::misplaced_extension, illegal_parameter);
}

TEST(DuplicateExtensions, are_refused) {
    const auto twice = [](peer::ExtensionsDraft& extensions) {
        extensions.add(unassigned_type, {});
        extensions.add(unassigned_type, {});
    };
    server_refuses_client_hello([&](peer::ClientHelloDraft& hello) { twice(hello.extensions); },
                                ErrorCode::duplicate_extension, illegal_parameter);
    client_refuses_server_hello(
        [](peer::ServerHelloDraft& hello) {
            hello.extensions.add(messages::SelectedVersion{ProtocolVersion::tls_1_3});
        },
        ErrorCode::duplicate_extension, illegal_parameter);

    ClientUnderTest test;
    test.peer.expect_client_hello();
    test.peer.send_server_hello();
    auto extensions = test.peer.encrypted_extensions();
    twice(extensions.extensions);
    test.peer.send(extensions);
    expect_refused(test, ErrorCode::duplicate_extension, illegal_parameter);
}

// ---------------------------------------------------------------- key shares
// RFC 8446 §4.2.8, §7.4.2; RFC 7748 §6.1.

TEST(KeyShares, for_groups_that_no_share_was_sent_for_are_refused) {
    const ByteVector share(97, 4);
    for (const NamedGroup group : {NamedGroup::secp384r1, NamedGroup::secp256r1})
        client_refuses_server_hello(
            [&](peer::ServerHelloDraft& hello) {
                hello.extensions.set(messages::KeyShareServerHello{{group, share}});
            },
            ErrorCode::group_not_offered, illegal_parameter);
}

TEST(KeyShares, of_a_client_have_to_be_in_its_groups) {
    const ByteVector point(97, 4);
    const ByteVector x25519(32, 9);
    server_refuses_client_hello(
        [&](peer::ClientHelloDraft& hello) {
            const std::vector<messages::KeyShareEntry> entries{{NamedGroup::secp384r1, point}};
            hello.extensions.set(messages::KeyShareClientHello{entries});
        },
        ErrorCode::share_without_group, illegal_parameter);
    server_refuses_client_hello(
        [&](peer::ClientHelloDraft& hello) {
            const std::vector<messages::KeyShareEntry> entries{{NamedGroup::x25519, x25519},
                                                               {NamedGroup::x25519, x25519}};
            hello.extensions.set(messages::KeyShareClientHello{entries});
        },
        ErrorCode::duplicate_key_share, illegal_parameter);
}

struct BadShare {
    NamedGroup group;
    ByteVector value;
};

// The order of a point that is none, an encoding that is not allowed, a secret that is known to all.
std::vector<BadShare> bad_shares() {
    ByteVector small_order(32, 0);
    small_order[0] = 1;
    ByteVector off_curve(65, 1);
    off_curve[0] = 4;
    ByteVector compressed(33, 0x11);
    compressed[0] = 2;
    ByteVector infinity(1, 0);
    return {{NamedGroup::x25519, ByteVector(32, 0)},
            {NamedGroup::x25519, small_order},
            {NamedGroup::x25519, ByteVector(31, 9)},
            {NamedGroup::x25519, ByteVector(33, 9)},
            {NamedGroup::secp256r1, off_curve},
            {NamedGroup::secp256r1, compressed},
            {NamedGroup::secp256r1, infinity},
            {NamedGroup::secp256r1, ByteVector(64, 4)},
            {NamedGroup::x25519_ml_kem_768, ByteVector(1183 + 32, 1)},
            {NamedGroup::x25519_ml_kem_768, ByteVector(32, 1)}};
}

TEST(KeyShares, that_are_malformed_are_refused_by_the_server) {
    for (const BadShare& bad : bad_shares()) {
        SCOPED_TRACE(name_of(bad.group));
        auto config = scripted_server_config();
        config.groups.push_back(NamedGroup::x25519_ml_kem_768);
        server_refuses_client_hello(
            [&](peer::ClientHelloDraft& hello) {
                const std::vector<NamedGroup> groups{bad.group};
                const std::vector<messages::KeyShareEntry> entries{{bad.group, bad.value}};
                hello.extensions.set(messages::SupportedGroups{groups});
                hello.extensions.set(messages::KeyShareClientHello{entries});
            },
            ErrorCode::bad_key_share, illegal_parameter, config);
    }
}

TEST(KeyShares, that_are_malformed_are_refused_by_the_client) {
    for (const BadShare& bad : bad_shares()) {
        SCOPED_TRACE(name_of(bad.group));
        auto config = scripted_client_config();
        config.groups = {bad.group};
        ClientUnderTest test(config);
        test.peer.expect_client_hello();
        auto hello = test.peer.server_hello();
        hello.extensions.set(messages::KeyShareServerHello{{bad.group, bad.value}});
        test.peer.send_server_hello_alone(hello);
        expect_refused(test, ErrorCode::bad_key_share, illegal_parameter);
    }
}

// Raccoon's mirror: in TLS 1.3 a secret that begins with zeros keeps them (RFC 8446 §7.4). One in 256 does.
TEST(KeyShares, leading_zeros_of_the_secret_are_kept) {
    auto config = scripted_client_config();
    config.groups = {NamedGroup::secp256r1};
    ClientUnderTest test(config);
    test.peer.expect_client_hello();
    auto hello = test.peer.server_hello();
    for (int tries = 0; tries < 10'000 && test.peer.shared_secret()[0] != 0; ++tries)
        hello = test.peer.server_hello();
    ASSERT_EQ(test.peer.shared_secret()[0], 0);
    ASSERT_EQ(test.peer.shared_secret().size(), 32u);
    test.peer.send_server_hello(hello);
    test.peer.send_rest_of_flight();
    test.peer.expect_finished();
    EXPECT_TRUE(test.peer.ok()) << test.peer.complaint();

    ClientUnderTest stripped;
    stripped.peer.expect_client_hello();
    stripped.peer.send_server_hello_alone(stripped.peer.server_hello());
    stripped.peer.use_suite(CipherSuite::TLS_AES_128_GCM_SHA256);
    stripped.peer.derive_handshake_keys(stripped.peer.shared_secret().subspan(1));
    stripped.peer.write_with(peer::Epoch::handshake);
    stripped.peer.send_encrypted_extensions();
    EXPECT_EQ(stripped.connection.error(), Error{ErrorCode::bad_record_mac});
}

// ---------------------------------------------------------------- ALPN
// RFC 7301; ALPACA (CVE-2021-3618); CVE-2024-5535.

void client_refuses_alpn(std::vector<std::string> offered, const ByteVector& answer, ErrorCode code,
                         AlertDescription alert) {
    auto config = scripted_client_config();
    config.alpn_protocols = std::move(offered);
    ClientUnderTest test(config);
    test.peer.expect_client_hello();
    test.peer.send_server_hello();
    auto extensions = test.peer.encrypted_extensions();
    extensions.extensions.add(ExtensionType::application_layer_protocol_negotiation, answer);
    test.peer.send(extensions);
    expect_refused(test, code, alert);
}

TEST(Alpn, client_refuses_what_it_did_not_offer) {
    client_refuses_alpn({"h2"}, {0, 4, 3, 'f', 't', 'p'}, ErrorCode::alpn_not_offered, illegal_parameter);
    client_refuses_alpn({"h2"}, {0, 2, 1, 'h'}, ErrorCode::alpn_not_offered, illegal_parameter);
    client_refuses_alpn({}, {0, 3, 2, 'h', '2'}, ErrorCode::unsolicited_extension, unsupported_extension);
}

TEST(Alpn, client_refuses_an_answer_that_is_not_one_protocol) {
    client_refuses_alpn({"h2", "h3"}, {0, 6, 2, 'h', '2', 2, 'h', '3'}, ErrorCode::not_one_protocol,
                        illegal_parameter);
    client_refuses_alpn({"h2"}, {0, 0}, ErrorCode::bad_vector_length, decode_error);
    client_refuses_alpn({"h2"}, {0, 1, 0}, ErrorCode::bad_vector_length, decode_error);
    client_refuses_alpn({"h2"}, {}, ErrorCode::truncated, decode_error);
}

TEST(Alpn, server_refuses_a_client_with_other_protocols) {
    auto config = scripted_server_config();
    config.alpn_protocols = {"h2", "http/1.1"};
    ServerUnderTest test(config);
    auto hello = test.peer.client_hello();
    hello.extensions.set(ExtensionType::application_layer_protocol_negotiation,
                         ByteVector{0, 4, 3, 'f', 't', 'p'});
    test.peer.send_client_hello(hello);
    expect_refused(test, ErrorCode::no_common_protocol, no_application_protocol);
}

TEST(Alpn, server_refuses_empty_lists_and_names) {
    auto config = scripted_server_config();
    config.alpn_protocols = {"h2"};
    for (const ByteVector& body : {ByteVector{0, 0}, ByteVector{0, 1, 0}, ByteVector{0, 4, 2, 'h', '2', 0}})
        server_refuses_client_hello(
            [&](peer::ClientHelloDraft& hello) {
                hello.extensions.set(ExtensionType::application_layer_protocol_negotiation, body);
            },
            ErrorCode::bad_vector_length, decode_error, config);
}

} // namespace
} // namespace pavise::testing
