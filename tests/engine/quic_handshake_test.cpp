// The handshake over QUIC's CRYPTO frames, both sides (RFC 9001 §4, §8).
#include "handshake/credential.hpp"
#include "support/message_edit.hpp"
#include "support/pair.hpp"
#include "support/rewriting_tap.hpp"

#include <pavise/quic.hpp>

#include <gtest/gtest.h>

#include <algorithm>

namespace pavise::testing {
namespace {

const ByteVector client_parameters{0x01, 0x02, 0x40, 0x64};
const ByteVector server_parameters{0x04, 0x01, 0x2a};

QuicHandshake must(Result<QuicHandshake> made) {
    EXPECT_TRUE(made) << describe(made.error());
    return *std::move(made);
}

TicketKeys ticket_keys() {
    static SeededRng rng(98);
    static FixedClock clock;
    return *TicketKeys::generate(rng, clock);
}

PairConfig for_quic() {
    PairConfig config;
    config.client.alpn_protocols = {"h3"};
    config.server.alpn_protocols = {"h3"};
    config.server.ticket_keys = ticket_keys();
    return config;
}

// Keeps each side's secrets, and moves frames without any packets around them.
struct QuicPair {
    FixedClock clock;
    SeededRng client_rng;
    SeededRng server_rng;
    Step step;
    QuicHandshake client;
    QuicHandshake server;
    std::vector<QuicSecret> client_secrets;
    std::vector<QuicSecret> server_secrets;

    explicit QuicPair(PairConfig config) :
        clock(config.time),
        client_rng(config.seed),
        server_rng(~config.seed),
        step(config.step),
        client(must(Access::quic_client(
            with(std::move(config.client), client_rng),
            {.server_name = config.name, .session = config.session, .early_data = config.early_data},
            client_parameters, config.client_hooks))),
        server(must(Access::quic_server(with(std::move(config.server), server_rng), server_parameters,
                                        config.server_hooks))) {}

    template <class Config> std::shared_ptr<const Config> with(Config config, Rng& rng) {
        config.rng = &rng;
        config.clock = &clock;
        return std::make_shared<const Config>(std::move(config));
    }

    static void take_secrets(QuicHandshake& from, std::vector<QuicSecret>& into) {
        while (auto secret = from.secret()) into.push_back(std::move(*secret));
    }

    bool deliver(QuicHandshake& from, QuicHandshake& to) {
        const auto output = from.output();
        if (output.bytes.empty() || to.error()) return false;
        const Bytes bytes =
            step == 0 ? output.bytes : output.bytes.first(std::min(step, output.bytes.size()));
        (void)to.receive(output.level, bytes);
        from.output_taken(bytes.size());
        return true;
    }
    void pump() {
        bool moved = true;
        while (moved) {
            take_secrets(client, client_secrets);
            take_secrets(server, server_secrets);
            moved = deliver(client, server);
            moved = deliver(server, client) || moved;
        }
    }
    bool connect() {
        pump();
        return client.handshake_complete() && server.handshake_complete() && !client.error() &&
               !server.error();
    }
    std::string errors() const {
        const auto say = [](const QuicHandshake& h) { return h.error() ? describe(*h.error()) : "fine"; };
        return "client: " + say(client) + ", server: " + say(server);
    }
};

const QuicSecret* find(const std::vector<QuicSecret>& secrets, QuicLevel level, QuicUse use) {
    const auto found = std::ranges::find_if(
        secrets, [&](const QuicSecret& s) { return s.level() == level && s.use() == use; });
    return found == secrets.end() ? nullptr : &*found;
}

// What one side sends with a level's secret, the other one opens.
void expect_packets_pass(QuicPair& pair, QuicLevel level) {
    const QuicSecret* sending = find(pair.client_secrets, level, QuicUse::sending);
    const QuicSecret* receiving = find(pair.server_secrets, level, QuicUse::receiving);
    ASSERT_NE(sending, nullptr);
    ASSERT_NE(receiving, nullptr);
    ByteVector packet{0x41, 0x00, 0x07, 'h', 'e', 'l', 'l', 'o'};
    packet.resize(packet.size() + quic_tag_size);
    ASSERT_TRUE(sending->keys(QuicVersion::v1)->seal(7, packet, 3));
    auto keys = receiving->keys(QuicVersion::v1);
    const auto header = keys->uncover(packet, 1, 7);
    ASSERT_TRUE(header);
    const auto opened = keys->open(*header, packet);
    ASSERT_TRUE(opened);
    EXPECT_EQ(std::string(as_text(*opened)), "hello");
}

ErrorCode code_of(const QuicHandshake& side) {
    return side.error() ? side.error()->code : ErrorCode{};
}

// ---------------------------------------------------------------- what works

TEST(Quic, both_sides_connect_however_frames_are_cut) {
    for (const Step step : {Step{0}, Step{1}, Step{100}}) {
        PairConfig config = for_quic();
        config.step = step;
        QuicPair pair(config);
        ASSERT_TRUE(pair.connect()) << pair.errors();
        EXPECT_EQ(pair.client.negotiated().version, ProtocolVersion::tls_1_3);
        EXPECT_EQ(pair.client.negotiated().alpn_protocol, "h3");
        EXPECT_EQ(pair.client.negotiated().verified_chain.size(), 2u);
        ASSERT_TRUE(pair.client.peer_transport_parameters());
        ASSERT_TRUE(pair.server.peer_transport_parameters());
        EXPECT_TRUE(std::ranges::equal(*pair.client.peer_transport_parameters(), server_parameters));
        EXPECT_TRUE(std::ranges::equal(*pair.server.peer_transport_parameters(), client_parameters));
        expect_packets_pass(pair, QuicLevel::handshake);
        expect_packets_pass(pair, QuicLevel::application);
        EXPECT_EQ(pair.client.read_level(), QuicLevel::application);
        EXPECT_EQ(pair.server.read_level(), QuicLevel::application);
    }
}

TEST(Quic, both_sides_export_the_same_keys) {
    QuicPair pair(for_quic());
    ASSERT_TRUE(pair.connect()) << pair.errors();
    ByteVector ours(32);
    ByteVector theirs(32);
    ASSERT_TRUE(pair.client.export_keying_material("EXPORTER-test", std::nullopt, ours));
    ASSERT_TRUE(pair.server.export_keying_material("EXPORTER-test", std::nullopt, theirs));
    EXPECT_EQ(ours, theirs);
    EXPECT_NE(ours, ByteVector(32));
}

TEST(Quic, a_retry_costs_a_round_trip_and_nothing_else) {
    PairConfig config = for_quic();
    config.client.groups = {NamedGroup::x25519, NamedGroup::secp384r1};
    config.client.key_shares = 1;
    config.server.groups = {NamedGroup::secp384r1};
    QuicPair pair(config);
    ASSERT_TRUE(pair.connect()) << pair.errors();
    EXPECT_TRUE(pair.client.negotiated().hello_retry);
    EXPECT_EQ(pair.server.negotiated().group, NamedGroup::secp384r1);
}

TEST(Quic, client_certificates_are_asked_for_and_sent) {
    PairConfig config = for_quic();
    config.server.client_verification = PeerVerification::required;
    config.client.credentials = {client_credential(crypto::KeyType::ecdsa_p256)};
    QuicPair pair(config);
    ASSERT_TRUE(pair.connect()) << pair.errors();
    EXPECT_EQ(pair.server.negotiated().verified_chain.size(), 2u);
}

// The hello has what RFC 9001 wants of it: no session id (§8.4), and no version but 1.3 (§4.2).
TEST(Quic, the_hello_offers_tls13_alone_and_no_compatibility_mode) {
    RecordingTap tap;
    PairConfig config = for_quic();
    config.client.grease = Grease::off;
    config.client.record_size_limit = 1000;
    config.client_hooks.tap = &tap;
    QuicPair pair(config);
    ASSERT_TRUE(pair.connect()) << pair.errors();
    const ByteVector& hello = tap.sent_messages.front();
    EXPECT_EQ(hello[session_id_length_at], 0);
    EXPECT_EQ(extension_body(hello, ExtensionType::supported_versions), (ByteVector{2, 3, 4}));
    EXPECT_EQ(extension_body(hello, ExtensionType::quic_transport_parameters), client_parameters);
    EXPECT_TRUE(extension_body(hello, ExtensionType::record_size_limit).empty());
}

// ---------------------------------------------------------------- sessions and early data

PairConfig with_early_data() {
    PairConfig config = for_quic();
    config.server.max_early_data = 1;
    config.server.replay_register = make_replay_register();
    config.early_data = EarlyData::on;
    return config;
}

Session session_from(const PairConfig& config) {
    QuicPair pair(config);
    EXPECT_TRUE(pair.connect()) << pair.errors();
    auto sessions = pair.client.take_sessions();
    EXPECT_FALSE(sessions.empty());
    return sessions.empty() ? Session() : sessions.back();
}

TEST(Quic, a_session_is_resumed_with_early_data_and_without_a_message_that_ends_it) {
    PairConfig config = with_early_data();
    config.session = session_from(config);
    // All of it or nothing (§4.6.1): the server's own limit is not told.
    EXPECT_EQ(config.session.max_early_data_size(), 0xffff'ffffu);
    RecordingTap tap;
    config.client_hooks.tap = &tap;
    QuicPair pair(config);
    QuicPair::take_secrets(pair.client, pair.client_secrets);
    ASSERT_EQ(pair.client_secrets.size(), 1u); // before anything came back
    ASSERT_TRUE(pair.connect()) << pair.errors();
    EXPECT_TRUE(pair.client.negotiated().resumed);
    EXPECT_EQ(pair.client.negotiated().early_data, EarlyDataStatus::accepted);
    EXPECT_EQ(pair.server.negotiated().early_data, EarlyDataStatus::accepted);
    expect_packets_pass(pair, QuicLevel::early_data);
    expect_packets_pass(pair, QuicLevel::application);
    // "Clients MUST NOT send the EndOfEarlyData message" (§8.3)
    for (const ByteVector& message : tap.sent_messages)
        EXPECT_NE(static_cast<HandshakeType>(message[0]), HandshakeType::end_of_early_data);
}

TEST(Quic, rejected_early_data_leaves_the_connection_alone) {
    PairConfig config = with_early_data();
    config.session = session_from(config);
    config.server.max_early_data = 0;
    QuicPair pair(config);
    ASSERT_TRUE(pair.connect()) << pair.errors();
    EXPECT_TRUE(pair.client.negotiated().resumed);
    EXPECT_EQ(pair.client.negotiated().early_data, EarlyDataStatus::rejected);
    EXPECT_EQ(find(pair.server_secrets, QuicLevel::early_data, QuicUse::receiving), nullptr);
    expect_packets_pass(pair, QuicLevel::application);
}

TEST(Quic, sessions_of_records_and_of_quic_are_kept_apart) {
    PairConfig config = for_quic();
    const Session of_quic = session_from(config);
    PairConfig records = config;
    records.session = of_quic;
    Pair over_records(records);
    ASSERT_TRUE(over_records.connect());
    EXPECT_FALSE(over_records.client.negotiated().resumed);
    const auto sessions = over_records.client.take_sessions();
    ASSERT_FALSE(sessions.empty());
    config.session = sessions.back();
    QuicPair pair(config);
    ASSERT_TRUE(pair.connect()) << pair.errors();
    EXPECT_FALSE(pair.client.negotiated().resumed);
}

TEST(Quic, a_ticket_with_any_other_limit_of_early_data_is_refused) {
    RewritingTap tap(HandshakeType::new_session_ticket, [](ByteVector& message) { message.back() ^= 1; });
    PairConfig config = with_early_data();
    config.server_hooks.tap = &tap;
    QuicPair pair(config);
    EXPECT_FALSE(pair.connect());
    EXPECT_EQ(code_of(pair.client), ErrorCode::quic_ticket_early_data);
    EXPECT_EQ(quic_error_code(*pair.client.error()), 0x0au);
}

// ---------------------------------------------------------------- what is refused

TEST(Quic, each_side_wants_the_others_transport_parameters) {
    RewritingTap from_client(HandshakeType::client_hello, [](ByteVector& message) {
        remove_extension(message, ExtensionType::quic_transport_parameters);
    });
    PairConfig config = for_quic();
    config.client_hooks.tap = &from_client;
    QuicPair pair(config);
    EXPECT_FALSE(pair.connect());
    EXPECT_EQ(code_of(pair.server), ErrorCode::missing_quic_parameters);
    EXPECT_EQ(quic_error_code(*pair.server.error()), 0x016du); // RFC 9001 §8.2

    RewritingTap from_server(HandshakeType::encrypted_extensions, [](ByteVector& message) {
        remove_extension(message, ExtensionType::quic_transport_parameters);
    });
    config = for_quic();
    config.server_hooks.tap = &from_server;
    QuicPair other(config);
    EXPECT_FALSE(other.connect());
    EXPECT_EQ(code_of(other.client), ErrorCode::missing_quic_parameters);
}

TEST(Quic, transport_parameters_over_records_are_refused) {
    RewritingTap tap(HandshakeType::client_hello, [](ByteVector& message) {
        add_extension(message, ExtensionType::quic_transport_parameters, {1, 2, 3});
    });
    PairConfig config;
    config.client_hooks.tap = &tap;
    Pair pair(config);
    EXPECT_FALSE(pair.connect());
    ASSERT_TRUE(pair.server.error());
    EXPECT_EQ(pair.server.error()->code, ErrorCode::quic_parameters_without_quic);
    EXPECT_EQ(alert_of(*pair.server.error()), AlertDescription::unsupported_extension);
}

TEST(Quic, a_hello_with_a_session_id_is_refused) {
    RewritingTap tap(HandshakeType::client_hello, [](ByteVector& message) {
        message[session_id_length_at] = 1;
        message.insert(message.begin() + session_id_length_at + 1, 0x77);
    });
    PairConfig config = for_quic();
    config.client_hooks.tap = &tap;
    QuicPair pair(config);
    EXPECT_FALSE(pair.connect());
    EXPECT_EQ(code_of(pair.server), ErrorCode::quic_session_id);
    EXPECT_EQ(quic_error_code(*pair.server.error()), 0x0au);
}

TEST(Quic, without_a_common_protocol_there_is_no_connection) {
    RewritingTap from_client(HandshakeType::client_hello, [](ByteVector& message) {
        remove_extension(message, ExtensionType::application_layer_protocol_negotiation);
    });
    PairConfig config = for_quic();
    config.client_hooks.tap = &from_client;
    QuicPair pair(config);
    EXPECT_FALSE(pair.connect());
    EXPECT_EQ(code_of(pair.server), ErrorCode::no_common_protocol);
    EXPECT_EQ(quic_error_code(*pair.server.error()), 0x0178u);

    RewritingTap from_server(HandshakeType::encrypted_extensions, [](ByteVector& message) {
        remove_extension(message, ExtensionType::application_layer_protocol_negotiation);
    });
    config = for_quic();
    config.server_hooks.tap = &from_server;
    QuicPair other(config);
    EXPECT_FALSE(other.connect());
    EXPECT_EQ(code_of(other.client), ErrorCode::no_common_protocol);
}

TEST(Quic, a_key_update_message_is_refused) {
    for (const bool to_server : {true, false}) {
        QuicPair pair(for_quic());
        ASSERT_TRUE(pair.connect()) << pair.errors();
        QuicHandshake& side = to_server ? pair.server : pair.client;
        const auto status = side.receive(QuicLevel::application, ByteVector{24, 0, 0, 1, 0});
        ASSERT_FALSE(status);
        EXPECT_EQ(status.error().code, ErrorCode::quic_key_update);
        EXPECT_EQ(quic_error_code(status.error()), 0x010au); // RFC 9001 §6
    }
}

TEST(Quic, frames_of_another_level_are_refused) {
    QuicPair pair(for_quic());
    const auto hello = pair.client.output();
    for (const QuicLevel level : {QuicLevel::early_data, QuicLevel::handshake, QuicLevel::application}) {
        QuicPair other(for_quic());
        EXPECT_FALSE(other.server.receive(level, hello.bytes));
        EXPECT_EQ(code_of(other.server), ErrorCode::quic_wrong_level);
        EXPECT_FALSE(other.server.receive(QuicLevel::initial, hello.bytes)) << "the error stays";
    }
    // What was at the right level before the keys changed is at the wrong one afterwards.
    ASSERT_TRUE(pair.connect()) << pair.errors();
    EXPECT_FALSE(pair.client.receive(QuicLevel::handshake, ByteVector{20, 0, 0, 0}));
    EXPECT_EQ(quic_error_code(*pair.client.error()), 0x0au);
}

// A message that goes on behind a change of keys was protected by the wrong ones (RFC 8446 §5.1).
TEST(Quic, bytes_behind_a_change_of_keys_are_refused) {
    QuicPair pair(for_quic());
    const auto hello = pair.client.output();
    ASSERT_TRUE(pair.server.receive(hello.level, hello.bytes));
    const auto answer = pair.server.output();
    ASSERT_EQ(answer.level, QuicLevel::initial);
    ByteVector longer(answer.bytes.begin(), answer.bytes.end());
    longer.push_back(8);
    EXPECT_FALSE(pair.client.receive(QuicLevel::initial, longer));
    EXPECT_EQ(code_of(pair.client), ErrorCode::handshake_across_key_change);
}

TEST(Quic, a_config_must_fit) {
    PairConfig config = for_quic();
    config.client.alpn_protocols.clear();
    const auto made = QuicHandshake::client(std::make_shared<const ClientConfig>(config.client),
                                            {.server_name = config.name}, client_parameters);
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code, ErrorCode::bad_config);
    config.server.versions = {ProtocolVersion::tls_1_2, ProtocolVersion::tls_1_2};
    const auto server =
        QuicHandshake::server(std::make_shared<const ServerConfig>(config.server), server_parameters);
    ASSERT_FALSE(server);
    EXPECT_EQ(server.error().code, ErrorCode::bad_config);
}

TEST(Quic, decisions_wait_for_their_caller) {
    PairConfig config = for_quic();
    config.client.deferred.certificate = true;
    config.server.deferred.config = true;
    config.server.deferred.signature = true;
    QuicPair pair(config);
    pair.pump();
    ASSERT_EQ(pair.server.waiting_for(), Decision::config);
    EXPECT_EQ(pair.server.client_offer()->server_name, server_name);
    ASSERT_TRUE(pair.server.choose_config(pair.with(config.server, pair.server_rng)));
    ASSERT_EQ(pair.server.waiting_for(), Decision::signature);
    const auto request = pair.server.signature_request();
    ASSERT_TRUE(request);
    const auto signature = config.server.credentials.front().data()->key->sign(
        request->scheme, request->content, pair.server_rng);
    ASSERT_TRUE(signature);
    ASSERT_TRUE(pair.server.provide_signature(*signature));
    pair.pump();
    ASSERT_EQ(pair.client.waiting_for(), Decision::certificate);
    EXPECT_EQ(pair.client.chain_to_verify().size(), 1u);
    ASSERT_TRUE(pair.client.certificate_verdict(std::nullopt));
    EXPECT_TRUE(pair.connect()) << pair.errors();

    QuicPair refusing(for_quic());
    EXPECT_FALSE(refusing.client.certificate_verdict(std::nullopt)) << "nobody asked";
    EXPECT_TRUE(refusing.connect()) << refusing.errors();
}

} // namespace
} // namespace pavise::testing
