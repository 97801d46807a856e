// EncodedClientHelloInner: the ClientHello inside another one, as it is encrypted (RFC 9849 §5.1).
#pragma once

#include "messages/client_hello.hpp"

namespace pavise::messages {

// The ClientHelloInner that `encoded` stands for, as a whole message with its header: the session id and what
// ech_outer_extensions names come from `outer`. Refuses what the server must refuse (§5.1, §7.1); takes time
// in the sum of both lengths. Errors: those of a ClientHello; ech_padding_not_zero, ech_outer_extension,
// misplaced_extension, message_too_long, ech_inner_not_marked, ech_inner_version.
Result<ByteVector> decode_inner_client_hello(const ClientHello& outer, Bytes encoded);

// The reverse of it, without padding. `inner`: the whole message. `outer_extensions`: the types, in the order
// in which they stand in both hellos and side by side in the inner one, that are left to the outer hello;
// empty: none.
Result<ByteVector> encode_inner_client_hello(Bytes inner, std::span<const ExtensionType> outer_extensions);

// How many zeros to append to `encoded_size` bytes (§6.1.3). `server_name_size`: of the inner server_name; 0
// for none. `maximum_name_length`: as the config says.
std::size_t inner_client_hello_padding(std::size_t encoded_size, std::size_t server_name_size,
                                       std::size_t maximum_name_length);

} // namespace pavise::messages
