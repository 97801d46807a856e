// One reading and one writing thread a connection, on both sides at once, over pipes that fill up.
#include "support/pair.hpp"

#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>
#include <thread>

namespace pavise::testing {
namespace {

// Bytes between two threads; small, so that its writer has to wait.
class Pipe {
    static constexpr std::size_t capacity = 20000;
    std::mutex mutex_;
    std::condition_variable changed_;
    ByteVector bytes_;
    bool closed_ = false;

  public:
    void write(Bytes bytes) {
        while (!bytes.empty()) {
            std::unique_lock lock(mutex_);
            changed_.wait(lock, [&] { return bytes_.size() < capacity || closed_; });
            if (closed_) return;
            const std::size_t count = std::min(bytes.size(), capacity - bytes_.size());
            bytes_.insert(bytes_.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(count));
            bytes = bytes.subspan(count);
            changed_.notify_all();
        }
    }
    // Waits for a byte; 0 at the end.
    std::size_t read(MutableBytes space) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return !bytes_.empty() || closed_; });
        const std::size_t count = std::min(space.size(), bytes_.size());
        std::copy_n(bytes_.begin(), count, space.begin());
        bytes_.erase(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(count));
        changed_.notify_all();
        return count;
    }
    void close() {
        const std::lock_guard lock(mutex_);
        closed_ = true;
        changed_.notify_all();
    }
};

constexpr std::size_t total = 1 << 20; // bytes in each direction
constexpr std::size_t update_every = 100'000;

std::uint8_t byte_at(std::size_t position, std::uint8_t salt) {
    return static_cast<std::uint8_t>(position * 31 + position / 257 + salt);
}

void flush(Connection& connection, Pipe& out) {
    for (Bytes output = connection.output(); !output.empty(); output = connection.output()) {
        out.write(output);
        connection.output_sent(output.size());
    }
}

// Writes the pattern in pieces of changing size, changes keys now and then, and closes.
void run_writer(Connection& connection, Pipe& out, std::uint8_t salt) {
    ByteVector chunk;
    std::size_t updated_at = 0;
    for (std::size_t sent = 0; sent < total;) {
        chunk.resize(std::min<std::size_t>(1 + sent * 7 % 30000, total - sent));
        for (std::size_t i = 0; i < chunk.size(); ++i) chunk[i] = byte_at(sent + i, salt);
        const auto taken = connection.write(chunk);
        ASSERT_TRUE(taken) << describe(taken.error());
        sent += *taken;
        if (sent - updated_at >= update_every) {
            updated_at = sent;
            ASSERT_TRUE(connection.update_keys(KeyUpdateScope::both));
        }
        flush(connection, out);
    }
    ASSERT_TRUE(connection.close());
    flush(connection, out);
}

// Reads until the peer closes, and compares with the pattern.
void run_reader(Connection& connection, Pipe& in, std::uint8_t salt, std::size_t& received) {
    while (!connection.peer_closed()) {
        const MutableBytes space = connection.receive_space();
        const std::size_t count = in.read(space);
        if (count == 0) break;
        ASSERT_TRUE(connection.received(count)) << describe(*connection.error());
        while (!connection.data().empty()) {
            const Bytes data = connection.data();
            for (std::size_t i = 0; i < data.size(); ++i)
                ASSERT_EQ(data[i], byte_at(received + i, salt)) << "at " << received + i;
            received += data.size();
            ASSERT_TRUE(connection.data_read(data.size()));
        }
    }
}

TEST(FullDuplex, a_reading_and_a_writing_thread_on_each_side) {
    Pair pair{PairConfig()};
    ASSERT_TRUE(pair.connect()) << errors_of(pair);
    Pipe to_server, to_client;
    std::size_t client_received = 0, server_received = 0;
    std::thread client_writer([&] { run_writer(pair.client, to_server, 1); });
    std::thread server_writer([&] { run_writer(pair.server, to_client, 2); });
    std::thread client_reader([&] {
        run_reader(pair.client, to_client, 2, client_received);
        to_client.close(); // a reader that gave up lets its peer's writer go
    });
    std::thread server_reader([&] {
        run_reader(pair.server, to_server, 1, server_received);
        to_server.close();
    });
    for (std::thread* thread : {&client_writer, &server_writer, &client_reader, &server_reader})
        thread->join();
    EXPECT_EQ(client_received, total);
    EXPECT_EQ(server_received, total);
    EXPECT_TRUE(pair.client.closed() && pair.server.closed());
    EXPECT_FALSE(pair.client.error() || pair.server.error()) << errors_of(pair);
}

// The reader fails; the writer hears of it, and its output ends with the alert.
TEST(FullDuplex, a_failure_of_the_reading_thread_reaches_the_writing_one) {
    Pair pair{PairConfig()};
    ASSERT_TRUE(pair.connect());
    std::thread reader([&] {
        const ByteVector garbage{23, 3, 3, 0, 17, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17};
        EXPECT_FALSE(pair.client.feed(garbage));
    });
    std::optional<Error> failure;
    while (!failure) {
        const auto written = pair.client.write(as_bytes("x"));
        if (!written) failure = written.error();
        deliver(pair.client, pair.server);
        read_all(pair.server);
    }
    reader.join();
    EXPECT_EQ(failure->code, ErrorCode::bad_record_mac);
    while (deliver(pair.client, pair.server) > 0) read_all(pair.server);
    EXPECT_EQ(pair.server.error(), (Error{ErrorCode::alert_received,
                                          static_cast<std::uint16_t>(AlertDescription::bad_record_mac)}));
}

} // namespace
} // namespace pavise::testing
