// SSLContext: defaults, attributes, and the errors of its setters.
#include "facade/support.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

namespace pavise::ssl {
namespace {

using namespace testing;

template <class Raised, class Call> std::string words(Call call) {
    try {
        call();
    } catch (const Raised& raised) {
        return raised.what();
    }
    return "nothing was thrown";
}

TEST(Context, protocols_that_exist_make_one) {
    for (const SSLMethod protocol :
         {PROTOCOL_TLS, PROTOCOL_TLS_CLIENT, PROTOCOL_TLS_SERVER, PROTOCOL_TLSv1_2})
        EXPECT_EQ(SSLContext(protocol).protocol(), protocol);
    for (const SSLMethod protocol : {PROTOCOL_SSLv3, PROTOCOL_TLSv1, PROTOCOL_TLSv1_1})
        EXPECT_EQ(words<ValueError>([&] { SSLContext{protocol}; }),
                  "invalid or unsupported protocol version " + str(protocol));
}

TEST(Context, copies_are_the_same_context) {
    SSLContext context(PROTOCOL_TLS_CLIENT);
    SSLContext same = context;
    same.set_post_handshake_auth(true);
    EXPECT_TRUE(context.post_handshake_auth());
    EXPECT_EQ(same, context);
    EXPECT_FALSE(SSLContext(PROTOCOL_TLS_CLIENT) == context);
}

TEST(Context, options_have_pythons_default) {
    SSLContext context(PROTOCOL_TLS_SERVER);
    EXPECT_EQ(bits(context.options()), 2186412112u);
    context.set_options(context.options() | OP_NO_TICKET);
    EXPECT_TRUE(has(context.options(), OP_NO_TICKET));
}

TEST(Context, verification_is_on_for_clients_alone) {
    const SSLContext client(PROTOCOL_TLS_CLIENT);
    EXPECT_EQ(client.verify_mode(), CERT_REQUIRED);
    EXPECT_TRUE(client.check_hostname());
    const SSLContext server(PROTOCOL_TLS_SERVER);
    EXPECT_EQ(server.verify_mode(), CERT_NONE);
    EXPECT_FALSE(server.check_hostname());
    EXPECT_EQ(server.verify_flags(), VERIFY_X509_TRUSTED_FIRST);
    EXPECT_TRUE(server.hostname_checks_common_name());
}

TEST(Context, verify_mode_and_check_hostname_depend_on_each_other) {
    SSLContext context(PROTOCOL_TLS_CLIENT);
    EXPECT_EQ(words<ValueError>([&] { context.set_verify_mode(CERT_NONE); }),
              "Cannot set verify_mode to CERT_NONE when check_hostname is enabled.");
    EXPECT_EQ(words<ValueError>([&] { context.set_verify_mode(static_cast<VerifyMode>(3)); }),
              "invalid value for verify_mode");
    context.set_check_hostname(false);
    context.set_verify_mode(CERT_NONE);
    EXPECT_FALSE(context.check_hostname());
    context.set_check_hostname(true);
    EXPECT_TRUE(context.check_hostname());
    EXPECT_EQ(context.verify_mode(), CERT_REQUIRED);
    context.set_verify_mode(CERT_OPTIONAL);
    context.set_check_hostname(true);
    EXPECT_EQ(context.verify_mode(), CERT_OPTIONAL);
}

TEST(Context, verify_flags_keep_any_bits) {
    SSLContext context(PROTOCOL_TLS_CLIENT);
    context.set_verify_flags(VERIFY_CRL_CHECK_LEAF | VERIFY_ALLOW_PROXY_CERTS);
    EXPECT_EQ(bits(context.verify_flags()), 4u | 64u);
    context.set_hostname_checks_common_name(false);
    EXPECT_FALSE(context.hostname_checks_common_name());
}

TEST(Context, versions_have_bounds) {
    SSLContext context(PROTOCOL_TLS_CLIENT);
    EXPECT_EQ(context.minimum_version(), TLSVersion::TLSv1_2);
    EXPECT_EQ(context.maximum_version(), TLSVersion::MAXIMUM_SUPPORTED);
    context.set_minimum_version(TLSVersion::TLSv1_1); // means 1.2, which is the oldest
    EXPECT_EQ(context.minimum_version(), TLSVersion::TLSv1_1);
    context.set_minimum_version(TLSVersion::MINIMUM_SUPPORTED);
    EXPECT_EQ(context.minimum_version(), TLSVersion::MINIMUM_SUPPORTED);
    context.set_minimum_version(TLSVersion::MAXIMUM_SUPPORTED);
    EXPECT_EQ(context.minimum_version(), TLSVersion::TLSv1_3);
    context.set_maximum_version(TLSVersion::MINIMUM_SUPPORTED);
    EXPECT_EQ(context.maximum_version(), TLSVersion::TLSv1_2);
    EXPECT_EQ(words<ValueError>([&] { context.set_maximum_version(TLSVersion::TLSv1); }),
              "Unsupported protocol version 0x301");
    EXPECT_EQ(words<ValueError>([&] { context.set_minimum_version(static_cast<TLSVersion>(4)); }),
              "Unsupported TLS/SSL version 0x4");
    SSLContext fixed(PROTOCOL_TLSv1_2);
    EXPECT_THROW(fixed.set_minimum_version(TLSVersion::TLSv1_2), ValueError);
    EXPECT_THROW(fixed.set_maximum_version(TLSVersion::TLSv1_3), ValueError);
}

TEST(Context, tickets_are_a_servers) {
    SSLContext server(PROTOCOL_TLS_SERVER);
    EXPECT_EQ(server.num_tickets(), 2u);
    server.set_num_tickets(0);
    EXPECT_EQ(server.num_tickets(), 0u);
    SSLContext client(PROTOCOL_TLS_CLIENT);
    EXPECT_EQ(words<ValueError>([&] { client.set_num_tickets(1); }), "SSLContext is not a server context.");
}

TEST(Context, security_level_is_two) {
    SSLContext context(PROTOCOL_TLS_CLIENT);
    EXPECT_EQ(context.security_level(), 2);
    context.set_ciphers("@SECLEVEL=3:ALL");
    EXPECT_EQ(context.security_level(), 3);
}

TEST(Context, alpn_names_have_their_bounds) {
    SSLContext context(PROTOCOL_TLS_CLIENT);
    context.set_alpn_protocols({"h2", std::string(255, 'x')});
    for (const std::string& name : {std::string(), std::string(256, 'x')})
        EXPECT_EQ(words<SSLError>([&] { context.set_alpn_protocols({name}); }),
                  "ALPN protocols must be 1 to 255 in length");
    EXPECT_THROW(context.set_npn_protocols({"http/1.1"}), NotImplementedError);
}

TEST(Context, curves_are_known_by_openssls_names) {
    SSLContext context(PROTOCOL_TLS_SERVER);
    context.set_ecdh_curve("prime256v1");
    EXPECT_EQ(context.groups(), std::vector{NamedGroup::secp256r1});
    EXPECT_EQ(words<ValueError>([&] { context.set_ecdh_curve("foo"); }), "unknown elliptic curve name 'foo'");
    context.set_groups({NamedGroup::x25519, NamedGroup::secp384r1});
    EXPECT_EQ(context.groups().size(), 2u);
    EXPECT_THROW(context.set_groups({}), ValueError);
    context.set_sigalgs({SignatureScheme::ed25519});
    EXPECT_EQ(context.sigalgs(), std::vector{SignatureScheme::ed25519});
}

TEST(Context, callbacks_belong_to_their_side) {
    SSLContext client(PROTOCOL_TLS_CLIENT);
    SSLContext server(PROTOCOL_TLS_SERVER);
    EXPECT_EQ(words<ValueError>([&] { client.set_sni_callback({}); }),
              "sni_callback cannot be set on TLS_CLIENT context");
    EXPECT_EQ(words<SSLError>([&] { client.set_psk_server_callback({}); }),
              "Cannot add PSK server callback to a PROTOCOL_TLS_CLIENT context");
    EXPECT_EQ(words<SSLError>([&] { server.set_psk_client_callback({}); }),
              "Cannot add PSK client callback to a PROTOCOL_TLS_SERVER context");
    EXPECT_FALSE(server.sni_callback());
}

TEST(Context, dh_parameters_come_from_pem) {
    SSLContext context(PROTOCOL_TLS_SERVER);
    EXPECT_THROW(context.load_dh_params("/nonexistent"), FileNotFoundError);
    const TemporaryFile other(pem_of(authority()));
    try {
        context.load_dh_params(other.path());
        FAIL();
    } catch (const SSLError& error) {
        EXPECT_EQ(error.library(), "PEM");
        EXPECT_EQ(error.reason(), "NO_START_LINE");
        EXPECT_STREQ(error.what(), "[PEM: NO_START_LINE] no start line");
    }
}

// ---------------------------------------------------------------- certificates and keys

TEST(Certificates, and_keys_load_from_files_and_from_memory) {
    SSLContext context(PROTOCOL_TLS_SERVER);
    const TemporaryFile certificate(pem_of(server_leaf()));
    const TemporaryFile key(key_pem_of(server_leaf()));
    const TemporaryFile both(key_pem_of(server_leaf()) + pem_of(server_leaf()));
    context.load_cert_chain(certificate.path(), {.keyfile = key.path()});
    context.load_cert_chain(both.path());
    context.load_cert_chain_from_memory(pem_of(server_leaf()), key_pem_of(server_leaf()), "not needed");
    EXPECT_THROW(context.load_cert_chain("/nonexistent"), FileNotFoundError);
    EXPECT_THROW(context.load_cert_chain("/tmp"), IsADirectoryError);
    EXPECT_NE(words<SSLError>([&] { context.load_cert_chain(key.path()); }).find("PEM lib"),
              std::string::npos);
    EXPECT_NE(words<SSLError>([&] { context.load_cert_chain(certificate.path()); }).find("PEM lib"),
              std::string::npos);
}

TEST(Certificates, a_key_of_another_is_refused) {
    SSLContext context(PROTOCOL_TLS_SERVER);
    try {
        context.load_cert_chain_from_memory(pem_of(server_leaf()), key_pem_of(client_leaf()));
        FAIL();
    } catch (const SSLError& error) {
        EXPECT_STREQ(error.what(), "[X509: KEY_VALUES_MISMATCH] key values mismatch");
        EXPECT_EQ(error.number(), 116);
    }
}

TEST(Certificates, a_password_has_at_most_1024_bytes) {
    SSLContext context(PROTOCOL_TLS_SERVER);
    EXPECT_EQ(words<ValueError>([&] {
                  context.load_cert_chain_from_memory(pem_of(server_leaf()), key_pem_of(server_leaf()),
                                                      std::string(1025, 'x'));
              }),
              "password cannot be longer than 1024 bytes");
    bool asked = false;
    const Password callback = [&]() -> std::string {
        asked = true;
        return "secret";
    };
    context.load_cert_chain_from_memory(pem_of(server_leaf()), key_pem_of(server_leaf()), callback);
    EXPECT_FALSE(asked) << "the key is not encrypted";
}

TEST(Trust, loads_from_files_and_data) {
    SSLContext context(PROTOCOL_TLS_CLIENT);
    EXPECT_EQ(words<TypeError>([&] { context.load_verify_locations({}); }),
              "cafile, capath and cadata cannot be all omitted");
    EXPECT_EQ(context.cert_store_stats(), CertStoreStats{});
    const TemporaryFile file("junk before\n" + pem_of(authority()) + "and after\n");
    context.load_verify_locations({.cafile = file.path()});
    const Bytes der = stranger().certificate->der();
    context.load_verify_locations({.cadata = ByteVector(der.begin(), der.end())});
    context.load_verify_locations({.cadata = pem_of(stranger())}); // again: counted once
    context.load_verify_locations({.cadata = pem_of(server_leaf())});
    EXPECT_EQ(context.cert_store_stats(), (CertStoreStats{.x509 = 3, .crl = 0, .x509_ca = 2}));
    EXPECT_EQ(context.get_ca_certs().size(), 2u);
    EXPECT_EQ(context.get_ca_certs().front().subject.front().front().second, "Facade Test CA");
    EXPECT_EQ(as_text(context.get_ca_certs_der().back()), as_text(der));
}

TEST(Trust, says_what_is_wrong_with_a_file) {
    SSLContext context(PROTOCOL_TLS_CLIENT);
    EXPECT_THROW(context.load_verify_locations({.cafile = "/nonexistent"}), FileNotFoundError);
    EXPECT_EQ(words<SSLError>([&] { context.load_verify_locations({.cadata = std::string("text")}); }),
              "no start line: cadata does not contain a certificate");
    EXPECT_EQ(words<ValueError>([&] { context.load_verify_locations({.cadata = ByteVector()}); }),
              "Empty certificate data");
    EXPECT_EQ(words<SSLError>([&] { context.load_verify_locations({.cadata = ByteVector{1, 2, 3}}); }),
              "not enough data: cadata does not contain a certificate");
    const TemporaryFile empty("");
    EXPECT_THROW(context.load_verify_locations({.cafile = empty.path()}), SSLError);
    EXPECT_EQ(context.cert_store_stats(), CertStoreStats{});
}

TEST(Trust, the_default_place_follows_the_environment) {
    const TemporaryFile file(pem_of(authority()));
    ::setenv("SSL_CERT_FILE", file.path().c_str(), 1);
    SSLContext context(PROTOCOL_TLS_CLIENT);
    context.set_default_verify_paths();
    SSLContext other(PROTOCOL_TLS_CLIENT);
    other.load_default_certs();
    ::unsetenv("SSL_CERT_FILE");
    EXPECT_EQ(context.cert_store_stats().x509_ca, 1u);
    EXPECT_EQ(other.cert_store_stats().x509_ca, 1u);
}

// ---------------------------------------------------------------- the default context

TEST(DefaultContext, verifies_strictly) {
    const SSLContext client = create_default_context(Purpose::SERVER_AUTH, {.cadata = pem_of(authority())});
    EXPECT_EQ(client.protocol(), PROTOCOL_TLS_CLIENT);
    EXPECT_EQ(client.verify_mode(), CERT_REQUIRED);
    EXPECT_TRUE(client.check_hostname());
    EXPECT_EQ(client.verify_flags(),
              VERIFY_X509_TRUSTED_FIRST | VERIFY_X509_PARTIAL_CHAIN | VERIFY_X509_STRICT);
    EXPECT_EQ(client.get_ca_certs().size(), 1u);
    const SSLContext server = create_default_context(Purpose::CLIENT_AUTH);
    EXPECT_EQ(server.protocol(), PROTOCOL_TLS_SERVER);
    EXPECT_EQ(server.verify_mode(), CERT_NONE);
    EXPECT_EQ(server.keylog_filename(), std::nullopt);
}

TEST(DefaultContext, logs_keys_where_the_environment_says) {
    const TemporaryFile file("");
    ::setenv("SSLKEYLOGFILE", file.path().c_str(), 1);
    const SSLContext context = create_default_context(Purpose::CLIENT_AUTH);
    ::unsetenv("SSLKEYLOGFILE");
    EXPECT_EQ(context.keylog_filename(), file.path());
    std::ostringstream contents;
    contents << std::ifstream(file.path()).rdbuf();
    EXPECT_EQ(contents.str(), "# TLS secrets log file, generated by Pavise\n");
}

TEST(KeyLog, is_a_file_that_can_be_opened) {
    SSLContext context(PROTOCOL_TLS_CLIENT);
    EXPECT_THROW(context.set_keylog_filename("/tmp"), IsADirectoryError);
    EXPECT_THROW(context.set_keylog_filename("/nonexistent/keys"), FileNotFoundError);
    const TemporaryFile file("kept\n");
    context.set_keylog_filename(file.path());
    context.set_keylog_filename(std::nullopt);
    EXPECT_EQ(context.keylog_filename(), std::nullopt);
}

} // namespace
} // namespace pavise::ssl
