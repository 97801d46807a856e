#include "trust/oids.hpp"
#include "trust/path_checks.hpp"

#include <array>

namespace pavise::trust {

namespace {

// One certificate and where it stands.
struct Subject {
    const Certificate& certificate;
    bool last; // of its path

    bool certifies() const {
        return certificate.has_key_usage() && certificate.allows(KeyUsage::key_cert_sign);
    }
    bool signs_lists() const { return certificate.has_key_usage() && certificate.allows(KeyUsage::crl_sign); }
    bool has_path_length() const {
        return certificate.basic_constraints() && certificate.basic_constraints()->path_length.has_value();
    }
    bool unnamed() const { return certificate.subject().rdns.empty(); }
    const Extension* alternative_names() const {
        return certificate.extension(oids::subject_alternative_name);
    }
    bool is_critical(std::string_view id) const {
        const Extension* extension = certificate.extension(id);
        return extension != nullptr && extension->critical;
    }
};

struct Rule {
    ErrorCode error;
    bool (*broken)(const Subject&);
};

// The checks that OpenSSL's X509_V_FLAG_X509_STRICT adds, in its order. That the inner and outer signature
// algorithms agree is not among them: a certificate in which they do not is never read at all.
constexpr std::array rules{
    Rule{ErrorCode::path_length_without_ca,
         [](const Subject& s) { return s.has_path_length() && !s.certificate.is_ca(); }},
    Rule{ErrorCode::path_length_without_key_cert_sign,
         [](const Subject& s) { return s.has_path_length() && !s.certifies(); }},
    Rule{ErrorCode::basic_constraints_not_critical,
         [](const Subject& s) {
             return s.certificate.is_ca() && !s.certificate.basic_constraints()->critical;
         }},
    Rule{ErrorCode::ca_without_key_usage,
         [](const Subject& s) { return s.certificate.is_ca() && !s.certificate.has_key_usage(); }},
    Rule{ErrorCode::key_cert_sign_without_ca,
         [](const Subject& s) { return !s.certificate.is_ca() && s.certifies(); }},
    Rule{ErrorCode::empty_issuer_name, [](const Subject& s) { return s.certificate.issuer().rdns.empty(); }},
    Rule{ErrorCode::empty_subject_name,
         [](const Subject& s) {
             return s.unnamed() &&
                    (s.certificate.is_ca() || s.signs_lists() || s.alternative_names() == nullptr);
         }},
    Rule{ErrorCode::alternative_names_not_critical,
         [](const Subject& s) {
             return s.unnamed() && s.alternative_names() != nullptr && !s.alternative_names()->critical;
         }},
    Rule{ErrorCode::empty_alternative_names,
         [](const Subject& s) {
             return s.alternative_names() != nullptr && s.certificate.subject_alternative_names().empty();
         }},
    Rule{ErrorCode::authority_key_identifier_critical,
         [](const Subject& s) { return s.is_critical(oids::authority_key_identifier); }},
    Rule{ErrorCode::subject_key_identifier_critical,
         [](const Subject& s) { return s.is_critical(oids::subject_key_identifier); }},
    Rule{ErrorCode::authority_key_identifier_missing,
         [](const Subject& s) {
             return s.certificate.version() == 3 && !s.last &&
                    s.certificate.authority_key_identifier().empty();
         }},
    Rule{ErrorCode::subject_key_identifier_missing,
         [](const Subject& s) {
             return s.certificate.version() == 3 && s.certificate.is_ca() &&
                    s.certificate.subject_key_identifier().empty();
         }},
    Rule{ErrorCode::extensions_require_version_3,
         [](const Subject& s) { return s.certificate.version() < 3 && !s.certificate.extensions().empty(); }},
};

} // namespace

Status check_strict_profile(const Path& path, std::size_t place) {
    // RFC 6818 §2: the profile does not speak of a self-signed end entity that is trusted as it is.
    if (path.size() == 1) return {};
    const Subject subject{*path[place], place + 1 == path.size()};
    for (const Rule& rule : rules)
        if (rule.broken(subject)) return fail_at(place, rule.error);
    return {};
}

} // namespace pavise::trust
