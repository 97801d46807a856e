// Handshake messages in words, for people who debug a handshake.
#pragma once

#include "messages/extension_table.hpp"

#include <string>

namespace pavise::cli {

// What an extension says, in one line: "x25519 (32 bytes), secp256r1 (65 bytes)". Of one that is malformed or
// not known, its bytes in hexadecimal, a long one cut.
std::string annotation_of(const messages::Extension& extension, messages::MessageKind in);

// Follows one connection: the same bytes mean other things in TLS 1.2 than in TLS 1.3, and in answer to a PSK
// suite than in answer to another. The messages of both sides have to be shown to it, in the order in which
// they went.
class Annotator {
    ProtocolVersion version_ = ProtocolVersion::tls_1_2;
    CipherSuite cipher_suite_{};

    std::string server_hello(Bytes body);
    std::string rows(HandshakeType type, Bytes body);

  public:
    // A whole message with its 4-byte header: its name and length in one line, then a row for each thing that
    // it says.
    std::string message(Bytes message);
    // The two bytes of an alert.
    std::string alert(Bytes alert) const;
};

} // namespace pavise::cli
