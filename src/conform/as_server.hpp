// AsServer13, AsServer12: what the scripts that check a client are written in.
#pragma once

#include "conform/trial.hpp"
#include "conform/words.hpp"
#include "peer/server.hpp"
#include "peer/server12.hpp"

namespace pavise::conform {

using ServerHelloEdit = void (*)(peer::ServerHelloDraft& hello);

class AsServer13 final : public Trial {
    std::unique_ptr<peer::ScriptedServer> server_;
    bool heard_ = false; // what the client says by itself
    // What a client says after its Finished, alerts too, is under its application keys.
    void finished_came() override { us().read_with(peer::Epoch::application); }

  public:
    // To be changed before the first use of server().
    peer::ServerScript script;

    explicit AsServer13(Setting& setting);
    peer::Peer& us() override { return server(); }

    // The server's side of the present connection, which the first use waits for.
    peer::ScriptedServer& server();
    // The same on a new connection.
    peer::ScriptedServer& reconnect();

    // ---- ways to begin
    // The client's hello came.
    void hello();
    // … and ServerHello went out: what follows is under the handshake keys.
    void begin();
    // A legal handshake, which is no part of what is checked.
    void connect();
    // The hello came, and a HelloRetryRequest went out for this group, which the client offers without a
    // share. Nothing where it offers none: then the check does not apply.
    std::optional<NamedGroup> request_retry();
    // … and the second hello came.
    void retry();

    // ---- whole scripts
    // A ServerHello with this change leads to a connection that works, or ends it.
    void accepts(ServerHelloEdit edit);
    void refuses(const Alerts& alerts, ServerHelloEdit edit);
    // The same for a HelloRetryRequest.
    void refuses_retry(const Alerts& alerts, ServerHelloEdit edit);
    // The same for EncryptedExtensions.
    void refuses_encrypted_extensions(const Alerts& alerts, void (*edit)(peer::ExtensionsDraft& extensions));

    // ---- ways to end
    // EncryptedExtensions to the client's Finished, and data.
    void accepted();
    // The connection, whose handshake is done, works.
    void serves();

    // A group that the client offers without a key share, and that the scripted peer knows.
    std::optional<NamedGroup> group_without_share();
};

class AsServer12 final : public Trial {
    std::unique_ptr<peer::ScriptedServer12> server_;
    bool heard_ = false;

  public:
    peer::Server12Script script;

    explicit AsServer12(Setting& setting);
    peer::Peer& us() override { return server(); }

    peer::ScriptedServer12& server();
    // The same on a new connection.
    peer::ScriptedServer12& reconnect();

    // ---- ways to begin
    void hello();
    // … and ServerHello went out.
    void begin();
    void connect();

    // ---- whole scripts
    void accepts(ServerHelloEdit edit);
    void refuses(const Alerts& alerts, ServerHelloEdit edit);

    // ---- ways to end
    // Certificate to both Finished, and data.
    void accepted();
    void serves();
};

} // namespace pavise::conform
