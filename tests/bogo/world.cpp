#include "world.hpp"

namespace pavise::bogo {

World::World() : sessions(std::make_shared<CountingStore>()), replay_register(make_replay_register()) {
    auto keys = TicketKeys::generate(system_rng(), clock);
    if (!keys) throw Stop(ExitCode::must_fail, describe(keys.error()));
    ticket_keys = *keys;
}

namespace {

constexpr TicketKeys::Key key_of(std::uint8_t number) {
    TicketKeys::Key key{};
    key.name.fill(number);
    key.secret.fill(number);
    return key;
}

} // namespace

// The runner's callbacks seal and open tickets with keys that come from outside; here they are set.
void change_ticket_keys(const Options& options, Turn turn, World& world) {
    if (!options.use_ticket_callback) return;
    std::vector<TicketKeys::Key> keys{key_of(1)};
    if (turn == Turn::resumption && options.renew_ticket) keys = {key_of(2), key_of(1)};
    if (auto set = world.ticket_keys.set(keys, world.clock.now()); !set)
        throw Stop(ExitCode::must_fail, describe(set.error()));
}

} // namespace pavise::bogo
