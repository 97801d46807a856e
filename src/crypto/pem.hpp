// The textual envelope of keys and certificates (RFC 7468, and RFC 1421's headers on old private keys).
#pragma once

#include "base/secret.hpp"

#include <pavise/result.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace pavise::crypto {

// One block. Views into the text it was found in.
struct PemBlock {
    std::string_view label;     // "CERTIFICATE", "PRIVATE KEY", …
    std::string_view proc_type; // "4,ENCRYPTED" on traditional encrypted keys; else empty
    std::string_view dek_info;  // "AES-256-CBC,0011…"
    std::string_view body;      // base64, with white space
};

// Every block of a text in its order; what stands between them is skipped, as RFC 7468 §2 allows.
// pem_malformed for a block without its end, or whose end has another label.
Result<std::vector<PemBlock>> find_pem_blocks(std::string_view text) noexcept;

// The bytes of a block; pem_malformed where its body is not base64.
Result<SecretVector> decode_pem(const PemBlock& block) noexcept;

// Bytes as a block in lines of 64 characters.
Result<std::string> encode_pem(std::string_view label, Bytes contents) noexcept;

} // namespace pavise::crypto
