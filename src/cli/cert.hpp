// What the verbs of `pavise cert` that make something have in common.
#pragma once

#include "cli/arguments.hpp"
#include "crypto/algorithms.hpp"

#include <pavise/environment.hpp>
#include <pavise/error.hpp>

namespace pavise::cli {

inline constexpr Option option_key_type{"--key-type", "TYPE",
                                        "p256 (the default), p384, p521, ed25519, rsa or rsa-pss"};
// Errors (usage): names the types.
Outcome<crypto::KeyType> key_type_from(const Arguments& arguments);

// From which moment on what is made now is valid: a clock that is a little behind must not refuse it.
Timestamp made_valid_from();

// What could not be made ("the certificate"), and why.
Problem not_made(std::string_view what, Error error);

} // namespace pavise::cli
