// What a handshake needs of the transport under it. Two exist: TLS records over a byte stream, and QUIC.
#pragma once

#include "crypto/cipher_suite.hpp"
#include "crypto/provider.hpp"

#include <pavise/bytes.hpp>
#include <pavise/result.hpp>

#include <cstdint>

namespace pavise::handshake {

// The encryption levels of a connection, in the order in which they are used (RFC 8446 §2, RFC 9001 §4).
enum class Level : std::uint8_t { initial, early_data, handshake, application };

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
    // Sends the record that quiets middleboxes (RFC 8446 §D.4). A transport without records does nothing.
    virtual Status send_change_cipher_spec() = 0;
    // The peer asked us to change our keys too: a KeyUpdate is due before our next data (RFC 8446 §4.6.3).
    virtual Status answer_key_update() = 0;
};

} // namespace pavise::handshake
