#include "configs.hpp"

#include "compression.hpp"
#include "encodings.hpp"
#include "policies.hpp"

#include "base/pem.hpp"
#include "crypto/cipher_suite.hpp"
#include "crypto/provider.hpp"
#include "crypto/signature_scheme.hpp"

#include <algorithm>

namespace pavise::bogo {

namespace {

template <class T> T must(Result<T> result, const std::string& what) {
    if (!result) throw Stop(ExitCode::must_fail, what + ": " + describe(result.error()));
    return *std::move(result);
}

// The runner has values that it expects to be refused.
template <class T> T may_refuse(Result<T> result) {
    if (!result)
        throw Stop(ExitCode::failure,
                   ":" + std::string(name_of(result.error().code)) + ": " + describe(result.error()));
    return *std::move(result);
}

template <class Enum> std::vector<Enum> as_enums(const std::vector<std::uint16_t>& values) {
    std::vector<Enum> enums;
    for (const std::uint16_t value : values) enums.push_back(static_cast<Enum>(value));
    return enums;
}

// What the runner takes for granted where it gives no flags.
namespace default_of_runner {

const std::vector<NamedGroup> groups{NamedGroup::x25519_ml_kem_768, NamedGroup::x25519, NamedGroup::secp256r1,
                                     NamedGroup::secp384r1};
const std::vector<SignatureScheme> verify_prefs{
    SignatureScheme::ecdsa_secp256r1_sha256, SignatureScheme::rsa_pss_rsae_sha256,
    SignatureScheme::rsa_pkcs1_sha256,       SignatureScheme::ecdsa_secp384r1_sha384,
    SignatureScheme::rsa_pss_rsae_sha384,    SignatureScheme::rsa_pkcs1_sha384,
    SignatureScheme::rsa_pss_rsae_sha512,    SignatureScheme::rsa_pkcs1_sha512,
};

// BoringSSL takes a skew of 60 seconds, in whole ones.
constexpr std::chrono::seconds early_data_window{61};
constexpr std::uint32_t max_early_data = 14336; // the runner sends more, to see where it is refused

bool is_post_quantum(NamedGroup group) {
    return group == NamedGroup::x25519_ml_kem_768 || group == NamedGroup::ml_kem_1024;
}

// The first group, and the first of the other kind.
std::vector<NamedGroup> key_shares(const std::vector<NamedGroup>& offered) {
    std::vector<NamedGroup> shares{offered.front()};
    const auto other = std::ranges::find_if(offered, [&](NamedGroup group) {
        return is_post_quantum(group) != is_post_quantum(offered.front());
    });
    if (other != offered.end()) shares.push_back(*other);
    return shares;
}

} // namespace default_of_runner

SecretVector read_file(const std::string& path) {
    return must(read_credential_file(path), path);
}

std::vector<std::string> split(const std::string& text, char separator) {
    std::vector<std::string> parts;
    for (std::size_t start = 0; start <= text.size();) {
        const std::size_t end = std::min(text.find(separator, start), text.size());
        parts.push_back(text.substr(start, end - start));
        start = end + 1;
    }
    return parts;
}

// ---------------------------------------------------------------- the same for both roles

void set_groups(const Options& options, std::vector<NamedGroup>& groups) {
    groups = options.curves.empty() ? default_of_runner::groups : as_enums<NamedGroup>(options.curves);
    for (const NamedGroup group : groups)
        if (!crypto::botan_provider().supports(group)) stop_unimplemented("group " + name_of(group));
}

// By IANA's names. OpenSSL's strings, and suites that are equals, are left out, as is what no Pavise has.
CipherSuite suite12(std::string_view name) {
    for (const crypto::Suite12& suite : crypto::suites12())
        if (name_of(suite.id) == name) return suite.id;
    stop_unimplemented("-cipher " + std::string(name));
}

// Those of TLS 1.3 are always there. A pre-shared key brings the suites that use one.
void set_suites(const Options& options, std::vector<CipherSuite>& suites) {
    if (!options.cipher.empty()) {
        suites.clear();
        for (const crypto::Suite13& suite : crypto::suites13()) suites.push_back(suite.id);
        for (const std::string& name : split(options.cipher, ':')) suites.push_back(suite12(name));
    }
    if (options.psk.empty()) return;
    suites.push_back(CipherSuite::TLS_ECDHE_PSK_WITH_CHACHA20_POLY1305_SHA256);
}

Credential dressed(Credential credential, const CredentialOptions& options) {
    if (!options.ocsp_response.empty())
        credential = must(credential.with_ocsp_responses({options.ocsp_response}), "-ocsp-response");
    if (!options.signed_cert_timestamps.empty())
        credential = may_refuse(credential.with_certificate_timestamps(options.signed_cert_timestamps));
    if (options.must_match_issuer) credential = must(credential.only_for_its_issuers(), "-must-match-issuer");
    return credential;
}

Credential load_credential(const CredentialOptions& options, const std::vector<SignatureScheme>& by_default) {
    const SecretVector key = read_file(options.key_file);
    if (!options.delegated_credential.empty())
        return dressed(may_refuse(Credential::delegated(read_file(options.cert_file).view(),
                                                        options.delegated_credential, key.view())),
                       options);
    const Credential credential =
        options.raw_public_key
            ? must(Credential::raw_public_key(key.view()), options.key_file)
            : must(Credential::load(read_file(options.cert_file).view(), key.view()), options.cert_file);
    // What is accepted from the peer says nothing about what we sign with.
    const std::vector<SignatureScheme> schemes =
        options.signing_prefs.empty() ? by_default : as_enums<SignatureScheme>(options.signing_prefs);
    return dressed(must(credential.signing_with(schemes), "-signing-prefs"), options);
}

std::vector<ExternalPsk> external_psks(const Options& options) {
    std::vector<ExternalPsk> psks;
    if (!options.psk.empty()) {
        const Bytes key = as_bytes(options.psk);
        const Bytes identity = as_bytes(options.psk_identity);
        psks.push_back({.identity = ByteVector(identity.begin(), identity.end()),
                        .key = ByteVector(key.begin(), key.end())});
    }
    for (const CredentialOptions& credential : options.credentials) {
        if (!credential.is_psk()) continue;
        psks.push_back({.identity = credential.psk_importer_identity,
                        .key = credential.psk_importer_key,
                        .suite_hash = credential.psk_importer_sha384 ? CipherSuite::TLS_AES_256_GCM_SHA384
                                                                     : CipherSuite::TLS_AES_128_GCM_SHA256,
                        .kind = ExternalPsk::Kind::imported,
                        .context = credential.psk_importer_context});
    }
    return psks;
}

template <class Config> void apply_policy(const Options& options, Config& config) {
    const auto policy = policy_of(options);
    if (!policy) return;
    config.versions.least = std::max(config.versions.least, policy->least);
    if (config.versions.least > config.versions.most) stop_unimplemented("the versions");
    config.cipher_suites = policy->suites;
    config.groups = policy->groups;
    config.signature_schemes = policy->schemes;
}

std::vector<SignatureScheme> verify_prefs(const Options& options) {
    if (options.verify_prefs.empty()) return default_of_runner::verify_prefs;
    auto schemes = as_enums<SignatureScheme>(options.verify_prefs);
    // The code point that BoringSSL gives the signatures of TLS 1.1: it is for nothing in the versions that
    // are spoken, and must not be offered in them.
    std::erase(schemes, static_cast<SignatureScheme>(0xff01));
    return schemes;
}

// BoringSSL has schemes of its own beside the registry's.
void refuse_unknown(const std::vector<SignatureScheme>& schemes) {
    for (const SignatureScheme scheme : schemes)
        if (!crypto::traits_of(scheme)) stop_unimplemented("signature scheme " + name_of(scheme));
}

template <class Config>
void set_common(const Options& options, const std::vector<Credential>& credentials, World& world,
                Config& config) {
    config.versions = versions_of(options);
    set_groups(options, config.groups);
    set_suites(options, config.cipher_suites);
    config.renegotiation = options.renegotiate_ignore ? Renegotiation::ignored : Renegotiation::fatal;
    config.signature_schemes = verify_prefs(options);
    refuse_unknown(config.signature_schemes);
    for (const Credential& credential : credentials) {
        if (credential.data() == nullptr) continue;
        config.credentials.push_back(options.decline_ocsp_callback
                                         ? must(credential.with_ocsp_responses({}), "no response")
                                         : credential);
    }
    config.external_psks = external_psks(options);
    if (options.max_send_fragment != 0) config.max_send_fragment = options.max_send_fragment;
    config.certificate_compression = compressions_of_runner(options);
    config.clock = &world.clock;
    config.deferred.certificate = true; // the runner says whether a chain is good
    config.deferred.signature = options.async;
    apply_policy(options, config);
}

// ---------------------------------------------------------------- client

// "\x03foo\x03bar", as in the extension.
std::vector<std::string> protocol_list(std::string_view wire) {
    std::vector<std::string> names;
    while (!wire.empty()) {
        const auto length = static_cast<std::uint8_t>(wire.front());
        if (length >= wire.size()) throw Stop(ExitCode::must_fail, "-advertise-alpn is malformed");
        names.emplace_back(wire.substr(1, length));
        wire.remove_prefix(1U + length);
    }
    return names;
}

std::vector<EchKey> ech_keys(const Options& options) {
    const std::size_t count = options.ech_server_config.size();
    if (options.ech_server_key.size() != count || options.ech_is_retry_config.size() != count)
        throw Stop(ExitCode::must_fail, "ECH configs, keys and their uses differ in number");
    std::vector<EchKey> keys;
    for (std::size_t i = 0; i < count; ++i) {
        const EchKey key = must(EchKey::from_parts(options.ech_server_config[i], options.ech_server_key[i]),
                                "-ech-server-key");
        keys.push_back(options.ech_is_retry_config[i] != 0 ? key : key.retired());
    }
    return keys;
}

void set_key_shares(const Options& options, ClientConfig& config) {
    config.key_share_groups = options.key_shares ? as_enums<NamedGroup>(*options.key_shares)
                                                 : default_of_runner::key_shares(config.groups);
    if (options.no_key_shares) {
        config.key_share_groups.clear();
        config.key_shares = 0;
    }
    // What the server is known to like counts for more.
    const auto hint = as_enums<NamedGroup>(options.server_supported_groups_hint);
    const auto liked = std::ranges::find_first_of(config.groups, hint);
    if (liked != config.groups.end()) config.key_share_groups = {*liked};
}

} // namespace

VersionRange versions_of(const Options& options) {
    VersionRange range;
    const auto least = static_cast<ProtocolVersion>(options.min_version);
    const auto most = static_cast<ProtocolVersion>(options.max_version);
    if (options.max_version != 0 && most < range.most) range.most = most;
    if (options.min_version != 0 && least > range.least) range.least = least;
    if (options.no_tls13 && range.most == ProtocolVersion::tls_1_3) range.most = ProtocolVersion::tls_1_2;
    if (options.no_tls12 && range.least == ProtocolVersion::tls_1_2) range.least = ProtocolVersion::tls_1_3;
    // Where the flags leave none, the config says so.
    const bool none = options.no_tls13 && options.no_tls12;
    if (range.least > range.most && !none) stop_unimplemented("the versions");
    return range;
}

bool chooses_config_late(const Options& options) {
    return versions_of(options).least == ProtocolVersion::tls_1_2 || options.use_early_callback ||
           options.fail_early_callback || options.fail_early_callback_ech_rewind ||
           options.fail_cert_callback || options.install_ddos_callback || options.use_ocsp_callback ||
           options.async || !options.expect_advertised_alpn.empty() ||
           !options.expect_peer_verify_pref.empty();
}

std::vector<Credential> load_credentials(const Options& options) {
    const auto policy = policy_of(options);
    const std::vector<SignatureScheme> schemes = policy ? policy->schemes : default_signature_schemes();
    std::vector<Credential> credentials;
    for (const CredentialOptions& credential : options.credentials)
        credentials.push_back(credential.is_psk() ? Credential() : load_credential(credential, schemes));
    if (!options.credential.cert_file.empty())
        credentials.push_back(load_credential(options.credential, schemes));
    return credentials;
}

std::shared_ptr<const ClientConfig> client_config(const Options& options,
                                                  const std::vector<Credential>& credentials, World& world) {
    if (options.fail_cert_callback) stop_unimplemented("a callback when the server asks for a certificate");
    auto config = std::make_shared<ClientConfig>();
    set_common(options, credentials, world, *config);
    set_key_shares(options, *config);
    config->alpn_protocols = protocol_list(options.advertise_alpn);
    if (options.no_ticket) config->psk_modes.clear();
    if (options.reverify_on_resume) config->session_peer = SessionPeer::verified_again;
    if (!options.accepted_peer_cert_types.empty())
        config->server_certificate_types = as_enums<CertificateType>(options.accepted_peer_cert_types);
    if (options.available_client_cert_types)
        config->client_certificate_types = as_enums<CertificateType>(*options.available_client_cert_types);
    if (options.enable_ocsp_stapling) config->ocsp_response = Staple::requested;
    if (options.enable_signed_cert_timestamps) config->certificate_timestamps = Staple::requested;
    config->grease = options.enable_grease ? Grease::on : Grease::off;
    config->ech = options.reject_unusable_ech_config ? EchPolicy::required : EchPolicy::when_possible;
    config->ech_grease = options.enable_ech_grease ? Grease::on : Grease::off;
    config->fallback = options.fallback_scsv ? Fallback::on : Fallback::off;
    config->secure_renegotiation =
        options.no_legacy_server_connect ? SecureRenegotiation::required : SecureRenegotiation::not_required;
    return config;
}

std::shared_ptr<const ServerConfig> server_config(const Options& options,
                                                  const std::vector<Credential>& credentials, World& world,
                                                  Resumption resumption) {
    if (options.enable_grease) stop_unimplemented("GREASE of a server");
    auto config = std::make_shared<ServerConfig>();
    set_common(options, credentials, world, *config);
    if (!options.select_alpn.empty()) config->alpn_protocols = {options.select_alpn};
    // QUIC has to agree on a protocol (RFC 9001 §8.1): who declines all has one of its own.
    const bool declines_all = options.reject_alpn || (options.quic && options.select_alpn.empty());
    if (declines_all) config->alpn_protocols = {"a protocol that no client offers"};
    if (options.select_empty_alpn) config->alpn_protocols = {""};
    if (options.require_any_client_certificate)
        config->client_verification = PeerVerification::required;
    else if (options.verify_peer)
        config->client_verification = PeerVerification::optional;
    if (!options.accepted_peer_cert_types.empty())
        config->client_certificate_types = as_enums<CertificateType>(options.accepted_peer_cert_types);
    config->server_name_ack = options.no_server_name_ack ? ServerNameAck::off : ServerNameAck::on;
    config->client_authorities = authorities(options.use_client_ca_list);
    if (resumption == Resumption::by_ticket && !options.skip_ticket) config->ticket_keys = world.ticket_keys;
    if (resumption == Resumption::by_id) config->session_store = world.sessions;
    const Bytes context = as_bytes(options.quic_early_data_context);
    config->session_context.assign(context.begin(), context.end());
    config->psk_identity_hint = options.psk_identity;
    config->ech_keys = ech_keys(options);
    // Who cannot decrypt may yet stand behind somebody who does (RFC 9849 §7).
    if (config->ech_keys.empty()) config->ech_role = EchRole::backend;
    if (options.enable_early_data) {
        config->max_early_data = default_of_runner::max_early_data;
        config->replay_register = world.replay_register;
        config->early_data_window = default_of_runner::early_data_window;
    }
    config->deferred.config = chooses_config_late(options);
    return config;
}

std::vector<ByteVector> authorities(const std::string& names) {
    std::vector<ByteVector> list;
    if (names.empty() || names.front() == '<') return list;
    for (const std::string& name : split(names, ',')) list.push_back(decode_hex(name));
    return list;
}

std::vector<ByteVector> read_certificates(const std::string& path) {
    const SecretVector file = read_file(path);
    std::vector<ByteVector> certificates;
    for (const PemBlock& block : must(read_pem(as_text(file.view())), path))
        if (block.label == "CERTIFICATE")
            certificates.emplace_back(block.contents.view().begin(), block.contents.view().end());
    return certificates;
}

} // namespace pavise::bogo
