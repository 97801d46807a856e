#include "trust/signature_schemes.hpp"

#include "trust/oids.hpp"

#include <string_view>

namespace pavise::trust {

namespace {

using namespace std::string_view_literals;

struct Row {
    std::string_view oid; // contents octets
    SignatureScheme scheme;
};

// With ECDSA the hash stands for the curve: the certificate does not tell its issuer's, and RFC 8446 §4.2.3
// pairs them.
constexpr Row rows[] = {
    {"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x05"sv, SignatureScheme::rsa_pkcs1_sha1},
    {"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b"sv, SignatureScheme::rsa_pkcs1_sha256},
    {"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0c"sv, SignatureScheme::rsa_pkcs1_sha384},
    {"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0d"sv, SignatureScheme::rsa_pkcs1_sha512},
    {"\x2a\x86\x48\xce\x3d\x04\x01"sv, SignatureScheme::ecdsa_sha1},
    {"\x2a\x86\x48\xce\x3d\x04\x03\x02"sv, SignatureScheme::ecdsa_secp256r1_sha256},
    {"\x2a\x86\x48\xce\x3d\x04\x03\x03"sv, SignatureScheme::ecdsa_secp384r1_sha384},
    {"\x2a\x86\x48\xce\x3d\x04\x03\x04"sv, SignatureScheme::ecdsa_secp521r1_sha512},
    {"\x2b\x65\x70"sv, SignatureScheme::ed25519},
    {"\x2b\x65\x71"sv, SignatureScheme::ed448},
    {"\x60\x86\x48\x01\x65\x03\x04\x03\x11"sv, SignatureScheme::ml_dsa_44},
    {"\x60\x86\x48\x01\x65\x03\x04\x03\x12"sv, SignatureScheme::ml_dsa_65},
    {"\x60\x86\x48\x01\x65\x03\x04\x03\x13"sv, SignatureScheme::ml_dsa_87},
};

// RFC 4055 §3.1: the hash is the first algorithm in the parameters; without one it is SHA-1, for which there
// is no scheme.
std::vector<SignatureScheme> schemes_of_pss(std::string_view algorithm) {
    constexpr auto sha2 = "\x60\x86\x48\x01\x65\x03\x04\x02"sv; // 2.16.840.1.101.3.4.2, then 1, 2 or 3
    const std::size_t at = algorithm.find(sha2);
    if (at == std::string_view::npos || at + sha2.size() >= algorithm.size()) return {};
    switch (algorithm[at + sha2.size()]) {
    case 1: return {SignatureScheme::rsa_pss_rsae_sha256, SignatureScheme::rsa_pss_pss_sha256};
    case 2: return {SignatureScheme::rsa_pss_rsae_sha384, SignatureScheme::rsa_pss_pss_sha384};
    case 3: return {SignatureScheme::rsa_pss_rsae_sha512, SignatureScheme::rsa_pss_pss_sha512};
    default: return {};
    }
}

} // namespace

std::vector<SignatureScheme> signature_schemes_of(const Certificate& certificate) {
    const Oid id = certificate.signature_algorithm_id();
    if (id == oids::rsassa_pss) return schemes_of_pss(as_text(certificate.signature_algorithm()));
    for (const Row& row : rows)
        if (id == row.oid) return {row.scheme};
    return {};
}

} // namespace pavise::trust
