// Delegated credentials (RFC 9345), of either side.
#include "handshake/credential.hpp"
#include "messages/extension/delegated_credential.hpp"
#include "support/pair.hpp"
#include "support/poisoned.hpp"
#include "support/rewriting_tap.hpp"
#include "support/tls12.hpp"

#include <gtest/gtest.h>

#include <map>

namespace pavise::testing {
namespace {

using crypto::KeyType;
using std::chrono::days;
using std::chrono::seconds;

const trust::MintExtension delegation_usage{"1.3.6.1.4.1.44363.44", false, {0x05, 0x00}};

trust::CertificateSpec delegating_spec() {
    trust::CertificateSpec spec = leaf_spec(KeyType::ecdsa_p256);
    spec.extensions = {delegation_usage};
    return spec;
}

const Credential& delegator() {
    static const Credential credential = mint_credential(delegating_spec());
    return credential;
}

struct Key {
    ByteVector pkcs8;
    ByteVector info;
};
const Key& key_of(KeyType type) {
    static std::map<KeyType, Key> keys;
    auto [place, inserted] = keys.try_emplace(type);
    if (inserted) {
        SeededRng rng(5);
        const auto minted = trust::mint(leaf_spec(type), authority(), rng);
        const SecretVector pkcs8 = *minted->key->pkcs8_der();
        const Bytes info = minted->key->subject_public_key_info();
        place->second = {{pkcs8.view().begin(), pkcs8.view().end()}, {info.begin(), info.end()}};
    }
    return place->second;
}

DelegationTerms terms(Role role = Role::server) {
    return {.role = role,
            .subject_public_key_info = key_of(KeyType::ed25519).info,
            .scheme = SignatureScheme::ed25519,
            .signed_with = SignatureScheme::ecdsa_secp256r1_sha256,
            .not_after = test_time + days(3)};
}

Credential delegated(const DelegationTerms& terms, const Credential& by = delegator(),
                     KeyType key = KeyType::ed25519) {
    SeededRng rng(6);
    const auto message = by.delegate(terms, rng);
    EXPECT_TRUE(message) << describe(message.error());
    const auto credential = by.with_delegated_credential(*message, key_of(key).pkcs8);
    EXPECT_TRUE(credential);
    return *credential;
}

const std::vector<SignatureScheme> taken{SignatureScheme::ed25519, SignatureScheme::ecdsa_secp384r1_sha384};

PairConfig by_server(Credential credential) {
    PairConfig config;
    config.client.delegated_credential_schemes = taken;
    config.server.credentials = {std::move(credential)};
    return config;
}
PairConfig by_client(Credential credential) {
    PairConfig config;
    config.server.delegated_credential_schemes = taken;
    config.server.client_verification = PeerVerification::required;
    config.client.credentials = {std::move(credential)};
    return config;
}

TEST(DelegatedCredentials, sign_for_a_server) {
    Pair pair(by_server(delegated(terms())));
    ASSERT_TRUE(pair.connect()) << errors_of(pair);
    EXPECT_EQ(pair.client.negotiated().peer_signature, SignatureScheme::ed25519);
    EXPECT_FALSE(pair.client.negotiated().peer_delegated_credential.empty());
    EXPECT_EQ(pair.client.negotiated().peer_chain.front(), delegator().data()->chain.front());
    EXPECT_EQ(pair.client.negotiated().verified_chain.size(), 2u);
    EXPECT_EQ(pair.carry(pair.client, pair.server, "ping"), "ping");
}

TEST(DelegatedCredentials, sign_for_a_client) {
    Pair pair(by_client(delegated(terms(Role::client))));
    ASSERT_TRUE(pair.connect()) << errors_of(pair);
    EXPECT_EQ(pair.server.negotiated().peer_signature, SignatureScheme::ed25519);
    EXPECT_FALSE(pair.server.negotiated().peer_delegated_credential.empty());
    EXPECT_EQ(pair.carry(pair.client, pair.server, "ping"), "ping");
}

TEST(DelegatedCredentials, sign_for_a_client_after_the_handshake) {
    PairConfig config = by_client(delegated(terms(Role::client)));
    config.server.client_verification = PeerVerification::none;
    config.client.post_handshake_auth = PostHandshakeAuth::offered;
    Pair pair(config);
    ASSERT_TRUE(pair.connect()) << errors_of(pair);
    ASSERT_TRUE(pair.server.request_certificate(PeerVerification::required));
    pair.pump();
    EXPECT_EQ(pair.server.negotiated().peer_signature, SignatureScheme::ed25519) << errors_of(pair);
    EXPECT_FALSE(pair.server.negotiated().peer_delegated_credential.empty());
}

TEST(DelegatedCredentials, are_for_peers_that_know_them) {
    PairConfig config = by_server(delegated(terms()));
    config.server.credentials.push_back(delegator());
    for (const std::vector<SignatureScheme>& schemes :
         {std::vector<SignatureScheme>(), std::vector{SignatureScheme::ecdsa_secp384r1_sha384}}) {
        config.client.delegated_credential_schemes = schemes;
        Pair pair(config);
        ASSERT_TRUE(pair.connect()) << errors_of(pair);
        EXPECT_EQ(pair.client.negotiated().peer_signature, SignatureScheme::ecdsa_secp256r1_sha256);
        EXPECT_TRUE(pair.client.negotiated().peer_delegated_credential.empty());
    }
    // The credential's own signature has to be one that the client takes, too.
    config.client.delegated_credential_schemes = taken;
    config.client.signature_schemes = {SignatureScheme::rsa_pss_rsae_sha256};
    config.server.credentials.push_back(server_credential(KeyType::rsa));
    Pair pair(config);
    ASSERT_TRUE(pair.connect()) << errors_of(pair);
    EXPECT_EQ(pair.client.negotiated().peer_signature, SignatureScheme::rsa_pss_rsae_sha256);
}

TEST(DelegatedCredentials, are_not_for_tls12) {
    PairConfig config = by_server(delegated(terms()));
    config.server.credentials.push_back(delegator());
    config.client.versions = tls12_only;
    Pair pair(config);
    ASSERT_TRUE(pair.connect()) << errors_of(pair);
    EXPECT_EQ(pair.client.negotiated().peer_signature, SignatureScheme::ecdsa_secp256r1_sha256);
}

// Whoever still has the certificate's own key goes on with that.
TEST(DelegatedCredentials, give_way_to_the_certificate_when_they_expire) {
    struct Row {
        Timestamp not_after;
        bool shown;
    };
    for (const Row& row : {Row{test_time, true}, Row{test_time - seconds(1), false},
                           Row{test_time + days(7), true}, Row{test_time + days(7) + seconds(1), false}}) {
        for (const Role role : {Role::server, Role::client}) {
            DelegationTerms when = terms(role);
            when.not_after = row.not_after;
            PairConfig config =
                role == Role::server ? by_server(delegated(when)) : by_client(delegated(when));
            (role == Role::server ? config.server.credentials : config.client.credentials)
                .push_back(delegator());
            Pair pair(config);
            ASSERT_TRUE(pair.connect()) << errors_of(pair);
            const Negotiated& seen =
                role == Role::server ? pair.client.negotiated() : pair.server.negotiated();
            EXPECT_EQ(seen.peer_delegated_credential.empty(), !row.shown);
            EXPECT_EQ(seen.peer_signature,
                      row.shown ? SignatureScheme::ed25519 : SignatureScheme::ecdsa_secp256r1_sha256);
        }
    }
}

TEST(DelegatedCredentials, are_not_shown_when_they_are_all_that_there_is_and_expired) {
    DelegationTerms late = terms();
    late.not_after = test_time - seconds(1);
    Pair server(by_server(delegated(late)));
    EXPECT_FALSE(server.connect());
    EXPECT_EQ(server.server.error()->code, ErrorCode::no_common_signature_scheme);
    late.role = Role::client;
    Pair client(by_client(delegated(late)));
    EXPECT_FALSE(client.connect());
    EXPECT_EQ(client.server.error()->code, ErrorCode::certificate_required);
}

TEST(DelegatedCredentials, are_checked_when_they_are_made) {
    SeededRng rng(1);
    EXPECT_EQ(server_credential(KeyType::ecdsa_p256).delegate(terms(), rng).error().code,
              ErrorCode::delegation_not_allowed);
    DelegationTerms wrong = terms();
    wrong.signed_with = SignatureScheme::ed25519;
    EXPECT_EQ(delegator().delegate(wrong, rng).error().code, ErrorCode::scheme_does_not_fit_key);
    wrong = terms();
    wrong.not_after = test_time - days(2);
    EXPECT_EQ(delegator().delegate(wrong, rng).error().code, ErrorCode::bad_argument);
    EXPECT_EQ(Credential().delegate(terms(), rng).error().code, ErrorCode::bad_argument);
    const auto message = delegator().delegate(terms(), rng);
    ASSERT_TRUE(message);
    EXPECT_EQ(delegator().with_delegated_credential(*message, key_of(KeyType::ecdsa_p384).pkcs8).error().code,
              ErrorCode::key_does_not_match);
    EXPECT_EQ(delegator().with_delegated_credential({1, 2}, key_of(KeyType::ed25519).pkcs8).error().code,
              ErrorCode::bad_argument);
}

// ---------------------------------------------------------------- without the certificate's key

// The chain as a file.
ByteVector chain_of(const Credential& credential) {
    const auto& leaf = credential.data()->chain.front();
    return {leaf.begin(), leaf.end()};
}
// Made where the certificate's key is.
ByteVector delegation(const DelegationTerms& terms) {
    SeededRng rng(6);
    return *delegator().delegate(terms, rng);
}

TEST(DelegatedWithoutTheKey, signs_for_either_side) {
    for (const Role role : {Role::server, Role::client}) {
        const auto credential = Credential::delegated(chain_of(delegator()), delegation(terms(role)),
                                                      key_of(KeyType::ed25519).pkcs8);
        ASSERT_TRUE(credential) << describe(credential.error());
        Pair pair(role == Role::server ? by_server(*credential) : by_client(*credential));
        ASSERT_TRUE(pair.connect()) << errors_of(pair);
        const Negotiated& seen = (role == Role::server ? pair.client : pair.server).negotiated();
        EXPECT_EQ(seen.peer_signature, SignatureScheme::ed25519);
        EXPECT_FALSE(seen.peer_delegated_credential.empty());
        EXPECT_EQ(pair.carry(pair.client, pair.server, "ping"), "ping");
    }
}

// There is nothing else to sign with.
TEST(DelegatedWithoutTheKey, is_no_credential_for_peers_that_do_not_know_such) {
    const auto credential =
        Credential::delegated(chain_of(delegator()), delegation(terms()), key_of(KeyType::ed25519).pkcs8);
    ASSERT_TRUE(credential);
    PairConfig config = by_server(*credential);
    config.client.delegated_credential_schemes.clear();
    Pair without(config);
    EXPECT_FALSE(without.connect());
    EXPECT_EQ(without.server.error()->code, ErrorCode::no_common_signature_scheme);
    config.client.versions = tls12_only;
    Pair old(config);
    EXPECT_FALSE(old.connect());
    EXPECT_TRUE(old.server.error());
}

TEST(DelegatedWithoutTheKey, delegates_nothing_itself) {
    const auto credential =
        Credential::delegated(chain_of(delegator()), delegation(terms()), key_of(KeyType::ed25519).pkcs8);
    ASSERT_TRUE(credential);
    SeededRng rng(6);
    EXPECT_EQ(credential->delegate(terms(), rng).error().code, ErrorCode::bad_argument);
}

TEST(DelegatedWithoutTheKey, is_checked_when_it_is_loaded) {
    const ByteVector chain = chain_of(delegator());
    const ByteVector& key = key_of(KeyType::ed25519).pkcs8;
    EXPECT_EQ(Credential::delegated(as_bytes("no chain"), delegation(terms()), key).error().code,
              Credential::load(as_bytes("no chain"), key).error().code);
    EXPECT_EQ(Credential::delegated(chain, {1, 2}, key).error().code, ErrorCode::bad_argument);
    EXPECT_EQ(Credential::delegated(chain, delegation(terms()), as_bytes("no key")).error().code,
              Credential::load(chain, as_bytes("no key")).error().code);
    EXPECT_EQ(
        Credential::delegated(chain, delegation(terms()), key_of(KeyType::ecdsa_p384).pkcs8).error().code,
        ErrorCode::key_does_not_match);
    // "the public key's algorithm … MUST NOT use the rsaEncryption OID" (RFC 9345 §4)
    messages::DelegatedCredential of_rsa;
    of_rsa.dc_cert_verify_algorithm = SignatureScheme::rsa_pss_rsae_sha256;
    of_rsa.asn1_subject_public_key_info = key_of(KeyType::rsa).info;
    of_rsa.algorithm = SignatureScheme::ecdsa_secp256r1_sha256;
    of_rsa.signature = as_bytes("signature");
    ByteVector message;
    wire::Writer writer(message);
    of_rsa.write(writer);
    EXPECT_EQ(Credential::delegated(chain, message, key_of(KeyType::rsa).pkcs8).error().code,
              ErrorCode::delegated_credential_key);
}

// ---------------------------------------------------------------- what is refused, in both roles

void expect_refused(const std::function<Credential(Role)>& make, ErrorCode code) {
    for (const Role role : {Role::server, Role::client}) {
        Pair pair(role == Role::server ? by_server(make(role)) : by_client(make(role)));
        pair.pump();
        Connection& judge = role == Role::server ? pair.client : pair.server;
        const Connection& told = role == Role::server ? pair.server : pair.client;
        expect_poisoned(judge, code);
        EXPECT_EQ(told.error()->detail, static_cast<std::uint16_t>(alert_of({code}).value()));
    }
}

// As it was made, but for what `change` does to it.
Credential changed(Role role, const std::function<void(handshake::CredentialData&)>& change) {
    auto data = std::make_shared<handshake::CredentialData>(*delegated(terms(role)).data());
    change(*data);
    return Credential(std::move(data));
}

// Shown whatever the time is.
Credential timeless(Role role, Timestamp not_after) {
    DelegationTerms when = terms(role);
    when.not_after = not_after;
    auto data = std::make_shared<handshake::CredentialData>(*delegated(when).data());
    data->delegation->not_after = test_time;
    return Credential(std::move(data));
}

TEST(DelegatedCredentialRefusal, of_an_expired_one) {
    expect_refused([](Role role) { return timeless(role, test_time - seconds(1)); },
                   ErrorCode::delegated_credential_expired);
}

TEST(DelegatedCredentialRefusal, of_one_for_more_than_seven_days) {
    expect_refused([](Role role) { return timeless(role, test_time + days(7) + seconds(1)); },
                   ErrorCode::delegated_credential_too_long);
}

TEST(DelegatedCredentialRefusal, by_a_certificate_that_may_not) {
    trust::CertificateSpec no_usage = delegating_spec();
    no_usage.key_usages.emplace(); // the extension is left out
    for (const Credential& other : {server_credential(KeyType::ecdsa_p256), mint_credential(no_usage)})
        expect_refused(
            [&](Role role) {
                return changed(role,
                               [&](handshake::CredentialData& data) { data.chain = other.data()->chain; });
            },
            ErrorCode::delegation_not_allowed);
}

TEST(DelegatedCredentialRefusal, of_a_signature_that_does_not_verify) {
    expect_refused(
        [](Role role) {
            return changed(role,
                           [](handshake::CredentialData& data) { data.delegation->message.back() ^= 1; });
        },
        ErrorCode::delegated_credential_signature);
    // One for the other role is none.
    expect_refused(
        [](Role role) { return delegated(terms(role == Role::server ? Role::client : Role::server)); },
        ErrorCode::delegated_credential_signature);
    // One of another certificate is none.
    expect_refused(
        [](Role role) {
            return changed(role, [](handshake::CredentialData& data) {
                data.chain = mint_credential(delegating_spec()).data()->chain;
            });
        },
        ErrorCode::delegated_credential_signature);
}

TEST(DelegatedCredentialRefusal, of_schemes_that_were_not_offered) {
    constexpr std::size_t scheme_at = 4;
    expect_refused(
        [](Role role) {
            return changed(role, [](handshake::CredentialData& data) {
                data.delegation->message[scheme_at] = 0x08;
                data.delegation->message[scheme_at + 1] = 0x08; // ed448
            });
        },
        ErrorCode::delegated_credential_scheme);
    expect_refused(
        [](Role role) {
            return changed(role, [](handshake::CredentialData& data) {
                data.delegation->message[scheme_at] = 0x05;
                data.delegation->message[scheme_at + 1] = 0x03; // P-384, offered, but not of this key
            });
        },
        ErrorCode::delegated_credential_scheme);
}

TEST(DelegatedCredentialRefusal, of_keys_that_are_not_allowed) {
    DelegationTerms rsa = terms();
    rsa.subject_public_key_info = key_of(KeyType::rsa).info;
    rsa.scheme = SignatureScheme::rsa_pss_rsae_sha256;
    // Such a credential is not loaded: a server that has it all the same is another implementation.
    EXPECT_EQ(delegator().with_delegated_credential(delegation(rsa), key_of(KeyType::rsa).pkcs8).error().code,
              ErrorCode::delegated_credential_key);
    PairConfig config = by_server(changed(Role::server, [&](handshake::CredentialData& data) {
        data.key = server_credential(KeyType::rsa).data()->key;
        data.schemes = {rsa.scheme};
        data.delegation->message = delegation(rsa);
    }));
    config.client.delegated_credential_schemes = {SignatureScheme::rsa_pss_rsae_sha256};
    Pair pair(config);
    EXPECT_FALSE(pair.connect());
    expect_poisoned(pair.client, ErrorCode::delegated_credential_key);
}

TEST(DelegatedCredentialRefusal, of_a_certificate_verify_by_another_scheme) {
    RewritingTap tap(HandshakeType::certificate_verify, [](ByteVector& message) {
        message[4] = 0x04; // ecdsa_secp256r1_sha256, which the client takes from certificates
        message[5] = 0x03;
    });
    PairConfig config = by_server(delegated(terms()));
    config.server_hooks.tap = &tap;
    Pair pair(config);
    EXPECT_FALSE(pair.connect());
    expect_poisoned(pair.client, ErrorCode::signature_scheme_not_offered);
}

TEST(DelegatedCredentialRefusal, of_one_that_was_not_asked_for) {
    const ByteVector message = delegated(terms()).data()->delegation->message;
    RewritingTap tap(HandshakeType::certificate, [&](ByteVector& certificate) {
        // One certificate alone: the list ends with its empty extensions.
        const std::size_t size = message.size() + 4;
        certificate.resize(certificate.size() - 2);
        for (const std::size_t word : {size, std::size_t{34}, message.size()}) {
            certificate.push_back(static_cast<std::uint8_t>(word >> 8));
            certificate.push_back(static_cast<std::uint8_t>(word & 0xff));
        }
        certificate.insert(certificate.end(), message.begin(), message.end());
        const std::size_t list = certificate.size() - 4 - 1 - 3;
        certificate[6] = static_cast<std::uint8_t>(list >> 8);
        certificate[7] = static_cast<std::uint8_t>(list & 0xff);
    });
    PairConfig config = by_server(delegator());
    config.client.delegated_credential_schemes.clear();
    config.server_hooks.tap = &tap;
    Pair pair(config);
    EXPECT_FALSE(pair.connect());
    expect_poisoned(pair.client, ErrorCode::unsolicited_delegated_credential);
    EXPECT_EQ(pair.server.error()->detail, static_cast<std::uint16_t>(AlertDescription::unexpected_message));
}

} // namespace
} // namespace pavise::testing
