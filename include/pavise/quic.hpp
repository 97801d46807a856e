// What QUIC (RFC 9000) takes from TLS: the handshake without records (RFC 9001 §4, §8), and the keys of its
// packets (§5, §6; RFC 9369 for version 2). Packets, frames and loss are the caller's.
//
// Errors: as in <pavise/engine.hpp>, by Result. Sizes are bytes. Thread rules: one object, one thread at a
// time; different objects are independent.
#pragma once

#include <pavise/bytes.hpp>
#include <pavise/engine.hpp>
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
namespace engine {
class QuicCore;
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

// The encryption levels, each with a packet number space or, for early data, that of application (RFC 9001
// §4).
enum class QuicLevel : std::uint8_t { initial, early_data, handshake, application };

// A traffic secret that the handshake has reached. Move-only; wiped when it is gone.
class PAVISE_EXPORT QuicSecret {
    QuicLevel level_;
    QuicUse use_;
    CipherSuite suite_;
    ByteVector secret_;

  public:
    QuicSecret(QuicLevel level, QuicUse use, CipherSuite suite, Bytes secret);
    QuicSecret(QuicSecret&&) noexcept;
    QuicSecret& operator=(QuicSecret&&) noexcept;
    ~QuicSecret();

    QuicLevel level() const noexcept { return level_; }
    QuicUse use() const noexcept { return use_; }
    CipherSuite suite() const noexcept { return suite_; }
    Bytes secret() const noexcept { return secret_; }
    // The packet keys of this secret.
    Result<QuicPacketKeys> keys(QuicVersion version) const;
};

// TLS 1.3 over CRYPTO frames. The caller's loop: take each secret(), send what output() holds in CRYPTO
// frames of its level, give the peer's frames, in order, to receive(). No early data, application data, alert
// or close goes through here: they are QUIC's.
//
// A config serves QUIC as it does Connection, but for what QUIC has not: versions before TLS 1.3, the
// middlebox compatibility mode, record sizes and padding. It must name application protocols (RFC 9001 §8.1).
// Sessions of QUIC are not taken over records, nor the other way. Early data is on in a server whose
// max_early_data is not 0; how much comes is QUIC's flow control's business (§4.6.1).
class PAVISE_EXPORT QuicHandshake {
    std::unique_ptr<engine::QuicCore> core_;
    explicit QuicHandshake(std::unique_ptr<engine::QuicCore> core) noexcept;
    friend class testing::Access;

  public:
    // `transport_parameters`: encoded as in RFC 9000 §18; sent as they are. The first flight is in output()
    // on return. Errors: as Connection's; bad_config where no application protocol is named.
    static Result<QuicHandshake> client(std::shared_ptr<const ClientConfig> config,
                                        const ClientOptions& options, Bytes transport_parameters);
    static Result<QuicHandshake> server(std::shared_ptr<const ServerConfig> config,
                                        Bytes transport_parameters);
    QuicHandshake(QuicHandshake&&) noexcept;
    QuicHandshake& operator=(QuicHandshake&&) noexcept;
    ~QuicHandshake();

    // ---- CRYPTO frames
    // The next bytes of the peer's stream at `level`. quic_wrong_level, for good, unless it is read_level():
    // keep what arrives early until then.
    Status receive(QuicLevel level, Bytes bytes);
    QuicLevel read_level() const;
    struct Output {
        QuicLevel level;
        Bytes bytes; // empty: nothing is to be sent
    };
    // Valid until the next call that is not const. There may be more, of another level, behind it.
    Output output() const;
    void output_taken(std::size_t count);

    // ---- secrets
    // The next one that was reached, in the order of use; nothing when there is none.
    std::optional<QuicSecret> secret();
    // What the peer sent as quic_transport_parameters; nothing before it came. Act on it with care until
    // handshake_complete(): only then is it authenticated (RFC 9001 §8.2).
    std::optional<Bytes> peer_transport_parameters() const;

    // ---- state; the decisions are those of Connection
    bool handshake_complete() const;
    std::optional<Error> error() const;
    Decision waiting_for() const;
    std::vector<Bytes> chain_to_verify() const;
    Status certificate_verdict(std::optional<Error> refusal);
    std::optional<SignatureRequest> signature_request() const;
    Status provide_signature(Bytes signature);
    Bytes client_hello() const;
    Result<ClientOffer> client_offer() const;
    Status choose_config(std::shared_ptr<const ServerConfig> config);
    Status decline_ech();
    std::vector<Bytes> offered_psks() const;
    Status choose_psk(const std::optional<FoundPsk>& found);

    Status export_keying_material(std::string_view label, std::optional<Bytes> context,
                                  MutableBytes out) const;
    Result<ByteVector> channel_binding(std::string_view type) const;
    std::vector<Session> take_sessions();
    const Negotiated& negotiated() const;
    Role role() const;
};

// What CONNECTION_CLOSE says of an error (RFC 9001 §4.8, RFC 9000 §20.1): CRYPTO_ERROR with the alert,
// PROTOCOL_VIOLATION where RFC 9001 names it, INTERNAL_ERROR for what is no fault of the peer.
PAVISE_EXPORT std::uint64_t quic_error_code(Error error) noexcept;

} // namespace pavise
