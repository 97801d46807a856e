// The cipher suites of the engine with what OpenSSL says of them.
#pragma once

#include <pavise/registry.hpp>
#include <pavise/ssl/ciphers.hpp>

#include <span>
#include <string_view>

namespace pavise::ssl {

// Sets of one bit each, because cipher strings select by "any of".
enum KeyAgreement : unsigned { kECDHE = 1, kDHE = 2, kPSK = 4, kECDHEPSK = 8, kDHEPSK = 16, kANY = 32 };
enum Authentication : unsigned { aECDSA = 1, aRSA = 2, aPSK = 4, aANY = 8 };
enum Encryption : unsigned {
    AES128GCM = 1,
    AES256GCM = 2,
    AES128CCM = 4,
    AES256CCM = 8,
    AES128CCM8 = 16,
    AES256CCM8 = 32,
    CHACHA20POLY1305 = 64,
    AES128CBC = 128,
    AES256CBC = 256,
};
enum Mac : unsigned { mAEAD = 1, mSHA1 = 2, mSHA256 = 4, mSHA384 = 8 };

struct CipherRow {
    std::uint16_t id;
    std::string_view name;
    unsigned kx;
    unsigned au;
    unsigned enc;
    unsigned mac;

    CipherSuite suite() const noexcept { return static_cast<CipherSuite>(id); }
    int bits() const noexcept;
    // "TLSv1.3", "TLSv1.2", or "TLSv1.0" for the CBC suites with SHA-1, which are that old.
    std::string_view protocol() const noexcept;
};

// TLS 1.3 by OpenSSL's preference, then TLS 1.2 by falling number, as OpenSSL's table is read.
std::span<const CipherRow> tls13_ciphers() noexcept;
std::span<const CipherRow> tls12_ciphers() noexcept;
// Null for a suite that is in neither.
const CipherRow* find_cipher(CipherSuite suite) noexcept;

CipherDict dict_of(const CipherRow& row);
Cipher cipher_of(const CipherRow& row);

} // namespace pavise::ssl
