#include "trust/path_checks.hpp"

#include "crypto/key_algorithm.hpp"
#include "crypto/public_key.hpp"
#include "trust/oids.hpp"

#include <algorithm>
#include <array>
#include <bit>

namespace pavise::trust {

namespace {

using namespace std::string_view_literals;

// The extensions that RFC 5280 defines; Pavise or Botan heeds what they say.
constexpr std::array understood_extensions{
    oids::subject_key_identifier,
    oids::key_usage,
    oids::subject_alternative_name,
    oids::basic_constraints,
    oids::name_constraints,
    oids::crl_distribution_points,
    oids::certificate_policies,
    oids::authority_key_identifier,
    oids::policy_constraints,
    oids::extended_key_usage,
    oids::authority_information_access,
    "\x55\x1d\x12"sv, // 2.5.29.18 issuerAltName
    "\x55\x1d\x21"sv, // 2.5.29.33 policyMappings
    "\x55\x1d\x2e"sv, // 2.5.29.46 freshestCRL
    "\x55\x1d\x36"sv, // 2.5.29.54 inhibitAnyPolicy
};

bool has_unknown_critical_extension(const Certificate& certificate) {
    return std::ranges::any_of(certificate.extensions(), [](const Extension& extension) {
        return extension.critical && std::ranges::none_of(understood_extensions, [&](std::string_view known) {
                   return extension.id == known;
               });
    });
}

// RFC 5280 §6.1.4 (k): by basic constraints. Version 1 has none: such a root is taken at the word of whoever
// configured it, as everybody does; an intermediate of version 1 is not.
bool is_authority(const Path& path, std::size_t place) {
    const Certificate& certificate = *path[place];
    if (certificate.version() == 3) return certificate.is_ca();
    return place + 1 == path.size() && certificate.self_signed();
}

bool serves(const Certificate& certificate, Purpose purpose) {
    if (purpose == Purpose::any || !certificate.has_extended_key_usage()) return true;
    const std::string_view wanted = purpose == Purpose::server_auth ? oids::server_auth : oids::client_auth;
    // RFC 5280 §4.2.1.12 lets an application insist on the particular purpose where a certificate says
    // anyExtendedKeyUsage; OpenSSL does insist, and so do the rules of the public web.
    return std::ranges::any_of(certificate.extended_key_usages(), [&](Oid usage) { return usage == wanted; });
}

// RFC 5280 §6.1.4 (m): pathLenConstraint counts the intermediates below that are not self-issued.
Status check_path_length(const Path& path, std::size_t place) {
    const auto& constraints = path[place]->basic_constraints();
    if (place == 0 || !constraints || !constraints->path_length) return {};
    const auto below =
        std::ranges::count_if(path.begin() + 1, path.begin() + static_cast<std::ptrdiff_t>(place),
                              [](const CertificatePtr& between) { return !between->self_issued(); });
    if (static_cast<std::uint64_t>(below) > *constraints->path_length)
        return fail_at(place, ErrorCode::path_length_exceeded);
    return {};
}

Status check_rights(const Path& path, std::size_t place, Purpose purpose) {
    const Certificate& certificate = *path[place];
    if (place != 0) {
        if (!is_authority(path, place)) return fail_at(place, ErrorCode::issuer_not_a_ca);
        if (!certificate.allows(KeyUsage::key_cert_sign))
            return fail_at(place, ErrorCode::issuer_may_not_sign);
    }
    // On every certificate of the path: an authority's purposes bound those of what it issues, as they do for
    // OpenSSL, Windows and NSS.
    if (!serves(certificate, purpose)) return fail_at(place, ErrorCode::wrong_purpose);
    // RFC 8446 §4.4.2.2: "If the Key Usage extension is present, the digitalSignature bit MUST be set."
    if (place == 0 && purpose != Purpose::any && !certificate.allows(KeyUsage::digital_signature))
        return fail_at(place, ErrorCode::key_usage_not_allowed);
    return check_path_length(path, place);
}

struct RsaSize {
    std::size_t modulus_bits = 0;
    std::size_t exponent_bits = 0;
};

std::size_t bits_of(Bytes integer) {
    while (!integer.empty() && integer.front() == 0) integer = integer.subspan(1);
    if (integer.empty()) return 0;
    return 8 * (integer.size() - 1) + static_cast<std::size_t>(std::bit_width(integer.front()));
}

Result<RsaSize> rsa_size(const Certificate& certificate) {
    der::Reader outer(certificate.subject_public_key());
    PAVISE_LET(der::Reader key, outer.sequence());
    PAVISE_LET(const Bytes modulus, key.integer());
    PAVISE_LET(const Bytes exponent, key.integer());
    return RsaSize{bits_of(modulus), bits_of(exponent)};
}

// A larger exponent only makes every verification slower; BoringSSL draws the same line.
constexpr std::size_t max_rsa_exponent_bits = 33;

// "ECParameters: … implicitCurve and specifiedCurve … MUST NOT be used in PKIX" (RFC 5480 §2.1.1): whoever
// may choose the generator of a curve has a key for any point of it (CVE-2020-0601).
bool names_its_curve(const Certificate& certificate) {
    der::Reader outer(certificate.subject_public_key_info());
    auto info = outer.sequence();
    if (!info) return false;
    auto algorithm = info->sequence();
    return algorithm && algorithm->oid() && algorithm->oid() && algorithm->empty();
}

// An uncompressed or compressed point on a curve of fewer than 224 bits gives less than the 112 bits of
// security that RSA's floor stands for (NIST SP 800-57 part 1, table 2).
constexpr std::size_t least_curve_size = 224 / 8;
bool is_on_a_small_curve(Bytes point) {
    const bool compressed = !point.empty() && (point.front() == 2 || point.front() == 3);
    return (point.size() - (point.empty() ? 0 : 1)) / (compressed ? 1 : 2) < least_curve_size;
}

Status check_key(const Path& path, std::size_t place, std::size_t minimum_rsa_bits) {
    const Certificate& certificate = *path[place];
    const Oid algorithm = certificate.public_key_algorithm();
    if (algorithm == oids::rsa_encryption || algorithm == oids::rsassa_pss) {
        const auto size = rsa_size(certificate);
        if (!size) return fail_at(place, ErrorCode::unsupported_key);
        if (size->modulus_bits < minimum_rsa_bits) return fail_at(place, ErrorCode::weak_certificate_key);
        if (size->modulus_bits > crypto::max_rsa_modulus_bits || size->exponent_bits > max_rsa_exponent_bits)
            return fail_at(place, ErrorCode::unsupported_key);
    }
    if (algorithm == oids::ec_public_key) {
        if (!names_its_curve(certificate)) return fail_at(place, ErrorCode::unsupported_key);
        if (is_on_a_small_curve(certificate.subject_public_key()))
            return fail_at(place, ErrorCode::weak_certificate_key);
    }
    // "… the removal of compression, the Digital Signature Algorithm (DSA)" (RFC 8446 §1.2)
    if (algorithm == oids::dsa) return fail_at(place, ErrorCode::unsupported_key);
    return {};
}

// Signature algorithms over MD2, MD5 and SHA-1 (RFC 3279 §2.2, RFC 5758).
constexpr std::array weak_signatures{
    "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x02"sv, // md2WithRSAEncryption
    "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x04"sv, // md5WithRSAEncryption
    "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x05"sv, // sha1WithRSAEncryption
    "\x2b\x0e\x03\x02\x1d"sv,                 // sha1WithRSASignature, OIW's
    "\x2a\x86\x48\xce\x38\x04\x03"sv,         // dsa-with-sha1
    "\x2a\x86\x48\xce\x3d\x04\x01"sv,         // ecdsa-with-SHA1
};

constexpr auto id_sha1 = "\x2b\x0e\x03\x02\x1a"sv;

// RSASSA-PSS names its hash in its parameters: [0] EXPLICIT, SHA-1 where it is left out (RFC 4055 §3.1).
bool pss_over_sha1(const Certificate& certificate) {
    der::Reader outer(certificate.signature_algorithm());
    auto fields = outer.sequence();
    if (!fields || !fields->oid()) return true;
    auto parameters = fields->sequence();
    if (!parameters) return true;
    auto hash = parameters->constructed(der::context_constructed(0));
    if (!hash) return true;
    auto algorithm = hash->sequence();
    if (!algorithm) return true;
    const auto id = algorithm->oid();
    return !id || *id == id_sha1;
}

bool weakly_signed(const Certificate& certificate) {
    const Oid algorithm = certificate.signature_algorithm_id();
    if (algorithm == oids::rsassa_pss) return pss_over_sha1(certificate);
    return std::ranges::any_of(weak_signatures, [&](std::string_view weak) { return algorithm == weak; });
}

} // namespace

Status check_extensions(const Path& path, const VerifyOptions& options) {
    for (std::size_t place = 0; place < path.size(); ++place) {
        if (has_unknown_critical_extension(*path[place]))
            return fail_at(place, ErrorCode::unknown_critical_extension);
        if (options.profile == Profile::strict) PAVISE_TRY(check_strict_profile(path, place));
        PAVISE_TRY(check_rights(path, place, options.purpose));
    }
    return {};
}

Status check_strength(const Path& path, const VerifyOptions& options) {
    for (std::size_t place = 0; place < path.size(); ++place)
        PAVISE_TRY(check_key(path, place, options.minimum_rsa_bits));
    // The anchor's own signature proves nothing and is not looked at (RFC 8446 §4.4.2.2).
    for (std::size_t place = 0; place + 1 < path.size(); ++place)
        if (weakly_signed(*path[place])) return fail_at(place, ErrorCode::weak_certificate_signature);
    return {};
}

Status check_validity(const Path& path, std::size_t place, Timestamp time) {
    const Certificate& certificate = *path[place];
    if (time < certificate.not_before()) return fail_at(place, ErrorCode::certificate_not_yet_valid);
    // "through notAfter, inclusive" (RFC 5280 §4.1.2.5): the whole of its last second.
    if (std::chrono::floor<std::chrono::seconds>(time) > certificate.not_after())
        return fail_at(place, ErrorCode::certificate_expired);
    return {};
}

namespace {

// Null where the path ends with another's signature, as a partial chain may.
const Certificate* issuer_on(const Path& path, std::size_t place) {
    if (place + 1 < path.size()) return path[place + 1].get();
    return path[place]->self_signed() ? path[place].get() : nullptr;
}

// Several lists may stand under one name (scopes, old ones): one that revokes decides, one that clears
// suffices.
Status check_one_revocation(const Path& path, std::size_t place, const VerifyOptions& options) {
    const Certificate& subject = *path[place];
    const Certificate* const issuer = issuer_on(path, place);
    if (issuer == nullptr) return fail_at(place, ErrorCode::crl_missing);
    std::optional<ErrorCode> refusal;
    bool cleared = false;
    for (const CrlPtr& crl : options.store->crls_of(subject.canonical_issuer())) {
        const Status status = crl->check(subject, *issuer, options.time);
        if (status) {
            cleared = true;
            continue;
        }
        if (status.error().code == ErrorCode::certificate_revoked)
            return fail_at(place, ErrorCode::certificate_revoked);
        if (!refusal || *refusal == ErrorCode::crl_missing) refusal = status.error().code;
    }
    if (cleared) return {};
    return fail_at(place, refusal.value_or(ErrorCode::crl_missing));
}

} // namespace

Status check_revocation(const Path& path, const VerifyOptions& options) {
    if (options.revocation == RevocationPolicy::ignore) return {};
    const std::size_t last = options.revocation == RevocationPolicy::leaf ? 1 : path.size();
    // The peer's own certificate is looked up even where it is trusted as it stands: who asks for lists wants
    // one that speaks of the peer, and "if no proper CRL has been loaded … validation will fail" (Python's
    // VERIFY_CRL_CHECK_LEAF).
    for (std::size_t place = 0; place < last && (place == 0 || place + 1 < path.size()); ++place)
        PAVISE_TRY(check_one_revocation(path, place, options));
    return {};
}

} // namespace pavise::trust
