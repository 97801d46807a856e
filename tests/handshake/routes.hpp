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
#include <type_traits>

namespace pavise::testing {

template <class M, class State> constexpr std::size_t index_of() {
    return handshake::machine::find<State>(handshake::machine::States<M>{});
}

// Where a machine begins, unless a route says otherwise.
template <class M>
inline constexpr std::size_t first_state =
    std::is_same_v<M, handshake::client::Client> ? index_of<M, handshake::client::ExpectServerHello>()
                                                 : index_of<M, handshake::server::ExpectClientHello>();

// Where a connection stands, and how it got there.
class StateTap final : public Tap {
    std::size_t state_;
    std::set<std::tuple<std::size_t, std::size_t, std::size_t>>* edges_;

  public:
    using Edges = std::set<std::tuple<std::size_t, std::size_t, std::size_t>>;

    // Of a machine that begins in this state; `edges`, if any, collects every transition: state, input, next
    // state.
    explicit StateTap(std::size_t begins_in, Edges* edges = nullptr) : state_(begins_in), edges_(edges) {}
    std::size_t state() const { return state_; }
    void on_transition(std::size_t from, std::size_t input, std::size_t to) noexcept override {
        EXPECT_EQ(from, state_);
        state_ = to;
        if (edges_ != nullptr) edges_->emplace(from, input, to);
    }
};

template <class Test> struct LegalMessage {
    HandshakeType type;
    std::function<void(Test&)> send;
};

template <class Test> struct Route {
    using Machine = std::conditional_t<std::is_same_v<Test, ClientUnderTest>, handshake::client::Client,
                                       handshake::server::Server>;

    std::size_t state;
    std::size_t begins_in = first_state<Machine>;
    std::string_view name;
    std::function<std::unique_ptr<Test>(Tap&)> make;
    std::function<void(Test&)> reach;
    std::vector<LegalMessage<Test>> legal;
    std::function<void(Test&)> decide; // what a suspended state waits for
    std::vector<HandshakeType> asked;  // what is taken only because we asked for it, or offered it

    Route(std::size_t in_state, std::string_view called, std::function<std::unique_ptr<Test>(Tap&)> making,
          std::function<void(Test&)> reaching, std::vector<LegalMessage<Test>> legal_then,
          std::function<void(Test&)> deciding = nullptr) :
        state(in_state),
        name(called),
        make(std::move(making)),
        reach(std::move(reaching)),
        legal(std::move(legal_then)),
        decide(std::move(deciding)) {}

    Route beginning_in(std::size_t first) && {
        begins_in = first;
        return std::move(*this);
    }
    Route asking_for(std::vector<HandshakeType> types) && {
        asked = std::move(types);
        return std::move(*this);
    }
};

// What is compressed is what it was.
class Stored final : public CertificateCompression {
  public:
    CertificateCompressionAlgorithm algorithm() const noexcept override {
        return static_cast<CertificateCompressionAlgorithm>(0xff01);
    }
    Result<ByteVector> compress(Bytes contents) const override {
        return ByteVector(contents.begin(), contents.end());
    }
    Result<ByteVector> decompress(Bytes contents, std::size_t) const override {
        return ByteVector(contents.begin(), contents.end());
    }
};
// The message in which a Certificate comes compressed by it.
ByteVector compressed(const peer::CertificateDraft& certificate);

using ClientRoute = Route<ClientUnderTest>;
using ServerRoute = Route<ServerUnderTest>;

std::vector<ClientRoute> client_routes();
std::vector<ServerRoute> server_routes();

} // namespace pavise::testing
