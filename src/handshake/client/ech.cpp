#include "handshake/client/ech.hpp"

#include "messages/client_hello.hpp"
#include "messages/inner_client_hello.hpp"

#include <algorithm>
#include <array>

namespace pavise::handshake {

Result<std::unique_ptr<EchInFlight>> prepare_ech(Exchange& exchange, const EchChoice& choice) {
    auto sender = schedule::hpke_setup_sender(exchange.provider(), choice.suite, choice.public_key,
                                              schedule::ech_info(choice.config), exchange.rng());
    if (!sender && sender.error().code == ErrorCode::bad_key_share) return std::unique_ptr<EchInFlight>();
    if (!sender) return Unexpected(sender.error());
    auto ech = std::make_unique<EchInFlight>(
        EchInFlight{choice, std::move(sender->enc), std::move(sender->context)});
    // "It MUST generate a fresh ClientHelloOuter.random using a secure random number generator" (§6.1)
    ech->outer_random = exchange.client_random;
    PAVISE_TRY(exchange.rng().fill(ech->inner_random));
    return ech;
}

Status draw_grease_psks(EchInFlight& ech, std::span<const Psk> psks, Rng& rng) {
    ech.grease_psks.resize(psks.size());
    for (std::size_t i = 0; i < psks.size(); ++i) {
        GreasePsk& grease = ech.grease_psks[i];
        grease.binder_size = crypto::digest_size(psks[i].hash);
        if (grease.identity.size() == psks[i].identity.size()) continue;
        grease.identity.resize(psks[i].identity.size());
        PAVISE_TRY(rng.fill(grease.identity));
        std::array<std::uint8_t, 4> age{};
        PAVISE_TRY(rng.fill(age));
        for (const std::uint8_t byte : age)
            grease.obfuscated_ticket_age = grease.obfuscated_ticket_age << 8 | byte;
    }
    return {};
}

std::size_t ech_payload_size(std::size_t encoded_size, std::size_t server_name_size,
                             std::size_t maximum_name_length) {
    return encoded_size +
           messages::inner_client_hello_padding(encoded_size, server_name_size, maximum_name_length) +
           schedule::hpke_tag_size;
}

Status seal_inner_hello(EchInFlight& ech, ByteVector encoded, ByteVector& outer, wire::Tap* tap) {
    const MutableBytes body = MutableBytes(outer).subspan(messages::handshake_header_size);
    PAVISE_LET(const auto hello, messages::parse_body<messages::ClientHello>(body));
    PAVISE_LET(const auto extension, hello.extensions.get<messages::EncryptedClientHello>());
    if (!extension || extension->payload.size() < encoded.size() + schedule::hpke_tag_size)
        return fail(ErrorCode::internal);
    const auto at = static_cast<std::size_t>(extension->payload.data() - body.data());
    encoded.resize(extension->payload.size() - schedule::hpke_tag_size); // padding: "all zeroes" (§5.1)
    if (tap != nullptr) tap->rewrite_encoded_inner_hello(encoded);
    encoded.resize(extension->payload.size() - schedule::hpke_tag_size);
    // "ClientHelloOuterAAD …, which matches the ClientHelloOuter except that the 'payload' field … is
    // replaced with a byte string of the same length but whose contents are zeros" (§5.2)
    const ByteVector associated_data(body.begin(), body.end());
    std::ranges::copy(encoded, body.begin() + static_cast<std::ptrdiff_t>(at));
    return ech.context.seal(associated_data, body.subspan(at, encoded.size()),
                            body.subspan(at + encoded.size(), schedule::hpke_tag_size));
}

Result<ByteVector> make_grease_ech(Exchange& exchange, std::size_t payload_size) {
    // "Set the 'cipher_suite' field to a supported HpkeSymmetricCipherSuite. The selection SHOULD vary to
    // exercise all supported configurations" (§6.2.1); HKDF-SHA256 is what real configs name.
    using enum schedule::HpkeAead;
    constexpr std::array aeads{aes_128_gcm, aes_256_gcm, chacha20_poly1305};
    std::array<std::uint8_t, 2> random{};
    PAVISE_TRY(exchange.rng().fill(random));
    // "a randomly-generated valid encapsulated public key output by the HPKE KEM" (§6.2.1)
    PAVISE_LET(const auto share, exchange.provider().generate_key_share(NamedGroup::x25519, exchange.rng()));
    ByteVector payload(payload_size);
    PAVISE_TRY(exchange.rng().fill(payload));
    messages::EncryptedClientHello extension;
    extension.client_hello_type = messages::EchClientHelloType::outer;
    extension.cipher_suite = {static_cast<std::uint16_t>(schedule::HpkeKdf::hkdf_sha256),
                              static_cast<std::uint16_t>(aeads[random[0] % aeads.size()])};
    extension.config_id = random[1];
    extension.enc = share->public_value();
    extension.payload = payload;
    ByteVector body;
    wire::Writer writer(body);
    extension.write(writer);
    PAVISE_TRY(writer.status());
    return body;
}

} // namespace pavise::handshake
