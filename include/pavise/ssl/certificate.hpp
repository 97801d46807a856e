// What a certificate says, in the shape of Python's getpeercert().
#pragma once

#include <pavise/bytes_like.hpp>
#include <pavise/export.hpp>

#include <ostream>
#include <string>
#include <utility>
#include <vector>

namespace pavise::ssl {

using NameValue = std::pair<std::string, std::string>; // ('commonName', 'localhost')
using RelativeName = std::vector<NameValue>;
using DistinguishedName = std::vector<RelativeName>;

// ('DNS', 'localhost'). `name` is the value where kind is "DirName", `value` everywhere else.
struct AlternativeName {
    std::string kind{};
    std::string value{};
    DistinguishedName name{};

    friend bool operator==(const AlternativeName&, const AlternativeName&) = default;
};

// Python's dictionary; its keys are the members, those that Python leaves out are empty. Prints as Python
// prints it.
struct CertificateDict {
    DistinguishedName subject{};
    DistinguishedName issuer{};
    int version = 0;
    std::string serialNumber{}; // upper-case hex of even length
    std::string notBefore{};    // "Jan  5 09:34:43 2018 GMT"
    std::string notAfter{};
    std::vector<AlternativeName> subjectAltName{};
    std::vector<std::string> OCSP{};
    std::vector<std::string> caIssuers{};
    std::vector<std::string> crlDistributionPoints{};

    // Python's {}: a certificate that was not validated.
    bool empty() const noexcept { return version == 0; }
    friend bool operator==(const CertificateDict&, const CertificateDict&) = default;
    PAVISE_EXPORT friend std::ostream& operator<<(std::ostream& out, const CertificateDict& certificate);
};

// SSLError where the bytes are no certificate.
PAVISE_EXPORT CertificateDict decode_certificate(BytesLike der);

} // namespace pavise::ssl
