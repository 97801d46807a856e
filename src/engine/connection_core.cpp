#include "engine/connection_core.hpp"

#include "engine/protection12.hpp"
#include "handshake/enabled_versions.hpp"
#include "schedule/traffic_keys.hpp"

#include <limits>

namespace pavise::engine {

using handshake::Level;

namespace {

constexpr std::size_t unlimited_half_rtt_data = std::numeric_limits<std::size_t>::max();

} // namespace

// ---------------------------------------------------------------- beginning

Result<std::unique_ptr<ConnectionCore>> ConnectionCore::client(std::shared_ptr<const ClientConfig> config,
                                                               const ClientOptions& options,
                                                               const Hooks& hooks) {
    std::unique_ptr<ConnectionCore> core(new ConnectionCore(Role::client, hooks));
    PAVISE_TRY(core->engine_.open_client(std::move(config), options, *core));
    PAVISE_TRY(core->form_sent_records());
    core->sending_.set_hello_version(ProtocolVersion::tls_1_0);
    core->reader_.set_change_cipher_specs(record::ChangeCipherSpecs::accepted);
    PAVISE_TRY(core->handshake().start());
    core->follow_handshake();
    PAVISE_TRY(core->resolve_decisions());
    core->sending_.output(); // the first flight stands ready
    return core;
}

Result<std::unique_ptr<ConnectionCore>> ConnectionCore::server(std::shared_ptr<const ServerConfig> config,
                                                               const Hooks& hooks) {
    std::unique_ptr<ConnectionCore> core(new ConnectionCore(Role::server, hooks));
    PAVISE_TRY(core->engine_.open_server(std::move(config), *core));
    PAVISE_TRY(core->form_sent_records());
    return core;
}

Status ConnectionCore::form_sent_records() {
    sending_.set_padding(engine_.padding());
    return sending_.set_max_fragment(engine_.max_send_fragment());
}

// ---------------------------------------------------------------- what the handshake asks of its transport

Status ConnectionCore::send(Bytes message) {
    sending_.queue_handshake(message);
    return {};
}

Status ConnectionCore::install_write_secret(Level level, const crypto::Suite13& suite, Bytes secret,
                                            crypto::Hmac& hmac) {
    return sending_.install(level, suite, secret, hmac,
                            level == Level::application ? hooks().first_sequence_number : 0);
}

Status ConnectionCore::install_read_secret(Level level, const crypto::Suite13& suite, Bytes secret,
                                           crypto::Hmac& hmac) {
    PAVISE_LET(schedule::TrafficKeys keys, schedule::traffic_keys(hmac, suite.aead, secret));
    PAVISE_LET(auto aead, hooks().provider->aead(suite.aead, crypto::AeadUse::open, keys.key.view()));
    const std::uint64_t first =
        level == Level::application ? std::exchange(first_read_sequence_number_, 0) : 0;
    PAVISE_LET(auto protection,
               record::ReadProtection::tls13({suite.aead, std::move(aead), std::move(keys.iv)}, first));
    reader_.install(std::move(protection));
    if (const auto sizes = std::exchange(limits_after_early_data_, nullptr))
        PAVISE_TRY(limit_received_records(*sizes));
    if (level == Level::application)
        mailbox_.peer_updated(); // an answer to our KeyUpdate, if we had asked for one
    return {};
}

Status ConnectionCore::install_read_keys12(const crypto::Suite12& suite, const schedule::WriteKeys& keys) {
    PAVISE_LET(auto protection, read_protection12(*hooks().provider, suite, keys));
    reader_.install(std::move(protection));
    return {};
}

Status ConnectionCore::limit_records(const handshake::RecordSizes& sizes) {
    // "Records are subject to the limits that were set in the handshake that produces the keys that are used
    // to protect those records." (RFC 8449 §4) Whoever sends early data has not seen this handshake's yet.
    if (handshake().read_level() == Level::early_data)
        limits_after_early_data_ = std::make_unique<const handshake::RecordSizes>(sizes);
    else
        PAVISE_TRY(limit_received_records(sizes));
    return sending_.limit_records(sizes);
}

Status ConnectionCore::limit_received_records(const handshake::RecordSizes& sizes) {
    if (sizes.ours) PAVISE_TRY(reader_.set_record_size_limit(*sizes.ours));
    if (sizes.fragment) PAVISE_TRY(reader_.set_max_fragment_length(*sizes.fragment));
    return {};
}

void ConnectionCore::expect_early_data(std::size_t bytes) {
    early_data_left_ = bytes;
    // What answers it need not wait for the client's Finished: our application keys are in place with our
    // Finished ("Servers MAY send data after sending their first flight", RFC 8446 §4.4.4). A replayed
    // request gets an answer that only the first client can read.
    if (bytes != 0) sending_.allow_early_data(unlimited_half_rtt_data);
}

Status ConnectionCore::send_authentication(ByteVector messages, const crypto::Digest& transcript_hash) {
    return mailbox_.request_authentication({std::move(messages), transcript_hash});
}

Status ConnectionCore::request_certificate(PeerVerification how) {
    PAVISE_TRY(usable());
    if (engine_.role() == Role::client || how == PeerVerification::none) return fail(ErrorCode::bad_argument);
    if (!handshake_complete()) return fail(ErrorCode::handshake_not_done);
    if (sending_.is_closed()) return fail(ErrorCode::already_closed);
    return handshake().request_certificate(how);
}

Status ConnectionCore::answer_key_update() {
    mailbox_.request_key_update();
    return {};
}

// ---------------------------------------------------------------- records in

Status ConnectionCore::usable() const {
    if (const auto failure = mailbox_.failure()) return Unexpected(*failure);
    return {};
}

Status ConnectionCore::poison(Error error) noexcept {
    mailbox_.fail_with(error);
    return Unexpected(*mailbox_.failure());
}

Status ConnectionCore::end_with(Error error) {
    const Status failed = poison(error);
    // "Upon transmission or receipt of a fatal alert message, … [s]ervers and clients MUST forget any
    // session-identifiers, keys, and secrets associated with a failed connection." (RFC 5246 §7.2.2)
    if (alert_of(error) || error.code == ErrorCode::alert_received) engine_.forget_sessions();
    return failed;
}

Status ConnectionCore::refuse(AlertDescription reason) {
    PAVISE_TRY(usable());
    if (reason == AlertDescription::close_notify || reason == AlertDescription::user_canceled)
        return fail(ErrorCode::bad_argument);
    (void)end_with({ErrorCode::refused_by_application, static_cast<std::uint16_t>(reason)});
    return {};
}

MutableBytes ConnectionCore::receive_space() {
    if (!wants_input()) return {};
    return reader_.prepare();
}

Status ConnectionCore::received(std::size_t count) {
    PAVISE_TRY(usable());
    reader_.commit(count);
    return proceed();
}

Result<std::size_t> ConnectionCore::feed(Bytes bytes) {
    PAVISE_TRY(usable());
    std::size_t taken = 0;
    while (taken < bytes.size() && wants_input()) {
        const std::size_t count = reader_.feed(bytes.subspan(taken));
        taken += count;
        PAVISE_TRY(proceed());
        if (count == 0) break;
    }
    // What comes after the peer's close_notify is ignored (RFC 8446 §6.1).
    return peer_closed() ? bytes.size() : taken;
}

Status ConnectionCore::transport_closed() {
    PAVISE_TRY(usable());
    if (peer_closed()) return {};
    return poison(
        {handshake_complete() ? ErrorCode::truncated_connection : ErrorCode::ended_during_handshake});
}

Status ConnectionCore::data_read(std::size_t count) {
    PAVISE_TRY(usable());
    data_ = data_.subspan(std::min(count, data_.size()));
    // Nothing was received behind this record: nothing to be done, and no decision due.
    if (!data_.empty() || reader_.buffered() == 0) return {};
    return proceed();
}

Status ConnectionCore::proceed() {
    if (auto status = resolve_decisions(); !status) return end_with(status.error());
    if (auto status = process_records(); !status) return end_with(status.error());
    return {};
}

Status ConnectionCore::process_records() {
    while (data_.empty() && !peer_closed() && waiting_for() == Decision::none) {
        show_next_record();
        PAVISE_LET(const auto record, reader_.next());
        if (!record) return {};
        if (hooks().tap != nullptr)
            hooks().tap->on_content(wire::Direction::received, record->type, record->fragment);
        PAVISE_TRY(handle(*record));
        PAVISE_TRY(resolve_decisions());
    }
    return {};
}

void ConnectionCore::show_next_record() {
    if (hooks().tap == nullptr) return;
    const Bytes wire = reader_.whole_record();
    if (wire.empty()) return;
    // In TLS 1.3 other types are in the clear for ever (RFC 8446 §5.2), in TLS 1.2 none is once there are
    // keys.
    const bool opened =
        reader_.is_protected() && (engine_.negotiated().version == ProtocolVersion::tls_1_2 ||
                                   wire[0] == static_cast<std::uint8_t>(ContentType::application_data));
    hooks().tap->on_record(wire::Direction::received,
                           opened ? wire::RecordProtection::encrypted : wire::RecordProtection::plaintext,
                           wire);
}

Status ConnectionCore::handle(const record::Record& record) {
    if (record.type == ContentType::handshake) {
        sending_.set_hello_version(ProtocolVersion::tls_1_2); // what a client says now is not its first hello
        PAVISE_TRY(handshake().receive(record.fragment));
        follow_handshake();
        return {};
    }
    if (record.type == ContentType::alert) return handle_alert(record);
    // "if a handshake message is split over two or more records, there MUST NOT be any other records between
    // them" (RFC 8446 §5.1)
    if (standing_.message_in_progress) return fail(ErrorCode::interleaved_handshake);
    if (record.type == ContentType::change_cipher_spec) {
        PAVISE_TRY(handshake().receive_change_cipher_spec());
        follow_handshake();
        return {};
    }
    return handle_application_data(record);
}

// TLS 1.2 has warnings after which a connection goes on (RFC 5246 §7.2); in TLS 1.3 "all the alerts listed in
// Section 6.2 MUST be sent with AlertLevel=fatal and MUST be treated as error alerts when received regardless
// of the AlertLevel in the message" (RFC 8446 §6). A server's may come before its ServerHello tells the
// version (unrecognized_name, RFC 6066 §3).
bool ConnectionCore::tolerates_warnings() const {
    if (engine_.negotiated().version != ProtocolVersion{})
        return engine_.negotiated().version == ProtocolVersion::tls_1_2;
    return role() == Role::client && handshake::enables(*engine_.client_config(), ProtocolVersion::tls_1_2);
}

Status ConnectionCore::handle_alert(const record::Record& record) {
    // §5.1: alerts are not fragmented, and one record holds one alert.
    if (record.fragment.size() != 2) return fail(ErrorCode::bad_alert);
    const auto level = static_cast<AlertLevel>(record.fragment[0]);
    const auto description = static_cast<AlertDescription>(record.fragment[1]);
    if (level != AlertLevel::warning && level != AlertLevel::fatal) return fail(ErrorCode::bad_alert_level);
    const bool ends_nothing =
        description == AlertDescription::close_notify || description == AlertDescription::user_canceled;
    // §5.1: no record of any type comes between the fragments of a handshake message; where the alert ends
    // the connection anyway, it says more about why.
    if (ends_nothing && standing_.message_in_progress) return fail(ErrorCode::interleaved_handshake);
    if (description == AlertDescription::close_notify) {
        if (!handshake_complete()) return fail(ErrorCode::closed_during_handshake);
        peer_closed_.store(true, std::memory_order_release);
        // "The other party MUST respond with a close_notify alert of its own and close down the connection
        // immediately, discarding any pending writes." (RFC 5246 §7.2.1)
        if (engine_.negotiated().version == ProtocolVersion::tls_1_2) mailbox_.request_close();
        return {};
    }
    // RFC 9846 §6.1: user_canceled is followed by a close_notify and means nothing until then.
    if (description == AlertDescription::user_canceled) return handshake().exchange().budget.draw();
    if (level == AlertLevel::warning && tolerates_warnings()) return handshake().exchange().budget.draw();
    return fail(ErrorCode::alert_received, static_cast<std::uint16_t>(description));
}

Status ConnectionCore::handle_application_data(const record::Record& record) {
    // The handshake is complete only with a FinishedVerified in its hands.
    if (!handshake_complete()) {
        if (handshake().exchange().read_level() != Level::early_data)
            return fail(ErrorCode::unexpected_application_data);
        // "If the server receives more than max_early_data_size bytes … it SHOULD terminate the connection
        // with an 'unexpected_message' alert" (RFC 8446 §4.6.1)
        if (record.fragment.size() > early_data_left_) return fail(ErrorCode::too_much_early_data);
        early_data_left_ -= record.fragment.size();
    }
    // "All of the client's messages for a given response MUST appear consecutively on the wire with no
    // intervening messages of other types" (RFC 8446 §4.6.2).
    if (standing_.peer_authenticating) return fail(ErrorCode::unexpected_application_data);
    if (record.fragment.empty()) return handshake().exchange().budget.draw();
    handshake().exchange().budget.refill(record.fragment.size());
    data_ = record.fragment;
    return {};
}

// What the record layer has to know of the handshake's progress.
void ConnectionCore::follow_handshake() {
    standing_ = {handshake().waiting_for(), handshake().message_in_progress(),
                 handshake().peer_authenticating()};
    // §5: change_cipher_spec is tolerated "after the first ClientHello message has been sent or received and
    // before the peer's Finished message has been received".
    reader_.set_change_cipher_specs(handshake().peer_finished() ? record::ChangeCipherSpecs::refused
                                                                : record::ChangeCipherSpecs::accepted);
    if (!handshake().complete() || sending_.is_open()) return;
    handshake().exchange().outgoing() = ByteVector(); // as large as the largest message: not kept
    sending_.open();
}

// ---------------------------------------------------------------- decisions

Decision ConnectionCore::waiting_for() const {
    return mailbox_.failure() ? Decision::none : standing_.waiting_for;
}

// Decides what the config decides, until the handshake needs bytes or its caller.
Status ConnectionCore::resolve_decisions() {
    while (waiting_for() != Decision::none && engine_.config_decides()) {
        PAVISE_TRY(engine_.decide_by_config());
        follow_handshake();
    }
    return {};
}

Status ConnectionCore::decide_certificate(std::optional<Error> refusal) {
    PAVISE_TRY(usable());
    PAVISE_LET(const auto verdict, engine_.verdict(refusal));
    return decide(verdict);
}

Status ConnectionCore::choose_config(std::shared_ptr<const ServerConfig> config) {
    PAVISE_TRY(usable());
    PAVISE_LET(const auto choice, engine_.config_chosen(std::move(config)));
    PAVISE_TRY(form_sent_records());
    return decide(choice);
}

Status ConnectionCore::choose_psk(const std::optional<FoundPsk>& found) {
    PAVISE_TRY(usable());
    PAVISE_LET(const auto choice, engine_.psk_chosen(found));
    return decide(choice);
}

// ---------------------------------------------------------------- state

bool ConnectionCore::wants_input() const {
    return !mailbox_.failure() && !peer_closed() && data_.empty() && waiting_for() == Decision::none;
}

bool ConnectionCore::closed() const {
    return mailbox_.failure() || (peer_closed() && sending_.is_closed());
}

void ConnectionCore::release_idle() noexcept {
    if (data_.empty()) reader_.release_idle();
    sending_.release_idle();
}

} // namespace pavise::engine
