#include "engine/rfc8448_side.hpp"

#include "engine/access.hpp"
#include "handshake/credential.hpp"
#include "messages/message.hpp"
#include "trust/verify.hpp"

#include <algorithm>
#include <stdexcept>

namespace pavise::testing {

namespace {

// The certificates of the traces are valid from 2016-07-30 to 2026-07-30.
constexpr Timestamp trace_time{std::chrono::sys_days{std::chrono::year{2018} / 8 / 1}};
constexpr std::size_t trace_rsa_bits = 1024;
// In CertificateVerify: header, algorithm, length of the signature.
constexpr std::size_t signature_offset = messages::handshake_header_size + 4;

// A key that signs elsewhere.
class ExternalKey final : public crypto::SigningKey {
    crypto::KeyType type_;

  public:
    explicit ExternalKey(crypto::KeyType type) : type_(type) {}
    crypto::KeyType type() const noexcept override { return type_; }
    std::size_t bits() const noexcept override { return trace_rsa_bits; }
    Bytes subject_public_key_info() const noexcept override { return {}; }
    Result<ByteVector> sign(SignatureScheme, Bytes, Rng&) const noexcept override {
        return fail(ErrorCode::not_supported);
    }
};

// The one certificate of a Certificate message.
ByteVector certificate_in(std::string_view message) {
    constexpr std::size_t length_at = messages::handshake_header_size + 1 + 3; // context, list
    const ByteVector bytes = from_hex(message);
    const std::size_t size = std::size_t{bytes[length_at + 1]} << 8 | bytes[length_at + 2];
    const Bytes certificate = Bytes(bytes).subspan(length_at + 3, size);
    return {certificate.begin(), certificate.end()};
}

Credential external_credential(std::string_view certificate, std::string_view certificate_verify) {
    const ByteVector verify = from_hex(certificate_verify);
    const auto scheme = static_cast<SignatureScheme>(verify[4] << 8 | verify[5]);
    auto data = std::make_shared<handshake::CredentialData>();
    data->chain = {certificate_in(certificate)};
    data->key = std::make_shared<ExternalKey>(scheme == SignatureScheme::ecdsa_secp256r1_sha256
                                                  ? crypto::KeyType::ecdsa_p256
                                                  : crypto::KeyType::rsa);
    return Credential(std::move(data));
}

// Keeps one state, whatever it is called: the ticket's name is the trace's.
class TraceStore final : public SessionStore {
    std::optional<ByteVector> state_;

  public:
    void put(Bytes, Bytes state, Timestamp) override { state_.emplace(state.begin(), state.end()); }
    std::optional<ByteVector> get(Bytes, Timestamp) override { return state_; }
    std::optional<ByteVector> take(Bytes, Timestamp) override { return std::exchange(state_, std::nullopt); }
};

std::vector<std::string_view> private_keys(const Trace& trace, Role role) {
    if (role == Role::server) return {trace.server_private_key};
    if (trace.client_private_key_1.empty()) return {trace.client_private_key};
    return {trace.client_private_key_1, trace.client_private_key};
}

// Only §7 has a session id, and with it the records for middleboxes.
bool has_session_id(const Trace& trace) {
    constexpr std::size_t session_id_length = messages::handshake_header_size + 2 + 32;
    return from_hex(trace.client_hello)[session_id_length] != 0;
}

template <class Config> void set_up(Config& config, const Trace& trace, Rng& rng, Clock& clock) {
    config.rng = &rng;
    config.clock = &clock;
    config.signature_schemes = {SignatureScheme::ecdsa_secp256r1_sha256,
                                SignatureScheme::rsa_pss_rsae_sha256};
    config.middlebox_compatibility =
        has_session_id(trace) ? MiddleboxCompatibility::on : MiddleboxCompatibility::off;
}

// The traces' certificates vouch for themselves, one with a key of 1024 bits: what no other test accepts.
std::optional<Error> judge(const std::vector<Bytes>& chain) {
    trust::TrustStore::Builder builder;
    if (auto added = builder.add_der(chain.front()); !added) return added.error();
    auto store = builder.build();
    if (!store) return store.error();
    trust::VerifyOptions options;
    options.store = store->get();
    options.time = trace_time;
    options.purpose = trust::Purpose::any;
    options.anchors = trust::AnchorPolicy::partial_chain;
    options.minimum_rsa_bits = trace_rsa_bits;
    const auto verified = trust::verify_chain(chain, options);
    if (!verified) return verified.error();
    return std::nullopt;
}

} // namespace

Status KeyRng::fill(MutableBytes out) noexcept {
    const std::size_t count = std::min(out.size(), key_.size() - used_);
    std::copy_n(key_.begin() + static_cast<std::ptrdiff_t>(used_), count, out.begin());
    used_ += count;
    return rest_.fill(out.subspan(count));
}

ScriptedKeys::ScriptedKeys(const std::vector<std::string_view>& private_keys) {
    for (const std::string_view key : private_keys) unused_.emplace_back(from_hex(key));
}

Rng& ScriptedKeys::next() const {
    if (unused_.empty()) unused_.emplace_back(ByteVector()); // the test will see the difference
    used_.splice(used_.end(), unused_, unused_.begin());
    return used_.back();
}

void TraceTap::rewrite_outgoing(HandshakeType type, ByteVector& message) noexcept {
    switch (type) {
    case HandshakeType::client_hello:
        message = from_hex(retried_ ? trace_.client_hello_2 : trace_.client_hello);
        retried_ = true;
        return;
    case HandshakeType::server_hello:
        if (!trace_.hello_retry_request.empty() && !retried_) {
            message = from_hex(trace_.hello_retry_request);
            retried_ = true;
            return;
        }
        if (!trace_.psk.empty()) { // its extensions come in another order
            message = from_hex(trace_.server_hello);
            return;
        }
        // legacy_version and random; the rest has to be the same anyway.
        std::ranges::copy(Bytes(from_hex(trace_.server_hello)).subspan(messages::handshake_header_size, 34),
                          message.begin() + messages::handshake_header_size);
        return;
    case HandshakeType::certificate_request: message = from_hex(trace_.certificate_request); return;
    case HandshakeType::new_session_ticket: message = from_hex(trace_.new_session_ticket); return;
    case HandshakeType::encrypted_extensions: message = from_hex(trace_.encrypted_extensions); return;
    default: return;
    }
}

void TraceTap::on_secret(std::string_view label, Bytes, Bytes secret) noexcept {
    secrets[std::string(label)] = to_hex(secret);
}

TraceSide::TraceSide(const Trace& trace, Role role, Resumption resumption) :
    trace_(trace),
    resumption_(std::move(resumption)),
    clock_(trace_time),
    keys_(private_keys(trace, role)),
    tap_(trace),
    connection_(make(role)) {}

ClientConfig TraceSide::client_config() {
    ClientConfig config;
    set_up(config, trace_, rng_, clock_);
    config.groups = {NamedGroup::x25519, NamedGroup::secp256r1};
    config.key_shares = 1;
    config.grease = Grease::off;
    config.deferred.certificate = true;
    config.deferred.signature = true;
    if (!trace_.client_certificate.empty())
        config.credentials = {
            external_credential(trace_.client_certificate, trace_.client_certificate_verify)};
    return config;
}

ServerConfig TraceSide::server_config() {
    const Trace& with_certificate =
        trace_.server_certificate.empty() ? vectors::rfc8448::simple_1rtt : trace_;
    ServerConfig config;
    set_up(config, trace_, rng_, clock_);
    config.groups = {trace_.group};
    config.credentials = {
        external_credential(with_certificate.server_certificate, with_certificate.server_certificate_verify)};
    config.deferred.certificate = true;
    config.deferred.signature = true;
    if (!trace_.certificate_request.empty()) config.client_verification = PeerVerification::required;
    if (resumption_.store == nullptr) resumption_.store = std::make_shared<TraceStore>();
    config.session_store = resumption_.store;
    config.tickets = trace_.new_session_ticket.empty() ? 0 : 1;
    config.max_early_data = 1024;
    config.replay_register = make_replay_register();
    // The age that the trace's client claims rests on another number than the one that we had drawn.
    config.early_data_window = std::chrono::days(50);
    return config;
}

Connection TraceSide::make(Role role) {
    const engine::Hooks hooks{.provider = &keys_, .tap = &tap_};
    auto made =
        role == Role::client
            ? Access::client(std::make_shared<const ClientConfig>(client_config()),
                             {.server_name = "server",
                              .session = resumption_.session,
                              .early_data = trace_.early_data.empty() ? EarlyData::off : EarlyData::on},
                             hooks)
            : Access::server(std::make_shared<const ServerConfig>(server_config()), hooks);
    if (!made) throw std::runtime_error(describe(made.error()));
    return *std::move(made);
}

Resumption TraceSide::resumption() {
    const std::vector<Session> sessions = connection_.take_sessions();
    return {sessions.empty() ? Session() : sessions.back(), resumption_.store};
}

Status TraceSide::decide() {
    if (connection_.waiting_for() == Decision::certificate)
        if (auto judged = connection_.certificate_verdict(judge(connection_.chain_to_verify())); !judged)
            return judged;
    if (connection_.waiting_for() == Decision::signature)
        return connection_.provide_signature(
            Bytes(from_hex(connection_.role() == Role::server ? trace_.server_certificate_verify
                                                              : trace_.client_certificate_verify))
                .subspan(signature_offset));
    return {};
}

void TraceSide::take_data() {
    while (!connection_.data().empty()) {
        const Bytes data = connection_.data();
        received_.insert(received_.end(), data.begin(), data.end());
        if (!connection_.data_read(data.size())) return;
    }
}

Status TraceSide::feed(Bytes bytes) {
    while (!bytes.empty()) {
        const auto taken = connection_.feed(bytes);
        if (!taken) return Unexpected(taken.error());
        bytes = bytes.subspan(*taken);
        if (auto decided = decide(); !decided) return decided;
        take_data();
    }
    return {};
}

} // namespace pavise::testing
