#include "handshake/server/negotiation.hpp"

#include "handshake/certificate_types.hpp"
#include "handshake/enabled_versions.hpp"
#include "messages/extension/alpn.hpp"
#include "messages/extension/cookie.hpp"
#include "messages/extension/key_share.hpp"
#include "messages/extension/negotiation.hpp"
#include "messages/extension/server_name.hpp"
#include "messages/extension/signed_certificate_timestamp.hpp"
#include "messages/extension/sizes.hpp"
#include "messages/extension/status_request.hpp"
#include "messages/extension_table.hpp"

#include <algorithm>

namespace pavise::handshake::server {

namespace {

using messages::ClientHello;

bool is_post_quantum(NamedGroup group) {
    switch (group) {
    case NamedGroup::ml_kem_512:
    case NamedGroup::ml_kem_768:
    case NamedGroup::ml_kem_1024:
    case NamedGroup::secp256r1_ml_kem_768:
    case NamedGroup::x25519_ml_kem_768:
    case NamedGroup::secp384r1_ml_kem_1024: return true;
    default: return false;
    }
}

// Lower is better.
int cost(NamedGroup group, bool has_share) {
    return (is_post_quantum(group) ? 0 : 2) + (has_share ? 0 : 1);
}

// "Each KeyShareEntry value MUST correspond to a group offered in the 'supported_groups' extension and MUST
// appear in the same order" (§4.2.8). The order may skip groups.
Status check_shares(const messages::KeyShareClientHello& shares, const messages::SupportedGroups& groups) {
    std::size_t position = 0;
    for (const messages::KeyShareEntry& share : shares.client_shares) {
        while (position < groups.values.size() && groups.values[position] != share.group) ++position;
        if (position == groups.values.size())
            return fail(ErrorCode::share_without_group, static_cast<std::uint16_t>(share.group));
        ++position;
    }
    return {};
}

// What may differ between the two hellos of a connection (§4.1.2).
bool may_change(ExtensionType type) {
    return type == ExtensionType::key_share || type == ExtensionType::early_data ||
           type == ExtensionType::cookie || type == ExtensionType::pre_shared_key ||
           type == ExtensionType::padding;
}

Status compare_extensions(const messages::Extensions& first, const messages::Extensions& second) {
    auto a = first.begin();
    auto b = second.begin();
    for (;; ++a, ++b) {
        while (a != first.end() && may_change(a->type)) ++a;
        while (b != second.end() && may_change(b->type)) ++b;
        if (a == first.end() && b == second.end()) return {};
        if (a == first.end() || b == second.end() || a->type != b->type ||
            !std::ranges::equal(a->body, b->body))
            return fail(ErrorCode::hello_changed);
    }
}

} // namespace

namespace {

// What the client says of record sizes.
struct AskedSizes {
    std::optional<messages::RecordSizeLimit> limit;
    std::optional<messages::MaxFragmentLength> fragment;
};

Result<AskedSizes> asked_sizes(const ClientHello& hello) {
    AskedSizes asked;
    PAVISE_LET(asked.limit, hello.extensions.get<messages::RecordSizeLimit>());
    // "A server that supports the 'record_size_limit' extension MUST ignore a 'max_fragment_length' that
    // appears in a ClientHello if both extensions appear." (RFC 8449 §5)
    if (asked.limit) return asked;
    PAVISE_LET(asked.fragment, hello.extensions.get<messages::MaxFragmentLength>());
    return asked;
}

// The highest version that both sides speak; nothing where there is none.
Result<std::optional<ProtocolVersion>> common_version(const ClientHello& hello, const ServerConfig& config) {
    constexpr auto tls13 = ProtocolVersion::tls_1_3;
    constexpr auto tls12 = ProtocolVersion::tls_1_2;
    PAVISE_LET(const auto versions, hello.extensions.get<messages::SupportedVersions>());
    if (versions) {
        for (const ProtocolVersion version : {tls13, tls12})
            if (versions->values.contains(version) && enables(config, version)) return std::optional(version);
        return std::optional<ProtocolVersion>();
    }
    // "If this extension is not present, servers which are compliant with this specification and which also
    // support TLS 1.2 MUST negotiate TLS 1.2 or prior …, even if ClientHello.legacy_version is 0x0304 or
    // later." (§4.2.1)
    if (hello.legacy_version >= tls12 && enables(config, tls12)) return std::optional(tls12);
    return std::optional<ProtocolVersion>();
}

} // namespace

Result<ProtocolVersion> choose_version(const ClientHello& hello, const ServerConfig& config) {
    // "An endpoint receiving a Hello message with ClientHello.legacy_version … set to 0x0300 MUST abort the
    // handshake with a 'protocol_version' alert" (§D.5)
    if (hello.legacy_version <= ProtocolVersion::ssl_3_0)
        return fail(ErrorCode::unsupported_version, static_cast<std::uint16_t>(hello.legacy_version));
    PAVISE_LET(const auto version, common_version(hello, config));
    // "If TLS_FALLBACK_SCSV appears in ClientHello.cipher_suites and the highest protocol version supported
    // by the server is higher than the version indicated in ClientHello.client_version, the server MUST
    // respond with a fatal inappropriate_fallback alert" (RFC 7507 §3)
    const bool highest = version == ProtocolVersion::tls_1_3 || !enables(config, ProtocolVersion::tls_1_3);
    if (hello.cipher_suites.contains(CipherSuite::TLS_FALLBACK_SCSV) && !(version && highest))
        return fail(ErrorCode::inappropriate_fallback);
    if (!version)
        return fail(ErrorCode::unsupported_version, static_cast<std::uint16_t>(hello.legacy_version));
    return *version;
}

Status check_hello13(const ClientHello& hello) {
    // "For every TLS 1.3 ClientHello, this vector MUST contain exactly one byte, set to zero" (§4.1.2)
    if (hello.legacy_compression_methods.size() != 1 || hello.legacy_compression_methods[0] != 0)
        return fail(ErrorCode::compression_offered);
    PAVISE_TRY(messages::check_allowed(hello.extensions, messages::MessageKind::client_hello));
    PAVISE_LET(const auto groups, hello.extensions.get<messages::SupportedGroups>());
    PAVISE_LET(const auto shares, hello.extensions.get<messages::KeyShareClientHello>());
    PAVISE_LET(const auto algorithms, hello.extensions.get<messages::SignatureAlgorithms>());
    // §9.2: "If not containing a 'pre_shared_key' extension, it MUST contain both a 'signature_algorithms'
    // extension and a 'supported_groups' extension. If containing a 'supported_groups' extension, it MUST
    // also contain a 'key_share' extension, and vice versa." Otherwise: missing_extension.
    if (!hello.extensions.contains(ExtensionType::pre_shared_key)) {
        if (!algorithms) return fail(ErrorCode::missing_signature_algorithms);
        if (!groups) return fail(ErrorCode::missing_supported_groups);
    }
    if (groups && !shares) return fail(ErrorCode::missing_key_share);
    if (shares && !groups) return fail(ErrorCode::missing_supported_groups);
    // What EncryptedExtensions answers: a hello that is malformed is refused before ServerHello is sent.
    PAVISE_TRY(asked_sizes(hello));
    if (!groups) return {};
    return check_shares(*shares, *groups);
}

Result<crypto::Suite13> choose_suite13(const ClientHello& hello, const ServerConfig& config) {
    for (const CipherSuite id : config.cipher_suites)
        if (const auto suite = crypto::suite13(id); suite && hello.cipher_suites.contains(id)) return *suite;
    return fail(ErrorCode::no_common_suite);
}

Result<ChosenGroup> choose_group(const ClientHello& hello, const ServerConfig& config) {
    PAVISE_LET(const auto groups, hello.extensions.get<messages::SupportedGroups>());
    PAVISE_LET(const auto shares, hello.extensions.get<messages::KeyShareClientHello>());
    if (!groups || !shares)
        return ChosenGroup{NamedGroup{}, std::nullopt}; // psk_ke alone, see check_hello13()
    std::optional<ChosenGroup> best;
    for (const NamedGroup group : config.groups) {
        if (!groups->values.contains(group)) continue;
        const std::optional<Bytes> share = shares->find(group);
        if (!best || cost(group, share.has_value()) < cost(best->group, best->client_share.has_value()))
            best = ChosenGroup{group, share};
    }
    if (!best) return fail(ErrorCode::no_common_group);
    return *best;
}

Result<ChosenCredential> choose_server_credential(const ClientHello& hello, const ServerConfig& config) {
    PAVISE_LET(const CredentialWishes wishes, CredentialWishes::in(hello.extensions));
    PAVISE_LET(const auto types, types_offered<messages::ServerCertificateTypes>(hello.extensions));
    PAVISE_LET(const auto ours,
               candidates(config.credentials, types, wishes, ChainSignatures::preferred, *config.clock));
    auto chosen = choose_credential13(ours, config.signature_schemes, wishes);
    if (!chosen) return fail(ErrorCode::no_common_signature_scheme);
    return *std::move(chosen);
}

Status negotiate_names(const ClientHello& hello, const ServerConfig& config, Negotiated& negotiated) {
    PAVISE_LET(const auto server_name, hello.extensions.get<messages::ServerName>());
    negotiated.server_name = server_name ? std::string(as_text(server_name->host_name)) : std::string();
    negotiated.alpn_protocol.clear();
    PAVISE_LET(const auto protocols, hello.extensions.get<messages::AlpnProtocols>());
    if (!protocols || config.alpn_protocols.empty()) return {};
    for (const std::string& ours : config.alpn_protocols)
        for (const messages::ProtocolName& theirs : protocols->names)
            if (as_text(theirs.bytes) == ours) {
                negotiated.alpn_protocol = ours;
                return {};
            }
    return fail(ErrorCode::no_common_protocol);
}

Status answer_record_sizes(const ClientHello& hello, const ServerConfig& config, Exchange& exchange,
                           wire::Writer& extensions) {
    PAVISE_LET(const AskedSizes asked, asked_sizes(hello));
    if (asked.limit) {
        // "In TLS 1.2 …, the limit … does not include" the content type, which TLS 1.3 protects too (RFC 8449
        // §4).
        constexpr std::uint16_t most12 = 1 << 14;
        constexpr std::uint16_t most13 = most12 + 1;
        const std::uint16_t most =
            exchange.negotiated().version == ProtocolVersion::tls_1_3 ? most13 : most12;
        const std::uint16_t ours = std::min(config.record_size_limit.value_or(most), most);
        messages::write_extension(extensions, messages::RecordSizeLimit{ours});
        return exchange.transport().limit_records({ours, asked.limit->limit, {}});
    }
    if (!asked.fragment) return {};
    messages::write_extension(extensions, *asked.fragment);
    return exchange.transport().limit_records({{}, {}, asked.fragment->length()});
}

Status check_second_hello(const ClientHello& first, const ClientHello& second, NamedGroup group,
                          Bytes cookie) {
    if (first.legacy_version != second.legacy_version || first.random != second.random ||
        !std::ranges::equal(first.legacy_session_id, second.legacy_session_id) ||
        !std::ranges::equal(first.cipher_suites, second.cipher_suites) ||
        !std::ranges::equal(first.legacy_compression_methods, second.legacy_compression_methods))
        return fail(ErrorCode::hello_changed);
    PAVISE_TRY(compare_extensions(first.extensions, second.extensions));
    // "replacing the list of shares with a list containing a single KeyShareEntry from the indicated group"
    // (§4.1.2)
    PAVISE_LET(const auto shares, second.extensions.get<messages::KeyShareClientHello>());
    if (!shares) return fail(ErrorCode::missing_key_share);
    if (shares->client_shares.size() != 1 || !shares->find(group)) return fail(ErrorCode::retry_not_answered);
    // "Removing the 'early_data' extension if one was present" (§4.1.2)
    if (second.extensions.contains(ExtensionType::early_data)) return fail(ErrorCode::early_data_after_retry);
    // "Including a 'cookie' extension if one was provided in the HelloRetryRequest" (§4.1.2), a copy (§4.2.2)
    PAVISE_LET(const auto echo, second.extensions.get<messages::Cookie>());
    if (!std::ranges::equal(echo ? echo->cookie : Bytes(), cookie)) return fail(ErrorCode::cookie_not_echoed);
    return {};
}

Status negotiate_certificate_types(const ClientHello& hello, const CredentialData& ours,
                                   const ServerConfig& config, Negotiated& negotiated) {
    negotiated.local_certificate_type = ours.type;
    PAVISE_LET(const auto theirs, types_offered<messages::ClientCertificateTypes>(hello.extensions));
    if (config.client_verification == PeerVerification::none) return {};
    PAVISE_LET(negotiated.peer_certificate_type, common_type(config.client_certificate_types, theirs));
    return {};
}

void write_certificate_types(wire::Writer& extensions, const ClientHello& hello, const ServerConfig& config,
                             const Negotiated& negotiated) {
    using Ours = messages::SelectedServerCertificateType;
    using Theirs = messages::SelectedClientCertificateType;
    if (hello.extensions.contains(Ours::type))
        messages::write_extension(extensions, Ours{negotiated.local_certificate_type});
    if (config.client_verification != PeerVerification::none && hello.extensions.contains(Theirs::type))
        messages::write_extension(extensions, Theirs{negotiated.peer_certificate_type});
}

Status repeat_certificate_type(wire::Writer& extensions, const ClientHello& hello,
                               const Negotiated& negotiated) {
    PAVISE_LET(const auto offered, hello.extensions.get<messages::ServerCertificateTypes>());
    if (offered && offered->values.contains(negotiated.local_certificate_type))
        messages::write_extension(extensions,
                                  messages::SelectedServerCertificateType{negotiated.local_certificate_type});
    return {};
}

} // namespace pavise::handshake::server
