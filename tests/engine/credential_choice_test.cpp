// Which of several credentials is shown: signature_algorithms_cert, certificate_authorities and oid_filters
// (RFC 8446 §4.2.3 to §4.2.5, §4.4.2.2, §4.4.2.3).
#include "base/der.hpp"
#include "handshake/credential.hpp"
#include "support/message_edit.hpp"
#include "support/pair.hpp"
#include "support/poisoned.hpp"
#include "support/rewriting_tap.hpp"

#include <gtest/gtest.h>

namespace pavise::testing {
namespace {

using crypto::KeyType;

// An authority with an RSA key, so that what it issues is signed otherwise than what authority() does.
const trust::Minted& rsa_authority() {
    static const trust::Minted minted = [] {
        trust::CertificateSpec spec;
        spec.common_name = "An RSA authority";
        spec.not_before = test_time - std::chrono::days(30);
        spec.not_after = test_time + std::chrono::days(3650);
        spec.role = trust::MintRole::authority;
        spec.key_type = KeyType::rsa;
        SeededRng rng(99);
        return *trust::mint_self_signed(spec, rng);
    }();
    return minted;
}

const Credential& signed_by_rsa() {
    static const Credential credential = mint_credential(leaf_spec(KeyType::ecdsa_p256), rsa_authority());
    return credential;
}
const Credential& signed_by_ecdsa() {
    return server_credential(KeyType::ecdsa_p256);
}

const std::vector<SignatureScheme> rsa_alone{SignatureScheme::rsa_pkcs1_sha256};
const std::vector<SignatureScheme> ecdsa_alone{SignatureScheme::ecdsa_secp256r1_sha256};

// The client judges nothing; what it was shown is what counts.
Credential shown_by_server(PairConfig config) {
    config.client.verification = PeerVerification::none;
    Pair pair(std::move(config));
    EXPECT_TRUE(pair.connect()) << errors_of(pair);
    return pair.server.negotiated().local_credential;
}

TEST(SignatureAlgorithmsCert, prefers_the_chain_that_is_signed_as_the_client_wishes) {
    PairConfig config;
    config.server.credentials = {signed_by_ecdsa(), signed_by_rsa()};
    config.client.certificate_signature_schemes = rsa_alone;
    EXPECT_EQ(shown_by_server(config), signed_by_rsa());
    config.client.certificate_signature_schemes = ecdsa_alone;
    EXPECT_EQ(shown_by_server(config), signed_by_ecdsa());
}

TEST(SignatureAlgorithmsCert, without_it_signature_algorithms_applies) {
    PairConfig config;
    config.server.credentials = {signed_by_rsa(), signed_by_ecdsa()};
    EXPECT_EQ(shown_by_server(config), signed_by_rsa());
    config.client.signature_schemes = ecdsa_alone;
    EXPECT_EQ(shown_by_server(config), signed_by_ecdsa());
}

TEST(SignatureAlgorithmsCert, leaves_a_server_with_what_it_has) {
    PairConfig config;
    config.server.credentials = {signed_by_ecdsa()};
    config.client.certificate_signature_schemes = {SignatureScheme::ed25519};
    EXPECT_EQ(shown_by_server(config), signed_by_ecdsa());
}

PairConfig asking() {
    PairConfig config;
    config.server.client_verification = PeerVerification::optional;
    config.server.deferred.certificate = true;
    return config;
}

// Nothing: an empty Certificate.
std::optional<Credential> shown_by_client(PairConfig config) {
    Pair pair(std::move(config));
    pair.pump();
    if (pair.server.waiting_for() != Decision::certificate) {
        EXPECT_TRUE(pair.server.handshake_complete()) << errors_of(pair);
        return std::nullopt;
    }
    EXPECT_TRUE(pair.server.certificate_verdict(std::nullopt));
    pair.pump();
    EXPECT_TRUE(pair.server.handshake_complete()) << errors_of(pair);
    return pair.client.negotiated().local_credential;
}

TEST(SignatureAlgorithmsCert, binds_a_client) {
    PairConfig config = asking();
    config.client.credentials = {signed_by_ecdsa(), signed_by_rsa()};
    config.server.certificate_signature_schemes = rsa_alone;
    EXPECT_EQ(shown_by_client(config), signed_by_rsa());
    config.client.credentials = {signed_by_ecdsa()};
    EXPECT_EQ(shown_by_client(config), std::nullopt);
}

TEST(ServerAuthorities, choose_the_servers_certificate) {
    PairConfig config;
    config.server.credentials = {signed_by_ecdsa(), signed_by_rsa()};
    const Bytes name = rsa_authority().certificate->subject().encoding;
    config.client.server_authorities = {ByteVector(name.begin(), name.end())};
    EXPECT_EQ(shown_by_server(config), signed_by_rsa());
}

// ---------------------------------------------------------------- oid_filters

const ByteVector key_usage{0x06, 0x03, 0x55, 0x1d, 0x0f};
const ByteVector extended_key_usage{0x06, 0x03, 0x55, 0x1d, 0x25};
const ByteVector unknown{0x06, 0x03, 0x55, 0x1d, 0x63};

const ByteVector digital_signature{0x03, 0x02, 0x07, 0x80};
const ByteVector signature_and_agreement{0x03, 0x02, 0x03, 0x88};
const ByteVector decipher_only{0x03, 0x03, 0x07, 0x00, 0x80}; // the ninth bit

ByteVector purposes(const std::vector<std::string>& dotted) {
    ByteVector out;
    der::Writer writer(out);
    {
        const auto list = writer.sequence();
        for (const std::string& purpose : dotted) writer.oid(purpose);
    }
    return out;
}
const std::string client_auth = "1.3.6.1.5.5.7.3.2";
const std::string special = "1.3.6.1.4.1.99999.1";

Credential with_uses(std::vector<trust::KeyUsage> usages, std::vector<std::string> purposes) {
    trust::CertificateSpec spec = leaf_spec(KeyType::ecdsa_p256);
    spec.key_usages = std::move(usages);
    spec.extended_key_usages = std::move(purposes);
    return mint_credential(spec);
}

TEST(OidFilters, steer_the_clients_choice) {
    const Credential plain = with_uses({trust::KeyUsage::digital_signature}, {client_auth});
    const Credential agreeing =
        with_uses({trust::KeyUsage::digital_signature, trust::KeyUsage::key_agreement}, {client_auth});
    const Credential purposeful = with_uses({trust::KeyUsage::digital_signature}, {client_auth, special});
    const Credential silent = with_uses({}, {});
    struct Case {
        std::vector<CertificateFilter> filters;
        std::optional<Credential> chosen;
    };
    const Case cases[] = {
        {{}, silent},
        {{{unknown, {0x05, 0x00}}}, silent},
        {{{key_usage, {}}}, plain},
        {{{key_usage, digital_signature}}, plain},
        {{{key_usage, signature_and_agreement}}, agreeing},
        {{{key_usage, decipher_only}}, std::nullopt},
        {{{extended_key_usage, purposes({client_auth})}}, plain},
        {{{extended_key_usage, purposes({special, client_auth})}}, purposeful},
        {{{unknown, {}}, {extended_key_usage, purposes({special})}}, purposeful},
        {{{key_usage, signature_and_agreement}, {extended_key_usage, purposes({special})}}, std::nullopt},
    };
    for (const Case& one : cases) {
        PairConfig config = asking();
        config.client.credentials = {silent, plain, agreeing, purposeful};
        config.server.client_certificate_filters = one.filters;
        EXPECT_EQ(shown_by_client(config), one.chosen) << &one - cases;
    }
}

// What a client that does not know the extension may send is judged by the server, whoever judges the chain.
void expect_enforced(PairConfig config) {
    for (const bool met : {false, true}) {
        RewritingTap tap(HandshakeType::certificate_request,
                         [](ByteVector& message) { remove_extension(message, ExtensionType::oid_filters); });
        config.server_hooks.tap = &tap;
        config.server.client_certificate_filters = {
            {extended_key_usage, purposes({met ? client_auth : special})}};
        config.client.credentials = {client_credential(KeyType::ecdsa_p256)};
        Pair pair(config);
        if (config.server.deferred.certificate) {
            pair.pump();
            EXPECT_EQ(pair.server.certificate_verdict(std::nullopt).has_value(), met);
        }
        EXPECT_EQ(pair.connect(), met) << errors_of(pair);
        if (met) continue;
        expect_poisoned(pair.server, ErrorCode::oid_filter_not_met);
        EXPECT_EQ(pair.client.error()->detail,
                  static_cast<std::uint16_t>(AlertDescription::unsupported_certificate));
    }
}

TEST(OidFilters, are_enforced) {
    PairConfig config = asking();
    expect_enforced(config);
    config.server.deferred.certificate = false;
    expect_enforced(config);
}

ByteVector filters_body(const std::vector<CertificateFilter>& filters) {
    ByteVector list;
    for (const CertificateFilter& filter : filters) {
        list.push_back(static_cast<std::uint8_t>(filter.extension.size()));
        list.insert(list.end(), filter.extension.begin(), filter.extension.end());
        list.push_back(0);
        list.push_back(static_cast<std::uint8_t>(filter.values.size()));
        list.insert(list.end(), filter.values.begin(), filter.values.end());
    }
    ByteVector body{0, static_cast<std::uint8_t>(list.size())};
    body.insert(body.end(), list.begin(), list.end());
    return body;
}

void expect_filters_refused(const std::vector<CertificateFilter>& filters, ErrorCode code) {
    PairConfig config = asking();
    RewritingTap tap(HandshakeType::certificate_request, [&](ByteVector& message) {
        add_extension(message, ExtensionType::oid_filters, filters_body(filters));
    });
    config.server_hooks.tap = &tap;
    Pair pair(config);
    EXPECT_FALSE(pair.connect());
    expect_poisoned(pair.client, code);
    EXPECT_EQ(pair.server.error()->detail, static_cast<std::uint16_t>(AlertDescription::illegal_parameter));

    config.server_hooks.tap = nullptr;
    config.server.client_certificate_filters = filters;
    EXPECT_EQ(Connection::server(std::make_shared<const ServerConfig>(config.server)).error().code,
              ErrorCode::bad_config);
}

TEST(OidFilters, that_break_their_rules_are_refused) {
    expect_filters_refused({{unknown, {}}, {key_usage, digital_signature}, {unknown, {}}},
                           ErrorCode::duplicate_oid_filter);
    expect_filters_refused({{key_usage, digital_signature}, {key_usage, digital_signature}},
                           ErrorCode::duplicate_oid_filter);
    const std::string any_purpose = "2.5.29.37.0";
    expect_filters_refused({{extended_key_usage, purposes({client_auth, any_purpose})}},
                           ErrorCode::bad_oid_filter);
    expect_filters_refused({{extended_key_usage, digital_signature}}, ErrorCode::bad_oid_filter);
    expect_filters_refused({{key_usage, {0x03, 0x02, 0x08, 0x80}}}, ErrorCode::bad_oid_filter);
    expect_filters_refused({{key_usage, {0x03, 0x01, 0x00, 0x00}}}, ErrorCode::bad_oid_filter);
    expect_filters_refused({{key_usage, {0x03, 0x05, 0x00, 1, 2, 3, 4}}}, ErrorCode::bad_oid_filter);
}

// ---------------------------------------------------------------- what is not loaded at all

// 2048 bits are the least that proves somebody here, of whatever kind the credential is.
TEST(ShortRsaKeys, are_not_loaded) {
    for (const std::size_t bits : {std::size_t{2040}, std::size_t{2048}}) {
        trust::CertificateSpec spec = leaf_spec(KeyType::rsa);
        spec.rsa_bits = bits;
        SeededRng rng(21);
        const auto minted = trust::mint(spec, authority(), rng);
        ASSERT_TRUE(minted) << describe(minted.error());
        const std::string chain = minted->certificate_pem();
        const SecretVector key = *minted->key->pkcs8_der();
        const auto loaded = Credential::load(as_bytes(chain), key.view());
        const auto raw = Credential::raw_public_key(key.view());
        if (bits == 2048) {
            EXPECT_TRUE(loaded) << describe(loaded.error());
            EXPECT_TRUE(raw);
        } else {
            EXPECT_EQ(loaded.error(), Error{ErrorCode::weak_certificate_key});
            EXPECT_EQ(raw.error(), Error{ErrorCode::weak_certificate_key});
        }
    }
}

} // namespace
} // namespace pavise::testing
