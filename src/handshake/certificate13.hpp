// The Certificate message of TLS 1.3, either way, with what is stapled to it, compressed or not (RFC 8446
// §4.4.2, RFC 8879).
#pragma once

#include "handshake/credential.hpp"
#include "handshake/exchange.hpp"
#include "messages/certificate13.hpp"
#include "messages/certificate_request13.hpp"
#include "messages/compressed_certificate.hpp"
#include "messages/extension_table.hpp"

namespace pavise::handshake {

// Refuses extensions of an entry that answer nothing in `asked`, our ClientHello or CertificateRequest; keeps
// the chain and what came with it in `shown`.
Status accept_chain(const messages::Certificate& message, const messages::ExtensionSet& asked,
                    Negotiated& shown);

// The body of the Certificate that was compressed by one of `offered`: compression_not_offered,
// certificate_not_decompressed.
Result<ByteVector> decompress(const messages::CompressedCertificate& message,
                              std::span<const CertificateCompressionPtr> offered);

// Which of status_request and signed_certificate_timestamp ask for something in a ClientHello.
Result<messages::ExtensionSet> staples_asked_for(const messages::Extensions& client_hello);

// What the peer's ClientHello or CertificateRequest says of the Certificate that answers it.
struct CertificateForm {
    messages::ExtensionSet staples;        // that its entries may carry
    CertificateCompressionPtr compression; // the first of ours that the peer knows; null: none
    ByteVector request_context;

    static Result<CertificateForm> in_client_hello(const messages::Extensions& extensions,
                                                   std::span<const CertificateCompressionPtr> ours);
    static Result<CertificateForm> in_request(const messages::CertificateRequest& request,
                                              std::span<const CertificateCompressionPtr> ours);
};

// Writes the message for a credential into `out`, in the place of what is there; says of which type it is.
// Null: an empty list, from a client that has nothing that fits.
Result<HandshakeType> write_certificate(ByteVector& out, const CredentialData* credential,
                                        const CertificateForm& form);
Status send_certificate(Exchange& exchange, const CredentialData* credential, const CertificateForm& form,
                        schedule::Transcript& transcript);

} // namespace pavise::handshake
