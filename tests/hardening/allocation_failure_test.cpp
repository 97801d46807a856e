// Memory runs out, at every place of a whole connection: no crash, no leak, no other error than
// out_of_memory, and a connection that failed stays failed.
//
// PAVISE_ALLOCATION_STRIDE: which part of the places is tried, 1 for all of them.
#include "failing_malloc.hpp"
#include "support/pair.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

namespace pavise::testing {
namespace {

struct Scenario {
    const char* name;
    ProtocolVersion version;
    Role role;        // whose allocations fail
    bool resumed;     // a second connection with the session of a first one
    bool client_auth; // both sides show certificates
    CipherSuite suite{};
};

void PrintTo(const Scenario& scenario, std::ostream* out) {
    *out << scenario.name;
}

PairConfig config_of(const Scenario& scenario) {
    PairConfig config;
    config.client.versions = config.server.versions = {scenario.version, scenario.version};
    if (scenario.client_auth) {
        config.client.credentials = {client_credential(crypto::KeyType::ecdsa_p256)};
        config.server.client_verification = PeerVerification::required;
    }
    if (scenario.suite != CipherSuite{})
        config.client.cipher_suites = config.server.cipher_suites = {scenario.suite};
    return config;
}

// One side, whose calls may fail for want of memory.
class Side {
    Connection connection_;
    FailureCount* failing_; // nothing: this side has all the memory that it wants

    template <class Work> auto within(Work work) {
        if (failing_ == nullptr) return work();
        const FailingAllocations scope(*failing_);
        return work();
    }

  public:
    Side(Connection connection, FailureCount* failing) :
        connection_(std::move(connection)),
        failing_(failing) {}

    Connection& connection() { return connection_; }
    Bytes output() {
        return within([&] { return connection_.output(); });
    }
    void output_sent(std::size_t count) {
        within([&] { connection_.output_sent(count); });
    }
    Result<std::size_t> feed(Bytes bytes) {
        return within([&] { return connection_.feed(bytes); });
    }
    void use() {
        within([&] {
            static constexpr std::string_view text = "some words";
            (void)connection_.write(as_bytes(text));
            if (connection_.negotiated().version == ProtocolVersion::tls_1_3)
                (void)connection_.update_keys(KeyUpdateScope::both);
            std::array<std::uint8_t, 32> key{};
            (void)connection_.export_keying_material("EXPORTER-test", std::nullopt, key);
            (void)connection_.channel_binding("tls-exporter");
        });
    }
    // Whether there was anything.
    bool read() {
        return within([&] {
            const std::size_t size = connection_.data().size();
            return size > 0 && connection_.data_read(size).has_value();
        });
    }
    void close() {
        within([&] { (void)connection_.close(); });
    }
    void transport_closed() {
        within([&] { (void)connection_.transport_closed(); });
    }
    void release_idle() {
        within([&] { connection_.release_idle(); });
    }
};

bool deliver(Side& from, Side& to) {
    const Bytes bytes = from.output();
    if (bytes.empty()) return false;
    const auto taken = to.feed(bytes);
    const std::size_t count = taken ? *taken : bytes.size();
    from.output_sent(count);
    return count > 0;
}

void pump(Side& client, Side& server) {
    while (deliver(client, server) || deliver(server, client) || client.read() || server.read()) {
    }
}

// What came of one connection.
struct Course {
    std::size_t seen = 0;
    std::size_t failed = 0;
    bool complete = false;
    bool resumed = false;
    std::optional<Error> error; // of the side under test
};

// "After a fatal error every call returns the same error again."
void expect_poisoned(Connection& connection, Error error) {
    const auto written = connection.write(as_bytes("x"));
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error(), error);
    static constexpr std::array<std::uint8_t, 6> record{23, 3, 3, 0, 1, 0};
    const auto fed = connection.feed(record);
    ASSERT_FALSE(fed);
    EXPECT_EQ(fed.error(), error);
    EXPECT_TRUE(connection.closed());
    EXPECT_EQ(connection.error(), error);
}

// What a resumption needs of the connection before it; without one the server keeps its sessions in a store.
struct Earlier {
    TicketKeys keys;
    Session session;
};

// A whole life: made, handshake, data both ways, keys updated, closed.
Course run(const Scenario& scenario, const Earlier& earlier, FailurePlan plan) {
    FixedClock clock;
    SeededRng client_rng(1);
    SeededRng server_rng(2);
    PairConfig config = config_of(scenario);
    config.client.rng = &client_rng;
    config.server.rng = &server_rng;
    config.client.clock = config.server.clock = &clock;
    config.server.ticket_keys = earlier.keys;
    if (!scenario.resumed) config.server.session_store = make_session_store(64);
    const auto client_config = std::make_shared<const ClientConfig>(config.client);
    const auto server_config = std::make_shared<const ServerConfig>(config.server);

    FailureCount count{plan};
    const ClientOptions options{.server_name = config.name, .session = earlier.session};
    const auto make = [&](Role role) {
        return role == Role::client ? Connection::client(client_config, options)
                                    : Connection::server(server_config);
    };
    const Role other = scenario.role == Role::client ? Role::server : Role::client;
    auto healthy = make(other);
    auto made = [&] {
        const FailingAllocations scope(count);
        return make(scenario.role);
    }();
    Course course;
    if (made) {
        Side tested(*std::move(made), &count);
        Side peer(*std::move(healthy), nullptr);
        Side& client = scenario.role == Role::client ? tested : peer;
        Side& server = scenario.role == Role::client ? peer : tested;
        pump(client, server);
        course.complete = tested.connection().handshake_complete();
        course.resumed = course.complete && tested.connection().negotiated().resumed;
        for (int round = 0; round < 2; ++round) {
            client.use();
            server.use();
            pump(client, server);
        }
        tested.release_idle();
        tested.close();
        peer.close();
        pump(client, server);
        tested.transport_closed();
        course.error = tested.connection().error();
        if (course.error) expect_poisoned(tested.connection(), *course.error);
    } else {
        course.error = made.error();
    }
    course.seen = count.seen;
    course.failed = count.failed;
    return course;
}

Earlier earlier_for(const Scenario& scenario) {
    static SeededRng rng(3);
    static FixedClock clock;
    Earlier earlier{*TicketKeys::generate(rng, clock), {}};
    if (!scenario.resumed) return earlier;
    PairConfig config = config_of(scenario);
    config.server.ticket_keys = earlier.keys;
    Pair pair(std::move(config));
    EXPECT_TRUE(pair.connect());
    const auto sessions = pair.client.take_sessions();
    if (!sessions.empty()) earlier.session = sessions.back();
    EXPECT_TRUE(earlier.session);
    return earlier;
}

std::size_t stride() {
    const char* const text = std::getenv("PAVISE_ALLOCATION_STRIDE");
    const long value = text == nullptr ? 0 : std::strtol(text, nullptr, 10);
    return value > 0 ? static_cast<std::size_t>(value) : 211;
}

class OutOfMemory : public ::testing::TestWithParam<Scenario> {};

// Inside Botan an allocation that fails while a signature or a path is validated can come out as a fault of
// the certificate or the signature. The connection is refused all the same.
bool botan_blames_the_chain(Error error) {
    return error.code == ErrorCode::bad_signature || error.code == ErrorCode::unsupported_key ||
           error.code == ErrorCode::certificate_signature_invalid ||
           error.code == ErrorCode::unsupported_certificate_signature;
}

void expect_sound(const Course& course, FailurePlan plan) {
    SCOPED_TRACE("allocation " + std::to_string(plan.first) + ", then every " + std::to_string(plan.every));
    if (course.failed == 0) {
        EXPECT_FALSE(course.error) << describe(*course.error);
        return;
    }
    // A cache that could not grow is no reason to fail; everything else is, by this error alone.
    if (course.error)
        EXPECT_TRUE(course.error->code == ErrorCode::out_of_memory || botan_blames_the_chain(*course.error))
            << describe(*course.error);
    else
        EXPECT_TRUE(course.complete);
}

// What is made once a process, or once a key, is made now; and what the first exception needs.
void warm_up(const Scenario& scenario, const Earlier& earlier) {
    for (int i = 0; i < 2; ++i) {
        (void)run(scenario, earlier, {.first = 1});
        (void)run(scenario, earlier, {});
    }
}

// The same failure again: what it leaves behind is what the one before it left. A healthy connection comes
// after each, so that caches that live as long as a key (signers, decoded certificates) are full again.
void expect_no_leak(const Scenario& scenario, const Earlier& earlier, FailurePlan plan) {
    (void)run(scenario, earlier, {});
    const std::size_t before = live_allocations();
    (void)run(scenario, earlier, plan);
    (void)run(scenario, earlier, {});
    EXPECT_EQ(live_allocations(), before)
        << "leaked: allocation " << plan.first << ", then every " << plan.every;
}

TEST_P(OutOfMemory, at_one_place) {
    const Earlier earlier = earlier_for(GetParam());
    warm_up(GetParam(), earlier);
    const Course whole = run(GetParam(), earlier, {});
    ASSERT_TRUE(whole.complete);
    ASSERT_EQ(whole.resumed, GetParam().resumed);
    ASSERT_FALSE(whole.error) << describe(*whole.error);
    const std::size_t step = stride();
    std::size_t failures = 0;
    std::size_t endured = 0;
    for (std::size_t place = 1 + (whole.seen - 1) % step; place <= whole.seen; place += step) {
        const FailurePlan plan{.first = place};
        const Course course = run(GetParam(), earlier, plan);
        expect_sound(course, plan);
        failures += course.failed;
        endured += course.failed > 0 && !course.error;
        expect_no_leak(GetParam(), earlier, plan);
        if (HasFailure()) break;
    }
    EXPECT_GT(failures, 0u);
    RecordProperty("allocations", static_cast<int>(whole.seen));
    RecordProperty("endured", static_cast<int>(endured));
}

// Also those that the answer to the first failure would make.
TEST_P(OutOfMemory, at_every_nth_place) {
    const Earlier earlier = earlier_for(GetParam());
    warm_up(GetParam(), earlier);
    for (const std::size_t every : {1u, 2u, 5u, 50u, 300u}) {
        for (const std::size_t first : {1u, 7u, 400u}) {
            const FailurePlan plan{.first = first, .every = every};
            expect_sound(run(GetParam(), earlier, plan), plan);
            expect_no_leak(GetParam(), earlier, plan);
            if (HasFailure()) return;
        }
    }
}

constexpr auto tls13 = ProtocolVersion::tls_1_3;
constexpr auto tls12 = ProtocolVersion::tls_1_2;
INSTANTIATE_TEST_SUITE_P(
    Whole, OutOfMemory,
    ::testing::Values(Scenario{"tls13_client", tls13, Role::client, false, false},
                      Scenario{"tls13_server", tls13, Role::server, false, false},
                      Scenario{"tls13_client_with_certificate", tls13, Role::client, false, true},
                      Scenario{"tls13_server_asking_for_one", tls13, Role::server, false, true},
                      Scenario{"tls13_client_resuming", tls13, Role::client, true, false},
                      Scenario{"tls13_server_resuming", tls13, Role::server, true, false},
                      Scenario{"tls12_client", tls12, Role::client, false, false},
                      Scenario{"tls12_server", tls12, Role::server, false, false},
                      Scenario{"tls12_client_with_certificate", tls12, Role::client, false, true},
                      Scenario{"tls12_server_asking_for_one", tls12, Role::server, false, true},
                      Scenario{"tls12_client_resuming", tls12, Role::client, true, false},
                      Scenario{"tls12_server_resuming", tls12, Role::server, true, false},
                      Scenario{"tls12_server_chacha20", tls12, Role::server, false, false,
                               CipherSuite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256}),
    [](const auto& scenario) { return std::string(scenario.param.name); });

} // namespace
} // namespace pavise::testing
