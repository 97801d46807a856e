// The certificates and revocation lists that one input holds.
#pragma once

#include "trust/crl.hpp"

#include <string_view>
#include <vector>

namespace pavise::trust {

struct Batch {
    std::vector<CertificatePtr> certificates;
    std::vector<CrlPtr> crls;
    std::size_t unreadable = 0; // malformed ones that were counted and left out

    bool empty() const { return certificates.empty() && crls.empty(); }
};

// What becomes of a certificate or list that is malformed.
enum class Malformed : std::uint8_t { fails, is_counted };

// Blocks of other kinds are skipped. certificate_not_read and malformed_crl have the number of the
// certificate or list as detail, from 1; malformed_pem the line.
Result<Batch> read_pem_batch(std::string_view text, Malformed malformed);
// Concatenated DER certificates.
Result<Batch> read_der_batch(Bytes der);
// PEM, DER certificates, or a DER revocation list. no_certificate_found where the input is none of these.
Result<Batch> read_batch(Bytes contents, Malformed malformed);

} // namespace pavise::trust
