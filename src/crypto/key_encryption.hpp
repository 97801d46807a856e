// Private keys under a password.
#pragma once

#include "base/secret.hpp"

#include <pavise/result.hpp>

#include <botan/asn1_obj.h>

#include <functional>
#include <string_view>

namespace pavise::crypto {

// Asked for the password when a file turns out to be encrypted, at most once a file. Its error, for example
// key_password_needed, becomes the error of the load. Empty where there is no password to give.
using PasswordCallback = std::function<Result<SecretVector>()>;

// The password out of the callback; key_password_needed where there is no callback.
Result<SecretVector> ask_password(const PasswordCallback& callback) noexcept;

// Undoes the encryption of a PKCS#8 file: PBES2 (RFC 8018 §6.2: PBKDF2 or scrypt, then AES-CBC or
// DES-EDE3-CBC), PBES1 (§6.1: MD5 or SHA-1, then DES-CBC) and PKCS#12's scheme with SHA-1 and DES-EDE3-CBC
// (RFC 7292 appendix B). key_encryption_unsupported for another algorithm, key_password_wrong where the
// padding that comes out is not right.
Result<SecretVector> decrypt_pkcs8(const Botan::AlgorithmIdentifier& encryption, Bytes encrypted,
                                   Bytes password) noexcept;

// Undoes the encryption of a traditional PEM file, whose header is "DEK-Info: cipher,iv in hex": AES-CBC or
// DES-EDE3-CBC under a key made of password and IV by MD5. Errors as above.
Result<SecretVector> decrypt_traditional(std::string_view dek_info, Bytes encrypted, Bytes password) noexcept;

} // namespace pavise::crypto
