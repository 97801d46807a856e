// PKCS#12 files (RFC 7292): a private key and its certificates under one password.
#pragma once

#include "crypto/key_encryption.hpp"

#include <vector>

namespace pavise::crypto {

struct Pkcs12Contents {
    SecretVector private_key_info; // the first key, as a DER PrivateKeyInfo
    std::vector<ByteVector>
        certificates; // DER; the one that belongs to the key first, then those of its issuers
};

// key_password_wrong where the file's MAC does not verify; key_not_found where it holds no key. The callback
// is always asked: these files have no unencrypted form that differs. An empty password is a password here.
Result<Pkcs12Contents> read_pkcs12(Bytes file, const PasswordCallback& password) noexcept;

} // namespace pavise::crypto
