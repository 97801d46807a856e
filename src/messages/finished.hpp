// Finished (RFC 8446 §4.4.4, RFC 5246 §7.4.9): the same field in both versions, of a length that the
// handshake knows.
#pragma once

#include "messages/message.hpp"

namespace pavise::messages {

struct Finished {
    static constexpr HandshakeType type = HandshakeType::finished;
    static constexpr std::size_t max_size = 64; // the longest hash, SHA-512

    Bytes verify_data;

    // Takes all that is there; has_length() says whether that is right.
    static Result<Finished> parse(wire::Reader& reader);
    void write(wire::Writer& writer) const;

    // A decode_error unless verify_data has exactly this length: Hash.length in TLS 1.3, verify_data_length12
    // in TLS 1.2. To be asked before the values are compared.
    Status has_length(std::size_t length) const;
};

// RFC 5246 §7.4.9: all suites that Pavise has use the default.
inline constexpr std::size_t verify_data_length12 = 12;

} // namespace pavise::messages
