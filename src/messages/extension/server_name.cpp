#include "messages/extension/server_name.hpp"

#include <algorithm>
#include <bitset>
#include <optional>

namespace pavise::messages {

namespace {

constexpr std::uint8_t name_type_host_name = 0;

} // namespace

Result<ServerName> ServerName::parse(Bytes body) {
    wire::Reader reader(body);
    PAVISE_LET(const Bytes server_name_list, reader.vector16({.least = 1}));
    PAVISE_TRY(reader.finish());
    wire::Reader list(server_name_list);
    std::bitset<256> name_types;
    std::optional<Bytes> host_name;
    while (!list.empty()) {
        PAVISE_LET(const std::uint8_t name_type, list.u8());
        // "all future data structures associated with new NameTypes MUST begin with a 16-bit length field"
        // (RFC 6066 §3): so that a name of an unknown type can be skipped.
        PAVISE_LET(const Bytes name, list.vector16({.least = 1}));
        // "The ServerNameList MUST NOT contain more than one name of the same name_type." (§3)
        if (name_types.test(name_type)) return fail(ErrorCode::bad_server_name);
        name_types.set(name_type);
        if (name_type == name_type_host_name) host_name = name;
    }
    // A NUL would end the name early for those who keep names as C strings.
    if (!host_name || host_name->size() > max_host_name_size ||
        std::ranges::find(*host_name, 0) != host_name->end())
        return fail(ErrorCode::bad_server_name);
    return ServerName{*host_name};
}

void ServerName::write(wire::Writer& writer) const {
    const auto server_name_list = writer.vector16();
    writer.u8(name_type_host_name);
    writer.vector16(host_name);
}

} // namespace pavise::messages
