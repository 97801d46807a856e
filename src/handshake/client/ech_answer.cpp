#include "handshake/client/ech_answer.hpp"

#include "messages/extension/encrypted_client_hello.hpp"
#include "schedule/ech.hpp"

#include <algorithm>

namespace pavise::handshake::client {

namespace {

using messages::ServerHello;
using schedule::EchConfirmationPlace;

constexpr std::size_t confirmation_size = std::tuple_size_v<schedule::EchConfirmation>;
// legacy_version, and all of the random but its end (RFC 9849 §7.2).
constexpr std::size_t confirmation_in_server_hello =
    messages::handshake_header_size + 2 + std::tuple_size_v<Random> - confirmation_size;

// The message as it was when its confirmation was computed: with zeros at `position`.
ByteVector without_confirmation(Bytes message, std::size_t position) {
    ByteVector copy(message.begin(), message.end());
    std::fill_n(copy.begin() + static_cast<std::ptrdiff_t>(position), confirmation_size, std::uint8_t{0});
    return copy;
}

// Whether the message, at `position`, confirms an inner hello of this random. `before`: the transcript up to
// the message.
Result<bool> confirms(EchConfirmationPlace place, std::size_t position, const EchInFlight& ech,
                      const schedule::Transcript& before, const Exchange& exchange) {
    const Bytes message = exchange.message();
    PAVISE_LET(const crypto::Digest hash, before.hash_with(without_confirmation(message, position)));
    PAVISE_LET(const auto expected, schedule::ech_confirmation(exchange.provider(), before.hash_id(), place,
                                                               ech.inner_random, hash.view()));
    return constant_time_equal(message.subspan(position, confirmation_size), expected);
}

// "the client checks for the 'encrypted_client_hello' extension. If none is found, the server has rejected
// ECH. Otherwise, if it has a length other than 8, the client aborts the handshake with a 'decode_error'
// alert." (§6.1.4)
Result<bool> retry_confirms(const ServerHello& message, const EchInFlight& ech, schedule::Transcript before,
                            const Exchange& exchange) {
    const auto body = message.extensions.find(ExtensionType::encrypted_client_hello);
    if (!body) return false;
    PAVISE_TRY(before.restart_with_message_hash());
    const auto position = static_cast<std::size_t>(body->data() - exchange.message().data());
    return confirms(EchConfirmationPlace::hello_retry_request, position, ech, before, exchange);
}

} // namespace

void note_ech_offer(const HelloInFlight& hello, Context& context) {
    if (!hello.ech) return;
    context.exchange.negotiated().ech = EchStatus::offered;
    context.exchange.negotiated().ech_public_name = hello.ech->choice.public_name;
}

void reject_ech(HelloInFlight& hello, Context& context) {
    Negotiated& negotiated = context.exchange.negotiated();
    negotiated.ech = EchStatus::rejected;
    context.server_name = negotiated.ech_public_name;
    hello.ech.reset();
    // "the server is not permitted to resume a connection in the outer handshake" (§6.1.2): what was offered
    // there names nothing.
    hello.psks.clear();
}

Status settle_ech(const ServerHello& message, const crypto::Suite13& suite, HelloInFlight& hello,
                  Context& context) {
    // Also of a hello that only looked as if: "the client MUST check the extension syntactically and abort
    // the connection with a 'decode_error' alert if it is invalid" (§6.2.1)
    if (message.is_hello_retry_request())
        PAVISE_TRY(message.extensions.get<messages::EchHelloRetryRequest>());
    if (!hello.ech) return {};
    Exchange& exchange = context.exchange;
    PAVISE_LET(auto inner, schedule::Transcript::start(exchange.provider(), suite.hash));
    inner.add(hello.ech->inner_message);
    PAVISE_LET(const bool accepted,
               message.is_hello_retry_request()
                   ? retry_confirms(message, *hello.ech, std::move(inner), exchange)
                   : confirms(EchConfirmationPlace::server_hello, confirmation_in_server_hello, *hello.ech,
                              inner, exchange));
    if (!accepted) {
        reject_ech(hello, context);
        return {};
    }
    hello.ech->progress = EchInFlight::Progress::accepted;
    exchange.negotiated().ech = EchStatus::accepted;
    adopt_inner_hello(exchange, hello);
    return {};
}

Status check_ech_confirmation(const ServerHello&, const HelloInFlight& hello,
                              const schedule::Transcript& transcript, const Context& context) {
    if (!hello.ech) return {};
    PAVISE_LET(const bool confirmed,
               confirms(EchConfirmationPlace::server_hello, confirmation_in_server_hello, *hello.ech,
                        transcript, context.exchange));
    // "If the ServerHello does not also indicate ECH acceptance, the client MUST terminate the connection
    // with an 'illegal_parameter' alert." (§6.1.5)
    return confirmed ? Status() : fail(ErrorCode::ech_not_confirmed);
}

Status accept_ech_retry_configs(const messages::Extensions& extensions, Context& context) {
    const auto configs = extensions.find(ExtensionType::encrypted_client_hello);
    if (!configs) return {};
    PAVISE_TRY(check_ech_config_list(*configs));
    // A hello that only looked as if: "It MUST NOT save the 'retry_configs' value" (§6.2.1)
    if (ech_was_rejected(context)) context.ech_retry_configs.assign(configs->begin(), configs->end());
    return {};
}

Status end_rejected_ech(Context& context) {
    if (!ech_was_rejected(context)) return {};
    context.exchange.negotiated().ech_retry_configs = std::move(context.ech_retry_configs);
    return fail(ErrorCode::ech_rejected);
}

} // namespace pavise::handshake::client
