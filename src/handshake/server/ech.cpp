#include "handshake/server/ech.hpp"

#include "handshake/ech_config.hpp"
#include "handshake/enabled_versions.hpp"
#include "handshake/server/states.hpp"
#include "messages/extension_table.hpp"
#include "messages/inner_client_hello.hpp"
#include "schedule/ech.hpp"

#include <algorithm>

namespace pavise::handshake::server {

namespace {

using messages::ClientHello;
using messages::EchClientHelloType;
using messages::EncryptedClientHello;
using schedule::EchConfirmationPlace;

constexpr std::size_t confirmation_size = std::tuple_size_v<schedule::EchConfirmation>;
// legacy_version, and all of the random but its end (§7.2).
constexpr std::size_t confirmation_in_server_hello =
    messages::handshake_header_size + 2 + std::tuple_size_v<Random> - confirmation_size;

// Decrypts the payload of `message`, a whole ClientHello that `extension` is a view into. Nothing where it
// was encrypted otherwise.
std::optional<ByteVector> open_payload(schedule::HpkeContext& context, const EncryptedClientHello& extension,
                                       Bytes message) {
    if (extension.payload.size() < schedule::hpke_tag_size) return std::nullopt;
    const std::size_t size = extension.payload.size() - schedule::hpke_tag_size;
    ByteVector encoded(extension.payload.begin(),
                       extension.payload.begin() + static_cast<std::ptrdiff_t>(size));
    // ClientHelloOuterAAD: without the header, and with zeros for the payload (§5.2).
    ByteVector associated_data(message.begin() + messages::handshake_header_size, message.end());
    const auto at = extension.payload.data() - (message.data() + messages::handshake_header_size);
    std::fill_n(associated_data.begin() + at, extension.payload.size(), std::uint8_t{0});
    if (!context.open(associated_data, encoded, extension.payload.subspan(size))) return std::nullopt;
    return encoded;
}

// "The server verifies that the ECHConfig supports the cipher suite indicated by the
// ECHClientHello.cipher_suite" (§7.1)
bool is_candidate(const EchKeyData& key, const EncryptedClientHello& extension, EchKeyChoice choice) {
    return (choice == EchKeyChoice::trial || key.config_id == extension.config_id) &&
           std::ranges::find(key.cipher_suites, extension.cipher_suite) != key.cipher_suites.end();
}

struct Opened {
    OpenedEch ech;
    ByteVector encoded;
};

// Tries the keys that could have been meant, until one opens the payload.
std::optional<Opened> open_with_any(const EncryptedClientHello& extension, Bytes message,
                                    const ServerConfig& config, const Exchange& exchange) {
    for (const EchKey& handle : config.ech_keys) {
        const EchKeyData* key = handle.data();
        if (key == nullptr || !is_candidate(*key, extension, config.ech_key_choice)) continue;
        const schedule::HpkeSuite suite{key->kem,
                                        static_cast<schedule::HpkeKdf>(extension.cipher_suite.kdf_id),
                                        static_cast<schedule::HpkeAead>(extension.cipher_suite.aead_id)};
        // Also for an encapsulated key that is none: "If decryption fails, the server continues to the next
        // candidate ECHConfig." (§7.1)
        auto context =
            schedule::hpke_setup_receiver(exchange.provider(), suite, extension.enc, key->private_key.view(),
                                          schedule::ech_info(key->config));
        if (!context) continue;
        auto encoded = open_payload(*context, extension, message);
        if (encoded)
            return Opened{{std::move(*context),
                           extension.cipher_suite,
                           extension.config_id,
                           {message.begin(), message.end()}},
                          *std::move(encoded)};
    }
    return std::nullopt;
}

void show_inner(const ByteVector& message, const Exchange& exchange) {
    if (exchange.tap() != nullptr) exchange.tap()->on_inner_client_hello(wire::Direction::received, message);
}

Status use_client_hello(ByteVector message, Context& context) {
    PAVISE_LET(const auto hello,
               messages::parse_body<ClientHello>(Bytes(message).subspan(messages::handshake_header_size)));
    context.exchange.client_random = hello.random;
    context.client_hello = std::move(message);
    return {};
}

// What clients that we could not understand are told to use (§7.1).
ByteVector retry_configs(const ServerConfig& config) {
    ByteVector list;
    wire::Writer writer(list);
    for (const EchKey& key : config.ech_keys)
        if (key.data() != nullptr && key.data()->retry == EchKeyData::Retry::pointed_to)
            writer.bytes(key.data()->config);
    return list;
}

// Overwrites `position` of the message that is about to be sent (§7.2).
Status confirm(EchConfirmationPlace place, std::size_t position, const schedule::Transcript& before,
               Context& context) {
    Exchange& exchange = context.exchange;
    const MutableBytes there = MutableBytes(exchange.outgoing()).subspan(position, confirmation_size);
    std::ranges::fill(there, std::uint8_t{0});
    PAVISE_LET(const crypto::Digest hash, before.hash_with(exchange.outgoing()));
    PAVISE_LET(const auto confirmation,
               schedule::ech_confirmation(exchange.provider(), before.hash_id(), place,
                                          exchange.client_random, hash.view()));
    std::ranges::copy(confirmation, there.begin());
    return {};
}

} // namespace

Status accept_client_hello(const ClientHello& hello, Context& context) {
    const Bytes message = context.exchange.message();
    const ServerConfig& config = *context.config;
    context.exchange.client_random = hello.random;
    context.client_hello.assign(message.begin(), message.end());
    PAVISE_LET(const auto extension, hello.extensions.get<EncryptedClientHello>());
    if (!extension) return {};
    // "A shared mode server which receives a ClientHello with ECHClientHello.type of 'inner' MUST abort with
    // an 'illegal_parameter' alert"; "a backend server which receives a ClientHello with ECHClientHello.type
    // of 'outer' MUST abort" likewise (§7)
    const bool inner = extension->client_hello_type == EchClientHelloType::inner;
    if (inner != (config.ech_role == EchRole::backend)) return fail(ErrorCode::ech_wrong_type);
    if (inner) {
        context.exchange.negotiated().ech = EchStatus::accepted;
        return {};
    }
    // Without TLS 1.3 there is nothing that an inner hello could be served with.
    auto opened = enables(config, ProtocolVersion::tls_1_3)
                      ? open_with_any(*extension, message, config, context.exchange)
                      : std::nullopt;
    if (!opened) {
        context.exchange.negotiated().ech = EchStatus::rejected;
        context.ech_retry_configs = retry_configs(config);
        return {};
    }
    PAVISE_TRY(messages::check_allowed(hello.extensions, messages::MessageKind::client_hello));
    PAVISE_LET(ByteVector inner_hello, messages::decode_inner_client_hello(hello, opened->encoded));
    show_inner(inner_hello, context.exchange);
    context.ech = std::make_unique<OpenedEch>(std::move(opened->ech));
    context.exchange.negotiated().ech = EchStatus::accepted;
    return use_client_hello(std::move(inner_hello), context);
}

Result<ByteVector> accept_second_client_hello(const ClientHello& hello, Context& context) {
    const Bytes message = context.exchange.message();
    // "If the client-facing server rejected ECH, or if the first ClientHello did not include an
    // 'encrypted_client_hello' extension, the client-facing server proceeds with the connection as usual."
    if (!context.ech) return ByteVector(message.begin(), message.end());
    PAVISE_LET(const auto extension, hello.extensions.get<EncryptedClientHello>());
    // "If not, it MUST abort the handshake with a 'missing_extension' alert. Otherwise, it checks that
    // ECHClientHello.cipher_suite and ECHClientHello.config_id are unchanged, and that ECHClientHello.enc is
    // empty. If not, it MUST abort the handshake with an 'illegal_parameter' alert." (§7.1.1)
    if (!extension) return fail(ErrorCode::ech_missing_after_retry);
    if (extension->client_hello_type != EchClientHelloType::outer) return fail(ErrorCode::ech_wrong_type);
    if (extension->cipher_suite != context.ech->cipher_suite ||
        extension->config_id != context.ech->config_id || !extension->enc.empty())
        return fail(ErrorCode::ech_changed_after_retry);
    // "If decryption fails, the client-facing server MUST abort the handshake with a 'decrypt_error' alert."
    const auto encoded = open_payload(context.ech->context, *extension, message);
    if (!encoded) return fail(ErrorCode::ech_not_decrypted);
    PAVISE_TRY(messages::check_allowed(hello.extensions, messages::MessageKind::client_hello));
    PAVISE_LET(ByteVector inner_hello, messages::decode_inner_client_hello(hello, *encoded));
    show_inner(inner_hello, context.exchange);
    context.ech.reset();
    return inner_hello;
}

Status decline_ech(Context& context) {
    if (!context.ech) return fail(ErrorCode::nothing_to_decide);
    PAVISE_TRY(use_client_hello(std::move(context.ech->outer_hello), context));
    context.ech.reset();
    // Retry configs would only bring the client back with what was declined: without any, it "can regard ECH
    // as securely disabled" (§6.1.6).
    context.exchange.negotiated().ech = EchStatus::rejected;
    return {};
}

bool confirms_ech(const Context& context) {
    return context.exchange.negotiated().ech == EchStatus::accepted;
}

Status write_retry_ech(wire::Writer& extensions, Context& context) {
    messages::EchHelloRetryRequest retry;
    const bool rejected = !context.ech_retry_configs.empty();
    if (!confirms_ech(context) && !rejected) return {};
    if (rejected) PAVISE_TRY(context.exchange.rng().fill(retry.confirmation));
    messages::write_extension(extensions, retry);
    return {};
}

Status confirm_retry(const schedule::Transcript& before, Context& context) {
    if (!confirms_ech(context)) return {};
    return confirm(EchConfirmationPlace::hello_retry_request,
                   context.exchange.outgoing().size() - confirmation_size, before, context);
}

Status confirm_server_hello(const schedule::Transcript& before, Context& context) {
    if (!confirms_ech(context)) return {};
    return confirm(EchConfirmationPlace::server_hello, confirmation_in_server_hello, before, context);
}

void write_retry_configs(wire::Writer& extensions, const Context& context) {
    if (context.ech_retry_configs.empty()) return;
    const auto configs = messages::List<messages::EchConfig>::unchecked(context.ech_retry_configs);
    messages::write_extension(extensions, messages::EchRetryConfigs{configs});
}

} // namespace pavise::handshake::server
