#include "trust/botan_restrictions.hpp"

#include "trust/ocsp.hpp"

namespace pavise::trust {

namespace {

// SHA-2 alone, and what Ed448 and ML-DSA hash with inside.
const std::set<std::string>& trusted_hashes() {
    static const std::set<std::string> hashes{"SHA-224", "SHA-256",        "SHA-384",
                                              "SHA-512", "SHAKE-256(512)", "SHAKE-256(912)"};
    return hashes;
}

} // namespace

Botan::Path_Validation_Restrictions path_restrictions(AnchorPolicy anchors) {
    // The sizes of keys are ours to check, by a floor in bits and not in estimated work.
    constexpr std::size_t no_minimum_strength = 0;
    constexpr bool require_revocation = false;
    constexpr bool ocsp_for_intermediates = false;
    constexpr bool ignore_validity_of_anchor = false;
    const bool require_self_signed = anchors == AnchorPolicy::self_signed;
    return {require_revocation,        no_minimum_strength, ocsp_for_intermediates,
            trusted_hashes(),          max_ocsp_age,        nullptr,
            ignore_validity_of_anchor, require_self_signed};
}

Botan::Path_Validation_Restrictions ocsp_restrictions() {
    return path_restrictions(AnchorPolicy::partial_chain);
}

} // namespace pavise::trust
