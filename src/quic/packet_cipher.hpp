// The keys behind QuicPacketKeys, over any provider.
#pragma once

#include "crypto/cipher_suite.hpp"
#include "schedule/traffic_keys.hpp"

#include <pavise/quic.hpp>

namespace pavise::quic {

// What differs between the versions of QUIC (RFC 9001 §5, RFC 9369 §3.3).
struct VersionParts {
    std::array<std::uint8_t, 20> initial_salt;
    schedule::TrafficLabels labels;
    std::string_view header_protection_label;
    std::array<std::uint8_t, 16> retry_key;
    std::array<std::uint8_t, crypto::aead_nonce_size> retry_nonce;
};
const VersionParts& parts_of(QuicVersion version) noexcept;

// Initial packets are always protected so (RFC 9001 §5.2).
inline constexpr CipherSuite initial_suite = CipherSuite::TLS_AES_128_GCM_SHA256;

class PacketCipher {
    const crypto::Provider* provider_;
    QuicVersion version_;
    crypto::Suite13 suite_;
    QuicUse use_;
    HashSecret secret_;
    schedule::AeadIv iv_;
    std::unique_ptr<crypto::Aead> aead_;
    std::shared_ptr<crypto::HeaderMask> header_mask_; // shared by all generations
    std::uint64_t sealed_ = 0;
    std::uint64_t refused_ = 0;

    PacketCipher(const crypto::Provider& provider, QuicVersion version, const crypto::Suite13& suite,
                 QuicUse use, HashSecret secret);

  public:
    static Result<std::unique_ptr<PacketCipher>> make(const crypto::Provider& provider, QuicVersion version,
                                                      const crypto::Suite13& suite, QuicUse use, Bytes secret,
                                                      std::shared_ptr<crypto::HeaderMask> header_mask = {});

    Status seal(std::uint64_t packet_number, MutableBytes packet, std::size_t header_size);
    Result<QuicPacketKeys::Header> uncover(MutableBytes packet, std::size_t packet_number_offset,
                                           std::uint64_t expected);
    Result<MutableBytes> open(const QuicPacketKeys::Header& header, MutableBytes packet);
    Result<std::unique_ptr<PacketCipher>> next() const;
    std::uint64_t packets_left() const noexcept;

    // As if so many packets had been protected, or had failed: a test need not send 2^23 to meet a limit.
    void pretend(std::uint64_t sealed, std::uint64_t refused) noexcept {
        sealed_ = sealed;
        refused_ = refused;
    }

  private:
    using Nonce = std::array<std::uint8_t, crypto::aead_nonce_size>;
    Nonce nonce(std::uint64_t packet_number) const noexcept;
};

// Initial secret of `sender` (RFC 9001 §5.2).
Result<HashSecret> initial_secret(const crypto::Provider& provider, QuicVersion version, Role sender,
                                  Bytes destination_connection_id);

// The whole packet number out of its `bits` low bits (RFC 9000 §A.3).
std::uint64_t decode_packet_number(std::uint64_t expected, std::uint64_t truncated,
                                   std::size_t bits) noexcept;

} // namespace pavise::quic
