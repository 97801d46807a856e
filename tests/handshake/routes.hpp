// The way to every state of each role, under null cryptography: how a legal peer gets a connection there, and
// each legal message with which it goes on. The walk and the coverage of edges both use them.
#pragma once

#include "handshake/client/states.hpp"
#include "handshake/graph.hpp"
#include "handshake/server/states.hpp"
#include "support/script.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <set>
#include <tuple>

namespace pavise::testing {

// Where a connection stands, and how it got there.
class StateTap final : public Tap {
    std::size_t state_ = 0; // a machine begins in its first state
    std::set<std::tuple<std::size_t, std::size_t, std::size_t>>* edges_;

  public:
    using Edges = std::set<std::tuple<std::size_t, std::size_t, std::size_t>>;

    // `edges`, if any, collects every transition: state, input, next state.
    explicit StateTap(Edges* edges = nullptr) : edges_(edges) {}
    std::size_t state() const { return state_; }
    void on_transition(std::size_t from, std::size_t input, std::size_t to) noexcept override {
        state_ = to;
        if (edges_ != nullptr) edges_->emplace(from, input, to);
    }
};

template <class Test> struct LegalMessage {
    HandshakeType type;
    std::function<void(Test&)> send;
};

template <class Test> struct Route {
    std::size_t state;
    std::string_view name;
    std::function<std::unique_ptr<Test>(Tap&)> make;
    std::function<void(Test&)> reach;
    std::vector<LegalMessage<Test>> legal;
    std::function<void(Test&)> decide; // what a suspended state waits for

    Route(std::size_t in_state, std::string_view called, std::function<std::unique_ptr<Test>(Tap&)> making,
          std::function<void(Test&)> reaching, std::vector<LegalMessage<Test>> legal_then,
          std::function<void(Test&)> deciding = nullptr) :
        state(in_state),
        name(called),
        make(std::move(making)),
        reach(std::move(reaching)),
        legal(std::move(legal_then)),
        decide(std::move(deciding)) {}
};

using ClientRoute = Route<ClientUnderTest>;
using ServerRoute = Route<ServerUnderTest>;

std::vector<ClientRoute> client_routes();
std::vector<ServerRoute> server_routes();

} // namespace pavise::testing
