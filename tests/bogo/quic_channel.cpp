// The runner's mock of QUIC: records over TCP, without loss and without protection.
//
//     type (1) level (1) suite (2) length (4) secret of the level, payload
//
// Suite and secret stand where packets would be protected with them, so that each side sees what the other
// has; those of the level "initial" are 0 and empty. The mock knows no end but the end of the transport.
#include "engine_channel.hpp"

#include "options.hpp"

#include <pavise/error.hpp>

#include <algorithm>
#include <array>

namespace pavise::bogo {

namespace {

constexpr std::size_t header_size = 8;
constexpr std::size_t max_payload = 1 << 20; // far above what tests send
constexpr std::size_t level_count = 4;
// Data before the handshake is complete is for QUIC's flow control to bound.
constexpr std::size_t unbounded = 1 << 20;

// The keys of a level in one direction.
struct Keys {
    CipherSuite suite{};
    ByteVector secret;
    bool installed = false;
};
using KeysOfLevels = std::array<Keys, level_count>;

std::uint32_t number_at(Bytes bytes, std::size_t offset, std::size_t size) {
    std::uint32_t number = 0;
    for (const std::uint8_t byte : bytes.subspan(offset, size)) number = number << 8 | byte;
    return number;
}

void append_number(ByteVector& out, std::uint32_t number, unsigned size) {
    while (size-- > 0) out.push_back(static_cast<std::uint8_t>(number >> 8 * size));
}

class QuicChannel final : public EngineChannel<QuicHandshake> {
    KeysOfLevels sending_{};
    KeysOfLevels receiving_{};
    ByteVector space_ = ByteVector(1 << 14);
    ByteVector in_;   // what has come and is no whole record yet, or waits for a decision or the reader
    ByteVector out_;  // what is to be sent
    ByteVector data_; // what the application has not read
    bool closed_ = false;
    std::optional<Error> failure_; // of ours: QuicHandshake has no word for it

  public:
    explicit QuicChannel(QuicHandshake handshake) : EngineChannel(std::move(handshake)) { collect(); }

    bool wants_input() const override { return !error() && waiting_for() == Decision::none && data_.empty(); }
    MutableBytes receive_space() override { return wants_input() ? MutableBytes(space_) : MutableBytes(); }
    Status received(std::size_t count) override;
    Status transport_closed() override;
    Bytes output() override;
    void output_sent(std::size_t count) override;
    Bytes data() override { return data_; }
    Status data_read(std::size_t count) override;
    Result<std::size_t> write(Bytes data) override;
    std::size_t early_data_room() const override;
    bool peer_closed() const override { return closed_; }
    Status close() override { return {}; } // the mock has nothing to say it with
    Status refuse(AlertDescription reason) override;
    Status update_keys(KeyUpdateScope) override {
        stop_unimplemented("QUIC updates keys itself (RFC 9001 §6)");
    }
    bool repeats(Error error) override;
    std::optional<Bytes> peer_transport_parameters() const override {
        return engine().peer_transport_parameters();
    }

    std::optional<Error> error() const override { return failure_ ? failure_ : engine().error(); }
    Status certificate_verdict(std::optional<Error> refusal) override {
        return proceed(EngineChannel::certificate_verdict(refusal));
    }
    Status provide_signature(Bytes signature) override {
        return proceed(EngineChannel::provide_signature(signature));
    }
    Status choose_config(std::shared_ptr<const ServerConfig> config) override {
        return proceed(EngineChannel::choose_config(std::move(config)));
    }

  private:
    // After every call of the engine: what it has to say, then the records that it was not ready for.
    Status proceed(Status status);
    void collect();
    void append_record(ContentType type, QuicLevel level, Bytes payload);
    bool take_record(Status& status);
    Status handle(ContentType type, QuicLevel level, CipherSuite suite, Bytes body);
    Status fail_with(Error error);
    QuicLevel write_level() const;
};

// ---------------------------------------------------------------- out

void QuicChannel::collect() {
    while (auto secret = engine().secret()) {
        KeysOfLevels& direction = secret->use() == QuicUse::sending ? sending_ : receiving_;
        const Bytes bytes = secret->secret();
        direction.at(static_cast<std::size_t>(secret->level())) = {
            secret->suite(), ByteVector(bytes.begin(), bytes.end()), true};
    }
    for (auto output = engine().output(); !output.bytes.empty(); output = engine().output()) {
        append_record(ContentType::handshake, output.level, output.bytes);
        engine().output_taken(output.bytes.size());
    }
}

void QuicChannel::append_record(ContentType type, QuicLevel level, Bytes payload) {
    const Keys& keys = sending_.at(static_cast<std::size_t>(level));
    out_.push_back(static_cast<std::uint8_t>(type));
    out_.push_back(static_cast<std::uint8_t>(level));
    append_number(out_, static_cast<std::uint16_t>(keys.suite), 2);
    append_number(out_, static_cast<std::uint32_t>(keys.secret.size() + payload.size()), 4);
    out_.insert(out_.end(), keys.secret.begin(), keys.secret.end());
    out_.insert(out_.end(), payload.begin(), payload.end());
}

Bytes QuicChannel::output() {
    return out_;
}

void QuicChannel::output_sent(std::size_t count) {
    out_.erase(out_.begin(), out_.begin() + static_cast<std::ptrdiff_t>(count));
}

// The newest level with keys. Nothing but data goes in 0-RTT packets.
QuicLevel QuicChannel::write_level() const {
    for (const QuicLevel level : {QuicLevel::application, QuicLevel::handshake})
        if (sending_.at(static_cast<std::size_t>(level)).installed) return level;
    return QuicLevel::initial;
}

Result<std::size_t> QuicChannel::write(Bytes data) {
    if (const auto failed = error()) return Unexpected(*failed);
    const QuicLevel level = write_level();
    if (level == QuicLevel::application)
        append_record(ContentType::application_data, level, data);
    else if (early_data_room() != 0)
        append_record(ContentType::application_data, QuicLevel::early_data, data);
    else
        return Unexpected(Error{ErrorCode::handshake_not_done});
    return data.size();
}

std::size_t QuicChannel::early_data_room() const {
    const Keys& early = sending_.at(static_cast<std::size_t>(QuicLevel::early_data));
    return early.installed && !handshake_complete() ? unbounded : 0;
}

// ---------------------------------------------------------------- in

Status QuicChannel::fail_with(Error error) {
    if (const auto alert = alert_of(error)) {
        const std::array<std::uint8_t, 2> content{2, static_cast<std::uint8_t>(*alert)};
        append_record(ContentType::alert, write_level(), content);
    }
    return Unexpected(error);
}

Status QuicChannel::proceed(Status status) {
    collect();
    if (!status) return fail_with(status.error());
    while (wants_input() && take_record(status)) {
        collect();
        if (!status) return fail_with(status.error());
    }
    return {};
}

Status QuicChannel::received(std::size_t count) {
    in_.insert(in_.end(), space_.begin(), space_.begin() + static_cast<std::ptrdiff_t>(count));
    return proceed({});
}

Status QuicChannel::data_read(std::size_t count) {
    data_.erase(data_.begin(), data_.begin() + static_cast<std::ptrdiff_t>(count));
    return proceed({});
}

// Takes a whole record out of what has come, if there is one.
bool QuicChannel::take_record(Status& status) {
    if (in_.size() < header_size) return false;
    const std::uint32_t length = number_at(in_, 4, 4);
    if (length > max_payload) throw Stop(ExitCode::must_fail, "a mock record of the runner is too long");
    if (in_.size() < header_size + length) return false;
    const auto end = in_.begin() + static_cast<std::ptrdiff_t>(header_size + length);
    const ByteVector record(in_.begin(), end);
    in_.erase(in_.begin(), end);
    if (record[1] >= level_count) throw Stop(ExitCode::must_fail, "a mock record of the runner has no level");
    status = handle(static_cast<ContentType>(record[0]), static_cast<QuicLevel>(record[1]),
                    static_cast<CipherSuite>(number_at(record, 2, 2)), Bytes(record).subspan(header_size));
    return true;
}

Status QuicChannel::handle(ContentType type, QuicLevel level, CipherSuite suite, Bytes body) {
    const Keys& keys = receiving_.at(static_cast<std::size_t>(level));
    // Packets without keys: early data that was rejected is lost (RFC 9001 §4.6.2); the handshake says of
    // anything else that it comes at the wrong level.
    if (!keys.installed && level == QuicLevel::early_data) return {};
    if (suite != keys.suite || body.size() < keys.secret.size() ||
        !std::ranges::equal(body.first(keys.secret.size()), keys.secret)) {
        if (keys.installed || level == QuicLevel::initial)
            throw Stop(ExitCode::must_fail, "the runner has other keys");
        return engine().receive(level, body);
    }
    const Bytes payload = body.subspan(keys.secret.size());
    if (type == ContentType::handshake) return engine().receive(level, payload);
    if (type == ContentType::alert && payload.size() == 2) { // in place of CONNECTION_CLOSE (RFC 9001 §4.8)
        failure_ = Error{ErrorCode::alert_received, payload[1]};
        return Unexpected(*failure_);
    }
    if (type != ContentType::application_data || level == QuicLevel::initial || level == QuicLevel::handshake)
        throw Stop(ExitCode::must_fail, "a mock record of the runner has a wrong type");
    data_.assign(payload.begin(), payload.end());
    return {};
}

// A transport that ends is what the mock has in place of CONNECTION_CLOSE.
Status QuicChannel::transport_closed() {
    if (const auto failed = error()) return Unexpected(*failed);
    closed_ = true;
    if (handshake_complete()) return {};
    failure_ = Error{ErrorCode::truncated_connection};
    return Unexpected(*failure_);
}

Status QuicChannel::refuse(AlertDescription reason) {
    failure_ = Error{ErrorCode::refused_by_application, static_cast<std::uint16_t>(reason)};
    static_cast<void>(fail_with(*failure_));
    return {};
}

bool QuicChannel::repeats(Error error) {
    if (failure_) return *failure_ == error; // the handshake is not to blame
    const std::uint8_t byte = 0;
    return engine().error() == error && engine().receive(engine().read_level(), {&byte, 1}).error() == error;
}

} // namespace

std::unique_ptr<Channel> over_quic(QuicHandshake handshake) {
    return std::make_unique<QuicChannel>(std::move(handshake));
}

} // namespace pavise::bogo
