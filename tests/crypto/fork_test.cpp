// After fork() no random byte is used twice, because none is kept in the process: ephemeral keys and salts of
// two children, made by objects that existed before, all differ.
#include "support.hpp"

#include "crypto/signing_key.hpp"

#include <gtest/gtest.h>

#include <array>
#include <set>

#include <sys/wait.h>
#include <unistd.h>

namespace pavise::crypto {
namespace {

// What a process makes of randomness: a key share of each kind and a salted signature.
std::string random_output(const SigningKey& key) {
    std::string out;
    for (const auto group : {NamedGroup::x25519, NamedGroup::secp256r1, NamedGroup::x25519_ml_kem_768}) {
        const auto share = botan_provider().generate_key_share(group, system_rng());
        if (!share) return {};
        out += testing::to_hex((*share)->public_value().last(16));
    }
    const auto signature = key.sign(SignatureScheme::rsa_pss_rsae_sha256, ByteVector(4), system_rng());
    if (!signature) return {};
    return out + testing::to_hex(Bytes(*signature).first(16));
}

std::string output_of_child(const SigningKey& key) {
    std::array<int, 2> ends{};
    if (::pipe(ends.data()) != 0) return {};
    const pid_t child = ::fork();
    if (child == 0) {
        const std::string out = random_output(key);
        const bool written = ::write(ends[1], out.data(), out.size()) == static_cast<ssize_t>(out.size());
        ::_exit(written ? 0 : 1);
    }
    ::close(ends[1]);
    std::string out(4096, '\0');
    const ssize_t size = ::read(ends[0], out.data(), out.size());
    ::close(ends[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    out.resize(size > 0 && status == 0 ? static_cast<std::size_t>(size) : 0);
    return out;
}

TEST(Fork, leaves_nothing_random_to_be_used_twice) {
    const auto key = generate_signing_key(KeyType::rsa, system_rng());
    ASSERT_TRUE(key);
    const std::string before = random_output(**key);
    const std::array outputs{before, output_of_child(**key), output_of_child(**key), random_output(**key)};
    std::set<std::string> pieces;
    for (const std::string& out : outputs) {
        ASSERT_EQ(out.size(), 4U * 32);
        for (std::size_t at = 0; at < out.size(); at += 32) pieces.insert(out.substr(at, 32));
    }
    EXPECT_EQ(pieces.size(), outputs.size() * 4);
}

} // namespace
} // namespace pavise::crypto
