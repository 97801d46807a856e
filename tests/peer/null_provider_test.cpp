// Handshakes under null cryptography: the same machine, values that depend on nothing, wrong values refused.
#include "support/script.hpp"

#include <gtest/gtest.h>

namespace pavise::testing {
namespace {

const ScriptHooks null_hooks{.hooks = {.cryptography = Cryptography::null}};

TEST(NullProvider, carries_a_handshake_of_each_role) {
    ClientUnderTest client(scripted_client_config(Cryptography::null), null_hooks);
    client.peer.connect();
    EXPECT_TRUE(client.peer.ok()) << client.peer.complaint();
    EXPECT_TRUE(client.connection.handshake_complete());

    ServerUnderTest server(scripted_server_config(Cryptography::null), null_hooks);
    server.peer.connect();
    EXPECT_TRUE(server.peer.ok()) << server.peer.complaint();
    server.peer.send_data("in the clear");
    EXPECT_EQ(as_text(server.link.application_data()), "in the clear");
}

// What a fuzzer needs: a change in one message does not break the next one.
TEST(NullProvider, makes_nothing_depend_on_the_transcript) {
    ClientUnderTest test(scripted_client_config(Cryptography::null), null_hooks);
    test.peer.expect_client_hello();
    test.peer.send_server_hello();
    test.peer.add_to_transcript(as_bytes("the client did not see this"));
    test.peer.send_rest_of_flight();
    test.peer.expect_finished();
    EXPECT_TRUE(test.connection.handshake_complete());
}

TEST(NullProvider, refuses_a_wrong_finished) {
    ClientUnderTest test(scripted_client_config(Cryptography::null), null_hooks);
    test.peer.expect_client_hello();
    test.peer.send_server_hello();
    test.peer.send_encrypted_extensions();
    test.peer.send_certificate();
    test.peer.send_certificate_verify();
    auto finished = test.peer.finished();
    finished.verify_data[3] ^= 1;
    test.peer.send_finished(finished);
    EXPECT_EQ(test.connection.error(), Error{ErrorCode::finished_mismatch});
}

TEST(NullProvider, refuses_a_wrong_signature_tag_and_key_share) {
    ClientUnderTest forged(scripted_client_config(Cryptography::null), null_hooks);
    forged.peer.expect_client_hello();
    forged.peer.send_server_hello();
    forged.peer.send_encrypted_extensions();
    forged.peer.send_certificate();
    auto verify = forged.peer.certificate_verify();
    verify.signature.pop_back();
    forged.peer.send(verify);
    EXPECT_EQ(forged.connection.error(), Error{ErrorCode::bad_signature});

    ServerUnderTest damaged(scripted_server_config(Cryptography::null), null_hooks);
    damaged.peer.connect();
    ByteVector record = damaged.peer.seal(ContentType::application_data, as_bytes("x"));
    record.back() ^= 1;
    damaged.peer.send_bytes(record);
    EXPECT_EQ(damaged.connection.error(), Error{ErrorCode::bad_record_mac});

    ServerUnderTest cut(scripted_server_config(Cryptography::null), null_hooks);
    auto hello = cut.peer.client_hello();
    hello.extensions.set(ExtensionType::key_share, ByteVector{0, 5, 0, 29, 0, 1, 9});
    cut.peer.send_client_hello(hello);
    EXPECT_EQ(cut.connection.error()->code, ErrorCode::bad_key_share);
}

} // namespace
} // namespace pavise::testing
