#include "messages/compressed_certificate.hpp"

namespace pavise::messages {

Result<CompressedCertificate> CompressedCertificate::parse(wire::Reader& reader) {
    PAVISE_LET(const std::uint16_t algorithm, reader.u16());
    PAVISE_LET(const std::uint32_t uncompressed_length, reader.u24());
    PAVISE_LET(const Bytes compressed, reader.vector24({.least = 1}));
    // RFC 8879 §5: the limits of a Certificate message hold for what comes out, too.
    if (uncompressed_length > max_certificate_message_size) return fail(ErrorCode::certificate_bomb);
    return CompressedCertificate{static_cast<CertificateCompressionAlgorithm>(algorithm), uncompressed_length,
                                 compressed};
}

void CompressedCertificate::write(wire::Writer& writer) const {
    writer.u16(static_cast<std::uint16_t>(algorithm));
    writer.u24(uncompressed_length);
    writer.vector24(compressed_certificate_message);
}

} // namespace pavise::messages
