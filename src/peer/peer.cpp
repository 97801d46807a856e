#include "peer/peer.hpp"

#include "base/try.hpp"
#include "schedule/traffic_keys.hpp"

#include <algorithm>
#include <array>

namespace pavise::peer {

namespace {

// As much of a message as a person wants to see in a report.
constexpr std::size_t shown_bytes = 96;

std::string in_hex(Bytes bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (const std::uint8_t byte : bytes.first(std::min(bytes.size(), shown_bytes))) {
        text += digits[byte >> 4];
        text += digits[byte & 0xf];
    }
    return text + (bytes.size() > shown_bytes ? "…" : "");
}

// More than any script waits for. Whoever reads until something in particular comes has to end.
constexpr std::size_t most_events = 100'000;

} // namespace

std::string describe(const std::optional<Event>& event) {
    if (!event) return "silence";
    switch (event->type) {
    case ContentType::handshake: return name_of(static_cast<HandshakeType>(event->bytes.at(0)));
    case ContentType::change_cipher_spec: return "change_cipher_spec";
    case ContentType::alert:
        if (event->bytes.size() != 2) return "a malformed alert";
        return "alert " + std::string(name_of(static_cast<AlertDescription>(event->bytes[1])));
    default: return name_of(event->type) + " of " + std::to_string(event->bytes.size()) + " bytes";
    }
}

Peer::Peer(Role role, Link& link, const crypto::Provider& provider, Rng& rng) :
    role_(role),
    provider_(provider),
    rng_(rng),
    port_(link, provider) {}

// ---------------------------------------------------------------- how the script goes

void Peer::complain(std::string what) {
    if (ok()) complaint_ = std::move(what);
}

void Peer::complain_of(Error error, std::string_view doing) {
    if (ok()) error_ = error;
    complain(std::string(doing) + ": " + pavise::describe(error));
}

// ---------------------------------------------------------------- bytes and records out

void Peer::put(Bytes bytes) {
    if (meddler_ == nullptr) return port_.send_bytes(bytes);
    ByteVector changed(bytes.begin(), bytes.end());
    meddler_->outgoing_bytes(changed);
    if (!changed.empty()) port_.send_bytes(changed);
}

void Peer::send_bytes(Bytes bytes) {
    if (!ok()) return;
    note("sent " + in_hex(bytes));
    put(bytes);
}

void Peer::send_raw_record(ContentType type, ProtocolVersion version, Bytes fragment) {
    if (!ok()) return;
    note("sent an unprotected record: " + name_of(type) + ", " + std::to_string(fragment.size()) +
         " bytes: " + in_hex(fragment));
    put(plaintext_record(type, version, fragment));
}

ByteVector Peer::seal(ContentType type, Bytes content, std::size_t padding) {
    return must(port_.seal(type, content, padding), "sealing a record");
}

void Peer::send_record(ContentType type, Bytes content, std::size_t padding) {
    if (!ok()) return;
    note("sent a record: " + name_of(type) + ", " + std::to_string(content.size()) + " bytes" +
         (padding > 0 ? " and " + std::to_string(padding) + " of padding" : "") +
         (content.empty() ? "" : ": " + in_hex(content)));
    put(seal(type, content, padding));
}

void Peer::send_change_cipher_spec(std::uint8_t value) {
    send_raw_record(ContentType::change_cipher_spec, ProtocolVersion::tls_1_2, std::array{value});
}

void Peer::send_alert(AlertDescription description, AlertLevel level) {
    send_record(ContentType::alert,
                std::array{static_cast<std::uint8_t>(level), static_cast<std::uint8_t>(description)});
}

void Peer::send_data(std::string_view text) {
    send_record(ContentType::application_data, as_bytes(text));
}

// ---------------------------------------------------------------- handshake messages out

void Peer::send_message(Bytes message) {
    send_pieces(message, {});
}

void Peer::send_pieces(Bytes whole, const std::vector<std::size_t>& sizes) {
    if (!ok() || whole.empty()) return;
    ByteVector changed(whole.begin(), whole.end());
    if (meddler_ != nullptr) meddler_->outgoing(changed);
    Bytes message = changed;
    if (message.empty()) return;
    note("sent " + name_of(static_cast<HandshakeType>(message[0])) + ", " + std::to_string(message.size()) +
         " bytes" + (sizes.empty() ? "" : " in " + std::to_string(sizes.size() + 1) + " records") + ": " +
         in_hex(message));
    add_to_transcript(message);
    const auto put_first = [&](std::size_t size) {
        const std::size_t count = std::min(size, message.size());
        put(seal(ContentType::handshake, message.first(count)));
        message = message.subspan(count);
    };
    for (const std::size_t size : sizes) put_first(size);
    while (ok() && !message.empty()) put_first(record::max_plaintext_size);
}

// ---------------------------------------------------------------- in

// A whole message out of the handshake bytes that came.
std::optional<Event> Peer::take_message() {
    if (handshake_in_.size() < messages::handshake_header_size) return std::nullopt;
    const std::size_t size =
        messages::handshake_header_size +
        (std::size_t{handshake_in_[1]} << 16 | std::size_t{handshake_in_[2]} << 8 | handshake_in_[3]);
    if (handshake_in_.size() < size) return std::nullopt;
    const auto end = handshake_in_.begin() + static_cast<std::ptrdiff_t>(size);
    Event event{ContentType::handshake, ByteVector(handshake_in_.begin(), end)};
    handshake_in_.erase(handshake_in_.begin(), end);
    return event;
}

std::optional<Event> Peer::read_event() {
    while (ok()) {
        if (auto message = take_message()) return message;
        const auto record = port_.receive();
        if (!record) {
            complain_of(record.error(), "reading a record");
            break;
        }
        if (!*record) {
            note(is_over() ? "the connection is over" : "nothing came");
            break;
        }
        const Bytes content = (*record)->fragment;
        if ((*record)->type == ContentType::handshake)
            append(handshake_in_, content);
        else if ((*record)->type == ContentType::change_cipher_spec &&
                 (++change_cipher_specs_, !change_cipher_spec_is_an_event_))
            continue;
        else
            return Event{(*record)->type, ByteVector(content.begin(), content.end())};
    }
    return std::nullopt;
}

std::optional<Event> Peer::next() {
    if (looked_at_) return std::exchange(looked_at_, std::nullopt);
    auto event = read_event();
    if (event) note("came " + describe(event) + ", " + std::to_string(event->bytes.size()) + " bytes");
    if (meddler_ != nullptr) meddler_->incoming(event);
    if (event && ++events_ > most_events) complain("the other side does not stop");
    return event;
}

const std::optional<Event>& Peer::peek() {
    if (!looked_at_) looked_at_ = next();
    return looked_at_;
}

std::vector<RecordHeader> Peer::record_headers() const {
    std::vector<RecordHeader> headers = port_.headers();
    if (meddler_ != nullptr)
        for (RecordHeader& header : headers) meddler_->incoming_header(header);
    return headers;
}

ByteVector Peer::last_record() const {
    ByteVector record = port_.last_record();
    if (meddler_ != nullptr) meddler_->incoming_record(record);
    return record;
}

Bytes Peer::receive_message(HandshakeType type) {
    auto event = next();
    if (!ok()) return {};
    if (!event || event->type != ContentType::handshake ||
        static_cast<HandshakeType>(event->bytes[0]) != type) {
        complain("expected " + name_of(type) + ", got " + describe(event));
        return {};
    }
    messages_.push_back(std::move(event->bytes));
    return messages_.back();
}

Bytes Peer::expect_message(HandshakeType type) {
    const Bytes message = receive_message(type);
    if (!ok()) return {};
    add_to_transcript(message);
    return message.subspan(messages::handshake_header_size);
}

void Peer::expect_alert(AlertDescription description) {
    const auto event = next();
    if (!ok()) return;
    const bool matches = event && event->type == ContentType::alert && event->bytes.size() == 2 &&
                         static_cast<AlertDescription>(event->bytes[1]) == description;
    if (!matches)
        complain("expected alert " + std::string(name_of(description)) + ", got " + describe(event));
}

void Peer::expect_data(std::string_view text) {
    std::string received;
    while (ok() && received.size() < text.size()) {
        const auto event = next();
        if (!event || event->type != ContentType::application_data)
            return complain("expected application data, got " + describe(event));
        received += as_text(event->bytes);
    }
    if (ok() && received != text) complain("other application data than expected");
}

void Peer::expect_silence() {
    const auto event = next();
    if (ok() && event) complain("expected silence, got " + describe(event));
}

// ---------------------------------------------------------------- transcript and keys

void Peer::use_suite(CipherSuite suite) {
    if (!ok()) return;
    suite_ = crypto::suite13(suite);
    if (!suite_) complain(name_of(suite) + " is no suite of TLS 1.3");
}

crypto::Digest Peer::hash_transcript(crypto::HashId id, Bytes behind) {
    const auto hash = must(provider_.hash(id), "hashing the transcript");
    if (!ok()) return {};
    hash->update(transcript_);
    hash->update(behind);
    return must(hash->digest(), "hashing the transcript");
}

crypto::Digest Peer::transcript_hash() {
    if (ok() && !suite_) complain("no suite was chosen, hence there is no transcript hash");
    return ok() ? hash_transcript(suite_->hash, {}) : crypto::Digest();
}

void Peer::restart_transcript() {
    const crypto::Digest client_hello_1 = transcript_hash();
    if (ok()) transcript_ = written(HandshakeType::message_hash, client_hello_1.view());
}

void Peer::derive_handshake_keys(Bytes shared_secret) {
    const crypto::Digest hash = transcript_hash();
    if (!ok()) return;
    auto secrets = Secrets13::start(provider_, *suite_, psk_, shared_secret, hash.view());
    if (!secrets) return complain_of(secrets.error(), "deriving the handshake keys");
    secrets_ = *std::move(secrets);
}

void Peer::derive_application_keys() {
    const crypto::Digest hash = transcript_hash();
    if (ok() && !secrets_) complain("there are no handshake keys to go on from");
    if (ok()) must(secrets_->to_application(hash.view()), "deriving the application keys");
}

void Peer::derive_resumption_secret() {
    const crypto::Digest hash = transcript_hash();
    if (ok() && (!secrets_ || !secrets_->has(Epoch::application))) complain("there is no master secret");
    if (ok()) must(secrets_->to_resumption(hash.view()), "deriving the resumption secret");
}

ByteVector Peer::ticket_psk(Bytes nonce) {
    if (ok() && !secrets_) complain("there is no resumption secret");
    if (!ok()) return {};
    const HashSecret psk = must(secrets_->ticket_psk(nonce), "deriving a PSK");
    return ByteVector(psk.view().begin(), psk.view().end());
}

ByteVector Peer::binder(schedule::PskKind kind, crypto::HashId hash, Bytes psk, Bytes truncated_hello) {
    const auto compute = [&]() -> Result<HashSecret> {
        const crypto::Digest transcript = hash_transcript(hash, truncated_hello);
        PAVISE_LET(const schedule::EarlyStage early, schedule::EarlyStage::start(provider_, hash, psk));
        PAVISE_LET(const HashSecret key, early.binder_key(kind));
        return schedule::finished_mac(early.hmac(), key.view(), transcript.view());
    };
    const HashSecret value = must(compute(), "computing a binder");
    return ByteVector(value.view().begin(), value.view().end());
}

void Peer::use_early_data_keys(CipherSuite id, Bytes psk) {
    const auto install = [&]() -> Status {
        const auto suite = crypto::suite13(id);
        if (!suite) return fail(ErrorCode::bad_argument);
        const crypto::Digest hash = hash_transcript(suite->hash, {});
        PAVISE_LET(const auto early, schedule::EarlyStage::start(provider_, suite->hash, psk));
        PAVISE_LET(const HashSecret secret, early.client_early_traffic_secret(hash.view()));
        return role_ == Role::client ? port_.write_with(*suite, early.hmac(), secret.view())
                                     : port_.read_with(*suite, early.hmac(), secret.view());
    };
    if (ok()) must(install(), "changing to the keys of early data");
}

void Peer::write_with(Epoch epoch) {
    if (ok() && (!secrets_ || !secrets_->has(epoch))) complain("these keys were not derived");
    if (!ok()) return;
    const HashSecret& secret = secrets_->traffic_secret(role_, epoch);
    must(port_.write_with(secrets_->suite(), secrets_->hmac(), secret.view()), "changing write keys");
}

void Peer::read_with(Epoch epoch) {
    if (ok() && (!secrets_ || !secrets_->has(epoch))) complain("these keys were not derived");
    if (!ok()) return;
    const HashSecret& secret = secrets_->traffic_secret(other(), epoch);
    must(port_.read_with(secrets_->suite(), secrets_->hmac(), secret.view()), "changing read keys");
}

void Peer::update_write_keys() {
    if (ok() && (!secrets_ || !secrets_->has(Epoch::application))) complain("there are no keys to update");
    if (ok()) must(secrets_->update(role_), "updating write keys");
    write_with(Epoch::application);
}

void Peer::update_read_keys() {
    if (ok() && (!secrets_ || !secrets_->has(Epoch::application))) complain("there are no keys to update");
    if (ok()) must(secrets_->update(other()), "updating read keys");
    read_with(Epoch::application);
}

ByteVector Peer::finished_data(Role sender) {
    const crypto::Digest hash = transcript_hash();
    if (ok() && !secrets_) complain("there are no handshake keys for a Finished");
    if (!ok()) return {};
    const HashSecret data = must(secrets_->finished(sender, hash.view()), "computing a Finished");
    return ByteVector(data.view().begin(), data.view().end());
}

} // namespace pavise::peer
