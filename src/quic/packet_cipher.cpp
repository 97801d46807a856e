#include "quic/packet_cipher.hpp"

#include "base/try.hpp"

#include <algorithm>

namespace pavise::quic {

namespace {

// RFC 9001 §5.2, §5.8
constexpr VersionParts version_1{
    {0x38, 0x76, 0x2c, 0xf7, 0xf5, 0x59, 0x34, 0xb3, 0x4d, 0x17,
     0x9a, 0xe6, 0xa4, 0xc8, 0x0c, 0xad, 0xcc, 0xbb, 0x7f, 0x0a},
    schedule::quic_labels,
    schedule::quic_header_protection_label,
    {0xbe, 0x0c, 0x69, 0x0b, 0x9f, 0x66, 0x57, 0x5a, 0x1d, 0x76, 0x6b, 0x54, 0xe3, 0x68, 0xc8, 0x4e},
    {0x46, 0x15, 0x99, 0xd3, 0x5d, 0x63, 0x2b, 0xf2, 0x23, 0x98, 0x25, 0xbb}};
// RFC 9369 §3.3.1, §3.3.3
constexpr VersionParts version_2{
    {0x0d, 0xed, 0xe3, 0xde, 0xf7, 0x00, 0xa6, 0xdb, 0x81, 0x93,
     0x81, 0xbe, 0x6e, 0x26, 0x9d, 0xcb, 0xf9, 0xbd, 0x2e, 0xd9},
    schedule::quic_v2_labels,
    schedule::quic_v2_header_protection_label,
    {0x8f, 0xb4, 0xb0, 0x1b, 0x56, 0xac, 0x48, 0xe2, 0x60, 0xfb, 0xcb, 0xce, 0xad, 0x7c, 0xcc, 0x92},
    {0xd8, 0x69, 0x69, 0xbc, 0x2d, 0x7c, 0x6d, 0x99, 0x90, 0xef, 0xb0, 0x4a}};

// "the packet number ... is assumed to be 4 bytes long" when the sample is placed (RFC 9001 §5.4.2).
constexpr std::size_t longest_packet_number = 4;

// How many packets a key may protect, and how many forgeries it bears (RFC 9001 §6.6).
constexpr std::uint64_t gcm_confidentiality_limit = std::uint64_t{1} << 23;
constexpr std::uint64_t gcm_integrity_limit = std::uint64_t{1} << 52;
constexpr std::uint64_t chacha_integrity_limit = std::uint64_t{1} << 36;

constexpr bool is_chacha(crypto::AeadId aead) noexcept {
    return aead == crypto::AeadId::chacha20_poly1305;
}
// "For AEAD_CHACHA20_POLY1305, the confidentiality limit is greater than the number of possible packets".
constexpr std::uint64_t confidentiality_limit(crypto::AeadId aead) noexcept {
    return is_chacha(aead) ? max_packet_number + 1 : gcm_confidentiality_limit;
}
constexpr std::uint64_t integrity_limit(crypto::AeadId aead) noexcept {
    return is_chacha(aead) ? chacha_integrity_limit : gcm_integrity_limit;
}

// The bits of the first byte that are hidden: four of a long header, five of a short one (RFC 9001 §5.4.1).
constexpr std::uint8_t hidden_bits(std::uint8_t first) noexcept {
    return (first & 0x80) != 0 ? 0x0f : 0x1f;
}
constexpr std::size_t packet_number_size(std::uint8_t first) noexcept {
    return static_cast<std::size_t>(first & 0x03) + 1;
}

void hide_first_byte(MutableBytes packet, Bytes mask) noexcept {
    packet[0] = static_cast<std::uint8_t>(packet[0] ^ (mask[0] & hidden_bits(packet[0])));
}
void apply_mask(MutableBytes packet_number, Bytes mask) noexcept {
    for (std::size_t i = 0; i < packet_number.size(); ++i) packet_number[i] ^= mask[i + 1];
}

} // namespace

const VersionParts& parts_of(QuicVersion version) noexcept {
    return version == QuicVersion::v2 ? version_2 : version_1;
}

Result<HashSecret> initial_secret(const crypto::Provider& provider, QuicVersion version, Role sender,
                                  Bytes destination_connection_id) {
    if (destination_connection_id.size() > max_connection_id_size) return fail(ErrorCode::bad_argument);
    PAVISE_LET(const auto hmac, provider.hmac(crypto::HashId::sha256));
    HashSecret initial(digest_size(crypto::HashId::sha256));
    PAVISE_TRY(schedule::hkdf_extract(*hmac, parts_of(version).initial_salt, destination_connection_id,
                                      initial.mutable_view()));
    return schedule::derive_secret(*hmac, initial.view(), sender == Role::client ? "client in" : "server in",
                                   {});
}

std::uint64_t decode_packet_number(std::uint64_t expected, std::uint64_t truncated,
                                   std::size_t bits) noexcept {
    const std::uint64_t window = std::uint64_t{1} << bits;
    const std::uint64_t half = window / 2;
    const std::uint64_t candidate = (expected & ~(window - 1)) | truncated;
    if (candidate + half <= expected && candidate + window <= max_packet_number) return candidate + window;
    if (candidate > expected + half && candidate >= window) return candidate - window;
    return candidate;
}

PacketCipher::PacketCipher(const crypto::Provider& provider, QuicVersion version,
                           const crypto::Suite13& suite, QuicUse use, HashSecret secret) :
    provider_(&provider),
    version_(version),
    suite_(suite),
    use_(use),
    secret_(std::move(secret)),
    iv_(crypto::aead_nonce_size) {}

Result<std::unique_ptr<PacketCipher>> PacketCipher::make(const crypto::Provider& provider,
                                                         QuicVersion version, const crypto::Suite13& suite,
                                                         QuicUse use, Bytes secret,
                                                         std::shared_ptr<crypto::HeaderMask> header_mask) {
    if (secret.size() != digest_size(suite.hash)) return fail(ErrorCode::bad_argument);
    std::unique_ptr<PacketCipher> cipher(new PacketCipher(provider, version, suite, use, HashSecret(secret)));

    const VersionParts& parts = parts_of(version);
    PAVISE_LET(const auto hmac, provider.hmac(suite.hash));
    PAVISE_LET(schedule::TrafficKeys keys, schedule::traffic_keys(*hmac, suite.aead, secret, parts.labels));
    const auto aead_use = use == QuicUse::sending ? crypto::AeadUse::seal : crypto::AeadUse::open;
    PAVISE_LET(cipher->aead_, provider.aead(suite.aead, aead_use, keys.key.view()));
    cipher->iv_ = std::move(keys.iv);
    if (!header_mask) {
        PAVISE_LET(const auto key,
                   schedule::header_protection_key(*hmac, suite.aead, secret, parts.header_protection_label));
        PAVISE_LET(header_mask, provider.header_mask(suite.aead, key.view()));
    }
    cipher->header_mask_ = std::move(header_mask);
    return cipher;
}

// "The 62 bits of the reconstructed QUIC packet number in network byte order are left-padded with zeros to
// the size of the IV. The exclusive OR of the padded packet number and the IV forms the AEAD nonce." (RFC
// 9001 §5.3)
PacketCipher::Nonce PacketCipher::nonce(std::uint64_t packet_number) const noexcept {
    Nonce nonce{};
    std::ranges::copy(iv_.view(), nonce.begin());
    for (std::size_t i = 0; i < sizeof packet_number; ++i)
        nonce[nonce.size() - 1 - i] ^= static_cast<std::uint8_t>(packet_number >> (8 * i));
    return nonce;
}

Status PacketCipher::seal(std::uint64_t packet_number, MutableBytes packet, std::size_t header_size) {
    if (use_ != QuicUse::sending || packet_number > max_packet_number || header_size == 0 ||
        packet.size() < header_size + quic_tag_size)
        return fail(ErrorCode::bad_argument);
    const std::size_t number_size = packet_number_size(packet[0]);
    if (header_size < 1 + number_size) return fail(ErrorCode::bad_argument);
    const std::size_t offset = header_size - number_size;
    // The sample must lie inside the packet (RFC 9001 §5.4.2).
    if (packet.size() < offset + longest_packet_number + crypto::header_sample_size)
        return fail(ErrorCode::bad_argument);
    if (packets_left() == 0) return fail(ErrorCode::aead_limit_reached);

    const MutableBytes tag = packet.last(quic_tag_size);
    const MutableBytes payload = packet.subspan(header_size, packet.size() - header_size - quic_tag_size);
    PAVISE_TRY(aead_->seal(nonce(packet_number), packet.first(header_size), payload, tag));
    ++sealed_;

    std::array<std::uint8_t, crypto::header_mask_size> mask{};
    PAVISE_TRY(
        header_mask_->mask(packet.subspan(offset + longest_packet_number, crypto::header_sample_size), mask));
    hide_first_byte(packet, mask);
    apply_mask(packet.subspan(offset, number_size), mask);
    return {};
}

Result<QuicPacketKeys::Header> PacketCipher::uncover(MutableBytes packet, std::size_t packet_number_offset,
                                                     std::uint64_t expected) {
    if (use_ != QuicUse::receiving || packet_number_offset == 0 || expected > max_packet_number + 1)
        return fail(ErrorCode::bad_argument);
    constexpr std::size_t needed = longest_packet_number + crypto::header_sample_size;
    if (packet.size() < needed || packet.size() - needed < packet_number_offset)
        return fail(ErrorCode::quic_packet_too_short);
    std::array<std::uint8_t, crypto::header_mask_size> mask{};
    PAVISE_TRY(header_mask_->mask(
        packet.subspan(packet_number_offset + longest_packet_number, crypto::header_sample_size), mask));
    hide_first_byte(packet, mask);
    const std::size_t number_size = packet_number_size(packet[0]);
    const MutableBytes number = packet.subspan(packet_number_offset, number_size);
    apply_mask(number, mask);
    std::uint64_t truncated = 0;
    for (const std::uint8_t byte : number) truncated = truncated << 8 | byte;
    return QuicPacketKeys::Header{decode_packet_number(expected, truncated, 8 * number_size),
                                  packet_number_offset + number_size};
}

Result<MutableBytes> PacketCipher::open(const QuicPacketKeys::Header& header, MutableBytes packet) {
    if (use_ != QuicUse::receiving) return fail(ErrorCode::bad_argument);
    if (packet.size() < quic_tag_size || packet.size() - quic_tag_size < header.size)
        return fail(ErrorCode::quic_packet_too_short);
    if (refused_ >= integrity_limit(suite_.aead)) return fail(ErrorCode::aead_limit_reached);
    const MutableBytes payload = packet.subspan(header.size, packet.size() - header.size - quic_tag_size);
    const Status opened = aead_->open(nonce(header.packet_number), packet.first(header.size), payload,
                                      packet.last(quic_tag_size));
    if (!opened) {
        ++refused_;
        return Unexpected(opened.error());
    }
    return payload;
}

Result<std::unique_ptr<PacketCipher>> PacketCipher::next() const {
    PAVISE_LET(const auto hmac, provider_->hmac(suite_.hash));
    PAVISE_LET(const HashSecret secret,
               schedule::next_traffic_secret(*hmac, secret_.view(), parts_of(version_).labels));
    PAVISE_LET(auto cipher, make(*provider_, version_, suite_, use_, secret.view(), header_mask_));
    // "Endpoints MUST count the number of received packets that fail authentication during the lifetime of a
    // connection", over all keys (RFC 9001 §6.6).
    cipher->refused_ = refused_;
    return cipher;
}

std::uint64_t PacketCipher::packets_left() const noexcept {
    return confidentiality_limit(suite_.aead) - sealed_;
}

} // namespace pavise::quic
