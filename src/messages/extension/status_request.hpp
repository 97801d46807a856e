// status_request (RFC 6066 §8, RFC 8446 §4.4.2.1): OCSP stapling.
#pragma once

#include "messages/extension_forms.hpp"

#include <array>

namespace pavise::messages {

enum class CertificateStatusType : std::uint8_t {
    ocsp = 1,
    ocsp_multi = 2, // RFC 6961, obsolete
};

// ClientHello. A server that does not know the status type ignores the request.
struct StatusRequest {
    static constexpr ExtensionType type = ExtensionType::status_request;
    // No responders and no request extensions: any response will do.
    static constexpr std::array<std::uint8_t, 4> any_response{};

    CertificateStatusType status_type = CertificateStatusType::ocsp;
    Bytes request = any_response; // for ocsp: a well-formed OCSPStatusRequest

    static Result<StatusRequest> parse(Bytes body);
    void write(wire::Writer& writer) const;
};

// CertificateRequest of TLS 1.3, and ServerHello of TLS 1.2.
using StatusRequestAck = EmptyExtension<ExtensionType::status_request>;

// An entry of a TLS 1.3 Certificate: the OCSP response for that certificate, in DER.
struct OcspStaple {
    static constexpr ExtensionType type = ExtensionType::status_request;

    Bytes ocsp_response;

    static Result<OcspStaple> parse(Bytes body);
    static Result<OcspStaple>
    read(wire::Reader& reader); // the same CertificateStatus struct, in TLS 1.2's message
    void write(wire::Writer& writer) const;
};

} // namespace pavise::messages
