// What stands behind an SSLContext: settings that are copied on write, and the engine's configs made of them.
#pragma once

#include "trust/trust_store.hpp"
#include "trust/verify.hpp"

#include <pavise/config.hpp>
#include <pavise/ssl/context.hpp>

#include <atomic>
#include <mutex>

namespace pavise::ssl {

struct Settings {
    SSLMethod protocol = PROTOCOL_TLS;
    Options options{};
    VerifyMode verify_mode = CERT_NONE;
    VerifyFlags verify_flags = VERIFY_X509_TRUSTED_FIRST;
    bool check_hostname = false;
    bool hostname_checks_common_name = true;
    bool post_handshake_auth = false;
    TLSVersion minimum_version = TLSVersion::TLSv1_2;
    TLSVersion maximum_version = TLSVersion::MAXIMUM_SUPPORTED;
    int security_level = 2;
    std::size_t num_tickets = 2;

    std::vector<CipherSuite> ciphers12{};
    std::vector<CipherSuite> ciphers13{};
    std::vector<std::string> ignored_ciphers{};
    std::vector<NamedGroup> groups = default_groups();
    std::vector<SignatureScheme> signature_schemes = default_signature_schemes();
    std::vector<SignatureScheme> client_signature_schemes{}; // empty: the same
    std::optional<DhParameters> dh_parameters{};
    std::vector<std::string> alpn_protocols{};

    std::vector<Credential> credentials{};
    trust::TrustStorePtr trust = std::make_shared<const trust::TrustStore>();
    std::optional<OcspPolicy> ocsp_policy{}; // nothing: no response is asked for

    VerifyCallback verify_callback{};
    SniCallback sni_callback{};
    PskClientCallback psk_client_callback{};
    PskServerCallback psk_server_callback{};
    std::optional<std::string> psk_identity_hint{};
    std::optional<std::string> keylog_filename{};
    std::shared_ptr<KeyLog> key_log{};
    TicketKeys ticket_keys{};
    std::shared_ptr<SessionStore> session_store{};
    std::uint32_t max_early_data = 0;
    std::shared_ptr<ReplayRegister> replay_register{}; // where max_early_data is not 0
    ClientConfigHook client_config_hook{};
    ServerConfigHook server_config_hook{};
    MessageCallback msg_callback{};

    bool for_servers() const noexcept { return protocol != PROTOCOL_TLS_CLIENT; }
    bool for_clients() const noexcept { return protocol != PROTOCOL_TLS_SERVER; }
};
using SettingsPtr = std::shared_ptr<const Settings>;

// The versions that the settings leave: none where `most` is the lower one.
VersionRange versions_of(const Settings& settings) noexcept;
// All cipher suites, those of TLS 1.3 first.
std::vector<CipherSuite> suites_of(const Settings& settings);
// What a security level asks of RSA keys; below level 2 the engine's floor stays.
std::size_t minimum_rsa_bits(int security_level) noexcept;

struct Counters {
    std::atomic<std::uint64_t> connect{0};
    std::atomic<std::uint64_t> connect_good{0};
    std::atomic<std::uint64_t> accept{0};
    std::atomic<std::uint64_t> accept_good{0};
    std::atomic<std::uint64_t> hits{0};
    std::atomic<std::uint64_t> misses{0};
};

class ContextState {
    mutable std::mutex mutex_;
    std::mutex making_; // held while a config is made, and its hook asked, without the other one
    SettingsPtr settings_ = std::make_shared<const Settings>();
    std::shared_ptr<const ClientConfig> client_config_;
    std::shared_ptr<const ServerConfig> server_config_;

  public:
    Counters counters;

    SettingsPtr settings() const;
    // `edit` gets a copy, which takes the place of the settings unless it throws.
    template <class Edit> void change(Edit edit) {
        const std::lock_guard lock(mutex_);
        auto copy = std::make_shared<Settings>(*settings_);
        edit(*copy);
        settings_ = std::move(copy);
        client_config_ = nullptr;
        server_config_ = nullptr;
    }

    // Made once for the settings as they are. Throws SSLError where tickets cannot be sealed, and what a hook
    // throws.
    std::shared_ptr<const ClientConfig> client_config();
    std::shared_ptr<const ServerConfig> server_config();
    // With the keys that were made if there were none.
    TicketKeys ticket_keys();

  private:
    // What is in `slot`; where nothing is, what `make` makes of the settings, which it may complete.
    template <class Config, class Make>
    std::shared_ptr<const Config> made(std::shared_ptr<const Config> ContextState::* slot, Make make);
};

} // namespace pavise::ssl
