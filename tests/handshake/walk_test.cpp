// SMACK's experiment ("A Messy State of the Union", 2015), complete: from every state of each role, every
// handshake type, change_cipher_spec, alert and application data. Exactly what the graph says is accepted;
// and the graph itself is held against RFC 8446's at compile time (src/handshake/*/graph.cpp).
#include "handshake/routes.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace pavise::testing {
namespace {

namespace machine = handshake::machine;
using handshake::client::Client;
using handshake::server::Server;

// TLS 1.2's states have a walk of their own (walk12_test.cpp).
bool of_tls12(std::string_view state) {
    return state.ends_with("12");
}

// What is taken only where it was asked for (a state's expects()): a route that asks says so.
bool asked_for(std::string_view state, HandshakeType type) {
    return state == "Connected" &&
           (type == HandshakeType::certificate || type == HandshakeType::compressed_certificate ||
            type == HandshakeType::certificate_request);
}

// Whether the state takes this type at the end of this route.
template <class M, class Test> bool takes(const Route<Test>& route, HandshakeType type) {
    constexpr auto names = machine::names_of(machine::States<M>{});
    return machine::message_for<M>(route.state, type) != machine::message_count<M> &&
           (!asked_for(names[route.state], type) ||
            std::ranges::find(route.asked, type) != route.asked.end());
}

template <class M, class Test> class Walk {
    const Route<Test>& route_;
    StateTap tap_;
    std::unique_ptr<Test> test_;

  public:
    // In the state that the route leads to.
    explicit Walk(const Route<Test>& route) : route_(route), tap_(route.begins_in), test_(route.make(tap_)) {
        route.reach(*test_);
        EXPECT_TRUE(test_->peer.ok()) << test_->peer.complaint();
        EXPECT_FALSE(test_->connection.error()) << describe(*test_->connection.error());
        EXPECT_EQ(tap_.state(), route.state) << route.name;
    }
    Test& test() { return *test_; }
    bool suspended() const { return machine::suspended<M>[route_.state]; }
    std::size_t state() const { return tap_.state(); }
    void expect_error(ErrorCode code) {
        ASSERT_TRUE(test_->connection.error()) << "accepted";
        EXPECT_EQ(test_->connection.error()->code, code) << describe(*test_->connection.error());
        EXPECT_EQ(tap_.state(), route_.state);
        EXPECT_TRUE(test_->link.application_data().empty());
    }
    void expect_no_error() {
        EXPECT_FALSE(test_->connection.error()) << describe(*test_->connection.error());
    }
};

template <class M> std::size_t cap_of(std::size_t state, HandshakeType type) {
    return machine::caps<M>[machine::message_for<M>(state, type)];
}

ByteVector header(HandshakeType type, std::size_t length) {
    return {static_cast<std::uint8_t>(type), static_cast<std::uint8_t>(length >> 16),
            static_cast<std::uint8_t>(length >> 8), static_cast<std::uint8_t>(length)};
}

// A handshake type that the state does not have is refused by its header alone, whatever length that says.
template <class M, class Test> void walk_type(const Route<Test>& route, HandshakeType type) {
    if (takes<M>(route, type)) return;
    Walk<M, Test> walk(route);
    walk.test().peer.send_record(ContentType::handshake,
                                 header(type, type == HandshakeType{} ? 0 : 0xffffff));
    walk.expect_error(ErrorCode::unexpected_message);
}

// A type that it has is refused by its header when it is longer than the message can be, and waited for when
// it is as long.
template <class M, class Test> void walk_limits(const Route<Test>& route, HandshakeType type) {
    if (!takes<M>(route, type)) return;
    const std::size_t most = cap_of<M>(route.state, type);
    Walk<M, Test> fits(route);
    if (most > 0) {
        fits.test().peer.send_record(ContentType::handshake, header(type, most));
        fits.expect_no_error();
        EXPECT_EQ(fits.state(), route.state);
    }
    Walk<M, Test> too_long(route);
    too_long.test().peer.send_record(ContentType::handshake, header(type, most + 1));
    too_long.expect_error(ErrorCode::message_too_long);
}

// The legal messages of the route are those of the graph, and each moves the machine along an edge of it.
template <class M, class Test> void walk_legal(const Route<Test>& route) {
    for (const auto& legal : route.legal) {
        const std::size_t message = machine::message_for<M>(route.state, legal.type);
        ASSERT_LT(message, machine::message_count<M>) << route.name;
        StateTap::Edges edges;
        StateTap tap(route.begins_in, &edges);
        const auto test = route.make(tap);
        route.reach(*test);
        edges.clear();
        legal.send(*test);
        EXPECT_TRUE(test->peer.ok()) << test->peer.complaint();
        EXPECT_FALSE(test->connection.error()) << describe(*test->connection.error());
        bool taken = false;
        for (const auto& [from, input, to] : edges)
            taken = taken || (from == route.state && input == message &&
                              (machine::graph<M>[from][input] >> to & 1) != 0);
        EXPECT_TRUE(taken) << route.name << " on " << name_of(legal.type);
    }
}

// While it waits for its caller a connection takes nothing in, legal or not.
template <class M, class Test> void walk_suspended(const Route<Test>& route) {
    Walk<M, Test> walk(route);
    ASSERT_TRUE(walk.suspended());
    EXPECT_FALSE(walk.test().connection.wants_input());
    EXPECT_TRUE(walk.test().connection.receive_space().empty());
    const std::size_t waiting = walk.test().link.waiting();
    for (int type = 0; type < 256; ++type)
        walk.test().peer.send_record(ContentType::handshake, header(static_cast<HandshakeType>(type), 0));
    walk.test().peer.send_change_cipher_spec();
    walk.test().peer.send_data("x");
    EXPECT_GT(walk.test().link.waiting(), waiting + 256 * 9);
    EXPECT_EQ(walk.state(), route.state);
    walk.expect_no_error();
    EXPECT_TRUE(walk.test().link.application_data().empty());
}

// RFC 8446 §6, in whatever state.
template <class M, class Test> void walk_alerts(const Route<Test>& route, bool connected) {
    Walk<M, Test> fatal(route);
    fatal.test().peer.send_alert(AlertDescription::internal_error);
    fatal.expect_error(ErrorCode::alert_received);

    Walk<M, Test> warned(route);
    warned.test().peer.send_alert(AlertDescription::user_canceled, AlertLevel::warning);
    warned.expect_no_error();
    EXPECT_EQ(warned.state(), route.state);

    Walk<M, Test> closed(route);
    closed.test().peer.send_alert(AlertDescription::close_notify, AlertLevel::warning);
    if (connected) {
        closed.expect_no_error();
        EXPECT_TRUE(closed.test().connection.peer_closed());
    } else {
        closed.expect_error(ErrorCode::closed_during_handshake);
    }
}

// What is not a handshake message, and is accepted in some states alone.
struct Tolerance {
    bool change_cipher_spec;
    bool application_data;
};

template <class M, class Test> void walk_other_records(const Route<Test>& route, const Tolerance& tolerance) {
    Walk<M, Test> ccs(route);
    ccs.test().peer.send_change_cipher_spec();
    if (tolerance.change_cipher_spec)
        ccs.expect_no_error();
    else
        ccs.expect_error(ErrorCode::unexpected_change_cipher_spec);
    EXPECT_EQ(ccs.state(), route.state);

    Walk<M, Test> data(route);
    data.test().peer.send_data("data");
    if (tolerance.application_data) {
        data.expect_no_error();
        EXPECT_EQ(as_text(data.test().link.application_data()), "data");
    } else {
        data.expect_error(ErrorCode::unexpected_application_data);
    }
    EXPECT_EQ(data.state(), route.state);

    // Types that no version of TLS has, or that we do not speak.
    for (const int type : {0, 19, 24, 25, 255}) {
        Walk<M, Test> unknown(route);
        unknown.test().peer.send_record(static_cast<ContentType>(type), as_bytes("data"));
        unknown.expect_error(ErrorCode::unknown_content_type);
    }
}

// Of the states after the handshake.
template <class M> bool is_connected(std::size_t state) {
    constexpr auto names = machine::names_of(machine::States<M>{});
    return names[state] == "Connected" || names[state].find("PostHandshake") != std::string_view::npos;
}

template <class M, class Test, class ToleranceOf>
void walk(const std::vector<Route<Test>>& routes, ToleranceOf tolerance_of) {
    for (const Route<Test>& route : routes) {
        SCOPED_TRACE(route.name);
        if (machine::suspended<M>[route.state]) {
            walk_suspended<M>(route);
            continue;
        }
        for (int type = 0; type < 256; ++type) {
            SCOPED_TRACE(name_of(static_cast<HandshakeType>(type)));
            walk_type<M>(route, static_cast<HandshakeType>(type));
            walk_limits<M>(route, static_cast<HandshakeType>(type));
        }
        walk_legal<M>(route);
        walk_alerts<M>(route, is_connected<M>(route.state));
        walk_other_records<M>(route, tolerance_of(route.state));
        if (::testing::Test::HasFailure()) return; // one state's failures are enough to read
    }
}

TEST(Walk, client_accepts_exactly_what_the_graph_says) {
    // RFC 8446 §5: change_cipher_spec from the first ClientHello to the peer's Finished.
    walk<Client>(client_routes(), [](std::size_t state) {
        const bool connected = is_connected<Client>(state);
        return Tolerance{.change_cipher_spec = !connected, .application_data = connected};
    });
}

TEST(Walk, server_accepts_exactly_what_the_graph_says) {
    namespace states = handshake::server;
    walk<Server>(server_routes(), [](std::size_t state) {
        // "All of the client's messages for a given response MUST appear consecutively on the wire with no
        // intervening messages of other types" (§4.6.2): no data in the middle of an answer.
        return Tolerance{.change_cipher_spec = !is_connected<Server>(state) &&
                                               state != index_of<Server, states::ExpectClientHello>(),
                         .application_data = state == index_of<Server, states::Connected>() ||
                                             state == index_of<Server, states::ExpectEndOfEarlyData>()};
    });
}

// ---------------------------------------------------------------- the routes are all the ways there are

template <class M, class Test> void expect_every_state(const std::vector<Route<Test>>& routes) {
    constexpr auto names = machine::names_of(machine::States<M>{});
    for (std::size_t state = 0; state < names.size(); ++state) {
        if (names[state] == "Poisoned" || of_tls12(names[state])) continue;
        bool reached = false;
        for (const Route<Test>& route : routes) reached = reached || route.state == state;
        EXPECT_TRUE(reached) << "no route leads to " << names[state];
    }
}

template <class M, class Test> void expect_every_legal_message(const std::vector<Route<Test>>& routes) {
    constexpr auto names = machine::names_of(machine::States<M>{});
    for (std::size_t state = 0; state < names.size(); ++state)
        for (std::size_t message = 0; message < machine::message_count<M>; ++message) {
            if (machine::graph<M>[state][message] == 0 || of_tls12(names[state])) continue;
            bool tried = false;
            for (const Route<Test>& route : routes)
                for (const auto& legal : route.legal)
                    tried = tried || (route.state == state && legal.type == machine::types<M>[message]);
            EXPECT_TRUE(tried) << "no route sends " << name_of(machine::types<M>[message]) << " in "
                               << names[state];
        }
}

// Every edge of the graph was taken by some route or by what follows it.
template <class M, class Test> void expect_every_edge(const std::vector<Route<Test>>& routes) {
    StateTap::Edges taken;
    for (const Route<Test>& route : routes) {
        if (route.decide) {
            StateTap tap(route.begins_in, &taken);
            const auto test = route.make(tap);
            route.reach(*test);
            route.decide(*test);
        }
        for (const auto& legal : route.legal) {
            StateTap tap(route.begins_in, &taken);
            const auto test = route.make(tap);
            route.reach(*test);
            legal.send(*test);
        }
    }
    constexpr auto states = machine::names_of(machine::States<M>{});
    constexpr auto inputs = machine::names_of(machine::Inputs<M>{});
    for (std::size_t from = 0; from < states.size(); ++from)
        for (std::size_t input = 0; input < inputs.size(); ++input)
            for (std::size_t to = 0; to < states.size(); ++to) {
                if (of_tls12(states[from]) || of_tls12(states[to])) continue;
                EXPECT_EQ((machine::graph<M>[from][input] >> to & 1) != 0, taken.contains({from, input, to}))
                    << states[from] << " --" << inputs[input] << "--> " << states[to];
            }
}

TEST(Routes, lead_to_every_state_and_along_every_edge_of_the_client) {
    expect_every_state<Client>(client_routes());
    expect_every_legal_message<Client>(client_routes());
    expect_every_edge<Client>(client_routes());
}

TEST(Routes, lead_to_every_state_and_along_every_edge_of_the_server) {
    expect_every_state<Server>(server_routes());
    expect_every_legal_message<Server>(server_routes());
    expect_every_edge<Server>(server_routes());
}

} // namespace
} // namespace pavise::testing
