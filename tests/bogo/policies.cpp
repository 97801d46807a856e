#include "policies.hpp"

namespace pavise::bogo {

namespace {

const std::vector<CipherSuite> aes_gcm{
    CipherSuite::TLS_AES_128_GCM_SHA256,
    CipherSuite::TLS_AES_256_GCM_SHA384,
    CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
    CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
    CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
    CipherSuite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
};
const std::vector<CipherSuite> aes_256_gcm{
    CipherSuite::TLS_AES_256_GCM_SHA384,
    CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
    CipherSuite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
};
const std::vector<SignatureScheme> with_sha384{
    SignatureScheme::ecdsa_secp384r1_sha384,
    SignatureScheme::rsa_pss_rsae_sha384,
    SignatureScheme::rsa_pkcs1_sha384,
};

// NIST SP 800-52 rev. 2, as FIPS validations of May 2022 ask for.
Policy fips() {
    return {ProtocolVersion::tls_1_2,
            aes_gcm,
            {NamedGroup::secp256r1, NamedGroup::secp384r1},
            {SignatureScheme::ecdsa_secp256r1_sha256, SignatureScheme::ecdsa_secp384r1_sha384,
             SignatureScheme::rsa_pss_rsae_sha256, SignatureScheme::rsa_pss_rsae_sha384,
             SignatureScheme::rsa_pss_rsae_sha512, SignatureScheme::rsa_pkcs1_sha256,
             SignatureScheme::rsa_pkcs1_sha384, SignatureScheme::rsa_pkcs1_sha512}};
}
// WPA3's 192-bit mode of April 2023.
Policy wpa() {
    std::vector<SignatureScheme> schemes = with_sha384;
    schemes.insert(schemes.end(), {SignatureScheme::rsa_pss_rsae_sha512, SignatureScheme::rsa_pkcs1_sha512});
    return {ProtocolVersion::tls_1_2, aes_256_gcm, {NamedGroup::secp384r1}, schemes};
}
// The first of CNSA is a preference alone: AES-256 first, ChaCha20 last.
Policy cnsa() {
    std::vector<CipherSuite> suites{CipherSuite::TLS_AES_256_GCM_SHA384, CipherSuite::TLS_AES_128_GCM_SHA256};
    for (const CipherSuite suite : default_cipher_suites())
        if (suite != suites[0] && suite != suites[1]) suites.push_back(suite);
    return {ProtocolVersion::tls_1_2, suites, default_groups(), default_signature_schemes()};
}
Policy cnsa1() {
    return {
        ProtocolVersion::tls_1_2, aes_256_gcm, {NamedGroup::ml_kem_1024, NamedGroup::secp384r1}, with_sha384};
}
Policy cnsa2() {
    return {ProtocolVersion::tls_1_3,
            {CipherSuite::TLS_AES_256_GCM_SHA384},
            {NamedGroup::ml_kem_1024},
            with_sha384};
}

} // namespace

std::optional<Policy> policy_of(const Options& options) {
    if (options.fips_202205) return fips();
    if (options.wpa_202304) return wpa();
    if (options.cnsa_202407) return cnsa();
    if (options.cnsa1_202603) return cnsa1();
    if (options.cnsa2_202603) return cnsa2();
    return std::nullopt;
}

} // namespace pavise::bogo
