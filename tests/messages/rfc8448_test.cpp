// The handshake messages of RFC 8448's traces: bytes that other implementations wrote.
#include "messages/extension/all.hpp"
#include "messages/extension_table.hpp"
#include "messages/handshake_messages.hpp"
#include "vectors/hex.hpp"
#include "vectors/rfc8448.hpp"

#include <gtest/gtest.h>

namespace pavise::messages {
namespace {

using vectors::from_hex;
using vectors::to_hex;
namespace rfc8448 = vectors::rfc8448;

template <Message M> void expect_written_back(std::string_view hex) {
    if (hex.empty()) return;
    const ByteVector message = from_hex(hex);
    const auto parsed = parse_body<M>(Bytes(message).subspan(handshake_header_size));
    ASSERT_TRUE(parsed) << describe(parsed.error());
    ByteVector out;
    wire::Writer writer(out);
    write_message(writer, *parsed);
    EXPECT_EQ(to_hex(out), hex);
}

class Rfc8448 : public ::testing::TestWithParam<rfc8448::Trace> {};

TEST_P(Rfc8448, is_written_back_message_by_message) {
    const rfc8448::Trace& trace = GetParam();
    expect_written_back<ClientHello>(trace.client_hello);
    expect_written_back<ServerHello>(trace.hello_retry_request);
    expect_written_back<ClientHello>(trace.client_hello_2);
    expect_written_back<ServerHello>(trace.server_hello);
    expect_written_back<EncryptedExtensions>(trace.encrypted_extensions);
    expect_written_back<CertificateRequest>(trace.certificate_request);
    expect_written_back<Certificate>(trace.server_certificate);
    expect_written_back<CertificateVerify>(trace.server_certificate_verify);
    expect_written_back<Finished>(trace.server_finished);
    expect_written_back<EndOfEarlyData>(trace.end_of_early_data);
    expect_written_back<Certificate>(trace.client_certificate);
    expect_written_back<CertificateVerify>(trace.client_certificate_verify);
    expect_written_back<Finished>(trace.client_finished);
    expect_written_back<NewSessionTicket>(trace.new_session_ticket);
}

TEST_P(Rfc8448, answers_what_was_asked) {
    const rfc8448::Trace& trace = GetParam();
    const ByteVector client = from_hex(trace.client_hello);
    const ByteVector server = from_hex(trace.server_hello);
    const ByteVector encrypted = from_hex(trace.encrypted_extensions);
    const auto client_hello = parse_body<ClientHello>(Bytes(client).subspan(handshake_header_size));
    const auto server_hello = parse_body<ServerHello>(Bytes(server).subspan(handshake_header_size));
    const auto extensions = parse_body<EncryptedExtensions>(Bytes(encrypted).subspan(handshake_header_size));
    ASSERT_TRUE(client_hello && server_hello && extensions);
    const ExtensionSet offered = ExtensionSet::of(client_hello->extensions);
    EXPECT_TRUE(check_allowed(client_hello->extensions, MessageKind::client_hello));
    EXPECT_TRUE(check_allowed(server_hello->extensions, MessageKind::server_hello));
    EXPECT_TRUE(check_allowed(extensions->extensions, MessageKind::encrypted_extensions));
    EXPECT_TRUE(refuse_unsolicited(server_hello->extensions, MessageKind::server_hello, offered));
    EXPECT_TRUE(refuse_unsolicited(extensions->extensions, MessageKind::encrypted_extensions, offered));

    const auto name = client_hello->extensions.get<ServerName>();
    ASSERT_TRUE(name && *name);
    EXPECT_EQ(as_text((*name)->host_name), "server");
    const auto share = server_hello->extensions.get<KeyShareServerHello>();
    ASSERT_TRUE(share && *share);
    EXPECT_EQ((*share)->server_share.group, trace.group);
    EXPECT_EQ(to_hex((*share)->server_share.key_exchange), trace.server_public_key);
}

TEST(Rfc8448Section4, computes_binders_over_the_hello_without_them) {
    const ByteVector message = from_hex(rfc8448::resumed_0rtt.client_hello);
    const auto hello = parse_body<ClientHello>(Bytes(message).subspan(handshake_header_size));
    ASSERT_TRUE(hello);
    const auto psks = hello->extensions.get<OfferedPsks>();
    ASSERT_TRUE(psks && *psks);
    EXPECT_EQ((*psks)->identities.size(), 1u);
    EXPECT_EQ((*psks)->binders_size(), 2u + 1u + 32u);
    EXPECT_EQ(to_hex((*psks)->binders.begin()->bytes), rfc8448::resumed_0rtt.binder);
    EXPECT_EQ(to_hex(Bytes(message).last(32)), rfc8448::resumed_0rtt.binder);
}

TEST(Rfc8448Section5, is_retried_with_a_group_and_a_cookie) {
    const ByteVector message = from_hex(rfc8448::hello_retry_request.hello_retry_request);
    const auto retry = parse_body<ServerHello>(Bytes(message).subspan(handshake_header_size));
    ASSERT_TRUE(retry);
    EXPECT_TRUE(retry->is_hello_retry_request());
    const auto group = retry->extensions.get<KeyShareHelloRetryRequest>();
    ASSERT_TRUE(group && *group);
    EXPECT_EQ((*group)->value, NamedGroup::secp256r1);
    EXPECT_TRUE(retry->extensions.contains(ExtensionType::cookie));
    EXPECT_TRUE(check_allowed(retry->extensions, MessageKind::hello_retry_request));
}

INSTANTIATE_TEST_SUITE_P(Traces, Rfc8448, ::testing::ValuesIn(rfc8448::traces),
                         [](const auto& instance) { return std::to_string(instance.index); });

} // namespace
} // namespace pavise::messages
