#include "conform/catalogue.hpp"

#include "conform/groups.hpp"

#include <algorithm>

namespace pavise::conform {

std::span<const Group> catalogue() {
    static const std::array groups{
        server_hello13(),
        server_hello12(),
        client_hello_answers13(),
        client_hello_answers12(),
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
