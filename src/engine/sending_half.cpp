#include "engine/sending_half.hpp"

#include "engine/protection12.hpp"
#include "messages/finished.hpp"
#include "messages/key_update.hpp"
#include "schedule/traffic_keys.hpp"

#include <algorithm>
#include <array>

namespace pavise::engine {

void SendingHalf::set_padding(RecordPadding padding) noexcept {
    if (padding.block > 1) writer_.set_padding({.block = padding.block});
}

Status SendingHalf::set_max_fragment(std::optional<std::uint16_t> most) noexcept {
    max_fragment_ = most ? *most : record::max_plaintext_size;
    return writer_.set_max_fragment_length(max_fragment_);
}

Status SendingHalf::write_record(ContentType type, Bytes content) {
    if (tap_ == nullptr) return writer_.write(type, content);
    tap_->on_content(wire::Direction::sent, type, content);
    const std::size_t before = writer_.pending().size();
    PAVISE_TRY(writer_.write(type, content));
    show_records(type, before);
    return {};
}

// The records that the writer made of one content, each by itself.
void SendingHalf::show_records(ContentType type, std::size_t before) {
    const auto protection = writer_.is_protected() && type != ContentType::change_cipher_spec
                                ? wire::RecordProtection::encrypted
                                : wire::RecordProtection::plaintext;
    for (Bytes made = writer_.pending().subspan(before); !made.empty();) {
        const std::size_t size = record::header_size + (std::size_t{made[3]} << 8 | made[4]);
        tap_->on_record(wire::Direction::sent, protection, made.first(size));
        made = made.subspan(size);
    }
}

Status SendingHalf::flush_handshake() {
    if (handshake_.empty()) return {};
    const ByteVector flight = std::exchange(handshake_, {});
    return write_record(ContentType::handshake, flight);
}

Status SendingHalf::send_change_cipher_spec() {
    PAVISE_TRY(flush_handshake());
    constexpr std::array<std::uint8_t, 1> one{1};
    return write_record(ContentType::change_cipher_spec, one);
}

Status SendingHalf::install(handshake::Level level, const crypto::Suite13& suite, Bytes secret,
                            crypto::Hmac& hmac, std::uint64_t first_sequence_number) {
    PAVISE_TRY(flush_handshake());
    PAVISE_LET(schedule::TrafficKeys keys, schedule::traffic_keys(hmac, suite.aead, secret));
    PAVISE_LET(auto aead, provider_.aead(suite.aead, crypto::AeadUse::seal, keys.key.view()));
    PAVISE_LET(auto protection,
               record::WriteProtection::tls13({suite.aead, std::move(aead), std::move(keys.iv)},
                                              first_sequence_number));
    writer_.install(std::move(protection));
    suite_ = suite;
    if (level == handshake::Level::application) traffic_secret_ = HashSecret(secret);
    return {};
}

Status SendingHalf::install12(const crypto::Suite12& suite, const schedule::WriteKeys& keys, Rng& rng) {
    PAVISE_TRY(flush_handshake());
    PAVISE_LET(auto protection, write_protection12(provider_, suite, keys, rng));
    writer_.install(std::move(protection));
    return {};
}

Status SendingHalf::limit_records(const handshake::RecordSizes& sizes) {
    if (sizes.theirs) PAVISE_TRY(writer_.set_record_size_limit(*sizes.theirs));
    if (sizes.fragment)
        PAVISE_TRY(writer_.set_max_fragment_length(std::min<std::size_t>(*sizes.fragment, max_fragment_)));
    return {};
}

// ---------------------------------------------------------------- what is due

Status SendingHalf::queue_alert(AlertLevel level, AlertDescription description) {
    PAVISE_TRY(flush_handshake());
    const std::array<std::uint8_t, 2> alert{static_cast<std::uint8_t>(level),
                                            static_cast<std::uint8_t>(description)};
    return write_record(ContentType::alert, alert);
}

void SendingHalf::queue_alert_of_failure() {
    if (alert_queued_.exchange(true, std::memory_order_acq_rel)) return;
    const auto failure = mailbox_.failure();
    const auto alert = failure ? alert_of(*failure) : std::nullopt;
    if (!alert || is_closed()) return;
    // An alert that cannot be sealed any more is lost with its connection: there is nobody left to tell.
    (void)queue_alert(AlertLevel::fatal, *alert);
}

Status SendingHalf::send_key_update(KeyUpdateRequest request) {
    PAVISE_TRY(flush_handshake());
    if (hmac_ == nullptr) {
        PAVISE_LET(hmac_, provider_.hmac(suite_->hash));
    }
    PAVISE_LET(HashSecret next, schedule::next_traffic_secret(*hmac_, traffic_secret_.view()));
    ByteVector message;
    wire::Writer writer(message);
    messages::write_message(writer, messages::KeyUpdate{request});
    if (tap_ != nullptr) {
        tap_->rewrite_outgoing(HandshakeType::key_update, message);
        tap_->on_message(wire::Direction::sent, message);
    }
    PAVISE_TRY(write_record(ContentType::handshake, message));
    // "After sending a KeyUpdate message, the sender SHALL send all its traffic using the next generation of
    // keys" (RFC 8446 §4.6.3)
    return install(handshake::Level::application, *suite_, next.view(), *hmac_);
}

Status SendingHalf::send_authentication(Authentication authentication) {
    PAVISE_TRY(flush_handshake());
    if (hmac_ == nullptr) {
        PAVISE_LET(hmac_, provider_.hmac(suite_->hash));
    }
    PAVISE_LET(const HashSecret verify_data,
               schedule::finished_mac(*hmac_, traffic_secret_.view(), authentication.transcript_hash.view()));
    ByteVector message;
    wire::Writer writer(message);
    messages::write_message(writer, messages::Finished{verify_data.view()});
    if (tap_ != nullptr) {
        tap_->rewrite_outgoing(HandshakeType::finished, message);
        tap_->on_message(wire::Direction::sent, message);
    }
    ByteVector& flight = authentication.messages;
    flight.insert(flight.end(), message.begin(), message.end());
    return write_record(ContentType::handshake, flight);
}

Status SendingHalf::settle() {
    if (mailbox_.failure()) {
        queue_alert_of_failure();
        return {};
    }
    PAVISE_TRY(flush_handshake());
    // Asked for every record: taking what is not there would cost four atomic exchanges.
    if (!mailbox_.output_requested()) return {};
    if (is_open() && !is_closed() && mailbox_.take_key_update_request())
        PAVISE_TRY(send_key_update(KeyUpdateRequest::update_not_requested));
    if (is_open() && !is_closed())
        for (Authentication& authentication : mailbox_.take_authentications())
            PAVISE_TRY(send_authentication(std::move(authentication)));
    if (is_open() && !is_closed() && mailbox_.take_no_renegotiation_request())
        PAVISE_TRY(queue_alert(AlertLevel::warning, AlertDescription::no_renegotiation));
    if (mailbox_.take_close_request()) return close();
    return {};
}

Bytes SendingHalf::output() {
    // What is due waits while the application fills a reserved record; a failure does not.
    if (!writer_.reserved().empty() && !mailbox_.failure()) return writer_.pending();
    if (auto settled = settle(); !settled) {
        mailbox_.fail_with(settled.error());
        queue_alert_of_failure();
    }
    return writer_.pending();
}

// ---------------------------------------------------------------- application data

// What fails behind the application's calls fails the connection: a record may be missing, or the keys be
// changed on one side alone.
Status SendingHalf::or_fail(Status status) {
    if (!status) mailbox_.fail_with(status.error());
    return status;
}

Status SendingHalf::ready_to_write() {
    if (const auto failure = mailbox_.failure()) return Unexpected(*failure);
    if (is_closed()) return fail(ErrorCode::already_closed);
    if (!is_open() && early_room_ == 0) return fail(ErrorCode::handshake_not_done);
    PAVISE_TRY(or_fail(settle()));
    if (is_closed()) return fail(ErrorCode::already_closed); // the peer closed, and that settled it
    if (!is_open()) return {};
    // RFC 9846 §5.5: keys MUST change before the AEAD's limit.
    if (writer_.records_until_key_update() == 0)
        return or_fail(send_key_update(KeyUpdateRequest::update_not_requested));
    return {};
}

Result<std::size_t> SendingHalf::write(Bytes data) {
    PAVISE_TRY(ready_to_write());
    // Where all of it fits, the division that room() costs is saved.
    std::size_t count = writer_.takes(data.size()) ? data.size() : std::min(data.size(), writer_.room());
    if (!is_open()) count = std::min(count, early_room_);
    if (count == 0) return count;
    PAVISE_TRY(or_fail(write_record(ContentType::application_data, data.first(count))));
    if (!is_open()) early_room_ -= count;
    return count;
}

Result<MutableBytes> SendingHalf::reserve(std::size_t want) {
    PAVISE_TRY(ready_to_write());
    if (!is_open()) return fail(ErrorCode::handshake_not_done); // early data goes through write()
    return writer_.reserve(want);
}

Status SendingHalf::commit(std::size_t used) {
    if (const auto failure = mailbox_.failure()) return Unexpected(*failure);
    if (!writer_.has_reserved(used)) return fail(ErrorCode::bad_argument);
    const std::size_t before = writer_.pending().size();
    if (tap_ != nullptr)
        tap_->on_content(wire::Direction::sent, ContentType::application_data,
                         writer_.reserved().first(used));
    PAVISE_TRY(or_fail(writer_.seal_reserved(ContentType::application_data, used)));
    if (tap_ != nullptr) show_records(ContentType::application_data, before);
    return {};
}

// ---------------------------------------------------------------- ending and rekeying

Status SendingHalf::close() {
    if (const auto failure = mailbox_.failure()) return Unexpected(*failure);
    if (is_closed()) return {};
    PAVISE_TRY(or_fail(queue_alert(AlertLevel::warning, AlertDescription::close_notify)));
    closed_.store(true, std::memory_order_release);
    return {};
}

Status SendingHalf::cancel() {
    if (const auto failure = mailbox_.failure()) return Unexpected(*failure);
    if (is_closed()) return {};
    // "This alert SHOULD be followed by a 'close_notify'" (RFC 8446 §6.1)
    PAVISE_TRY(or_fail(queue_alert(AlertLevel::warning, AlertDescription::user_canceled)));
    return close();
}

Status SendingHalf::update_keys(KeyUpdateScope scope) {
    PAVISE_TRY(ready_to_write());
    if (!is_open()) return fail(ErrorCode::handshake_not_done);
    if (!suite_) return fail(ErrorCode::no_key_update12);
    const bool ask = scope == KeyUpdateScope::both && mailbox_.begin_peer_update();
    return or_fail(
        send_key_update(ask ? KeyUpdateRequest::update_requested : KeyUpdateRequest::update_not_requested));
}

} // namespace pavise::engine
