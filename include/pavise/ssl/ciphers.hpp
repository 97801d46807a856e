// Cipher suites as Python's `ssl` shows them, under OpenSSL's names.
#pragma once

#include <pavise/export.hpp>

#include <cstdint>
#include <optional>
#include <ostream>
#include <string>

namespace pavise::ssl {

// What cipher() gives: the suite's name, the version that defines its use, and its secret bits.
struct Cipher {
    std::string name{};
    std::string protocol{};
    int bits = 0;

    friend bool operator==(const Cipher&, const Cipher&) = default;
    // ('TLS_AES_256_GCM_SHA384', 'TLSv1.3', 256)
    PAVISE_EXPORT friend std::ostream& operator<<(std::ostream& out, const Cipher& cipher);
};

// An entry of get_ciphers(), with Python's keys.
struct CipherDict {
    std::uint32_t id = 0; // OpenSSL's: 0x03000000 and the registry's number
    std::string name{};
    std::string protocol{};
    std::string description{};
    int strength_bits = 0;
    int alg_bits = 0;
    bool aead = false;
    std::string symmetric{};
    std::optional<std::string> digest{}; // nothing for an AEAD
    std::string kea{};
    std::string auth{};
};

} // namespace pavise::ssl
