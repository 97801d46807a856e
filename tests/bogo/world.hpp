// What one connection leaves to the next, and what none of them should take from the machine.
#pragma once

#include <pavise/session.hpp>

#include <memory>

namespace pavise::bogo {

// The time of day, which tests can put forward.
class AdvancingClock final : public Clock {
    Milliseconds ahead_{0};

  public:
    Timestamp now() noexcept override { return system_clock().now() + ahead_; }
    void advance(Milliseconds by) noexcept { ahead_ += by; }
};

struct World {
    AdvancingClock clock;
    TicketKeys ticket_keys;                          // server
    std::shared_ptr<ReplayRegister> replay_register; // server
    Session session;                                 // client: the newest

    World();
};

enum class Turn : std::uint8_t { first, resumption };

} // namespace pavise::bogo
