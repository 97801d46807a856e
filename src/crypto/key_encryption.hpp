// Private keys under a password.
#pragma once

#include "base/secret.hpp"

#include <pavise/result.hpp>

#include <botan/asn1_obj.h>

#include <functional>

namespace pavise::crypto {

// Asked for the password when a file turns out to be encrypted, at most once a file. Its error, for example
// key_password_needed, becomes the error of the load. Empty where there is no password to give.
using PasswordCallback = std::function<Result<SecretVector>()>;

// The password out of the callback; key_password_needed where there is no callback.
Result<SecretVector> ask_password(const PasswordCallback& callback) noexcept;

// Undoes PBES2 (RFC 8018 §6.2: PBKDF2 or scrypt, then AES-CBC or DES-EDE3-CBC). key_encryption_unsupported
// for another algorithm, key_password_wrong where the padding that comes out is not right.
Result<SecretVector> decrypt_pkcs8(const Botan::AlgorithmIdentifier& encryption, Bytes encrypted,
                                   Bytes password) noexcept;

} // namespace pavise::crypto
