#include "messages/extension_table.hpp"

#include <algorithm>
#include <array>

namespace pavise::messages {

static_assert(std::ranges::is_sorted(extension_table, {}, &ExtensionRow::type) &&
                  std::ranges::adjacent_find(extension_table, {}, &ExtensionRow::type) ==
                      extension_table.end(),
              "extension_row() searches the table by code point");

namespace {

std::uint16_t detail(ExtensionType type) {
    return static_cast<std::uint16_t>(type);
}

// Whether the extensions of a message answer those of another one (RFC 8446 §4.2: "Implementations MUST NOT
// send extension responses if the remote endpoint did not send the corresponding extension requests").
bool is_response(MessageKind message) {
    switch (message) {
    case MessageKind::client_hello:
    case MessageKind::certificate_request:
    case MessageKind::new_session_ticket: return false;
    case MessageKind::server_hello:
    case MessageKind::hello_retry_request:
    case MessageKind::encrypted_extensions:
    case MessageKind::certificate:
    case MessageKind::server_hello12: return true;
    }
    return true;
}

// Whether all that an extension says in a message is that it is there: struct {} (RFC 8446 §4.2.6, §4.2.10;
// RFC 6066 §3, §8; RFC 5077 §3.2; RFC 7366 §2; RFC 7627 §5.1).
bool is_empty_there(ExtensionType type, MessageKind message) {
    using enum ExtensionType;
    constexpr std::array in_client_hello{early_data, post_handshake_auth, encrypt_then_mac,
                                         extended_master_secret};
    constexpr std::array in_encrypted_extensions{server_name, early_data};
    constexpr std::array in_server_hello12{server_name, status_request, session_ticket, encrypt_then_mac,
                                           extended_master_secret};
    const auto holds = [type](const auto& types) { return std::ranges::find(types, type) != types.end(); };
    switch (message) {
    case MessageKind::client_hello: return holds(in_client_hello);
    case MessageKind::encrypted_extensions: return holds(in_encrypted_extensions);
    case MessageKind::server_hello12: return holds(in_server_hello12);
    default: return false;
    }
}

} // namespace

ExtensionSet ExtensionSet::of(const Extensions& extensions) {
    ExtensionSet set;
    for (const Extension& extension : extensions) set.insert(extension.type);
    return set;
}

bool is_allowed(ExtensionType type, MessageKind message) {
    const std::size_t row = extension_row(type);
    return row == extension_table.size() ||
           (extension_table[row].allowed_in & extension_table_detail::bit(message)) != 0;
}

Status check_allowed(const Extensions& extensions, MessageKind message) {
    for (const Extension& extension : extensions) {
        if (!is_allowed(extension.type, message))
            return fail(ErrorCode::misplaced_extension, detail(extension.type));
        if (!extension.body.empty() && is_empty_there(extension.type, message))
            return fail(ErrorCode::trailing_bytes, detail(extension.type));
    }
    return {};
}

Status refuse_unsolicited(const Extensions& response, MessageKind message, ExtensionSet offered) {
    if (!is_response(message)) return {};
    // RFC 8446 §4.2: "with the exception of the "cookie" extension in the HelloRetryRequest".
    if (message == MessageKind::hello_retry_request) offered.insert(ExtensionType::cookie);
    for (const Extension& extension : response)
        if (!offered.contains(extension.type))
            return fail(ErrorCode::unsolicited_extension, detail(extension.type));
    return {};
}

} // namespace pavise::messages
