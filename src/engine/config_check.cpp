#include "engine/config_check.hpp"

#include "base/try.hpp"
#include "crypto/cipher_suite.hpp"
#include "crypto/provider.hpp"
#include "crypto/signature_scheme.hpp"
#include "handshake/certificate_filters.hpp"
#include "handshake/enabled_versions.hpp"
#include "record/limits.hpp"

#include <algorithm>
#include <bit>

namespace pavise {

std::vector<CipherSuite> default_cipher_suites() {
    std::vector<CipherSuite> suites;
    for (const crypto::Suite13& suite : crypto::suites13()) suites.push_back(suite.id);
    for (const crypto::Suite12& suite : crypto::suites12())
        if (suite.offered == crypto::Offered12::by_default) suites.push_back(suite.id);
    return suites;
}

std::vector<NamedGroup> default_groups() {
    return {NamedGroup::x25519_ml_kem_768, NamedGroup::x25519, NamedGroup::secp256r1, NamedGroup::secp384r1,
            NamedGroup::secp521r1};
}

std::vector<SignatureScheme> default_signature_schemes() {
    std::vector<SignatureScheme> schemes;
    for (const crypto::SchemeTraits& traits : crypto::signature_schemes())
        if (traits.tls13_handshake || traits.tls12_handshake) schemes.push_back(traits.scheme);
    return schemes;
}

namespace engine {

namespace {

// RFC 7301 §3.1: opaque ProtocolName<1..2^8-1>, ProtocolName protocol_name_list<2..2^16-1>.
constexpr std::size_t max_protocol_name_size = 255;
constexpr std::size_t max_protocol_list_size = 65535;

Status check_alpn(const std::vector<std::string>& protocols) {
    std::size_t total = 0;
    for (const std::string& name : protocols) {
        if (name.empty() || name.size() > max_protocol_name_size) return fail(ErrorCode::config_bad_alpn);
        total += 1 + name.size();
    }
    if (total > max_protocol_list_size) return fail(ErrorCode::config_bad_alpn);
    return {};
}

Status check_groups(const std::vector<NamedGroup>& groups) {
    if (groups.empty()) return fail(ErrorCode::config_no_group);
    for (auto group = groups.begin(); group != groups.end(); ++group) {
        if (!crypto::botan_provider().supports(*group))
            return fail(ErrorCode::config_unknown_group, static_cast<std::uint16_t>(*group));
        // "Clients MUST NOT offer multiple KeyShareEntry values for the same group." (RFC 8446 §4.2.8)
        if (std::find(groups.begin(), group, *group) != group)
            return fail(ErrorCode::config_repeated_group, static_cast<std::uint16_t>(*group));
    }
    return {};
}

// The record room's own bounds (RFC 8449 §4).
constexpr std::uint16_t least_record_size_limit = 64;
constexpr std::uint16_t most_record_size_limit = 16385;

Status check_record_size(const std::optional<std::uint16_t>& limit) {
    if (limit && (*limit < least_record_size_limit || *limit > most_record_size_limit))
        return fail(ErrorCode::config_bad_record_size);
    return {};
}

Status check_fragment_size(const std::optional<std::uint16_t>& limit) {
    if (limit && (*limit < record::min_record_size_limit || *limit > record::max_plaintext_size))
        return fail(ErrorCode::config_bad_fragment_size);
    return {};
}

// What can be told at a glance; the provider looks closer when it makes a key.
Status check_dh_parameters(const DhParameters& parameters) {
    const auto first = std::ranges::find_if(parameters.prime, [](std::uint8_t byte) { return byte != 0; });
    const auto size = static_cast<std::size_t>(parameters.prime.end() - first);
    const std::size_t bits = size == 0 ? 0 : 8 * size - static_cast<std::size_t>(std::countl_zero(*first));
    if (bits < crypto::min_dh_prime_bits) return fail(ErrorCode::dh_group_too_small);
    if (bits > crypto::max_dh_prime_bits || parameters.prime.back() % 2 == 0 || parameters.generator.empty())
        return fail(ErrorCode::bad_dh_group);
    return {};
}

template <class Config> Status check_common(const Config& config) {
    if (config.rng == nullptr || config.clock == nullptr) return fail(ErrorCode::bad_config);
    const VersionRange& versions = config.versions;
    if (versions.least > versions.most || versions.most < ProtocolVersion::tls_1_2 ||
        versions.least > ProtocolVersion::tls_1_3)
        return fail(ErrorCode::config_no_version);
    if (!handshake::enables(config, ProtocolVersion::tls_1_2) &&
        !handshake::enables(config, ProtocolVersion::tls_1_3))
        return fail(ErrorCode::config_no_suite);
    PAVISE_TRY(check_groups(config.groups));
    PAVISE_TRY(check_record_size(config.record_size_limit));
    PAVISE_TRY(check_fragment_size(config.max_send_fragment));
    if (config.signature_schemes.empty()) return fail(ErrorCode::config_no_signature_scheme);
    for (const CertificateCompressionPtr& compression : config.certificate_compression)
        if (compression == nullptr) return fail(ErrorCode::bad_config);
    return check_alpn(config.alpn_protocols);
}

} // namespace

Status check(const ClientConfig& config) {
    PAVISE_TRY(check_common(config));
    if (config.server_certificate_types.empty()) return fail(ErrorCode::bad_config);
    for (const NamedGroup group : config.key_share_groups)
        if (std::ranges::find(config.groups, group) == config.groups.end())
            return fail(ErrorCode::config_unknown_group, static_cast<std::uint16_t>(group));
    return {};
}

Status check(const ServerConfig& config) {
    const bool any_credential =
        std::ranges::any_of(config.credentials, [](const Credential& c) { return c.data() != nullptr; });
    // Pre-shared keys can stand for all certificates.
    const bool any_psk = !config.external_psks.empty() || config.deferred.psk;
    PAVISE_TRY(check_until_chosen(config));
    if (!any_credential && !any_psk) return fail(ErrorCode::config_no_credential);
    return {};
}

Status check_until_chosen(const ServerConfig& config) {
    PAVISE_TRY(check_common(config));
    // What clients would refuse (RFC 8446 §4.2.5).
    const std::vector<messages::OidFilter> filters = handshake::filters_of(config);
    if (!handshake::UseFilters::in({filters})) return fail(ErrorCode::bad_config);
    if (config.dh_parameters) PAVISE_TRY(check_dh_parameters(*config.dh_parameters));
    return {};
}

} // namespace engine

} // namespace pavise
