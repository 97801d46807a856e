#include "messages/extension/key_share.hpp"

#include "messages/value_set.hpp"

namespace pavise::messages {

Result<KeyShareEntry> KeyShareEntry::parse(wire::Reader& reader) {
    PAVISE_LET(const std::uint16_t group, reader.u16());
    PAVISE_LET(const Bytes key_exchange, reader.vector16({.least = 1}));
    return KeyShareEntry{static_cast<NamedGroup>(group), key_exchange};
}

void KeyShareEntry::write(wire::Writer& writer) const {
    writer.u16(static_cast<std::uint16_t>(group));
    writer.vector16(key_exchange);
}

Result<KeyShareClientHello> KeyShareClientHello::parse(Bytes body) {
    wire::Reader reader(body);
    PAVISE_LET(const Bytes shares, reader.vector16());
    PAVISE_TRY(reader.finish());
    PAVISE_LET(const auto client_shares, List<KeyShareEntry>::from_wire(shares));
    // RFC 8446 §4.2.8: "Clients MUST NOT offer multiple KeyShareEntry values for the same group. […] Servers
    // MAY check for violations of these rules and abort the handshake with an "illegal_parameter" alert if
    // one is violated."
    ValueSet seen;
    for (const KeyShareEntry& share : client_shares) {
        const auto group = static_cast<std::uint16_t>(share.group);
        if (!seen.insert(group)) return fail(ErrorCode::duplicate_key_share, group);
    }
    return KeyShareClientHello{client_shares};
}

void KeyShareClientHello::write(wire::Writer& writer) const {
    const auto scope = writer.vector16();
    client_shares.write(writer);
}

std::optional<Bytes> KeyShareClientHello::find(NamedGroup group) const {
    for (const KeyShareEntry& share : client_shares)
        if (share.group == group) return share.key_exchange;
    return std::nullopt;
}

Result<KeyShareServerHello> KeyShareServerHello::parse(Bytes body) {
    wire::Reader reader(body);
    PAVISE_LET(const KeyShareEntry server_share, KeyShareEntry::parse(reader));
    PAVISE_TRY(reader.finish());
    return KeyShareServerHello{server_share};
}

void KeyShareServerHello::write(wire::Writer& writer) const {
    server_share.write(writer);
}

} // namespace pavise::messages
