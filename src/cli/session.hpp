// One client of `pavise serve`: from the handshake to the last byte, without ever waiting.
#pragma once

#include "cli/config_by_name.hpp"
#include "cli/http.hpp"
#include "cli/starttls_server.hpp"
#include "net/poller.hpp"
#include "net/socket.hpp"

#include <pavise/engine.hpp>

#include <string>
#include <utility>

namespace pavise::cli {

enum class Service : std::uint8_t { http, echo, discard };

// What is done on every connection besides serving it.
struct Conduct {
    std::optional<KeyUpdateScope> key_update; // right after the handshake
    // Asked of clients after the handshake (RFC 8446 §4.6.2). `required`: who cannot or will not show a
    // certificate is refused.
    PeerVerification certificate_later = PeerVerification::none;
};

// How long a client may take: for its handshake, and again for its request; for taking our answer; and how
// long an echo client may be silent.
struct Patience {
    std::chrono::milliseconds request = std::chrono::seconds(10);
    std::chrono::milliseconds reply = std::chrono::seconds(30);
    std::chrono::milliseconds idle = std::chrono::seconds(300);
};

class Session {
    // In this order, and never back.
    enum class Phase { plaintext, handshake, service, closing, lingering, finished };

    Connection connection_;
    net::Socket socket_;
    std::string peer_;
    const ConfigByName* configs_; // the server's, which outlives its sessions
    Service service_;
    Conduct conduct_;
    Patience patience_;
    Phase phase_ = Phase::handshake;
    std::optional<StartTlsServer> plaintext_; // until TLS begins, where a protocol comes before it
    net::Deadline deadline_;
    RequestHead request_;
    std::string reply_;
    std::size_t replied_ = 0;
    std::size_t drained_ = 0;
    Status sending_; // of the socket; it is read on after a failure, for the alert that explains it
    std::string report_;

    void enter(Phase phase, std::chrono::milliseconds time);
    void say(std::string_view text);
    void give_up(Error error);
    void talk();
    void serve();
    Status decide();
    Status begin_service();
    Status ask_for_certificate();
    enum class Progress { going_on, done };
    Result<Progress> progress();
    Status take_early_data();
    Result<Progress> discard();
    Result<Progress> answer();
    Result<Progress> echo();
    void send();
    // False where there is nothing more to do now.
    bool receive();
    bool hungry();
    // Whether serve() can do more although nothing is to be read: there was no room for all of it.
    bool unserved();
    void linger();
    void time_out();

  public:
    struct Manner {
        Service service = Service::http;
        Conduct conduct;
        Patience patience;
        std::string_view starttls{}; // the protocol that comes before TLS; empty: none
    };
    Session(Connection connection, net::Socket socket, std::string peer, const ConfigByName& configs,
            const Manner& manner);

    // Does all that can be done now. To be called when the socket is ready for interest(), and at deadline().
    void advance();
    // The server ends: says goodbye and finishes soon.
    void shut_down();

    int fd() const noexcept { return socket_.fd(); }
    net::Interest interest();
    net::Deadline deadline() const noexcept { return deadline_; }
    bool finished() const noexcept { return phase_ == Phase::finished; }
    // What there is to log since the last call: whole lines.
    std::string take_report() { return std::exchange(report_, {}); }
};

} // namespace pavise::cli
