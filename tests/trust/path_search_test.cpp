#include "pki.hpp"

#include <gtest/gtest.h>

namespace pavise::trust {
namespace {

using testing::authority_spec;
using testing::expect_minted;
using testing::expect_outcome;
using testing::Pki;

// An authority of a name that others have too, with nothing in it that tells them apart.
CertificateSpec one_of(const std::string& name) {
    CertificateSpec spec = authority_spec(name);
    spec.omitted = {"2.5.29.14", "2.5.29.35"}; // key identifiers
    return spec;
}

// Layers of authorities, each of which may have issued every one of the layer below: as many paths as
// `width` to the power of `layers`, and none to a trusted certificate.
Result<VerifiedChain> verify_maze(std::size_t layers, std::size_t width) {
    Pki pki;
    std::vector<Minted> presented;
    Minted issuer = expect_minted(mint_self_signed(one_of("Nobody"), pki.rng));
    for (std::size_t layer = layers; layer > 0; --layer) {
        for (std::size_t i = 0; i < width; ++i)
            presented.push_back(
                expect_minted(mint(one_of("Layer " + std::to_string(layer)), issuer, pki.rng)));
        issuer = presented.back();
    }
    pki.leaf_spec.omitted = {"2.5.29.35"};
    const Minted leaf = expect_minted(mint(pki.leaf_spec, issuer, pki.rng));
    std::vector<Bytes> chain{leaf.der};
    for (const Minted& certificate : presented) chain.emplace_back(certificate.der);
    return pki.verify(chain);
}

// Each certificate is tried below each one that may have issued it: what a peer presents must not make that
// a search without end.
TEST(PathSearch, GivesUpInAMaze) {
    static_assert(1 + 5 + 5 * 5 + 5 * 5 * 5 < max_path_steps);
    expect_outcome(verify_maze(3, 5), ErrorCode::unknown_issuer, 3);
    static_assert(max_path_steps < 1 + 4 + 4 * 4 + 4 * 4 * 4 + 4 * 4 * 4 * 4);
    expect_outcome(verify_maze(4, 4), ErrorCode::path_search_exhausted, 0);
}

} // namespace
} // namespace pavise::trust
