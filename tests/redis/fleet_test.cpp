// A fleet over a real Redis server: two server processes that share sessions, ticket keys and the register
// of early data; and what becomes of them when Redis goes away.
//
// PAVISE_REDIS_SERVER: the program. Without it these tests are skipped.
#include "support/pair.hpp"

#include <pavise/redis.hpp>
#include <pavise/sealing.hpp>
#include <pavise/socket.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include <sys/wait.h>
#include <unistd.h>

namespace pavise::testing {
namespace {

using redis::Fleet;

redis::FleetKey fleet_key(std::uint8_t seed) {
    redis::FleetKey key{};
    key.fill(seed);
    return key;
}

// The real thing, on a socket in a folder of its own.
class RedisServer {
    std::filesystem::path folder_;
    pid_t child_ = -1;

  public:
    RedisServer() {
        std::string name = std::filesystem::temp_directory_path() / "pavise-redis-XXXXXX";
        folder_ = ::mkdtemp(name.data());
    }
    ~RedisServer() {
        stop();
        std::filesystem::remove_all(folder_);
    }
    RedisServer(const RedisServer&) = delete;
    RedisServer& operator=(const RedisServer&) = delete;

    redis::Options options() const {
        return {.unix_socket = folder_ / "socket",
                .timeout = std::chrono::seconds(5),
                .retry_after = std::chrono::milliseconds(0)};
    }

    // True once it answers.
    bool start() {
        child_ = ::fork();
        if (child_ == 0) {
            const std::string socket = folder_ / "socket";
            const std::string folder = folder_;
            ::execl(std::getenv("PAVISE_REDIS_SERVER"), "redis-server", "--port", "0", "--unixsocket",
                    socket.c_str(), "--dir", folder.c_str(), "--save", "", "--appendonly", "no", "--logfile",
                    (folder + "/log").c_str(), static_cast<char*>(nullptr));
            ::_exit(127);
        }
        redis::Options probing = options();
        probing.prefix = "probe:"; // what it leaves is nobody's
        const auto fleet = Fleet::create(probing, fleet_key(9));
        TicketKeys keys = *TicketKeys::generate();
        // Nothing tells when it listens but another attempt.
        for (int attempt = 0; attempt < 500; ++attempt) {
            if (fleet->refresh(keys, system_clock().now())) return true;
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
        }
        return false;
    }
    void stop() {
        if (child_ < 0) return;
        ::kill(child_, SIGKILL);
        ::waitpid(child_, nullptr, 0);
        child_ = -1;
    }
};

enum class Sharing : std::uint8_t { store, tickets };

// What a server says of each connection, through a pipe.
struct Report {
    bool complete = false;
    bool resumed = false;
    EarlyDataStatus early_data = EarlyDataStatus::not_offered;
    std::size_t early_bytes = 0;
    bool failed_otherwise = false; // than by the end of the transport
};

constexpr std::uint32_t early_data_limit = 4096;

// One connection, to its end.
Report serve(Connection tls, Socket& socket) {
    Report report;
    const auto note = [&] {
        report.complete = tls.handshake_complete();
        report.resumed = tls.negotiated().resumed;
        report.early_data = tls.negotiated().early_data;
        if (!report.complete) report.early_bytes += tls.data().size();
    };
    for (bool open = true; open && !tls.closed();) {
        while (!tls.output().empty()) tls.output_sent(socket.send(tls.output()));
        std::error_code code;
        const std::size_t got = socket.recv_into(tls.receive_space(), code);
        open = got > 0 && !code;
        const Status status = open ? tls.received(got) : tls.transport_closed();
        note();
        while (!tls.data().empty() && tls.data_read(tls.data().size())) {
        }
        if (!status) {
            report.failed_otherwise = status.error().code != ErrorCode::truncated_connection;
            break;
        }
        if (tls.peer_closed() && !tls.close()) break;
    }
    std::error_code ignored;
    if (!tls.output().empty()) (void)socket.send(tls.output(), ignored);
    return report;
}

// A server of the fleet, in a process of its own.
class Member {
    Socket listener_ = create_server({"127.0.0.1", 0});
    int reports_[2]{-1, -1};
    pid_t child_ = -1;

    [[noreturn]] void run(const redis::Options& options, Sharing sharing) {
        const auto fleet = Fleet::create(options, fleet_key(7));
        auto config = std::make_shared<ServerConfig>();
        config->credentials = {server_credential(crypto::KeyType::ecdsa_p256)};
        config->max_early_data = early_data_limit;
        config->replay_register = fleet->replay_register();
        config->ticket_keys = *TicketKeys::generate();
        if (sharing == Sharing::store) config->session_store = fleet->session_store();
        (void)fleet->refresh(config->ticket_keys, system_clock().now());
        tell({}); // it has the fleet's keys
        for (;;) {
            auto accepted = listener_.accept();
            (void)fleet->refresh(config->ticket_keys, system_clock().now());
            auto tls = Connection::server(config);
            if (!tls) ::_exit(3);
            tell(serve(*std::move(tls), accepted.socket));
        }
    }
    void tell(const Report& report) const {
        if (::write(reports_[1], &report, sizeof report) != sizeof report) ::_exit(4);
    }

  public:
    Member(const redis::Options& options, Sharing sharing) {
        if (::pipe(reports_) != 0) std::abort();
        child_ = ::fork();
        if (child_ == 0) run(options, sharing);
        ::close(reports_[1]);
        (void)report(); // Redis may be stopped from now on
    }
    ~Member() {
        ::kill(child_, SIGKILL);
        ::waitpid(child_, nullptr, 0);
        ::close(reports_[0]);
    }
    Member(const Member&) = delete;
    Member& operator=(const Member&) = delete;

    Socket connect() const { return create_connection(listener_.getsockname()); }
    Report report() const {
        Report report;
        EXPECT_EQ(::read(reports_[0], &report, sizeof report), static_cast<ssize_t>(sizeof report));
        return report;
    }
};

struct Visit {
    bool complete = false;
    std::vector<Session> sessions{};
    ByteVector first_flight{}; // as it went out, early data included
    Report report{};
};

// A whole connection of a client to a member of the fleet.
Visit visit(const Member& member, const Session& session, EarlyData early_data = EarlyData::off) {
    auto config = std::make_shared<ClientConfig>();
    config->versions = {ProtocolVersion::tls_1_3, ProtocolVersion::tls_1_3};
    config->verification = PeerVerification::none;
    auto tls = *Connection::client(
        config, {.server_name = "server.test", .session = session, .early_data = early_data});
    Visit visit;
    if (early_data == EarlyData::on) {
        EXPECT_EQ(*tls.write(as_bytes("buy one")), 7u);
    }
    visit.first_flight.assign(tls.output().begin(), tls.output().end());
    Socket socket = member.connect();
    const auto turn = [&] {
        while (!tls.output().empty()) tls.output_sent(socket.send(tls.output()));
        const std::size_t got = socket.recv_into(tls.receive_space());
        return got > 0 && tls.received(got).has_value();
    };
    while (!tls.handshake_complete() && turn()) {
    }
    visit.complete = tls.handshake_complete();
    (void)tls.close();
    while (!tls.closed() && turn()) {
    }
    visit.sessions = tls.take_sessions();
    socket.close();
    visit.report = member.report();
    return visit;
}

// Bytes that an attacker has seen, sent to a server once more.
Report replay(const Member& member, Bytes bytes) {
    Socket socket = member.connect();
    socket.sendall(as_text(bytes));
    socket.shutdown(SHUT_WR);
    while (!socket.recv(4096).empty()) {
    }
    return member.report();
}

class FleetTest : public ::testing::TestWithParam<Sharing> {
  protected:
    void SetUp() override {
        if (std::getenv("PAVISE_REDIS_SERVER") == nullptr) GTEST_SKIP() << "there is no redis-server here";
        (void)server_credential(crypto::KeyType::ecdsa_p256); // the same in every process
        redis_ = std::make_unique<RedisServer>();
        ASSERT_TRUE(redis_->start());
        a_ = std::make_unique<Member>(redis_->options(), GetParam());
        b_ = std::make_unique<Member>(redis_->options(), GetParam());
    }
    std::unique_ptr<RedisServer> redis_;
    std::unique_ptr<Member> a_;
    std::unique_ptr<Member> b_;
};

TEST_P(FleetTest, a_session_made_on_one_resumes_on_the_other) {
    const Visit first = visit(*a_, {});
    ASSERT_TRUE(first.complete);
    EXPECT_FALSE(first.report.resumed);
    ASSERT_FALSE(first.sessions.empty());
    const Visit second = visit(*b_, first.sessions.back());
    EXPECT_TRUE(second.complete);
    EXPECT_TRUE(second.report.resumed);
    ASSERT_FALSE(second.sessions.empty());
    EXPECT_TRUE(visit(*a_, second.sessions.back()).report.resumed);
}

TEST_P(FleetTest, early_data_is_taken_once_by_the_fleet) {
    const Session session = visit(*a_, {}).sessions.back();
    ASSERT_EQ(session.max_early_data_size(), early_data_limit);
    const Visit early = visit(*b_, session, EarlyData::on);
    EXPECT_TRUE(early.complete);
    EXPECT_EQ(early.report.early_data, EarlyDataStatus::accepted);
    for (const Member* member : {a_.get(), b_.get()}) {
        const Report again = replay(*member, early.first_flight);
        EXPECT_EQ(again.early_data, EarlyDataStatus::rejected);
        EXPECT_EQ(again.early_bytes, 0u);
        EXPECT_FALSE(again.complete); // whoever replays has no keys
    }
}

TEST_P(FleetTest, without_redis_handshakes_are_full_and_early_data_is_refused) {
    const Visit first = visit(*a_, {});
    ASSERT_FALSE(first.sessions.empty());
    redis_->stop();
    const Visit alone = visit(*b_, first.sessions.back(), EarlyData::on);
    EXPECT_TRUE(alone.complete);
    EXPECT_NE(alone.report.early_data, EarlyDataStatus::accepted);
    EXPECT_FALSE(alone.report.failed_otherwise);
    // Tickets hold all that is needed; a stored session is out of reach.
    EXPECT_EQ(alone.report.resumed, GetParam() == Sharing::tickets);
    EXPECT_TRUE(visit(*a_, {}).complete);

    ASSERT_TRUE(redis_->start());
    const Visit later = visit(*a_, {});
    EXPECT_TRUE(later.complete);
    ASSERT_FALSE(later.sessions.empty());
    if (GetParam() == Sharing::store) {
        EXPECT_TRUE(visit(*b_, later.sessions.back()).report.resumed);
    }
}

INSTANTIATE_TEST_SUITE_P(Redis, FleetTest, ::testing::Values(Sharing::store, Sharing::tickets),
                         [](const auto& sharing) {
                             return std::string(sharing.param == Sharing::store ? "store" : "tickets");
                         });

class FleetPieces : public ::testing::Test {
  protected:
    void SetUp() override {
        if (std::getenv("PAVISE_REDIS_SERVER") == nullptr) GTEST_SKIP() << "there is no redis-server here";
        ASSERT_TRUE(redis_.start());
    }
    RedisServer redis_;
    const Timestamp now_ = system_clock().now();
};

TEST_F(FleetPieces, a_stored_state_is_given_to_one_alone) {
    const auto store = Fleet::create(redis_.options(), fleet_key(7))->session_store();
    const auto id = as_bytes("an id");
    store->put(id, as_bytes("a state"), now_ + std::chrono::minutes(1));
    EXPECT_EQ(as_text(store->get(id, now_).value()), "a state");
    EXPECT_EQ(as_text(store->take(id, now_).value()), "a state");
    EXPECT_FALSE(store->take(id, now_));
    EXPECT_FALSE(store->get(as_bytes("another"), now_));
}

TEST_F(FleetPieces, what_another_key_sealed_is_not_there) {
    const auto ours = Fleet::create(redis_.options(), fleet_key(7));
    const auto theirs = Fleet::create(redis_.options(), fleet_key(8));
    ours->session_store()->put(as_bytes("an id"), as_bytes("a state"), now_ + std::chrono::minutes(1));
    EXPECT_FALSE(theirs->session_store()->get(as_bytes("an id"), now_));
    EXPECT_TRUE(ours->session_store()->get(as_bytes("an id"), now_));
    TicketKeys keys = *TicketKeys::generate();
    EXPECT_TRUE(ours->refresh(keys, now_));
    EXPECT_FALSE(theirs->refresh(keys, now_)); // the fleet's key of this period is sealed under another key
}

TEST_F(FleetPieces, fleets_of_other_prefixes_do_not_meet) {
    redis::Options options = redis_.options();
    const auto one = Fleet::create(options, fleet_key(7));
    options.prefix = "another:";
    const auto other = Fleet::create(options, fleet_key(7));
    one->session_store()->put(as_bytes("id"), as_bytes("state"), now_ + std::chrono::minutes(1));
    EXPECT_FALSE(other->session_store()->get(as_bytes("id"), now_));
}

TEST_F(FleetPieces, the_register_lets_a_token_pass_once) {
    const auto a = Fleet::create(redis_.options(), fleet_key(7))->replay_register();
    const auto b = Fleet::create(redis_.options(), fleet_key(7))->replay_register();
    EXPECT_TRUE(a->first_use(as_bytes("token"), now_, now_ + std::chrono::seconds(20)));
    EXPECT_FALSE(b->first_use(as_bytes("token"), now_, now_ + std::chrono::seconds(20)));
    EXPECT_FALSE(a->first_use(as_bytes("token"), now_, now_ + std::chrono::seconds(20)));
    EXPECT_TRUE(b->first_use(as_bytes("another"), now_, now_ + std::chrono::seconds(20)));
    redis_.stop();
    EXPECT_FALSE(a->first_use(as_bytes("a third"), now_, now_ + std::chrono::seconds(20)));
}

// Tickets of the last period are opened in this one, those of the period before it are not.
TEST_F(FleetPieces, ticket_keys_rotate_with_the_clock) {
    const auto fleet = Fleet::create(redis_.options(), fleet_key(7));
    TicketKeys a = *TicketKeys::generate();
    TicketKeys b = *TicketKeys::generate();
    ASSERT_TRUE(fleet->refresh(a, now_));
    ASSERT_TRUE(fleet->refresh(b, now_));
    const auto sealed = seal(a, as_bytes("secret"), {}, now_);
    ASSERT_TRUE(sealed);
    EXPECT_TRUE(open_sealed(b, *sealed, {}, now_));
    const Timestamp next = now_ + Fleet::ticket_key_period;
    ASSERT_TRUE(fleet->refresh(b, next));
    EXPECT_TRUE(open_sealed(b, *sealed, {}, next));
    const auto later = seal(b, as_bytes("secret"), {}, next);
    ASSERT_TRUE(later);
    EXPECT_NE(as_text(*later).substr(0, TicketKeys::name_size),
              as_text(*sealed).substr(0, TicketKeys::name_size));
    ASSERT_TRUE(fleet->refresh(b, next + Fleet::ticket_key_period));
    EXPECT_FALSE(open_sealed(b, *sealed, {}, next + Fleet::ticket_key_period));
}

TEST(FleetKey, of_zeros_is_refused) {
    EXPECT_FALSE(Fleet::create({}, redis::FleetKey{}));
}

TEST(FleetAlone, answers_at_once_and_says_that_nothing_is_there) {
    const auto fleet = Fleet::create({.unix_socket = "/nonexistent/socket"}, fleet_key(1));
    ASSERT_TRUE(fleet);
    const Timestamp now = system_clock().now();
    EXPECT_FALSE(fleet->session_store()->get(as_bytes("id"), now));
    EXPECT_FALSE(fleet->replay_register()->first_use(as_bytes("token"), now, now + std::chrono::seconds(1)));
    EXPECT_FALSE(fleet->reachable());
    TicketKeys keys = *TicketKeys::generate();
    EXPECT_FALSE(fleet->refresh(keys, now));
    EXPECT_TRUE(seal(keys, as_bytes("still usable"), {}, now));
}

} // namespace
} // namespace pavise::testing
