#include "net/poller.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cerrno>
#include <vector>

#include <sys/socket.h>

namespace pavise::net {
namespace {

using namespace std::chrono_literals;

struct StreamPair {
    Descriptor left;
    Descriptor right;
    StreamPair() {
        std::array<int, 2> fds{-1, -1};
        EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds.data()), 0);
        left = Descriptor(fds[0]);
        right = Descriptor(fds[1]);
    }
};

std::vector<Poller::Event> wait_once(Poller& poller, Deadline deadline) {
    std::vector<Poller::Event> events;
    EXPECT_TRUE(poller.wait(deadline, [&](const Poller::Event& event) { events.push_back(event); }));
    return events;
}

TEST(Poller, tells_which_descriptor_is_ready_for_what) {
    Poller poller = *Poller::create();
    const StreamPair one;
    const StreamPair two;
    ASSERT_TRUE(poller.add(one.left.get(), Interest::read, 1));
    ASSERT_TRUE(poller.add(two.left.get(), Interest::read, 2));
    EXPECT_TRUE(wait_once(poller, Deadline::after(0ms)).empty());

    ASSERT_EQ(::write(two.right.get(), "x", 1), 1);
    const auto readable = wait_once(poller, Deadline::after(30s));
    ASSERT_EQ(readable.size(), 1u);
    EXPECT_EQ(readable[0].token, 2u);
    EXPECT_TRUE(readable[0].readable);
    EXPECT_FALSE(readable[0].writable);

    ASSERT_TRUE(poller.change(one.left.get(), Interest::both, 7));
    ASSERT_TRUE(poller.change(two.left.get(), Interest::none, 2));
    const auto writable = wait_once(poller, Deadline::after(30s));
    ASSERT_EQ(writable.size(), 1u);
    EXPECT_EQ(writable[0].token, 7u);
    EXPECT_FALSE(writable[0].readable);
    EXPECT_TRUE(writable[0].writable);

    ASSERT_TRUE(poller.remove(one.left.get()));
    EXPECT_TRUE(wait_once(poller, Deadline::after(0ms)).empty());
}

TEST(Poller, reports_a_hang_up_whatever_was_asked_for) {
    Poller poller = *Poller::create();
    StreamPair pair;
    ASSERT_TRUE(poller.add(pair.left.get(), Interest::none, 3));
    pair.right.reset();
    const auto events = wait_once(poller, Deadline::after(30s));
    ASSERT_EQ(events.size(), 1u);
    EXPECT_TRUE(events[0].readable);
    EXPECT_TRUE(events[0].writable);
}

TEST(Poller, refuses_what_cannot_be_watched) {
    Poller poller = *Poller::create();
    const auto status = poller.add(-1, Interest::read, 1);
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error(), (Error{ErrorCode::poll_failed, EBADF}));
}

TEST(Deadline, is_rounded_up_for_poll_and_can_be_never) {
    EXPECT_EQ(Deadline::never().poll_timeout(), -1);
    EXPECT_FALSE(Deadline::never().passed());
    EXPECT_EQ(Deadline::after(0ms).poll_timeout(), 0);
    EXPECT_TRUE(Deadline::after(0ms).passed());
    const Deadline later = Deadline::after(1h);
    EXPECT_GT(later.poll_timeout(), 3'590'000);
    EXPECT_FALSE(later.passed());
    EXPECT_LT(later, Deadline::never());
    EXPECT_EQ(Deadline::after(std::chrono::hours(24 * 365)).poll_timeout(), INT_MAX);
}

} // namespace
} // namespace pavise::net
