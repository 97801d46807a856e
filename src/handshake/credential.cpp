#include "handshake/credential.hpp"

#include "crypto/signature_scheme.hpp"

namespace pavise::handshake {

std::optional<ChosenCredential> choose_credential13(std::span<const Credential> ours,
                                                    std::span<const SignatureScheme> allowed,
                                                    const messages::EnumList<SignatureScheme>& peer_accepts) {
    for (const Credential& credential : ours) {
        const CredentialData* data = credential.data();
        if (data == nullptr) continue;
        for (const SignatureScheme scheme : allowed)
            if (crypto::fits_tls13(scheme, data->key->type()) && peer_accepts.contains(scheme))
                return ChosenCredential{credential, scheme};
    }
    return std::nullopt;
}

} // namespace pavise::handshake
