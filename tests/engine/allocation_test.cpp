// Memory: in steady state a record costs no allocation, in either direction and by every way in and out; an
// idle connection keeps no buffers; and what a handshake allocates is counted.
#include "../crypto/allocation_counter.hpp"
#include "support/own_allocations.hpp"
#include "support/pair.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>

namespace pavise::testing {
namespace {

using crypto::testing::allocation_count;
using crypto::testing::live_bytes;

constexpr std::size_t sizes[] = {1, 64, 1400, 16384, 60000};
constexpr CipherSuite suites[] = {CipherSuite::TLS_AES_128_GCM_SHA256,
                                  CipherSuite::TLS_AES_256_GCM_SHA384,
                                  CipherSuite::TLS_CHACHA20_POLY1305_SHA256,
                                  CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
                                  CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
                                  CipherSuite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256};

std::size_t take_data(Connection& connection) {
    std::size_t received = 0;
    while (!connection.data().empty()) {
        const std::size_t count = connection.data().size();
        received += count;
        if (!connection.data_read(count)) return SIZE_MAX;
    }
    return received;
}

// Ways out: each sends `bytes` and says whether it could.
bool by_write(Connection& from, Bytes bytes) {
    const auto taken = from.write(bytes);
    return taken && *taken == bytes.size();
}
bool by_reserve(Connection& from, Bytes bytes) {
    while (!bytes.empty()) {
        const auto space = from.reserve(bytes.size());
        if (!space || space->empty()) return false;
        std::copy_n(bytes.begin(), space->size(), space->begin());
        if (!from.commit(space->size())) return false;
        bytes = bytes.subspan(space->size());
    }
    return true;
}
// Ways in: each takes bytes of `output` and says how many.
std::size_t by_feed(Connection& to, Bytes output) {
    const auto taken = to.feed(output);
    return taken ? *taken : 0;
}
std::size_t by_receive_space(Connection& to, Bytes output) {
    const MutableBytes space = to.receive_space();
    const std::size_t count = std::min(space.size(), output.size());
    std::copy_n(output.begin(), count, space.begin());
    return to.received(count) ? count : 0;
}

using Out = bool (*)(Connection&, Bytes);
using In = std::size_t (*)(Connection&, Bytes);

bool round(Connection& from, Connection& to, Bytes bytes, Out out, In in) {
    if (!out(from, bytes)) return false;
    std::size_t received = 0;
    for (Bytes output = from.output(); !output.empty(); output = from.output()) {
        const std::size_t count = in(to, output);
        if (count == 0) return false;
        from.output_sent(count);
        received += take_data(to);
    }
    return received == bytes.size();
}

TEST(Allocations, none_for_a_record_in_steady_state) {
    const ByteVector content(60000, 'x');
    for (const CipherSuite suite : suites)
        for (const Out out : {by_write, by_reserve})
            for (const In in : {by_feed, by_receive_space}) {
                PairConfig config;
                config.client.cipher_suites = {suite};
                Pair pair(config);
                ASSERT_TRUE(pair.connect()) << errors_of(pair);
                const auto both_ways = [&](std::size_t size) {
                    const Bytes bytes = Bytes(content).first(size);
                    return round(pair.client, pair.server, bytes, out, in) &&
                           round(pair.server, pair.client, bytes, out, in);
                };
                for (const std::size_t size : sizes)
                    ASSERT_TRUE(both_ways(size)); // buffers grow to their size
                const std::size_t before = allocation_count();
                bool good = true;
                for (int i = 0; i < 20; ++i)
                    for (const std::size_t size : sizes) good = both_ways(size) && good;
                EXPECT_EQ(allocation_count() - before, 0u) << name_of(suite);
                EXPECT_TRUE(good);
            }
}

TEST(Allocations, are_seen_by_this_test) {
    Pair pair{PairConfig()};
    ASSERT_TRUE(pair.connect());
    pair.server.release_idle();
    const std::size_t before = allocation_count();
    EXPECT_TRUE(round(pair.client, pair.server, as_bytes("x"), by_write, by_feed));
    EXPECT_GT(allocation_count(), before);
}

// ---------------------------------------------------------------- idle connections

TEST(IdleMemory, data_leaves_nothing_behind) {
    Pair pair{PairConfig()};
    ASSERT_TRUE(pair.connect());
    const auto release = [&] {
        pair.client.release_idle();
        pair.server.release_idle();
        return live_bytes();
    };
    const ByteVector content(60000, 'x');
    const std::size_t idle = release();
    for (int i = 0; i < 3; ++i) {
        ASSERT_TRUE(round(pair.client, pair.server, content, by_write, by_feed));
        ASSERT_TRUE(round(pair.server, pair.client, content, by_reserve, by_receive_space));
        EXPECT_GT(live_bytes(), idle + 2 * 16384);
        EXPECT_EQ(release(), idle);
    }
    EXPECT_TRUE(round(pair.client, pair.server, content, by_write, by_feed)); // and it goes on
}

TEST(IdleMemory, release_keeps_what_is_still_needed) {
    Pair pair{PairConfig()};
    ASSERT_TRUE(pair.connect());
    ASSERT_TRUE(pair.client.write(as_bytes("waiting to be sent")));
    pair.client.release_idle();
    ASSERT_GT(deliver(pair.client, pair.server), 0u);
    pair.server.release_idle();
    EXPECT_EQ(as_text(pair.server.data()), "waiting to be sent");
    // Half a record.
    ASSERT_TRUE(pair.server.data_read(18));
    ASSERT_TRUE(pair.client.write(as_bytes("two halves")));
    deliver(pair.client, pair.server, 9);
    pair.server.release_idle();
    EXPECT_EQ(pair.carry(pair.client, pair.server, ""), "two halves");
}

TEST(IdleMemory, the_handshakes_working_memory_is_gone) {
    // Bounds with room to spare: what is kept are the certificates, two AEADs, secrets and the object itself.
    constexpr std::size_t most = 16 * 1024;
    PairConfig config;
    Pair first(config); // what is made once a process
    ASSERT_TRUE(first.connect());
    const std::size_t before = live_bytes();
    Pair pair(config);
    const std::size_t after_hello = live_bytes();
    ASSERT_TRUE(pair.connect());
    pair.client.release_idle();
    pair.server.release_idle();
    const std::size_t kept = live_bytes() - before;
    std::printf(
        "[ memory   ] client and server, connected and idle: %zu bytes by operator new (at first: %zu)\n",
        kept, after_hello - before);
    EXPECT_LE(kept, 2 * most);
}

// ---------------------------------------------------------------- handshakes

TEST(Allocations, of_our_own_in_a_full_handshake_are_few) {
    constexpr std::size_t most = 60;
    for (const CipherSuite suite : {suites[0], suites[3]}) {
        PairConfig config;
        config.client.cipher_suites = {suite};
        config.client.groups = {NamedGroup::x25519, NamedGroup::secp256r1};
        config.client.key_shares = 1;
        const OwnAllocations own = OwnAllocations::of_handshake(
            std::make_shared<const ClientConfig>(config.client),
            std::make_shared<const ServerConfig>(config.server), server_name, allocation_count);
        ASSERT_TRUE(own.good);
        std::printf("[ memory   ] own allocations of a handshake with %s: client %zu, server %zu; in "
                    "primitives: %zu\n",
                    std::string(name_of(suite)).c_str(), own.client, own.server, own.elsewhere);
        EXPECT_LE(own.client, most);
        EXPECT_LE(own.server, most);
        EXPECT_GT(own.client + own.server, 0u);
    }
}

TEST(Allocations, a_client_that_remembers_the_chain_parses_and_validates_nothing) {
    constexpr std::size_t parsing_and_validating = 300; // and more: a leaf alone takes that many to parse
    const auto cost_of = [](const PairConfig& config) {
        const std::size_t before = allocation_count();
        Pair pair(config);
        EXPECT_TRUE(pair.connect()) << errors_of(pair);
        return allocation_count() - before;
    };
    cost_of(PairConfig()); // what is made once a process
    PairConfig config;
    config.client.trust = *TrustStore::from_memory(authority().der); // a store that has seen nothing yet
    const std::size_t first = cost_of(config), second = cost_of(config);
    EXPECT_LT(second + parsing_and_validating, first);
    config.client.trust = *TrustStore::from_memory(authority().der); // and one that has no part in it
    EXPECT_EQ(cost_of(config), first);
}

} // namespace
} // namespace pavise::testing
