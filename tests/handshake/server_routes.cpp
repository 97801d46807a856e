#include "handshake/routes.hpp"

#include "messages/empty_messages.hpp"
#include "messages/extension/early_data.hpp"
#include "messages/extension/encrypted_client_hello.hpp"
#include "messages/extension/flags.hpp"
#include "messages/key_update.hpp"
#include "messages/new_session_ticket13.hpp"
#include "peer/null_provider.hpp"
#include "support/ech.hpp"

#include <algorithm>
#include <iterator>

namespace pavise::testing {

namespace {

using handshake::server::Server;
namespace states = handshake::server;

template <class State> constexpr std::size_t index_of() {
    return testing::index_of<Server, State>();
}

ScriptHooks null_hooks(Tap* tap) {
    return {.hooks = {.tap = tap, .cryptography = Cryptography::null}};
}

// Lets every early data in: under null cryptography all binders are alike.
class ForgetfulRegister final : public ReplayRegister {
  public:
    bool first_use(Bytes, Timestamp, Timestamp) override { return true; }
};

const ExternalPsk shared_psk{.identity = ByteVector{1, 2, 3}, .key = ByteVector(32, 7)};

ServerConfig base_config() {
    return scripted_server_config(Cryptography::null);
}
ServerConfig config_that_retries() {
    ServerConfig config = base_config();
    config.groups = {NamedGroup::secp256r1};
    config.external_psks = {shared_psk};
    return config;
}
ServerConfig config_with_psk() {
    ServerConfig config = base_config();
    config.external_psks = {shared_psk};
    return config;
}
ServerConfig config_that_asks() {
    ServerConfig config = base_config();
    config.client_verification = PeerVerification::optional;
    config.deferred.certificate = true;
    return config;
}
ServerConfig config_chosen_later() {
    ServerConfig config = config_that_retries();
    config.deferred.config = true;
    return config;
}
ServerConfig config_with_psk_found_later() {
    ServerConfig config = base_config();
    config.deferred.psk = true;
    return config;
}
ServerConfig config_that_signs_elsewhere() {
    ServerConfig config = base_config();
    config.deferred.signature = true;
    return config;
}
ServerConfig config_that_asks_and_signs_elsewhere() {
    ServerConfig config = config_that_asks();
    config.deferred.signature = true;
    return config;
}

ServerConfig config_that_asks_and_decompresses() {
    ServerConfig config = config_that_asks();
    config.certificate_compression = {std::make_shared<const Stored>()};
    return config;
}
// Whoever shows a certificate later is judged by the caller too.
ServerConfig config_that_asks_later() {
    ServerConfig config = config_that_asks_and_decompresses();
    config.client_verification = PeerVerification::none;
    return config;
}
ServerConfig config_with_ech() {
    ServerConfig config = base_config();
    config.ech_keys = {ech_key()};
    return config;
}
ServerConfig config_with_ech_chosen_later() {
    ServerConfig config = config_with_ech();
    config.deferred.config = true;
    return config;
}
ServerConfig config_with_ech_that_retries() {
    ServerConfig config = config_with_ech();
    config.groups = {NamedGroup::secp256r1};
    return config;
}

auto made_with(ServerConfig (*config)()) {
    return [config](Tap& tap) { return std::make_unique<ServerUnderTest>(config(), null_hooks(&tap)); };
}

// A connection of the past, whose ticket allows early data.
struct EarlierConnection {
    ServerUnderTest test{[] {
                             ServerConfig config = base_config();
                             static SeededRng rng(99);
                             static FixedClock clock;
                             config.ticket_keys = *TicketKeys::generate(rng, clock);
                             config.max_early_data = 10'000;
                             config.replay_register = std::make_shared<ForgetfulRegister>();
                             return config;
                         }(),
                         null_hooks(nullptr)};
    peer::PskOffer ticket;

    EarlierConnection() {
        auto hello = test.peer.client_hello();
        test.peer.allow_psks(hello);
        test.peer.send_client_hello(hello);
        test.peer.expect_flight();
        test.peer.send_second_flight();
        ticket = test.peer.expect_ticket();
    }
};
EarlierConnection& earlier_connection() {
    static EarlierConnection connection;
    return connection;
}
std::unique_ptr<ServerUnderTest> made_with_ticket(Tap& tap) {
    const auto& earlier = earlier_connection();
    return std::make_unique<ServerUnderTest>(earlier.test.config, earlier.test.peer.script(),
                                             null_hooks(&tap));
}

// ---- the steps of a legal client

void send_hello(ServerUnderTest& test) {
    test.peer.send_client_hello();
}
void send_hello_with_psk(ServerUnderTest& test) {
    auto hello = test.peer.client_hello();
    test.peer.offer_psk(hello, {.identity = shared_psk.identity, .key = shared_psk.key});
    test.peer.send_client_hello(hello);
}
void send_hello_with_early_data(ServerUnderTest& test) {
    auto hello = test.peer.client_hello();
    hello.extensions.add(messages::EarlyData{});
    test.peer.offer_psk(hello, earlier_connection().ticket);
    test.peer.send_client_hello(hello);
    test.peer.write_early_data();
}
void send_second_hello(ServerUnderTest& test) {
    auto hello = test.peer.second_client_hello(test.peer.expect_hello_retry_request());
    test.peer.send_client_hello(hello);
}
void send_second_hello_with_psk(ServerUnderTest& test) {
    auto hello = test.peer.second_client_hello(test.peer.expect_hello_retry_request());
    hello.extensions.remove(ExtensionType::psk_key_exchange_modes);
    hello.extensions.remove(ExtensionType::pre_shared_key);
    test.peer.offer_psk(hello, {.identity = shared_psk.identity, .key = shared_psk.key});
    test.peer.send_client_hello(hello);
}
void begin_second_flight(ServerUnderTest& test) {
    test.peer.expect_flight();
    test.peer.begin_second_flight();
}
void send_end_of_early_data(ServerUnderTest& test) {
    test.peer.expect_flight();
    test.peer.send(messages::EndOfEarlyData{});
    test.peer.write_with(peer::Epoch::handshake);
}
void send_certificate(ServerUnderTest& test) {
    test.peer.send_certificate();
}
void send_empty_certificate(ServerUnderTest& test) {
    test.peer.send(peer::CertificateDraft{});
}
void accept_certificate(ServerUnderTest& test) {
    EXPECT_TRUE(test.connection.certificate_verdict(std::nullopt));
}
void send_certificate_verify(ServerUnderTest& test) {
    test.peer.send_certificate_verify();
}
void send_finished(ServerUnderTest& test) {
    test.peer.send_finished();
}
void send_key_update(ServerUnderTest& test) {
    test.peer.send_key_update(KeyUpdateRequest::update_not_requested);
}
void choose_config(ServerUnderTest& test) {
    EXPECT_TRUE(test.connection.choose_config(test.config));
}
void find_psk(ServerUnderTest& test) {
    EXPECT_TRUE(test.connection.choose_psk(FoundPsk{.index = 0, .psk = shared_psk}));
}
void sign(ServerUnderTest& test) {
    EXPECT_TRUE(test.connection.provide_signature(ByteVector(64, 0x5a)));
}

void send_compressed_certificate(ServerUnderTest& test) {
    test.peer.send_message(compressed(test.peer.certificate()));
}
void send_empty_compressed_certificate(ServerUnderTest& test) {
    test.peer.send_message(compressed(peer::CertificateDraft{}));
}

// ---- a certificate after the handshake (RFC 8446 §4.6.2)

void send_hello_for_later(ServerUnderTest& test) {
    auto hello = test.peer.client_hello();
    hello.extensions.add(messages::PostHandshakeAuth{});
    test.peer.send_client_hello(hello);
}
// Of which the answer gives the context back; the draft is of the certificates in it.
peer::CertificateDraft answer_to_request(ServerUnderTest& test, const peer::CertificateDraft& certificates) {
    EXPECT_TRUE(test.connection.request_certificate(PeerVerification::optional));
    const auto request = test.peer.expect<messages::CertificateRequest>();
    peer::CertificateDraft answer = certificates;
    answer.certificate_request_context.assign(request.certificate_request_context.begin(),
                                              request.certificate_request_context.end());
    return answer;
}
void send_later_certificate(ServerUnderTest& test) {
    test.peer.send(answer_to_request(test, test.peer.certificate()));
}
void send_later_empty_certificate(ServerUnderTest& test) {
    test.peer.send(answer_to_request(test, peer::CertificateDraft{}));
}
void send_later_compressed_certificate(ServerUnderTest& test) {
    test.peer.send_message(compressed(answer_to_request(test, test.peer.certificate())));
}
void send_later_empty_compressed_certificate(ServerUnderTest& test) {
    test.peer.send_message(compressed(answer_to_request(test, peer::CertificateDraft{})));
}
void send_later_finished(ServerUnderTest& test) {
    test.peer.send(test.peer.finished()); // the keys stay
}
void ask_for_certificate(ServerUnderTest& test) {
    EXPECT_TRUE(test.connection.request_certificate(PeerVerification::optional));
}

// ---- Encrypted Client Hello (RFC 9849): where nothing is computed, what is sealed lies in the open

// Whose extension holds the hello as an inner one.
peer::ClientHelloDraft outer_hello(peer::ClientHelloDraft hello, std::size_t enc_size) {
    hello.extensions.remove(ExtensionType::encrypted_client_hello);
    peer::ClientHelloDraft inner = hello;
    inner.legacy_session_id.clear(); // it is the outer one's (§5.1)
    inner.extensions.add(messages::EncryptedClientHello{});
    const ByteVector message = inner.message();
    ByteVector payload(message.begin() + messages::handshake_header_size, message.end());
    payload.insert(payload.end(), 16, peer::null_byte); // the tag
    const ByteVector enc(enc_size, peer::null_byte);
    messages::EncryptedClientHello outer;
    outer.client_hello_type = messages::EchClientHelloType::outer;
    outer.cipher_suite = {.kdf_id = 1, .aead_id = 1};
    outer.config_id = 7; // as ech_key()
    outer.enc = enc;
    outer.payload = payload;
    hello.extensions.add(outer);
    return hello;
}
void send_hello_with_ech(ServerUnderTest& test) {
    constexpr std::size_t x25519_size = 32;
    test.peer.send_client_hello(outer_hello(test.peer.client_hello(), x25519_size));
    EXPECT_EQ(test.connection.negotiated().ech, EchStatus::accepted);
}
void send_second_hello_with_ech(ServerUnderTest& test) {
    // "… the 'enc' field MUST be empty" (§6.1.5): the context goes on.
    test.peer.send_client_hello(
        outer_hello(test.peer.second_client_hello(test.peer.expect_hello_retry_request()), 0));
    EXPECT_EQ(test.connection.negotiated().ech, EchStatus::accepted);
}
void decline_ech_and_choose_config(ServerUnderTest& test) {
    EXPECT_TRUE(test.connection.decline_ech());
    EXPECT_TRUE(test.connection.choose_config(test.config));
    EXPECT_EQ(test.connection.negotiated().ech, EchStatus::rejected);
}

using Step = void (*)(ServerUnderTest&);
auto by(std::vector<Step> steps) {
    return [steps = std::move(steps)](ServerUnderTest& test) {
        for (const Step step : steps) step(test);
    };
}

std::vector<ServerRoute> routes_of_the_handshake() {
    using enum HandshakeType;
    return {
        {index_of<states::ExpectClientHello>(),
         "ExpectClientHello",
         made_with(base_config),
         by({}),
         {{client_hello, send_hello}}},
        {index_of<states::ExpectClientHello>(),
         "ExpectClientHello, with a PSK to be found",
         made_with(config_with_psk),
         by({}),
         {{client_hello, send_hello_with_psk}, {client_hello, send_hello}}},
        {index_of<states::AwaitConfig>(),
         "AwaitConfig",
         made_with(config_chosen_later),
         by({send_hello}),
         {},
         choose_config},
        {index_of<states::ExpectSecondClientHello>(),
         "ExpectSecondClientHello",
         made_with(config_that_retries),
         by({send_hello}),
         {{client_hello, send_second_hello}}},
        {index_of<states::ExpectSecondClientHello>(),
         "ExpectSecondClientHello, with a PSK",
         made_with(config_that_retries),
         by({send_hello_with_psk}),
         {{client_hello, send_second_hello_with_psk}}},
        {index_of<states::AwaitPsk>(),
         "AwaitPsk",
         made_with(config_with_psk_found_later),
         by({send_hello_with_psk}),
         {},
         find_psk},
        {index_of<states::AwaitPsk>(),
         "AwaitPsk, none known",
         made_with(config_with_psk_found_later),
         by({send_hello_with_psk}),
         {},
         [](ServerUnderTest& test) { EXPECT_TRUE(test.connection.choose_psk(std::nullopt)); }},
        {index_of<states::AwaitSignature>(),
         "AwaitSignature",
         made_with(config_that_signs_elsewhere),
         by({send_hello}),
         {},
         sign},
        {index_of<states::AwaitSignature>(),
         "AwaitSignature, a client certificate wanted",
         made_with(config_that_asks_and_signs_elsewhere),
         by({send_hello}),
         {},
         sign},
        {index_of<states::ExpectEndOfEarlyData>(),
         "ExpectEndOfEarlyData",
         made_with_ticket,
         by({send_hello_with_early_data}),
         {{end_of_early_data, send_end_of_early_data}}},
        {index_of<states::ExpectClientCertificate>(),
         "ExpectClientCertificate",
         made_with(config_that_asks),
         by({send_hello, begin_second_flight}),
         {{certificate, send_certificate}, {certificate, send_empty_certificate}}},
        {index_of<states::AwaitClientCertificateVerdict>(),
         "AwaitClientCertificateVerdict",
         made_with(config_that_asks),
         by({send_hello, begin_second_flight, send_certificate}),
         {},
         accept_certificate},
        {index_of<states::ExpectClientCertificateVerify>(),
         "ExpectClientCertificateVerify",
         made_with(config_that_asks),
         by({send_hello, begin_second_flight, send_certificate, accept_certificate}),
         {{certificate_verify, send_certificate_verify}}},
        {index_of<states::ExpectClientFinished>(),
         "ExpectClientFinished",
         made_with(base_config),
         by({send_hello, begin_second_flight}),
         {{finished, send_finished}}},
        {index_of<states::Connected>(),
         "Connected",
         made_with(base_config),
         by({send_hello, begin_second_flight, send_finished}),
         {{key_update, send_key_update}}},
    };
}

// Certificates that come compressed (RFC 8879), or after the handshake (RFC 8446 §4.6.2).
std::vector<ServerRoute> routes_of_extensions() {
    using enum HandshakeType;
    return {
        {index_of<states::ExpectClientCertificate>(),
         "ExpectClientCertificate, maybe compressed",
         made_with(config_that_asks_and_decompresses),
         by({send_hello, begin_second_flight}),
         {{certificate, send_certificate},
          {compressed_certificate, send_compressed_certificate},
          {compressed_certificate, send_empty_compressed_certificate}}},
        ServerRoute(index_of<states::Connected>(), "Connected, a certificate wanted",
                    made_with(config_that_asks_later),
                    by({send_hello_for_later, begin_second_flight, send_finished, ask_for_certificate}),
                    {{key_update, send_key_update}})
            .asking_for({certificate, compressed_certificate}),
        ServerRoute(index_of<states::Connected>(), "Connected, a certificate to be wanted",
                    made_with(config_that_asks_later),
                    by({send_hello_for_later, begin_second_flight, send_finished}),
                    {{certificate, send_later_certificate},
                     {certificate, send_later_empty_certificate},
                     {compressed_certificate, send_later_compressed_certificate},
                     {compressed_certificate, send_later_empty_compressed_certificate}}),
        {index_of<states::AwaitPostHandshakeVerdict>(),
         "AwaitPostHandshakeVerdict",
         made_with(config_that_asks_later),
         by({send_hello_for_later, begin_second_flight, send_finished, send_later_certificate}),
         {},
         accept_certificate},
        {index_of<states::ExpectPostHandshakeCertificateVerify>(),
         "ExpectPostHandshakeCertificateVerify",
         made_with(config_that_asks_later),
         by({send_hello_for_later, begin_second_flight, send_finished, send_later_certificate,
             accept_certificate}),
         {{certificate_verify, send_certificate_verify}}},
        {index_of<states::ExpectPostHandshakeFinished>(),
         "ExpectPostHandshakeFinished",
         made_with(config_that_asks_later),
         by({send_hello_for_later, begin_second_flight, send_finished, send_later_certificate,
             accept_certificate, send_certificate_verify}),
         {{finished, send_later_finished}}},
    };
}

// With Encrypted Client Hello (RFC 9849): the states are the same.
std::vector<ServerRoute> routes_of_ech() {
    using enum HandshakeType;
    return {
        {index_of<states::ExpectClientHello>(),
         "ExpectClientHello, with keys of ECH",
         made_with(config_with_ech),
         by({}),
         {{client_hello, send_hello_with_ech}, {client_hello, send_hello}}},
        {index_of<states::AwaitConfig>(),
         "AwaitConfig, ECH accepted",
         made_with(config_with_ech_chosen_later),
         by({send_hello_with_ech}),
         {},
         choose_config},
        {index_of<states::AwaitConfig>(),
         "AwaitConfig, ECH declined",
         made_with(config_with_ech_chosen_later),
         by({send_hello_with_ech}),
         {},
         decline_ech_and_choose_config},
        {index_of<states::ExpectSecondClientHello>(),
         "ExpectSecondClientHello, ECH accepted",
         made_with(config_with_ech_that_retries),
         by({send_hello_with_ech}),
         {{client_hello, send_second_hello_with_ech}}},
        {index_of<states::ExpectClientFinished>(),
         "ExpectClientFinished, ECH accepted",
         made_with(config_with_ech),
         by({send_hello_with_ech, begin_second_flight}),
         {{finished, send_finished}}},
    };
}

} // namespace

std::vector<ServerRoute> server_routes() {
    std::vector<ServerRoute> all;
    for (const auto routes : {routes_of_the_handshake, routes_of_extensions, routes_of_ech})
        std::ranges::copy(routes(), std::back_inserter(all));
    return all;
}

} // namespace pavise::testing
