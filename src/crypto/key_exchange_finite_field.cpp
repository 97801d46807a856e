// Diffie-Hellman in finite fields: the groups of RFC 7919, and those that a TLS 1.2 server makes up.
#include "crypto/botan_rng.hpp"
#include "crypto/guard.hpp"
#include "crypto/key_exchange.hpp"
#include "crypto/key_exchange_parts.hpp"

#include <botan/bigint.h>
#include <botan/dh.h>
#include <botan/dl_group.h>
#include <botan/pubkey.h>

namespace pavise::crypto {

namespace {

// What differs between the versions: whether numbers keep their leading zeros.
enum class NumberRule {
    fixed_length, // TLS 1.3: padded to the length of the prime (RFC 8446 §4.2.8.1, §7.4.1)
    any_length,   // TLS 1.2: "leading bytes of Z that contain all zero bits are stripped" (RFC 5246 §8.1.2)
};

const char* botan_name(NamedGroup group) {
    switch (group) {
    case NamedGroup::ffdhe2048: return "ffdhe/ietf/2048";
    case NamedGroup::ffdhe3072: return "ffdhe/ietf/3072";
    case NamedGroup::ffdhe4096: return "ffdhe/ietf/4096";
    case NamedGroup::ffdhe6144: return "ffdhe/ietf/6144";
    case NamedGroup::ffdhe8192: return "ffdhe/ietf/8192";
    default: return nullptr;
    }
}

Bytes without_leading_zeros(Bytes number) {
    while (!number.empty() && number.front() == 0) number = number.subspan(1);
    return number;
}

class FiniteFieldShare final : public KeyShare {
    NamedGroup group_;
    NumberRule rule_;
    BotanRng rng_;
    Botan::DH_PrivateKey private_key_;
    std::size_t size_; // of the prime, in bytes
    ByteVector public_value_;

  public:
    FiniteFieldShare(NamedGroup group, const Botan::DL_Group& field, NumberRule rule, Rng& rng) :
        group_(group),
        rule_(rule),
        rng_(rng),
        private_key_(rng_, field),
        size_(field.p_bytes()),
        public_value_(private_key_.get_int_field("y").serialize<ByteVector>(size_)) {}

    NamedGroup group() const noexcept override { return group_; }
    Bytes public_value() const noexcept override { return public_value_; }
    Result<SecretVector> agree(Bytes peer_value) noexcept override {
        if (rule_ == NumberRule::any_length) peer_value = without_leading_zeros(peer_value);
        // In TLS 1.2 a value out of range takes "a fatal handshake_failure(40) alert" (RFC 7919 §3, §4), in
        // TLS 1.3 it is an illegal_parameter as any share is that has not the right form.
        const ErrorCode refusal =
            rule_ == NumberRule::any_length ? ErrorCode::bad_dh_value : ErrorCode::bad_key_share;
        if (peer_value.size() > size_) return fail(refusal);
        if (rule_ == NumberRule::fixed_length && peer_value.size() != size_) return fail(refusal);
        return guarded(refusal, [&] {
            // Botan refuses a value outside of 1 < Y < p - 1 (RFC 8446 §4.2.8.1), so that the secret is
            // not 1.
            const auto secret =
                Botan::PK_Key_Agreement(private_key_, rng_, "Raw").derive_key(0, peer_value).bits_of();
            const Bytes whole(secret);
            return SecretVector(rule_ == NumberRule::any_length ? without_leading_zeros(whole) : whole);
        });
    }
};

} // namespace

std::optional<FiniteFieldGroup> named_finite_field(NamedGroup group) {
    const char* name = botan_name(group);
    if (!name) return std::nullopt;
    auto found = guarded(ErrorCode::not_supported, [&] {
        const auto field = Botan::DL_Group::from_name(name);
        return FiniteFieldGroup{field.get_p().serialize<ByteVector>(), field.get_g().serialize<ByteVector>()};
    });
    if (!found) return std::nullopt;
    return std::move(*found);
}

std::unique_ptr<KeyShare> make_finite_field_share(NamedGroup group, Rng& rng) {
    return std::make_unique<FiniteFieldShare>(group, Botan::DL_Group::from_name(botan_name(group)),
                                              NumberRule::fixed_length, rng);
}

Result<std::unique_ptr<KeyShare>> make_dhe_share(const FiniteFieldGroup& group, Rng& rng) noexcept {
    return guarded(ErrorCode::bad_dh_group, [&]() -> Result<std::unique_ptr<KeyShare>> {
        // Before any arithmetic on what may be a stranger's numbers.
        const Bytes prime_bytes = without_leading_zeros(group.prime);
        if (prime_bytes.size() * 8 > max_dh_prime_bits) return fail(ErrorCode::bad_dh_group);
        const auto prime = Botan::BigInt::from_bytes(prime_bytes);
        if (prime.bits() < min_dh_prime_bits) return fail(ErrorCode::dh_group_too_small);
        const Bytes generator_bytes = without_leading_zeros(group.generator);
        if (prime.is_even() || generator_bytes.size() > prime_bytes.size())
            return fail(ErrorCode::bad_dh_group);
        const auto generator = Botan::BigInt::from_bytes(generator_bytes);
        if (generator < 2 || generator > prime - 2) return fail(ErrorCode::bad_dh_group);
        return std::unique_ptr<KeyShare>(std::make_unique<FiniteFieldShare>(
            NamedGroup{}, Botan::DL_Group(prime, generator), NumberRule::any_length, rng));
    });
}

} // namespace pavise::crypto
