// PEM (RFC 7468), read strictly: text between blocks is skipped, text within them is not forgiven.
#pragma once

#include "base/secret.hpp"

#include <pavise/bytes.hpp>
#include <pavise/result.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pavise {

struct PemBlock {
    std::string label; // "CERTIFICATE", "PRIVATE KEY" …
    // The RFC 1421 headers of traditional encrypted keys ("Proc-Type", "DEK-Info"), in order.
    std::vector<std::pair<std::string, std::string>> headers;
    SecretVector contents; // a secret, for it may be a private key
    std::size_t line = 0;  // where the block begins, from 1
};

// Every block of `text`, in order; none at all is an empty vector. malformed_pem, with the line as detail,
// where a block lacks its end line, ends under another label, or holds something else than base64.
Result<std::vector<PemBlock>> read_pem(std::string_view text);

// One block, in lines of 64 characters.
std::string write_pem(std::string_view label, Bytes contents);

// Whether `data` looks like PEM (it holds a line that begins a block) and not like DER.
bool looks_like_pem(Bytes data) noexcept;

// The largest file of certificates or keys that is read: the largest root stores in use are under 1 MiB.
inline constexpr std::size_t max_credential_file_size = 8u << 20;

// A whole file. file_not_read, with the system's error number as detail, or file_too_large.
Result<SecretVector> read_credential_file(const std::string& path);

} // namespace pavise
