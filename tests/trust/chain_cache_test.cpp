#include "trust/chain_cache.hpp"

#include "pki.hpp"

#include <gtest/gtest.h>

#include <set>
#include <thread>

namespace pavise::trust {
namespace {

using testing::day;
using testing::Pki;
using testing::RepeatableRng;

struct Remembering : Pki {
    VerifiedChainCache cache;
    std::set<std::shared_ptr<const VerifiedChain>> answers; // kept, so that no address comes twice

    Remembering() {
        store = *trusted.build();
        options.store = store.get();
    }
    Result<VerifiedPeer> ask(const std::vector<Bytes>& presented) {
        return cache.verify(presented, options, crypto::botan_provider());
    }
    Result<VerifiedPeer> ask() { return ask({leaf.der, intermediate.der}); }
    // Whether an answer is a new one: each validation makes a chain of its own.
    bool is_new(const Result<VerifiedPeer>& answer) {
        EXPECT_TRUE(answer) << describe(answer.error());
        return answer && answers.insert(answer->chain).second;
    }
    bool validates_anew() { return is_new(ask()); }
};

TEST(VerifiedChainCache, TheSameQuestionHasTheSameAnswer) {
    Remembering r;
    const auto first = r.ask();
    const auto second = r.ask();
    ASSERT_TRUE(first && second);
    EXPECT_EQ(first->chain, second->chain);
    EXPECT_EQ(first->key, second->key);
    EXPECT_EQ(first->key->type(), crypto::KeyType::ecdsa_p256);
}

TEST(VerifiedChainCache, EverythingThatDecidesIsPartOfTheQuestion) {
    Remembering r;
    EXPECT_TRUE(r.validates_anew());
    EXPECT_FALSE(r.validates_anew());
    r.options.purpose = Purpose::client_auth;
    EXPECT_TRUE(r.validates_anew());
    r.options.common_name = CommonNamePolicy::when_no_dns_name;
    EXPECT_TRUE(r.validates_anew());
    r.options.anchors = AnchorPolicy::partial_chain;
    EXPECT_TRUE(r.validates_anew());
    r.options.profile = Profile::strict;
    EXPECT_TRUE(r.validates_anew());
    r.options.minimum_rsa_bits = 3072;
    EXPECT_TRUE(r.validates_anew());
    r.options.name.reset();
    EXPECT_TRUE(r.validates_anew());
    EXPECT_FALSE(r.validates_anew());
    EXPECT_TRUE(r.is_new(r.ask({r.leaf.der, r.intermediate.der, r.root.der})));
    EXPECT_TRUE(r.is_new(r.ask({r.leaf.der, r.root.der, r.intermediate.der})));
}

TEST(VerifiedChainCache, EveryByteIsPartOfTheQuestion) {
    Remembering r;
    ASSERT_TRUE(r.validates_anew());
    // The same lengths and the same end: what is remembered lies in the same place.
    for (std::size_t at : {std::size_t{0}, r.leaf.der.size() / 2, r.leaf.der.size() - 33}) {
        ByteVector forged = r.leaf.der;
        forged[at] ^= 1;
        EXPECT_FALSE(r.ask({forged, r.intermediate.der})) << "byte " << at;
    }
    for (std::size_t at : {std::size_t{0}, r.intermediate.der.size() / 2, r.intermediate.der.size() - 1}) {
        ByteVector forged = r.intermediate.der;
        forged[at] ^= 1;
        EXPECT_FALSE(r.ask({r.leaf.der, forged})) << "byte " << at;
    }
    EXPECT_FALSE(r.validates_anew());
}

TEST(VerifiedChainCache, WhereCertificatesEndIsPartOfTheQuestion) {
    // The same bytes in a row, cut elsewhere; in one set, so that every question meets every answer.
    Remembering r;
    VerifiedChainCache one_set(1);
    const auto& provider = crypto::botan_provider();
    ByteVector joined = r.leaf.der;
    joined.insert(joined.end(), r.intermediate.der.begin(), r.intermediate.der.end());
    const Bytes leaf = Bytes(joined).first(r.leaf.der.size());
    const Bytes rest = Bytes(joined).subspan(r.leaf.der.size());
    const std::vector<std::vector<Bytes>> chains{
        {leaf, rest},
        {joined},
        {leaf, rest.first(100), rest.subspan(100)},
        {leaf, Bytes(), rest},
        {Bytes(), leaf, rest},
        {leaf, rest, Bytes()},
        {leaf.first(leaf.size() - 1), Bytes(joined).subspan(leaf.size() - 1)},
    };
    std::set<std::shared_ptr<const VerifiedChain>> seen;
    for (int round = 0; round < 2; ++round)
        for (std::size_t i = 0; i < chains.size(); ++i) {
            const auto plain = verify_peer(chains[i], r.options, provider);
            const auto answer = one_set.verify(chains[i], r.options, provider);
            ASSERT_EQ(answer.has_value(), plain.has_value()) << "chain " << i;
            if (!answer)
                EXPECT_EQ(answer.error(), plain.error()) << "chain " << i;
            else
                EXPECT_EQ(seen.insert(answer->chain).second, round == 0) << "chain " << i;
        }
    EXPECT_FALSE(seen.empty());
}

TEST(VerifiedChainCache, AnotherNameIsAnotherQuestion) {
    Remembering r;
    ASSERT_TRUE(r.ask());
    r.options.name = *ReferenceName::from_host("other.example");
    EXPECT_EQ(r.ask().error().code, ErrorCode::name_mismatch);
    r.options.name = *ReferenceName::from_host("192.0.2.1");
    EXPECT_EQ(r.ask().error().code, ErrorCode::ip_address_mismatch);
}

TEST(VerifiedChainCache, AnotherStoreIsAnotherQuestion) {
    Remembering r;
    EXPECT_TRUE(r.validates_anew());
    const TrustStore nobody;
    r.options.store = &nobody;
    EXPECT_EQ(r.ask().error().code, ErrorCode::unknown_issuer);
    Pki other([](Pki& p) { p.rng = RepeatableRng(99); });
    TrustStore::Builder more(*r.store);
    more.add(other.root.certificate);
    const TrustStorePtr larger = *more.build();
    r.options.store = larger.get();
    EXPECT_TRUE(r.validates_anew());
}

TEST(VerifiedChainCache, AnAnswerHoldsWhileTheChainIsValid) {
    using namespace std::chrono_literals;
    Remembering r;
    EXPECT_TRUE(r.validates_anew());
    r.options.time = r.leaf_spec.not_before;
    EXPECT_FALSE(r.validates_anew());
    r.options.time = r.leaf_spec.not_after + 999ms;
    EXPECT_FALSE(r.validates_anew());
    r.options.time = r.leaf_spec.not_after + 1s;
    EXPECT_EQ(r.ask().error().code, ErrorCode::certificate_expired);
    r.options.time = r.leaf_spec.not_before - 1ms;
    EXPECT_EQ(r.ask().error().code, ErrorCode::certificate_not_yet_valid);
}

TEST(VerifiedChainCache, FailuresAndRevocationAreAskedAnew) {
    Remembering r;
    r.options.revocation = RevocationPolicy::leaf;
    EXPECT_EQ(r.ask().error().code, ErrorCode::crl_missing);
    CrlSpec list;
    list.this_update = r.options.time - day;
    list.next_update = r.options.time + day;
    ASSERT_TRUE(r.trusted.add_crl_der(*mint_crl(list, r.intermediate, r.rng)));
    const TrustStorePtr with_list = *r.trusted.build();
    r.options.store = with_list.get();
    EXPECT_TRUE(r.validates_anew());
    EXPECT_TRUE(r.validates_anew());
}

TEST(VerifiedChainCache, BadQuestionsAreAnsweredAsEver) {
    Remembering r;
    EXPECT_EQ(r.ask({}).error().code, ErrorCode::bad_argument);
    const std::vector<Bytes> too_many(max_presented_certificates + 1, r.leaf.der);
    EXPECT_EQ(r.ask(too_many).error().code, ErrorCode::too_many_certificates);
    r.options.store = nullptr;
    EXPECT_EQ(r.ask().error().code, ErrorCode::bad_argument);
}

TEST(VerifiedChainCache, IsBoundedAndForgetsTheLeastUsed) {
    EXPECT_EQ(VerifiedChainCache(0).capacity(), 4u);
    EXPECT_EQ(VerifiedChainCache(4).capacity(), 4u);
    EXPECT_EQ(VerifiedChainCache(5).capacity(), 8u);

    Remembering r;
    VerifiedChainCache small(4);
    const std::vector<Bytes> presented{r.leaf.der, r.intermediate.der};
    // The floor of RSA keys makes as many questions as one likes.
    const auto asks_anew = [&](std::size_t number) {
        r.options.minimum_rsa_bits = 2048 + number;
        return r.is_new(small.verify(presented, r.options, crypto::botan_provider()));
    };
    for (std::size_t number = 0; number < 4; ++number) EXPECT_TRUE(asks_anew(number));
    for (std::size_t number = 0; number < 4; ++number) EXPECT_FALSE(asks_anew(number));
    EXPECT_FALSE(asks_anew(0));
    EXPECT_TRUE(asks_anew(4)) << "takes the place of 1";
    EXPECT_FALSE(asks_anew(0));
    EXPECT_FALSE(asks_anew(2));
    EXPECT_TRUE(asks_anew(1));
}

TEST(VerifiedChainCache, ForgetsEverythingWhenAsked) {
    Remembering r;
    const auto asks_anew = [&](std::size_t rsa_bits) {
        r.options.minimum_rsa_bits = rsa_bits;
        return r.validates_anew();
    };
    for (std::size_t bits = 2048; bits < 2056; ++bits) EXPECT_TRUE(asks_anew(bits));
    for (std::size_t bits = 2048; bits < 2056; ++bits) EXPECT_FALSE(asks_anew(bits));
    r.cache.clear();
    for (std::size_t bits = 2048; bits < 2056; ++bits) EXPECT_TRUE(asks_anew(bits));
    for (std::size_t bits = 2048; bits < 2056; ++bits) EXPECT_FALSE(asks_anew(bits));
}

TEST(VerifiedChainCache, ServesThreadsAtOnce) {
    Remembering r;
    const auto ask = [&] {
        for (int i = 0; i < 50; ++i) EXPECT_TRUE(r.ask());
    };
    std::thread other(ask);
    ask();
    other.join();
    EXPECT_TRUE(r.validates_anew()) << "seen here for the first time";
    EXPECT_FALSE(r.validates_anew());
}

} // namespace
} // namespace pavise::trust
