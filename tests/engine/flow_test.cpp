// Data between connected peers: backpressure, records filled in place, padding, keys that reach their limit.
#include "messages/key_update.hpp"
#include "record/limits.hpp"
#include "support/pair.hpp"
#include "support/rewriting_tap.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

namespace pavise::testing {
namespace {

Pair connected(PairConfig config = PairConfig()) {
    Pair pair(std::move(config));
    EXPECT_TRUE(pair.connect()) << errors_of(pair);
    return pair;
}

// The lengths in the headers of the records that wait.
std::vector<std::size_t> record_lengths(Bytes output) {
    std::vector<std::size_t> lengths;
    while (output.size() >= record::header_size) {
        lengths.push_back(std::size_t{output[3]} << 8 | output[4]);
        output = output.subspan(std::min(output.size(), record::header_size + lengths.back()));
    }
    return lengths;
}

// ---------------------------------------------------------------- backpressure

TEST(Backpressure, past_the_budget_nothing_is_taken_and_reading_goes_on) {
    Pair pair = connected();
    const ByteVector much(1 << 20, 'x');
    std::size_t taken = 0;
    for (std::size_t count = 1; count > 0; taken += count) count = *pair.client.write(much);
    EXPECT_GE(taken, record::max_plaintext_size);
    EXPECT_LE(pair.client.output().size(), record::default_output_budget);
    EXPECT_EQ(*pair.client.write(as_bytes("x")), 0u);
    EXPECT_TRUE(pair.client.reserve(1)->empty());
    EXPECT_FALSE(pair.client.error());

    EXPECT_EQ(pair.carry(pair.server, pair.client, "reading never waits for writing"),
              "reading never waits for writing");
    ASSERT_TRUE(pair.client.update_keys(KeyUpdateScope::both)); // what is not data has its room

    EXPECT_EQ(pair.carry(pair.client, pair.server, ""), std::string(taken, 'x'));
    EXPECT_EQ(*pair.client.write(as_bytes("more")), 4u);
    pair.pump();
    EXPECT_EQ(read_all(pair.server), "more");
}

TEST(Backpressure, both_sides_full_at_once_is_no_standstill) {
    Pair pair = connected();
    const ByteVector much(1 << 20, 'x');
    for (Connection* side : {&pair.client, &pair.server})
        while (*side->write(much) > 0) {
        }
    // Each reads what the other wrote before it has sent anything itself.
    const Bytes waiting = pair.client.output();
    const ByteVector from_client(waiting.begin(), waiting.end());
    EXPECT_GT(deliver(pair.server, pair.client), 0u);
    EXPECT_FALSE(read_all(pair.client).empty());
    std::size_t taken = 0;
    for (std::size_t count = 1; count > 0; taken += count) {
        count = *pair.server.feed(Bytes(from_client).subspan(taken));
        read_all(pair.server);
    }
    EXPECT_EQ(taken, from_client.size());
}

// An application that does not read holds its peer up, and costs no memory for it.
TEST(Backpressure, of_the_reading_application) {
    Pair pair = connected();
    ASSERT_TRUE(pair.client.write(as_bytes("one")));
    deliver(pair.client, pair.server);
    ASSERT_TRUE(pair.client.write(as_bytes("two")));
    EXPECT_FALSE(pair.server.wants_input());
    EXPECT_EQ(deliver(pair.client, pair.server), 0u);
    EXPECT_EQ(as_text(pair.server.data()), "one");
    ASSERT_TRUE(pair.server.data_read(1));
    EXPECT_EQ(as_text(pair.server.data()), "ne");
    ASSERT_TRUE(pair.server.data_read(2));
    EXPECT_TRUE(pair.server.wants_input());
    pair.pump();
    EXPECT_EQ(read_all(pair.server), "two");
}

// ---------------------------------------------------------------- records filled in place

TEST(Reserve, gives_a_record_that_is_filled_and_committed) {
    Pair pair = connected();
    for (const std::size_t want : std::to_array<std::size_t>({1, 100, 16384, 16385, 100000})) {
        const auto space = pair.client.reserve(want);
        ASSERT_TRUE(space);
        ASSERT_EQ(space->size(), std::min<std::size_t>(want, record::max_plaintext_size));
        std::ranges::fill(*space, std::uint8_t{'y'});
        const std::size_t used = space->size() - space->size() / 3; // less than reserved
        ASSERT_TRUE(pair.client.commit(used));
        EXPECT_EQ(pair.carry(pair.client, pair.server, ""), std::string(used, 'y'));
    }
}

TEST(Reserve, that_lapsed_or_was_overrun_cannot_be_committed_and_harms_nothing) {
    Pair pair = connected();
    EXPECT_EQ(pair.client.commit(0).error().code, ErrorCode::bad_argument);
    ASSERT_TRUE(pair.client.reserve(10));
    EXPECT_EQ(pair.client.commit(11).error().code, ErrorCode::bad_argument);
    ASSERT_TRUE(pair.client.reserve(10));
    ASSERT_TRUE(pair.client.commit(0));
    EXPECT_EQ(pair.client.commit(0).error().code, ErrorCode::bad_argument);
    ASSERT_TRUE(pair.client.reserve(10));
    ASSERT_TRUE(pair.client.write(as_bytes("written")));
    EXPECT_EQ(pair.client.commit(10).error().code, ErrorCode::bad_argument);
    EXPECT_FALSE(pair.client.error());
    EXPECT_EQ(pair.carry(pair.client, pair.server, " and well"), "written and well");
}

TEST(Reserve, is_not_for_the_handshake_and_not_for_the_end) {
    Pair pair{PairConfig()};
    EXPECT_EQ(pair.client.reserve(1).error().code, ErrorCode::handshake_not_done);
    ASSERT_TRUE(pair.connect());
    ASSERT_TRUE(pair.client.close());
    EXPECT_EQ(pair.client.reserve(1).error().code, ErrorCode::already_closed);
}

TEST(Receive, into_the_connections_own_buffer) {
    Pair pair = connected();
    const std::string sent(50000, 'z');
    ASSERT_EQ(*pair.client.write(as_bytes(sent)), sent.size());
    std::string received;
    for (Bytes output = pair.client.output(); !output.empty();) {
        const MutableBytes space = pair.server.receive_space();
        ASSERT_FALSE(space.empty());
        const std::size_t count = std::min(space.size(), output.size());
        std::copy_n(output.begin(), count, space.begin());
        ASSERT_TRUE(pair.server.received(count));
        output = output.subspan(count);
        received += read_all(pair.server);
    }
    EXPECT_EQ(received, sent);
}

// ---------------------------------------------------------------- padding

TEST(Padding, hides_lengths_up_to_the_block) {
    for (const std::uint16_t block : std::to_array<std::uint16_t>({16, 256, 4096, 16385, 65535})) {
        PairConfig config;
        config.client.padding = config.server.padding = {block};
        Pair pair = connected(config);
        for (Connection* side : {&pair.client, &pair.server}) {
            Connection& other = side == &pair.client ? pair.server : pair.client;
            for (const std::size_t size :
                 std::to_array<std::size_t>({1, 15, 16, 255, 256, 4095, 16383, 16384})) {
                const std::string text(size, 'p');
                if (size % 2 == 0) {
                    ASSERT_EQ(*side->write(as_bytes(text)), size);
                } else {
                    const auto space = side->reserve(size);
                    ASSERT_EQ(space->size(), size);
                    std::ranges::fill(*space, std::uint8_t{'p'});
                    ASSERT_TRUE(side->commit(size));
                }
                for (const std::size_t length : record_lengths(side->output())) {
                    const std::size_t inner = length - crypto::max_aead_tag_size;
                    EXPECT_TRUE(inner % block == 0 || inner == record::max_inner_plaintext_size)
                        << size << " bytes make an inner plaintext of " << inner;
                }
                EXPECT_EQ(pair.carry(*side, other, ""), text);
            }
        }
    }
}

// ---------------------------------------------------------------- key updates

std::vector<KeyUpdateRequest> key_updates_in(const std::vector<ByteVector>& messages) {
    std::vector<KeyUpdateRequest> requests;
    for (const ByteVector& message : messages)
        if (message[0] == static_cast<std::uint8_t>(HandshakeType::key_update))
            requests.push_back(static_cast<KeyUpdateRequest>(message.at(4)));
    return requests;
}
using Requests = std::vector<KeyUpdateRequest>;

constexpr std::uint64_t gcm_limit = record::key_limit(crypto::AeadId::aes_128_gcm).update_after;

TEST(KeyLimit, keys_change_by_themselves_before_the_aeads_limit) {
    RecordingTap client_tap, server_tap;
    PairConfig config;
    config.client.cipher_suites = {CipherSuite::TLS_AES_128_GCM_SHA256};
    for (engine::Hooks* hooks : {&config.client_hooks, &config.server_hooks})
        hooks->first_sequence_number = gcm_limit - 2;
    config.client_hooks.tap = &client_tap;
    config.server_hooks.tap = &server_tap;
    Pair pair = connected(config);
    EXPECT_EQ(pair.carry(pair.client, pair.server, "last but one"), "last but one");
    EXPECT_EQ(pair.carry(pair.client, pair.server, "last"), "last");
    EXPECT_EQ(key_updates_in(client_tap.sent_messages), Requests{});
    EXPECT_EQ(pair.carry(pair.client, pair.server, "first"), "first");
    EXPECT_EQ(key_updates_in(client_tap.sent_messages), Requests{KeyUpdateRequest::update_not_requested});
    EXPECT_EQ(pair.carry(pair.client, pair.server, "second"), "second");
    EXPECT_EQ(key_updates_in(client_tap.sent_messages).size(), 1u);

    // The other direction, and the way without a copy.
    for (const char* text : {"one", "two", "three"}) {
        const auto space = pair.server.reserve(1);
        ASSERT_TRUE(space);
        (*space)[0] = static_cast<std::uint8_t>(text[0]);
        ASSERT_TRUE(pair.server.commit(1));
        EXPECT_EQ(pair.carry(pair.server, pair.client, ""), std::string(1, text[0]));
    }
    EXPECT_EQ(key_updates_in(server_tap.sent_messages), Requests{KeyUpdateRequest::update_not_requested});
}

TEST(KeyLimit, a_writer_that_never_stops_does_not_pass_it) {
    RecordingTap tap;
    PairConfig config;
    config.client.cipher_suites = {CipherSuite::TLS_AES_256_GCM_SHA384};
    for (engine::Hooks* hooks : {&config.client_hooks, &config.server_hooks})
        hooks->first_sequence_number = gcm_limit - 1;
    config.client_hooks.tap = &tap;
    Pair pair = connected(config);
    const std::string much(1 << 20, 'x');
    EXPECT_EQ(pair.carry(pair.client, pair.server, much), much);
    EXPECT_EQ(key_updates_in(tap.sent_messages).size(), 1u);
}

TEST(KeyUpdate, asks_for_no_second_update_before_the_first_was_answered) {
    // "an endpoint MUST NOT have more than one outstanding request" (9846 §4.7.3)
    RecordingTap client_tap, server_tap;
    PairConfig config;
    config.client_hooks.tap = &client_tap;
    config.server_hooks.tap = &server_tap;
    Pair pair = connected(config);
    ASSERT_TRUE(pair.client.update_keys(KeyUpdateScope::both));
    ASSERT_TRUE(pair.client.update_keys(KeyUpdateScope::both));
    using enum KeyUpdateRequest;
    EXPECT_EQ(key_updates_in(client_tap.sent_messages), (Requests{update_requested, update_not_requested}));
    pair.pump();
    EXPECT_EQ(key_updates_in(server_tap.sent_messages), Requests{update_not_requested}); // the answer
    ASSERT_TRUE(pair.client.update_keys(KeyUpdateScope::both));
    EXPECT_EQ(key_updates_in(client_tap.sent_messages).back(), update_requested);
    EXPECT_EQ(pair.carry(pair.client, pair.server, "still fine"), "still fine");
    EXPECT_EQ(pair.carry(pair.server, pair.client, "here too"), "here too");
}

TEST(KeyUpdate, is_answered_once_before_the_next_data_of_ours) {
    RecordingTap tap;
    PairConfig config;
    config.server_hooks.tap = &tap;
    Pair pair = connected(config);
    ASSERT_TRUE(pair.client.update_keys(KeyUpdateScope::both));
    deliver(pair.client, pair.server);
    EXPECT_EQ(key_updates_in(tap.sent_messages).size(), 0u);
    ASSERT_TRUE(pair.server.write(as_bytes("data")));
    EXPECT_EQ(key_updates_in(tap.sent_messages).size(), 1u);
    EXPECT_EQ(record_lengths(pair.server.output()).size(), 2u);
    pair.pump();
    EXPECT_EQ(read_all(pair.client), "data");
    EXPECT_EQ(key_updates_in(tap.sent_messages).size(), 1u);
}

TEST(KeyUpdate, is_not_for_the_handshake_and_not_for_the_end) {
    Pair pair{PairConfig()};
    EXPECT_EQ(pair.client.update_keys(KeyUpdateScope::ours).error().code, ErrorCode::handshake_not_done);
    ASSERT_TRUE(pair.connect());
    ASSERT_TRUE(pair.client.update_keys(KeyUpdateScope::both));
    ASSERT_TRUE(pair.server.close()); // a request that comes after our close_notify gets no answer
    pair.pump();
    EXPECT_EQ(pair.server.update_keys(KeyUpdateScope::ours).error().code, ErrorCode::already_closed);
    EXPECT_TRUE(pair.client.peer_closed());
    EXPECT_FALSE(pair.client.error() || pair.server.error()) << errors_of(pair);
}

} // namespace
} // namespace pavise::testing
