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
    options.time = system_clock().now();
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

Done Tls::decide(SSLConnection& owner) {
    switch (connection_->waiting_for()) {
    case Decision::certificate: return decide_certificate(owner);
    case Decision::config: return decide_config(owner);
    case Decision::psk: return decide_psk();
    default: return Failure(Error{ErrorCode::internal});
    }
}

Result<trust::VerifiedChain> Tls::judge(const std::vector<Bytes>& presented) const {
    trust::VerifyOptions options = options_of(*settings_, role_);
    options.store = settings_->trust.get();
    if (role_ == Role::client && settings_->check_hostname && server_hostname_) {
        PAVISE_LET(auto name, trust::ReferenceName::from_host(*server_hostname_));
        options.name = std::move(name);
    }
    PAVISE_LET(auto chain, trust::verify_chain(presented, options));
    if (role_ == Role::client)
        PAVISE_TRY(engine::check_staples(*context_.state()->client_config(), chain, connection_->negotiated(),
                                         options.time));
    return chain;
}

bool Tls::ask_verify_callback(SSLConnection& owner, const std::vector<Bytes>& presented,
                              const std::optional<Error>& fault) {
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
        return settings_->verify_callback(owner, verdict);
    } catch (...) {
        callback_exception_ = std::current_exception();
        return false;
    }
}

Done Tls::decide_certificate(SSLConnection& owner) {
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
        if (ask_verify_callback(owner, presented, refusal))
            refusal = std::nullopt;
        else if (!refusal)
            refusal = Error{ErrorCode::certificate_rejected};
    }
    // A refusal fails the connection; the caller sees that when it has sent the alert.
    [[maybe_unused]] const Status decided = connection_->certificate_verdict(refusal);
    return std::monostate();
}

std::optional<pavise::AlertDescription> Tls::ask_sni_callback(SSLConnection& owner,
                                                              const std::optional<std::string>& name) {
    if (!settings_->sni_callback) return std::nullopt;
    try {
        SSLContext original = context_;
        const auto alert = settings_->sni_callback(owner, name, original);
        if (alert) return static_cast<pavise::AlertDescription>(*alert);
        settings_ = context_.state()->settings();
        return std::nullopt;
    } catch (...) {
        callback_exception_ = std::current_exception();
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
        callback_exception_ = std::current_exception();
        return std::nullopt;
    }
}

std::shared_ptr<const ServerConfig> Tls::config_for(const ClientOffer& offer,
                                                    const std::vector<CipherSuite>& client_suites) {
    std::shared_ptr<const ServerConfig> config = context_.state()->server_config();
    settings_ = context_.state()->settings();
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

Done Tls::decide_config(SSLConnection& owner) {
    const auto offer = connection_->client_offer();
    const Bytes hello = connection_->client_hello();
    const std::vector<CipherSuite> client_suites = suites_in(hello);
    client_allows_later_auth_ = offers_later_auth(hello);
    std::optional<std::string> name;
    std::shared_ptr<const ServerConfig> config;
    if (offer) {
        if (!offer->server_name.empty()) name = std::string(offer->server_name);
        if (const auto alert = ask_sni_callback(owner, name)) {
            [[maybe_unused]] const Status refused = connection_->refuse(*alert);
            return std::monostate();
        }
        config = config_for(*offer, client_suites);
    } else {
        config = context_.state()->server_config(); // the handshake itself says what is wrong with the hello
    }
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
        callback_exception_ = std::current_exception();
        [[maybe_unused]] const Status refused =
            connection_->refuse(pavise::AlertDescription::handshake_failure);
        return std::monostate();
    }
    const Status chosen = connection_->choose_psk(found);
    if (!chosen && !connection_->error()) return Failure(chosen.error());
    return std::monostate();
}

} // namespace pavise::ssl
