#include "cli/client_config.hpp"

#include "cli/delegated.hpp"
#include "cli/ech.hpp"
#include "cli/files.hpp"
#include "cli/timestamps.hpp"
#include "trust/trust_store.hpp"

#include <filesystem>

namespace pavise::cli {

namespace {

Outcome<TrustStore> trust_from(const Arguments& arguments) {
    if (arguments.has(option_insecure.name)) return TrustStore();
    const auto file = arguments.value(option_cafile.name);
    const auto directory = arguments.value(option_capath.name);
    if (!file && !directory) {
        auto store = TrustStore::system();
        if (!store)
            return misuse("the system's trust store: " + describe(store.error()) +
                          "\nname one with --cafile");
        return *std::move(store);
    }
    trust::TrustStore::Builder builder;
    if (file) {
        // It is read as every file is, for the same complaints.
        auto bytes = read_file(*file);
        if (!bytes) return bytes.problem();
        auto added = builder.add_file(std::string(*file));
        if (!added) return misuse(std::string(*file) + ": " + describe(added.error()));
    }
    if (directory) {
        std::error_code problem;
        if (!std::filesystem::is_directory(*directory, problem))
            return misuse(std::string(*directory) + ": is no directory");
        builder.add_hashed_directory(std::string(*directory));
    }
    auto store = builder.build();
    if (!store) return misuse("--cafile, --capath: " + describe(store.error()));
    return TrustStore(*std::move(store));
}

struct OcspChoice {
    Staple staple = Staple::not_requested;
    OcspPolicy policy = OcspPolicy::checked;
};

Outcome<OcspChoice> ocsp_from(const Arguments& arguments) {
    const auto policy = arguments.value(option_ocsp.name);
    if (!policy) return OcspChoice{};
    if (*policy == "ignored") return OcspChoice{Staple::requested, OcspPolicy::ignored};
    if (*policy == "checked") return OcspChoice{Staple::requested, OcspPolicy::checked};
    if (*policy == "required") return OcspChoice{Staple::requested, OcspPolicy::required};
    return misuse("--ocsp wants ignored, checked or required, not '" + std::string(*policy) + "'");
}

Outcome<std::optional<MaxFragmentLength>> max_fragment_length_from(const Arguments& arguments) {
    const auto text = arguments.value(option_max_fragment.name);
    if (!text) return std::optional<MaxFragmentLength>();
    using enum MaxFragmentLength;
    if (*text == "512") return std::optional(bytes_512);
    if (*text == "1024") return std::optional(bytes_1024);
    if (*text == "2048") return std::optional(bytes_2048);
    if (*text == "4096") return std::optional(bytes_4096);
    return misuse("--max-fragment-length wants 512, 1024, 2048 or 4096, not '" + std::string(*text) + "'");
}

} // namespace

Outcome<std::shared_ptr<ClientConfig>> client_config_from(const Arguments& arguments) {
    auto config = std::make_shared<ClientConfig>();
    Settings settings;
    OcspChoice ocsp;
    settings.set(config->alpn_protocols, alpn_from(arguments));
    settings.set(config->groups, groups_from(arguments));
    settings.set(config->cipher_suites, cipher_suites_from(arguments));
    settings.set(config->signature_schemes, signature_schemes_from(arguments));
    settings.set(config->versions, versions_from(arguments));
    settings.set(config->psk_modes, psk_modes_from(arguments));
    settings.set(config->external_psks, psks_from(arguments));
    settings.set(config->record_size_limit, record_size_limit_from(arguments));
    settings.set(config->max_fragment_length, max_fragment_length_from(arguments));
    settings.set(config->credentials, all_credentials_from(arguments, Role::client));
    settings.set(config->trusted_keys, public_keys_from(arguments, option_trusted_key));
    settings.set(ocsp, ocsp_from(arguments));
    if (settings.problem()) return *settings.problem();
    // These look beyond the command line: only when that is right.
    settings.set(config->trust, trust_from(arguments));
    settings.set(config->key_log, key_log_from(arguments));
    if (settings.problem()) return *settings.problem();

    config->ocsp_response = ocsp.staple;
    config->ocsp_policy = ocsp.policy;
    if (arguments.has(option_timestamps.name) || arguments.has(option_log_key.name))
        config->certificate_timestamps = Staple::requested;
    config->certificate_compression = compression_from(arguments);
    config->delegated_credential_schemes = delegated_schemes_from(arguments, config->signature_schemes);
    // Whoever names a key wants to see it; a certificate will do as well.
    if (!config->trusted_keys.empty())
        config->server_certificate_types = {CertificateType::raw_public_key, CertificateType::x509};
    if (arguments.has(option_post_handshake_auth.name))
        config->post_handshake_auth = PostHandshakeAuth::offered;
    if (arguments.has(option_insecure.name)) config->verification = PeerVerification::none;
    // Who asks for it does not want the name to be seen.
    if (arguments.has(option_ech.name)) config->ech = EchPolicy::required;
    return config;
}

} // namespace pavise::cli
