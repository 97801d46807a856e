#include "handshake/client/answers.hpp"

#include "handshake/certificate_types.hpp"
#include "handshake/client/states.hpp"
#include "messages/extension/alpn.hpp"
#include "messages/extension/sizes.hpp"

#include <algorithm>

namespace pavise::handshake::client {

Status accept_alpn(const messages::Extensions& extensions, Context& context) {
    PAVISE_LET(const auto selected, extensions.get<messages::AlpnSelected>());
    if (!selected) return {};
    const std::string_view name = as_text(selected->name);
    // RFC 7301 §3.2: the server selects from what the client advertised.
    const auto& offered = context.config->alpn_protocols;
    if (std::find(offered.begin(), offered.end(), name) == offered.end())
        return fail(ErrorCode::alpn_not_offered);
    context.exchange.negotiated().alpn_protocol = name;
    return {};
}

Status accept_record_sizes(const messages::Extensions& extensions, Context& context) {
    const ClientConfig& config = *context.config;
    PAVISE_LET(const auto limit, extensions.get<messages::RecordSizeLimit>());
    PAVISE_LET(const auto fragment, extensions.get<messages::MaxFragmentLength>());
    // "A client MUST treat receipt of both 'max_fragment_length' and 'record_size_limit' as a fatal error,
    // and it SHOULD generate an 'illegal_parameter' alert." (RFC 8449 §5)
    if (limit && fragment) return fail(ErrorCode::both_size_limits);
    RecordSizes sizes;
    if (limit) {
        sizes.ours = config.record_size_limit;
        sizes.theirs = limit->limit;
    }
    if (fragment) {
        // "if a client receives a maximum fragment length negotiation response that differs from the length
        // it requested, it MUST also abort the handshake with an 'illegal_parameter' alert" (RFC 6066 §4)
        if (fragment->code !=
            static_cast<std::uint8_t>(config.max_fragment_length.value_or(MaxFragmentLength{})))
            return fail(ErrorCode::max_fragment_length_changed, fragment->code);
        sizes.fragment = fragment->length();
    }
    return context.exchange.transport().limit_records(sizes);
}

Status accept_certificate_types(const messages::Extensions& answer, Context& context) {
    Negotiated& negotiated = context.exchange.negotiated();
    const auto& accepted = context.config->server_certificate_types;
    PAVISE_LET(negotiated.peer_certificate_type,
               type_selected<messages::SelectedServerCertificateType>(answer, accepted));
    PAVISE_TRY(common_type(accepted, std::span(&negotiated.peer_certificate_type, 1)));
    PAVISE_LET(negotiated.local_certificate_type,
               type_selected<messages::SelectedClientCertificateType>(answer, offered_by(*context.config)));
    return {};
}

} // namespace pavise::handshake::client
