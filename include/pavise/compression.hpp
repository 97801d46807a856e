// Compression of the certificates in a handshake (RFC 8879).
#pragma once

#include <pavise/bytes.hpp>
#include <pavise/export.hpp>
#include <pavise/registry.hpp>
#include <pavise/result.hpp>

#include <memory>
#include <vector>

namespace pavise {

// One algorithm, both ways. Implementations are safe to call from any number of threads at once.
class PAVISE_EXPORT CertificateCompression {
  public:
    virtual ~CertificateCompression();
    virtual CertificateCompressionAlgorithm algorithm() const noexcept = 0;
    // A server compresses the same chain for every client that asks: an implementation may remember. Where it
    // fails, the certificates are sent as they are.
    virtual Result<ByteVector> compress(Bytes contents) const = 0;
    // Exactly `length` bytes, which Pavise has bounded; no more memory than in proportion to that is taken,
    // whatever `compressed` says. Errors: certificate_not_decompressed.
    virtual Result<ByteVector> decompress(Bytes compressed, std::size_t length) const = 0;
};
using CertificateCompressionPtr = std::shared_ptr<const CertificateCompression>;

// Those that Pavise was built with: zlib, and brotli and zstd where they were; the most effective first.
PAVISE_EXPORT std::vector<CertificateCompressionPtr> certificate_compressions();

} // namespace pavise
