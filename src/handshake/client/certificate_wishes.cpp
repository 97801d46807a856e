#include "handshake/client/certificate_wishes.hpp"

#include "base/try.hpp"
#include "messages/extension/negotiation.hpp"

namespace pavise::handshake::client {

namespace {

void show(const messages::List<messages::DistinguishedName>& authorities, CertificateWishes& wishes) {
    for (const messages::DistinguishedName& authority : authorities) {
        if (wishes.authorities.size() == max_authorities_shown) return;
        wishes.authorities.emplace_back(authority.bytes);
    }
}

void show(const messages::EnumList<SignatureScheme>& schemes, CertificateWishes& wishes) {
    wishes.signature_schemes.assign(schemes.begin(), schemes.end());
}

} // namespace

std::shared_ptr<const CertificateWishes> wishes_of(const messages::CertificateRequest12& request) {
    auto wishes = std::make_shared<CertificateWishes>();
    show(request.supported_signature_algorithms, *wishes);
    show(request.certificate_authorities, *wishes);
    for (const messages::ClientCertificateType type : request.certificate_types)
        wishes->certificate_types.push_back(static_cast<std::uint8_t>(type));
    return wishes;
}

Result<std::shared_ptr<const CertificateWishes>> wishes_of(const messages::Extensions& extensions) {
    auto wishes = std::make_shared<CertificateWishes>();
    PAVISE_LET(const auto schemes, extensions.get<messages::SignatureAlgorithms>());
    if (schemes) show(schemes->values, *wishes);
    PAVISE_LET(const auto authorities, extensions.get<messages::CertificateAuthorities>());
    if (authorities) show(authorities->authorities, *wishes);
    return std::shared_ptr<const CertificateWishes>(std::move(wishes));
}

} // namespace pavise::handshake::client
