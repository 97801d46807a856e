// Certificate of TLS 1.3 (RFC 8446 §4.4.2).
#pragma once

#include "messages/certificate_limits.hpp"
#include "messages/extensions.hpp"

namespace pavise::messages {

struct CertificateEntry {
    Bytes cert_data; // X.509 in DER; with raw public keys a SubjectPublicKeyInfo (RFC 7250)
    Extensions extensions;

    static Result<CertificateEntry> parse(wire::Reader& reader);
    void write(wire::Writer& writer) const;
};

struct Certificate {
    static constexpr HandshakeType type = HandshakeType::certificate;
    static constexpr std::size_t max_size = max_certificate_message_size;

    Bytes certificate_request_context;
    List<CertificateEntry> certificate_list; // at most max_certificates; empty where a client has none

    static Result<Certificate> parse(wire::Reader& reader);
    void write(wire::Writer& writer) const;
};

} // namespace pavise::messages
