#include "engine/certificate_facts.hpp"

#include "trust/signature_schemes.hpp"

namespace pavise::engine {

handshake::CertificateUses uses_of(const trust::Certificate& certificate) {
    handshake::CertificateUses uses;
    if (certificate.has_key_usage()) {
        std::uint16_t bits = 0;
        constexpr unsigned last = static_cast<unsigned>(trust::KeyUsage::decipher_only);
        for (unsigned bit = 0; bit <= last; ++bit)
            if (certificate.allows(static_cast<trust::KeyUsage>(bit)))
                bits = static_cast<std::uint16_t>(bits | 1u << bit);
        uses.key_usage = bits;
    }
    if (certificate.has_extended_key_usage()) {
        uses.purposes.emplace();
        for (const der::Oid purpose : certificate.extended_key_usages())
            uses.purposes->emplace_back(purpose.contents.begin(), purpose.contents.end());
    }
    return uses;
}

void read_facts(handshake::CredentialData& credential) {
    credential.issuers.clear();
    credential.chain_signatures.clear();
    for (const ByteVector& der : credential.chain) {
        const auto certificate = trust::Certificate::parse(der);
        if (!certificate) {
            credential.chain_signatures.emplace_back();
            continue;
        }
        const Bytes issuer = (*certificate)->issuer().encoding;
        credential.issuers.emplace_back(issuer.begin(), issuer.end());
        // "Certificates that are self-signed or certificates that are expected to be trust anchors are not
        // validated as part of the chain and therefore MAY be signed with any algorithm." (RFC 8446 §4.4.2.2)
        if (!(*certificate)->self_signed())
            credential.chain_signatures.push_back(trust::signature_schemes_of(**certificate));
        if (&der == &credential.chain.front()) credential.uses = uses_of(**certificate);
    }
}

} // namespace pavise::engine
