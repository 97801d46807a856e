// The public face of QUIC's packet keys, over Botan's provider.
#include "base/try.hpp"
#include "engine/outermost.hpp"
#include "quic/packet_cipher.hpp"
#include "quic/retry_tag.hpp"

namespace pavise {

using engine::guarded;

QuicPacketKeys::QuicPacketKeys(std::unique_ptr<quic::PacketCipher> cipher) noexcept :
    cipher_(std::move(cipher)) {}
QuicPacketKeys::QuicPacketKeys(QuicPacketKeys&&) noexcept = default;
QuicPacketKeys& QuicPacketKeys::operator=(QuicPacketKeys&&) noexcept = default;
QuicPacketKeys::~QuicPacketKeys() = default;

Result<QuicPacketKeys> QuicPacketKeys::initial(QuicVersion version, Role sender, QuicUse use,
                                               Bytes destination_connection_id) {
    return guarded([&]() -> Result<QuicPacketKeys> {
        const crypto::Provider& provider = crypto::botan_provider();
        PAVISE_LET(const auto secret,
                   quic::initial_secret(provider, version, sender, destination_connection_id));
        return from_secret(version, quic::initial_suite, use, secret.view());
    });
}

Result<QuicPacketKeys> QuicPacketKeys::from_secret(QuicVersion version, CipherSuite id, QuicUse use,
                                                   Bytes secret) {
    return guarded([&]() -> Result<QuicPacketKeys> {
        const auto suite = crypto::suite13(id);
        if (!suite) return fail(ErrorCode::bad_argument);
        PAVISE_LET(auto cipher,
                   quic::PacketCipher::make(crypto::botan_provider(), version, *suite, use, secret));
        return QuicPacketKeys(std::move(cipher));
    });
}

Status QuicPacketKeys::seal(std::uint64_t packet_number, MutableBytes packet, std::size_t header_size) {
    return guarded([&] { return cipher_->seal(packet_number, packet, header_size); });
}

Result<QuicPacketKeys::Header> QuicPacketKeys::uncover(MutableBytes packet, std::size_t packet_number_offset,
                                                       std::uint64_t expected) {
    return guarded([&] { return cipher_->uncover(packet, packet_number_offset, expected); });
}

Result<MutableBytes> QuicPacketKeys::open(const Header& header, MutableBytes packet) {
    return guarded([&] { return cipher_->open(header, packet); });
}

Result<QuicPacketKeys> QuicPacketKeys::next() const {
    return guarded([&]() -> Result<QuicPacketKeys> {
        PAVISE_LET(auto cipher, cipher_->next());
        return QuicPacketKeys(std::move(cipher));
    });
}

std::uint64_t QuicPacketKeys::packets_until_update() const noexcept {
    return cipher_->packets_left();
}

Result<std::array<std::uint8_t, quic_tag_size>>
quic_retry_tag(QuicVersion version, Bytes original_destination_connection_id, Bytes retry) {
    return guarded([&] {
        return quic::retry_tag(crypto::botan_provider(), version, original_destination_connection_id, retry);
    });
}

} // namespace pavise
