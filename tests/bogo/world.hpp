// What one connection leaves to the next, and what none of them should take from the machine.
#pragma once

#include "options.hpp"

#include <pavise/session.hpp>

#include <memory>

namespace pavise::bogo {

// Stands still but for what tests put it forward: the runner looks at ages to the millisecond.
class AdvancingClock final : public Clock {
    Timestamp now_ = system_clock().now();

  public:
    Timestamp now() noexcept override { return now_; }
    void advance(Milliseconds by) noexcept { now_ += by; }
};

// Sessions that clients name by their ID.
class CountingStore final : public SessionStore {
    std::shared_ptr<SessionStore> store_ = make_session_store();
    std::size_t kept_ = 0;

  public:
    std::size_t kept() const noexcept { return kept_; }
    void put(Bytes id, Bytes state, Timestamp expires) override {
        ++kept_;
        store_->put(id, state, expires);
    }
    std::optional<ByteVector> get(Bytes id, Timestamp now) override { return store_->get(id, now); }
    std::optional<ByteVector> take(Bytes id, Timestamp now) override { return store_->take(id, now); }
};

struct World {
    AdvancingClock clock;
    TicketKeys ticket_keys;                          // server
    std::shared_ptr<CountingStore> sessions;         // server
    std::shared_ptr<ReplayRegister> replay_register; // server
    Session session;                                 // client: the newest

    World();
};

enum class Turn : std::uint8_t { first, resumption };

// What happens to the server's ticket keys before a connection: nothing, or a rotation (-renew-ticket).
void change_ticket_keys(const Options& options, Turn turn, World& world);

} // namespace pavise::bogo
