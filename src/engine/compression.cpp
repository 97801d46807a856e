// CertificateCompression over the libraries of the build.
#include "compress/compress.hpp"

#include <pavise/compression.hpp>

namespace pavise {

namespace {

class LibraryCompression final : public CertificateCompression {
    CertificateCompressionAlgorithm algorithm_;

  public:
    explicit LibraryCompression(CertificateCompressionAlgorithm algorithm) : algorithm_(algorithm) {}
    CertificateCompressionAlgorithm algorithm() const noexcept override { return algorithm_; }
    Result<ByteVector> compress(Bytes contents) const override {
        return compress::compress(algorithm_, contents);
    }
    Result<ByteVector> decompress(Bytes compressed, std::size_t length) const override {
        return compress::decompress(algorithm_, compressed, length);
    }
};

} // namespace

CertificateCompression::~CertificateCompression() = default;

std::vector<CertificateCompressionPtr> certificate_compressions() {
    std::vector<CertificateCompressionPtr> all;
    for (const CertificateCompressionAlgorithm algorithm : compress::algorithms())
        all.push_back(std::make_shared<const LibraryCompression>(algorithm));
    return all;
}

} // namespace pavise
