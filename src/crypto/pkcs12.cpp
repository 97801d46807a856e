#include "crypto/pkcs12.hpp"

#include "crypto/guard.hpp"

#include "base/try.hpp"

#include <botan/pkcs12.h>
#include <botan/pkcs8.h>
#include <botan/x509cert.h>

namespace pavise::crypto {

namespace {

Pkcs12Contents contents_of(const Botan::PKCS12& bag) {
    Pkcs12Contents contents;
    contents.private_key_info = SecretVector(Bytes(bag.private_keys().front()->private_key_info()));
    const auto leaf = bag.end_entity_certificate();
    if (leaf) contents.certificates.push_back(leaf->BER_encode());
    for (const Botan::X509_Certificate& certificate : bag.certificates())
        if (!leaf || certificate != *leaf) contents.certificates.push_back(certificate.BER_encode());
    return contents;
}

} // namespace

Result<Pkcs12Contents> read_pkcs12(Bytes file, const PasswordCallback& password) noexcept {
    return guarded({ErrorCode::key_malformed, ErrorCode::key_password_wrong},
                   [&]() -> Result<Pkcs12Contents> {
                       PAVISE_LET(const SecretVector secret, ask_password(password));
                       const Botan::PKCS12 bag(file, as_text(secret.view()));
                       if (bag.private_keys().empty()) return fail(ErrorCode::key_not_found);
                       return contents_of(bag);
                   });
}

} // namespace pavise::crypto
