#include "ssl/settings.hpp"

#include "ssl/cipher_list.hpp"

#include <algorithm>

namespace pavise::ssl {

namespace {

template <class Config> void set_common(const Settings& settings, Config& config) {
    config.versions = versions_of(settings);
    config.cipher_suites = suites_of(settings);
    std::erase_if(config.cipher_suites, [&](CipherSuite suite) {
        const CipherRow* row = find_cipher(suite);
        return row != nullptr && !allowed_at(settings.security_level, row->bits());
    });
    config.groups = settings.groups;
    config.signature_schemes = settings.signature_schemes;
    config.alpn_protocols = settings.alpn_protocols;
    config.key_log = settings.key_log;
    config.middlebox_compatibility = has(settings.options, OP_ENABLE_MIDDLEBOX_COMPAT)
                                         ? MiddleboxCompatibility::on
                                         : MiddleboxCompatibility::off;
    // The facade judges chains itself: verify flags and directories are not the engine's affair.
    config.deferred.certificate = settings.verify_mode != CERT_NONE;
}

// The same credentials, whose keys sign with these schemes alone; no schemes: with those of the config.
std::vector<Credential> signing_with(const std::vector<Credential>& credentials,
                                     const std::vector<SignatureScheme>& schemes) {
    if (schemes.empty()) return credentials;
    std::vector<Credential> out;
    for (const Credential& credential : credentials) {
        auto restricted = credential.signing_with(schemes);
        if (!restricted) throw SSLError(describe(restricted.error()));
        out.push_back(*std::move(restricted));
    }
    return out;
}

// Nobody would answer what the facade has no question for.
void check_decisions(const DeferredDecisions& deferred, const Settings& settings) {
    if (deferred.signature)
        throw ValueError("the config's hook defers signatures, which a context cannot provide");
    if (deferred.psk && !settings.psk_server_callback)
        throw ValueError("the config's hook defers pre-shared keys, and there is no callback for them");
}

std::shared_ptr<const ClientConfig> client_config_of(const Settings& settings) {
    auto config = std::make_shared<ClientConfig>();
    set_common(settings, *config);
    config->verification =
        settings.verify_mode == CERT_NONE ? PeerVerification::none : PeerVerification::required;
    config->trust = TrustStore(settings.trust);
    config->common_name = settings.hostname_checks_common_name ? CommonName::fallback : CommonName::ignored;
    config->secure_renegotiation = has(settings.options, OP_LEGACY_SERVER_CONNECT)
                                       ? SecureRenegotiation::not_required
                                       : SecureRenegotiation::required;
    if (has(settings.options, OP_NO_TICKET)) config->psk_modes.clear();
    if (settings.post_handshake_auth) config->post_handshake_auth = PostHandshakeAuth::offered;
    config->credentials = signing_with(settings.credentials, settings.client_signature_schemes);
    if (settings.ocsp_policy) {
        config->ocsp_response = Staple::requested;
        config->ocsp_policy = *settings.ocsp_policy;
    }
    if (settings.client_config_hook) {
        settings.client_config_hook(*config);
        check_decisions(config->deferred, settings);
    }
    return config;
}

PeerVerification client_verification(const Settings& settings) {
    // With post-handshake authentication the client is asked later, if at all.
    if (settings.verify_mode == CERT_NONE || settings.post_handshake_auth) return PeerVerification::none;
    return settings.verify_mode == CERT_OPTIONAL ? PeerVerification::optional : PeerVerification::required;
}

// Where a server keeps its sessions: what the application chose, or what is made here for good.
void set_sessions(Settings& settings, ServerConfig& config) {
    config.session_store = settings.session_store;
    // A server without tickets keeps its sessions itself, as OpenSSL does.
    if (has(settings.options, OP_NO_TICKET) && config.session_store == nullptr)
        config.session_store = settings.session_store = make_session_store();
    if (config.session_store != nullptr) return;
    if (!settings.ticket_keys) {
        auto keys = TicketKeys::generate();
        if (!keys) throw SSLError(describe(keys.error()));
        settings.ticket_keys = *std::move(keys);
    }
    config.ticket_keys = settings.ticket_keys;
}

std::shared_ptr<const ServerConfig> server_config_of(Settings& settings) {
    auto config = std::make_shared<ServerConfig>();
    set_common(settings, *config);
    config->client_verification = client_verification(settings);
    config->credentials = settings.credentials;
    if (!settings.client_signature_schemes.empty()) {
        // The config's own list is what clients may sign with.
        config->credentials = signing_with(settings.credentials, settings.signature_schemes);
        config->signature_schemes = settings.client_signature_schemes;
    }
    config->max_early_data = settings.max_early_data;
    config->replay_register = settings.replay_register;
    config->client_trust = TrustStore(settings.trust);
    config->tickets = settings.num_tickets;
    set_sessions(settings, *config);
    // A client that was believed under other flags is not believed again without a look.
    config->session_context = {static_cast<std::uint8_t>(settings.verify_mode)};
    for (int shift = 0; shift < 64; shift += 8)
        config->session_context.push_back(
            static_cast<std::uint8_t>(bits(settings.verify_flags) >> shift & 0xff));
    config->dh_parameters = settings.dh_parameters;
    config->psk_identity_hint = settings.psk_identity_hint.value_or("");
    config->deferred.config = true;
    config->deferred.psk = settings.psk_server_callback != nullptr;
    // A key that a callback gives goes with SHA-256 (RFC 8446 §4.2.11), which must not fail for the order of
    // suites.
    constexpr CipherSuite other_hash = CipherSuite::TLS_AES_256_GCM_SHA384;
    if (config->deferred.psk && std::erase(config->cipher_suites, other_hash) != 0)
        config->cipher_suites.push_back(other_hash);
    if (settings.server_config_hook) {
        settings.server_config_hook(*config);
        check_decisions(config->deferred, settings);
    }
    return config;
}

ProtocolVersion version_of(TLSVersion version, ProtocolVersion least, ProtocolVersion most) {
    if (version == TLSVersion::MINIMUM_SUPPORTED) return least;
    if (version == TLSVersion::MAXIMUM_SUPPORTED || version == TLSVersion::TLSv1_3) return most;
    return ProtocolVersion::tls_1_2; // everything older is a lower bound that means this
}

} // namespace

VersionRange versions_of(const Settings& settings) noexcept {
    constexpr ProtocolVersion oldest = ProtocolVersion::tls_1_2;
    constexpr ProtocolVersion newest = ProtocolVersion::tls_1_3;
    VersionRange range{version_of(settings.minimum_version, oldest, newest),
                       version_of(settings.maximum_version, oldest, newest)};
    if (has(settings.options, OP_NO_TLSv1_2)) range.least = std::max(range.least, newest);
    if (has(settings.options, OP_NO_TLSv1_3)) range.most = std::min(range.most, oldest);
    return range;
}

std::vector<CipherSuite> suites_of(const Settings& settings) {
    std::vector<CipherSuite> suites = settings.ciphers13;
    suites.insert(suites.end(), settings.ciphers12.begin(), settings.ciphers12.end());
    return suites;
}

std::size_t minimum_rsa_bits(int security_level) noexcept {
    constexpr std::size_t bits[] = {2048, 2048, 2048, 3072, 7680, 15360};
    return bits[security_level];
}

SettingsPtr ContextState::settings() const {
    const std::lock_guard lock(mutex_);
    return settings_;
}

template <class Config, class Make>
std::shared_ptr<const Config> ContextState::made(std::shared_ptr<const Config> ContextState::* slot,
                                                 Make make) {
    const auto present = [&] {
        const std::lock_guard lock(mutex_);
        return std::pair(this->*slot, settings_);
    };
    if (auto config = present().first) return config;
    const std::lock_guard making(making_);
    auto [config, base] = present();
    if (config != nullptr) return config;
    auto settings = std::make_shared<Settings>(*base);
    config = make(*settings);
    const std::lock_guard lock(mutex_);
    // Settings that were changed meanwhile get a config of their own.
    if (settings_ != base) return config;
    settings_ = std::move(settings); // with the ticket keys that were made
    this->*slot = config;
    return config;
}

std::shared_ptr<const ClientConfig> ContextState::client_config() {
    return made(&ContextState::client_config_, client_config_of);
}

std::shared_ptr<const ServerConfig> ContextState::server_config() {
    return made(&ContextState::server_config_, server_config_of);
}

TicketKeys ContextState::ticket_keys() {
    server_config();
    return settings()->ticket_keys;
}

} // namespace pavise::ssl
