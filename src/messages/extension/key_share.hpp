// key_share (RFC 8446 §4.2.8).
#pragma once

#include "messages/extension_forms.hpp"

namespace pavise::messages {

struct KeyShareEntry {
    NamedGroup group{};
    Bytes key_exchange;

    static Result<KeyShareEntry> parse(wire::Reader& reader);
    void write(wire::Writer& writer) const;
};

// ClientHello: in the client's order of preference; none at all asks for a HelloRetryRequest.
struct KeyShareClientHello {
    static constexpr ExtensionType type = ExtensionType::key_share;

    List<KeyShareEntry> client_shares;

    // Two shares for one group are an illegal_parameter.
    static Result<KeyShareClientHello> parse(Bytes body);
    void write(wire::Writer& writer) const;

    std::optional<Bytes> find(NamedGroup group) const;
};

struct KeyShareServerHello {
    static constexpr ExtensionType type = ExtensionType::key_share;

    KeyShareEntry server_share;

    static Result<KeyShareServerHello> parse(Bytes body);
    void write(wire::Writer& writer) const;
};

// `value` is the selected_group.
using KeyShareHelloRetryRequest = ValueExtension<ExtensionType::key_share, NamedGroup>;

} // namespace pavise::messages
