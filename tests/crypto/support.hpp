// What the tests of the crypto room share: random sources that repeat themselves, or fail.
#pragma once

#include "vectors/hex.hpp"

#include <pavise/environment.hpp>

#include <cstdint>

namespace pavise::crypto::testing {

using vectors::from_hex;
using vectors::to_hex;

inline ByteVector copy(Bytes bytes) {
    return {bytes.begin(), bytes.end()};
}

// The same bytes for the same seed (SplitMix64): not random, and enough for tests.
class SeededRng final : public Rng {
    std::uint64_t state_;

  public:
    explicit SeededRng(std::uint64_t seed) : state_(seed) {}
    Status fill(MutableBytes out) noexcept override {
        for (std::uint8_t& byte : out) {
            state_ += 0x9e3779b97f4a7c15;
            std::uint64_t z = state_;
            z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
            z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
            byte = static_cast<std::uint8_t>(z >> 56);
        }
        return {};
    }
};

// Gives out the bytes it was made with, then fails.
class ScriptedRng final : public Rng {
    ByteVector bytes_;
    std::size_t used_ = 0;

  public:
    explicit ScriptedRng(ByteVector bytes) : bytes_(std::move(bytes)) {}
    Status fill(MutableBytes out) noexcept override {
        if (bytes_.size() - used_ < out.size()) return fail(ErrorCode::random_source_failed, 7);
        for (std::uint8_t& byte : out) byte = bytes_[used_++];
        return {};
    }
    std::size_t used() const { return used_; }
};

} // namespace pavise::crypto::testing
