// What a handshake needs of the transport under it. Two exist: TLS records over a byte stream, and QUIC.
#pragma once

#include "crypto/cipher_suite.hpp"
#include "crypto/provider.hpp"
#include "schedule/key_schedule12.hpp"

#include <pavise/bytes.hpp>
#include <pavise/result.hpp>
#include <pavise/session.hpp>

#include <cstdint>
#include <optional>

namespace pavise::handshake {

// The encryption levels of a connection, in the order in which they are used (RFC 8446 §2, RFC 9001 §4).
enum class Level : std::uint8_t { initial, early_data, handshake, application };

// What the two sides agreed on about the sizes of records; nothing: the protocol's own limits.
struct RecordSizes {
    std::optional<std::size_t> ours;     // the largest protected record that we take (RFC 8449 §4)
    std::optional<std::size_t> theirs;   // … and that the peer takes
    std::optional<std::size_t> fragment; // the largest content of any record, both ways (RFC 6066 §4)
};

class Transport {
  public:
    virtual ~Transport() = default;

    // Queues one handshake message, header included, at the current write level.
    virtual Status send(Bytes message) = 0;
    // From here on, what is sent is protected by keys derived from `secret`, with `hmac` as the tool.
    virtual Status install_write_secret(Level level, const crypto::Suite13& suite, Bytes secret,
                                        crypto::Hmac& hmac) = 0;
    // From here on, what is received is. Called only when no handshake bytes are left over.
    virtual Status install_read_secret(Level level, const crypto::Suite13& suite, Bytes secret,
                                       crypto::Hmac& hmac) = 0;
    // Sends the record that quiets middleboxes (RFC 8446 §D.4), or in TLS 1.2 announces our next keys. A
    // transport without records does nothing.
    virtual Status send_change_cipher_spec() = 0;

    // From here on. A transport without records does nothing.
    virtual Status limit_records(const RecordSizes&) { return {}; }

    // ---- TLS 1.2, which not every transport has (RFC 9001 §4.2: QUIC has none)
    // As the two functions for TLS 1.3.
    virtual Status install_write_keys12(const crypto::Suite12&, const schedule::WriteKeys&) {
        return fail(ErrorCode::internal);
    }
    virtual Status install_read_keys12(const crypto::Suite12&, const schedule::WriteKeys&) {
        return fail(ErrorCode::internal);
    }
    // Tells the peer that its attempt to renegotiate is ignored: a warning (RFC 5246 §7.2.2).
    virtual void refuse_renegotiation() {}

    // ---- QUIC (RFC 9001 §8.2)
    // What our side says in quic_transport_parameters; nothing: this transport is not QUIC.
    virtual std::optional<Bytes> quic_parameters() const { return std::nullopt; }
    // What the peer says there.
    virtual void keep_quic_parameters(Bytes) {}

    // ---- early data (RFC 8446 §2.3)
    // Client: data may be written now, this many bytes; 0 ends it.
    virtual void allow_early_data(std::size_t bytes) = 0;
    // Client, after a HelloRetryRequest: what is sent next is not protected.
    virtual void drop_write_keys() = 0;
    // Server: this many bytes of data may come before the handshake is complete; 0 ends it.
    virtual void expect_early_data(std::size_t bytes) = 0;
    // Server: data of this many bytes may come that cannot be read, and is dropped.
    virtual void skip_early_data(std::size_t bytes) = 0;

    // ---- after the handshake
    // A session that the server gave us.
    virtual void keep_session(Session session) = 0;
    // Client: queues `messages`, which are a post-handshake Certificate and, unless that is empty, its
    // CertificateVerify, and a Finished behind them. "All of the client's messages for a given response MUST
    // appear consecutively on the wire" (RFC 8446 §4.6.2). The Finished is made when they go out: over
    // `transcript_hash`, by the key of client_application_traffic_secret_N as it is then.
    virtual Status send_authentication(ByteVector messages, const crypto::Digest& transcript_hash) = 0;
    // The peer asked us to change our keys too: a KeyUpdate is due before our next data (RFC 8446 §4.6.3).
    virtual Status answer_key_update() = 0;
};

} // namespace pavise::handshake
