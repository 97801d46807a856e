#include "trust/botan_validation.hpp"

#include "crypto/guard.hpp"
#include "trust/botan_form.hpp"
#include "trust/botan_restrictions.hpp"
#include "trust/oids.hpp"

#include <botan/x509_ext.h>
#include <botan/x509path.h>

#include <algorithm>
#include <array>

namespace pavise::trust {

namespace {

using Botan::Certificate_Status_Code;

constexpr bool is_error(Certificate_Status_Code code) {
    return code >= Certificate_Status_Code::FIRST_ERROR_STATUS;
}

// Faults of a signature or of the key that is to verify it.
std::optional<ErrorCode> signature_error(Certificate_Status_Code code) {
    switch (code) {
    case Certificate_Status_Code::SIGNATURE_ERROR: return ErrorCode::certificate_signature_invalid;
    case Certificate_Status_Code::CERT_PUBKEY_INVALID: return ErrorCode::unsupported_key;
    case Certificate_Status_Code::SIGNATURE_ALGO_UNKNOWN:
    case Certificate_Status_Code::SIGNATURE_ALGO_BAD_PARAMS:
        return ErrorCode::unsupported_certificate_signature;
    case Certificate_Status_Code::UNTRUSTED_HASH: return ErrorCode::weak_certificate_signature;
    case Certificate_Status_Code::SIGNATURE_METHOD_TOO_WEAK: return ErrorCode::weak_certificate_key;
    default: return std::nullopt;
    }
}

// What Pavise checks itself comes before and with its own errors; these are for what Botan alone sees.
ErrorCode other_error(Certificate_Status_Code code) {
    switch (code) {
    case Certificate_Status_Code::CERT_NOT_YET_VALID: return ErrorCode::certificate_not_yet_valid;
    case Certificate_Status_Code::CERT_HAS_EXPIRED: return ErrorCode::certificate_expired;
    case Certificate_Status_Code::CERT_ISSUER_NOT_FOUND:
    case Certificate_Status_Code::CANNOT_ESTABLISH_TRUST:
    case Certificate_Status_Code::CHAIN_NAME_MISMATCH: return ErrorCode::unknown_issuer;
    case Certificate_Status_Code::CHAIN_LACKS_TRUST_ROOT: return ErrorCode::anchor_not_self_signed;
    case Certificate_Status_Code::CERT_CHAIN_TOO_LONG: return ErrorCode::path_length_exceeded;
    case Certificate_Status_Code::CA_CERT_NOT_FOR_CERT_ISSUER: return ErrorCode::issuer_not_a_ca;
    case Certificate_Status_Code::NAME_CONSTRAINT_ERROR: return ErrorCode::name_not_permitted;
    case Certificate_Status_Code::UNKNOWN_CRITICAL_EXTENSION: return ErrorCode::unknown_critical_extension;
    // Botan is asked for no usage; what it still says is that the leaf has keyCertSign and is no authority.
    case Certificate_Status_Code::INVALID_USAGE: return ErrorCode::key_cert_sign_without_ca;
    case Certificate_Status_Code::EXT_IN_V1_V2_CERT: return ErrorCode::extensions_require_version_3;
    case Certificate_Status_Code::EXTENSION_ENCODING_ERROR: return ErrorCode::malformed_certificate;
    default: return ErrorCode::certificate_rejected;
    }
}

// What Botan makes of the extensions that it recognises.
enum class Reading : std::uint8_t {
    complete,
    without_names, // it could not read some that only hold names and addresses
    broken,        // it could not read another
};

// Botan reads no alternative names at all where one is odd: a dNSName with an underscore, a NUL or a wildcard
// such as
// "*.com", a URI or an address that it does not parse. Such certificates are in use, and an odd name harms
// nobody: it matches or it does not. Pavise has decoded these extensions itself and goes on with what it
// read.
Reading reading_of(const Botan::X509_Certificate& certificate) {
    // subjectAltName, authorityInfoAccess, cRLDistributionPoints
    constexpr std::array<std::string_view, 3> names{"2.5.29.17", "1.3.6.1.5.5.7.1.1", "2.5.29.31"};
    const Botan::Extensions& extensions = certificate.v3_extensions();
    Reading reading = Reading::complete;
    for (const Botan::OID& id : extensions.get_extension_oids()) {
        const auto* const unread = dynamic_cast<const Botan::Cert_Extension::Unknown_Extension*>(
            extensions.get_extension_object(id));
        if (unread == nullptr || !unread->failed_to_decode()) continue;
        if (std::ranges::find(names, id.to_string()) == names.end()) return Reading::broken;
        reading = Reading::without_names;
    }
    return reading;
}

// Whether an issuer above this place restricts names: then Botan must have read them, for it is Botan that
// holds URIs and mail addresses against constraints.
bool names_are_constrained(const Path& path, std::size_t place) {
    return std::any_of(
        path.begin() + static_cast<std::ptrdiff_t>(place), path.end(),
        [](const auto& certificate) { return certificate->extension(oids::name_constraints) != nullptr; });
}

} // namespace

Result<BotanVerdict> BotanVerdict::of(const Path& path, const VerifyOptions& options) {
    std::vector<Botan::X509_Certificate> certificates;
    for (std::size_t place = 0; place < path.size(); ++place) {
        const auto form = path[place]->botan_form();
        if (!form) return fail(form.error().code, static_cast<std::uint16_t>(place));
        certificates.push_back((*form)->certificate());
    }
    return crypto::guarded(ErrorCode::certificate_rejected, [&] {
        const std::string no_host_name;
        const auto statuses =
            Botan::PKIX::check_chain(certificates, options.time, no_host_name, Botan::Usage_Type::UNSPECIFIED,
                                     path_restrictions(options.anchors));
        BotanVerdict verdict;
        verdict.signatures_.resize(path.size());
        for (std::size_t place = path.size(); place-- > 0;)
            for (const Certificate_Status_Code code : statuses[place]) {
                if (!is_error(code)) continue;
                if (code == Certificate_Status_Code::EXTENSION_ENCODING_ERROR &&
                    reading_of(certificates[place]) == Reading::without_names &&
                    !names_are_constrained(path, place))
                    continue;
                if (const auto error = signature_error(code))
                    verdict.signatures_[place] = error;
                else if (!verdict.rest_)
                    verdict.rest_ = Error{other_error(code), static_cast<std::uint16_t>(place)};
            }
        return verdict;
    });
}

} // namespace pavise::trust
