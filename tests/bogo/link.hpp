// One connection with the runner: the socket, the engine, and the loop between them.
//
// Synchronous runs move as many bytes as there are and decide at once. Asynchronous ones move single bytes
// and decide late, so that every state is left and entered again in the middle.
#pragma once

#include "channel.hpp"
#include "net/socket.hpp"
#include "options.hpp"
#include "world.hpp"

#include "wire/tap.hpp"

namespace pavise::bogo {

// The engine ended the connection.
class TlsFailure : public std::exception {
    Error error_;

  public:
    explicit TlsFailure(Error error) noexcept : error_(error) {}
    Error error() const noexcept { return error_; }
};

// The handshake as the runner writes it down: "write hs 1", "read ccs", "read alert 1 0".
class MessageTrace final : public wire::Tap {
    std::string text_;
    unsigned last_read_ = 0;

  public:
    const std::string& text() const noexcept { return text_; }
    // The type of the last handshake message that was read.
    unsigned last_read() const noexcept { return last_read_; }
    void on_message(wire::Direction direction, Bytes message) noexcept override;
    void on_inner_client_hello(wire::Direction direction, Bytes message) noexcept override;
    void on_content(wire::Direction direction, ContentType type, Bytes content) noexcept override;
};

// How a connection's transport came to its end.
enum class End : std::uint8_t { none, close_notify, cut };

class Link {
    const Options& options_;
    const Options& retry_; // that count once early data was rejected
    World& world_;
    std::vector<Credential> credentials_;
    MessageTrace trace_;
    std::unique_ptr<Channel> connection_;
    net::Socket socket_;
    bool output_held_ = false;   // nothing is sent for now
    bool output_broken_ = false; // the runner takes nothing more
    bool transport_ended_ = false;
    bool said_all_ = false;       // of the handshake
    bool judges_session_ = false; // the next verdict is on the session's chain
    bool refused_session_ = false;
    unsigned turns_waited_ = 0;

  public:
    Link(const Options& options, const Options& retry, World& world);
    Link(const Link&) = delete;
    Link& operator=(const Link&) = delete;

    // All of these throw TlsFailure.
    // Whatever is to be decided before the first flight.
    void begin();
    // Until the handshake is complete or early data is there.
    void handshake();
    // Until a message of this type has been read, which must not complete the handshake.
    void handshake_until(unsigned type);
    // Waits for application data, which is then in connection().data().
    End wait_for_data();
    void write_all(Bytes bytes);
    // Begins a write and lets one byte of it through; the rest goes with the next call of flush().
    void write_and_hold(Bytes bytes);
    void flush();
    // Sends what is left, an alert perhaps, and waits until the runner has read it.
    void leave() noexcept;

    Channel& connection() noexcept { return *connection_; }
    // The session was not offered: its chain was refused.
    bool refused_session() const noexcept { return refused_session_; }
    const std::vector<Credential>& credentials() const noexcept { return credentials_; }
    const std::string& trace() const noexcept { return trace_.text(); }

  private:
    std::unique_ptr<Channel> make_connection();
    std::unique_ptr<Channel> make_quic(const engine::Hooks& hooks);
    std::unique_ptr<Channel> make_records(const engine::Hooks& hooks);
    std::shared_ptr<const ServerConfig> first_server_config();
    ClientOptions client_options() const;
    void step();
    bool output_can_wait() const;
    bool send_some();
    void receive_some();
    void decide();
    void decide_config();
    void refuse(AlertDescription reason);
    void decide_certificate();
    const Options& options_of_verdict() const;
    void decide_signature();
    void check(const Status& status) const;
};

} // namespace pavise::bogo
