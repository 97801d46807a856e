#include "crypto/key_exchange.hpp"

#include "crypto/guard.hpp"
#include "crypto/key_exchange_parts.hpp"

#include "base/try.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace pavise::crypto {

namespace {

using enum NamedGroup;

// Two exchanges side by side; shares and secrets are concatenated in this order (draft-ietf-tls-ecdhe-mlkem
// §3). X25519MLKEM768 has ML-KEM first, against its name; the NIST hybrids have ECDH first.
struct Hybrid {
    NamedGroup group;
    NamedGroup first;
    NamedGroup second;
};

constexpr std::array hybrids{
    Hybrid{x25519_ml_kem_768, ml_kem_768, x25519},
    Hybrid{secp256r1_ml_kem_768, secp256r1, ml_kem_768},
    Hybrid{secp384r1_ml_kem_1024, secp384r1, ml_kem_1024},
};

constexpr const Hybrid* hybrid_of(NamedGroup group) {
    const auto* found =
        std::find_if(hybrids.begin(), hybrids.end(), [&](const Hybrid& h) { return h.group == group; });
    return found == hybrids.end() ? nullptr : found;
}

constexpr bool is_kem(NamedGroup group) {
    return group == ml_kem_512 || group == ml_kem_768 || group == ml_kem_1024;
}

constexpr bool is_finite_field(NamedGroup group) {
    return group >= ffdhe2048 && group <= ffdhe8192;
}

constexpr GroupSizes simple_sizes(NamedGroup group) {
    switch (group) {
    // Uncompressed points: 4, x, y (RFC 8446 §4.2.8.2); the secret is x alone, leading zeros kept (§7.4.2).
    case secp256r1: return {65, 65, 32};
    case secp384r1: return {97, 97, 48};
    case secp521r1: return {133, 133, 66};
    case x25519: return {32, 32, 32}; // RFC 7748 §5
    case x448: return {56, 56, 56};
    case ffdhe2048: return {256, 256, 256}; // RFC 8446 §4.2.8.1, §7.4.1: as long as the prime
    case ffdhe3072: return {384, 384, 384};
    case ffdhe4096: return {512, 512, 512};
    case ffdhe6144: return {768, 768, 768};
    case ffdhe8192: return {1024, 1024, 1024};
    case ml_kem_512: return {800, 768, 32}; // FIPS 203 table 3
    case ml_kem_768: return {1184, 1088, 32};
    case ml_kem_1024: return {1568, 1568, 32};
    default: return {0, 0, 0};
    }
}

constexpr GroupSizes sizes_of(NamedGroup group) {
    const Hybrid* hybrid = hybrid_of(group);
    if (!hybrid) return simple_sizes(group);
    const GroupSizes first = simple_sizes(hybrid->first);
    const GroupSizes second = simple_sizes(hybrid->second);
    return {first.initiator + second.initiator, first.responder + second.responder,
            first.secret + second.secret};
}

static_assert(sizes_of(x25519_ml_kem_768).initiator == 1184 + 32);
static_assert(sizes_of(x25519_ml_kem_768).responder == 1088 + 32);

std::unique_ptr<KeyShare> make_simple_share(NamedGroup group, Rng& rng) {
    if (is_kem(group)) return make_kem_share(group, rng);
    if (group == x25519 || group == x448) return make_montgomery_share(group, rng);
    if (is_finite_field(group)) return make_finite_field_share(group, rng);
    return make_curve_share(group, rng);
}

// What a and b hold, one after the other.
SecretVector joined(const SecretVector& a, const SecretVector& b) {
    SecretVector both(a.size() + b.size());
    const auto middle = std::copy_n(a.view().begin(), a.size(), both.mutable_view().begin());
    std::copy_n(b.view().begin(), b.size(), middle);
    return both;
}

class HybridShare final : public KeyShare {
    const Hybrid& hybrid_;
    std::unique_ptr<KeyShare> first_;
    std::unique_ptr<KeyShare> second_;
    ByteVector public_value_;

  public:
    HybridShare(const Hybrid& hybrid, Rng& rng) :
        hybrid_(hybrid),
        first_(make_simple_share(hybrid.first, rng)),
        second_(make_simple_share(hybrid.second, rng)) {
        for (const Bytes part : {first_->public_value(), second_->public_value()})
            public_value_.insert(public_value_.end(), part.begin(), part.end());
    }

    NamedGroup group() const noexcept override { return hybrid_.group; }
    Bytes public_value() const noexcept override { return public_value_; }
    Result<SecretVector> agree(Bytes peer_value) noexcept override {
        if (peer_value.size() != sizes_of(hybrid_.group).responder) return fail(ErrorCode::bad_key_share);
        const std::size_t middle = simple_sizes(hybrid_.first).responder;
        PAVISE_LET(const SecretVector first, first_->agree(peer_value.first(middle)));
        PAVISE_LET(const SecretVector second, second_->agree(peer_value.subspan(middle)));
        return guarded(ErrorCode::internal, [&] { return joined(first, second); });
    }
};

// Precondition: peer_value has the group's length.
Result<KeyShareAnswer> answer_simple(NamedGroup group, Bytes peer_value, Rng& rng) {
    if (is_kem(group)) return encapsulate(group, peer_value, rng);
    const std::unique_ptr<KeyShare> own = make_simple_share(group, rng);
    PAVISE_LET(SecretVector secret, own->agree(peer_value));
    const Bytes value = own->public_value();
    return KeyShareAnswer{ByteVector(value.begin(), value.end()), std::move(secret)};
}

Result<KeyShareAnswer> answer_hybrid(const Hybrid& hybrid, Bytes peer_value, Rng& rng) {
    const std::size_t middle = simple_sizes(hybrid.first).initiator;
    PAVISE_LET(KeyShareAnswer first, answer_simple(hybrid.first, peer_value.first(middle), rng));
    PAVISE_LET(const KeyShareAnswer second, answer_simple(hybrid.second, peer_value.subspan(middle), rng));
    first.public_value.insert(first.public_value.end(), second.public_value.begin(),
                              second.public_value.end());
    return KeyShareAnswer{std::move(first.public_value), joined(first.secret, second.secret)};
}

} // namespace

GroupSizes group_sizes(NamedGroup group) noexcept {
    return sizes_of(group);
}

Result<std::unique_ptr<KeyShare>> make_key_share(NamedGroup group, Rng& rng) noexcept {
    if (sizes_of(group).initiator == 0) return fail(ErrorCode::not_supported);
    return guarded(ErrorCode::internal, [&]() -> Result<std::unique_ptr<KeyShare>> {
        if (const Hybrid* hybrid = hybrid_of(group))
            return std::unique_ptr<KeyShare>(std::make_unique<HybridShare>(*hybrid, rng));
        return make_simple_share(group, rng);
    });
}

Result<KeyShareAnswer> make_key_share_answer(NamedGroup group, Bytes peer_value, Rng& rng) noexcept {
    const GroupSizes sizes = sizes_of(group);
    if (sizes.initiator == 0) return fail(ErrorCode::not_supported);
    if (peer_value.size() != sizes.initiator) return fail(ErrorCode::bad_key_share);
    return guarded(ErrorCode::bad_key_share, [&] {
        const Hybrid* hybrid = hybrid_of(group);
        return hybrid ? answer_hybrid(*hybrid, peer_value, rng) : answer_simple(group, peer_value, rng);
    });
}

} // namespace pavise::crypto
