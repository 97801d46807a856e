// The same walk through the states of TLS 1.2. The other side is a connection too, so that all the ways of
// TLS 1.2 lead somewhere without a script for each; it is held before every message, and there the experiment
// takes place. Null cryptography on both sides: what is put in its place needs no keys.
#include "handshake/credential.hpp"
#include "handshake/routes.hpp"
#include "peer/null_provider.hpp"
#include "support/records.hpp"
#include "support/tls12.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>

namespace pavise::testing {
namespace {

namespace machine = handshake::machine;
using handshake::ChangeCipherSpec;
using handshake::client::Client;
using handshake::server::Server;

template <class M> inline constexpr auto state_names = machine::names_of(machine::States<M>{});
template <class M> inline constexpr auto input_names = machine::names_of(machine::Inputs<M>{});

template <class M> bool of_tls12(std::size_t state) {
    return state_names<M>[state].ends_with("12");
}

// ---------------------------------------------------------------- the ways of TLS 1.2

struct Scenario {
    std::string_view name;
    PairConfig config;
    Tap* of_server = nullptr; // what a legal server of ours would not do
};

PairConfig base() {
    PairConfig config = tls12();
    config.client.cipher_suites =
        config.server.cipher_suites = {CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256};
    config.client.verification = PeerVerification::none;
    config.server.credentials = {null_credential()};
    config.client_hooks.provider = config.server_hooks.provider = &peer::null_provider();
    return config;
}

PairConfig with_tickets(PairConfig config) {
    static SeededRng rng(99);
    static FixedClock clock;
    static const TicketKeys keys = *TicketKeys::generate(rng, clock);
    config.server.ticket_keys = keys;
    return config;
}

PairConfig with_client_certificate(PairConfig config) {
    config.client.credentials = {null_credential()};
    config.server.client_verification = PeerVerification::optional;
    config.server.deferred.certificate = true;
    return config;
}

PairConfig decided_later(PairConfig config) {
    config.client.deferred.certificate = config.client.deferred.signature = true;
    config.server.deferred.signature = config.server.deferred.config = config.server.deferred.psk = true;
    return config;
}

const ExternalPsk shared_psk{.identity = ByteVector{1, 2, 3}, .key = ByteVector(32, 7)};

PairConfig with_psk(CipherSuite suite, std::string_view hint = {}) {
    PairConfig config = base();
    config.client.cipher_suites = config.server.cipher_suites = {suite};
    config.client.external_psks = config.server.external_psks = {shared_psk};
    config.server.psk_identity_hint = hint;
    return config;
}

// With the session of an earlier connection.
PairConfig resuming(PairConfig config) {
    PairConfig earlier = config;
    earlier.seed += 100;
    Pair pair(earlier);
    EXPECT_TRUE(pair.connect()) << errors_of(pair);
    const auto sessions = pair.client.take_sessions();
    EXPECT_FALSE(sessions.empty());
    if (!sessions.empty()) config.session = sessions.back();
    return config;
}

PairConfig with_store(PairConfig config) {
    config.server.session_store = make_session_store();
    return config;
}

// A server that promises what ours then does not give: a ticket, a CertificateStatus.
template <ExtensionType type> Tap& promising_tap() {
    static RewritingTap tap(HandshakeType::server_hello,
                            [](ByteVector& message) { set_extension(message, type, {}); });
    return tap;
}

PairConfig asking_for_staple(PairConfig config) {
    config.client.ocsp_response = Staple::requested;
    return config;
}
PairConfig with_staple(PairConfig config) {
    config.server.credentials = {*null_credential().with_ocsp_responses({ByteVector(10, 1)})};
    return asking_for_staple(std::move(config));
}

// A key alone, which need be nothing but a SubjectPublicKeyInfo in form (RFC 7250).
Credential raw_credential() {
    auto data = std::make_shared<handshake::CredentialData>(*null_credential().data());
    data->type = CertificateType::raw_public_key;
    data->chain = {ByteVector{0x30, 0x06, 0x30, 0x00, 0x03, 0x02, 0x00, 0x01}};
    return Credential(std::move(data));
}
const std::vector<CertificateType> both_types{CertificateType::raw_public_key, CertificateType::x509};

PairConfig with_raw_key(PairConfig config) {
    config.client.server_certificate_types = both_types;
    config.server.credentials = {raw_credential()};
    return config;
}
// A client that promised a key and has none (RFC 5246 §7.4.6).
PairConfig without_raw_client_key(PairConfig config) {
    config.client.client_certificate_types = {CertificateType::raw_public_key};
    config.server.client_certificate_types = {CertificateType::raw_public_key};
    config.server.client_verification = PeerVerification::optional;
    return config;
}
PairConfig with_raw_client_key(PairConfig config) {
    config = with_client_certificate(std::move(config));
    config.client.credentials = {raw_credential()};
    config.server.client_certificate_types = both_types;
    return config;
}

std::vector<Scenario> scenarios() {
    constexpr auto psk = CipherSuite::TLS_PSK_WITH_AES_128_GCM_SHA256;
    constexpr auto ecdhe_psk = CipherSuite::TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256;
    PairConfig without_credential = with_client_certificate(base());
    without_credential.client.credentials.clear();
    return {
        {"certificate", base()},
        {"certificate and ticket", with_tickets(base())},
        {"staple", with_staple(base())},
        {"staple promised", asking_for_staple(base()), &promising_tap<ExtensionType::status_request>()},
        {"decided later", decided_later(base())},
        {"raw public key", with_raw_key(base())},
        {"raw public key of a client", with_raw_client_key(base())},
        {"raw public key of a client, missing", without_raw_client_key(base())},
        {"client certificate", with_client_certificate(base())},
        {"client certificate, decided later", decided_later(with_client_certificate(base()))},
        {"client certificate and ticket", with_client_certificate(with_tickets(base()))},
        {"no client certificate", without_credential},
        {"no client certificate, but a ticket", with_tickets(without_credential)},
        {"PSK", with_psk(psk)},
        {"PSK with a hint", with_psk(psk, "which key")},
        {"PSK, decided later", decided_later(with_psk(psk))},
        {"PSK, and a ticket promised", with_psk(psk), &promising_tap<ExtensionType::session_ticket>()},
        {"ECDHE_PSK", with_psk(ecdhe_psk)},
        {"ECDHE_PSK, and a ticket promised", with_psk(ecdhe_psk),
         &promising_tap<ExtensionType::session_ticket>()},
        {"resumption by ticket", resuming(with_tickets(base()))},
        {"resumption by ticket, and another one promised", resuming(with_tickets(base())),
         &promising_tap<ExtensionType::session_ticket>()},
        {"resumption by session id", resuming(with_store(base()))},
        {"resumption, decided later", decided_later(resuming(with_tickets(base())))},
    };
}

// ---------------------------------------------------------------- one run of a scenario, held at a step

template <class M> class Run {
    static constexpr bool client_is_tested = std::is_same_v<M, Client>;
    StateTap::Edges edges_;
    StateTap tap_{first_state<M>, &edges_};
    Pair pair_;
    std::shared_ptr<const ServerConfig> server_config_;
    std::deque<ByteVector> waiting_; // for the tested side, a message each
    bool keys_read_ = false;         // the other side's change_cipher_spec was delivered
    bool keys_written_by_other_ = false;

    static PairConfig hooked(const Scenario& scenario, Tap& tap) {
        PairConfig config = scenario.config;
        (client_is_tested ? config.client_hooks : config.server_hooks).tap = &tap;
        if (client_is_tested) config.server_hooks.tap = scenario.of_server;
        return config;
    }
    Connection& other() { return client_is_tested ? pair_.server : pair_.client; }

    static bool decide(Connection& connection, const std::shared_ptr<const ServerConfig>& config) {
        switch (connection.waiting_for()) {
        case Decision::certificate: return connection.certificate_verdict(std::nullopt).has_value();
        case Decision::signature:
            return connection.provide_signature(ByteVector(peer::null_signature_size, peer::null_byte))
                .has_value();
        case Decision::config: return connection.choose_config(config).has_value();
        case Decision::psk: return choose_psk(connection, config->external_psks);
        case Decision::none: break;
        }
        return false;
    }
    static bool choose_psk(Connection& connection, const std::vector<ExternalPsk>& psks) {
        if (psks.empty()) return connection.choose_psk(std::nullopt).has_value();
        return connection.choose_psk(FoundPsk{.index = 0, .psk = psks.front()}).has_value();
    }

    // Lets the other side answer all that the tested one said.
    void exchange() {
        for (bool moved = true; moved;) {
            moved = deliver(tested(), other()) > 0;
            while (decide(other(), server_config_)) moved = true;
            const ByteVector output = take_output(other());
            moved = moved || !output.empty();
            for (ByteVector& one :
                 keys_written_by_other_ ? records_of(output) : one_message_a_record(output)) {
                keys_written_by_other_ =
                    keys_written_by_other_ || type_of(one) == ContentType::change_cipher_spec;
                waiting_.push_back(std::move(one));
            }
        }
    }

  public:
    Run(const Scenario& scenario, std::size_t steps) :
        pair_(hooked(scenario, tap_)),
        server_config_(std::make_shared<const ServerConfig>(scenario.config.server)) {
        exchange();
        for (std::size_t i = 0; i < steps; ++i) EXPECT_TRUE(step()) << scenario.name;
    }

    Connection& tested() { return client_is_tested ? pair_.client : pair_.server; }
    std::size_t state() const { return tap_.state(); }
    const StateTap::Edges& edges() const { return edges_; }
    // The next message, or the decision that it waits for; false at the end.
    bool step() {
        if (tested().error()) return false;
        if (tested().waiting_for() != Decision::none) {
            if (!decide(tested(), server_config_)) return false;
        } else {
            if (waiting_.empty()) return false;
            const ByteVector next = waiting_.front();
            waiting_.pop_front();
            keys_read_ = keys_read_ || type_of(next) == ContentType::change_cipher_spec;
            feed_all(tested(), next);
        }
        exchange();
        return true;
    }
    // A record as the other side would protect it by now (RFC 5288 §3: nonce, content, tag).
    void inject(ContentType type, const ByteVector& content) {
        if (!keys_read_) {
            feed_all(tested(), record(type, content));
            return;
        }
        ByteVector fragment(8, 0);
        fragment.insert(fragment.end(), content.begin(), content.end());
        fragment.insert(fragment.end(), 16, peer::null_byte);
        feed_all(tested(), record(type, fragment));
    }
    void expect_error(ErrorCode code, std::size_t state_before) {
        ASSERT_TRUE(tested().error()) << "accepted";
        EXPECT_EQ(tested().error()->code, code) << describe(*tested().error());
        EXPECT_EQ(state(), state_before);
        EXPECT_TRUE(tested().data().empty());
    }
    void expect_no_error() { EXPECT_FALSE(tested().error()) << describe(*tested().error()); }
};

// ---------------------------------------------------------------- the experiment in one state

ByteVector header(int type, std::size_t length) {
    return {static_cast<std::uint8_t>(type), static_cast<std::uint8_t>(length >> 16),
            static_cast<std::uint8_t>(length >> 8), static_cast<std::uint8_t>(length)};
}

template <class M> class Experiment {
    const Scenario& scenario_;
    std::size_t steps_;
    std::size_t state_;

    Run<M> run() const { return Run<M>(scenario_, steps_); }
    bool connected() const { return state_names<M>[state_] == "Connected12"; }

    void handshake_type(int type) const {
        const std::size_t message = machine::message_for<M>(state_, static_cast<HandshakeType>(type));
        if (message == machine::message_count<M>) {
            auto refused = run();
            refused.inject(ContentType::handshake, header(type, 0xffffff));
            refused.expect_error(ErrorCode::unexpected_message, state_);
            return;
        }
        const std::size_t most = machine::caps<M>[message];
        auto too_long = run();
        too_long.inject(ContentType::handshake, header(type, most + 1));
        too_long.expect_error(ErrorCode::message_too_long, state_);
        if (most == 0) return;
        auto fits = run();
        fits.inject(ContentType::handshake, header(type, most));
        fits.expect_no_error();
        EXPECT_EQ(fits.state(), state_);
    }

    void change_cipher_spec() const {
        auto trial = run();
        trial.inject(ContentType::change_cipher_spec, {1});
        if (machine::graph<M>[state_][machine::find<ChangeCipherSpec>(machine::Inputs<M>{})] != 0) {
            trial.expect_no_error();
            EXPECT_NE(trial.state(), state_);
        } else {
            trial.expect_error(ErrorCode::unexpected_change_cipher_spec, state_);
        }
    }

    void application_data() const {
        auto trial = run();
        trial.inject(ContentType::application_data, {'d', 'a', 't', 'a'});
        if (!connected()) return trial.expect_error(ErrorCode::unexpected_application_data, state_);
        trial.expect_no_error();
        EXPECT_EQ(read_all(trial.tested()), "data");
    }

    void alerts() const {
        auto fatal = run();
        fatal.inject(ContentType::alert, {2, 80});
        fatal.expect_error(ErrorCode::alert_received, state_);
        auto warned = run();
        warned.inject(ContentType::alert, {1, 90});
        warned.expect_no_error();
        EXPECT_EQ(warned.state(), state_);
        auto closed = run();
        closed.inject(ContentType::alert, {1, 0});
        if (!connected()) return closed.expect_error(ErrorCode::closed_during_handshake, state_);
        closed.expect_no_error();
        EXPECT_TRUE(closed.tested().peer_closed());
    }

    void other_types() const {
        for (const int type : {0, 19, 24, 25, 255}) {
            auto unknown = run();
            unknown.inject(static_cast<ContentType>(type), {'d', 'a', 't', 'a'});
            unknown.expect_error(ErrorCode::unknown_content_type, state_);
        }
    }

    void suspended() const {
        auto trial = run();
        EXPECT_FALSE(trial.tested().wants_input());
        EXPECT_TRUE(trial.tested().receive_space().empty());
        for (int type = 0; type < 256; ++type) trial.inject(ContentType::handshake, header(type, 0));
        trial.expect_no_error();
        EXPECT_EQ(trial.state(), state_);
    }

  public:
    Experiment(const Scenario& scenario, std::size_t steps, std::size_t state) :
        scenario_(scenario),
        steps_(steps),
        state_(state) {}

    void perform() const {
        SCOPED_TRACE(std::string(state_names<M>[state_]) + " in " + std::string(scenario_.name));
        if (machine::suspended<M>[state_]) return suspended();
        for (int type = 0; type < 256; ++type) {
            SCOPED_TRACE(name_of(static_cast<HandshakeType>(type)));
            handshake_type(type);
        }
        change_cipher_spec();
        application_data();
        alerts();
        other_types();
    }
};

// ---------------------------------------------------------------- the walk

// Every edge into, out of and between the states of TLS 1.2 was taken.
template <class M> void expect_every_edge(const StateTap::Edges& taken) {
    for (std::size_t from = 0; from < state_names<M>.size(); ++from)
        for (std::size_t input = 0; input < input_names<M>.size(); ++input)
            for (std::size_t to = 0; to < state_names<M>.size(); ++to) {
                if (!of_tls12<M>(from) && !of_tls12<M>(to)) continue;
                EXPECT_EQ((machine::graph<M>[from][input] >> to & 1) != 0, taken.contains({from, input, to}))
                    << state_names<M>[from] << " --" << input_names<M>[input] << "--> " << state_names<M>[to];
            }
}

// What a peer may still send when all is done: HelloRequest, and a ClientHello (RFC 5246 §7.4.1.1).
template <class M>
void ask_for_renegotiation(const Scenario& scenario, std::size_t steps, StateTap::Edges& taken) {
    Run<M> run(scenario, steps);
    if constexpr (std::is_same_v<M, Client>) {
        run.inject(ContentType::handshake, header(0, 0));
    } else {
        auto hello = Connection::client(std::make_shared<const ClientConfig>(scenario.config.client),
                                        {.server_name = "server.test"});
        ASSERT_TRUE(hello);
        const Bytes message = hello->output().subspan(5);
        run.inject(ContentType::handshake, ByteVector(message.begin(), message.end()));
    }
    run.expect_no_error();
    taken.insert(run.edges().begin(), run.edges().end());
}

template <class M> void walk() {
    StateTap::Edges taken;
    std::set<std::size_t> seen;
    for (const Scenario& scenario : scenarios()) {
        SCOPED_TRACE(scenario.name);
        Run<M> all(scenario, 0);
        std::size_t steps = 0;
        do {
            if (of_tls12<M>(all.state()) && seen.insert(all.state()).second)
                Experiment<M>(scenario, steps, all.state()).perform();
            if (::testing::Test::HasFailure()) return; // one state's failures are enough to read
            ++steps;
        } while (all.step());
        if (scenario.of_server == nullptr) {
            all.expect_no_error();
            EXPECT_EQ(state_names<M>[all.state()], "Connected12");
        }
        if (steps > 1 && state_names<M>[all.state()] == "Connected12")
            ask_for_renegotiation<M>(scenario, steps - 1, taken);
        taken.insert(all.edges().begin(), all.edges().end());
    }
    for (std::size_t state = 0; state < state_names<M>.size(); ++state)
        EXPECT_TRUE(!of_tls12<M>(state) || seen.contains(state)) << "no way to " << state_names<M>[state];
    expect_every_edge<M>(taken);
}

TEST(Walk12, client_accepts_exactly_what_the_graph_says) {
    walk<Client>();
}

TEST(Walk12, server_accepts_exactly_what_the_graph_says) {
    walk<Server>();
}

} // namespace
} // namespace pavise::testing
