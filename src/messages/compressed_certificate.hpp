// CompressedCertificate (RFC 8879 §4).
#pragma once

#include "messages/certificate_limits.hpp"
#include "messages/message.hpp"

namespace pavise::messages {

struct CompressedCertificate {
    static constexpr HandshakeType type = HandshakeType::compressed_certificate;
    static constexpr std::size_t max_size = max_certificate_message_size;

    CertificateCompressionAlgorithm algorithm{};
    std::uint32_t uncompressed_length = 0; // at most max_certificate_message_size: allocate no more than that
    Bytes compressed_certificate_message;

    static Result<CompressedCertificate> parse(wire::Reader& reader);
    void write(wire::Writer& writer) const;
};

} // namespace pavise::messages
