// SSLObject over MemoryBIOs: handshakes, what they agree on, and how they fail. What SSLSocket shares is
// tested here.
#include "facade/support.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace pavise::ssl {
namespace {

using namespace testing;

void exchange(ObjectPair& pair, std::string_view request, std::string_view answer) {
    EXPECT_EQ(pair.client.write(request), request.size());
    pair.carry();
    EXPECT_EQ(text(pair.server.read()), request);
    EXPECT_EQ(pair.server.write(answer), answer.size());
    pair.carry();
    EXPECT_EQ(text(pair.client.read()), answer);
}

TEST(SslObject, shakes_hands_and_talks) {
    ObjectPair pair(client_context(), server_context());
    EXPECT_THROW(pair.client.do_handshake(), SSLWantReadError);
    EXPECT_GT(pair.client_out.pending(), 0u);
    EXPECT_EQ(pair.client.version(), std::nullopt);
    EXPECT_EQ(pair.client.cipher(), std::nullopt);
    EXPECT_THROW(pair.client.getpeercert(), ValueError);
    pair.handshake();
    exchange(pair, "ping", "pong");
    EXPECT_EQ(pair.client.version(), "TLSv1.3");
    EXPECT_EQ(pair.client.cipher(), (Cipher{"TLS_AES_256_GCM_SHA384", "TLSv1.3", 256}));
    EXPECT_EQ(pair.server.cipher(), pair.client.cipher());
    EXPECT_EQ(pair.client.compression(), std::nullopt);
    EXPECT_EQ(pair.client.selected_npn_protocol(), std::nullopt);
    EXPECT_FALSE(pair.client.server_side());
    EXPECT_TRUE(pair.server.server_side());
    EXPECT_EQ(pair.client.server_hostname(), "server.test");
    EXPECT_EQ(pair.server.server_hostname(), std::nullopt);
    pair.client.do_handshake(); // done: nothing to do
}

TEST(SslObject, speaks_tls12_too) {
    SSLContext client = client_context();
    client.set_maximum_version(TLSVersion::TLSv1_2);
    ObjectPair pair(client, server_context());
    pair.handshake();
    exchange(pair, "ping", "pong");
    EXPECT_EQ(pair.server.version(), "TLSv1.2");
    EXPECT_EQ(pair.client.cipher()->name, "ECDHE-ECDSA-AES256-GCM-SHA384");
    EXPECT_EQ(pair.client.get_channel_binding()->size(), 12u);
    EXPECT_EQ(*pair.client.get_channel_binding(), *pair.server.get_channel_binding("tls-unique"));
}

TEST(SslObject, options_can_forbid_versions) {
    SSLContext server = server_context();
    server.set_options(server.options() | OP_NO_TLSv1_3);
    ObjectPair old(client_context(), server);
    old.handshake();
    EXPECT_EQ(old.client.version(), "TLSv1.2");
    SSLContext client = client_context();
    client.set_options(client.options() | OP_NO_TLSv1_2);
    ObjectPair none(client, server);
    const auto outcome = none.try_handshake();
    EXPECT_EQ(caught<SSLError>(outcome.server).reason(), "UNSUPPORTED_PROTOCOL");
    EXPECT_EQ(caught<SSLError>(outcome.client).reason(), "TLSV1_ALERT_PROTOCOL_VERSION");
}

TEST(SslObject, reads_no_more_than_one_record) {
    ObjectPair pair(client_context(), server_context());
    pair.handshake();
    const std::string long_text(40000, 'x');
    std::size_t written = 0;
    while (written < long_text.size())
        written += pair.client.write(std::string_view(long_text).substr(written));
    pair.carry();
    EXPECT_EQ(pair.server.pending(), 0u);
    EXPECT_EQ(text(pair.server.read(1)), "x");
    EXPECT_EQ(pair.server.pending(), 16383u);
    EXPECT_EQ(pair.server.read(50000).size(), 16383u);
    EXPECT_EQ(pair.server.read(50000).size(), 16384u);
    EXPECT_EQ(pair.server.read(50000).size(), 40000u - 2 * 16384u);
    EXPECT_EQ(pair.server.read(0).size(), 0u);
    EXPECT_THROW(pair.server.read(), SSLWantReadError);
    EXPECT_EQ(pair.server.write(""), 0u);
}

TEST(SslObject, error_codes_take_the_place_of_exceptions) {
    ObjectPair pair(client_context(), server_context());
    std::error_code code;
    pair.client.do_handshake(code);
    EXPECT_EQ(code, SSL_ERROR_WANT_READ);
    pair.handshake();
    ByteVector buffer(10);
    EXPECT_EQ(pair.client.read_into(buffer, code), 0u);
    EXPECT_EQ(code, SSL_ERROR_WANT_READ);
    EXPECT_EQ(pair.server.write("hello", code), 5u);
    EXPECT_FALSE(code);
    pair.carry();
    EXPECT_EQ(pair.client.read_into(buffer, code), 5u);
    EXPECT_FALSE(code);
    pair.client.unwrap(code);
    EXPECT_EQ(code, SSL_ERROR_WANT_READ);
    pair.client.write("x", code);
    EXPECT_EQ(code, SSL_ERROR_SSL);
}

// ---------------------------------------------------------------- ends

TEST(SslObject, says_goodbye_and_leaves_what_follows) {
    ObjectPair pair(client_context(), server_context());
    pair.handshake();
    EXPECT_THROW(pair.client.unwrap(), SSLWantReadError);
    pair.carry();
    EXPECT_EQ(text(pair.server.read()), "");
    pair.server.unwrap();
    pair.server_out.write("plain text");
    pair.carry();
    pair.client.unwrap();
    EXPECT_EQ(text(pair.client_in.read()), "plain text");
    try {
        pair.client.write("too late");
        FAIL();
    } catch (const SSLError& error) {
        EXPECT_EQ(error.reason(), "PROTOCOL_IS_SHUTDOWN");
    }
}

TEST(SslObject, an_end_without_goodbye_is_an_eof_error) {
    ObjectPair pair(client_context(), server_context());
    pair.handshake();
    pair.client_in.write_eof();
    EXPECT_THROW(pair.client.read(), SSLEOFError);
    ObjectPair early(client_context(), server_context());
    early.client_in.write_eof();
    EXPECT_THROW(early.client.do_handshake(), SSLEOFError);
    SSLContext lenient = client_context();
    lenient.set_options(lenient.options() | OP_IGNORE_UNEXPECTED_EOF);
    ObjectPair ignored(lenient, server_context());
    ignored.handshake();
    ignored.client_in.write_eof();
    EXPECT_EQ(text(ignored.client.read()), "");
}

TEST(SslObject, goodbye_before_the_handshake_is_refused) {
    ObjectPair pair(client_context(), server_context());
    try {
        pair.client.unwrap();
        FAIL();
    } catch (const SSLError& error) {
        EXPECT_EQ(error.reason(), "SHUTDOWN_WHILE_IN_INIT");
    }
}

TEST(SslObject, garbage_is_an_error_that_stays) {
    ObjectPair pair(client_context(), server_context());
    pair.server_in.write("GET / HTTP/1.1\r\n\r\n");
    for (int i = 0; i < 2; ++i) {
        try {
            pair.server.do_handshake();
            FAIL();
        } catch (const SSLError& error) {
            EXPECT_EQ(error.reason(), "HTTP_REQUEST");
        }
    }
}

TEST(SslObject, that_was_moved_from_says_so) {
    ObjectPair pair(client_context(), server_context());
    const SSLObject moved = std::move(pair.client);
    EXPECT_THROW(pair.client.version(), ValueError); // NOLINT(bugprone-use-after-move): that is the subject
    EXPECT_EQ(moved.version(), std::nullopt);
}

// ---------------------------------------------------------------- arguments

TEST(Wrapping, checks_sides_and_names) {
    MemoryBIO in;
    MemoryBIO out;
    const SSLContext client = client_context();
    const SSLContext server = server_context();
    EXPECT_THROW(client.wrap_bio(in, out, {.server_side = true}), SSLError);
    EXPECT_THROW(server.wrap_bio(in, out), SSLError);
    EXPECT_THROW(client.wrap_bio(in, out), ValueError); // check_hostname requires server_hostname
    for (const char* name : {"", ".example.org"})
        EXPECT_THROW(client.wrap_bio(in, out, {.server_hostname = name}), ValueError);
    EXPECT_THROW(client.wrap_bio(in, out, {.server_hostname = std::string("a\0b", 3)}), TypeError);
    EXPECT_THROW(server.wrap_bio(in, out, {.server_side = true, .server_hostname = "x"}), ValueError);
    try {
        client.wrap_bio(in, out, {.server_hostname = "b\u00fccher.example"});
        FAIL();
    } catch (const ValueError& error) {
        EXPECT_NE(std::string(error.what()).find("xn--bcher-kva.example"), std::string::npos) << error.what();
    }
}

struct MyObject : SSLObject {
    explicit MyObject(SSLObject&& object) : SSLObject(std::move(object)) {}
    int mine = 7;
};

struct MySocket : SSLSocket {
    explicit MySocket(SSLSocket&& socket) : SSLSocket(std::move(socket)) {}
    int mine = 8;
};

TEST(Wrapping, makes_objects_of_ones_own_class) {
    static_assert(std::same_as<SSLContext::sslobject_class, SSLObject>);
    static_assert(std::same_as<SSLContext::sslsocket_class, SSLSocket>);
    const SSLContext client = client_context();
    auto [a, b] = socketpair();
    const auto socket = client.wrap_socket<MySocket>(
        std::move(a), {.do_handshake_on_connect = false, .server_hostname = "server.test"});
    EXPECT_EQ(socket.mine, 8);
    EXPECT_EQ(socket.context(), client);
    const auto object = client.wrap_bio<MyObject>({}, {}, {.server_hostname = "server.test"});
    EXPECT_EQ(object.mine, 7);
    EXPECT_EQ(object.context(), client);
}

// ---------------------------------------------------------------- certificates

TEST(PeerCertificate, is_shown_where_it_was_verified) {
    ObjectPair pair(client_context(), server_context());
    pair.handshake();
    const auto certificate = pair.client.getpeercert();
    ASSERT_TRUE(certificate);
    EXPECT_EQ(certificate->subject, (DistinguishedName{{{"commonName", "server.test"}}}));
    EXPECT_EQ(as_text(*pair.client.getpeercert_der()), as_text(server_leaf().certificate->der()));
    EXPECT_EQ(pair.client.get_unverified_chain().size(), 1u);
    EXPECT_EQ(pair.client.get_verified_chain().size(), 2u);
    EXPECT_EQ(as_text(pair.client.get_verified_chain().back()), as_text(authority().certificate->der()));
    EXPECT_EQ(pair.server.getpeercert(), std::nullopt);
}

TEST(PeerCertificate, is_an_empty_dictionary_where_it_was_not) {
    SSLContext client(PROTOCOL_TLS_CLIENT);
    client.set_check_hostname(false);
    client.set_verify_mode(CERT_NONE);
    ObjectPair pair(client, server_context(), {});
    pair.handshake();
    EXPECT_TRUE(pair.client.getpeercert()->empty());
    EXPECT_TRUE(pair.client.getpeercert_der());
    EXPECT_EQ(pair.client.get_verified_chain(), pair.client.get_unverified_chain());
}

TEST(Verification, refuses_what_nobody_vouches_for) {
    ObjectPair pair(SSLContext(PROTOCOL_TLS_CLIENT), server_context());
    const auto outcome = pair.try_handshake();
    const auto error = caught<SSLCertVerificationError>(outcome.client);
    EXPECT_EQ(error.verify_code(), 20);
    EXPECT_EQ(error.reason(), "CERTIFICATE_VERIFY_FAILED");
    EXPECT_EQ(caught<SSLError>(outcome.server).reason(), "TLSV1_ALERT_UNKNOWN_CA");
}

TEST(Verification, compares_the_name_if_it_is_to) {
    ObjectPair pair(client_context(), server_context(), {.server_hostname = "invalid"});
    const auto outcome = pair.try_handshake();
    const auto error = caught<SSLCertVerificationError>(outcome.client);
    EXPECT_EQ(error.verify_message(), "Hostname mismatch, certificate is not valid for 'invalid'.");
    EXPECT_EQ(caught<SSLError>(outcome.server).reason(), "SSLV3_ALERT_BAD_CERTIFICATE");
    ObjectPair address(client_context(), server_context(), {.server_hostname = "127.0.0.2"});
    EXPECT_EQ(caught<SSLCertVerificationError>(address.try_handshake().client).verify_code(), 64);
    ObjectPair right_address(client_context(), server_context(), {.server_hostname = "127.0.0.1"});
    right_address.handshake();
    SSLContext careless = client_context();
    careless.set_check_hostname(false);
    ObjectPair unchecked(careless, server_context(), {.server_hostname = "invalid"});
    unchecked.handshake();
    ObjectPair nameless(careless, server_context(), {});
    nameless.handshake();
}

TEST(Verification, falls_back_to_the_common_name_if_it_may) {
    trust::CertificateSpec spec = spec_for("only.in.cn");
    spec.names.clear();
    const auto leaf = trust::mint(spec, authority(), system_rng());
    SSLContext server(PROTOCOL_TLS_SERVER);
    server.load_cert_chain_from_memory(pem_of(*leaf), key_pem_of(*leaf));
    SSLContext client = client_context();
    ObjectPair by_default(client, server, {.server_hostname = "only.in.cn"});
    by_default.handshake();
    EXPECT_TRUE(client.hostname_checks_common_name());
    client.set_hostname_checks_common_name(false);
    ObjectPair strict(client, server, {.server_hostname = "only.in.cn"});
    EXPECT_EQ(caught<SSLCertVerificationError>(strict.try_handshake().client).verify_code(), 62);
}

TEST(Verification, follows_the_verify_flags) {
    SSLContext leaf_alone(PROTOCOL_TLS_CLIENT);
    leaf_alone.load_verify_locations({.cadata = pem_of(server_leaf())});
    ObjectPair refused(leaf_alone, server_context());
    EXPECT_NE(refused.try_handshake().client, nullptr);
    leaf_alone.set_verify_flags(leaf_alone.verify_flags() | VERIFY_X509_PARTIAL_CHAIN);
    EXPECT_EQ(leaf_alone.verify_flags(), VERIFY_X509_TRUSTED_FIRST | VERIFY_X509_PARTIAL_CHAIN);
    ObjectPair partial(leaf_alone, server_context());
    partial.handshake();
    SSLContext crl = client_context();
    crl.set_verify_flags(crl.verify_flags() | VERIFY_CRL_CHECK_LEAF);
    ObjectPair without_list(crl, server_context());
    EXPECT_EQ(caught<SSLCertVerificationError>(without_list.try_handshake().client).verify_code(), 3);
}

TEST(ClientAuthentication, is_asked_for_as_the_mode_says) {
    SSLContext server = server_context();
    server.load_verify_locations({.cadata = pem_of(authority())});
    server.set_verify_mode(CERT_OPTIONAL);
    EXPECT_EQ(server.verify_mode(), CERT_OPTIONAL);
    ObjectPair anonymous(client_context(), server);
    anonymous.handshake();
    EXPECT_EQ(anonymous.server.getpeercert(), std::nullopt);
    SSLContext client = client_context();
    client.load_cert_chain_from_memory(pem_of(client_leaf()), key_pem_of(client_leaf()));
    server.set_verify_mode(CERT_REQUIRED);
    ObjectPair named(client, server);
    named.handshake();
    EXPECT_EQ(named.server.getpeercert()->subject.front().front().second, "client.test");
    EXPECT_EQ(named.server.get_verified_chain().size(), 2u);
    ObjectPair refused(client_context(), server);
    const auto outcome = refused.try_handshake();
    EXPECT_EQ(caught<SSLError>(outcome.server).reason(), "PEER_DID_NOT_RETURN_A_CERTIFICATE");
}

TEST(ClientAuthentication, after_the_handshake_has_its_conditions) {
    ObjectPair pair(client_context(), server_context());
    pair.handshake();
    const auto reason = [](SSLConnection& side) -> std::optional<std::string> {
        try {
            side.verify_client_post_handshake();
        } catch (const SSLError& error) {
            return error.reason();
        }
        return std::nullopt;
    };
    EXPECT_EQ(reason(pair.client), "NOT_SERVER");
    EXPECT_EQ(reason(pair.server), "EXTENSION_NOT_RECEIVED");
    SSLContext old = client_context();
    old.set_maximum_version(TLSVersion::TLSv1_2);
    ObjectPair tls12(old, server_context());
    tls12.handshake();
    EXPECT_EQ(reason(tls12.server), "WRONG_SSL_VERSION");
    SSLContext offering = client_context();
    offering.set_post_handshake_auth(true);
    ObjectPair careless(offering, server_context()); // verify_mode is CERT_NONE
    careless.handshake();
    EXPECT_EQ(reason(careless.server), "INVALID_CONFIG");
    std::error_code code;
    careless.server.verify_client_post_handshake(code);
    EXPECT_EQ(code, SSL_ERROR_SSL);
    EXPECT_EQ(code.message(), "invalid config");
}

// A server that asks later, if at all, and a client that can be asked.
ObjectPair to_be_asked(const SSLContext& client, VerifyMode mode) {
    SSLContext asked = client;
    asked.set_post_handshake_auth(true);
    SSLContext server = server_context();
    server.load_verify_locations({.cadata = pem_of(authority())});
    server.set_verify_mode(mode);
    server.set_post_handshake_auth(true);
    ObjectPair pair(asked, server);
    pair.handshake();
    EXPECT_EQ(pair.server.getpeercert(), std::nullopt);
    return pair;
}

TEST(ClientAuthentication, after_the_handshake_shows_the_client) {
    SSLContext client = client_context();
    client.load_cert_chain_from_memory(pem_of(client_leaf()), key_pem_of(client_leaf()));
    ObjectPair pair = to_be_asked(client, CERT_REQUIRED);
    EXPECT_TRUE(client.post_handshake_auth());
    pair.server.verify_client_post_handshake();
    EXPECT_EQ(pair.server_out.pending(), 0u) << "the request goes with the next write";
    exchange(pair, "ping", "pong"); // the request rides on the answer
    EXPECT_EQ(pair.server.getpeercert(), std::nullopt);
    exchange(pair, "ping", "pong"); // and the certificate on the next request
    EXPECT_EQ(pair.server.getpeercert()->subject.front().front().second, "client.test");
    EXPECT_EQ(pair.server.get_verified_chain().size(), 2u);
    // A read sends it as well.
    pair.server.verify_client_post_handshake();
    EXPECT_THROW(pair.server.read(), SSLWantReadError);
    EXPECT_GT(pair.server_out.pending(), 0u);
    pair.carry();
    EXPECT_THROW(pair.client.read(), SSLWantReadError);
    pair.carry();
    EXPECT_THROW(pair.server.read(), SSLWantReadError);
    EXPECT_EQ(pair.server.get_verified_chain().size(), 2u) << "the chain of the last answer alone";
}

TEST(ClientAuthentication, after_the_handshake_may_fail) {
    const auto ask = [](ObjectPair& pair) {
        pair.server.verify_client_post_handshake();
        pair.server.write("who are you?");
        pair.carry();
        EXPECT_EQ(text(pair.client.read()), "who are you?");
        pair.carry();
    };
    ObjectPair anonymous = to_be_asked(client_context(), CERT_OPTIONAL);
    ask(anonymous);
    exchange(anonymous, "ping", "pong");
    EXPECT_EQ(anonymous.server.getpeercert(), std::nullopt);
    ObjectPair required = to_be_asked(client_context(), CERT_REQUIRED);
    ask(required);
    try {
        required.server.read();
        FAIL();
    } catch (const SSLError& error) {
        EXPECT_EQ(error.reason(), "PEER_DID_NOT_RETURN_A_CERTIFICATE");
    }
    required.carry();
    try {
        required.client.read();
        FAIL();
    } catch (const SSLError& error) {
        EXPECT_EQ(error.reason(), "TLSV13_ALERT_CERTIFICATE_REQUIRED");
    }
    SSLContext stranger_client = client_context();
    stranger_client.load_cert_chain_from_memory(pem_of(stranger()), key_pem_of(stranger()));
    ObjectPair unknown = to_be_asked(stranger_client, CERT_REQUIRED);
    ask(unknown);
    EXPECT_THROW(unknown.server.read(), SSLCertVerificationError);
    unknown.carry();
    try {
        unknown.client.read();
        FAIL();
    } catch (const SSLError& error) {
        EXPECT_EQ(error.reason(), "TLSV1_ALERT_UNKNOWN_CA");
    }
}

// ---------------------------------------------------------------- negotiation

TEST(Alpn, takes_the_servers_preference_or_none) {
    SSLContext client = client_context();
    SSLContext server = server_context();
    client.set_alpn_protocols({"foo", "bar", "milkshake"});
    server.set_alpn_protocols({"milkshake", "bar"});
    ObjectPair shared(client, server);
    shared.handshake();
    EXPECT_EQ(shared.client.selected_alpn_protocol(), "milkshake");
    EXPECT_EQ(shared.server.selected_alpn_protocol(), "milkshake");
    server.set_alpn_protocols({"other"});
    ObjectPair none(client, server);
    none.handshake();
    EXPECT_EQ(none.client.selected_alpn_protocol(), std::nullopt);
    ObjectPair unasked(client_context(), server);
    unasked.handshake();
    EXPECT_EQ(unasked.server.selected_alpn_protocol(), std::nullopt);
}

TEST(Negotiation, follows_ciphers_and_curves) {
    SSLContext client = client_context();
    client.set_maximum_version(TLSVersion::TLSv1_2);
    client.set_ciphers("ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-CHACHA20-POLY1305");
    SSLContext server = server_context();
    server.set_ciphers(
        "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384");
    server.set_ecdh_curve("secp384r1");
    ObjectPair pair(client, server);
    pair.handshake();
    EXPECT_EQ(pair.client.cipher()->name, "ECDHE-ECDSA-CHACHA20-POLY1305");
    EXPECT_EQ(pair.client.group(), NamedGroup::secp384r1);
    const auto shared = pair.server.shared_ciphers();
    ASSERT_TRUE(shared);
    ASSERT_EQ(shared->size(), 2u);
    EXPECT_EQ(shared->front(), (Cipher{"ECDHE-ECDSA-CHACHA20-POLY1305", "TLSv1.2", 256}));
    EXPECT_EQ(pair.client.shared_ciphers(), std::nullopt);
    server.set_options(server.options() & ~OP_CIPHER_SERVER_PREFERENCE);
    ObjectPair by_client(client, server);
    by_client.handshake();
    EXPECT_EQ(by_client.client.cipher()->name, "ECDHE-ECDSA-AES128-GCM-SHA256");
    server.set_ciphers("ECDHE-RSA-AES256-GCM-SHA384");
    server.set_maximum_version(TLSVersion::TLSv1_2);
    ObjectPair none(client, server);
    EXPECT_EQ(caught<SSLError>(none.try_handshake().server).reason(), "NO_SHARED_CIPHER");
}

TEST(ChannelBinding, is_the_same_on_both_sides) {
    ObjectPair pair(client_context(), server_context());
    EXPECT_EQ(pair.client.get_channel_binding(), std::nullopt);
    pair.handshake();
    EXPECT_EQ(pair.client.get_channel_binding("tls-unique"), std::nullopt); // TLS 1.3 has none (RFC 9266)
    EXPECT_EQ(pair.client.get_channel_binding("tls-exporter")->size(), 32u);
    EXPECT_EQ(*pair.client.get_channel_binding("tls-exporter"),
              *pair.server.get_channel_binding("tls-exporter"));
    try {
        pair.client.get_channel_binding("unknown-type");
        FAIL();
    } catch (const ValueError& error) {
        EXPECT_STREQ(error.what(), "'unknown-type' channel binding type not implemented");
    }
    EXPECT_EQ(pair.client.export_keying_material("label", 20),
              pair.server.export_keying_material("label", 20));
}

// ---------------------------------------------------------------- callbacks

TEST(SniCallback, sees_the_name_and_may_change_the_context) {
    trust::CertificateSpec spec = spec_for("other.test");
    const auto leaf = trust::mint(spec, authority(), system_rng());
    SSLContext other(PROTOCOL_TLS_SERVER);
    other.load_cert_chain_from_memory(pem_of(*leaf), key_pem_of(*leaf));
    SSLContext server = server_context();
    std::vector<std::optional<std::string>> seen;
    server.set_sni_callback([&](SSLConnection& connection, const std::optional<std::string>& name,
                                SSLContext& context) -> std::optional<AlertDescription> {
        seen.push_back(name);
        EXPECT_EQ(context, server);
        if (name == "other.test") connection.set_context(other);
        return std::nullopt;
    });
    EXPECT_TRUE(server.sni_callback());
    ObjectPair first(client_context(), server, {.server_hostname = "other.test"});
    first.handshake();
    EXPECT_EQ(first.client.getpeercert()->subject.front().front().second, "other.test");
    EXPECT_EQ(first.server.context(), other);
    ObjectPair second(client_context(), server);
    second.handshake();
    ObjectPair address(client_context(), server, {.server_hostname = "127.0.0.1"});
    address.handshake();
    EXPECT_EQ(seen, (std::vector<std::optional<std::string>>{"other.test", "server.test", std::nullopt}));
}

TEST(SniCallback, may_refuse_with_an_alert) {
    SSLContext server = server_context();
    server.set_sni_callback([](auto&&...) { return ALERT_DESCRIPTION_ACCESS_DENIED; });
    ObjectPair pair(client_context(), server);
    const auto outcome = pair.try_handshake();
    EXPECT_EQ(caught<SSLError>(outcome.client).reason(), "TLSV1_ALERT_ACCESS_DENIED");
    EXPECT_EQ(caught<SSLError>(outcome.server).reason(), "CALLBACK_FAILED");
}

TEST(SniCallback, that_throws_refuses_and_is_told) {
    SSLContext server = server_context();
    server.set_sni_callback(
        [](auto&&...) -> std::optional<AlertDescription> { throw std::runtime_error("no such name"); });
    ObjectPair pair(client_context(), server);
    const auto outcome = pair.try_handshake();
    EXPECT_EQ(caught<SSLError>(outcome.client).reason(), "SSLV3_ALERT_HANDSHAKE_FAILURE");
    try {
        std::rethrow_exception(outcome.server);
    } catch (const SSLError& error) {
        EXPECT_EQ(error.reason(), "CALLBACK_FAILED");
        EXPECT_THROW(std::rethrow_if_nested(error), std::runtime_error);
    }
}

TEST(ServernameCallback, gets_names_in_unicode) {
    SSLContext server = server_context();
    std::optional<std::string> seen;
    server.set_servername_callback([&](SSLConnection&, const std::optional<std::string>& name,
                                       SSLContext&) -> std::optional<AlertDescription> {
        seen = name;
        return std::nullopt;
    });
    SSLContext client = client_context();
    client.set_check_hostname(false);
    ObjectPair pair(client, server, {.server_hostname = "xn--bcher-kva.example"});
    pair.handshake();
    EXPECT_EQ(seen, "b\u00fccher.example");
}

TEST(Psk, authenticates_without_certificates) {
    const ByteVector key(32, 0x5a);
    SSLContext client(PROTOCOL_TLS_CLIENT);
    client.set_check_hostname(false);
    client.set_verify_mode(CERT_NONE);
    client.set_psk_client_callback([&](const std::optional<std::string>&) {
        return std::pair(std::optional<std::string>("Client_1"), key);
    });
    SSLContext server(PROTOCOL_TLS_SERVER);
    std::optional<std::string> seen;
    server.set_psk_server_callback([&](const std::optional<std::string>& identity) {
        seen = identity;
        return key;
    });
    for (const TLSVersion version : {TLSVersion::TLSv1_3, TLSVersion::TLSv1_2}) {
        client.set_maximum_version(version);
        if (version == TLSVersion::TLSv1_2) {
            client.set_ciphers("PSK");
            server.set_ciphers("PSK");
        }
        seen.reset();
        ObjectPair pair(client, server, {});
        pair.handshake();
        exchange(pair, "ping", "pong");
        EXPECT_EQ(seen, "Client_1");
        EXPECT_EQ(pair.client.getpeercert(), std::nullopt);
    }
    client.set_psk_client_callback([](const std::optional<std::string>&) {
        return std::pair(std::optional<std::string>(), ByteVector());
    });
    ObjectPair refused(client, server, {});
    EXPECT_NE(refused.try_handshake().client, nullptr);
}

TEST(KeyLogFile, gets_the_secrets_of_every_handshake) {
    const TemporaryFile file("");
    SSLContext client = client_context();
    client.set_keylog_filename(file.path());
    EXPECT_EQ(client.keylog_filename(), file.path());
    ObjectPair pair(client, server_context());
    pair.handshake();
    std::ostringstream contents;
    contents << std::ifstream(file.path()).rdbuf();
    EXPECT_NE(contents.str().find("CLIENT_HANDSHAKE_TRAFFIC_SECRET "), std::string::npos);
    EXPECT_NE(contents.str().find("EXPORTER_SECRET "), std::string::npos);
}

// ---------------------------------------------------------------- sessions

TEST(Sessions, are_resumed_in_both_versions) {
    for (const TLSVersion version : {TLSVersion::TLSv1_2, TLSVersion::TLSv1_3}) {
        SSLContext client = client_context();
        client.set_maximum_version(version);
        const SSLContext server = server_context();
        ObjectPair first(client, server);
        EXPECT_EQ(first.client.session(), std::nullopt);
        EXPECT_EQ(first.client.session_reused(), false);
        first.handshake();
        exchange(first, "ping", "pong"); // the tickets of TLS 1.3 come with the first data
        const auto session = first.client.session();
        ASSERT_TRUE(session);
        EXPECT_TRUE(session->has_ticket());
        EXPECT_EQ(session->id().size(), 32u);
        EXPECT_GT(session->time(), 0);
        EXPECT_GT(session->timeout(), 0);
        EXPECT_EQ(session->ticket_lifetime_hint(), session->timeout());
        EXPECT_EQ(first.client.session_reused(), false);
        ObjectPair second(client, server, {.server_hostname = "server.test", .session = *session});
        second.handshake();
        EXPECT_EQ(second.client.session_reused(), true);
        EXPECT_EQ(second.server.session_reused(), true);
        const SessionStats stats = client.session_stats();
        EXPECT_EQ(stats, (SessionStats{.connect = 2, .connect_good = 2, .hits = 1}));
        EXPECT_EQ(server.session_stats(), (SessionStats{.accept = 2, .accept_good = 2, .hits = 1}));
    }
}

TEST(Sessions, can_be_stored) {
    const SSLContext client = client_context();
    const SSLContext server = server_context();
    ObjectPair first(client, server);
    first.handshake();
    exchange(first, "ping", "pong");
    const SSLSession stored = SSLSession::deserialise(client, first.client.session()->serialise());
    EXPECT_EQ(stored, *first.client.session());
    ObjectPair second(client, server);
    second.client.set_session(stored);
    second.handshake();
    EXPECT_EQ(second.client.session_reused(), true);
    EXPECT_THROW(SSLSession::deserialise(client, "nonsense"), SSLError);
}

TEST(Sessions, belong_to_their_context_and_side) {
    const SSLContext client = client_context();
    ObjectPair first(client, server_context());
    first.handshake();
    const SSLSession session = *first.client.session();
    EXPECT_THROW(first.client.set_session(session), ValueError); // after the handshake
    ObjectPair other(client_context(), server_context());
    EXPECT_THROW(other.client.set_session(session), ValueError); // of another context
    EXPECT_THROW(other.server.set_session(session), ValueError);
}

TEST(Sessions, are_not_kept_without_tickets) {
    SSLContext client = client_context();
    client.set_options(client.options() | OP_NO_TICKET);
    client.set_minimum_version(TLSVersion::TLSv1_3);
    ObjectPair pair(client, server_context());
    pair.handshake();
    exchange(pair, "ping", "pong");
    EXPECT_FALSE(pair.client.session()->has_ticket());
    SSLContext sparing = server_context();
    sparing.set_num_tickets(0);
    SSLContext modern = client_context();
    modern.set_minimum_version(TLSVersion::TLSv1_3);
    ObjectPair none(modern, sparing);
    none.handshake();
    exchange(none, "ping", "pong");
    EXPECT_FALSE(none.client.session()->has_ticket());
}

} // namespace
} // namespace pavise::ssl
