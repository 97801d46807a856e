#include "cli/server_config.hpp"

#include "base/der.hpp"
#include "cli/client_filters.hpp"
#include "cli/delegated.hpp"
#include "cli/ech.hpp"
#include "cli/files.hpp"
#include "cli/ticket_key_file.hpp"
#include "cli/timestamps.hpp"
#include "crypto/signature_scheme.hpp"
#include "handshake/credential.hpp"

#include <algorithm>
#include <array>

namespace pavise::cli {

namespace {

// More than any client keeps.
constexpr std::uint64_t most_tickets = 16;
constexpr std::uint64_t default_tickets = 2;

std::optional<Problem> set_sessions(const Arguments& arguments, ServerConfig& config) {
    const std::string kind(arguments.value(option_sessions.name).value_or("tickets"));
    const auto key_file = arguments.value(option_ticket_keys.name);
    if (key_file && kind != "tickets") return misuse("--ticket-keys goes with --sessions tickets alone");
    if (kind == "ids") {
        config.session_store = make_session_store();
    } else if (kind == "tickets") {
        auto keys = TicketKeys::generate();
        if (!keys) return misuse("keys for tickets: " + describe(keys.error()));
        config.ticket_keys = *std::move(keys);
        if (key_file) {
            auto read = read_ticket_keys(*key_file, config.ticket_keys, config.clock->now());
            if (!read) return read.problem();
        }
    } else if (kind != "none") {
        return misuse("--sessions: there is tickets, ids and none, not '" + kind + "'");
    }
    if (config.max_early_data == 0) return std::nullopt;
    if (kind == "none") return misuse("--max-early-data needs sessions: it is sent under their keys");
    config.replay_register = make_replay_register();
    return std::nullopt;
}

// Whether the bytes are an OCSPResponse that says something: of the status "successful" (RFC 6960 §4.2.1).
// What it says is for clients to judge.
bool is_ocsp_response(Bytes bytes) {
    constexpr std::uint8_t successful = 0;
    der::Reader outer(bytes);
    auto fields = outer.sequence();
    if (!fields || !outer.finish()) return false;
    const auto status = fields->contents(der::Tag::enumerated);
    return status && std::ranges::equal(*status, std::array{successful}) && !fields->empty();
}

// What goes along with a certificate in its handshakes.
struct Stapling {
    Option option;
    std::string_view wanted; // what each file holds
    Result<Credential> (*staple)(const Credential&, ByteVector);
};
constexpr Stapling ocsp_stapling{option_ocsp_files, "a successful OCSP response in DER (RFC 6960 §4.2.1)",
                                 [](const Credential& credential, ByteVector response) {
                                     if (!is_ocsp_response(response))
                                         return Result<Credential>(fail(ErrorCode::bad_argument));
                                     return credential.with_ocsp_responses({std::move(response)});
                                 }};
constexpr Stapling timestamp_stapling{option_timestamp_files,
                                      "a SignedCertificateTimestampList (RFC 6962 §3.3)",
                                      [](const Credential& credential, ByteVector list) {
                                          return credential.with_certificate_timestamps(std::move(list));
                                      }};

// Each file of the option to the --cert at the same place, and to delegated credentials that stand in for it.
std::optional<Problem> staple(const Arguments& arguments, const Stapling& stapling,
                              std::vector<Credential>& credentials) {
    const auto files = arguments.values(stapling.option.name);
    const std::string option(stapling.option.name);
    if (files.size() > arguments.values(option_cert.name).size())
        return misuse("each " + option + " goes with a --cert: there are more of the first");
    const std::size_t delegated = arguments.values(option_delegated.name).size(); // which come first
    for (std::size_t i = 0; i < files.size(); ++i) {
        auto file = read_file(files[i]);
        if (!file) return file.problem();
        const Bytes bytes = file->view();
        const Credential certified = credentials[delegated + i];
        for (Credential& credential : credentials) {
            if (!std::ranges::equal(credential.certificate(), certified.certificate())) continue;
            auto stapled = stapling.staple(credential, ByteVector(bytes.begin(), bytes.end()));
            if (!stapled)
                return misuse(option + " " + std::string(files[i]) + ": is not " +
                              std::string(stapling.wanted));
            credential = *std::move(stapled);
        }
    }
    return std::nullopt;
}

Outcome<std::optional<DhParameters>> dh_parameters_from(const Arguments& arguments) {
    const auto path = arguments.value(option_dh_parameters.name);
    if (!path) return std::optional<DhParameters>();
    auto parameters = dh_parameters_from_file(*path);
    if (!parameters) return parameters.problem();
    return std::optional(*std::move(parameters));
}

Outcome<TrustStore> client_trust_from(const Arguments& arguments) {
    const auto path = arguments.value(option_client_ca.name);
    return path ? trust_from_file(*path) : Outcome<TrustStore>(TrustStore());
}

// Whom clients are asked to be.
PeerVerification wanted_from(const Arguments& arguments) {
    if (arguments.has(option_require_client_cert.name)) return PeerVerification::required;
    const bool asked = arguments.has(option_client_ca.name) || arguments.has(option_trusted_key.name);
    return asked ? PeerVerification::optional : PeerVerification::none;
}

// An option that only TLS 1.3 heeds, and what comes of it without TLS 1.3.
struct OfTls13 {
    Option option;
    std::string_view consequence;
};
constexpr std::array of_tls13{
    OfTls13{option_server_post_handshake_auth, "nobody would be asked"},
    OfTls13{option_max_early_data, "no early data would be taken"},
    OfTls13{option_update_keys, "no keys would be changed"},
};

std::optional<Problem> left_out_version_in(const Arguments& arguments) {
    if (arguments.value(option_tls.name) != "1.2") return std::nullopt;
    for (const OfTls13& row : of_tls13)
        if (arguments.has(row.option.name))
            return misuse(std::string(row.option.name) +
                          " is of TLS 1.3, and --tls 1.2 leaves that out: " + std::string(row.consequence));
    return std::nullopt;
}

std::optional<Problem> contradiction_in(const Arguments& arguments) {
    const bool asked = arguments.has(option_client_ca.name) || arguments.has(option_trusted_key.name);
    for (const Option& option : {option_require_client_cert, option_server_post_handshake_auth})
        if (arguments.has(option.name) && !asked)
            return misuse(std::string(option.name) +
                          " goes with --client-ca or --trusted-key: nobody is trusted");
    if (auto problem = left_out_version_in(arguments)) return problem;
    // A raw public key says nothing of its use.
    for (const Option& option : {option_client_key_usage, option_client_purpose})
        if (arguments.has(option.name) && !arguments.has(option_client_ca.name))
            return misuse(std::string(option.name) + " goes with --client-ca: no certificate is asked for");
    return std::nullopt;
}

// Whether a key of ours can sign with one of the schemes that we allow, in either version.
bool can_sign(const ServerConfig& config) {
    return std::ranges::any_of(config.credentials, [&](const Credential& credential) {
        const crypto::KeyType key = credential.data()->key->type();
        return std::ranges::any_of(handshake::schemes_of(*credential.data(), config.signature_schemes),
                                   [key](SignatureScheme scheme) {
                                       return crypto::fits_tls13(scheme, key) ||
                                              crypto::fits_tls12(scheme, key);
                                   });
    });
}

void set_client_authentication(const Arguments& arguments, ServerConfig& config) {
    if (!arguments.has(option_server_post_handshake_auth.name))
        config.client_verification = wanted_from(arguments);
    if (config.trusted_client_keys.empty()) return;
    config.client_certificate_types = {CertificateType::raw_public_key};
    if (arguments.has(option_client_ca.name))
        config.client_certificate_types.push_back(CertificateType::x509);
}

} // namespace

Outcome<std::shared_ptr<ServerConfig>> server_config_from(const Arguments& arguments) {
    if (auto problem = contradiction_in(arguments)) return *std::move(problem);
    auto config = std::make_shared<ServerConfig>();
    Settings settings;
    std::uint64_t tickets = 0;
    std::uint64_t early_data = 0;
    settings.set(config->credentials, all_credentials_from(arguments, Role::server));
    settings.set(config->external_psks, psks_from(arguments));
    if (!settings.problem() && config->credentials.empty() && config->external_psks.empty())
        return misuse("a server needs a certificate: --cert FILE --key FILE\n"
                      "'pavise demo' needs none; 'pavise cert make-ca' and 'pavise cert make-leaf' make one "
                      "to try with");
    settings.set(config->ech_keys, ech_keys_from(arguments));
    settings.set(config->alpn_protocols, alpn_from(arguments));
    settings.set(config->groups, groups_from(arguments));
    settings.set(config->cipher_suites, cipher_suites_from(arguments));
    settings.set(config->signature_schemes, signature_schemes_from(arguments));
    settings.set(config->versions, versions_from(arguments));
    settings.set(config->psk_modes, psk_modes_from(arguments));
    settings.set(config->record_size_limit, record_size_limit_from(arguments));
    settings.set(config->dh_parameters, dh_parameters_from(arguments));
    settings.set(config->client_trust, client_trust_from(arguments));
    settings.set(config->trusted_client_keys, public_keys_from(arguments, option_trusted_key));
    settings.set(config->client_certificate_filters, client_filters_from(arguments));
    settings.set(tickets, arguments.number(option_tickets.name, 0, most_tickets, default_tickets));
    settings.set(early_data, arguments.number(option_max_early_data.name, 0, UINT32_MAX, 0));
    if (settings.problem()) return *settings.problem();

    if (config->external_psks.empty() && !can_sign(*config))
        return misuse(
            "--sigalgs: none of our keys can sign with these schemes: every client would be refused");

    config->tickets = tickets;
    config->max_early_data = static_cast<std::uint32_t>(early_data);
    config->psk_identity_hint = std::string(arguments.value(option_psk_hint.name).value_or(""));
    config->certificate_compression = compression_from(arguments);
    config->delegated_credential_schemes = delegated_schemes_from(arguments, config->signature_schemes);
    set_client_authentication(arguments, *config);
    if (auto problem = set_sessions(arguments, *config)) return *std::move(problem);
    for (const Stapling& stapling : {ocsp_stapling, timestamp_stapling})
        if (auto problem = staple(arguments, stapling, config->credentials)) return *std::move(problem);
    settings.set(config->key_log, key_log_from(arguments));
    if (settings.problem()) return *settings.problem();
    // What is wrong with a config is found by trying it, now and not at the first client.
    const auto trial = Connection::server(config);
    if (!trial) return misuse("the server's configuration: " + describe(trial.error()));
    return config;
}

Outcome<Conduct> conduct_from(const Arguments& arguments) {
    Conduct conduct;
    Settings settings;
    settings.set(conduct.key_update, key_update_from(arguments));
    if (settings.problem()) return *settings.problem();
    if (arguments.has(option_server_post_handshake_auth.name))
        conduct.certificate_later = wanted_from(arguments);
    return conduct;
}

} // namespace pavise::cli
