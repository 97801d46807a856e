// What the engine leaves to the facade: judging chains by the context's verify flags, the SNI callback with
// its choice of a context, and the callback for pre-shared keys.
#include "base/try.hpp"
#include "engine/peer_verification.hpp"
#include "messages/client_hello.hpp"
#include "messages/message.hpp"
#include "ssl/reasons.hpp"
#include "ssl/tls.hpp"

#include <algorithm>

namespace pavise::ssl {

namespace {

// Ours as the client prefers them; what it does not offer goes last.
std::vector<CipherSuite> in_the_order_of(const std::vector<CipherSuite>& theirs,
                                         const std::vector<CipherSuite>& ours) {
    std::vector<CipherSuite> ordered;
    ordered.reserve(ours.size());
    for (const CipherSuite suite : theirs)
        if (std::ranges::find(ours, suite) != ours.end() &&
            std::ranges::find(ordered, suite) == ordered.end())
            ordered.push_back(suite);
    for (const CipherSuite suite : ours)
        if (std::ranges::find(ordered, suite) == ordered.end()) ordered.push_back(suite);
    return ordered;
}

trust::RevocationPolicy revocation_of(VerifyFlags flags) {
    if (has(flags, VERIFY_CRL_CHECK_CHAIN)) return trust::RevocationPolicy::whole_chain;
    return has(flags, VERIFY_CRL_CHECK_LEAF) ? trust::RevocationPolicy::leaf
                                             : trust::RevocationPolicy::ignore;
}

trust::VerifyOptions options_of(const Settings& settings, Role role) {
    trust::VerifyOptions options;
    options.purpose = role == Role::client ? trust::Purpose::server_auth : trust::Purpose::client_auth;
    options.common_name = settings.hostname_checks_common_name ? trust::CommonNamePolicy::when_no_dns_name
                                                               : trust::CommonNamePolicy::ignore;
    options.anchors = has(settings.verify_flags, VERIFY_X509_PARTIAL_CHAIN)
                          ? trust::AnchorPolicy::partial_chain
                          : trust::AnchorPolicy::self_signed;
    options.revocation = revocation_of(settings.verify_flags);
    options.profile =
        has(settings.verify_flags, VERIFY_X509_STRICT) ? trust::Profile::strict : trust::Profile::usual;
    options.minimum_rsa_bits = minimum_rsa_bits(settings.security_level);
    return options;
}

std::vector<CipherSuite> suites_in(Bytes client_hello) {
    const auto hello =
        messages::parse_body<messages::ClientHello>(client_hello.subspan(messages::handshake_header_size));
    std::vector<CipherSuite> suites;
    if (hello)
        for (const CipherSuite suite : hello->cipher_suites) suites.push_back(suite);
    return suites;
}

bool offers_later_auth(Bytes client_hello) {
    const auto hello =
        messages::parse_body<messages::ClientHello>(client_hello.subspan(messages::handshake_header_size));
    return hello && hello->extensions.contains(ExtensionType::post_handshake_auth);
}

bool share_a_protocol(const std::vector<std::string>& ours, const std::vector<std::string_view>& theirs) {
    return std::ranges::any_of(
        ours, [&](const std::string& name) { return std::ranges::find(theirs, name) != theirs.end(); });
}

// An identity as Python has it is a text.
bool is_text(Bytes identity) {
    return std::ranges::find(identity, std::uint8_t{0}) == identity.end();
}

} // namespace

Done Tls::decide() {
    switch (connection_->waiting_for()) {
    case Decision::certificate: return decide_certificate();
    case Decision::config: return decide_config();
    case Decision::psk: return decide_psk();
    default: return Failure(Error{ErrorCode::internal});
    }
}

Result<std::optional<trust::ReferenceName>> Tls::name_to_prove() const {
    if (role_ == Role::server) return std::nullopt;
    if (negotiated().ech == EchStatus::rejected) {
        // "The client MUST verify that the certificate is valid for ECHConfig.contents.public_name." (RFC
        // 9849 §6.1.7), whatever is said of the server's own name.
        PAVISE_LET(auto public_name, trust::ReferenceName::from_dns_name(negotiated().ech_public_name));
        return std::optional(std::move(public_name));
    }
    if (!settings_->check_hostname || !server_hostname_) return std::nullopt;
    PAVISE_LET(auto name, trust::ReferenceName::from_host(*server_hostname_));
    return std::optional(std::move(name));
}

std::string_view Tls::host() const noexcept {
    if (connection_ && negotiated().ech == EchStatus::rejected) return negotiated().ech_public_name;
    return server_hostname_ ? std::string_view(*server_hostname_) : "";
}

const std::vector<ByteVector>& Tls::trusted_keys() const {
    return role_ == Role::client ? std::get<0>(config_)->trusted_keys
                                 : std::get<1>(config_)->trusted_client_keys;
}

Result<trust::VerifiedChain> Tls::judge(const std::vector<Bytes>& presented) const {
    if (negotiated().peer_certificate_type == CertificateType::raw_public_key) {
        // RFC 7250 §6: what vouches for a raw key is outside of TLS.
        const bool known = std::ranges::any_of(trusted_keys(), [&](const ByteVector& key) {
            return std::ranges::equal(key, presented.front());
        });
        if (!known) return fail(ErrorCode::raw_key_not_trusted);
        return trust::VerifiedChain();
    }
    trust::VerifyOptions options = options_of(*settings_, role_);
    options.store = settings_->trust.get();
    // The system's, unless a hook gave the config another one.
    options.time = std::visit([](const auto& config) { return config->clock->now(); }, config_);
    PAVISE_LET(options.name, name_to_prove());
    PAVISE_LET(auto chain, trust::verify_chain(presented, options));
    if (role_ == Role::client)
        PAVISE_TRY(engine::check_staples(*std::get<0>(config_), chain, negotiated(), options.time));
    return chain;
}

std::vector<ByteVector> Tls::verified_chain() const {
    if (!verified_chain_.empty() || !established_) return verified_chain_;
    return copies_of(negotiated().verified_chain);
}

std::span<const SharedBytes> Tls::peer_certificates() const {
    if (negotiated().peer_certificate_type == CertificateType::raw_public_key) return {};
    return negotiated().peer_chain;
}

bool Tls::ask_verify_callback(const std::vector<Bytes>& presented, const std::optional<Error>& fault) {
    PeerVerdict verdict;
    for (const Bytes der : presented) verdict.chain.emplace_back(der.begin(), der.end());
    if (fault) {
        const ErrorDetails details = details_of(*fault, host());
        // A fault that OpenSSL has no number for is its unspecified one.
        constexpr int unspecified = 1;
        verdict.verify_code = details.verify_code != 0 ? details.verify_code : unspecified;
        verdict.verify_message = details.verify_code != 0 ? details.verify_message : describe(*fault);
    }
    try {
        return settings_->verify_callback(*owner_, verdict);
    } catch (...) {
        thrown_.keep_current();
        return false;
    }
}

Done Tls::decide_certificate() {
    const std::vector<Bytes> presented = connection_->chain_to_verify();
    auto chain = judge(presented);
    std::optional<Error> refusal;
    verified_chain_.clear();
    if (chain) {
        for (const trust::CertificatePtr& certificate : chain->certificates)
            verified_chain_.emplace_back(certificate->der().begin(), certificate->der().end());
    } else {
        refusal = chain.error();
    }
    if (settings_->verify_callback) {
        if (ask_verify_callback(presented, refusal))
            refusal = std::nullopt;
        else if (!refusal)
            refusal = Error{ErrorCode::certificate_rejected};
    }
    // A refusal fails the connection; the caller sees that when it has sent the alert.
    [[maybe_unused]] const Status decided = connection_->certificate_verdict(refusal);
    return std::monostate();
}

std::optional<pavise::AlertDescription> Tls::ask_sni_callback(const std::optional<std::string>& name) {
    if (!settings_->sni_callback) return std::nullopt;
    try {
        SSLContext original = context_;
        const auto alert = settings_->sni_callback(*owner_, name, original);
        if (alert) return static_cast<pavise::AlertDescription>(*alert);
        settings_ = context_.state()->settings();
        return std::nullopt;
    } catch (...) {
        thrown_.keep_current();
        return pavise::AlertDescription::handshake_failure;
    }
}

// Python's callback is asked for each server's hint; here it is asked once, before anything is sent.
std::optional<ExternalPsk> Tls::ask_psk_client_callback() {
    try {
        auto [identity, key] = settings_->psk_client_callback(std::nullopt);
        if (key.empty()) return std::nullopt;
        const Bytes name = as_bytes(identity ? *identity : std::string_view());
        return ExternalPsk{.identity = ByteVector(name.begin(), name.end()), .key = std::move(key)};
    } catch (...) {
        thrown_.keep_current();
        return std::nullopt;
    }
}

std::shared_ptr<const ServerConfig> Tls::config_for(const ClientOffer& offer,
                                                    const std::vector<CipherSuite>& client_suites) {
    std::shared_ptr<const ServerConfig> config = context_.state()->server_config();
    settings_ = context_.state()->settings();
    if (!config->deferred.config) return config; // its hook wants it to be taken as it is
    // Python's servers go on without ALPN where no protocol is shared (RFC 7301 §3.2 would end it).
    const bool drop_alpn =
        !offer.alpn_protocols.empty() && !share_a_protocol(config->alpn_protocols, offer.alpn_protocols);
    const bool by_client = !has(settings_->options, OP_CIPHER_SERVER_PREFERENCE);
    if (!drop_alpn && !by_client) return config;
    auto changed = std::make_shared<ServerConfig>(*config);
    if (drop_alpn) changed->alpn_protocols.clear();
    if (by_client) changed->cipher_suites = in_the_order_of(client_suites, changed->cipher_suites);
    return changed;
}

std::variant<std::shared_ptr<const ServerConfig>, pavise::AlertDescription>
Tls::choose_config_for(const ClientOffer& offer, const std::vector<CipherSuite>& client_suites) {
    std::optional<std::string> name;
    if (!offer.server_name.empty()) name = std::string(offer.server_name);
    if (const auto alert = ask_sni_callback(name)) return *alert;
    try {
        return config_for(offer, client_suites);
    } catch (const std::bad_alloc&) {
        throw;
    } catch (...) { // a hook of the context that the callback chose
        thrown_.keep_current();
        return pavise::AlertDescription::internal_error;
    }
}

Done Tls::decide_config() {
    const auto offer = connection_->client_offer();
    const Bytes hello = connection_->client_hello();
    const std::vector<CipherSuite> client_suites = suites_in(hello);
    client_allows_later_auth_ = offers_later_auth(hello);
    // Where the hello is malformed the handshake itself says what is wrong with it.
    std::shared_ptr<const ServerConfig> config = std::get<1>(config_);
    if (offer) {
        auto choice = choose_config_for(*offer, client_suites);
        if (const auto* alert = std::get_if<1>(&choice)) {
            [[maybe_unused]] const Status refused = connection_->refuse(*alert);
            return std::monostate();
        }
        config = *std::get_if<0>(&choice);
    }
    config_ = config;
    for (const CipherSuite suite : config->cipher_suites)
        if (std::ranges::find(client_suites, suite) != client_suites.end()) shared_.push_back(suite);
    const Status chosen = connection_->choose_config(std::move(config));
    if (!chosen && !connection_->error()) {
        // A config that cannot work is no secret to the client, whose handshake fails.
        cause_ = chosen.error();
        [[maybe_unused]] const Status refused =
            connection_->refuse(pavise::AlertDescription::handshake_failure);
    }
    return std::monostate();
}

Done Tls::decide_psk() {
    std::optional<FoundPsk> found;
    const std::vector<Bytes> identities = connection_->offered_psks();
    try {
        for (std::size_t i = 0; i < identities.size() && !found; ++i) {
            if (!is_text(identities[i])) continue;
            std::optional<std::string> identity;
            if (!identities[i].empty()) identity = std::string(as_text(identities[i]));
            ByteVector key = settings_->psk_server_callback(identity);
            if (key.empty()) continue;
            found = FoundPsk{.index = static_cast<std::uint16_t>(i),
                             .psk = {.identity = ByteVector(identities[i].begin(), identities[i].end()),
                                     .key = std::move(key)}};
        }
    } catch (...) {
        thrown_.keep_current();
        [[maybe_unused]] const Status refused =
            connection_->refuse(pavise::AlertDescription::handshake_failure);
        return std::monostate();
    }
    const Status chosen = connection_->choose_psk(found);
    if (!chosen && !connection_->error()) return Failure(chosen.error());
    return std::monostate();
}

} // namespace pavise::ssl
