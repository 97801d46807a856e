#include "ssl/cipher_table.hpp"

#include <array>

namespace pavise::ssl {

namespace {

constexpr CipherRow rows13[] = {
    {0x1302, "TLS_AES_256_GCM_SHA384", kANY, aANY, AES256GCM, mAEAD},
    {0x1303, "TLS_CHACHA20_POLY1305_SHA256", kANY, aANY, CHACHA20POLY1305, mAEAD},
    {0x1301, "TLS_AES_128_GCM_SHA256", kANY, aANY, AES128GCM, mAEAD},
};

constexpr CipherRow rows12[] = {
    {0xd002, "ECDHE-PSK-AES256-GCM-SHA384", kECDHEPSK, aPSK, AES256GCM, mAEAD},
    {0xd001, "ECDHE-PSK-AES128-GCM-SHA256", kECDHEPSK, aPSK, AES128GCM, mAEAD},
    {0xccad, "DHE-PSK-CHACHA20-POLY1305", kDHEPSK, aPSK, CHACHA20POLY1305, mAEAD},
    {0xccac, "ECDHE-PSK-CHACHA20-POLY1305", kECDHEPSK, aPSK, CHACHA20POLY1305, mAEAD},
    {0xccab, "PSK-CHACHA20-POLY1305", kPSK, aPSK, CHACHA20POLY1305, mAEAD},
    {0xccaa, "DHE-RSA-CHACHA20-POLY1305", kDHE, aRSA, CHACHA20POLY1305, mAEAD},
    {0xcca9, "ECDHE-ECDSA-CHACHA20-POLY1305", kECDHE, aECDSA, CHACHA20POLY1305, mAEAD},
    {0xcca8, "ECDHE-RSA-CHACHA20-POLY1305", kECDHE, aRSA, CHACHA20POLY1305, mAEAD},
    {0xc0af, "ECDHE-ECDSA-AES256-CCM8", kECDHE, aECDSA, AES256CCM8, mAEAD},
    {0xc0ae, "ECDHE-ECDSA-AES128-CCM8", kECDHE, aECDSA, AES128CCM8, mAEAD},
    {0xc0ad, "ECDHE-ECDSA-AES256-CCM", kECDHE, aECDSA, AES256CCM, mAEAD},
    {0xc0ac, "ECDHE-ECDSA-AES128-CCM", kECDHE, aECDSA, AES128CCM, mAEAD},
    {0xc030, "ECDHE-RSA-AES256-GCM-SHA384", kECDHE, aRSA, AES256GCM, mAEAD},
    {0xc02f, "ECDHE-RSA-AES128-GCM-SHA256", kECDHE, aRSA, AES128GCM, mAEAD},
    {0xc02c, "ECDHE-ECDSA-AES256-GCM-SHA384", kECDHE, aECDSA, AES256GCM, mAEAD},
    {0xc02b, "ECDHE-ECDSA-AES128-GCM-SHA256", kECDHE, aECDSA, AES128GCM, mAEAD},
    {0xc028, "ECDHE-RSA-AES256-SHA384", kECDHE, aRSA, AES256CBC, mSHA384},
    {0xc027, "ECDHE-RSA-AES128-SHA256", kECDHE, aRSA, AES128CBC, mSHA256},
    {0xc024, "ECDHE-ECDSA-AES256-SHA384", kECDHE, aECDSA, AES256CBC, mSHA384},
    {0xc023, "ECDHE-ECDSA-AES128-SHA256", kECDHE, aECDSA, AES128CBC, mSHA256},
    {0xc014, "ECDHE-RSA-AES256-SHA", kECDHE, aRSA, AES256CBC, mSHA1},
    {0xc013, "ECDHE-RSA-AES128-SHA", kECDHE, aRSA, AES128CBC, mSHA1},
    {0xc00a, "ECDHE-ECDSA-AES256-SHA", kECDHE, aECDSA, AES256CBC, mSHA1},
    {0xc009, "ECDHE-ECDSA-AES128-SHA", kECDHE, aECDSA, AES128CBC, mSHA1},
    {0x00ab, "DHE-PSK-AES256-GCM-SHA384", kDHEPSK, aPSK, AES256GCM, mAEAD},
    {0x00aa, "DHE-PSK-AES128-GCM-SHA256", kDHEPSK, aPSK, AES128GCM, mAEAD},
    {0x00a9, "PSK-AES256-GCM-SHA384", kPSK, aPSK, AES256GCM, mAEAD},
    {0x00a8, "PSK-AES128-GCM-SHA256", kPSK, aPSK, AES128GCM, mAEAD},
    {0x009f, "DHE-RSA-AES256-GCM-SHA384", kDHE, aRSA, AES256GCM, mAEAD},
    {0x009e, "DHE-RSA-AES128-GCM-SHA256", kDHE, aRSA, AES128GCM, mAEAD},
};

struct EncryptionRow {
    unsigned enc;
    int bits;
    std::string_view description;
    std::string_view symmetric;
};
constexpr EncryptionRow encryptions[] = {
    {AES128GCM, 128, "AESGCM(128)", "aes-128-gcm"},
    {AES256GCM, 256, "AESGCM(256)", "aes-256-gcm"},
    {AES128CCM, 128, "AESCCM(128)", "aes-128-ccm"},
    {AES256CCM, 256, "AESCCM(256)", "aes-256-ccm"},
    {AES128CCM8, 128, "AESCCM8(128)", "aes-128-ccm"},
    {AES256CCM8, 256, "AESCCM8(256)", "aes-256-ccm"},
    {CHACHA20POLY1305, 256, "CHACHA20/POLY1305(256)", "chacha20-poly1305"},
    {AES128CBC, 128, "AES(128)", "aes-128-cbc"},
    {AES256CBC, 256, "AES(256)", "aes-256-cbc"},
};

const EncryptionRow& encryption(const CipherRow& row) {
    for (const EncryptionRow& candidate : encryptions)
        if (candidate.enc == row.enc) return candidate;
    return encryptions[0];
}

struct Words {
    unsigned bit;
    std::string_view description; // OpenSSL's "Kx=" and "Au=" and "Mac="
    std::string_view key;         // Python's `kea`, `auth` and `digest`
};
constexpr Words key_agreements[] = {
    {kECDHE, "ECDH", "kx-ecdhe"},      {kDHE, "DH", "kx-dhe"},
    {kPSK, "PSK", "kx-psk"},           {kECDHEPSK, "ECDHEPSK", "kx-ecdhe-psk"},
    {kDHEPSK, "DHEPSK", "kx-dhe-psk"}, {kANY, "any", "kx-any"},
};
constexpr Words authentications[] = {{aECDSA, "ECDSA", "auth-ecdsa"},
                                     {aRSA, "RSA", "auth-rsa"},
                                     {aPSK, "PSK", "auth-psk"},
                                     {aANY, "any", "auth-any"}};
constexpr Words macs[] = {{mAEAD, "AEAD", ""},
                          {mSHA1, "SHA1", "sha1"},
                          {mSHA256, "SHA256", "sha256"},
                          {mSHA384, "SHA384", "sha384"}};

const Words& words(std::span<const Words> table, unsigned bit) {
    for (const Words& candidate : table)
        if (candidate.bit == bit) return candidate;
    return table.front();
}

std::string padded(std::string_view text, std::size_t width) {
    std::string out(text);
    if (out.size() < width) out.resize(width, ' ');
    return out;
}

std::string description_of(const CipherRow& row) {
    // Its description has another name for the oldest protocol than its protocol field.
    const std::string_view protocol = row.protocol() == "TLSv1.0" ? "TLSv1" : row.protocol();
    return padded(row.name, 30) + " " + padded(protocol, 7) +
           " Kx=" + padded(words(key_agreements, row.kx).description, 8) +
           " Au=" + padded(words(authentications, row.au).description, 5) +
           " Enc=" + padded(encryption(row).description, 22) +
           " Mac=" + padded(words(macs, row.mac).description, 4);
}

} // namespace

int CipherRow::bits() const noexcept {
    return encryption(*this).bits;
}

std::string_view CipherRow::protocol() const noexcept {
    if (kx == kANY) return "TLSv1.3";
    return mac == mSHA1 ? "TLSv1.0" : "TLSv1.2";
}

std::span<const CipherRow> tls13_ciphers() noexcept {
    return rows13;
}
std::span<const CipherRow> tls12_ciphers() noexcept {
    return rows12;
}

const CipherRow* find_cipher(CipherSuite suite) noexcept {
    for (const auto table : {tls13_ciphers(), tls12_ciphers()})
        for (const CipherRow& row : table)
            if (row.suite() == suite) return &row;
    return nullptr;
}

CipherDict dict_of(const CipherRow& row) {
    CipherDict dict;
    dict.id = 0x03000000u | row.id;
    dict.name = row.name;
    dict.protocol = row.protocol();
    dict.description = description_of(row);
    dict.strength_bits = dict.alg_bits = row.bits();
    dict.aead = row.mac == mAEAD;
    dict.symmetric = encryption(row).symmetric;
    if (!dict.aead) dict.digest = words(macs, row.mac).key;
    dict.kea = words(key_agreements, row.kx).key;
    dict.auth = words(authentications, row.au).key;
    return dict;
}

Cipher cipher_of(const CipherRow& row) {
    return {std::string(row.name), std::string(row.protocol()), row.bits()};
}

std::ostream& operator<<(std::ostream& out, const Cipher& cipher) {
    return out << "('" << cipher.name << "', '" << cipher.protocol << "', " << cipher.bits << ")";
}

} // namespace pavise::ssl
