#include "compression.hpp"

#include <algorithm>
#include <array>

namespace pavise::bogo {

namespace {

// What is the runner's own has numbers of private use (RFC 8879 §7.3).
constexpr std::uint16_t shrinking = 0xff01;
constexpr std::uint16_t expanding = 0xff02;
constexpr std::uint16_t random_byte = 0xff03;

ByteVector joined(Bytes first, Bytes second) {
    ByteVector all(first.begin(), first.end());
    all.insert(all.end(), second.begin(), second.end());
    return all;
}

// Adds a prefix when compressing, or takes one off.
class Prefix : public CertificateCompression {
    std::uint16_t algorithm_;

  public:
    explicit Prefix(std::uint16_t algorithm) : algorithm_(algorithm) {}
    CertificateCompressionAlgorithm algorithm() const noexcept override {
        return static_cast<CertificateCompressionAlgorithm>(algorithm_);
    }

  protected:
    static Result<ByteVector> add(Bytes prefix, Bytes contents) { return joined(prefix, contents); }
    static Result<ByteVector> remove(Bytes prefix, Bytes contents) {
        if (contents.size() < prefix.size() || !std::ranges::equal(contents.first(prefix.size()), prefix))
            return Unexpected(Error{ErrorCode::certificate_not_decompressed});
        const Bytes rest = contents.subspan(prefix.size());
        return ByteVector(rest.begin(), rest.end());
    }
};

// The first two bytes of every Certificate are zeros: an empty context, and a length below 65536.
class Shrinking final : public Prefix {
    static constexpr std::array<std::uint8_t, 2> zeros{};

  public:
    Shrinking() : Prefix(shrinking) {}
    Result<ByteVector> compress(Bytes contents) const override { return remove(zeros, contents); }
    Result<ByteVector> decompress(Bytes compressed, std::size_t) const override {
        return add(zeros, compressed);
    }
};

class Expanding final : public Prefix {
    static constexpr std::array<std::uint8_t, 4> prefix{1, 2, 3, 4};

  public:
    Expanding() : Prefix(expanding) {}
    Result<ByteVector> compress(Bytes contents) const override { return add(prefix, contents); }
    Result<ByteVector> decompress(Bytes compressed, std::size_t) const override {
        return remove(prefix, compressed);
    }
};

// Never gives the same twice, so that the runner sees whether it was asked twice.
class RandomByte final : public Prefix {
  public:
    RandomByte() : Prefix(random_byte) {}
    Result<ByteVector> compress(Bytes contents) const override {
        std::uint8_t byte = 0;
        if (auto filled = system_rng().fill({&byte, 1}); !filled) return Unexpected(filled.error());
        return add({&byte, 1}, contents);
    }
    Result<ByteVector> decompress(Bytes compressed, std::size_t) const override {
        return remove(compressed.first(std::min<std::size_t>(1, compressed.size())), compressed);
    }
};

} // namespace

std::vector<CertificateCompressionPtr> compressions_of_runner(const Options& options) {
    const std::vector<CertificateCompressionPtr> all{
        std::make_shared<Expanding>(), std::make_shared<Shrinking>(), std::make_shared<RandomByte>()};
    if (options.install_cert_compression_algs) return all;
    std::vector<CertificateCompressionPtr> one;
    for (const CertificateCompressionPtr& compression : all)
        if (static_cast<std::uint16_t>(compression->algorithm()) == options.install_one_cert_compression_alg)
            one.push_back(compression);
    return one;
}

} // namespace pavise::bogo
