// The certificate stores of Windows. Compiled there alone; elsewhere a test asks a cross compiler (mingw-w64)
// whether it could be.
#include <pavise/ssl/windows.hpp>

#if defined(_WIN32)

#include <pavise/exceptions.hpp>

#include <cstdlib>

// It comes first: the other one builds upon it.
#include <windows.h>

#include <wincrypt.h>

namespace pavise::ssl {

namespace {

[[noreturn]] void raise_last_error(const char* call) {
    const DWORD number = ::GetLastError();
    throw OSError(std::optional(static_cast<int>(number)),
                  "[WinError " + std::to_string(number) + "] " + call + " failed");
}

// All stores of one name: of the machine, its policies, and its user.
class StoreCollection {
    static constexpr DWORD locations[] = {
        CERT_SYSTEM_STORE_LOCAL_MACHINE,
        CERT_SYSTEM_STORE_LOCAL_MACHINE_ENTERPRISE,
        CERT_SYSTEM_STORE_LOCAL_MACHINE_GROUP_POLICY,
        CERT_SYSTEM_STORE_CURRENT_USER,
        CERT_SYSTEM_STORE_CURRENT_USER_GROUP_POLICY,
        CERT_SYSTEM_STORE_SERVICES,
        CERT_SYSTEM_STORE_USERS,
    };
    HCERTSTORE collection_;

  public:
    explicit StoreCollection(const std::string& name) :
        collection_(::CertOpenStore(CERT_STORE_PROV_COLLECTION, 0, 0, 0, nullptr)) {
        if (collection_ == nullptr) raise_last_error("CertOpenStore");
        bool any = false;
        for (const DWORD location : locations) {
            HCERTSTORE const store = ::CertOpenStore(CERT_STORE_PROV_SYSTEM_A, 0, 0,
                                                     CERT_STORE_READONLY_FLAG | location, name.c_str());
            if (store == nullptr) continue; // not every location has every store
            any = ::CertAddStoreToCollection(collection_, store, 0, 0) != FALSE || any;
            ::CertCloseStore(store, 0); // the collection holds on to it
        }
        if (any) return;
        ::CertCloseStore(collection_, 0);
        raise_last_error("CertOpenStore");
    }
    ~StoreCollection() { ::CertCloseStore(collection_, CERT_CLOSE_STORE_FORCE_FLAG); }
    StoreCollection(const StoreCollection&) = delete;
    StoreCollection& operator=(const StoreCollection&) = delete;
    HCERTSTORE get() const noexcept { return collection_; }
};

std::string encoding_name(DWORD encoding) {
    if ((encoding & X509_ASN_ENCODING) != 0) return "x509_asn";
    if ((encoding & PKCS_7_ASN_ENCODING) != 0) return "pkcs_7_asn";
    return std::to_string(encoding);
}

ByteVector copy_of(const BYTE* bytes, DWORD size) {
    return {bytes, bytes + size};
}

// The purposes that one source (a property of the store, or the certificate's extension) leaves; nothing:
// all.
std::optional<std::set<std::string>> purposes(PCCERT_CONTEXT certificate, DWORD source) {
    DWORD size = 0;
    if (::CertGetEnhancedKeyUsage(certificate, source, nullptr, &size) == FALSE) {
        if (::GetLastError() == static_cast<DWORD>(CRYPT_E_NOT_FOUND)) return std::nullopt;
        raise_last_error("CertGetEnhancedKeyUsage");
    }
    // The structure points into the bytes behind it, and is aligned as the vector's memory is.
    std::vector<BYTE> memory(size);
    auto* const usage = reinterpret_cast<CERT_ENHKEY_USAGE*>(memory.data());
    if (::CertGetEnhancedKeyUsage(certificate, source, usage, &size) == FALSE) {
        if (::GetLastError() == static_cast<DWORD>(CRYPT_E_NOT_FOUND)) return std::nullopt;
        raise_last_error("CertGetEnhancedKeyUsage");
    }
    std::set<std::string> oids;
    for (DWORD i = 0; i < usage->cUsageIdentifier; ++i) oids.insert(usage->rgpszUsageIdentifier[i]);
    return oids;
}

// What the administrator says of a certificate goes before what it says of itself.
std::optional<std::set<std::string>> trust_of(PCCERT_CONTEXT certificate) {
    const auto by_property = purposes(certificate, CERT_FIND_PROP_ONLY_ENHKEY_USAGE_FLAG);
    return by_property ? by_property : purposes(certificate, CERT_FIND_EXT_ONLY_ENHKEY_USAGE_FLAG);
}

} // namespace

std::vector<StoredCertificate> enum_certificates(const std::string& store_name) {
    const StoreCollection store(store_name);
    std::set<StoredCertificate> found;
    // Each call frees what the one before it gave; the last one gives nothing.
    for (PCCERT_CONTEXT at = nullptr; (at = ::CertEnumCertificatesInStore(store.get(), at)) != nullptr;) {
        try {
            found.insert({copy_of(at->pbCertEncoded, at->cbCertEncoded),
                          encoding_name(at->dwCertEncodingType), trust_of(at)});
        } catch (...) {
            ::CertFreeCertificateContext(at);
            throw;
        }
    }
    return {found.begin(), found.end()};
}

std::vector<StoredCrl> enum_crls(const std::string& store_name) {
    const StoreCollection store(store_name);
    std::set<StoredCrl> found;
    for (PCCRL_CONTEXT at = nullptr; (at = ::CertEnumCRLsInStore(store.get(), at)) != nullptr;) {
        try {
            found.insert(
                {copy_of(at->pbCrlEncoded, at->cbCrlEncoded), encoding_name(at->dwCertEncodingType)});
        } catch (...) {
            ::CertFreeCRLContext(at);
            throw;
        }
    }
    return {found.begin(), found.end()};
}

} // namespace pavise::ssl

#endif
