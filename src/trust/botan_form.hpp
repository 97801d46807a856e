// A certificate as Botan reads it: made on first use, for most anchors of a store are never looked at.
#pragma once

#include "trust/certificate.hpp"

#include <botan/x509cert.h>

#include <mutex>

namespace pavise::trust {

class BotanForm {
    std::once_flag decoded_;
    Status status_;
    Botan::X509_Certificate certificate_;

  public:
    // malformed_certificate where Botan refuses the bytes. Thread-safe.
    Status decode(Bytes der);
    // Precondition: decode() succeeded.
    const Botan::X509_Certificate& certificate() const noexcept { return certificate_; }
};

} // namespace pavise::trust
