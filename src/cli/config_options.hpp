// Options that several verbs share, and what they become.
#pragma once

#include "cli/arguments.hpp"

#include <pavise/engine.hpp>

namespace pavise::cli {

inline constexpr Option option_cert{"--cert", "FILE",
                                    "certificate chain of ours, the leaf first (PEM or DER); goes with --key",
                                    Occurs::any_number};
inline constexpr Option option_key{"--key", "FILE",
                                   "private key of the --cert at the same place (PKCS#8, PKCS#1, SEC1)",
                                   Occurs::any_number};
inline constexpr Option option_alpn{"--alpn", "NAMES",
                                    "application protocols by preference, with commas: h2,http/1.1"};
inline constexpr Option option_groups{"--groups", "NAMES",
                                      "key exchange groups by preference, with commas: x25519,secp256r1"};
inline constexpr Option option_cipher_suites{
    "--ciphersuites", "NAMES", "cipher suites of TLS 1.3 by preference, with commas: TLS_AES_128_GCM_SHA256"};
inline constexpr Option option_ciphers{"--ciphers", "NAMES",
                                       "cipher suites of TLS 1.2 by preference, with commas: "
                                       "ECDHE-RSA-AES128-GCM-SHA256, or the registry's names"};
inline constexpr Option option_tls{"--tls", "VERSION", "speak this version alone: 1.2 or 1.3 (both)"};
inline constexpr Option option_psk{"--psk", "FILE",
                                   "pre-shared keys: a line IDENTITY:KEY for each, the key in hexadecimal; "
                                   "behind it hash=sha384 where that is the key's hash: it then goes "
                                   "with suites of this hash alone"};
inline constexpr Option option_imported_psk{
    "--imported-psk", "FILE",
    "pre-shared keys that are imported into TLS 1.3 for every hash (RFC 9258): lines as for --psk; behind a "
    "key context=HEX where both sides agreed on one"};
inline constexpr Option option_psk_modes{
    "--psk-modes", "NAMES",
    "how sessions and pre-shared keys may be used in TLS 1.3: psk_dhe_ke,psk_ke (the first)"};
inline constexpr Option option_sigalgs{"--sigalgs", "NAMES",
                                       "signature schemes by preference, with commas: "
                                       "ecdsa_secp256r1_sha256,rsa_pss_rsae_sha256"};
inline constexpr Option option_keylog{
    "--keylog", "FILE",
    "append the secrets to FILE, as Wireshark reads them: whoever has it can read everything"};
inline constexpr Option option_record_size{
    "--record-size-limit", "N", "the longest record that the peer may send, 64 to 16385 (RFC 8449)"};
inline constexpr Option option_raw_key{
    "--raw-key", "FILE", "a private key of ours that is shown by itself, without a certificate (RFC 7250)",
    Occurs::any_number};
inline constexpr Option option_trusted_key{
    "--trusted-key", "FILE",
    "believe a peer that shows this public key instead of a certificate (PEM or DER; RFC 7250)",
    Occurs::any_number};
inline constexpr Option option_update_keys{
    "--update-keys", "SCOPE", "change the keys right after the handshake: ours, or those of both (TLS 1.3)"};

inline constexpr Option option_compress{
    "--compress-certificates", "", "let certificates come and go compressed where the peer can (RFC 8879)"};

// Fills in a config from what options became, and keeps the first problem.
class Settings {
    std::optional<Problem> problem_;

  public:
    template <class Target, class Value> void set(Target& target, Outcome<Value> value) {
        if (value)
            target = *std::move(value);
        else if (!problem_)
            problem_ = value.problem();
    }
    const std::optional<Problem>& problem() const noexcept { return problem_; }
};

// --cert and --key, in pairs by their order, then --raw-key. Errors (usage): name the file.
Outcome<std::vector<Credential>> credentials_from(const Arguments& arguments);
// The parts of a list with commas; an empty one is a part too.
std::vector<std::string_view> split_at_commas(std::string_view text);
// The SubjectPublicKeyInfo of each file of a public key. Errors (usage): name the file.
Outcome<std::vector<ByteVector>> public_keys_from(const Arguments& arguments, const Option& option);
// Errors (usage): name the file.
Outcome<TrustStore> trust_from_file(std::string_view path);
// Errors (usage) of the following: name the entry and, where it helps, the names that are known.
Outcome<std::vector<std::string>> alpn_from(const Arguments& arguments);
// Nothing where the option is not given; else the library's algorithms.
std::vector<CertificateCompressionPtr> compression_from(const Arguments& arguments);
// The library's defaults where the option is not given, here and below.
Outcome<std::vector<NamedGroup>> groups_from(const Arguments& arguments);
// Of both versions, from --ciphersuites and --ciphers.
Outcome<std::vector<CipherSuite>> cipher_suites_from(const Arguments& arguments);
Outcome<VersionRange> versions_from(const Arguments& arguments);
Outcome<std::vector<SignatureScheme>> signature_schemes_from(const Arguments& arguments);
Outcome<std::vector<PskKeyExchangeMode>> psk_modes_from(const Arguments& arguments);
Outcome<std::optional<std::uint16_t>> record_size_limit_from(const Arguments& arguments);
// None where the option is not given. Errors (usage): names the file.
Outcome<std::shared_ptr<KeyLog>> key_log_from(const Arguments& arguments);
Outcome<std::optional<KeyUpdateScope>> key_update_from(const Arguments& arguments);
// IDENTITY:KEY, as a line of --psk has it. Errors (usage): begin with `where`.
Outcome<ExternalPsk> plain_psk_from(std::string_view line, const std::string& where);
// Of --psk and --imported-psk; none where they are not given. Errors (usage): name the file and the line.
Outcome<std::vector<ExternalPsk>> psks_from(const Arguments& arguments);
// PKCS #3 DHParameter, PEM ("DH PARAMETERS") or DER. Errors (usage): name the file.
Outcome<DhParameters> dh_parameters_from_file(std::string_view path);

// As OpenSSL calls a suite of TLS 1.2: ECDHE-RSA-AES128-GCM-SHA256.
std::string openssl_name_of(CipherSuite suite);

} // namespace pavise::cli
