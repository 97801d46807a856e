// Extensions that list what one side supports, or name the one value that the other side chose (RFC 8446
// §4.2.1, §4.2.3, §4.2.7, §4.2.9 and later RFCs). The lists' members are called `values`, the chosen ones
// `value`.
#pragma once

#include "messages/extension_forms.hpp"

namespace pavise::messages {

// RFC 8446 §4.2.1: ClientHello; ServerHello and HelloRetryRequest.
using SupportedVersions = ListExtension<ExtensionType::supported_versions, ProtocolVersion, 1>;
using SelectedVersion = ValueExtension<ExtensionType::supported_versions, ProtocolVersion>;

// RFC 8446 §4.2.7.
using SupportedGroups = ListExtension<ExtensionType::supported_groups, NamedGroup, 2>;

// RFC 8446 §4.2.3; RFC 5246 §7.4.1.4.1.
using SignatureAlgorithms = ListExtension<ExtensionType::signature_algorithms, SignatureScheme, 2>;
using SignatureAlgorithmsCert = ListExtension<ExtensionType::signature_algorithms_cert, SignatureScheme, 2>;

// RFC 8446 §4.2.9.
using PskKeyExchangeModes = ListExtension<ExtensionType::psk_key_exchange_modes, PskKeyExchangeMode, 1>;

// RFC 8422 §5.1.2.
using EcPointFormats = ListExtension<ExtensionType::ec_point_formats, EcPointFormat, 1>;

// RFC 8879 §3.
using CompressCertificate =
    ListExtension<ExtensionType::compress_certificate, CertificateCompressionAlgorithm, 1>;

// RFC 7250 §3: ClientHello; EncryptedExtensions or TLS 1.2's ServerHello.
using ClientCertificateTypes = ListExtension<ExtensionType::client_certificate_type, CertificateType, 1>;
using ServerCertificateTypes = ListExtension<ExtensionType::server_certificate_type, CertificateType, 1>;
using SelectedClientCertificateType = ValueExtension<ExtensionType::client_certificate_type, CertificateType>;
using SelectedServerCertificateType = ValueExtension<ExtensionType::server_certificate_type, CertificateType>;

} // namespace pavise::messages
