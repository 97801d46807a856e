// Changes to handshake messages in their wire form (header included), for tests that break them.
#pragma once

#include <pavise/bytes.hpp>
#include <pavise/registry.hpp>

namespace pavise::testing {

// In ClientHello, ServerHello, EncryptedExtensions and CertificateRequest. The lengths inside are put right;
// that of the message itself is the caller's (RewritingTap).
void add_extension(ByteVector& message, ExtensionType type, const ByteVector& body);
void remove_extension(ByteVector& message, ExtensionType type);
void replace_extension(ByteVector& message, ExtensionType type, const ByteVector& body);
// The body; empty where there is none.
ByteVector extension_body(const ByteVector& message, ExtensionType type);

// Where the session id's length stands in either hello, and what follows the session id.
inline constexpr std::size_t session_id_length_at = 4 + 2 + 32;
std::size_t behind_session_id(const ByteVector& hello);

} // namespace pavise::testing
