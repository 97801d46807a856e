// A small hierarchy for tests of validation: root, intermediate, leaf; each spec can be bent before it is
// minted.
#pragma once

#include "fixture.hpp"
#include "trust/verify.hpp"

namespace pavise::trust::testing {

struct Pki {
    RepeatableRng rng;
    CertificateSpec root_spec = authority_spec("Root");
    CertificateSpec intermediate_spec = authority_spec("Intermediate");
    CertificateSpec leaf_spec = testing::leaf_spec("host.example");
    Minted root;
    Minted intermediate;
    Minted leaf;
    TrustStore::Builder trusted;
    TrustStorePtr store;
    VerifyOptions options;

    // Bends the specs, then mints all three.
    template <class Bend> explicit Pki(Bend&& bend) {
        bend(*this);
        root = expect_minted(mint_self_signed(root_spec, rng));
        intermediate = expect_minted(mint(intermediate_spec, root, rng));
        leaf = expect_minted(mint(leaf_spec, intermediate, rng));
        trusted.add(root.certificate);
        options.time = today;
        options.name = *ReferenceName::from_host("host.example");
    }
    Pki() : Pki([](Pki&) {}) {}

    Result<VerifiedChain> verify(const std::vector<Bytes>& presented) {
        auto built = trusted.build();
        if (!built) return Unexpected(built.error());
        store = *built;
        options.store = store.get();
        return verify_chain(presented, options);
    }
    // What the peer usually presents.
    Result<VerifiedChain> verify() { return verify({leaf.der, intermediate.der}); }
};

// Success as no error at all, to compare with.
inline constexpr Error verified{ErrorCode{}, UINT16_MAX};

inline Error outcome(const Result<VerifiedChain>& result) {
    return result ? verified : result.error();
}

inline std::string words(Error error) {
    return error == verified ? "verified" : describe(error);
}

inline void expect_outcome(const Result<VerifiedChain>& result, ErrorCode code, std::uint16_t place) {
    const Error expected{code, place};
    EXPECT_EQ(outcome(result), expected) << "got: " << words(outcome(result)) << "\nnot: " << words(expected);
}

inline void expect_verified(const Result<VerifiedChain>& result) {
    EXPECT_EQ(outcome(result), verified) << words(outcome(result));
}

} // namespace pavise::trust::testing
