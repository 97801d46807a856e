// What the tests of certificates share: a repeatable generator, a fixed day, and short ways to mint.
#pragma once

#include "trust/mint.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace pavise::trust::testing {

// SplitMix64: the same bytes on every run, and nothing else that a test could want.
class RepeatableRng final : public Rng {
    std::uint64_t state_;

  public:
    explicit RepeatableRng(std::uint64_t seed = 1) : state_(seed) {}
    Status fill(MutableBytes out) noexcept override {
        for (std::uint8_t& byte : out) {
            state_ += 0x9e3779b97f4a7c15u;
            std::uint64_t mixed = (state_ ^ state_ >> 30) * 0xbf58476d1ce4e5b9u;
            mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111ebu;
            byte = static_cast<std::uint8_t>(mixed ^ mixed >> 31);
        }
        return {};
    }
};

using namespace std::chrono_literals;

// The day on which the tests take place.
inline constexpr Timestamp today = std::chrono::sys_days(std::chrono::year(2030) / 6 / 15) + 12h;
inline constexpr auto day = std::chrono::days(1);

// An authority of ECDSA P-256, valid for years around today.
inline CertificateSpec authority_spec(std::string name) {
    CertificateSpec spec;
    spec.common_name = std::move(name);
    spec.organization = "Pavise Tests";
    spec.not_before = today - 365 * day;
    spec.not_after = today + 365 * day;
    spec.role = MintRole::authority;
    return spec;
}

// A leaf for a DNS name, valid for weeks around today.
inline CertificateSpec leaf_spec(std::string_view host) {
    CertificateSpec spec;
    spec.common_name = std::string(host);
    spec.names = {MintName::dns(host)};
    spec.not_before = today - 30 * day;
    spec.not_after = today + 30 * day;
    return spec;
}

// What a mint must give in a test that is not about minting.
inline Minted expect_minted(Result<Minted> minted) {
    if (minted) return std::move(*minted);
    ADD_FAILURE() << describe(minted.error());
    return {};
}

// A directory of the test's own, gone when it ends.
class Folder {
    std::filesystem::path path_;

  public:
    Folder() {
        std::string pattern = (std::filesystem::temp_directory_path() / "pavise-trust-XXXXXX").string();
        path_ = ::mkdtemp(pattern.data());
    }
    ~Folder() { std::filesystem::remove_all(path_); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    std::string path() const { return path_.string(); }
    std::string write(const std::string& name, std::string_view contents) const {
        std::ofstream(path_ / name, std::ios::binary) << contents;
        return (path_ / name).string();
    }
};

inline ByteVector byte_vector(std::string_view text) {
    const Bytes bytes = as_bytes(text);
    return {bytes.begin(), bytes.end()};
}

} // namespace pavise::trust::testing
