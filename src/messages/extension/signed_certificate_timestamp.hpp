// signed_certificate_timestamp (RFC 6962 §3.3).
#pragma once

#include "messages/extension_forms.hpp"

namespace pavise::messages {

// ClientHello and CertificateRequest.
using SctRequest = EmptyExtension<ExtensionType::signed_certificate_timestamp>;

using SerializedSct = Opaque<2, {.least = 1}>;

// An entry of a TLS 1.3 Certificate, and ServerHello of TLS 1.2.
struct SctList {
    static constexpr ExtensionType type = ExtensionType::signed_certificate_timestamp;

    List<SerializedSct> sct_list;

    static Result<SctList> parse(Bytes body);
    void write(wire::Writer& writer) const;
};

} // namespace pavise::messages
