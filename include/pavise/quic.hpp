// What QUIC (RFC 9000) takes from TLS: the keys of its packets (RFC 9001 §5, §6; RFC 9369 for version 2).
//
// Errors: as in <pavise/engine.hpp>, by Result. Sizes are bytes. Thread rules: one object, one thread at a
// time; different objects are independent.
#pragma once

#include <pavise/bytes.hpp>
#include <pavise/export.hpp>
#include <pavise/negotiated.hpp>
#include <pavise/registry.hpp>
#include <pavise/result.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace pavise {

namespace quic {
class PacketCipher;
}

// As the long header spells it (RFC 9000 §15, RFC 9369 §3.1).
enum class QuicVersion : std::uint32_t { v1 = 0x00000001, v2 = 0x6b3343cf };

// Who protects the packets that the keys are for.
enum class QuicUse : std::uint8_t { sending, receiving };

inline constexpr std::size_t quic_tag_size = 16;          // behind each packet's payload (RFC 9001 §5.3)
inline constexpr std::size_t max_connection_id_size = 20; // RFC 9000 §17.2
// "A number of packets equal to 2^62 - 1": what a packet number can be (RFC 9000 §17.1).
inline constexpr std::uint64_t max_packet_number = (std::uint64_t{1} << 62) - 1;

// One generation of keys of one level and direction.
class PAVISE_EXPORT QuicPacketKeys {
    std::unique_ptr<quic::PacketCipher> cipher_;

    explicit QuicPacketKeys(std::unique_ptr<quic::PacketCipher> cipher) noexcept;

  public:
    // Initial packets of `sender`, from the Destination Connection ID of the client's first packet (RFC 9001
    // §5.2). bad_argument for more than max_connection_id_size bytes.
    static Result<QuicPacketKeys> initial(QuicVersion version, Role sender, QuicUse use,
                                          Bytes destination_connection_id);
    // Of a secret that the handshake gave (RFC 9001 §5.1). bad_argument for a suite that QUIC cannot use, or
    // a secret that is not as long as the suite's hash.
    static Result<QuicPacketKeys> from_secret(QuicVersion version, CipherSuite suite, QuicUse use,
                                              Bytes secret);

    QuicPacketKeys(QuicPacketKeys&&) noexcept;
    QuicPacketKeys& operator=(QuicPacketKeys&&) noexcept;
    ~QuicPacketKeys();

    // Seals a packet in place: a header of `header_size` bytes whose last ones are the truncated packet
    // number (as many as its first byte says), the payload, and quic_tag_size bytes of room. Then hides the
    // first byte's low bits and the packet number (RFC 9001 §5.3, §5.4). bad_argument where packet number and
    // payload are together shorter than 4 bytes: PADDING makes them longer (§5.4.2). aead_limit_reached
    // behind the last packet that the keys may protect (§6.6): update them before.
    Status seal(std::uint64_t packet_number, MutableBytes packet, std::size_t header_size);

    // What a received packet's header says when it is no longer hidden.
    struct Header {
        std::uint64_t packet_number;
        std::size_t size; // of the header, packet number included
    };
    // Uncovers first byte and packet number of `packet`, in place; the packet number begins at
    // `packet_number_offset`, and `expected` is the highest one received so far, plus one (RFC 9000 §A.3).
    // quic_packet_too_short where there is no whole sample: drop the packet (RFC 9001 §5.4.2). Nothing is
    // authenticated yet: judge no bit before open() has succeeded.
    Result<Header> uncover(MutableBytes packet, std::size_t packet_number_offset, std::uint64_t expected);
    // The packet's payload, decrypted in place. bad_record_mac where it is not authentic: drop the packet,
    // and these failures count: aead_limit_reached when there were as many as the AEAD bears (RFC 9001 §6.6),
    // and then the connection ends.
    Result<MutableBytes> open(const Header& header, MutableBytes packet);

    // The keys of the next key phase; header protection stays as it is (RFC 9001 §6.1).
    Result<QuicPacketKeys> next() const;

    // How many more packets may be sealed (RFC 9001 §6.6).
    std::uint64_t packets_until_update() const noexcept;
};

// The Retry Integrity Tag (RFC 9001 §5.8) of a Retry packet without its tag, for the connection ID that the
// client's first packet was sent to. Compare a received one with constant_time_equal.
PAVISE_EXPORT Result<std::array<std::uint8_t, quic_tag_size>>
quic_retry_tag(QuicVersion version, Bytes original_destination_connection_id, Bytes retry);

} // namespace pavise
