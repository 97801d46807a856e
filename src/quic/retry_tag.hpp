// The tag by which a client knows a Retry packet that answers its own (RFC 9001 §5.8).
#pragma once

#include "quic/packet_cipher.hpp"

namespace pavise::quic {

Result<std::array<std::uint8_t, quic_tag_size>> retry_tag(const crypto::Provider& provider,
                                                          QuicVersion version,
                                                          Bytes original_destination_connection_id,
                                                          Bytes retry);

} // namespace pavise::quic
