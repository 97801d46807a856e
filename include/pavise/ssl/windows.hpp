// The certificate stores of Windows, as Python's `ssl` lists them: on that system alone.
#pragma once

#if defined(_WIN32)

#include <pavise/bytes.hpp>
#include <pavise/export.hpp>

#include <optional>
#include <set>
#include <string>
#include <vector>

namespace pavise::ssl {

// (cert_bytes, encoding_type, trust)
struct StoredCertificate {
    ByteVector cert_bytes{};
    std::string encoding_type{}; // "x509_asn", or "pkcs_7_asn"
    // The purposes that it is trusted for, as dotted OIDs. Nothing, which is Python's True: for all.
    std::optional<std::set<std::string>> trust{};

    friend auto operator<=>(const StoredCertificate&, const StoredCertificate&) = default;
};

// (crl_bytes, encoding_type)
struct StoredCrl {
    ByteVector crl_bytes{};
    std::string encoding_type{};

    friend auto operator<=>(const StoredCrl&, const StoredCrl&) = default;
};

// What the stores of this name hold, of the machine and of its user, each once. `store_name`: "CA", "ROOT",
// "MY", or another that this system has. OSError, with Windows' own number, where a store cannot be read.
PAVISE_EXPORT std::vector<StoredCertificate> enum_certificates(const std::string& store_name);
PAVISE_EXPORT std::vector<StoredCrl> enum_crls(const std::string& store_name);

} // namespace pavise::ssl

#endif
