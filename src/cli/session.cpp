#include "cli/session.hpp"

#include "base/try.hpp"
#include "cli/describe.hpp"
#include "cli/drive.hpp"
#include "net/failure.hpp"

#include <pavise/version.hpp>

#include <algorithm>
#include <array>

namespace pavise::cli {

namespace {

// How many records one client gets before it is another's turn.
constexpr int turns = 16;

std::string page_about(const Negotiated& negotiated) {
    std::string out = "This is pavise " PAVISE_VERSION ". Your connection:\n\n" + description_of(negotiated);
    if (!negotiated.verified_chain.empty())
        out +=
            "\nYour certificate, which was verified:\n\n" + description_of_chain(negotiated.verified_chain);
    else if (!negotiated.peer_chain.empty())
        out += "\nYour key, which is trusted:\n\n" + description_of_peer(negotiated);
    return out;
}

} // namespace

Session::Session(Connection connection, net::Socket socket, std::string peer, const ConfigByName& configs,
                 const Manner& manner) :
    connection_(std::move(connection)),
    socket_(std::move(socket)),
    peer_(std::move(peer)),
    configs_(&configs),
    service_(manner.service),
    conduct_(manner.conduct),
    patience_(manner.patience),
    deadline_(net::Deadline::after(manner.patience.request)) {
    if (manner.starttls.empty()) return;
    plaintext_.emplace(manner.starttls);
    phase_ = Phase::plaintext;
}

void Session::enter(Phase phase, std::chrono::milliseconds time) {
    phase_ = phase;
    deadline_ = net::Deadline::after(time);
}

void Session::say(std::string_view text) {
    report_ += peer_ + ": " + std::string(text) + "\n";
}

// What is in output() then, an alert, is still sent.
void Session::give_up(Error error) {
    report_ += net::explain(error, peer_) + "\n";
    // Without a TLS error it is the socket that failed: nothing more can be said.
    if (connection_.error() && sending_)
        enter(Phase::closing, drain_time);
    else
        phase_ = Phase::finished;
}

Result<Session::Progress> Session::answer() {
    while (!request_.complete() && !request_.too_large() && !connection_.data().empty()) {
        const Bytes data = connection_.data();
        request_.add(data);
        PAVISE_TRY(connection_.data_read(data.size()));
    }
    // The answer depends on who asks: it waits for the certificate, which comes behind the request.
    if (connection_.certificate_requests() > 0)
        return connection_.peer_closed() ? Progress::done : Progress::going_on;
    if (reply_.empty() && (request_.complete() || request_.too_large())) {
        reply_ = response_to(request_, page_about(connection_.negotiated()), system_clock().now());
        deadline_ = net::Deadline::after(patience_.reply);
    }
    // Half a request, and no more to come.
    if (reply_.empty()) return connection_.peer_closed() ? Progress::done : Progress::going_on;
    PAVISE_LET(const std::size_t count, connection_.write(as_bytes(reply_).subspan(replied_)));
    replied_ += count;
    return replied_ == reply_.size() ? Progress::done : Progress::going_on;
}

Result<Session::Progress> Session::echo() {
    while (!connection_.data().empty()) {
        PAVISE_LET(const std::size_t count, connection_.write(connection_.data()));
        if (count == 0) return Progress::going_on;
        deadline_ = net::Deadline::after(patience_.idle);
        PAVISE_TRY(connection_.data_read(count));
    }
    return connection_.peer_closed() ? Progress::done : Progress::going_on;
}

Result<Session::Progress> Session::discard() {
    while (!connection_.data().empty()) {
        deadline_ = net::Deadline::after(patience_.idle);
        PAVISE_TRY(connection_.data_read(connection_.data().size()));
    }
    return connection_.peer_closed() ? Progress::done : Progress::going_on;
}

Result<Session::Progress> Session::progress() {
    switch (service_) {
    case Service::http: return answer();
    case Service::echo: return echo();
    case Service::discard: return discard();
    }
    return Progress::done;
}

// The certificates go by the name that the client asks for.
Status Session::decide() {
    if (connection_.waiting_for() != Decision::config) return {};
    PAVISE_LET(const ClientOffer offer, connection_.client_offer());
    return connection_.choose_config(configs_->config_for(offer.server_name));
}

// Data that came before the handshake is done can be a replay (RFC 8446 §8). A request is read, and answered
// when the handshake has shown that this client is alive; an echo and the dropping of bytes change nothing
// that a replay could harm.
Status Session::take_early_data() {
    if (service_ == Service::http) {
        while (!connection_.data().empty()) {
            request_.add(connection_.data());
            PAVISE_TRY(connection_.data_read(connection_.data().size()));
        }
        return {};
    }
    PAVISE_TRY(service_ == Service::echo ? echo() : discard());
    return {};
}

Status Session::ask_for_certificate() {
    if (conduct_.certificate_later == PeerVerification::none) return {};
    const Status asked = connection_.request_certificate(conduct_.certificate_later);
    if (asked || asked.error().code != ErrorCode::post_handshake_auth_not_offered) return asked;
    if (conduct_.certificate_later == PeerVerification::optional) return {};
    // As if it had been asked and had sent none (RFC 8446 §4.4.2.4, RFC 5246 §7.4.6).
    const bool tls13 = connection_.negotiated().version == ProtocolVersion::tls_1_3;
    PAVISE_TRY(connection_.refuse(tls13 ? AlertDescription::certificate_required
                                        : AlertDescription::handshake_failure));
    return Unexpected(*connection_.error());
}

Status Session::begin_service() {
    say(summary_of(connection_.negotiated()));
    enter(Phase::service, service_ == Service::http ? patience_.request : patience_.idle);
    PAVISE_TRY(ask_for_certificate());
    if (conduct_.key_update && connection_.negotiated().version == ProtocolVersion::tls_1_3)
        PAVISE_TRY(connection_.update_keys(*conduct_.key_update));
    return {};
}

// The plaintext before TLS, as far as it goes now.
void Session::talk() {
    std::array<std::uint8_t, 512> block;
    while (plaintext_) {
        while (!plaintext_->output().empty()) {
            const auto count = socket_.try_write(as_bytes(plaintext_->output()));
            if (!count) return give_up(count.error());
            if (*count == 0) return;
            plaintext_->output_sent(*count);
        }
        if (plaintext_->state() == StartTlsServer::State::tls) {
            plaintext_.reset();
            return enter(Phase::handshake, patience_.request);
        }
        if (plaintext_->state() == StartTlsServer::State::over) {
            say(plaintext_->reason());
            (void)socket_.shutdown_write();
            return enter(Phase::lingering, drain_time);
        }
        const auto count =
            socket_.try_read(MutableBytes(block).first(std::min(block.size(), plaintext_->room())));
        if (!count) return give_up(count.error());
        if (!*count) return;
        if (**count == 0) {
            say("the client closed the connection before TLS began");
            phase_ = Phase::finished;
            return;
        }
        plaintext_->take(as_text(Bytes(block).first(**count)));
    }
}

void Session::serve() {
    if (phase_ == Phase::handshake) {
        Status status = decide();
        if (status) status = take_early_data();
        if (status && connection_.handshake_complete()) status = begin_service();
        if (!status) return give_up(status.error());
    }
    if (phase_ != Phase::service) return;
    const Result<Progress> progressed = progress();
    // In TLS 1.2 the client's close_notify closes our side too, and calls off what we had to say (RFC 5246
    // §7.2.1).
    const bool called_off = !progressed && progressed.error().code == ErrorCode::already_closed;
    if (!progressed && !called_off) return give_up(progressed.error());
    if (progressed && *progressed == Progress::going_on) return;
    const Status closed = connection_.close();
    if (!closed) return give_up(closed.error());
    enter(Phase::closing, patience_.reply);
}

void Session::send() {
    if (phase_ == Phase::finished || !sending_) return;
    sending_ = push(connection_, socket_);
    if (!sending_ || phase_ != Phase::closing || !connection_.output().empty()) return;
    // All is said. The client must be able to read it before our close: shut, drain, close.
    (void)socket_.shutdown_write();
    enter(Phase::lingering, drain_time);
}

// An answer that waits to be sent is not crowded out by more input.
bool Session::hungry() {
    const bool answering = service_ == Service::http && !reply_.empty();
    return (phase_ == Phase::handshake || phase_ == Phase::service) && !answering &&
           connection_.wants_input() && connection_.data().empty();
}

bool Session::unserved() {
    if (phase_ != Phase::service || !connection_.output().empty()) return false;
    return service_ == Service::http ? replied_ < reply_.size() : !connection_.data().empty();
}

bool Session::receive() {
    if (!hungry()) return unserved();
    const Result<Pulled> pulled = pull(connection_, socket_);
    if (pulled) return *pulled == Pulled::bytes || (*pulled == Pulled::end && connection_.peer_closed());
    give_up(connection_.error() || sending_ ? pulled.error() : sending_.error());
    return phase_ == Phase::closing;
}

void Session::linger() {
    std::array<std::uint8_t, 16384> sink;
    while (drained_ < drain_limit) {
        const auto count = socket_.try_read(sink);
        if (count && !*count) return; // more may come
        if (!count || **count == 0) break;
        drained_ += **count;
    }
    phase_ = Phase::finished;
}

void Session::time_out() {
    if (phase_ == Phase::closing || phase_ == Phase::lingering) {
        phase_ = Phase::finished;
        return;
    }
    if (phase_ == Phase::plaintext)
        say("gave up: the client did not ask for TLS");
    else
        say(phase_ == Phase::handshake ? "gave up: the handshake took too long"
                                       : "gave up: nothing came for too long");
    shut_down();
}

void Session::advance() {
    if (deadline_.passed()) time_out();
    if (phase_ == Phase::plaintext) talk();
    if (phase_ == Phase::plaintext) return;
    for (int turn = 0;; ++turn) {
        serve();
        send();
        if (turn == turns || !receive()) break;
    }
    if (phase_ == Phase::lingering) linger();
    // A sending side that failed ends the session once there is nothing left to read that would explain it.
    if (!sending_ && phase_ != Phase::finished && phase_ != Phase::lingering) give_up(sending_.error());
    // Nothing to do until the socket says so: an idle client costs little memory.
    connection_.release_idle();
}

void Session::shut_down() {
    if (phase_ == Phase::finished || phase_ == Phase::lingering) return;
    if (phase_ == Phase::plaintext) {
        phase_ = Phase::finished;
        return;
    }
    (void)(connection_.handshake_complete() ? connection_.close() : connection_.cancel());
    enter(Phase::closing, drain_time);
    send();
}

net::Interest Session::interest() {
    if (phase_ == Phase::lingering) return net::Interest::read;
    if (phase_ == Phase::plaintext)
        return plaintext_->output().empty() ? net::Interest::read : net::Interest::write;
    const bool writing = sending_ && (!connection_.output().empty() || unserved());
    if (hungry()) return writing ? net::Interest::both : net::Interest::read;
    return writing ? net::Interest::write : net::Interest::none;
}

} // namespace pavise::cli
