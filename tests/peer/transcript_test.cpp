// The transcript Tap: everything is written down, once, in order.
#include "support/script.hpp"

#include <pavise/testing/transcript.hpp>

#include <gtest/gtest.h>

namespace pavise::testing {
namespace {

std::size_t count(std::string_view text, std::string_view word) {
    std::size_t found = 0;
    for (std::size_t at = text.find(word); at != text.npos; at = text.find(word, at + 1)) ++found;
    return found;
}

TEST(TranscriptTap, writes_down_messages_records_and_transitions) {
    TranscriptTap tap;
    ClientUnderTest test(scripted_client_config(), {.hooks = {.tap = &tap}});
    test.peer.connect();
    ASSERT_TRUE(test.connection.handshake_complete());
    for (const char* line : {"sent message client_hello 01", "received message server_hello 02",
                             "received message encrypted_extensions 08", "received message certificate 0b",
                             "received message certificate_verify 0f", "received message finished 14",
                             "sent message finished 14", "sent record plaintext 160301",
                             "received record plaintext 160303", "received record encrypted 170303"})
        EXPECT_EQ(count(tap.text(), line) > 0, true) << line << "\n" << tap.text();
    EXPECT_EQ(tap.messages(Direction::received).size(), 5u);
    EXPECT_EQ(tap.messages(Direction::sent).size(), 2u);
    EXPECT_GE(count(tap.text(), "transition "), 6u);
    EXPECT_EQ(count(tap.text(), "secret "), 0u);
}

TEST(TranscriptTap, writes_secrets_only_when_told) {
    TranscriptTap tap(Secrets::included);
    ServerUnderTest test(scripted_server_config(), {.hooks = {.tap = &tap}});
    test.peer.connect();
    EXPECT_EQ(count(tap.text(), "secret CLIENT_HANDSHAKE_TRAFFIC_SECRET "), 1u);
    EXPECT_EQ(count(tap.text(), "secret SERVER_TRAFFIC_SECRET_0 "), 1u);
}

// What a connection received is a seed: fed to another one that has the same config, generator and clock, it
// makes the same connection.
TEST(TranscriptTap, what_was_received_can_be_replayed) {
    const ScriptHooks null_hooks{.hooks = {.cryptography = Cryptography::null}};
    TranscriptTap tap;
    ScriptHooks tapped = null_hooks;
    tapped.hooks.tap = &tap;
    ServerUnderTest first(scripted_server_config(Cryptography::null), tapped);
    first.peer.connect();
    first.peer.send_data("hello");
    ASSERT_EQ(as_text(first.link.application_data()), "hello");

    ServerUnderTest second(scripted_server_config(Cryptography::null), null_hooks);
    second.link.send(tap.wire(Direction::received));
    EXPECT_EQ(as_text(second.link.application_data()), "hello");
    EXPECT_FALSE(second.connection.error());
}

// Every record comes alone, whole, with a header that fits it.
TEST(TranscriptTap, sees_each_record_by_itself) {
    struct RecordTap final : Tap {
        std::vector<std::size_t> sent;
        void on_record(Direction direction, RecordProtection, Bytes wire) noexcept override {
            ASSERT_GE(wire.size(), 5u);
            EXPECT_EQ(wire.size(), 5u + (std::size_t{wire[3]} << 8 | wire[4]));
            if (direction == Direction::sent) sent.push_back(wire.size());
        }
    } tap;
    ServerUnderTest test(scripted_server_config(), {.hooks = {.tap = &tap}});
    test.peer.connect();
    tap.sent.clear();
    const ByteVector two_and_a_half_records(40000, 'x');
    ASSERT_EQ(*test.connection.write(two_and_a_half_records), two_and_a_half_records.size());
    EXPECT_EQ(tap.sent.size(), 3u);
    const auto space = test.connection.reserve(10);
    ASSERT_TRUE(space);
    ASSERT_TRUE(test.connection.commit(10));
    EXPECT_EQ(tap.sent.size(), 4u);
}

} // namespace
} // namespace pavise::testing
