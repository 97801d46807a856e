// The plaintext before TLS, as a server leads it, without ever waiting: bytes in, bytes out.
//
// Nothing that a client says before the handshake is ever taken for something that it said through TLS
// (CVE-2011-0411): bytes behind its request for TLS end the connection.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace pavise::cli {

// What a client may say before it asks for TLS.
inline constexpr std::size_t max_plaintext_request = 4096;

class StartTlsServer {
  public:
    enum class State {
        talking,
        tls, // once the output is sent, the next bytes are TLS
        over // once the output is sent, the connection is to be closed
    };
    struct Dialogue;

    // Precondition: is_starttls_protocol(protocol).
    explicit StartTlsServer(std::string_view protocol);

    // How much may be read from the client now: in a protocol without a go-ahead TLS follows the request at
    // once, and is not for take().
    std::size_t room() const noexcept;
    // What the client said, at most room() bytes. Precondition: state() is talking.
    void take(std::string_view said);
    // What there is to say now; the greeting at first, where the protocol has one.
    std::string_view output() const noexcept { return output_; }
    void output_sent(std::size_t count) { output_.erase(0, count); }
    State state() const noexcept { return state_; }
    // Why it is over, for the log.
    const std::string& reason() const noexcept { return reason_; }

    // ---- for the dialogues

    // What has come and was not understood yet; what is understood is removed from it.
    std::string& waiting() noexcept { return waiting_; }
    void say(std::string_view text) { output_ += text; }
    void begin_tls() noexcept { state_ = State::tls; }
    void end(std::string_view reason);

  private:
    const Dialogue* dialogue_;
    std::string waiting_;
    std::string output_;
    std::string reason_;
    std::size_t taken_ = 0;
    int step_ = 0;
    State state_ = State::talking;

  public:
    // How far a dialogue of several steps has come.
    int step() const noexcept { return step_; }
    void next_step() noexcept { ++step_; }
};

} // namespace pavise::cli
