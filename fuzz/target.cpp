#include "target.hpp"

#include "world.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace pavise::fuzz {

const std::vector<Target>& all_targets() {
    static const std::vector<Target> targets = [] {
        std::vector<Target> all;
        make_credentials();
        add_message_targets(all);
        add_ech_targets(all);
        add_record_targets(all);
        add_connection_targets(all);
        add_script_targets(all);
        add_quic_targets(all);
        add_stored_targets(all);
        add_trust_targets(all);
        add_key_targets(all);
        add_facade_targets(all);
        add_foreign_targets(all);
        return all;
    }();
    return targets;
}

const Target* target_named(std::string_view name) {
    const auto& targets = all_targets();
    const auto found = std::ranges::find(targets, name, &Target::name);
    return found == targets.end() ? nullptr : &*found;
}

void must_hold(bool invariant, const char* words) {
    if (invariant) return;
    std::fprintf(stderr, "does not hold: %s\n", words);
    std::abort();
}

} // namespace pavise::fuzz
