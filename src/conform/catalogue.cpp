#include "conform/catalogue.hpp"

#include "conform/groups.hpp"

#include <algorithm>

namespace pavise::conform {

std::span<const Group> catalogue() {
    static const std::array groups{
        server_first_records13(),
        server_flight12(),
        server_flight13(),
        server_hellos12(),
        server_illegal_hellos12(),
        server_first_records12(),
        server_hellos13(),
        server_illegal_fields13(),
        server_illegal_extensions13(),
        server_incomplete_hellos13(),
        server_key_shares13(),
        server_retries(),
        server_psks(),
        server_external_psks(),
        server_tickets13(),
        server_early_data(),
        server_second_flight12(),
        server_second_flight13(),
        server_client_certificates13(),
        server_sessions12(),
        server_renegotiation(),
        server_closing13(),
        server_closing12(),
        server_alerts13(),
        server_half_close(),
        server_key_updates(),
        server_key_updates12(),
        server_messages13(),
        server_messages12(),
        server_role13(),
        server_role12(),
        server_records13(),
        server_records12(),
        server_inner_plaintext(),
        server_cbc(),
        server_encrypt_then_mac(),
        server_floods(),
        server_floods12(),
        server_key_update_floods(),
        server_handshake_floods(),
        server_handshake_floods12(),
        client_flight12(),
        client_authentications13(),
        client_hellos13(),
        client_requests13(),
        client_tickets13(),
        client_retries(),
        client_encrypted_extensions(),
        client_any_server_hellos13(),
        client_any_server_hellos12(),
        client_server_hellos12(),
        client_hellos12(),
        client_server_hellos13(),
        client_closing13(),
        client_closing12(),
        client_alerts13(),
        client_key_updates(),
        client_key_updates12(),
        client_messages13(),
        client_messages12(),
        client_role13(),
        client_role12(),
        client_records13(),
        client_records12(),
        client_inner_plaintext(),
        client_cbc(),
        client_encrypt_then_mac(),
        client_psks(),
        client_external_psks(),
        client_known_tickets(),
        client_early_data(),
        client_late_authentications(),
        client_floods(),
        client_floods12(),
        client_key_update_floods(),
        client_ticket_floods(),
        client_request_floods(),
    };
    return groups;
}

const Check* find_check(std::string_view id) {
    for (const Group& group : catalogue())
        for (const Check& check : group.checks)
            if (check.id() == id) return &check;
    return nullptr;
}

bool fits(std::string_view id, std::string_view pattern) {
    if (pattern.find('*') == std::string_view::npos) return id.find(pattern) != std::string_view::npos;
    // Piece by piece: the first stands at the beginning, the last at the end, and those between anywhere in
    // their order.
    const std::size_t first = pattern.find('*');
    if (!id.starts_with(pattern.substr(0, first))) return false;
    id.remove_prefix(first);
    pattern.remove_prefix(first);
    while (!pattern.empty()) {
        pattern.remove_prefix(1);
        const std::size_t end = pattern.find('*');
        const std::string_view piece = pattern.substr(0, end);
        if (end == std::string_view::npos) return id.ends_with(piece);
        const std::size_t at = id.find(piece);
        if (at == std::string_view::npos) return false;
        id.remove_prefix(at + piece.size());
        pattern.remove_prefix(end);
    }
    return true;
}

std::string explain(const Check& check) {
    std::string text = check.id() + "\n  " + std::string(check.title) + "\n\n";
    text += "  who is checked: " + std::string(check.role() == Role::server ? "a server" : "a client") +
            ", in " + pavise::name_of(check.version()) + "\n";
    text += "  level:          " + std::string(name_of(check.rule.level)) + "\n";
    text +=
        "  RFC " + std::string(check.rule.section) + ":\n    \"" + std::string(check.rule.sentence) + "\"\n";
    for (const Need& need : check.needs)
        if (need.holds != nullptr) text += "  does not apply where " + std::string(need.reason) + "\n";
    return text;
}

} // namespace pavise::conform
