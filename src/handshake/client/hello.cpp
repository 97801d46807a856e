#include "handshake/client/hello.hpp"

#include "crypto/cipher_suite.hpp"
#include "messages/extension/alpn.hpp"
#include "messages/extension/cookie.hpp"
#include "messages/extension/key_share.hpp"
#include "messages/extension/negotiation.hpp"
#include "messages/extension/server_name.hpp"

#include <algorithm>

namespace pavise::handshake {

namespace {

// RFC 8701 §2: {0x0a0a, 0x1a1a, … 0xfafa}.
std::uint16_t grease_value(std::uint8_t random) {
    return static_cast<std::uint16_t>((random >> 4) * 0x1010 + 0x0a0a);
}

Result<GreaseValues> draw_grease(Rng& rng) {
    std::array<std::uint8_t, 5> random{};
    PAVISE_TRY(rng.fill(random));
    GreaseValues grease{grease_value(random[0]), grease_value(random[1]), grease_value(random[2]),
                        grease_value(random[3]), grease_value(random[4])};
    if (grease.last_extension == grease.first_extension) grease.last_extension ^= 0x1010;
    return grease;
}

// Our list, with a reserved value in front where GREASE is on.
template <class T>
std::vector<T> greased(const std::optional<GreaseValues>& grease, std::uint16_t GreaseValues::* value,
                       const std::vector<T>& ours) {
    std::vector<T> list;
    list.reserve(ours.size() + 1);
    if (grease) list.push_back(static_cast<T>((*grease).*value));
    list.insert(list.end(), ours.begin(), ours.end());
    return list;
}

// Writes the extensions of one hello, in an order that does not change after a HelloRetryRequest.
class ExtensionsWriter {
    ByteVector block_;
    wire::Writer writer_{block_};
    const HelloInputs& inputs_;
    HelloInFlight& hello_;

    template <class X> void add(const X& extension) {
        messages::write_extension(writer_, extension);
        hello_.offered.insert(X::type); // what the server may answer
    }
    void add_grease(std::uint16_t type, Bytes body) {
        writer_.u16(type);
        writer_.vector16(body);
    }
    void add_names() {
        if (!inputs_.server_name.empty()) add(messages::ServerName{as_bytes(inputs_.server_name)});
        if (inputs_.config.alpn_protocols.empty()) return;
        std::vector<messages::ProtocolName> names;
        for (const std::string& name : inputs_.config.alpn_protocols) names.push_back({as_bytes(name)});
        add(messages::AlpnProtocols{names});
    }
    void add_groups() {
        add(messages::SupportedGroups{greased(hello_.grease, &GreaseValues::group, inputs_.config.groups)});
    }
    void add_key_shares() {
        constexpr std::array<std::uint8_t, 1> grease_share{0};
        std::vector<messages::KeyShareEntry> shares;
        // After a HelloRetryRequest the list holds the one share that was asked for (§4.1.2).
        if (hello_.grease && !hello_.retried)
            shares.push_back({static_cast<NamedGroup>(hello_.grease->group), grease_share});
        for (const auto& share : hello_.key_shares) shares.push_back({share->group(), share->public_value()});
        add(messages::KeyShareClientHello{shares});
    }
    void add_versions() {
        const std::vector<ProtocolVersion> ours{ProtocolVersion::tls_1_3};
        add(messages::SupportedVersions{greased(hello_.grease, &GreaseValues::version, ours)});
    }

  public:
    ExtensionsWriter(const HelloInputs& inputs, HelloInFlight& hello) : inputs_(inputs), hello_(hello) {}

    Result<Bytes> write() {
        if (hello_.grease) add_grease(hello_.grease->first_extension, {});
        add_names();
        add_groups();
        add(messages::SignatureAlgorithms{inputs_.config.signature_schemes});
        add_key_shares();
        add_versions();
        if (!hello_.cookie.empty()) add(messages::Cookie{hello_.cookie});
        // RFC 8701 §3.1 has one of the reserved extensions with a body.
        if (hello_.grease) add_grease(hello_.grease->last_extension, std::array<std::uint8_t, 1>{0});
        PAVISE_TRY(writer_.status());
        return Bytes(block_);
    }
};

// What counts for the server's answer is what was really sent, should a Tap have rewritten it. A hello that a
// test has broken beyond parsing is judged as the one that we meant to send.
Status adopt_sent_hello(Exchange& exchange, HelloInFlight& hello) {
    hello.message = exchange.outgoing();
    const auto sent = messages::parse_body<messages::ClientHello>(
        Bytes(hello.message).subspan(messages::handshake_header_size));
    if (!sent) return {};
    exchange.client_random = sent->random;
    hello.offered = messages::ExtensionSet::of(sent->extensions);
    if (!hello.session_id.assign(sent->legacy_session_id)) return fail(ErrorCode::internal);
    return {};
}

} // namespace

Result<std::unique_ptr<HelloInFlight>> prepare_hello(Exchange& exchange, const HelloInputs& inputs) {
    auto hello = std::make_unique<HelloInFlight>();
    PAVISE_TRY(exchange.rng().fill(exchange.client_random));
    if (inputs.config.middlebox_compatibility == MiddleboxCompatibility::on) {
        // RFC 8446 §D.4: a session id that no server knows makes it look like a resumption.
        std::array<std::uint8_t, messages::max_session_id_size> id{};
        PAVISE_TRY(exchange.rng().fill(id));
        hello->session_id = SessionId();
        if (!hello->session_id.assign(id)) return fail(ErrorCode::internal);
    }
    if (inputs.config.grease == Grease::on) {
        PAVISE_LET(hello->grease, draw_grease(exchange.rng()));
    }
    const std::size_t shares = std::min(inputs.config.key_shares, inputs.config.groups.size());
    for (std::size_t i = 0; i < shares; ++i) {
        PAVISE_LET(auto share,
                   exchange.provider().generate_key_share(inputs.config.groups[i], exchange.rng()));
        hello->key_shares.push_back(std::move(share));
    }
    return hello;
}

Status send_hello(Exchange& exchange, const HelloInputs& inputs, HelloInFlight& hello) {
    const std::vector<CipherSuite> suites =
        greased(hello.grease, &GreaseValues::suite, inputs.config.cipher_suites);
    hello.offered = {};
    ExtensionsWriter extensions(inputs, hello);
    PAVISE_LET(const Bytes block, extensions.write());

    constexpr std::array<std::uint8_t, 1> null_compression{0};
    messages::ClientHello message;
    message.random = exchange.client_random;
    message.legacy_session_id = hello.session_id.view();
    message.cipher_suites = suites;
    message.legacy_compression_methods = null_compression;
    message.extensions = messages::Extensions::from_block(block);
    PAVISE_TRY(exchange.send(message, nullptr));
    return adopt_sent_hello(exchange, hello);
}

} // namespace pavise::handshake
