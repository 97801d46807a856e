#include "messages/extension/server_name.hpp"

#include <algorithm>

namespace pavise::messages {

namespace {

constexpr std::uint8_t name_type_host_name = 0;

} // namespace

Result<ServerName> ServerName::parse(Bytes body) {
    wire::Reader reader(body);
    PAVISE_LET(const Bytes server_name_list, reader.vector16({.least = 1}));
    PAVISE_TRY(reader.finish());
    wire::Reader list(server_name_list);
    PAVISE_LET(const std::uint8_t name_type, list.u8());
    if (name_type != name_type_host_name) return fail(ErrorCode::bad_server_name);
    PAVISE_LET(const Bytes host_name, list.vector16({.least = 1}));
    // RFC 6066 §3: "The ServerNameList MUST NOT contain more than one name of the same name_type."
    if (!list.empty()) return fail(ErrorCode::bad_server_name);
    // A NUL would end the name early for those who keep names as C strings.
    if (host_name.size() > max_host_name_size || std::ranges::find(host_name, 0) != host_name.end())
        return fail(ErrorCode::bad_server_name);
    return ServerName{host_name};
}

void ServerName::write(wire::Writer& writer) const {
    const auto server_name_list = writer.vector16();
    writer.u8(name_type_host_name);
    writer.vector16(host_name);
}

} // namespace pavise::messages
