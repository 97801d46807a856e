#include "engine/rfc8448_side.hpp"

#include "engine/access.hpp"
#include "handshake/credential.hpp"
#include "messages/message.hpp"
#include "trust/verify.hpp"

#include <algorithm>
#include <stdexcept>

namespace pavise::testing {

namespace {

// The certificate of the traces is valid from 2016-07-30 to 2026-07-30.
constexpr Timestamp trace_time{std::chrono::sys_days{std::chrono::year{2018} / 8 / 1}};
constexpr std::size_t trace_rsa_bits = 1024;
// In CertificateVerify: header, algorithm, length of the signature.
constexpr std::size_t signature_offset = messages::handshake_header_size + 4;

// A key that signs elsewhere.
class ExternalKey final : public crypto::SigningKey {
  public:
    crypto::KeyType type() const noexcept override { return crypto::KeyType::rsa; }
    std::size_t bits() const noexcept override { return trace_rsa_bits; }
    Bytes subject_public_key_info() const noexcept override { return {}; }
    Result<ByteVector> sign(SignatureScheme, Bytes, Rng&) const noexcept override {
        return fail(ErrorCode::not_supported);
    }
};

Credential trace_credential() {
    auto data = std::make_shared<handshake::CredentialData>();
    data->chain = {from_hex(vectors::rfc8448::server_rsa_certificate)};
    data->key = std::make_shared<ExternalKey>();
    return Credential(std::move(data));
}

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
    config.signature_schemes = {SignatureScheme::rsa_pss_rsae_sha256};
    config.middlebox_compatibility =
        has_session_id(trace) ? MiddleboxCompatibility::on : MiddleboxCompatibility::off;
}

TicketKeys ticket_keys(Rng& rng, Clock& clock) {
    auto keys = TicketKeys::generate(rng, clock);
    if (!keys) throw std::runtime_error(describe(keys.error()));
    return *std::move(keys);
}

// The trace's only certificate vouches for itself, with a key of 1024 bits: what no other test accepts.
std::optional<Error> judge(const std::vector<Bytes>& chain) {
    trust::TrustStore::Builder builder;
    if (auto added = builder.add_der(from_hex(vectors::rfc8448::server_rsa_certificate)); !added)
        return added.error();
    auto store = builder.build();
    if (!store) return store.error();
    trust::VerifyOptions options;
    options.store = store->get();
    options.time = trace_time;
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
        // legacy_version and random; the rest has to be the same anyway.
        std::ranges::copy(Bytes(from_hex(trace_.server_hello)).subspan(messages::handshake_header_size, 34),
                          message.begin() + messages::handshake_header_size);
        return;
    case HandshakeType::new_session_ticket: message = from_hex(trace_.new_session_ticket); return;
    case HandshakeType::encrypted_extensions: message = from_hex(trace_.encrypted_extensions); return;
    default: return;
    }
}

void TraceTap::on_secret(std::string_view label, Bytes, Bytes secret) noexcept {
    secrets[std::string(label)] = to_hex(secret);
}

TraceSide::TraceSide(const Trace& trace, Role role) :
    trace_(trace),
    clock_(trace_time),
    keys_(private_keys(trace, role)),
    tap_(trace),
    connection_(make(role)) {}

Connection TraceSide::make(Role role) {
    const engine::Hooks hooks{&keys_, &tap_};
    Result<Connection> made = fail(ErrorCode::internal);
    if (role == Role::client) {
        ClientConfig config;
        set_up(config, trace_, rng_, clock_);
        config.groups = {NamedGroup::x25519, NamedGroup::secp256r1};
        config.key_shares = 1;
        config.grease = Grease::off;
        config.deferred.certificate = true;
        made = Access::client(std::make_shared<const ClientConfig>(config), {.server_name = "server"}, hooks);
    } else {
        ServerConfig config;
        set_up(config, trace_, rng_, clock_);
        config.groups = {trace_.group};
        config.credentials = {trace_credential()};
        config.deferred.signature = true;
        if (!trace_.new_session_ticket.empty()) config.ticket_keys = ticket_keys(rng_, clock_);
        config.tickets = 1;
        made = Access::server(std::make_shared<const ServerConfig>(config), hooks);
    }
    if (!made) throw std::runtime_error(describe(made.error()));
    return *std::move(made);
}

Status TraceSide::decide() {
    if (connection_.waiting_for() == Decision::certificate)
        return connection_.certificate_verdict(judge(connection_.chain_to_verify()));
    if (connection_.waiting_for() == Decision::signature)
        return connection_.provide_signature(
            Bytes(from_hex(trace_.server_certificate_verify)).subspan(signature_offset));
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
