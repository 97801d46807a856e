#include "handshake/credential.hpp"

#include "base/try.hpp"
#include "crypto/signature_scheme.hpp"
#include "handshake/groups12.hpp"

#include <algorithm>

namespace pavise::handshake {

std::span<const SignatureScheme> schemes_of(const CredentialData& credential,
                                            std::span<const SignatureScheme> allowed) noexcept {
    return credential.schemes.empty() ? allowed : std::span<const SignatureScheme>(credential.schemes);
}

namespace {

bool names_issuer_of(const CredentialData& credential, const messages::CertificateAuthorities& authorities) {
    return std::ranges::any_of(authorities.authorities, [&](const messages::DistinguishedName& name) {
        return std::ranges::any_of(credential.issuers, [&](const ByteVector& issuer) {
            return std::ranges::equal(name.bytes, issuer);
        });
    });
}

} // namespace

Result<std::vector<Credential>>
candidates(std::span<const Credential> ours, std::span<const CertificateType> types,
           const std::optional<messages::CertificateAuthorities>& authorities) {
    bool type_fits = false;
    std::vector<Credential> named;
    std::vector<Credential> others;
    for (const Credential& credential : ours) {
        const CredentialData* data = credential.data();
        if (data == nullptr || std::ranges::find(types, data->type) == types.end()) continue;
        type_fits = true;
        if (authorities && names_issuer_of(*data, *authorities))
            named.push_back(credential);
        else if (data->issuer_match == CredentialData::IssuerMatch::preferred)
            others.push_back(credential);
    }
    if (!type_fits) return fail(ErrorCode::no_common_certificate_type);
    // "at least one of the certificates in the certificate chain SHOULD be issued by one of the listed CAs"
    // (§4.4.2.3)
    named.insert(named.end(), others.begin(), others.end());
    if (named.empty()) return fail(ErrorCode::no_credential_of_issuer);
    return named;
}

std::optional<ChosenCredential> choose_credential13(std::span<const Credential> ours,
                                                    std::span<const SignatureScheme> allowed,
                                                    const messages::EnumList<SignatureScheme>& peer_accepts) {
    for (const Credential& credential : ours) {
        const CredentialData* data = credential.data();
        if (data == nullptr) continue;
        for (const SignatureScheme scheme : schemes_of(*data, allowed))
            if (crypto::fits_tls13(scheme, data->key->type()) && peer_accepts.contains(scheme))
                return ChosenCredential{credential, scheme};
    }
    return std::nullopt;
}

namespace {

bool passes(const KeyFilter12& filter, crypto::KeyType key) {
    const bool authenticates =
        std::ranges::any_of(filter.authentications.view(), [key](crypto::Authentication12 authentication) {
            return crypto::can_authenticate(key, authentication);
        });
    const auto curve = ecdsa_curve(key);
    return authenticates && (!curve || !filter.curves || filter.curves->contains(*curve));
}

} // namespace

std::optional<ChosenCredential> choose_credential12(std::span<const Credential> ours,
                                                    std::span<const SignatureScheme> allowed,
                                                    const messages::EnumList<SignatureScheme>& peer_accepts,
                                                    const KeyFilter12& filter) {
    for (const Credential& credential : ours) {
        const CredentialData* data = credential.data();
        if (data == nullptr || !passes(filter, data->key->type())) continue;
        for (const SignatureScheme scheme : schemes_of(*data, allowed))
            if (crypto::fits_tls12(scheme, data->key->type()) && peer_accepts.contains(scheme))
                return ChosenCredential{credential, scheme};
    }
    return std::nullopt;
}

} // namespace pavise::handshake
