// Fills a Certificate from its DER (RFC 5280 §4.1, §4.2).
#pragma once

#include "trust/certificate.hpp"

namespace pavise::trust {

class CertificateDecoder {
    Certificate& out_;

    Status tbs_certificate(Bytes encoding);
    Status validity(der::Reader& tbs);
    Status subject_public_key_info(der::Reader& tbs);
    Status all_extensions(Bytes contents);
    Status known_extension(const Extension& extension);

    Status decode_alternative_names(der::Reader value);
    Status decode_key_usage(der::Reader value);
    Status decode_extended_key_usage(der::Reader value);
    Status decode_basic_constraints(der::Reader value, bool critical);
    Status decode_subject_key_identifier(der::Reader value);
    Status decode_authority_key_identifier(der::Reader value);
    Status decode_information_access(der::Reader value);
    Status decode_distribution_points(der::Reader value);
    Status decode_tls_feature(der::Reader value);

  public:
    explicit CertificateDecoder(Certificate& out) noexcept : out_(out) {}
    // The error says that something is wrong, not what the caller reports.
    Status decode();
};

// Time (RFC 5280 §4.1.2.5): UTCTime or GeneralizedTime, in seconds and UTC.
Result<Timestamp> decode_time(der::Reader& reader);

} // namespace pavise::trust
