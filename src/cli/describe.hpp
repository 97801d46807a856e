// Connections and certificates in words. What comes from a peer is made safe for a terminal.
#pragma once

#include "trust/certificate.hpp"

#include <pavise/engine.hpp>

#include <string>
#include <vector>

namespace pavise::cli {

// Control characters as \xHH: a certificate's names must not move the cursor.
std::string printable(std::string_view text);

// "0a1b…"
std::string hexadecimal(Bytes bytes);

// "2026-07-01 12:00:00 UTC"
std::string to_text(Timestamp time);

// "TLSv1.3, TLS_AES_128_GCM_SHA256, x25519": one line.
std::string summary_of(const Negotiated& negotiated);

// A row for each thing that was agreed on, without the certificates.
std::string description_of(const Negotiated& negotiated);

// Subject, issuer, validity and names of each certificate.
std::string description_of_chain(std::span<const SharedBytes> chain);
std::string description_of_chain(std::span<const ByteVector> chain);

// The type and size of its key, in words.
std::string key_of(const trust::Certificate& certificate);

// Its subject alternative names: "DNS:localhost", "IP:127.0.0.1". Made safe for a terminal.
std::vector<std::string> names_of(const trust::Certificate& certificate);

// What the peer proved itself with: its chain, or its raw public key.
std::string description_of_peer(const Negotiated& negotiated);

// What the OCSP response says that was stapled to the peer's certificate, at `time`: "good", "(none)", or why
// it is not believed. It is judged by the verified chain.
std::string verdict_on_staple(const Negotiated& negotiated, Timestamp time);

// A row, as those of description_of().
std::string row(std::string_view name, std::string_view value);

// An error of a connection: where the detail is a place in the certificate chain, it is named.
std::string in_words(Error error);

} // namespace pavise::cli
