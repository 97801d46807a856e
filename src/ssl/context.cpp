#include "ssl/cipher_list.hpp"
#include "ssl/cipher_table.hpp"
#include "ssl/punycode.hpp"
#include "ssl/settings.hpp"

#include <pavise/ssl/context.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

namespace pavise::ssl {

namespace {

std::string in_hex(int value) {
    constexpr char digits[] = "0123456789abcdef";
    std::string out;
    for (auto left = static_cast<unsigned>(value); left != 0 || out.empty(); left >>= 4)
        out.insert(out.begin(), digits[left & 0xf]);
    return "0x" + out;
}

constexpr Options default_options = OP_ALL | OP_NO_SSLv3 | OP_NO_COMPRESSION | OP_CIPHER_SERVER_PREFERENCE |
                                    OP_SINGLE_DH_USE | OP_SINGLE_ECDH_USE | OP_ENABLE_MIDDLEBOX_COMPAT;

bool has_fixed_version(SSLMethod protocol) {
    return protocol == PROTOCOL_TLSv1_2;
}

void check_version_may_change(const Settings& settings) {
    if (has_fixed_version(settings.protocol))
        throw ValueError(
            "The context's protocol doesn't support modification of highest and lowest version.");
}

bool exists(TLSVersion version) {
    switch (version) {
        using enum TLSVersion;
    case MINIMUM_SUPPORTED:
    case MAXIMUM_SUPPORTED:
    case SSLv3:
    case TLSv1:
    case TLSv1_1:
    case TLSv1_2:
    case TLSv1_3: return true;
    }
    return false;
}

struct Curve {
    std::string_view name;
    NamedGroup group;
};
constexpr Curve curves[] = {
    {"prime256v1", NamedGroup::secp256r1},
    {"secp256r1", NamedGroup::secp256r1},
    {"P-256", NamedGroup::secp256r1},
    {"secp384r1", NamedGroup::secp384r1},
    {"P-384", NamedGroup::secp384r1},
    {"secp521r1", NamedGroup::secp521r1},
    {"P-521", NamedGroup::secp521r1},
    {"X25519", NamedGroup::x25519},
    {"X448", NamedGroup::x448},
};

} // namespace

SSLContext::SSLContext(std::shared_ptr<ContextState> state) noexcept : state_(std::move(state)) {}

SSLContext::SSLContext(SSLMethod protocol) : state_(std::make_shared<ContextState>()) {
    switch (protocol) {
    case PROTOCOL_TLS:
    case PROTOCOL_TLS_CLIENT:
    case PROTOCOL_TLS_SERVER:
    case PROTOCOL_TLSv1_2: break;
    default: throw ValueError("invalid or unsupported protocol version " + str(protocol));
    }
    state_->change([&](Settings& settings) {
        settings.protocol = protocol;
        settings.options = default_options;
        settings.ciphers12 = default_ciphers12();
        for (const CipherRow& row : tls13_ciphers()) settings.ciphers13.push_back(row.suite());
        if (protocol == PROTOCOL_TLS_CLIENT) {
            settings.verify_mode = CERT_REQUIRED;
            settings.check_hostname = true;
        }
        if (has_fixed_version(protocol))
            settings.minimum_version = settings.maximum_version = TLSVersion::TLSv1_2;
    });
}

// ---------------------------------------------------------------- verification

VerifyMode SSLContext::verify_mode() const {
    return state_->settings()->verify_mode;
}

void SSLContext::set_verify_mode(VerifyMode mode) {
    if (mode != CERT_NONE && mode != CERT_OPTIONAL && mode != CERT_REQUIRED)
        throw ValueError("invalid value for verify_mode");
    state_->change([&](Settings& settings) {
        if (mode == CERT_NONE && settings.check_hostname)
            throw ValueError("Cannot set verify_mode to CERT_NONE when check_hostname is enabled.");
        settings.verify_mode = mode;
    });
}

VerifyFlags SSLContext::verify_flags() const {
    return state_->settings()->verify_flags;
}
void SSLContext::set_verify_flags(VerifyFlags flags) {
    state_->change([&](Settings& settings) { settings.verify_flags = flags; });
}

bool SSLContext::check_hostname() const {
    return state_->settings()->check_hostname;
}
void SSLContext::set_check_hostname(bool check) {
    state_->change([&](Settings& settings) {
        if (check && settings.verify_mode == CERT_NONE) settings.verify_mode = CERT_REQUIRED;
        settings.check_hostname = check;
    });
}

bool SSLContext::hostname_checks_common_name() const {
    return state_->settings()->hostname_checks_common_name;
}
void SSLContext::set_hostname_checks_common_name(bool check) {
    state_->change([&](Settings& settings) { settings.hostname_checks_common_name = check; });
}

bool SSLContext::post_handshake_auth() const {
    return state_->settings()->post_handshake_auth;
}
void SSLContext::set_post_handshake_auth(bool enabled) {
    state_->change([&](Settings& settings) { settings.post_handshake_auth = enabled; });
}

// ---------------------------------------------------------------- protocol

SSLMethod SSLContext::protocol() const {
    return state_->settings()->protocol;
}

Options SSLContext::options() const {
    return state_->settings()->options;
}
void SSLContext::set_options(Options options) {
    state_->change([&](Settings& settings) { settings.options = options; });
}

TLSVersion SSLContext::minimum_version() const {
    return state_->settings()->minimum_version;
}

void SSLContext::set_minimum_version(TLSVersion version) {
    if (!exists(version))
        throw ValueError("Unsupported TLS/SSL version " + in_hex(static_cast<int>(version)));
    state_->change([&](Settings& settings) {
        check_version_may_change(settings);
        settings.minimum_version = version == TLSVersion::MAXIMUM_SUPPORTED ? TLSVersion::TLSv1_3 : version;
    });
}

TLSVersion SSLContext::maximum_version() const {
    return state_->settings()->maximum_version;
}

void SSLContext::set_maximum_version(TLSVersion version) {
    if (!exists(version))
        throw ValueError("Unsupported TLS/SSL version " + in_hex(static_cast<int>(version)));
    // Nothing that old is spoken: as Python where OpenSSL was built without it.
    if (version == TLSVersion::SSLv3 || version == TLSVersion::TLSv1 || version == TLSVersion::TLSv1_1)
        throw ValueError("Unsupported protocol version " + in_hex(static_cast<int>(version)));
    state_->change([&](Settings& settings) {
        check_version_may_change(settings);
        settings.maximum_version = version == TLSVersion::MINIMUM_SUPPORTED ? TLSVersion::TLSv1_2 : version;
    });
}

int SSLContext::security_level() const {
    return state_->settings()->security_level;
}

std::size_t SSLContext::num_tickets() const {
    return state_->settings()->num_tickets;
}
void SSLContext::set_num_tickets(std::size_t count) {
    state_->change([&](Settings& settings) {
        if (settings.protocol != PROTOCOL_TLS_SERVER) throw ValueError("SSLContext is not a server context.");
        settings.num_tickets = count;
    });
}

SessionStats SSLContext::session_stats() const {
    const Counters& counters = state_->counters;
    return {.connect = counters.connect,
            .connect_good = counters.connect_good,
            .accept = counters.accept,
            .accept_good = counters.accept_good,
            .hits = counters.hits,
            .misses = counters.misses};
}

void SSLContext::set_ciphers(std::string_view ciphers) {
    CipherList list = parse_cipher_list(ciphers);
    if (list.suites.empty()) {
        std::string names;
        for (const std::string& name : list.ignored) names += (names.empty() ? "" : ", ") + name;
        throw SSLError("No cipher can be selected." + (names.empty() ? "" : " Not known here: " + names));
    }
    state_->change([&](Settings& settings) {
        settings.ciphers12 = std::move(list.suites);
        settings.ignored_ciphers = std::move(list.ignored);
        settings.security_level = list.security_level.value_or(settings.security_level);
    });
}

std::vector<CipherDict> SSLContext::get_ciphers() const {
    std::vector<CipherDict> out;
    for (const CipherSuite suite : suites_of(*state_->settings()))
        if (const CipherRow* row = find_cipher(suite); row != nullptr) out.push_back(dict_of(*row));
    return out;
}

std::vector<std::string> SSLContext::ignored_ciphers() const {
    return state_->settings()->ignored_ciphers;
}

void SSLContext::set_ciphersuites(std::string_view names) {
    std::vector<CipherSuite> suites;
    for (std::size_t begin = 0; begin <= names.size();) {
        const std::size_t end = std::min(names.find(':', begin), names.size());
        const std::string_view name = names.substr(begin, end - begin);
        for (const CipherRow& row : tls13_ciphers())
            if (row.name == name && std::ranges::find(suites, row.suite()) == suites.end())
                suites.push_back(row.suite());
        begin = end + 1;
    }
    if (suites.empty()) throw SSLError("No cipher can be selected.");
    state_->change([&](Settings& settings) { settings.ciphers13 = std::move(suites); });
}

void SSLContext::set_ecdh_curve(std::string_view curve_name) {
    for (const Curve& curve : curves)
        if (curve.name == curve_name) return set_groups({curve.group});
    throw ValueError("unknown elliptic curve name '" + std::string(curve_name) + "'");
}

void SSLContext::set_groups(const std::vector<NamedGroup>& groups) {
    if (groups.empty()) throw ValueError("at least one group is needed");
    state_->change([&](Settings& settings) { settings.groups = groups; });
}
std::vector<NamedGroup> SSLContext::groups() const {
    return state_->settings()->groups;
}

void SSLContext::set_sigalgs(const std::vector<SignatureScheme>& schemes) {
    if (schemes.empty()) throw ValueError("at least one signature scheme is needed");
    state_->change([&](Settings& settings) { settings.signature_schemes = schemes; });
}
std::vector<SignatureScheme> SSLContext::sigalgs() const {
    return state_->settings()->signature_schemes;
}

void SSLContext::set_client_sigalgs(const std::vector<SignatureScheme>& schemes) {
    state_->change([&](Settings& settings) { settings.client_signature_schemes = schemes; });
}
std::vector<SignatureScheme> SSLContext::client_sigalgs() const {
    const auto settings = state_->settings();
    return settings->client_signature_schemes.empty() ? settings->signature_schemes
                                                      : settings->client_signature_schemes;
}

void SSLContext::set_alpn_protocols(const std::vector<std::string>& protocols) {
    constexpr std::size_t longest = 255; // RFC 7301 §3.1: ProtocolName<1..2^8-1>
    for (const std::string& protocol : protocols)
        if (protocol.empty() || protocol.size() > longest)
            throw SSLError("ALPN protocols must be 1 to 255 in length");
    state_->change([&](Settings& settings) { settings.alpn_protocols = protocols; });
}

void SSLContext::set_npn_protocols(const std::vector<std::string>& /*protocols*/) {
    throw NotImplementedError("The NPN extension requires OpenSSL 1.0.1 or later.");
}

// ---------------------------------------------------------------- callbacks

SniCallback SSLContext::sni_callback() const {
    return state_->settings()->sni_callback;
}

void SSLContext::set_sni_callback(SniCallback callback) {
    state_->change([&](Settings& settings) {
        if (settings.protocol == PROTOCOL_TLS_CLIENT)
            throw ValueError("sni_callback cannot be set on TLS_CLIENT context");
        settings.sni_callback = std::move(callback);
    });
}

void SSLContext::set_servername_callback(SniCallback callback) {
    if (!callback) return set_sni_callback({});
    set_sni_callback([inner = std::move(callback)](SSLConnection& connection,
                                                   const std::optional<std::string>& name,
                                                   SSLContext& context) -> std::optional<AlertDescription> {
        if (!name) return inner(connection, name, context);
        const auto decoded = u_labels_of(*name);
        if (!decoded) return ALERT_DESCRIPTION_INTERNAL_ERROR;
        return inner(connection, decoded, context);
    });
}

void SSLContext::set_psk_client_callback(PskClientCallback callback) {
    state_->change([&](Settings& settings) {
        if (!settings.for_clients())
            throw SSLError("Cannot add PSK client callback to a PROTOCOL_TLS_SERVER context");
        settings.psk_client_callback = std::move(callback);
    });
}

void SSLContext::set_psk_server_callback(PskServerCallback callback,
                                         std::optional<std::string> identity_hint) {
    constexpr std::size_t longest_hint = 256; // as Python has it
    if (identity_hint && identity_hint->size() > longest_hint) throw ValueError("identity hint too long");
    state_->change([&](Settings& settings) {
        if (!settings.for_servers())
            throw SSLError("Cannot add PSK server callback to a PROTOCOL_TLS_CLIENT context");
        settings.psk_server_callback = std::move(callback);
        settings.psk_identity_hint = std::move(identity_hint);
    });
}

std::optional<std::string> SSLContext::keylog_filename() const {
    return state_->settings()->keylog_filename;
}

void SSLContext::set_keylog_filename(const std::optional<std::string>& path) {
    std::shared_ptr<KeyLog> log;
    if (path) {
        auto opened = open_key_log(*path);
        if (!opened) raise_os_error(opened.error().detail, path);
        log = *std::move(opened);
        std::error_code ignored;
        if (std::filesystem::file_size(*path, ignored) == 0)
            log->write_line("# TLS secrets log file, generated by Pavise");
    }
    state_->change([&](Settings& settings) {
        settings.keylog_filename = path;
        settings.key_log = std::move(log);
    });
}

// ---------------------------------------------------------------- beyond Python

void SSLContext::set_verify_callback(VerifyCallback callback) {
    state_->change([&](Settings& settings) { settings.verify_callback = std::move(callback); });
}
VerifyCallback SSLContext::verify_callback() const {
    return state_->settings()->verify_callback;
}

void SSLContext::set_ocsp_policy(std::optional<OcspPolicy> policy) {
    state_->change([&](Settings& settings) {
        if (!settings.for_clients()) throw ValueError("a server asks for no OCSP response");
        settings.ocsp_policy = policy;
    });
}
std::optional<OcspPolicy> SSLContext::ocsp_policy() const {
    return state_->settings()->ocsp_policy;
}

void SSLContext::set_ticket_keys(TicketKeys keys) {
    state_->change([&](Settings& settings) { settings.ticket_keys = std::move(keys); });
}
TicketKeys SSLContext::ticket_keys() const {
    if (!state_->settings()->for_servers()) throw ValueError("SSLContext is not a server context.");
    return state_->ticket_keys();
}

void SSLContext::set_session_store(std::shared_ptr<SessionStore> store) {
    state_->change([&](Settings& settings) { settings.session_store = std::move(store); });
}
std::shared_ptr<SessionStore> SSLContext::session_store() const {
    return state_->settings()->session_store;
}

void SSLContext::set_max_early_data(std::uint32_t bytes) {
    state_->change([&](Settings& settings) {
        if (!settings.for_servers()) throw ValueError("SSLContext is not a server context.");
        settings.max_early_data = bytes;
        if (bytes != 0 && settings.replay_register == nullptr)
            settings.replay_register = make_replay_register();
    });
}
std::uint32_t SSLContext::max_early_data() const {
    return state_->settings()->max_early_data;
}

void SSLContext::set_client_config_hook(ClientConfigHook hook) {
    state_->change([&](Settings& settings) {
        if (!settings.for_clients()) throw ValueError("SSLContext is not a client context.");
        settings.client_config_hook = std::move(hook);
    });
}
ClientConfigHook SSLContext::client_config_hook() const {
    return state_->settings()->client_config_hook;
}

void SSLContext::set_server_config_hook(ServerConfigHook hook) {
    state_->change([&](Settings& settings) {
        if (!settings.for_servers()) throw ValueError("SSLContext is not a server context.");
        settings.server_config_hook = std::move(hook);
    });
}
ServerConfigHook SSLContext::server_config_hook() const {
    return state_->settings()->server_config_hook;
}

void SSLContext::set_msg_callback(MessageCallback callback) {
    state_->change([&](Settings& settings) { settings.msg_callback = std::move(callback); });
}
MessageCallback SSLContext::msg_callback() const {
    return state_->settings()->msg_callback;
}

// ---------------------------------------------------------------- the default context

SSLContext create_default_context(Purpose purpose, const DefaultContextOptions& options) {
    const bool client = purpose == Purpose::SERVER_AUTH;
    SSLContext context(client ? PROTOCOL_TLS_CLIENT : PROTOCOL_TLS_SERVER);
    context.set_verify_flags(context.verify_flags() | VERIFY_X509_PARTIAL_CHAIN | VERIFY_X509_STRICT);
    if (options.cafile || options.capath || options.cadata.index() != 0)
        context.load_verify_locations({options.cafile, options.capath, options.cadata});
    else if (context.verify_mode() != CERT_NONE)
        context.load_default_certs(purpose);
    // NOLINTNEXTLINE(concurrency-mt-unsafe): the environment is read here and written nowhere in Pavise
    const char* const keylog = std::getenv("SSLKEYLOGFILE");
    if (keylog != nullptr && *keylog != '\0') context.set_keylog_filename(keylog);
    return context;
}

} // namespace pavise::ssl
