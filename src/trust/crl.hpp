// A certificate revocation list (RFC 5280 §5).
#pragma once

#include "trust/certificate.hpp"

namespace pavise::trust {

// Immutable, hence safe to share among threads.
class Crl {
    struct Private {};
    struct BotanList;

  public:
    // malformed_crl where it is not what RFC 5280 says. Its signature is for verify_chain.
    static Result<std::shared_ptr<const Crl>> parse(Bytes der);

    explicit Crl(Private, Bytes der);
    ~Crl();
    Crl(const Crl&) = delete;
    Crl& operator=(const Crl&) = delete;

    Bytes der() const noexcept { return der_; }
    const Fingerprint& fingerprint() const noexcept { return fingerprint_; }
    const Name& issuer() const noexcept { return issuer_; }
    Bytes canonical_issuer() const noexcept { return canonical_issuer_; }
    Timestamp this_update() const noexcept { return this_update_; }
    std::optional<Timestamp> next_update() const noexcept { return next_update_; }

    // What this list says of `subject`, which `issuer` issued, at a time. Success: it covers the certificate,
    // is current and well signed, and does not name it. Else certificate_revoked, crl_expired,
    // crl_not_yet_valid, crl_signature_invalid, issuer_may_not_sign (the issuer's key usage lacks cRLSign),
    // or crl_missing where the list does not cover the certificate or has a critical extension that is not
    // understood.
    Status check(const Certificate& subject, const Certificate& issuer, Timestamp time) const;

  private:
    Status decode();

    ByteVector der_;
    Fingerprint fingerprint_{};
    Name issuer_;
    ByteVector canonical_issuer_;
    Timestamp this_update_{};
    std::optional<Timestamp> next_update_;
    std::unique_ptr<BotanList> botan_list_;
};

using CrlPtr = std::shared_ptr<const Crl>;

} // namespace pavise::trust
