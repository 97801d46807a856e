#include "schedule/transcript.hpp"

#include "schedule/support.hpp"

namespace pavise::schedule {
namespace {

using namespace testing;

static_assert(std::is_nothrow_move_constructible_v<Transcript> &&
              std::is_nothrow_move_assignable_v<Transcript>);

Transcript started(HashId hash) {
    auto transcript = Transcript::start(provider(), hash);
    if (!transcript) throw std::runtime_error("no hash");
    return *std::move(transcript);
}

constexpr std::string_view sha256_abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

TEST(Transcript, hashes_messages_as_one_string) {
    Transcript transcript = started(HashId::sha256);
    transcript.add(as_bytes("a"));
    EXPECT_TRUE(transcript.hash()); // looking at it changes nothing
    transcript.add(as_bytes("bc"));
    EXPECT_EQ(hex_of(transcript.hash()), sha256_abc);
    EXPECT_EQ(transcript.hash_id(), HashId::sha256);
}

TEST(Transcript, looks_ahead_without_adding) {
    Transcript transcript = started(HashId::sha256);
    transcript.add(as_bytes("ab"));
    EXPECT_EQ(hex_of(transcript.hash_with(as_bytes("c"))), sha256_abc);
    EXPECT_EQ(hex_of(transcript.hash_with(as_bytes("c"))), sha256_abc);
}

TEST(Transcript, forks_into_two_that_do_not_see_each_other) {
    Transcript one = started(HashId::sha256);
    one.add(as_bytes("ab"));
    auto other = one.fork();
    ASSERT_TRUE(other);
    other->add(as_bytes("c"));
    one.add(as_bytes("x"));
    EXPECT_EQ(hex_of(other->hash()), sha256_abc);
    EXPECT_NE(hex_of(one.hash()), sha256_abc);
}

TEST(Transcript, replaces_client_hello_1_by_its_hash) {
    for (const HashId id : {HashId::sha256, HashId::sha384}) {
        Transcript transcript = started(id);
        transcript.add(as_bytes("ClientHello1"));
        const auto hash = transcript.hash();
        ASSERT_TRUE(hash);
        ASSERT_TRUE(transcript.restart_with_message_hash());
        transcript.add(as_bytes("HelloRetryRequest"));

        Transcript expected = started(id);
        ByteVector message_hash{254, 0, 0, static_cast<std::uint8_t>(digest_size(id))};
        message_hash.insert(message_hash.end(), hash->begin(), hash->end());
        expected.add(message_hash);
        expected.add(as_bytes("HelloRetryRequest"));
        EXPECT_EQ(hex_of(transcript.hash()), hex_of(expected.hash()));
    }
}

} // namespace
} // namespace pavise::schedule
