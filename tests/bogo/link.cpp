#include "link.hpp"

#include "configs.hpp"
#include "expectations.hpp"

#include "crypto/signing_key.hpp"
#include "handshake/credential.hpp"

#include <algorithm>
#include <array>

namespace pavise::bogo {

namespace {

// The runner gives up on a silent shim after 15 seconds; a loaded machine may take longer to let it run.
constexpr std::chrono::seconds patience{60};
// What the runner may still send after it has failed.
constexpr std::size_t drain_limit = 1 << 20;
// In asynchronous runs every decision is left open for so many turns.
constexpr unsigned turns_to_wait = 2;

// Sessions are kept by the server's name. An address stays out of the hello (RFC 6066 §3).
const std::string name_without_sni = "127.0.0.1";

net::Deadline deadline() {
    return net::Deadline::after(patience);
}

net::Socket connect_to_runner(const Options& options) {
    const auto address = net::numeric_address({options.ipv6 ? "::1" : "127.0.0.1", options.port});
    if (!address) throw Stop(ExitCode::must_fail, describe(address.error()));
    auto socket = net::connect_to_any(std::span(&*address, 1), deadline());
    if (!socket) throw Stop(ExitCode::must_fail, describe(socket.error()));
    std::array<std::uint8_t, 8> id{};
    for (std::size_t i = 0; i < id.size(); ++i) id[i] = static_cast<std::uint8_t>(options.shim_id >> 8 * i);
    if (auto sent = socket->write_all(id, deadline()); !sent)
        throw Stop(ExitCode::must_fail, describe(sent.error()));
    return *std::move(socket);
}

} // namespace

// ---------------------------------------------------------------- the trace

void MessageTrace::on_message(wire::Direction direction, Bytes message) noexcept {
    if (direction == wire::Direction::received) last_read_ = message.front();
    text_ += direction == wire::Direction::sent ? "write hs " : "read hs ";
    text_ += std::to_string(message.front()) + "\n";
}

void MessageTrace::on_inner_client_hello(wire::Direction direction, Bytes) noexcept {
    text_ += direction == wire::Direction::sent ? "write clienthelloinner\n" : "read clienthelloinner\n";
}

void MessageTrace::on_content(wire::Direction direction, ContentType type, Bytes content) noexcept {
    const std::string_view verb = direction == wire::Direction::sent ? "write " : "read ";
    if (type == ContentType::change_cipher_spec) (text_ += verb) += "ccs\n";
    if (type == ContentType::alert && content.size() == 2)
        (text_ += verb) += "alert " + std::to_string(content[0]) + " " + std::to_string(content[1]) + "\n";
}

// ---------------------------------------------------------------- beginning

Link::Link(const Options& options, const Options& retry, World& world) :
    options_(options),
    retry_(retry),
    world_(world),
    credentials_(load_credentials(options)),
    connection_(make_connection()),
    socket_(connect_to_runner(options)) {}

ClientOptions Link::client_options() const {
    return {.server_name = options_.host_name.empty() ? name_without_sni : options_.host_name,
            .session = world_.session,
            .early_data = options_.enable_early_data ? EarlyData::on : EarlyData::off,
            .ech_configs = options_.ech_config_list};
}

std::shared_ptr<const ServerConfig> Link::first_server_config() {
    Options options = options_;
    options.select_empty_alpn = false; // which a callback does, once the ClientHello is there
    return server_config(options, credentials_, world_,
                         options_.no_ticket ? Resumption::never : Resumption::by_ticket);
}

std::unique_ptr<Channel> Link::make_records(const engine::Hooks& hooks) {
    // There is no way to give them to a Connection, and so no error for it.
    if (!options_.quic_transport_params.empty()) stop_unimplemented("transport parameters without QUIC");
    auto made = options_.server ? testing::Access::server(first_server_config(), hooks)
                                : testing::Access::client(client_config(options_, credentials_, world_),
                                                          client_options(), hooks);
    if (!made) throw TlsFailure(made.error());
    return over_records(*std::move(made));
}

std::unique_ptr<Channel> Link::make_quic(const engine::Hooks& hooks) {
    if (options_.quic_use_legacy_codepoint != 0) stop_unimplemented("the codepoint of QUIC's drafts");
    const Bytes parameters = options_.quic_transport_params;
    auto made = options_.server ? testing::Access::quic_server(first_server_config(), parameters, hooks)
                                : testing::Access::quic_client(client_config(options_, credentials_, world_),
                                                               client_options(), parameters, hooks);
    if (!made) throw TlsFailure(made.error());
    return over_quic(*std::move(made));
}

std::unique_ptr<Channel> Link::make_connection() {
    engine::Hooks hooks;
    if (!options_.expect_msg_callback.empty() || options_.early_write_after_message != 0) hooks.tap = &trace_;
    return options_.quic ? make_quic(hooks) : make_records(hooks);
}

// ---------------------------------------------------------------- the loop

// "After a fatal error every call returns the same error again": a call that did not would be worse than any
// failure that the runner expects.
void Link::check(const Status& status) const {
    if (status) return;
    if (!connection_->repeats(status.error())) throw Stop(ExitCode::must_fail, "the error is not repeated");
    throw TlsFailure(status.error());
}

bool Link::send_some() {
    if (output_held_ || output_broken_) return false;
    Bytes output = connection_->output();
    if (output.empty()) return false;
    if (options_.async) output = output.first(1);
    const auto sent = socket_.write(output, deadline());
    // Why the runner closed may stand in what it sent before: go on reading.
    if (!sent) output_broken_ = true;
    connection_->output_sent(sent ? *sent : output.size());
    return true;
}

void Link::receive_some() {
    MutableBytes space = connection_->receive_space();
    if (space.empty()) throw Stop(ExitCode::must_fail, "the engine neither wants input nor has output");
    if (options_.async) space = space.first(1);
    const auto count = socket_.read(space, deadline());
    if (!count && count.error().code == ErrorCode::deadline_passed)
        throw Stop(ExitCode::must_fail, "the runner is silent");
    if (count && *count > 0) {
        check(connection_->received(*count));
        return;
    }
    transport_ended_ = true;
    check(connection_->transport_closed());
}

// Who has sent all and reads has nothing to say but answers to KeyUpdates, which go out with the next data:
// "an implementation which receives multiple KeyUpdates while it is silent" is to "respond with a single
// update" (RFC 8446 §4.6.3).
bool Link::output_can_wait() const {
    return said_all_ && connection_->negotiated().version == ProtocolVersion::tls_1_3;
}

void Link::step() {
    if (const auto error = connection_->error()) check(Unexpected(*error));
    if (connection_->waiting_for() != Decision::none) return decide();
    if (!output_can_wait()) {
        if (send_some()) return;
        said_all_ = connection_->handshake_complete();
    }
    receive_some();
}

void Link::begin() {
    judges_session_ = connection_->waiting_for() == Decision::certificate;
    while (connection_->waiting_for() != Decision::none) step();
}

void Link::handshake() {
    while (!connection_->handshake_complete() && connection_->data().empty()) step();
    flush();
}

void Link::handshake_until(unsigned type) {
    while (trace_.last_read() != type) {
        if (connection_->handshake_complete()) throw Stop(ExitCode::must_fail, "the handshake is complete");
        step();
    }
}

End Link::wait_for_data() {
    while (connection_->data().empty()) {
        if (connection_->peer_closed()) return End::close_notify;
        const bool was_complete = connection_->handshake_complete();
        try {
            step();
        } catch (const TlsFailure& failure) {
            if (!was_complete || failure.error().code != ErrorCode::truncated_connection) throw;
            return End::cut;
        }
    }
    return End::none;
}

void Link::write_all(Bytes bytes) {
    while (!bytes.empty()) {
        const auto taken = connection_->write(bytes);
        if (!taken && taken.error().code == ErrorCode::handshake_not_done) {
            handshake(); // there is no room for more early data
            continue;
        }
        if (!taken) check(Unexpected(taken.error()));
        bytes = bytes.subspan(*taken);
        flush();
    }
}

void Link::write_and_hold(Bytes bytes) {
    flush();
    const auto taken = connection_->write(bytes);
    if (!taken) check(Unexpected(taken.error()));
    if (*taken != bytes.size()) throw Stop(ExitCode::must_fail, "a short write was not taken whole");
    send_some();
    output_held_ = true;
}

void Link::flush() {
    output_held_ = false;
    while (send_some()) {
    }
    said_all_ = connection_->handshake_complete();
}

void Link::leave() noexcept {
    flush();
    // A broken connection has nothing more to tell.
    if (!socket_.shutdown_write()) return;
    static_cast<void>(socket_.drain(drain_limit, deadline()).has_value());
}

// ---------------------------------------------------------------- decisions

void Link::decide() {
    // As long as a decision is open, nothing moves.
    if (connection_->wants_input() || !connection_->receive_space().empty())
        throw Stop(ExitCode::must_fail, "the connection reads while it waits for a decision");
    if (options_.async && turns_waited_ < turns_to_wait) {
        ++turns_waited_;
        return;
    }
    turns_waited_ = 0;
    switch (connection_->waiting_for()) {
    case Decision::config: return decide_config();
    case Decision::certificate: return decide_certificate();
    case Decision::signature: return decide_signature();
    case Decision::psk: // which no config here leaves open
    case Decision::none: return;
    }
}

void Link::decide_config() {
    if (options_.fail_early_callback_ech_rewind && connection_->negotiated().ech == EchStatus::accepted)
        check(connection_->decline_ech());
    check_client_hello(options_, connection_->client_hello());
    if (options_.fail_early_callback) return refuse(AlertDescription::handshake_failure);
    if (options_.fail_cert_callback || options_.fail_ddos_callback)
        return refuse(AlertDescription::internal_error);
    if (options_.use_ocsp_callback && options_.fail_ocsp_callback)
        return refuse(AlertDescription::internal_error);
    const Resumption resumption = resumption_for(options_, connection_->client_hello());
    const auto chosen = connection_->choose_config(server_config(options_, credentials_, world_, resumption));
    if (chosen || connection_->error()) return check(chosen);
    // The connection waits for a better config. There is none.
    check(connection_->refuse(AlertDescription::internal_error));
    throw TlsFailure(chosen.error());
}

void Link::refuse(AlertDescription reason) {
    check(connection_->refuse(reason));
    check(Unexpected(*connection_->error()));
}

const Options& Link::options_of_verdict() const {
    const Negotiated& negotiated = connection_->negotiated();
    return !options_.server && negotiated.early_data == EarlyDataStatus::rejected ? retry_ : options_;
}

void Link::decide_certificate() {
    if (connection_->chain_to_verify().empty())
        throw Stop(ExitCode::must_fail, "there is no chain to verify");
    const Options& options = options_of_verdict();
    check_name_override(options, connection_->negotiated());
    if (!options.server && options.use_ocsp_callback && options.fail_ocsp_callback)
        return refuse(AlertDescription::bad_certificate_status_response);
    // Without a word about verification a client takes any verdict as advice.
    const bool counts = options.verify_peer || options.require_any_client_certificate ||
                        !options.accepted_peer_cert_types.empty();
    const bool of_session = std::exchange(judges_session_, false);
    if (!options.verify_fail || !counts) return check(connection_->certificate_verdict(std::nullopt));
    refused_session_ = of_session;
    // The runner's two callbacks refuse with different alerts.
    if (options.use_custom_verify_callback || of_session)
        check(connection_->certificate_verdict(Error{ErrorCode::certificate_rejected}));
    else
        refuse(AlertDescription::handshake_failure);
}

void Link::decide_signature() {
    const auto request = connection_->signature_request();
    if (!request) throw Stop(ExitCode::must_fail, "there is no signature request");
    const auto signature =
        request->credential.data()->key->sign(request->scheme, request->content, system_rng());
    if (!signature) throw Stop(ExitCode::must_fail, describe(signature.error()));
    check(connection_->provide_signature(*signature));
}

} // namespace pavise::bogo
