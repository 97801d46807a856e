#include "handshake/server/negotiation12.hpp"

#include "handshake/certificate_types.hpp"
#include "handshake/enabled_versions.hpp"
#include "handshake/groups12.hpp"
#include "messages/extension/negotiation.hpp"
#include "messages/extension/opaque.hpp"
#include "messages/extension_table.hpp"

#include <algorithm>

namespace pavise::handshake::server {

namespace {

using messages::ClientHello;

// What the client says of curves and signatures.
struct Abilities {
    std::optional<messages::EnumList<NamedGroup>> groups; // nothing: any (RFC 8422 §4)
    messages::EnumList<SignatureScheme> schemes;
};

Result<Abilities> abilities_of(const ClientHello& hello) {
    PAVISE_LET(const auto groups, hello.extensions.get<messages::SupportedGroups>());
    PAVISE_LET(const auto schemes, hello.extensions.get<messages::SignatureAlgorithms>());
    Abilities abilities;
    if (groups) abilities.groups = groups->values;
    // Without the extension, SHA-1 alone is allowed (RFC 5246 §7.4.1.4.1), which RFC 9155 forbids: nothing.
    if (schemes) abilities.schemes = schemes->values;
    return abilities;
}

// A client that names no groups leaves the choice to us ("the server is free to choose any one of the
// elliptic curves", RFC 8422 §4). It is likely to be older than X25519 and X448, which came with RFC 8422: it
// gets secp256r1 where that is enabled.
std::optional<NamedGroup> common_curve(const Abilities& client, const ServerConfig& config) {
    if (!client.groups && std::ranges::find(config.groups, NamedGroup::secp256r1) != config.groups.end())
        return NamedGroup::secp256r1;
    for (const NamedGroup group : config.groups)
        if (is_curve12(group) && (!client.groups || client.groups->contains(group))) return group;
    return std::nullopt;
}

// "If a compatible TLS server receives a Supported Groups extension from a client that includes any FFDHE
// group (i.e., any codepoint between 256 and 511, inclusive, even if unknown to the server), and if none of
// the client-proposed FFDHE groups are known and acceptable to the server, then the server MUST NOT select an
// FFDHE cipher suite." (RFC 7919 §4)
std::optional<NamedGroup> named_field(const Abilities& client) {
    for (const NamedGroup group : {NamedGroup::ffdhe2048, NamedGroup::ffdhe3072, NamedGroup::ffdhe4096,
                                   NamedGroup::ffdhe6144, NamedGroup::ffdhe8192})
        if (client.groups->contains(group)) return group;
    return std::nullopt;
}

// The first finite-field group that the client names, known or not; 0 where it names none.
std::uint16_t first_field(const Abilities& client) {
    if (!client.groups) return 0;
    const auto field = std::ranges::find_if(client.groups->begin(), client.groups->end(), is_finite_field);
    return field == client.groups->end() ? 0 : static_cast<std::uint16_t>(*field);
}

// Sets group and field; false where there is none in common.
bool choose_field(const Abilities& client, const ServerConfig& config, Negotiation12& negotiation) {
    const bool client_names_fields =
        client.groups && std::ranges::any_of(client.groups->begin(), client.groups->end(), is_finite_field);
    if (config.dh_parameters && !client_names_fields) {
        negotiation.field = {config.dh_parameters->prime, config.dh_parameters->generator};
        return true;
    }
    const auto group = client_names_fields ? named_field(client) : std::optional(NamedGroup::ffdhe2048);
    const auto field = group ? crypto::named_finite_field(*group) : std::nullopt;
    if (!field) return false;
    negotiation.group = *group;
    negotiation.field = *field;
    return true;
}

bool choose_group(const Abilities& client, const ServerConfig& config, Negotiation12& negotiation) {
    const crypto::KeyExchange12 exchange = negotiation.suite.key_exchange;
    if (crypto::uses_finite_field(exchange)) return choose_field(client, config, negotiation);
    if (!crypto::uses_curves(exchange)) return true;
    const auto curve = common_curve(client, config);
    negotiation.group = curve.value_or(NamedGroup{});
    return curve.has_value();
}

std::optional<ChosenCredential> fitting_credential(const Abilities& client, const crypto::Suite12& suite,
                                                   std::span<const Credential> candidates,
                                                   const ServerConfig& config) {
    KeyFilter12 filter;
    filter.allow(suite.authentication);
    filter.curves = client.groups;
    return choose_credential12(candidates, config.signature_schemes, client.schemes, filter);
}

Result<std::vector<Credential>> certificates_for(const ClientHello& hello, const ServerConfig& config) {
    PAVISE_LET(const auto types, types_offered<messages::ServerCertificateTypes>(hello.extensions));
    CredentialWishes wishes;
    // RFC 5246 §7.4.2: where the client sends signature_algorithms, it speaks of the chain's signatures too.
    PAVISE_LET(const auto algorithms, hello.extensions.get<messages::SignatureAlgorithms>());
    if (algorithms) wishes.schemes = algorithms->values;
    PAVISE_LET(wishes.authorities, hello.extensions.get<messages::CertificateAuthorities>());
    return candidates(config.credentials, types, wishes, ChainSignatures::preferred, *config.clock);
}

} // namespace

Status check_hello12(const ClientHello& hello) {
    // "This vector MUST contain, and all implementations MUST support, CompressionMethod.null" (RFC 5246
    // §7.4.1.2)
    const Bytes methods = hello.legacy_compression_methods;
    if (std::find(methods.begin(), methods.end(), 0) == methods.end())
        return fail(ErrorCode::no_null_compression);
    PAVISE_TRY(messages::check_allowed(hello.extensions, messages::MessageKind::client_hello));
    PAVISE_LET(const auto formats, hello.extensions.get<messages::EcPointFormats>());
    // RFC 8422 §5.1.2: a list that lacks uncompressed is a reason to abort with illegal_parameter.
    if (formats && !formats->values.contains(EcPointFormat::uncompressed))
        return fail(ErrorCode::no_uncompressed_points);
    PAVISE_LET(const auto renegotiation, hello.extensions.get<messages::RenegotiationInfo>());
    // "The server MUST then verify that the length of the 'renegotiated_connection' field is zero, and if it
    // is not, MUST abort the handshake" (RFC 5746 §3.6)
    if (renegotiation && !renegotiation->renegotiated_connection.empty())
        return fail(ErrorCode::bad_renegotiation_info);
    return {};
}

Result<Negotiation12> negotiate12(const ClientHello& hello, const ServerConfig& config) {
    PAVISE_LET(const Abilities client, abilities_of(hello));
    PAVISE_LET(const std::vector<Credential> certificates, certificates_for(hello, config));
    const bool encrypt_then_mac = hello.extensions.contains(ExtensionType::encrypt_then_mac);
    std::uint16_t unknown_field = 0;
    for (const CipherSuite id : config.cipher_suites) {
        const auto suite = crypto::suite12(id);
        if (!suite || !hello.cipher_suites.contains(id) || !usable12(config, *suite)) continue;
        // CBC exists here with encrypt-then-MAC alone (RFC 7366).
        if (std::holds_alternative<crypto::CbcMac>(suite->protection) && !encrypt_then_mac) continue;
        Negotiation12 negotiation{*suite, {}, {}, {}};
        if (!choose_group(client, config, negotiation)) {
            if (crypto::uses_finite_field(suite->key_exchange)) unknown_field = first_field(client);
            continue;
        }
        if (suite->authentication != crypto::Authentication12::psk) {
            negotiation.credential = fitting_credential(client, *suite, certificates, config);
            if (!negotiation.credential) continue;
        }
        return negotiation;
    }
    // "If the extension is present with FFDHE groups, none of the client's offered groups are acceptable by
    // the server, and none of the client's proposed non-FFDHE cipher suites are acceptable to the server, the
    // server MUST end the connection with a fatal TLS alert of type insufficient_security(71)." (RFC 7919 §4)
    return fail(ErrorCode::no_common_suite, unknown_field);
}

bool signals_secure_renegotiation(const ClientHello& hello) {
    return hello.extensions.contains(ExtensionType::renegotiation_info) ||
           hello.cipher_suites.contains(CipherSuite::TLS_EMPTY_RENEGOTIATION_INFO_SCSV);
}

} // namespace pavise::handshake::server
