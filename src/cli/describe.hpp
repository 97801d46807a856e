// Connections and certificates in words. What comes from a peer is made safe for a terminal.
#pragma once

#include <pavise/engine.hpp>

#include <string>

namespace pavise::cli {

// Control characters as \xHH: a certificate's names must not move the cursor.
std::string printable(std::string_view text);

// "2026-07-01 12:00:00 UTC"
std::string to_text(Timestamp time);

// "TLSv1.3, TLS_AES_128_GCM_SHA256, x25519": one line.
std::string summary_of(const Negotiated& negotiated);

// A row for each thing that was agreed on, without the certificates.
std::string description_of(const Negotiated& negotiated);

// Subject, issuer, validity and names of each certificate.
std::string description_of_chain(std::span<const ByteVector> chain);

// An error of a connection: where the detail is a place in the certificate chain, it is named.
std::string in_words(Error error);

} // namespace pavise::cli
