#include "engine/delegated_credential.hpp"

#include "base/try.hpp"
#include "crypto/signature_scheme.hpp"
#include "handshake/credential.hpp"
#include "wire/writer.hpp"

#include <algorithm>
#include <string_view>

namespace pavise::engine {

namespace {

using namespace std::string_view_literals;

// id-pe-delegationUsage, 1.3.6.1.4.1.44363.44
constexpr auto delegation_usage = "\x2b\x06\x01\x04\x01\x82\xda\x4b\x2c"sv;

bool contains(std::span<const SignatureScheme> schemes, SignatureScheme scheme) {
    return std::ranges::find(schemes, scheme) != schemes.end();
}

// "This is done by asserting that the current time does not exceed the expiry time" (§4.1.3).
Status check_time(const trust::Certificate& certificate, std::uint32_t valid_time, Timestamp now) {
    const Timestamp expiry = delegation_expiry(certificate, valid_time);
    if (now > expiry) return fail(ErrorCode::delegated_credential_expired);
    // "… asserting that the expiry time does not exceed the current time plus the maximum validity period"
    if (expiry > now + handshake::max_delegation) return fail(ErrorCode::delegated_credential_too_long);
    return {};
}

Result<std::shared_ptr<const crypto::PublicKey>> public_key(const crypto::Provider& provider,
                                                            const messages::DelegatedCredential& credential) {
    auto key = provider.public_key(credential.asn1_subject_public_key_info);
    if (!key) return fail(ErrorCode::delegated_credential_key);
    // §4: public keys of the type rsaEncryption are not allowed.
    if ((*key)->type() == crypto::KeyType::rsa) return fail(ErrorCode::delegated_credential_key);
    if (!crypto::fits_tls13(credential.dc_cert_verify_algorithm, (*key)->type()))
        return fail(ErrorCode::delegated_credential_scheme);
    return *std::move(key);
}

} // namespace

Timestamp delegation_expiry(const trust::Certificate& certificate, std::uint32_t valid_time) noexcept {
    return certificate.not_before() + std::chrono::seconds(valid_time);
}

Status check_delegates(const trust::Certificate& certificate) {
    // "It has the DelegationUsage extension. It has the digitalSignature KeyUsage" (§4.2), and so an
    // extension that says that.
    if (certificate.extension(delegation_usage) == nullptr || !certificate.has_key_usage() ||
        !certificate.allows(trust::KeyUsage::digital_signature))
        return fail(ErrorCode::delegation_not_allowed);
    return {};
}

ByteVector delegation_content(Role role, Bytes certificate, const messages::DelegatedCredential& credential) {
    constexpr std::size_t padding_size = 64;
    ByteVector content(padding_size, 0x20);
    wire::Writer writer(content);
    writer.bytes(as_bytes(role == Role::server ? "TLS, server delegated credentials"sv
                                               : "TLS, client delegated credentials"sv));
    writer.u8(0);
    writer.bytes(certificate);
    credential.write_credential(writer);
    writer.u16(static_cast<std::uint16_t>(credential.algorithm));
    return content;
}

Result<DelegatedKey> delegated_key(const crypto::Provider& provider, const trust::Certificate& certificate,
                                   Bytes delegated_credential, const DelegationPolicy& policy) {
    PAVISE_LET(const auto credential, messages::DelegatedCredential::parse(delegated_credential));
    PAVISE_TRY(check_time(certificate, credential.valid_time, policy.time));
    // "The algorithm and expected_cert_verify_algorithm fields MUST be of a type advertised by the client in
    // the 'signature_algorithms' and 'delegated_credential' extensions …, respectively." (§4.1.1)
    if (!contains(policy.schemes, credential.dc_cert_verify_algorithm) ||
        !contains(policy.signature_schemes, credential.algorithm))
        return fail(ErrorCode::delegated_credential_scheme);
    PAVISE_TRY(check_delegates(certificate));
    PAVISE_LET(auto key, public_key(provider, credential));
    PAVISE_LET(const auto issuer, provider.public_key(certificate.subject_public_key_info()));
    if (!crypto::fits_tls13(credential.algorithm, issuer->type()))
        return fail(ErrorCode::delegated_credential_scheme);
    if (!issuer->verify(credential.algorithm, delegation_content(policy.role, certificate.der(), credential),
                        credential.signature))
        return fail(ErrorCode::delegated_credential_signature);
    return DelegatedKey{std::move(key), credential.dc_cert_verify_algorithm};
}

} // namespace pavise::engine
