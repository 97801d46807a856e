#include "world.hpp"

#include "options.hpp"

namespace pavise::bogo {

World::World() : sessions(std::make_shared<CountingStore>()), replay_register(make_replay_register()) {
    auto keys = TicketKeys::generate(system_rng(), clock);
    if (!keys) throw Stop(ExitCode::must_fail, describe(keys.error()));
    ticket_keys = *keys;
}

} // namespace pavise::bogo
