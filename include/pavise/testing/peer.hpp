// ScriptedPeer: one side of TLS 1.3 that does as a legal peer does, but for what its user changes: with it,
// lies arrive under good keys. It fuzzes and tests any implementation that moves bytes: Pavise's own
// (link_to), or another one behind a Link of one's own.
//
//     testing::SeededRng rng(1);
//     const auto link = testing::link_to(server);
//     testing::ScriptedPeer client({.role = Role::client, .rewrite = [](ByteVector& message) { … }}, *link,
//     rng); client.connect(); if (!client.ok()) std::puts(client.complaint().c_str());
//
// What is sent is not checked. What is received is: the first time it is not what a legal handshake would
// bring, the peer keeps a complaint, and all further calls do nothing. Thread rules: one thread at a time.
// Nothing here throws; lost memory ends the program, as a test may. With libpavise-testing only.
#pragma once

#include <pavise/alert.hpp>
#include <pavise/testing/connection.hpp>

#include <functional>
#include <string>
#include <vector>

namespace pavise::testing {

// The way to the side under test, as bytes.
class PAVISE_EXPORT Link {
  public:
    virtual ~Link() = default;
    // Carries `bytes` to the other side. What a side that has failed or closed does not take is lost, as it
    // is on a network.
    virtual void send(Bytes bytes) = 0;
    // What the other side has sent meanwhile; empty when nothing more comes: it waits for us, or it is gone.
    virtual ByteVector receive() = 0;
    // Whether the other side has ended the connection and all that it sent was received.
    virtual bool is_over() const { return false; }
};

// A Link to a connection in this process, which must outlive it; application data is read and dropped.
// `step`: how many bytes at most reach the connection at once; 0: all that there are.
PAVISE_EXPORT std::unique_ptr<Link> link_to(Connection& connection, std::size_t step = 0);

// Is given each handshake message that is about to be sent, with its 4-byte header (whose length nobody puts
// right). What it leaves there is sent and enters the transcript; left empty, nothing is sent.
using Rewrite = std::function<void(ByteVector& message)>;

struct ScriptedPeerOptions {
    Role role = Role::client;
    Cryptography cryptography = Cryptography::real; // as the other side's
    Rewrite rewrite{};
    Credential credential{};                 // a server's; a client's for a server that asks
    std::string server_name = "server.test"; // a client's SNI; empty: none
    std::string alpn_protocol{};             // offered by a client, selected by a server; empty: none
};

// What came from the other side: a whole handshake message, an alert, a record of application data.
struct PeerEvent {
    ContentType type;
    ByteVector bytes;
};

class PAVISE_EXPORT ScriptedPeer {
    struct Parts;
    std::unique_ptr<Parts> parts_;

  public:
    // `link` and `rng` must outlive the peer.
    ScriptedPeer(const ScriptedPeerOptions& options, Link& link, Rng& rng);
    ScriptedPeer(ScriptedPeer&&) noexcept;
    ScriptedPeer& operator=(ScriptedPeer&&) noexcept;
    ~ScriptedPeer();

    // A whole handshake; a client follows a HelloRetryRequest.
    void connect();
    bool ok() const;
    // What went otherwise than a legal handshake goes; empty while nothing did.
    const std::string& complaint() const;
    // The last alert that the other side sent.
    std::optional<AlertDescription> alert() const;

    // ---- out: under the present keys, in the clear before there are any
    // A handshake message with its header, past `rewrite`; it enters the transcript.
    void send_message(Bytes message);
    // A record with any content; `padding` zeros follow it (RFC 8446 §5.4).
    void send_record(ContentType type, Bytes content, std::size_t padding = 0);
    // Bytes as they are.
    void send_bytes(Bytes bytes);
    void send_data(Bytes data);
    void send_alert(AlertDescription description, AlertLevel level = AlertLevel::fatal);
    // And the next generation of keys behind it (RFC 8446 §4.6.3). After connect().
    void send_key_update(KeyUpdateRequest request);

    // ---- in
    // The next event, change_cipher_spec records left out; nothing where the other side is silent.
    std::optional<PeerEvent> next();
};

} // namespace pavise::testing
