#include "configs.hpp"

#include "base/pem.hpp"
#include "crypto/provider.hpp"

#include <algorithm>

namespace pavise::bogo {

namespace {

template <class T> T must(Result<T> result, const std::string& what) {
    if (!result) throw Stop(ExitCode::must_fail, what + ": " + describe(result.error()));
    return *std::move(result);
}

SecretVector read_file(const std::string& path) {
    return must(read_credential_file(path), path);
}

// ---------------------------------------------------------------- the same for both roles

VersionRange versions(const Options& options) {
    VersionRange range{.least = ProtocolVersion::tls_1_3, .most = ProtocolVersion::tls_1_3};
    const auto least = static_cast<ProtocolVersion>(options.min_version);
    const auto most = static_cast<ProtocolVersion>(options.max_version);
    if (options.max_version != 0 && most < range.most) range.most = most;
    if (options.min_version != 0 && least > range.least) range.least = least;
    if (options.no_tls13 && range.most == ProtocolVersion::tls_1_3) range.most = ProtocolVersion::tls_1_2;
    if (options.no_tls12 && range.least == ProtocolVersion::tls_1_2) range.least = ProtocolVersion::tls_1_3;
    if (range.least > range.most) stop_unimplemented("the versions");
    return range;
}

template <class Enum> std::vector<Enum> as_enums(const std::vector<std::uint16_t>& values) {
    std::vector<Enum> enums;
    for (const std::uint16_t value : values) enums.push_back(static_cast<Enum>(value));
    return enums;
}

void set_groups(const Options& options, std::vector<NamedGroup>& groups) {
    if (options.curves.empty()) return;
    groups = as_enums<NamedGroup>(options.curves);
    for (const NamedGroup group : groups)
        if (!crypto::botan_provider().supports(group)) stop_unimplemented("group " + name_of(group));
}

std::vector<Credential> credentials(const Options& options) {
    const CredentialOptions& files = options.credential;
    if (files.cert_file.empty() && files.key_file.empty()) return {};
    const SecretVector chain = read_file(files.cert_file);
    const SecretVector key = read_file(files.key_file);
    return {must(Credential::load(chain.view(), key.view()), files.cert_file)};
}

template <class Config> void set_common(const Options& options, Config& config) {
    config.versions = versions(options);
    set_groups(options, config.groups);
    if (!options.verify_prefs.empty())
        config.signature_schemes = as_enums<SignatureScheme>(options.verify_prefs);
    if (!options.signing_prefs.empty())
        config.signature_schemes = as_enums<SignatureScheme>(options.signing_prefs);
    config.credentials = credentials(options);
    config.deferred.certificate = true; // the runner says whether a chain is good
    config.deferred.signature = options.async;
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

// The config tells for how many of its groups, from the first, shares are sent.
void set_key_shares(const Options& options, ClientConfig& config) {
    if (options.no_key_shares) config.key_shares = 0;
    if (!options.key_shares) return;
    const std::vector<NamedGroup> wanted = as_enums<NamedGroup>(*options.key_shares);
    const auto [group, share] = std::ranges::mismatch(config.groups, wanted);
    if (share != wanted.end()) stop_unimplemented("key shares for other groups than the first");
    config.key_shares = wanted.size();
}

} // namespace

bool chooses_config_late(const Options& options) {
    return options.use_early_callback || options.async || !options.expect_advertised_alpn.empty() ||
           !options.expect_peer_verify_pref.empty();
}

std::shared_ptr<const ClientConfig> client_config(const Options& options) {
    auto config = std::make_shared<ClientConfig>();
    set_common(options, *config);
    set_key_shares(options, *config);
    config->alpn_protocols = protocol_list(options.advertise_alpn);
    config->grease = options.enable_grease ? Grease::on : Grease::off;
    return config;
}

std::shared_ptr<const ServerConfig> server_config(const Options& options) {
    auto config = std::make_shared<ServerConfig>();
    set_common(options, *config);
    if (!options.select_alpn.empty()) config->alpn_protocols = {options.select_alpn};
    if (options.require_any_client_certificate)
        config->client_verification = PeerVerification::required;
    else if (options.verify_peer)
        config->client_verification = PeerVerification::optional;
    config->deferred.config = chooses_config_late(options);
    return config;
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
