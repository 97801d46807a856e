#include "trust/certificate_decoder.hpp"

#include "trust/oids.hpp"

#include <algorithm>

namespace pavise::trust {

namespace {

constexpr auto malformed = ErrorCode::malformed_der;

// More than any certificate has; what is searched linearly stays short.
constexpr std::size_t max_extensions = 64;

// `count` digits of `text`, which is left behind them.
Result<int> digits(std::string_view& text, std::size_t count) {
    if (text.size() < count) return fail(malformed);
    int value = 0;
    for (std::size_t i = 0; i < count; ++i) {
        if (text[i] < '0' || text[i] > '9') return fail(malformed);
        value = value * 10 + (text[i] - '0');
    }
    text.remove_prefix(count);
    return value;
}

// MMDDHHMMSSZ, after the year.
Result<Timestamp> rest_of_time(int year, std::string_view text) {
    PAVISE_LET(const int month, digits(text, 2));
    PAVISE_LET(const int day, digits(text, 2));
    PAVISE_LET(const int hour, digits(text, 2));
    PAVISE_LET(const int minute, digits(text, 2));
    PAVISE_LET(const int second, digits(text, 2));
    if (text != "Z") return fail(malformed);
    const std::chrono::year_month_day date(std::chrono::year(year),
                                           std::chrono::month(static_cast<unsigned>(month)),
                                           std::chrono::day(static_cast<unsigned>(day)));
    if (!date.ok() || hour > 23 || minute > 59 || second > 59) return fail(malformed);
    return Timestamp(std::chrono::sys_days(date) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
                     std::chrono::seconds(second));
}

// The URIs among general names.
void collect_uris(std::vector<std::string_view>& out, const std::vector<GeneralName>& names) {
    for (const GeneralName& name : names)
        if (name.kind == GeneralNameKind::uniform_resource_identifier) out.push_back(name.text());
}

// Booleans with DEFAULT FALSE. That FALSE is written all the same breaks DER, and is common in the field.
Result<bool> default_false(der::Reader& reader) {
    if (!reader.next_is(der::Tag::boolean)) return false;
    return reader.boolean();
}

} // namespace

Result<Timestamp> decode_time(der::Reader& reader) {
    PAVISE_LET(const der::Element time, reader.element());
    std::string_view text = as_text(time.contents);
    if (time.tag == der::Tag::generalized_time) {
        PAVISE_LET(const int year, digits(text, 4));
        return rest_of_time(year, text);
    }
    if (time.tag != der::Tag::utc_time) return fail(malformed);
    PAVISE_LET(const int year, digits(text, 2));
    return rest_of_time(year >= 50 ? 1900 + year : 2000 + year, text); // RFC 5280 §4.1.2.5.1
}

Status CertificateDecoder::decode() {
    der::Reader outer(out_.der_);
    PAVISE_LET(der::Reader certificate, outer.sequence());
    PAVISE_TRY(outer.finish());
    PAVISE_LET(const der::Element tbs, certificate.element(der::Tag::sequence));
    PAVISE_LET(const der::Element algorithm, certificate.element(der::Tag::sequence));
    PAVISE_TRY(certificate.whole_bit_string());
    PAVISE_TRY(certificate.finish());

    out_.signature_algorithm_ = algorithm.encoding;
    der::Reader algorithm_fields(algorithm.contents);
    PAVISE_LET(out_.signature_algorithm_id_, algorithm_fields.oid());
    PAVISE_TRY(tbs_certificate(tbs.contents));
    out_.canonical_issuer_ = out_.issuer_.canonical();
    out_.canonical_subject_ = out_.subject_.canonical();
    return {};
}

Status CertificateDecoder::tbs_certificate(Bytes contents) {
    der::Reader tbs(contents);
    PAVISE_LET(const auto version, tbs.optional(der::context_constructed(0)));
    if (version) {
        der::Reader inner(version->contents);
        PAVISE_LET(const std::uint64_t number, inner.small_integer());
        PAVISE_TRY(inner.finish());
        if (number > 2) return fail(malformed);
        out_.version_ = static_cast<unsigned>(number) + 1;
    }
    PAVISE_LET(out_.serial_number_, tbs.integer());
    PAVISE_LET(const der::Element algorithm, tbs.element(der::Tag::sequence));
    // RFC 5280 §4.1.1.2: "This field MUST contain the same algorithm identifier as the signature field".
    if (as_text(algorithm.encoding) != as_text(out_.signature_algorithm_)) return fail(malformed);
    PAVISE_LET(const der::Element issuer, tbs.element(der::Tag::sequence));
    PAVISE_LET(out_.issuer_, decode_name(issuer.encoding));
    PAVISE_TRY(validity(tbs));
    PAVISE_LET(const der::Element subject, tbs.element(der::Tag::sequence));
    PAVISE_LET(out_.subject_, decode_name(subject.encoding));
    PAVISE_TRY(subject_public_key_info(tbs));
    PAVISE_TRY(tbs.optional(der::context(1))); // issuerUniqueID
    PAVISE_TRY(tbs.optional(der::context(2))); // subjectUniqueID
    PAVISE_LET(const auto extensions, tbs.optional(der::context_constructed(3)));
    if (extensions) PAVISE_TRY(all_extensions(extensions->contents));
    return tbs.finish();
}

Status CertificateDecoder::validity(der::Reader& tbs) {
    PAVISE_LET(der::Reader times, tbs.sequence());
    PAVISE_LET(out_.not_before_, decode_time(times));
    PAVISE_LET(out_.not_after_, decode_time(times));
    return times.finish();
}

Status CertificateDecoder::subject_public_key_info(der::Reader& tbs) {
    PAVISE_LET(const der::Element info, tbs.element(der::Tag::sequence));
    out_.subject_public_key_info_ = info.encoding;
    der::Reader fields(info.contents);
    PAVISE_LET(der::Reader algorithm, fields.sequence());
    PAVISE_LET(out_.public_key_algorithm_, algorithm.oid());
    out_.public_key_parameters_ = algorithm.peek();
    PAVISE_LET(out_.subject_public_key_, fields.whole_bit_string());
    return fields.finish();
}

Status CertificateDecoder::all_extensions(Bytes contents) {
    der::Reader outer(contents);
    PAVISE_LET(der::Reader list, outer.sequence());
    PAVISE_TRY(outer.finish());
    while (!list.empty()) {
        PAVISE_LET(der::Reader fields, list.sequence());
        Extension extension;
        PAVISE_LET(extension.id, fields.oid());
        PAVISE_LET(extension.critical, default_false(fields));
        PAVISE_LET(extension.value, fields.contents(der::Tag::octet_string));
        PAVISE_TRY(fields.finish());
        // RFC 5280 §4.2: "A certificate MUST NOT include more than one instance of a particular extension."
        if (out_.extension(as_text(extension.id.contents)) != nullptr) return fail(malformed);
        if (out_.extensions_.size() == max_extensions) return fail(malformed);
        out_.extensions_.push_back(extension);
        PAVISE_TRY(known_extension(extension));
    }
    return {};
}

Status CertificateDecoder::known_extension(const Extension& extension) {
    const der::Reader value(extension.value);
    const std::string_view id = as_text(extension.id.contents);
    if (id == oids::subject_alternative_name) return decode_alternative_names(value);
    if (id == oids::key_usage) return decode_key_usage(value);
    if (id == oids::extended_key_usage) return decode_extended_key_usage(value);
    if (id == oids::basic_constraints) return decode_basic_constraints(value, extension.critical);
    if (id == oids::subject_key_identifier) return decode_subject_key_identifier(value);
    if (id == oids::authority_key_identifier) return decode_authority_key_identifier(value);
    if (id == oids::authority_information_access) return decode_information_access(value);
    if (id == oids::crl_distribution_points) return decode_distribution_points(value);
    if (id == oids::tls_feature) return decode_tls_feature(value);
    return {};
}

Status CertificateDecoder::decode_alternative_names(der::Reader value) {
    PAVISE_LET(const Bytes contents, value.contents(der::Tag::sequence));
    PAVISE_TRY(value.finish());
    PAVISE_LET(out_.alternative_names_, decode_general_names(contents));
    return {};
}

Status CertificateDecoder::decode_key_usage(der::Reader value) {
    PAVISE_LET(const Bytes bits, value.contents(der::Tag::bit_string));
    PAVISE_TRY(value.finish());
    // The first octet counts the unused bits of the last; nine bits are named, two octets hold them.
    if (bits.empty() || bits[0] > 7 || (bits.size() == 1 && bits[0] != 0) || bits.size() > 3)
        return fail(malformed);
    std::uint16_t usages = 0;
    for (std::size_t bit = 0; bit < 8 * (bits.size() - 1); ++bit)
        if ((bits[1 + bit / 8] >> (7 - bit % 8) & 1) != 0)
            usages = static_cast<std::uint16_t>(usages | 1u << bit);
    out_.key_usage_ = usages;
    return {};
}

Status CertificateDecoder::decode_extended_key_usage(der::Reader value) {
    PAVISE_LET(der::Reader list, value.sequence());
    PAVISE_TRY(value.finish());
    // SEQUENCE SIZE (1..MAX)
    if (list.empty()) return fail(malformed);
    out_.has_extended_key_usage_ = true;
    while (!list.empty()) {
        PAVISE_LET(const Oid usage, list.oid());
        out_.extended_key_usages_.push_back(usage);
    }
    return {};
}

Status CertificateDecoder::decode_basic_constraints(der::Reader value, bool critical) {
    PAVISE_LET(der::Reader fields, value.sequence());
    PAVISE_TRY(value.finish());
    BasicConstraints constraints;
    constraints.critical = critical;
    PAVISE_LET(constraints.is_ca, default_false(fields));
    if (fields.next_is(der::Tag::integer)) {
        PAVISE_LET(const std::uint64_t length, fields.small_integer());
        constraints.path_length = length;
    }
    PAVISE_TRY(fields.finish());
    out_.basic_constraints_ = constraints;
    return {};
}

Status CertificateDecoder::decode_subject_key_identifier(der::Reader value) {
    PAVISE_LET(out_.subject_key_identifier_, value.contents(der::Tag::octet_string));
    return value.finish();
}

Status CertificateDecoder::decode_authority_key_identifier(der::Reader value) {
    PAVISE_LET(der::Reader fields, value.sequence());
    PAVISE_TRY(value.finish());
    PAVISE_LET(const auto key_identifier, fields.optional(der::context(0)));
    if (key_identifier) out_.authority_key_identifier_ = key_identifier->contents;
    PAVISE_TRY(fields.optional(der::context_constructed(1))); // authorityCertIssuer
    PAVISE_TRY(fields.optional(der::context(2)));             // authorityCertSerialNumber
    return fields.finish();
}

Status CertificateDecoder::decode_information_access(der::Reader value) {
    PAVISE_LET(der::Reader list, value.sequence());
    PAVISE_TRY(value.finish());
    while (!list.empty()) {
        PAVISE_LET(der::Reader description, list.sequence());
        PAVISE_LET(const Oid method, description.oid());
        PAVISE_LET(const auto location, decode_general_names(description.peek()));
        if (location.size() != 1) return fail(malformed);
        if (method == oids::access_ocsp) collect_uris(out_.ocsp_urls_, location);
        if (method == oids::access_ca_issuers) collect_uris(out_.ca_issuer_urls_, location);
    }
    return {};
}

Status CertificateDecoder::decode_distribution_points(der::Reader value) {
    PAVISE_LET(der::Reader list, value.sequence());
    PAVISE_TRY(value.finish());
    while (!list.empty()) {
        PAVISE_LET(der::Reader point, list.sequence());
        PAVISE_LET(const auto name, point.optional(der::context_constructed(0)));
        PAVISE_TRY(point.optional(der::context(1)));             // reasons
        PAVISE_TRY(point.optional(der::context_constructed(2))); // cRLIssuer
        PAVISE_TRY(point.finish());
        if (!name) continue;
        der::Reader choice(name->contents);
        PAVISE_LET(const auto full_name, choice.optional(der::context_constructed(0)));
        if (!full_name) continue; // nameRelativeToCRLIssuer
        PAVISE_TRY(choice.finish());
        PAVISE_LET(const auto names, decode_general_names(full_name->contents));
        collect_uris(out_.crl_urls_, names);
    }
    return {};
}

Status CertificateDecoder::decode_tls_feature(der::Reader value) {
    constexpr std::uint64_t status_request = 5; // the extension type (RFC 7633 §4.1)
    PAVISE_LET(der::Reader list, value.sequence());
    PAVISE_TRY(value.finish());
    while (!list.empty()) {
        PAVISE_LET(const std::uint64_t feature, list.small_integer());
        out_.must_staple_ = out_.must_staple_ || feature == status_request;
    }
    return {};
}

} // namespace pavise::trust
