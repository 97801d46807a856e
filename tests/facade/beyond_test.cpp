// What Python does not have: a verify callback, stapled OCSP responses, early data, rekeying, half-close, and
// the settings that go with them.
#include "crypto/openssl_program.hpp"
#include "facade/support.hpp"

#include "trust/mint.hpp"

#include <gtest/gtest.h>

namespace pavise::ssl {
namespace {

using namespace testing;

std::string reason_of(const std::exception_ptr& error) {
    return caught<SSLError>(error).reason().value_or("none");
}

// A context that says no word of its own, and one that gives each connection's first tickets.
SSLSession session_of(const SSLContext& client, const SSLContext& server) {
    ObjectPair pair(client, server);
    pair.handshake();
    pair.server.write("x");
    pair.carry();
    pair.client.read();
    return *pair.client.session();
}

// ---------------------------------------------------------------- verification

TEST(VerifyCallback, has_the_last_word) {
    SSLContext client(PROTOCOL_TLS_CLIENT); // trusts nobody
    std::vector<int> codes;
    std::vector<std::string> messages;
    bool verdict = true;
    client.set_verify_callback([&](SSLConnection& connection, const PeerVerdict& peer) {
        EXPECT_EQ(connection.server_hostname(), "server.test");
        EXPECT_EQ(peer.chain.size(), 1u);
        codes.push_back(peer.verify_code);
        messages.push_back(peer.verify_message);
        return verdict;
    });
    ASSERT_TRUE(client.verify_callback());
    ObjectPair believed(client, server_context());
    believed.handshake();
    EXPECT_TRUE(believed.client.get_verified_chain().empty()) << "nothing leads to an anchor";
    verdict = false;
    ObjectPair refused(client, server_context());
    EXPECT_EQ(caught<SSLCertVerificationError>(refused.try_handshake().client).verify_code(), 20);
    client.load_verify_locations({.cadata = pem_of(authority())});
    ObjectPair good(client, server_context());
    EXPECT_EQ(caught<SSLCertVerificationError>(good.try_handshake().client).verify_code(), 1);
    EXPECT_EQ(codes, (std::vector<int>{20, 20, 0}));
    EXPECT_EQ(messages.front(), "unable to get local issuer certificate");
    EXPECT_EQ(messages.back(), "");
    client.set_verify_callback({});
    EXPECT_FALSE(client.verify_callback());
}

TEST(VerifyCallback, that_throws_refuses_and_is_told) {
    SSLContext client = client_context();
    client.set_verify_callback([](auto&&...) -> bool { throw std::runtime_error("no opinion"); });
    ObjectPair pair(client, server_context());
    try {
        std::rethrow_exception(pair.try_handshake().client);
    } catch (const SSLError& error) {
        EXPECT_EQ(error.reason(), "CALLBACK_FAILED");
        EXPECT_THROW(std::rethrow_if_nested(error), std::runtime_error);
    }
}

TEST(Ocsp, is_asked_for_stapled_and_judged) {
    const Timestamp now = system_clock().now();
    const auto response = [&](bool revoked) {
        trust::OcspSpec spec;
        spec.subject = server_leaf().certificate;
        spec.issuer = authority().certificate;
        spec.this_update = spec.revoked_at = now - std::chrono::hours(1);
        spec.next_update = now + std::chrono::hours(1);
        if (revoked) spec.verdict = trust::OcspVerdict::revoked;
        auto made = trust::mint_ocsp_response(spec, authority(), system_rng());
        if (!made) throw std::logic_error(describe(made.error()));
        return *std::move(made);
    };
    SSLContext client = client_context();
    SSLContext server = server_context();
    const ByteVector good = response(false);
    server.set_ocsp_response(good);
    ObjectPair unasked(client, server);
    unasked.handshake();
    EXPECT_EQ(unasked.client.ocsp_response(), std::nullopt);
    client.set_ocsp_policy(OcspPolicy::required);
    EXPECT_EQ(client.ocsp_policy(), OcspPolicy::required);
    ObjectPair asked(client, server);
    EXPECT_EQ(asked.client.ocsp_response(), std::nullopt);
    asked.handshake();
    EXPECT_EQ(asked.client.ocsp_response(), good);
    server.set_ocsp_response(response(true));
    ObjectPair revoked(client, server);
    EXPECT_EQ(caught<SSLCertVerificationError>(revoked.try_handshake().client).verify_code(), 23);
    server.set_ocsp_response("");
    ObjectPair missing(client, server);
    EXPECT_NE(missing.try_handshake().client, nullptr);
    EXPECT_THROW(server.set_ocsp_policy(OcspPolicy::checked), ValueError);
    EXPECT_THROW(client.set_ocsp_response(good), ValueError) << "it has no certificate";
}

// ---------------------------------------------------------------- files

// What the openssl program makes of the server's certificate and key.
class Files {
    crypto::testing::OpensslProgram openssl_;

  public:
    Files() {
        openssl_.write("leaf.pem", as_bytes(pem_of(server_leaf())));
        openssl_.write("leaf.key", as_bytes(key_pem_of(server_leaf())));
        openssl_.write("ca.pem", as_bytes(pem_of(authority())));
        openssl_.run("pkcs12 -export -in leaf.pem -inkey leaf.key -certfile ca.pem -passout pass:secret -out "
                     "leaf.p12");
        openssl_.run("pkcs12 -export -in leaf.pem -inkey leaf.key -passout pass: -out open.p12");
        openssl_.run("pkcs12 -export -in leaf.pem -nokeys -passout pass:secret -out keyless.p12");
    }
    std::string contents(const std::string& name) const { return text(openssl_.file(name)); }
};

TEST(Pkcs12, holds_a_chain_and_its_key) {
    const Files files;
    const TemporaryFile p12(files.contents("leaf.p12"));
    SSLContext server(PROTOCOL_TLS_SERVER);
    server.load_cert_chain(p12.path(), {.password = "secret"});
    ObjectPair pair(client_context(), server);
    pair.handshake();
    EXPECT_EQ(pair.client.get_unverified_chain().size(), 2u);
    SSLContext other(PROTOCOL_TLS_SERVER);
    int asked = 0;
    const Password callback = [&]() -> std::string {
        ++asked;
        return "secret";
    };
    other.load_cert_chain_from_memory(files.contents("leaf.p12"), files.contents("leaf.p12"), callback);
    EXPECT_EQ(asked, 1);
    other.load_cert_chain_from_memory(files.contents("open.p12"), files.contents("open.p12"));
    ObjectPair second(client_context(), other);
    second.handshake();
}

TEST(Pkcs12, says_what_is_wrong) {
    const Files files;
    SSLContext server(PROTOCOL_TLS_SERVER);
    for (const char* password : {"wrong", ""}) {
        const TemporaryFile p12(files.contents("leaf.p12"));
        try {
            server.load_cert_chain(p12.path(), {.password = password});
            FAIL();
        } catch (const SSLError& error) {
            EXPECT_EQ(error.library(), "PKCS12");
            EXPECT_EQ(error.reason(), "MAC_VERIFY_FAILURE");
            EXPECT_EQ(error.number(), 113);
        }
    }
    const TemporaryFile keyless(files.contents("keyless.p12"));
    EXPECT_THROW(server.load_cert_chain(keyless.path(), {.password = "secret"}), SSLError);
    const std::string whole = files.contents("leaf.p12");
    const TemporaryFile cut(std::string_view(whole).substr(0, whole.size() / 2));
    EXPECT_THROW(server.load_cert_chain(cut.path(), {.password = "secret"}), SSLError);
}

// ---------------------------------------------------------------- signatures and groups

TEST(SignatureSchemes, can_be_set_for_servers_and_for_clients) {
    SSLContext client = client_context();
    client.load_cert_chain_from_memory(pem_of(client_leaf()), key_pem_of(client_leaf()));
    SSLContext server = server_context();
    server.load_verify_locations({.cadata = pem_of(authority())});
    server.set_verify_mode(CERT_REQUIRED);
    EXPECT_EQ(server.client_sigalgs(), server.sigalgs());
    server.set_client_sigalgs({SignatureScheme::ecdsa_secp256r1_sha256});
    EXPECT_EQ(server.client_sigalgs(), std::vector{SignatureScheme::ecdsa_secp256r1_sha256});
    ObjectPair both(client, server);
    EXPECT_EQ(both.client.peer_sigalg(), std::nullopt);
    both.handshake();
    EXPECT_EQ(both.client.peer_sigalg(), SignatureScheme::ecdsa_secp256r1_sha256);
    EXPECT_EQ(both.client.local_sigalg(), SignatureScheme::ecdsa_secp256r1_sha256);
    EXPECT_EQ(both.server.peer_sigalg(), both.client.local_sigalg());
    EXPECT_EQ(both.server.local_sigalg(), both.client.peer_sigalg());
    server.set_client_sigalgs({SignatureScheme::ed25519}); // the client's key cannot
    ObjectPair refused(client, server);
    EXPECT_EQ(reason_of(refused.try_handshake().server), "PEER_DID_NOT_RETURN_A_CERTIFICATE");
    server.set_client_sigalgs({});
    client.set_client_sigalgs({SignatureScheme::ed448}); // nor with this
    ObjectPair unwilling(client, server);
    EXPECT_NE(unwilling.try_handshake().server, nullptr);
    client.set_client_sigalgs({});
    client.set_sigalgs({SignatureScheme::ed25519});
    EXPECT_EQ(client.sigalgs(), std::vector{SignatureScheme::ed25519});
    ObjectPair none(client, server);
    EXPECT_EQ(reason_of(none.try_handshake().server), "NO_SUITABLE_SIGNATURE_ALGORITHM");
    EXPECT_THROW(client.set_sigalgs({}), ValueError);
}

TEST(Groups, can_be_set_and_read) {
    SSLContext client = client_context();
    client.set_groups({NamedGroup::x25519, NamedGroup::secp256r1});
    EXPECT_EQ(client.groups(), (std::vector{NamedGroup::x25519, NamedGroup::secp256r1}));
    EXPECT_THROW(client.set_groups({}), ValueError);
    SSLContext server = server_context();
    server.set_groups({NamedGroup::secp256r1});
    ObjectPair pair(client, server);
    EXPECT_EQ(pair.client.group(), std::nullopt);
    pair.handshake();
    EXPECT_EQ(pair.client.group(), NamedGroup::secp256r1);
}

TEST(CipherSuites, of_tls13_can_be_chosen) {
    SSLContext client = client_context();
    client.set_ciphersuites("TLS_CHACHA20_POLY1305_SHA256");
    EXPECT_THROW(client.set_ciphersuites("TLS_NULL"), SSLError);
    ObjectPair pair(client, server_context());
    pair.handshake();
    EXPECT_EQ(pair.client.cipher()->name, "TLS_CHACHA20_POLY1305_SHA256");
}

// ---------------------------------------------------------------- sessions and early data

TEST(Tickets, of_one_server_are_taken_by_another_with_the_same_keys) {
    const SSLContext client = client_context();
    const SSLContext first = server_context();
    SSLContext second = server_context();
    const SSLSession session = session_of(client, first);
    ObjectPair strangers(client, second, {.server_hostname = "server.test", .session = session});
    strangers.handshake();
    EXPECT_EQ(strangers.client.session_reused(), false);
    second.set_ticket_keys(first.ticket_keys());
    EXPECT_EQ(second.ticket_keys().ring(), first.ticket_keys().ring());
    ObjectPair kin(client, second, {.server_hostname = "server.test", .session = session_of(client, first)});
    kin.handshake();
    EXPECT_EQ(kin.client.session_reused(), true);
    EXPECT_THROW(client.ticket_keys(), ValueError);
}

TEST(Tickets, or_a_store_keep_sessions) {
    const SSLContext client = client_context();
    SSLContext server = server_context();
    EXPECT_EQ(server.session_store(), nullptr);
    const auto store = make_session_store();
    server.set_session_store(store);
    EXPECT_EQ(server.session_store(), store);
    const SSLSession session = session_of(client, server);
    ObjectPair pair(client, server, {.server_hostname = "server.test", .session = session});
    pair.handshake();
    EXPECT_EQ(pair.client.session_reused(), true);
}

TEST(EarlyData, goes_with_the_first_flight_of_a_resumption) {
    constexpr std::size_t most = 1000;
    SSLContext client = client_context();
    SSLContext server = server_context();
    server.set_max_early_data(most);
    EXPECT_EQ(server.max_early_data(), most);
    EXPECT_THROW(client.set_max_early_data(1), ValueError);
    ObjectPair pair(client, server,
                    {.server_hostname = "server.test", .session = session_of(client, server)});
    const std::string request(most, 'r');
    pair.client.set_early_data(request);
    EXPECT_EQ(pair.client.early_data_accepted(), std::nullopt);
    EXPECT_THROW(pair.client.do_handshake(), SSLWantReadError);
    pair.carry();
    EXPECT_THROW(pair.server.do_handshake(), SSLWantReadError);
    EXPECT_EQ(text(pair.server.early_data()), request) << "before the handshake is done";
    EXPECT_EQ(text(pair.server.early_data()), "") << "it was taken";
    pair.handshake();
    EXPECT_EQ(pair.client.early_data_accepted(), true);
    EXPECT_EQ(pair.server.early_data_accepted(), true);
    pair.client.write("and on");
    pair.carry();
    EXPECT_EQ(text(pair.server.read()), "and on");
}

TEST(EarlyData, is_answered_before_the_handshake_is_done) {
    SSLContext client = client_context();
    SSLContext server = server_context();
    server.set_max_early_data(1000);
    ObjectPair pair(client, server,
                    {.server_hostname = "server.test", .session = session_of(client, server)});
    pair.client.set_early_data("a question");
    std::error_code code;
    pair.client.do_handshake(code);
    pair.server.write("too soon", code);
    EXPECT_EQ(code, SSL_ERROR_WANT_READ) << "nothing came that could be answered";
    pair.carry();
    pair.server.do_handshake(code);
    EXPECT_EQ(code, SSL_ERROR_WANT_READ);
    EXPECT_EQ(text(pair.server.early_data()), "a question");
    EXPECT_EQ(pair.server.write("an answer", code), 9u);
    EXPECT_FALSE(code);
    EXPECT_EQ(pair.server.version(), std::nullopt) << "the handshake is not done";
    pair.carry();
    EXPECT_EQ(text(pair.client.read()), "an answer");
    pair.carry();
    pair.server.do_handshake();
    pair.client.write("and on");
    pair.carry();
    EXPECT_EQ(text(pair.server.read()), "and on");
}

TEST(EarlyData, is_all_or_nothing_and_a_clients) {
    constexpr std::size_t most = 1000;
    SSLContext client = client_context();
    SSLContext server = server_context();
    server.set_max_early_data(most);
    ObjectPair pair(client, server,
                    {.server_hostname = "server.test", .session = session_of(client, server)});
    pair.client.set_early_data(std::string(most + 1, 'r'));
    pair.handshake();
    EXPECT_EQ(pair.client.early_data_accepted(), false);
    EXPECT_EQ(pair.server.early_data().size(), 0u);
    EXPECT_THROW(pair.client.set_early_data("late"), ValueError);
    EXPECT_THROW(pair.server.set_early_data("wrong side"), ValueError);
    EXPECT_EQ(pair.client.early_data().size(), 0u);
    ObjectPair fresh(client, server);
    fresh.client.set_early_data("no session");
    fresh.handshake();
    EXPECT_EQ(fresh.client.early_data_accepted(), false);
}

// ---------------------------------------------------------------- after the handshake

TEST(KeyUpdates, change_nothing_that_the_application_sees) {
    ObjectPair pair(client_context(), server_context());
    pair.handshake();
    for (const KeyUpdateScope scope : {KeyUpdateScope::ours, KeyUpdateScope::both}) {
        pair.client.update_keys(scope);
        pair.client.write("under new keys");
        pair.carry();
        EXPECT_EQ(text(pair.server.read()), "under new keys");
        pair.server.write("and back");
        pair.carry();
        EXPECT_EQ(text(pair.client.read()), "and back");
    }
    SSLContext old = client_context();
    old.set_maximum_version(TLSVersion::TLSv1_2);
    ObjectPair tls12(old, server_context());
    tls12.handshake();
    EXPECT_THROW(tls12.client.update_keys(), SSLError);
}

TEST(HalfClose, goes_on_reading) {
    ObjectPair pair(client_context(), server_context());
    EXPECT_THROW(pair.client.close_sending(), SSLError); // before the handshake
    pair.handshake();
    pair.client.close_sending();
    pair.carry();
    EXPECT_EQ(text(pair.server.read()), "");
    pair.server.write("the rest");
    pair.carry();
    EXPECT_EQ(text(pair.client.read()), "the rest");
    std::error_code code;
    pair.client.write("x", code);
    EXPECT_EQ(code, SSL_ERROR_SSL);
    EXPECT_EQ(code.message(), "protocol is shutdown");
    pair.server.close_sending(code);
    EXPECT_FALSE(code);
    pair.carry();
    EXPECT_EQ(text(pair.client.read()), "");
    pair.client.unwrap();
}

TEST(ErrorCodes, of_what_was_moved_from_say_so) {
    ObjectPair pair(client_context(), server_context());
    const SSLObject moved = std::move(pair.client);
    std::error_code code;
    // NOLINTBEGIN(bugprone-use-after-move): that is the subject
    pair.client.do_handshake(code);
    EXPECT_EQ(code, std::errc::bad_file_descriptor);
    EXPECT_EQ(pair.client.write("x", code), 0u);
    EXPECT_EQ(code, std::errc::bad_file_descriptor);
    EXPECT_EQ(pair.client.read_into({}, code), 0u);
    EXPECT_EQ(code, std::errc::bad_file_descriptor);
    pair.client.verify_client_post_handshake(code);
    EXPECT_EQ(code, std::errc::bad_file_descriptor);
    SSLContext context = client_context();
    const SSLContext taken = std::move(context);
    EXPECT_EQ(context, taken); // handles stay what they are
    MemoryBIO bio;
    MemoryBIO same = std::move(bio);
    bio.write("still here");
    EXPECT_EQ(text(same.read()), "still here");
    // NOLINTEND(bugprone-use-after-move)
}

} // namespace
} // namespace pavise::ssl
