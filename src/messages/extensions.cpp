#include "messages/extensions.hpp"

#include "messages/value_set.hpp"

namespace pavise::messages {

Result<Extension> Extension::parse(wire::Reader& reader) {
    PAVISE_LET(const std::uint16_t type, reader.u16());
    PAVISE_LET(const Bytes body, reader.vector16());
    return Extension{static_cast<ExtensionType>(type), body};
}

void Extension::write(wire::Writer& writer) const {
    writer.u16(static_cast<std::uint16_t>(type));
    writer.vector16(body);
}

Extensions Extensions::absent() {
    Extensions extensions;
    extensions.present_ = false;
    return extensions;
}

Extensions Extensions::from_block(Bytes block) {
    Extensions extensions;
    extensions.block_ = block;
    return extensions;
}

Result<Extensions> Extensions::parse(wire::Reader& reader, wire::VectorBounds bounds) {
    PAVISE_LET(const Bytes block, reader.vector16(bounds));
    // Most entries of a Certificate have none: spare them the set.
    if (block.empty()) return Extensions();
    ValueSet seen;
    wire::Reader rest(block);
    while (!rest.empty()) {
        PAVISE_LET(const Extension extension, Extension::parse(rest));
        // RFC 8446 §4.2: "There MUST NOT be more than one extension of the same type in a given extension
        // block." The RFC names no alert; the syntax is right and the content is not, which §6.2 calls
        // illegal_parameter.
        const auto type = static_cast<std::uint16_t>(extension.type);
        if (!seen.insert(type)) return fail(ErrorCode::duplicate_extension, type);
    }
    return from_block(block);
}

Result<Extensions> Extensions::parse_optional(wire::Reader& reader) {
    if (reader.empty()) return absent();
    return parse(reader);
}

void Extensions::write(wire::Writer& writer) const {
    if (present_) writer.vector16(block_);
}

// A server asks some forty times in a handshake: this goes from length to length.
std::optional<Bytes> Extensions::find(ExtensionType type) const {
    constexpr std::size_t header_size = 4; // type and length
    const auto u16 = [](Bytes at) { return static_cast<std::uint16_t>(at[0] << 8 | at[1]); };
    for (Bytes rest = block_; rest.size() >= header_size;) {
        const auto found = static_cast<ExtensionType>(u16(rest));
        const std::size_t size = u16(rest.subspan(2));
        rest = rest.subspan(header_size);
        if (size > rest.size()) break;
        if (found == type) return rest.first(size);
        rest = rest.subspan(size);
    }
    return std::nullopt;
}

} // namespace pavise::messages
