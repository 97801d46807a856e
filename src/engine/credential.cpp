// Credential: the public handle of a chain and its key.
#include "handshake/credential.hpp"

#include "base/pem.hpp"
#include "crypto/key_algorithm.hpp"
#include "crypto/signature_scheme.hpp"
#include "crypto/signing_key.hpp"
#include "engine/certificate_facts.hpp"
#include "engine/delegated_credential.hpp"
#include "engine/outermost.hpp"
#include "messages/extension/signed_certificate_timestamp.hpp"
#include "trust/certificate.hpp"

#include <algorithm>
#include <limits>

namespace pavise {

namespace {

Result<std::vector<ByteVector>> read_chain(Bytes file) {
    std::vector<ByteVector> chain;
    if (!looks_like_pem(file)) {
        chain.emplace_back(file.begin(), file.end());
    } else {
        PAVISE_LET(const auto blocks, read_pem(as_text(file)));
        for (const PemBlock& block : blocks)
            if (block.label == "CERTIFICATE" || block.label == "X509 CERTIFICATE")
                chain.emplace_back(block.contents.view().begin(), block.contents.view().end());
    }
    if (chain.empty()) return fail(ErrorCode::no_certificate_found);
    return chain;
}

// RSA keys that prove somebody here: 112 bits of security (NIST SP 800-57 part 1, table 2), as for the chains
// of peers.
constexpr std::size_t min_credential_rsa_bits = 2048;

Result<std::shared_ptr<const crypto::SigningKey>> load_key(Bytes key, std::string_view password) {
    crypto::PasswordCallback ask;
    if (!password.empty()) ask = [&]() -> Result<SecretVector> { return SecretVector(as_bytes(password)); };
    PAVISE_LET(std::shared_ptr<const crypto::SigningKey> loaded, crypto::load_signing_key(key, ask));
    // No peer with a limit of its own would take it, and what it signs can be forged.
    if (crypto::is_rsa(loaded->type()) && loaded->bits() < min_credential_rsa_bits)
        return fail(ErrorCode::weak_certificate_key);
    return loaded;
}

// A copy of what stands behind a credential, changed.
template <class Change>
Result<Credential> changed(const handshake::CredentialData* data, const Change& change) {
    if (data == nullptr) return fail(ErrorCode::bad_argument);
    return engine::guarded([&]() -> Result<Credential> {
        auto copy = std::make_shared<handshake::CredentialData>(*data);
        change(*copy);
        return Credential(std::move(copy));
    });
}

// The key that the leaf certifies must be the one that signs.
Status check_match(const ByteVector& leaf, const crypto::SigningKey& key) {
    PAVISE_LET(const trust::CertificatePtr certificate, trust::Certificate::parse(leaf));
    if (!std::ranges::equal(certificate->subject_public_key_info(), key.subject_public_key_info()))
        return fail(ErrorCode::key_does_not_match);
    return {};
}

} // namespace

Credential::Credential() noexcept = default;
Credential::Credential(std::shared_ptr<const handshake::CredentialData> data) noexcept :
    data_(std::move(data)) {}
Credential::Credential(const Credential&) noexcept = default;
Credential& Credential::operator=(const Credential&) noexcept = default;
Credential::Credential(Credential&&) noexcept = default;
Credential& Credential::operator=(Credential&&) noexcept = default;
Credential::~Credential() = default;

Bytes Credential::certificate() const noexcept {
    if (data_ == nullptr || data_->type != CertificateType::x509) return {};
    return data_->chain.front();
}

Result<Credential> Credential::load(Bytes chain, Bytes key, std::string_view password) {
    return engine::guarded([&]() -> Result<Credential> {
        auto data = std::make_shared<handshake::CredentialData>();
        PAVISE_LET(data->chain, read_chain(chain));
        PAVISE_LET(data->key, load_key(key, password));
        PAVISE_TRY(check_match(data->chain.front(), *data->key));
        engine::read_facts(*data);
        return Credential(std::move(data));
    });
}

Result<Credential> Credential::raw_public_key(Bytes key, std::string_view password) {
    return engine::guarded([&]() -> Result<Credential> {
        auto data = std::make_shared<handshake::CredentialData>();
        PAVISE_LET(data->key, load_key(key, password));
        const Bytes public_info = data->key->subject_public_key_info();
        data->type = CertificateType::raw_public_key;
        data->chain.emplace_back(public_info.begin(), public_info.end());
        return Credential(std::move(data));
    });
}

Result<Credential> Credential::signing_with(std::vector<SignatureScheme> schemes) const {
    if (schemes.empty()) return fail(ErrorCode::bad_argument);
    return changed(data(), [&](handshake::CredentialData& data) { data.schemes = std::move(schemes); });
}

Result<Credential> Credential::with_ocsp_responses(std::vector<ByteVector> responses) const {
    if (data_ == nullptr || responses.size() > data_->chain.size()) return fail(ErrorCode::bad_argument);
    return changed(data(),
                   [&](handshake::CredentialData& data) { data.ocsp_responses = std::move(responses); });
}

Result<Credential> Credential::with_certificate_timestamps(ByteVector list) const {
    if (!messages::SctList::parse(list)) return fail(ErrorCode::bad_argument);
    return changed(data(),
                   [&](handshake::CredentialData& data) { data.certificate_timestamps = std::move(list); });
}

namespace {

// The key signs from now on, in the place of the leaf's.
Status delegate_to(handshake::CredentialData& data, const ByteVector& delegated_credential, Bytes key,
                   std::string_view password) {
    const auto parsed = messages::DelegatedCredential::parse(delegated_credential);
    if (!parsed) return fail(ErrorCode::bad_argument);
    PAVISE_LET(auto loaded, load_key(key, password));
    if (!std::ranges::equal(parsed->asn1_subject_public_key_info, loaded->subject_public_key_info()))
        return fail(ErrorCode::key_does_not_match);
    // "the public key's algorithm … MUST NOT use the rsaEncryption OID" (RFC 9345 §4)
    if (loaded->type() == crypto::KeyType::rsa) return fail(ErrorCode::delegated_credential_key);
    data.key = std::move(loaded);
    data.schemes = {parsed->dc_cert_verify_algorithm};
    PAVISE_LET(const trust::CertificatePtr leaf, trust::Certificate::parse(data.chain.front()));
    data.delegation = {delegated_credential, parsed->algorithm,
                       engine::delegation_expiry(*leaf, parsed->valid_time)};
    return {};
}

} // namespace

Result<Credential> Credential::with_delegated_credential(ByteVector delegated_credential, Bytes key,
                                                         std::string_view password) const {
    return engine::guarded([&]() -> Result<Credential> {
        if (data_ == nullptr || data_->type != CertificateType::x509) return fail(ErrorCode::bad_argument);
        auto copy = std::make_shared<handshake::CredentialData>(*data_);
        PAVISE_TRY(delegate_to(*copy, delegated_credential, key, password));
        return Credential(std::move(copy));
    });
}

Result<Credential> Credential::delegated(Bytes chain, ByteVector delegated_credential, Bytes key,
                                         std::string_view password) {
    return engine::guarded([&]() -> Result<Credential> {
        auto data = std::make_shared<handshake::CredentialData>();
        PAVISE_LET(data->chain, read_chain(chain));
        PAVISE_TRY(delegate_to(*data, delegated_credential, key, password));
        engine::read_facts(*data);
        return Credential(std::move(data));
    });
}

Result<ByteVector> Credential::delegate(const DelegationTerms& terms, Rng& rng) const {
    return engine::guarded([&]() -> Result<ByteVector> {
        if (data_ == nullptr || data_->type != CertificateType::x509 || data_->delegation)
            return fail(ErrorCode::bad_argument);
        PAVISE_LET(const trust::CertificatePtr leaf, trust::Certificate::parse(data_->chain.front()));
        PAVISE_TRY(engine::check_delegates(*leaf));
        if (!crypto::fits_tls13(terms.signed_with, data_->key->type()))
            return fail(ErrorCode::scheme_does_not_fit_key);
        const auto lifetime =
            std::chrono::floor<std::chrono::seconds>(terms.not_after - leaf->not_before()).count();
        if (lifetime < 0 || lifetime > std::numeric_limits<std::uint32_t>::max() ||
            terms.subject_public_key_info.empty())
            return fail(ErrorCode::bad_argument);
        messages::DelegatedCredential credential;
        credential.valid_time = static_cast<std::uint32_t>(lifetime);
        credential.dc_cert_verify_algorithm = terms.scheme;
        credential.asn1_subject_public_key_info = terms.subject_public_key_info;
        credential.algorithm = terms.signed_with;
        PAVISE_LET(const ByteVector signature,
                   data_->key->sign(terms.signed_with,
                                    engine::delegation_content(terms.role, leaf->der(), credential), rng));
        credential.signature = signature;
        ByteVector out;
        wire::Writer writer(out);
        credential.write(writer);
        PAVISE_TRY(writer.status());
        return out;
    });
}

Result<Credential> Credential::only_for_its_issuers() const {
    return changed(data(), [](handshake::CredentialData& data) {
        data.issuer_match = handshake::CredentialData::IssuerMatch::required;
    });
}

} // namespace pavise
