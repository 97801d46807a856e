// AsClient13, AsClient12: what the scripts that check a server are written in.
#pragma once

#include "conform/trial.hpp"
#include "conform/words.hpp"
#include "peer/client.hpp"
#include "peer/client12.hpp"

#include <functional>

namespace pavise::conform {

using Hello = peer::ClientHelloDraft;
using HelloEdit = void (*)(Hello& hello);

class AsClient13 final : public Trial {
    std::unique_ptr<peer::ScriptedClient> client_;

  public:
    // To be changed before the first use of client(). Its first group is one that the server takes without a
    // HelloRetryRequest, as far as that is known.
    peer::ClientScript script;

    explicit AsClient13(Setting& setting);
    peer::Peer& us() override { return client(); }

    // The client's side of the present connection, which the first use makes.
    peer::ScriptedClient& client();
    // The same on a new connection.
    peer::ScriptedClient& reconnect();
    Hello hello() { return client().client_hello(); }

    // Before the first use of client().
    void offer_only_suites_of(const peer::PskOffer& psk);

    // ---- ways to begin
    // A legal handshake, which is no part of what is checked.
    void connect();
    // The same, with a hello that asks for tickets.
    void connect_for_tickets();
    // And the ticket that comes after it; then the next connection has begun.
    peer::PskOffer ticket();
    // A ClientHello that the server answers with a HelloRetryRequest, and that answer.
    messages::ServerHello be_retried();

    // ---- whole scripts
    // A hello with this change leads to a connection that works.
    void accepts(HelloEdit edit);
    // A hello with this change ends the connection.
    void refuses(const Alerts& alerts, HelloEdit edit);
    // A second hello, after a HelloRetryRequest, with this change ends the connection.
    void refuses_second(const Alerts& alerts, HelloEdit edit);

    // ---- ways to end
    // What was sent leads to a connection that works.
    void accepted();
    // The connection, whose handshake is done, carries data.
    void serves();
};

class AsClient12 final : public Trial {
    std::unique_ptr<peer::ScriptedClient12> client_;

  public:
    peer::Client12Script script;

    explicit AsClient12(Setting& setting);
    peer::Peer& us() override { return client(); }

    peer::ScriptedClient12& client();
    peer::ScriptedClient12& reconnect();
    Hello hello() { return client().client_hello(); }

    // ---- ways to begin
    void connect();
    // Up to and with the server's ServerHelloDone.
    void expect_flight();
    // A legal handshake that leaves a session to resume; then the next connection has begun.
    peer::Session12 session();

    // ---- whole scripts
    void accepts(HelloEdit edit);
    void refuses(const Alerts& alerts, HelloEdit edit);

    // ---- ways to end
    void accepted();
    void serves();
};

} // namespace pavise::conform
