// What every handshake shares, whichever role and version: the environment, the transport, and the two
// functions through which all messages go out and all read keys change.
#pragma once

#include "base/try.hpp"
#include "crypto/provider.hpp"
#include "handshake/budget.hpp"
#include "handshake/transport.hpp"
#include "messages/message.hpp"
#include "messages/random.hpp"
#include "schedule/key_schedule13.hpp"
#include "schedule/transcript.hpp"
#include "wire/tap.hpp"
#include "wire/writer.hpp"

#include <pavise/environment.hpp>
#include <pavise/key_log.hpp>
#include <pavise/negotiated.hpp>

namespace pavise::handshake {

using messages::Random;

// Not owned: the connection that holds the handshake also holds these.
struct Surroundings {
    const crypto::Provider& provider;
    Rng& rng;
    Clock& clock;
    Transport& transport;
    Negotiated& negotiated;
    KeyLog* key_log = nullptr;
    wire::Tap* tap = nullptr;
};

class Exchange {
    // Of most messages, so that writing them does not move them again and again.
    static constexpr std::size_t usual_message_size = 1024;

    Surroundings around_;
    ByteVector outgoing_;
    Bytes message_;
    std::size_t bytes_behind_ = 0;
    Level read_level_ = Level::initial;
    bool dropped_change_cipher_spec_ = false;
    bool dropped_hello_request_ = false;

    // The one place where read keys change. "Handshake messages MUST NOT span key changes" (RFC 8446 §5.1):
    // bytes behind the message that brought the change, a whole message or a part of one, were protected by
    // the wrong keys.
    template <class Install> Status change_read_keys_by(Level level, Install install) {
        if (bytes_behind_ != 0) return fail(ErrorCode::handshake_across_key_change);
        read_level_ = level;
        return install();
    }

    void show_to_tap(HandshakeType type);

  public:
    ProgressBudget budget;
    // When the peer last proved itself, and until when that counts: see SessionData.
    Timestamp authenticated_at{};
    Timestamp valid_until = Timestamp::max();
    Random client_random{};

    explicit Exchange(const Surroundings& surroundings) : around_(surroundings) {
        outgoing_.reserve(usual_message_size);
    }

    const crypto::Provider& provider() const noexcept { return around_.provider; }
    Rng& rng() const noexcept { return around_.rng; }
    Clock& clock() const noexcept { return around_.clock; }
    Transport& transport() const noexcept { return around_.transport; }
    Negotiated& negotiated() const noexcept { return around_.negotiated; }
    wire::Tap* tap() const noexcept { return around_.tap; }

    // ---- in

    // The message being handled, header included, as it enters the transcript.
    Bytes message() const noexcept { return message_; }
    Level read_level() const noexcept { return read_level_; }
    void set_message(Bytes message, std::size_t bytes_behind) noexcept {
        message_ = message;
        bytes_behind_ = bytes_behind;
        if (around_.tap != nullptr && !message.empty())
            around_.tap->on_message(wire::Direction::received, message);
    }

    // For the turns at which the keys stay: what the peer says next answers what we send now, so bytes that
    // are here already, a whole message or a part of one, come from a peer that did not wait (figure 1 of RFC
    // 5246 §7.3, RFC 8446 §4.1.4).
    Status take_turn() const {
        return bytes_behind_ == 0 ? Status() : fail(ErrorCode::handshake_before_its_turn);
    }
    Status change_read_keys(Level level, const crypto::Suite13& suite, Bytes secret, crypto::Hmac& hmac) {
        return change_read_keys_by(
            level, [&] { return around_.transport.install_read_secret(level, suite, secret, hmac); });
    }
    // TLS 1.2 has keys once, for all that follows the peer's ChangeCipherSpec.
    Status change_read_keys(const crypto::Suite12& suite, const schedule::WriteKeys& keys) {
        return change_read_keys_by(Level::application,
                                   [&] { return around_.transport.install_read_keys12(suite, keys); });
    }

    // A change_cipher_spec came and was dropped while TLS 1.3 was possible (RFC 8446 §5): too early for TLS
    // 1.2.
    void note_dropped_change_cipher_spec() noexcept { dropped_change_cipher_spec_ = true; }
    bool dropped_change_cipher_spec() const noexcept { return dropped_change_cipher_spec_; }
    // A HelloRequest came and was dropped while TLS 1.2 was possible: TLS 1.3 has none (RFC 8446 §4).
    void note_dropped_hello_request() noexcept { dropped_hello_request_ = true; }
    bool dropped_hello_request() const noexcept { return dropped_hello_request_; }

    // ---- out

    // Writes, lets the Tap rewrite, and sends; `transcript` (if any) takes what was really sent.
    template <class Message> Status send(const Message& message, schedule::Transcript* transcript) {
        outgoing_.clear();
        wire::Writer writer(outgoing_);
        messages::write_message(writer, message);
        PAVISE_TRY(writer.status());
        return send_written(Message::type, transcript);
    }
    // The same for a message that the caller wrote into outgoing().
    ByteVector& outgoing() noexcept { return outgoing_; }
    Status send_written(HandshakeType type, schedule::Transcript* transcript);
    // The same, but what would be sent is put behind `flight`, which the caller sends.
    void gather_written(HandshakeType type, schedule::Transcript& transcript, ByteVector& flight);

    // Shows a secret to the key log and the Tap, under its label in the key log.
    void log_secret(std::string_view label, Bytes secret) const noexcept;
    void set_key_log(KeyLog* key_log) noexcept { around_.key_log = key_log; }
};

} // namespace pavise::handshake
