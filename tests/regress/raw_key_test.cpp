// Mistakes with raw public keys in the place of certificates (RFC 7250; RFC 8446 §4.4.2). OpenSSL
// CVE-2024-12797: that a server's key was not the expected one went unnoticed.
#include "regress/support.hpp"

#include "handshake/credential.hpp"
#include "messages/extension/negotiation.hpp"

namespace pavise::testing {
namespace {

using enum AlertDescription;

constexpr auto key_type = crypto::KeyType::ecdsa_p256;

ByteVector key_of(const Credential& credential) {
    const Bytes info = credential.data()->key->subject_public_key_info();
    return {info.begin(), info.end()};
}

ClientConfig client_that_trusts(ByteVector key) {
    auto config = scripted_client_config();
    config.server_certificate_types = {CertificateType::raw_public_key, CertificateType::x509};
    config.trusted_keys = {std::move(key)};
    return config;
}

// As far as the server's Certificate.
void select_type(ClientUnderTest& test, CertificateType type) {
    test.peer.expect_client_hello();
    test.peer.send_server_hello();
    auto extensions = test.peer.encrypted_extensions();
    extensions.extensions.add(messages::SelectedServerCertificateType{type});
    test.peer.send(extensions);
}

void client_refuses_key(ByteVector trusted, const peer::CertificateDraft& certificate, ErrorCode code,
                        AlertDescription alert) {
    ClientUnderTest test(client_that_trusts(std::move(trusted)));
    select_type(test, CertificateType::raw_public_key);
    test.peer.send(certificate);
    test.peer.send_certificate_verify(); // which is right
    expect_refused(test, code, alert);
    EXPECT_FALSE(test.connection.handshake_complete());
}

TEST(RawKeyVerdict, client_stops_at_a_key_that_it_does_not_trust) {
    const ByteVector key = key_of(server_credential(key_type));
    const ByteVector another = key_of(client_credential(key_type));
    client_refuses_key(another, {{}, {{key, {}}}}, ErrorCode::raw_key_not_trusted, certificate_unknown);

    ClientUnderTest trusting(client_that_trusts(key)); // the same exchange is right where the key is
    select_type(trusting, CertificateType::raw_public_key);
    trusting.peer.send(peer::CertificateDraft{{}, {{key, {}}}});
    trusting.peer.send_certificate_verify();
    trusting.peer.send_finished();
    trusting.peer.expect_finished();
    EXPECT_TRUE(trusting.peer.ok()) << trusting.peer.complaint();
    EXPECT_TRUE(trusting.connection.handshake_complete());
}

TEST(RawKeyVerdict, client_wants_one_key_and_a_whole_one) {
    const ByteVector key = key_of(server_credential(key_type));
    client_refuses_key(key, {{}, {{key, {}}, {key, {}}}}, ErrorCode::several_raw_keys, illegal_parameter);
    for (const ByteVector& malformed :
         {ByteVector(key.begin(), key.end() - 1), ByteVector{0x30, 0}, ByteVector(20, 0x30)})
        client_refuses_key(key, {{}, {{malformed, {}}}}, ErrorCode::malformed_raw_key, decode_error);
}

TEST(RawKeyTypes, that_were_not_offered_are_refused_by_the_client) {
    ClientUnderTest test(client_that_trusts(key_of(server_credential(key_type))));
    select_type(test, CertificateType{7});
    expect_refused(test, ErrorCode::certificate_type_not_offered, illegal_parameter);
}

// RFC 7250 §4.1: the default alone is not worth an extension.
TEST(RawKeyTypes, of_the_default_alone_are_refused_by_the_server) {
    ServerUnderTest test;
    auto hello = test.peer.client_hello();
    const std::vector<CertificateType> types{CertificateType::x509};
    hello.extensions.add(messages::ServerCertificateTypes{types});
    test.peer.send_client_hello(hello);
    expect_refused(test, ErrorCode::default_certificate_type_alone, illegal_parameter);
}

} // namespace
} // namespace pavise::testing
