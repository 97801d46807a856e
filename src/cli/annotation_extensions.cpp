// Extensions in words.
#include "base/try.hpp"
#include "cli/annotation.hpp"
#include "cli/annotation_parts.hpp"
#include "messages/extension/all.hpp"

namespace pavise::cli {

namespace {

using messages::Extension;
using messages::MessageKind;

// The words for an extension in form X; nothing where the body is not of that form.
template <class X, class Words> std::optional<std::string> as(Bytes body, Words words) {
    const auto parsed = X::parse(body);
    return parsed ? std::optional<std::string>(words(*parsed)) : std::nullopt;
}
template <class X> std::optional<std::string> values(Bytes body) {
    return as<X>(body, [](const X& list) { return names_in(list.values); });
}
template <class X> std::optional<std::string> value(Bytes body) {
    return as<X>(body, [](const X& chosen) { return word_for(chosen.value); });
}

std::string share(const messages::KeyShareEntry& entry) {
    return word_for(entry.group) + " (" + bytes_in(entry.key_exchange) + ")";
}

std::optional<std::string> key_share(Bytes body, MessageKind in) {
    if (in == MessageKind::hello_retry_request) return value<messages::KeyShareHelloRetryRequest>(body);
    if (in == MessageKind::server_hello)
        return as<messages::KeyShareServerHello>(body, [](const auto& x) { return share(x.server_share); });
    return as<messages::KeyShareClientHello>(body,
                                             [](const auto& x) { return joined(x.client_shares, share); });
}

std::optional<std::string> pre_shared_key(Bytes body, MessageKind in) {
    if (in == MessageKind::server_hello)
        return as<messages::SelectedPsk>(
            body, [](const auto& x) { return "the offer of index " + std::to_string(x.value); });
    return as<messages::OfferedPsks>(body, [](const messages::OfferedPsks& offered) {
        return joined(offered.identities, [](const messages::PskIdentity& offer) {
            return "identity of " + bytes_in(offer.identity) + " with obfuscated age " +
                   std::to_string(offer.obfuscated_ticket_age);
        });
    });
}

std::optional<std::string> server_name(Bytes body) {
    if (body.empty()) return "taken note of";
    return as<messages::ServerName>(body, [](const auto& x) { return printable(as_text(x.host_name)); });
}

std::optional<std::string> alpn(Bytes body) {
    return as<messages::AlpnProtocols>(body, [](const messages::AlpnProtocols& offered) {
        return joined(offered.names, [](const auto& name) { return printable(as_text(name.bytes)); });
    });
}

std::optional<std::string> status_request(Bytes body, MessageKind in) {
    if (in == MessageKind::certificate)
        return as<messages::OcspStaple>(
            body, [](const auto& x) { return "OCSP response of " + bytes_in(x.ocsp_response); });
    return body.empty() ? "to come" : "OCSP";
}

std::optional<std::string> early_data(Bytes body, MessageKind in) {
    if (in != MessageKind::new_session_ticket)
        return in == MessageKind::client_hello ? "follows" : "accepted";
    return as<messages::MaxEarlyDataSize>(
        body, [](const auto& x) { return "up to " + std::to_string(x.value) + " bytes"; });
}

template <class Offered, class Chosen> std::optional<std::string> offer(Bytes body, MessageKind in) {
    return in == MessageKind::client_hello ? values<Offered>(body) : value<Chosen>(body);
}

std::optional<std::string> words_for(const Extension& extension, MessageKind in) {
    const Bytes body = extension.body;
    switch (extension.type) {
        using enum ExtensionType;
    case server_name: return cli::server_name(body);
    case status_request: return cli::status_request(body, in);
    case supported_groups: return values<messages::SupportedGroups>(body);
    case signature_algorithms: return values<messages::SignatureAlgorithms>(body);
    case signature_algorithms_cert: return values<messages::SignatureAlgorithmsCert>(body);
    case application_layer_protocol_negotiation: return alpn(body);
    case client_certificate_type:
        return offer<messages::ClientCertificateTypes, messages::SelectedClientCertificateType>(body, in);
    case server_certificate_type:
        return offer<messages::ServerCertificateTypes, messages::SelectedServerCertificateType>(body, in);
    case compress_certificate: return values<messages::CompressCertificate>(body);
    case record_size_limit:
        return as<messages::RecordSizeLimit>(body, [](const auto& x) { return std::to_string(x.limit); });
    case max_fragment_length:
        return as<messages::MaxFragmentLength>(body,
                                               [](const auto& x) { return std::to_string(x.length()); });
    case pre_shared_key: return cli::pre_shared_key(body, in);
    case early_data: return cli::early_data(body, in);
    case supported_versions:
        return in == MessageKind::client_hello ? values<messages::SupportedVersions>(body)
                                               : value<messages::SelectedVersion>(body);
    case psk_key_exchange_modes: return values<messages::PskKeyExchangeModes>(body);
    case key_share: return cli::key_share(body, in);
    case session_ticket: return body.empty() ? "supported" : bytes_in(body);
    case cookie:
    case padding: return bytes_in(body);
    default: return std::nullopt;
    }
}

} // namespace

std::string annotation_of(const Extension& extension, MessageKind in) {
    if (auto words = words_for(extension, in)) return *std::move(words);
    if (extension.body.empty()) return "";
    constexpr std::size_t most = 32;
    const bool cut = extension.body.size() > most;
    return hexadecimal(extension.body.first(cut ? most : extension.body.size())) +
           (cut ? "… (" + bytes_in(extension.body) + ")" : "");
}

} // namespace pavise::cli
