// The key exchanges behind the named groups: elliptic curves, finite fields, ML-KEM, and the hybrids that
// join one of each.
#pragma once

#include "crypto/provider.hpp"

namespace pavise::crypto {

// The lengths of the two key_exchange values and of the secret, all fixed by the group.
struct GroupSizes {
    std::size_t initiator; // what the client sends
    std::size_t responder; // what the server answers
    std::size_t secret;
};

// Zeros for a group that is not supported.
GroupSizes group_sizes(NamedGroup group) noexcept;

Result<std::unique_ptr<KeyShare>> make_key_share(NamedGroup group, Rng& rng) noexcept;
Result<std::unique_ptr<KeyShare>> load_key_share(NamedGroup group, Bytes private_key, Rng& rng) noexcept;
Result<KeyShareAnswer> make_key_share_answer(NamedGroup group, Bytes peer_value, Rng& rng) noexcept;

Result<std::unique_ptr<KeyShare>> make_dhe_share(const FiniteFieldGroup& group, Rng& rng) noexcept;

} // namespace pavise::crypto
