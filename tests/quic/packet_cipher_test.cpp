// The edges of packet protection: what is refused, what is counted, and how keys follow each other.
#include "quic/packet_cipher.hpp"

#include <pavise/quic.hpp>

#include <gtest/gtest.h>

namespace pavise::quic {
namespace {

constexpr std::size_t header_size = 3; // first byte and a packet number of two
constexpr std::uint8_t short_header = 0x41;

std::unique_ptr<PacketCipher> cipher(QuicUse use, CipherSuite id = CipherSuite::TLS_AES_128_GCM_SHA256) {
    const auto suite = *crypto::suite13(id);
    const ByteVector secret(digest_size(suite.hash), 0x5a);
    return *PacketCipher::make(crypto::botan_provider(), QuicVersion::v1, suite, use, secret);
}

ByteVector plain_packet(std::uint64_t number, std::size_t payload_size) {
    ByteVector packet{short_header, static_cast<std::uint8_t>(number >> 8),
                      static_cast<std::uint8_t>(number)};
    packet.resize(header_size + payload_size + quic_tag_size, 0x2a);
    return packet;
}

ByteVector sealed_packet(PacketCipher& sender, std::uint64_t number, std::size_t payload_size = 20) {
    ByteVector packet = plain_packet(number, payload_size);
    EXPECT_TRUE(sender.seal(number, packet, header_size));
    return packet;
}

Result<MutableBytes> opened(PacketCipher& receiver, MutableBytes packet, std::uint64_t expected) {
    const auto header = receiver.uncover(packet, 1, expected);
    if (!header) return Unexpected(header.error());
    return receiver.open(*header, packet);
}

ErrorCode code(const Status& status) {
    return status ? ErrorCode{} : status.error().code;
}
template <class T> ErrorCode code(const Result<T>& result) {
    return result ? ErrorCode{} : result.error().code;
}

class PacketCipherOfSuite : public ::testing::TestWithParam<CipherSuite> {};

TEST_P(PacketCipherOfSuite, OpensWhatItsPeerSealed) {
    const auto sender = cipher(QuicUse::sending, GetParam());
    const auto receiver = cipher(QuicUse::receiving, GetParam());
    for (const std::uint64_t number : {0u, 1u, 255u, 256u, 40'000u}) {
        ByteVector packet = sealed_packet(*sender, number);
        const auto payload = opened(*receiver, packet, number);
        ASSERT_TRUE(payload) << number;
        EXPECT_EQ(ByteVector(payload->begin(), payload->end()), ByteVector(20, 0x2a));
        EXPECT_EQ(packet[0], short_header);
    }
}

TEST_P(PacketCipherOfSuite, RefusesAPacketWithAnyByteChanged) {
    const auto sender = cipher(QuicUse::sending, GetParam());
    const ByteVector packet = sealed_packet(*sender, 7);
    for (std::size_t i = 0; i < packet.size(); ++i) {
        const auto receiver = cipher(QuicUse::receiving, GetParam());
        ByteVector changed = packet;
        changed[i] ^= 0x01;
        EXPECT_EQ(code(opened(*receiver, changed, 7)), ErrorCode::bad_record_mac) << "byte " << i;
    }
}

TEST_P(PacketCipherOfSuite, KeysFollowEachOtherAndHeaderProtectionStays) {
    const auto sender = cipher(QuicUse::sending, GetParam());
    const auto receiver = cipher(QuicUse::receiving, GetParam());
    const auto next_sender = *sender->next();
    const auto next_receiver = *receiver->next();
    ByteVector packet = sealed_packet(*next_sender, 9);

    // Header protection is the same: the old keys find the number, and only the new ones open (RFC 9001
    // §6.1).
    const auto header = receiver->uncover(packet, 1, 9);
    ASSERT_TRUE(header);
    EXPECT_EQ(header->packet_number, 9u);
    ByteVector copy = packet;
    EXPECT_EQ(code(receiver->open(*header, copy)), ErrorCode::bad_record_mac);
    EXPECT_TRUE(next_receiver->open(*header, packet));
}

INSTANTIATE_TEST_SUITE_P(Suites, PacketCipherOfSuite,
                         ::testing::Values(CipherSuite::TLS_AES_128_GCM_SHA256,
                                           CipherSuite::TLS_AES_256_GCM_SHA384,
                                           CipherSuite::TLS_CHACHA20_POLY1305_SHA256));

TEST(PacketCipher, NeedsARoomyPacketForItsSample) {
    const auto sender = cipher(QuicUse::sending);
    // Packet number and payload together: 4 bytes, or there is nothing to sample (RFC 9001 §5.4.2).
    ByteVector shortest = plain_packet(1, 2);
    EXPECT_TRUE(sender->seal(1, shortest, header_size));
    ByteVector shorter = plain_packet(1, 1);
    EXPECT_EQ(code(sender->seal(1, shorter, header_size)), ErrorCode::bad_argument);

    const auto receiver = cipher(QuicUse::receiving);
    EXPECT_TRUE(opened(*receiver, shortest, 1));
    ByteVector received = sealed_packet(*sender, 2, 2);
    received.pop_back();
    EXPECT_EQ(code(receiver->uncover(received, 1, 2)), ErrorCode::quic_packet_too_short);
}

TEST(PacketCipher, RefusesWhatItIsNotMadeFor) {
    ByteVector packet = plain_packet(1, 20);
    EXPECT_EQ(code(cipher(QuicUse::receiving)->seal(1, packet, header_size)), ErrorCode::bad_argument);
    EXPECT_EQ(code(cipher(QuicUse::sending)->uncover(packet, 1, 1)), ErrorCode::bad_argument);
    EXPECT_EQ(code(cipher(QuicUse::sending)->open({1, header_size}, packet)), ErrorCode::bad_argument);
    // A header that is shorter than its packet number, and a number above 2^62 - 1.
    EXPECT_EQ(code(cipher(QuicUse::sending)->seal(1, packet, 2)), ErrorCode::bad_argument);
    EXPECT_TRUE(cipher(QuicUse::sending)->seal(max_packet_number, packet, header_size));
    EXPECT_EQ(code(cipher(QuicUse::sending)->seal(max_packet_number + 1, packet, header_size)),
              ErrorCode::bad_argument);
}

TEST(PacketCipher, ASecretFitsItsSuite) {
    const ByteVector secret(32, 0x5a);
    EXPECT_EQ(code(QuicPacketKeys::from_secret(QuicVersion::v1, CipherSuite::TLS_AES_256_GCM_SHA384,
                                               QuicUse::sending, secret)),
              ErrorCode::bad_argument);
    EXPECT_EQ(
        code(QuicPacketKeys::from_secret(QuicVersion::v1, CipherSuite{0xc02f}, QuicUse::sending, secret)),
        ErrorCode::bad_argument);
    EXPECT_EQ(code(QuicPacketKeys::initial(QuicVersion::v1, Role::client, QuicUse::sending,
                                           ByteVector(max_connection_id_size + 1))),
              ErrorCode::bad_argument);
    EXPECT_TRUE(QuicPacketKeys::initial(QuicVersion::v1, Role::client, QuicUse::sending,
                                        ByteVector(max_connection_id_size)));
}

// "Endpoints MUST initiate a key update before sending more protected packets than the confidentiality limit"
// (RFC 9001 §6.6): 2^23 for AES-GCM, none for ChaCha20-Poly1305.
TEST(PacketCipher, SealsNoPacketBeyondTheConfidentialityLimit) {
    const auto sender = cipher(QuicUse::sending);
    sender->pretend((std::uint64_t{1} << 23) - 1, 0);
    EXPECT_EQ(sender->packets_left(), 1u);
    ByteVector packet = sealed_packet(*sender, 5);
    EXPECT_EQ(sender->packets_left(), 0u);
    packet = plain_packet(6, 20);
    const ByteVector before = packet;
    EXPECT_EQ(code(sender->seal(6, packet, header_size)), ErrorCode::aead_limit_reached);
    EXPECT_EQ(packet, before);
    EXPECT_EQ((*sender->next())->packets_left(), std::uint64_t{1} << 23);

    const auto chacha = cipher(QuicUse::sending, CipherSuite::TLS_CHACHA20_POLY1305_SHA256);
    chacha->pretend(std::uint64_t{1} << 40, 0);
    ByteVector another = plain_packet(6, 20);
    EXPECT_TRUE(chacha->seal(6, another, header_size));
}

// The integrity limit counts failures over all keys of a connection (RFC 9001 §6.6).
TEST(PacketCipher, OpensNothingBeyondTheIntegrityLimit) {
    const auto sender = cipher(QuicUse::sending);
    const auto receiver = cipher(QuicUse::receiving);
    receiver->pretend(0, (std::uint64_t{1} << 52) - 1);
    ByteVector good = sealed_packet(*sender, 1);
    EXPECT_TRUE(opened(*receiver, good, 1));
    ByteVector forged = sealed_packet(*sender, 2);
    forged.back() ^= 1;
    EXPECT_EQ(code(opened(*receiver, forged, 2)), ErrorCode::bad_record_mac);
    ByteVector late = sealed_packet(*sender, 3);
    EXPECT_EQ(code(opened(*receiver, late, 3)), ErrorCode::aead_limit_reached);
    const auto next = *receiver->next();
    ByteVector later = sealed_packet(*sender, 4);
    EXPECT_EQ(code(opened(*next, later, 4)), ErrorCode::aead_limit_reached);
}

// The example of RFC 9000 §A.3, and both edges of the window.
TEST(PacketNumber, IsTheNearestToTheExpectedOne) {
    EXPECT_EQ(decode_packet_number(0xa82f30eb, 0x9b32, 16), 0xa82f9b32u);
    EXPECT_EQ(decode_packet_number(0x100, 0xff, 8), 0xffu);
    EXPECT_EQ(decode_packet_number(0x180, 0x00, 8), 0x200u);
    EXPECT_EQ(decode_packet_number(0x17f, 0x00, 8), 0x100u);
    EXPECT_EQ(decode_packet_number(0, 0xff, 8), 0xffu);
    EXPECT_EQ(decode_packet_number(max_packet_number, 0x00, 8), max_packet_number - 0xff);
}

} // namespace
} // namespace pavise::quic
