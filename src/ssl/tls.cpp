#include "ssl/tls.hpp"

#include "engine/access.hpp"

#include <algorithm>

namespace pavise::ssl {

namespace {

bool is_ragged_end(Error error) {
    return error.code == ErrorCode::truncated_connection;
}

} // namespace

// NOLINTNEXTLINE(performance-unnecessary-value-param): a handle, whose copies are shared
Tls::Tls(SSLContext context, TlsOptions options) :
    context_(std::move(context)), // NOLINT(performance-move-const-arg): likewise
    settings_(context_.state()->settings()),
    role_(options.role),
    server_hostname_(std::move(options.server_hostname)),
    session_(std::move(options.session)),
    ech_configs_(std::move(options.ech_configs)) {
    // What a hook throws is for the caller of wrap_…(), and not for the first who wants to read.
    if (role_ == Role::client && settings_->client_config_hook) (void)context_.state()->client_config();
    if (role_ == Role::server && settings_->server_config_hook) (void)context_.state()->server_config();
}

std::unique_ptr<Tls> Tls::make(const SSLContext& context, TlsOptions options) {
    if (const auto misfit = misfit_of(options, context)) misfit->raise();
    return std::make_unique<Tls>(context, std::move(options));
}

std::unique_ptr<Tls> Tls::make(const SSLContext& context, TlsOptions options, std::error_code& code) {
    code = {};
    if (const auto misfit = misfit_of(options, context)) {
        code = misfit->code();
        return nullptr;
    }
    try {
        return std::make_unique<Tls>(context, std::move(options));
    } catch (const std::bad_alloc&) {
        throw;
    } catch (...) {
        code = Failure(Refusal::callback_failed).code();
    }
    return nullptr;
}

void Tls::set_early_data(Bytes data) {
    if (role_ == Role::server) throw ValueError("early data is a client's");
    if (connection_) throw ValueError("Cannot set early data after handshake.");
    early_.assign(data.begin(), data.end());
}

void Tls::set_session(const SSLSession& session) {
    if (const auto misfit = misfit_of(session, context_, role_)) misfit->raise();
    if (connection_) throw ValueError("Cannot set session after handshake.");
    session_ = session;
}

std::exception_ptr Tls::take_exception() {
    if (std::exception_ptr thrown = thrown_.take()) return thrown;
    return messages_ != nullptr ? messages_->take() : nullptr;
}

void Tls::forget_exceptions() noexcept {
    (void)thrown_.take();
    if (messages_ != nullptr) (void)messages_->take();
}

// ---------------------------------------------------------------- beginning

engine::Hooks Tls::hooks() {
    engine::Hooks hooks;
    if (settings_->msg_callback) messages_ = std::make_unique<MessageTap>(settings_->msg_callback, owner_);
    hooks.tap = messages_.get();
    return hooks;
}

Done Tls::begin_client() {
    std::shared_ptr<const ClientConfig> config = context_.state()->client_config();
    settings_ = context_.state()->settings();
    if (settings_->psk_client_callback) {
        auto with_psk = std::make_shared<ClientConfig>(*config);
        auto psk = ask_psk_client_callback();
        if (!psk) return Failure(Refusal::callback_failed);
        with_psk->external_psks = {*std::move(psk)};
        config = std::move(with_psk);
    }
    config_ = config;
    ClientOptions options{.server_name = server_hostname_.value_or(""), .ech_configs = ech_configs_};
    if (session_ && session_->slot()->fits(*settings_)) options.session = session_->slot()->get();
    // All of it or nothing: what goes only in part cannot be told from what went.
    early_offered_ =
        !early_.empty() && options.session && options.session.max_early_data_size() >= early_.size();
    if (early_offered_) options.early_data = EarlyData::on;
    auto made = testing::Access::client(std::move(config), options, hooks());
    // Whoever comes again after this must not say in the clear what was to be encrypted: the configs stay.
    if (!made) return Failure(made.error());
    ech_configs_ = {};
    connection_.emplace(*std::move(made));
    ++context_.state()->counters.connect;
    return std::monostate();
}

Done Tls::begin_server() {
    std::shared_ptr<const ServerConfig> config = context_.state()->server_config();
    settings_ = context_.state()->settings();
    config_ = config;
    auto made = testing::Access::server(std::move(config), hooks());
    if (!made) return Failure(made.error());
    connection_.emplace(*std::move(made));
    ++context_.state()->counters.accept;
    return std::monostate();
}

Done Tls::begin() {
    if (connection_) return std::monostate();
    try {
        return role_ == Role::client ? begin_client() : begin_server();
    } catch (const std::bad_alloc&) {
        throw;
    } catch (...) { // a hook of the application's
        thrown_.keep_current();
        return Failure(Refusal::callback_failed);
    }
}

// ---------------------------------------------------------------- moving bytes

Done Tls::flush(Transport& transport) {
    for (Bytes output = connection_->output(); !output.empty(); output = connection_->output()) {
        auto sent = transport.write(output);
        if (!sent) return sent.failure();
        connection_->output_sent(*sent);
    }
    return std::monostate();
}

void Tls::flush_answers(Transport& transport) {
    if (!connection_->output_due()) return;
    const std::unique_lock lock(sending_, std::try_to_lock);
    // What cannot be sent now goes with the next write.
    if (lock) [[maybe_unused]]
        const Done sent = flush(transport);
}

Done Tls::pull(Transport& transport, Reading reading) {
    MutableBytes space = connection_->receive_space();
    if (reading == Reading::record_by_record) space = space.first(std::min(space.size(), tracker_.wanted()));
    auto count = transport.read(space);
    if (!count) return count.failure();
    if (*count != 0) tracker_.follow(space.first(*count));
    const Status status = *count == 0 ? connection_->transport_closed() : connection_->received(*count);
    if (status) return std::monostate();
    if (is_ragged_end(status.error()) && has(settings_->options, OP_IGNORE_UNEXPECTED_EOF))
        return Failure(SSL_ERROR_ZERO_RETURN);
    return Failure(status.error());
}

// ---------------------------------------------------------------- early data

// Before anything is read: the server's answer may close the door.
Done Tls::send_early_data(Transport& transport) {
    while (early_offered_ && early_sent_ < early_.size() && connection_->early_data_room() != 0) {
        const auto taken = connection_->write(Bytes(early_).subspan(early_sent_));
        if (!taken) return Failure(taken.error());
        early_sent_ += *taken;
        if (auto sent = flush(transport); !sent) return sent;
    }
    return std::monostate();
}

void Tls::keep_early_data() {
    while (role_ == Role::server && !connection_->handshake_complete() && !connection_->data().empty()) {
        const Bytes data = connection_->data();
        early_.insert(early_.end(), data.begin(), data.end());
        // A failure is the connection's, which is looked at next.
        [[maybe_unused]] const Status read = connection_->data_read(data.size());
    }
}

// ---------------------------------------------------------------- handshake

Done Tls::handshake(Transport& transport) {
    if (established_) return std::monostate();
    if (auto begun = begin(); !begun) return begun;
    for (;;) {
        const Done sent = flush(transport);
        if (const auto error = this->error()) return Failure(*error);
        if (!sent && sent.failure().is(SSL_ERROR_WANT_WRITE)) return sent.failure();
        if (connection_->waiting_for() != Decision::none) {
            if (auto decided = decide(); !decided) return decided;
            continue;
        }
        if (connection_->handshake_complete()) break;
        if (auto early = send_early_data(transport); !early) return early;
        // Where the peer is gone, what it said last explains why.
        const Done pulled = pull(transport, transport.reading());
        keep_early_data();
        if (!pulled && connection_->error()) (void)flush(transport); // the alert
        if (!pulled) return sent ? pulled.failure() : sent.failure();
    }
    finish_handshake();
    return std::monostate();
}

void Tls::finish_handshake() {
    if (established_) return;
    established_ = true;
    Counters& counters = context_.state()->counters;
    const bool offered = session_ && session_->has_ticket();
    ++(role_ == Role::client ? counters.connect_good : counters.accept_good);
    if (negotiated().resumed)
        ++counters.hits;
    else if (offered)
        ++counters.misses;
    // A session of TLS 1.2 that was resumed goes on; in TLS 1.3 each ticket is used once.
    const bool same = negotiated().resumed && offered && negotiated().version == ProtocolVersion::tls_1_2;
    if (!same) session_ = SSLSession(make_session_slot(context_.state(), *settings_));
    collect_sessions();
}

void Tls::collect_sessions() {
    if (role_ != Role::client) return;
    std::vector<Session> sessions = connection_->take_sessions();
    if (!sessions.empty()) session_->slot()->set(std::move(sessions.back()));
}

// ---------------------------------------------------------------- application data

Attempt<std::size_t> Tls::read(Transport& transport, MutableBytes into) {
    if (!established_)
        if (auto done = handshake(transport); !done) return done.failure();
    if (into.empty()) return std::size_t{0};
    while (connection_->data().empty()) {
        if (auto settled = settle(transport); !settled) return settled.failure();
        if (const auto error = this->error()) return Failure(*error);
        if (connection_->peer_closed()) return Failure(SSL_ERROR_ZERO_RETURN);
        const Done pulled = pull(transport, transport.reading());
        flush_answers(transport);
        collect_sessions();
        if (!pulled) return pulled.failure();
    }
    const Bytes data = connection_->data().first(std::min(connection_->data().size(), into.size()));
    std::ranges::copy(data, into.begin());
    const std::size_t count = data.size();
    // A failure behind this data is said by the next call.
    [[maybe_unused]] const Status rest = connection_->data_read(count);
    flush_answers(transport);
    collect_sessions();
    return count;
}

// What lies between two messages of the peer: a request that is still to be sent, a chain to be judged.
Done Tls::settle(Transport& transport) {
    if (request_waits_.load(std::memory_order_relaxed)) {
        const std::lock_guard lock(sending_);
        if (auto sent = flush(transport); !sent) return sent;
        request_waits_.store(false, std::memory_order_relaxed);
    }
    while (connection_->waiting_for() != Decision::none) {
        const std::lock_guard lock(sending_);
        if (auto decided = decide(); !decided) return decided;
        // What cannot be sent now, an alert perhaps, goes with the next write.
        [[maybe_unused]] const Done sent = flush(transport);
    }
    return std::monostate();
}

// ---------------------------------------------------------------- after the handshake

Done Tls::request_certificate() {
    if (!established_ || negotiated().version != ProtocolVersion::tls_1_3)
        return Failure(Refusal::wrong_ssl_version);
    if (role_ == Role::client) return Failure(Refusal::not_server);
    if (client_allows_later_auth_ == false) return Failure(Refusal::extension_not_received);
    if (settings_->verify_mode == CERT_NONE) return Failure(Refusal::invalid_config);
    const PeerVerification how =
        settings_->verify_mode == CERT_OPTIONAL ? PeerVerification::optional : PeerVerification::required;
    const std::lock_guard lock(sending_);
    if (const Status asked = connection_->request_certificate(how); !asked) return Failure(asked.error());
    request_waits_.store(true, std::memory_order_relaxed);
    return std::monostate();
}

Done Tls::update_keys(KeyUpdateScope scope) {
    if (!established_) return Failure(Error{ErrorCode::handshake_not_done});
    const std::lock_guard lock(sending_);
    if (const Status updated = connection_->update_keys(scope); !updated) return Failure(updated.error());
    return std::monostate();
}

void Tls::release_idle() {
    const std::lock_guard lock(sending_);
    if (connection_) connection_->release_idle();
}

// ---------------------------------------------------------------- application data, the other way

bool Tls::answers_early_data() const {
    return role_ == Role::server && connection_ && !connection_->handshake_complete() &&
           connection_->early_data_room() != 0;
}

Attempt<std::size_t> Tls::write(Transport& transport, Bytes bytes) {
    if (!established_ && !answers_early_data())
        if (auto done = handshake(transport); !done) return done.failure();
    const std::lock_guard lock(sending_);
    if (close_sent_) return Failure(Refusal::protocol_is_shutdown);
    if (taken_ == 0) {
        // What a failed write left behind goes first.
        if (auto sent = flush(transport); !sent) return sent.failure();
        const auto taken = connection_->write(bytes);
        if (!taken) return Failure(taken.error());
        taken_ = *taken;
    }
    // As OpenSSL has it: where the transport does not take all of it, the caller comes again with the same
    // bytes.
    if (auto sent = flush(transport); !sent) return sent.failure();
    return std::exchange(taken_, 0);
}

Done Tls::close_sending(Transport& transport) {
    if (!established_) return Failure(Refusal::shutdown_while_in_init);
    const std::lock_guard lock(sending_);
    if (!close_sent_) {
        if (const Status closed = connection_->close(); !closed) return Failure(closed.error());
        close_sent_ = true;
    }
    auto sent = flush(transport);
    // A peer that said goodbye and left does not need ours.
    if (!sent && connection_->peer_closed() && !sent.failure().is(SSL_ERROR_WANT_WRITE))
        return std::monostate();
    return sent;
}

Done Tls::refuse(Transport& transport, AlertDescription reason) {
    if (!connection_) return Failure(Error{ErrorCode::handshake_not_done});
    const std::lock_guard lock(sending_);
    const Status refused = reason == ALERT_DESCRIPTION_USER_CANCELLED
                               ? connection_->cancel()
                               : connection_->refuse(static_cast<pavise::AlertDescription>(reason));
    if (!refused) return Failure(refused.error());
    return flush(transport);
}

Done Tls::shutdown(Transport& transport) {
    goodbye_said_ = established_;
    if (auto sent = close_sending(transport); !sent) return sent;
    for (;;) {
        if (!connection_->data().empty()) return Failure(Refusal::application_data_after_close_notify);
        if (auto settled = settle(transport); !settled) return settled;
        if (const auto error = this->error()) return Failure(*error);
        if (connection_->peer_closed()) return std::monostate();
        const Done pulled = pull(transport, Reading::record_by_record);
        collect_sessions();
        if (!pulled) return pulled;
    }
}

} // namespace pavise::ssl
