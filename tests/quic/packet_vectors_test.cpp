// RFC 9001, appendix A: the packets and keys of an example connection; and the Retry packet of RFC 9369's.
#include "quic/packet_cipher.hpp"

#include "vectors/hex.hpp"

#include <pavise/quic.hpp>

#include <gtest/gtest.h>

namespace pavise::quic {
namespace {

using vectors::from_hex;
using vectors::to_hex;

constexpr std::string_view connection_id = "8394c8f03e515708";
constexpr std::string_view client_hello_frame =
    "060040f1010000ed0303ebf8fa56f12939b9584a3896472ec40bb863cfd3e86804fe3a47f06a2b69484c00000413011302010000"
    "c0"
    "00000010000e00000b6578616d706c652e636f6dff01000100000a00080006001d0017001800100007000504616c706e00050005"
    "01"
    "00000000003300260024001d00209370b2c9caa47fbabaf4559fedba753de171fa71f50f1ce15d43e994ec74d748002b00030203"
    "04"
    "000d0010000e0403050306030203080408050806002d00020101001c00024001003900320408ffffffffffffffff05048000ffff"
    "07"
    "048000ffff0801100104800075300901100f088394c8f03e51570806048000ffff";
constexpr std::string_view server_hello_frames =
    "02000000000600405a020000560303eefce7f7b37ba1d1632e96677825ddf73988cfc79825df566dc5430b9a045a12001301000"
    "02e00330024001d00209d3c940d89690b84d08a60993c144eca684d1081287c834d5311bcf32bb9da1a002b00020304";
constexpr std::string_view server_packet = "cf000000010008f067a5502a4262b5004075c0d95a482cd0991cd25b0aac406a5"
                                           "816b6394100f37a1c69797554780bb38cc5a99f5e"
                                           "de4cf73c3ec2493a1839b3dbcba3f6ea46c5b7684df3548e7ddeb9c3bf9c73cc3"
                                           "f3bded74b562bfb19fb84022f8ef4cdd93795d77d"
                                           "06edbb7aaf2f58891850abbdca3d20398c276456cbc42158407dd074ee";
constexpr std::string_view short_packet = "4cfe4189655e5cd55c41f69080575d7999c25a5bfb";
constexpr std::string_view chacha_secret = "9ac312a7f877468ebe69422748ad00a15443f18203a07d6060f688f30f21632b";
constexpr std::uint64_t chacha_packet_number = 654360564;

QuicPacketKeys initial(Role sender, QuicUse use, QuicVersion version = QuicVersion::v1) {
    return *QuicPacketKeys::initial(version, sender, use, from_hex(connection_id));
}

ByteVector packet_with_room(std::string_view header, ByteVector payload) {
    ByteVector packet = from_hex(header);
    packet.insert(packet.end(), payload.begin(), payload.end());
    packet.resize(packet.size() + quic_tag_size);
    return packet;
}

// ---- §A.1

TEST(QuicVectors, InitialSecretsOfBothSides) {
    const crypto::Provider& provider = crypto::botan_provider();
    const auto client = initial_secret(provider, QuicVersion::v1, Role::client, from_hex(connection_id));
    const auto server = initial_secret(provider, QuicVersion::v1, Role::server, from_hex(connection_id));
    ASSERT_TRUE(client && server);
    EXPECT_EQ(to_hex(client->view()), "c00cf151ca5be075ed0ebfb5c80323c42d6b7db67881289af4008f1f6c357aea");
    EXPECT_EQ(to_hex(server->view()), "3c199828fd139efd216c155ad844cc81fb82fa8d7446fa7d78be803acdda951b");
}

// ---- §A.2

TEST(QuicVectors, TheClientsInitialPacket) {
    constexpr std::size_t payload_size = 1162; // padded so that the packet has 1,200 bytes
    ByteVector payload = from_hex(client_hello_frame);
    ASSERT_EQ(payload.size(), 245u);
    payload.resize(payload_size);
    ByteVector packet = packet_with_room("c300000001088394c8f03e5157080000449e00000002", payload);
    ASSERT_EQ(packet.size(), 1200u);
    ASSERT_TRUE(initial(Role::client, QuicUse::sending).seal(2, packet, 22));
    EXPECT_EQ(to_hex(Bytes(packet).first(38)),
              "c000000001088394c8f03e5157080000449e7b9aec34d1b1c98dd7689fb8ec11d242b123dc9b");
    EXPECT_EQ(to_hex(Bytes(packet).last(quic_tag_size)), "e221af44860018ab0856972e194cd934");

    auto receiver = initial(Role::client, QuicUse::receiving);
    const auto header = receiver.uncover(packet, 18, 0);
    ASSERT_TRUE(header);
    EXPECT_EQ(header->packet_number, 2u);
    EXPECT_EQ(header->size, 22u);
    const auto opened = receiver.open(*header, packet);
    ASSERT_TRUE(opened);
    EXPECT_EQ(ByteVector(opened->begin(), opened->end()), payload);
}

// ---- §A.3

TEST(QuicVectors, TheServersInitialPacket) {
    ByteVector packet =
        packet_with_room("c1000000010008f067a5502a4262b50040750001", from_hex(server_hello_frames));
    ASSERT_TRUE(initial(Role::server, QuicUse::sending).seal(1, packet, 20));
    EXPECT_EQ(to_hex(packet), server_packet);
}

// ---- §A.4

TEST(QuicVectors, TheRetryPacketsTag) {
    const ByteVector retry = from_hex("ff000000010008f067a5502a4262b5746f6b656e");
    const auto tag = quic_retry_tag(QuicVersion::v1, from_hex(connection_id), retry);
    ASSERT_TRUE(tag);
    EXPECT_EQ(to_hex(*tag), "04a265ba2eff4d829058fb3f0f2496ba");
}

// ---- §A.5

TEST(QuicVectors, AShortPacketUnderChaCha20) {
    const auto keys = [](QuicUse use) {
        return *QuicPacketKeys::from_secret(QuicVersion::v1, CipherSuite::TLS_CHACHA20_POLY1305_SHA256, use,
                                            from_hex(chacha_secret));
    };
    ByteVector packet = packet_with_room("4200bff4", {0x01});
    ASSERT_TRUE(keys(QuicUse::sending).seal(chacha_packet_number, packet, 4));
    EXPECT_EQ(to_hex(packet), short_packet);

    auto receiver = keys(QuicUse::receiving);
    const auto header = receiver.uncover(packet, 1, chacha_packet_number);
    ASSERT_TRUE(header);
    EXPECT_EQ(header->packet_number, chacha_packet_number);
    const auto opened = receiver.open(*header, packet);
    ASSERT_TRUE(opened);
    EXPECT_EQ(to_hex(*opened), "01");
}

TEST(QuicVectors, TheNextSecretAfterAKeyUpdate) {
    const auto hmac = crypto::botan_provider().hmac(crypto::HashId::sha256);
    ASSERT_TRUE(hmac);
    const auto next = schedule::next_traffic_secret(**hmac, from_hex(chacha_secret), schedule::quic_labels);
    ASSERT_TRUE(next);
    EXPECT_EQ(to_hex(next->view()), "1223504755036d556342ee9361d253421a826c9ecdf3c7148684b36b714881f9");
}

// ---- RFC 9369, appendix A

TEST(QuicVectors, Version2DerivesOtherInitialSecretsAndTags) {
    const crypto::Provider& provider = crypto::botan_provider();
    const auto client = initial_secret(provider, QuicVersion::v2, Role::client, from_hex(connection_id));
    const auto server = initial_secret(provider, QuicVersion::v2, Role::server, from_hex(connection_id));
    ASSERT_TRUE(client && server);
    EXPECT_EQ(to_hex(client->view()), "14ec9d6eb9fd7af83bf5a668bc17a7e283766aade7ecd0891f70f9ff7f4bf47b");
    EXPECT_EQ(to_hex(server->view()), "0263db1782731bf4588e7e4d93b7463907cb8cd8200b5da55a8bd488eafc37c1");
    const ByteVector retry = from_hex("cf6b3343cf0008f067a5502a4262b5746f6b656e");
    const auto tag = quic_retry_tag(QuicVersion::v2, from_hex(connection_id), retry);
    ASSERT_TRUE(tag);
    EXPECT_EQ(to_hex(*tag), "c8646ce8bfe33952d955543665dcc7b6");
}

} // namespace
} // namespace pavise::quic
