// Compression of certificate chains, by the libraries that the build found (RFC 8879).
#pragma once

#include <pavise/bytes.hpp>
#include <pavise/registry.hpp>
#include <pavise/result.hpp>

#include <span>

namespace pavise::compress {

// Those that this build knows, the most effective first.
std::span<const CertificateCompressionAlgorithm> algorithms() noexcept;
bool is_known(CertificateCompressionAlgorithm algorithm) noexcept;

// Errors: not_supported, out_of_memory.
Result<ByteVector> compress(CertificateCompressionAlgorithm algorithm, Bytes contents);

// What `compressed` holds, which must be `length` bytes and the end of it: no more room than that is taken
// for it, whatever comes out. The caller bounds `length`. Errors: certificate_not_decompressed,
// not_supported.
Result<ByteVector> decompress(CertificateCompressionAlgorithm algorithm, Bytes compressed,
                              std::size_t length);

} // namespace pavise::compress
