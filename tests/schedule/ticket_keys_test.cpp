#include "schedule/ticket_keys.hpp"

#include "crypto/support.hpp"
#include "schedule/support.hpp"

#include <set>
#include <thread>

#include <sys/wait.h>
#include <unistd.h>

namespace pavise::schedule {
namespace {

using namespace testing;
using namespace std::chrono_literals;
using crypto::testing::SeededRng;

class ZeroRng final : public Rng {
  public:
    Status fill(MutableBytes out) noexcept override {
        std::ranges::fill(out, std::uint8_t{0});
        return {};
    }
};

constexpr Timestamp start{1'700'000'000'000ms};

TicketKey key_of(std::uint8_t number) {
    TicketKey key;
    key.name.fill(number);
    key.secret = FixedSecret<ticket_key_secret_size>(ByteVector(ticket_key_secret_size, number));
    return key;
}

template <class... Numbers> std::vector<TicketKey> keys_of(Numbers... numbers) {
    std::vector<TicketKey> keys;
    (keys.push_back(key_of(static_cast<std::uint8_t>(numbers))), ...);
    return keys;
}

class TicketKeyRingTest : public ::testing::Test {
  protected:
    static constexpr TicketKeyPolicy policy{.sealing_period = 1h, .overlap = 2h};
    SeededRng ring_rng{1};
    SeededRng rng{2};
    ByteVector state = counting_bytes(100);
    std::unique_ptr<TicketKeyRing> ring = *TicketKeyRing::create(provider(), ring_rng, start, policy);

    ByteVector sealed(Timestamp now = start) {
        auto ticket = ring->seal(state, as_bytes("use"), now, rng);
        return ticket ? *std::move(ticket) : ByteVector();
    }
    std::optional<OpenedTicket> opened(Bytes ticket, Timestamp now = start) const {
        return ring->open(ticket, as_bytes("use"), now);
    }
    // "current", "former", or "none".
    std::string key_use(Bytes ticket, Timestamp now) const {
        const auto result = opened(ticket, now);
        if (!result) return "none";
        return result->key == TicketKeyUse::current ? "current" : "former";
    }
    static Bytes name_of_key(Bytes ticket) { return ticket.first(ticket_key_name_size); }
};

TEST_F(TicketKeyRingTest, opens_what_it_sealed) {
    const ByteVector ticket = sealed();
    EXPECT_EQ(ticket.size(), state.size() + sealed_ticket_overhead);
    const auto result = opened(ticket);
    ASSERT_TRUE(result);
    EXPECT_EQ(to_hex(result->state.view()), to_hex(state));
    EXPECT_EQ(result->key, TicketKeyUse::current);
}

TEST_F(TicketKeyRingTest, hides_the_state_and_never_seals_alike) {
    const ByteVector one = sealed();
    const ByteVector two = sealed();
    const auto contains_state = std::ranges::search(one, state);
    EXPECT_TRUE(contains_state.empty());
    EXPECT_NE(to_hex(Bytes(one).subspan(32)), to_hex(Bytes(two).subspan(32)));
}

TEST_F(TicketKeyRingTest, refuses_a_ticket_altered_anywhere) {
    const ByteVector ticket = sealed();
    for (std::size_t i = 0; i < ticket.size(); ++i) {
        ByteVector altered = ticket;
        altered[i] ^= 1;
        EXPECT_FALSE(opened(altered)) << i;
    }
    for (std::size_t size = 0; size < ticket.size(); ++size)
        EXPECT_FALSE(opened(Bytes(ticket).first(size))) << size;
}

TEST_F(TicketKeyRingTest, keeps_tickets_of_different_uses_apart) {
    EXPECT_FALSE(ring->open(sealed(), as_bytes("other use"), start));
}

TEST_F(TicketKeyRingTest, refuses_the_ticket_of_another_ring) {
    SeededRng other_rng(3);
    const auto other = TicketKeyRing::create(provider(), other_rng, start, policy);
    ASSERT_TRUE(other);
    EXPECT_FALSE((*other)->open(sealed(), as_bytes("use"), start));
}

TEST_F(TicketKeyRingTest, seals_states_up_to_the_length_of_a_ticket) {
    state.resize(max_sealed_ticket_size - sealed_ticket_overhead);
    const ByteVector ticket = sealed();
    EXPECT_EQ(ticket.size(), max_sealed_ticket_size);
    EXPECT_TRUE(opened(ticket));
    state.push_back(0);
    EXPECT_EQ(error_of(ring->seal(state, {}, start, rng)), ErrorCode::bad_argument);
    EXPECT_FALSE(opened(ByteVector(max_sealed_ticket_size + 1)));
}

TEST_F(TicketKeyRingTest, rotates_when_a_key_is_due) {
    const ByteVector first = sealed();
    EXPECT_TRUE(std::ranges::equal(name_of_key(sealed(start + 1h - 1ms)), name_of_key(first)));
    EXPECT_FALSE(std::ranges::equal(name_of_key(sealed(start + 1h)), name_of_key(first)));
}

TEST_F(TicketKeyRingTest, opens_with_a_former_key_for_the_overlap) {
    const ByteVector ticket = sealed();
    EXPECT_EQ(key_use(ticket, start + 1h - 1ms), "current");
    EXPECT_EQ(key_use(ticket, start + 1h), "former"); // also when nothing was sealed since
    const ByteVector next = sealed(start + 1h);
    EXPECT_EQ(key_use(ticket, start + 3h - 1ms), "former");
    EXPECT_EQ(key_use(ticket, start + 3h), "none");
    EXPECT_EQ(key_use(next, start + 2h - 1ms), "current");
}

TEST_F(TicketKeyRingTest, drops_expired_keys_and_keeps_no_more_than_the_maximum) {
    const TicketKeyPolicy quick{.sealing_period = 1s, .overlap = 1h};
    const auto many = TicketKeyRing::create(provider(), ring_rng, start, quick);
    ASSERT_TRUE(many);
    std::vector<ByteVector> tickets;
    for (std::size_t i = 0; i <= max_ticket_keys; ++i) {
        const auto ticket = (*many)->seal(state, {}, start + std::chrono::seconds(i), rng);
        ASSERT_TRUE(ticket);
        tickets.push_back(*ticket);
    }
    const Timestamp now = start + std::chrono::seconds(max_ticket_keys);
    EXPECT_FALSE((*many)->open(tickets[0], {}, now)); // 17 keys were made
    EXPECT_TRUE((*many)->open(tickets[1], {}, now));
}

TEST_F(TicketKeyRingTest, lasts_when_the_clock_goes_back) {
    const ByteVector ticket = sealed();
    EXPECT_EQ(key_use(ticket, start - 24h), "current");
    EXPECT_FALSE(sealed(start - 24h).empty());
}

TEST(TicketKeyPolicyTest, is_checked) {
    SeededRng rng(1);
    const auto error = [&](TicketKeyPolicy policy) {
        const auto ring = TicketKeyRing::create(provider(), rng, start, policy);
        return ring ? "" : std::string(name_of(ring.error().code));
    };
    EXPECT_EQ(error({.sealing_period = 0s, .overlap = 0s}), "bad_argument");
    EXPECT_EQ(error({.sealing_period = 1s, .overlap = -1s}), "bad_argument");
    EXPECT_EQ(error({.sealing_period = std::chrono::days(7), .overlap = std::chrono::days(7)}), "");
    EXPECT_EQ(error({.sealing_period = std::chrono::days(7) + 1s, .overlap = 0s}), "bad_argument");
    EXPECT_EQ(error({.sealing_period = 1s, .overlap = std::chrono::days(7) + 1s}), "bad_argument");
}

// GnuTLS CVE-2020-13777: until the first rotation the ticket key was all zeros.
TEST(TicketKeyMistakes, all_zero_ticket_key) {
    ZeroRng zeros;
    EXPECT_EQ(error_of(TicketKeyRing::create(provider(), zeros, start)), ErrorCode::random_source_failed);
    SeededRng rng(1);
    const auto ring = *TicketKeyRing::create(provider(), rng, start);
    auto keys = keys_of(1, 0);
    EXPECT_EQ(error_of(ring->set_keys(keys, start)), ErrorCode::bad_argument);
    keys = keys_of(1, 2);
    keys[1].secret = FixedSecret<ticket_key_secret_size>(ByteVector(ticket_key_secret_size - 1, 2));
    EXPECT_EQ(error_of(ring->set_keys(keys, start)), ErrorCode::bad_argument);
}

TEST(TicketKeyMistakes, never_rotated_ticket_key) {
    SeededRng rng(1);
    const auto ring = *TicketKeyRing::create(provider(), rng, start, {.sealing_period = 1h, .overlap = 2h});
    ASSERT_TRUE(ring->set_keys(keys_of(1), start));
    ASSERT_TRUE(ring->set_keys(keys_of(1), start + 24h * 6)); // the same key again is not a rotation
    EXPECT_TRUE(ring->seal({}, {}, start + 24h * 7 - 1ms, rng));
    EXPECT_EQ(error_of(ring->seal({}, {}, start + 24h * 7, rng)), ErrorCode::ticket_key_expired);
    ASSERT_TRUE(ring->set_keys(keys_of(2, 1), start + 24h * 7));
    EXPECT_TRUE(ring->seal({}, {}, start + 24h * 7, rng));
}

TEST_F(TicketKeyRingTest, shares_keys_set_from_outside) {
    SeededRng other_rng(3);
    const auto other = *TicketKeyRing::create(provider(), other_rng, start, policy);
    ASSERT_TRUE(ring->set_keys(keys_of(1, 2), start));
    ASSERT_TRUE(other->set_keys(keys_of(2, 1), start));
    const ByteVector ticket = sealed();
    const auto result = other->open(ticket, as_bytes("use"), start);
    ASSERT_TRUE(result);
    EXPECT_EQ(result->key, TicketKeyUse::former);
    EXPECT_EQ(key_use(ticket, start), "current");
}

TEST_F(TicketKeyRingTest, forgets_the_keys_that_are_not_set_again) {
    const ByteVector own = sealed();
    ASSERT_TRUE(ring->set_keys(keys_of(1), start));
    EXPECT_FALSE(opened(own));
    const ByteVector ticket = sealed();
    ASSERT_TRUE(ring->set_keys(keys_of(2), start));
    EXPECT_FALSE(opened(ticket));
}

TEST_F(TicketKeyRingTest, takes_one_to_sixteen_keys_of_different_names) {
    EXPECT_EQ(error_of(ring->set_keys({}, start)), ErrorCode::bad_argument);
    std::vector<TicketKey> keys;
    for (std::size_t i = 1; i <= max_ticket_keys; ++i) keys.push_back(key_of(static_cast<std::uint8_t>(i)));
    EXPECT_TRUE(ring->set_keys(keys, start));
    keys.push_back(key_of(99));
    EXPECT_EQ(error_of(ring->set_keys(keys, start)), ErrorCode::bad_argument);
    keys = keys_of(1, 2);
    keys[1].name = keys[0].name;
    EXPECT_EQ(error_of(ring->set_keys(keys, start)), ErrorCode::bad_argument);
}

// Seals one ticket now and one after a rotation in a child of this process, and gives back both.
ByteVector tickets_of_child(const TicketKeyRing& ring, Rng& rng) {
    int ends[2];
    if (::pipe(ends) != 0) throw std::runtime_error("no pipe");
    const pid_t child = ::fork();
    if (child == 0) {
        for (const Timestamp now : {start, start + 1h}) {
            const auto ticket = ring.seal(as_bytes("state"), {}, now, rng);
            if (!ticket || ::write(ends[1], ticket->data(), ticket->size()) < 0) ::_exit(1);
        }
        ::_exit(0);
    }
    ::close(ends[1]);
    ByteVector received(2 * (5 + sealed_ticket_overhead));
    std::size_t size = 0;
    for (ssize_t got = 1; got > 0 && size < received.size(); size += static_cast<std::size_t>(got))
        got = ::read(ends[0], received.data() + size, received.size() - size);
    ::close(ends[0]);
    int status = 1;
    if (::waitpid(child, &status, 0) != child || status != 0) throw std::runtime_error("the child failed");
    return received;
}

// Each child has a copy of both generators, and would take the same bytes from them.
TEST_F(TicketKeyRingTest, two_children_share_keys_but_no_seed_and_no_new_key) {
    const ByteVector one = tickets_of_child(*ring, rng);
    const ByteVector two = tickets_of_child(*ring, rng);
    const auto own = ring->seal(as_bytes("state"), {}, start, rng);
    ASSERT_TRUE(own);
    const std::size_t size = own->size();
    const auto name = [](Bytes ticket) { return to_hex(ticket.first(ticket_key_name_size)); };
    const auto seed = [](Bytes ticket) {
        return to_hex(ticket.subspan(ticket_key_name_size, ticket_seed_size));
    };

    EXPECT_EQ((std::set<std::string>{name(one), name(two), name(*own)}.size()), 1u);
    EXPECT_EQ((std::set<std::string>{seed(one), seed(two), seed(*own)}.size()), 3u);
    EXPECT_TRUE(ring->open(Bytes(one).first(size), {}, start));
    EXPECT_TRUE(ring->open(Bytes(two).first(size), {}, start));
    EXPECT_NE(name(Bytes(one).subspan(size)), name(Bytes(two).subspan(size)));
}

TEST_F(TicketKeyRingTest, serves_threads_while_it_rotates) {
    std::atomic<int> failures{0};
    {
        std::vector<std::jthread> threads;
        for (int thread = 0; thread < 4; ++thread)
            threads.emplace_back([&] {
                for (int i = 0; i < 100; ++i) {
                    const Timestamp now = start + std::chrono::minutes(i);
                    const auto ticket = ring->seal(state, {}, now, system_rng());
                    if (!ticket || !ring->open(*ticket, {}, now)) ++failures;
                }
            });
    }
    EXPECT_EQ(failures, 0);
}

} // namespace
} // namespace pavise::schedule
