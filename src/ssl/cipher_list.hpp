// OpenSSL's cipher list language (ciphers(1)), over the suites of TLS 1.2 that Pavise has.
#pragma once

#include "ssl/cipher_table.hpp"

#include <optional>
#include <string>
#include <vector>

namespace pavise::ssl {

struct CipherList {
    std::vector<CipherSuite> suites{};   // TLS 1.2, by preference, whatever the security level
    std::vector<std::string> ignored{};  // names that select nothing here
    std::optional<int> security_level{}; // where the string has @SECLEVEL
};

// Differences from OpenSSL: only the suites of our table exist; those with CBC are selected by their name, by
// their MAC's name or by ALL, never by DEFAULT, HIGH or a class that AEADs are in as well; an empty list is
// the caller's to refuse.
CipherList parse_cipher_list(std::string_view text);

// What a context has from the start, and what DEFAULT selects: ECDHE with AES-GCM or ChaCha20-Poly1305.
std::vector<CipherSuite> default_ciphers12();

// Whether a security level (0 to 5) lets a cipher of so many bits in: 112 bits at level 2, then 128, 192,
// 256.
bool allowed_at(int security_level, int bits) noexcept;

inline constexpr int default_security_level = 2;
inline constexpr int max_security_level = 5;

} // namespace pavise::ssl
