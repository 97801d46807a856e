// Known answers: FIPS 180-4 examples, RFC 4231.
#include "support.hpp"

#include "crypto/provider.hpp"

#include <gtest/gtest.h>

namespace pavise::crypto {
namespace {

using testing::from_hex;
using testing::to_hex;

const Provider& provider = botan_provider();

TEST(Hash, gives_the_digests_of_fips_180_4) {
    const std::pair<HashId, const char*> rows[] = {
        {HashId::sha1, "a9993e364706816aba3e25717850c26c9cd0d89d"},
        {HashId::sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {HashId::sha384, "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
                         "8086072ba1e7cc2358baeca134c825a7"},
        {HashId::sha512, "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
                         "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"},
    };
    for (const auto& [id, expected] : rows) {
        auto hash = provider.hash(id);
        ASSERT_TRUE(hash);
        (*hash)->update(as_bytes("a"));
        (*hash)->update(as_bytes("bc"));
        const auto digest = (*hash)->digest();
        ASSERT_TRUE(digest);
        EXPECT_EQ(to_hex(digest->view()), expected);
        EXPECT_EQ(digest->size(), digest_size(id));
    }
}

TEST(Hash, goes_on_after_a_digest_and_forks_independently) {
    auto hash = provider.hash(HashId::sha256);
    ASSERT_TRUE(hash);
    (*hash)->update(as_bytes("ab"));
    ASSERT_TRUE((*hash)->digest());
    auto fork = (*hash)->fork();
    ASSERT_TRUE(fork);
    (*hash)->update(as_bytes("c"));
    (*fork)->update(as_bytes("something else"));
    EXPECT_EQ(to_hex((*hash)->digest()->view()),
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_NE(to_hex((*fork)->digest()->view()), to_hex((*hash)->digest()->view()));
}

std::string mac_of(Hmac& mac, Bytes key, Bytes message) {
    ByteVector out(digest_size(mac.hash()));
    if (!mac.set_key(key)) return "no key";
    mac.update(message);
    if (!mac.finish(out)) return "failed";
    return to_hex(out);
}

TEST(Hmac, gives_the_answers_of_rfc_4231) {
    auto mac = provider.hmac(HashId::sha256);
    ASSERT_TRUE(mac);
    const auto& text = "what do ya want for nothing?";
    EXPECT_EQ(mac_of(**mac, as_bytes("Jefe"), as_bytes(text)),
              "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    EXPECT_EQ(mac_of(**mac, ByteVector(131, 0xaa),
                     as_bytes("Test Using Larger Than Block-Size Key - Hash Key First")),
              "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
    auto mac384 = provider.hmac(HashId::sha384);
    ASSERT_TRUE(mac384);
    EXPECT_EQ(
        mac_of(**mac384, as_bytes("Jefe"), as_bytes(text)),
        "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649");
}

TEST(Hmac, keeps_its_key_for_the_next_message_and_drops_half_a_message_with_the_old_key) {
    auto mac = provider.hmac(HashId::sha256);
    ASSERT_TRUE(mac);
    const std::string expected = mac_of(**mac, as_bytes("key"), as_bytes("message"));
    ByteVector out(32);
    (*mac)->update(as_bytes("message"));
    ASSERT_TRUE((*mac)->finish(out));
    EXPECT_EQ(to_hex(out), expected);
    (*mac)->update(as_bytes("half a message under the old key"));
    EXPECT_EQ(mac_of(**mac, as_bytes("key"), as_bytes("message")), expected);
}

TEST(Hmac, without_a_key_says_so) {
    auto mac = provider.hmac(HashId::sha256);
    ASSERT_TRUE(mac);
    ByteVector out(32);
    (*mac)->update(as_bytes("message"));
    EXPECT_EQ((*mac)->finish(out).error().code, ErrorCode::internal);
}

TEST(Hmac, takes_keys_up_to_its_limit) {
    auto mac = provider.hmac(HashId::sha384);
    ASSERT_TRUE(mac);
    EXPECT_TRUE((*mac)->set_key({}));
    EXPECT_TRUE((*mac)->set_key(ByteVector(max_hmac_key_size)));
    EXPECT_EQ((*mac)->set_key(ByteVector(max_hmac_key_size + 1)).error().code, ErrorCode::bad_argument);
}

} // namespace
} // namespace pavise::crypto
