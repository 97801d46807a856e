#include "quic/retry_tag.hpp"

#include "base/try.hpp"

namespace pavise::quic {

// "The Retry Integrity Tag is ... the output of AEAD_AES_128_GCM" of nothing, with the Retry Pseudo-Packet as
// associated data: the connection ID with its length, and the packet.
Result<std::array<std::uint8_t, quic_tag_size>> retry_tag(const crypto::Provider& provider,
                                                          QuicVersion version,
                                                          Bytes original_destination_connection_id,
                                                          Bytes retry) {
    if (original_destination_connection_id.size() > max_connection_id_size)
        return fail(ErrorCode::bad_argument);
    ByteVector pseudo_packet;
    pseudo_packet.reserve(1 + original_destination_connection_id.size() + retry.size());
    pseudo_packet.push_back(static_cast<std::uint8_t>(original_destination_connection_id.size()));
    pseudo_packet.insert(pseudo_packet.end(), original_destination_connection_id.begin(),
                         original_destination_connection_id.end());
    pseudo_packet.insert(pseudo_packet.end(), retry.begin(), retry.end());

    const VersionParts& parts = parts_of(version);
    PAVISE_LET(const auto aead,
               provider.aead(crypto::AeadId::aes_128_gcm, crypto::AeadUse::seal, parts.retry_key));
    std::array<std::uint8_t, quic_tag_size> tag{};
    PAVISE_TRY(aead->seal(parts.retry_nonce, pseudo_packet, {}, tag));
    return tag;
}

} // namespace pavise::quic
