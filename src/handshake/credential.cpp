#include "handshake/credential.hpp"

#include "base/try.hpp"
#include "crypto/signature_scheme.hpp"
#include "handshake/groups12.hpp"
#include "messages/extension/delegated_credential.hpp"
#include "messages/extension/negotiation.hpp"

#include <algorithm>
#include <array>

namespace pavise::handshake {

std::span<const SignatureScheme> schemes_of(const CredentialData& credential,
                                            std::span<const SignatureScheme> allowed) noexcept {
    return credential.schemes.empty() ? allowed : std::span<const SignatureScheme>(credential.schemes);
}

// A peer asserts "that the current time does not exceed the expiry time", and that this "does not exceed the
// current time plus the maximum validity period": what it must refuse is not shown.
bool CredentialData::Delegation::usable_at(Timestamp now) const noexcept {
    return now <= not_after && not_after <= now + max_delegation;
}

namespace {

bool names_issuer_of(const CredentialData& credential, const messages::CertificateAuthorities& authorities) {
    return std::ranges::any_of(authorities.authorities, [&](const messages::DistinguishedName& name) {
        return std::ranges::any_of(credential.issuers, [&](const ByteVector& issuer) {
            return std::ranges::equal(name.bytes, issuer);
        });
    });
}

bool is_signed_with(const CredentialData& credential, const messages::EnumList<SignatureScheme>& accepted) {
    return std::ranges::all_of(credential.chain_signatures, [&](const auto& schemes) {
        return std::ranges::any_of(schemes,
                                   [&](SignatureScheme scheme) { return accepted.contains(scheme); });
    });
}

// "The algorithm and expected_cert_verify_algorithm fields MUST be of a type advertised by the client in the
// 'signature_algorithms' and 'delegated_credential' extensions …, respectively." (RFC 9345 §4.1.1)
bool may_delegate(const CredentialData& credential, const CredentialWishes& wishes, Clock& clock) {
    return !credential.delegation || (wishes.schemes.contains(credential.delegation->signed_with) &&
                                      wishes.delegated.contains(credential.schemes.front()) &&
                                      credential.delegation->usable_at(clock.now()));
}

} // namespace

Result<CredentialWishes> CredentialWishes::in(const messages::Extensions& extensions) {
    CredentialWishes wishes;
    PAVISE_LET(const auto schemes, extensions.get<messages::SignatureAlgorithms>());
    if (!schemes) return fail(ErrorCode::missing_signature_algorithms);
    wishes.schemes = schemes->values;
    PAVISE_LET(const auto chain_schemes, extensions.get<messages::SignatureAlgorithmsCert>());
    if (chain_schemes) wishes.chain_schemes = chain_schemes->values;
    PAVISE_LET(const auto delegated, extensions.get<messages::DelegatedCredentialRequest>());
    if (delegated) wishes.delegated = delegated->values;
    PAVISE_LET(wishes.authorities, extensions.get<messages::CertificateAuthorities>());
    PAVISE_LET(const auto filters, extensions.get<messages::OidFilters>());
    if (filters) {
        PAVISE_LET(wishes.filters, UseFilters::in(*filters));
    }
    return wishes;
}

Result<std::vector<Credential>> candidates(std::span<const Credential> ours,
                                           std::span<const CertificateType> types,
                                           const CredentialWishes& wishes, ChainSignatures signatures,
                                           Clock& clock) {
    if (ours.empty()) return std::vector<Credential>();
    bool type_fits = false;
    bool issuer_fits = false;
    // "If no 'signature_algorithms_cert' extension is present, then the 'signature_algorithms' extension also
    // applies to signatures appearing in certificates." (§4.2.3)
    const auto& chain_schemes = wishes.chain_schemes ? *wishes.chain_schemes : wishes.schemes;
    const bool must_be_signed = wishes.chain_schemes && signatures == ChainSignatures::required;
    // The lower the place, the better: "at least one of the certificates in the certificate chain SHOULD be
    // issued by one of the listed CAs" (§4.4.2.3)
    std::array<std::vector<Credential>, 4> places;
    for (const Credential& credential : ours) {
        const CredentialData* data = credential.data();
        if (data == nullptr || std::ranges::find(types, data->type) == types.end()) continue;
        type_fits = true;
        const bool named = wishes.authorities && names_issuer_of(*data, *wishes.authorities);
        const bool well_signed = is_signed_with(*data, chain_schemes);
        if (!named && data->issuer_match == CredentialData::IssuerMatch::required) continue;
        issuer_fits = true;
        if (!well_signed && must_be_signed) continue;
        // Filters speak of the extensions of certificates; a raw public key has none.
        if (data->type == CertificateType::x509 && !wishes.filters.pass(data->uses)) continue;
        if (!may_delegate(*data, wishes, clock)) continue;
        places[(named ? 0u : 2u) + (well_signed ? 0u : 1u)].push_back(credential);
    }
    if (!type_fits) return fail(ErrorCode::no_common_certificate_type);
    std::vector<Credential> best;
    for (const auto& place : places) best.insert(best.end(), place.begin(), place.end());
    if (best.empty())
        return fail(issuer_fits ? ErrorCode::no_common_signature_scheme : ErrorCode::no_credential_of_issuer);
    return best;
}

std::optional<ChosenCredential> choose_credential13(std::span<const Credential> ours,
                                                    std::span<const SignatureScheme> allowed,
                                                    const CredentialWishes& wishes) {
    for (const Credential& credential : ours) {
        const CredentialData* data = credential.data();
        if (data == nullptr) continue;
        const auto& accepted = data->delegation ? wishes.delegated : wishes.schemes;
        for (const SignatureScheme scheme : schemes_of(*data, allowed))
            if (crypto::fits_tls13(scheme, data->key->type()) && accepted.contains(scheme) &&
                crypto::is_long_enough(data->key->bits(), scheme))
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
        // "The server MUST ignore the extension unless TLS 1.3 or a later version is negotiated" (RFC 9345
        // §4.1.1): delegated credentials are not for TLS 1.2.
        if (data == nullptr || data->delegation || !passes(filter, data->key->type())) continue;
        for (const SignatureScheme scheme : schemes_of(*data, allowed))
            if (crypto::fits_tls12(scheme, data->key->type()) && peer_accepts.contains(scheme) &&
                crypto::is_long_enough(data->key->bits(), scheme))
                return ChosenCredential{credential, scheme};
    }
    return std::nullopt;
}

} // namespace pavise::handshake
