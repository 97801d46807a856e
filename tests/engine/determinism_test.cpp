// The same seeds, clock and input give the same bytes; and it does not matter how the input is cut.
#include "support/pair.hpp"

#include <gtest/gtest.h>

namespace pavise::testing {
namespace {

// Everything that each side ever sent.
struct Wire {
    ByteVector from_client, from_server;
    bool operator==(const Wire&) const = default;
};

std::size_t carry(Connection& from, Connection& to, Step step, ByteVector& wire) {
    Bytes output = from.output();
    if (step != 0) output = output.first(std::min(step, output.size()));
    const auto taken = to.feed(output);
    EXPECT_TRUE(taken) << describe(taken.error());
    const std::size_t count = taken ? *taken : output.size();
    wire.insert(wire.end(), output.begin(), output.begin() + static_cast<std::ptrdiff_t>(count));
    from.output_sent(count);
    read_all(to);
    return count;
}

// A handshake with a retry and a client certificate, data, key updates, and the end.
Wire run(std::uint64_t seed, Step step) {
    PairConfig config;
    config.seed = seed;
    config.client.key_shares = 0;
    config.client.credentials = {client_credential(crypto::KeyType::ed25519)};
    config.server.client_verification = PeerVerification::required;
    Pair pair(config);
    Wire wire;
    const auto pump = [&] {
        while (carry(pair.client, pair.server, step, wire.from_client) +
                   carry(pair.server, pair.client, step, wire.from_server) >
               0) {
        }
    };
    pump();
    EXPECT_TRUE(pair.client.handshake_complete() && pair.server.handshake_complete()) << errors_of(pair);
    for (Connection* side : {&pair.client, &pair.server}) {
        EXPECT_TRUE(side->write(as_bytes("some data")));
        EXPECT_TRUE(side->update_keys(KeyUpdateScope::both));
        EXPECT_TRUE(side->write(ByteVector(20000, 'x')));
        pump();
        EXPECT_TRUE(side->close());
        pump();
    }
    EXPECT_TRUE(pair.client.closed() && pair.server.closed());
    return wire;
}

TEST(Determinism, the_same_seed_gives_the_same_bytes) {
    EXPECT_EQ(run(1, 0), run(1, 0));
}

TEST(Determinism, another_seed_gives_other_bytes) {
    const Wire one = run(1, 0), two = run(2, 0);
    EXPECT_NE(one.from_client, two.from_client);
    EXPECT_NE(one.from_server, two.from_server);
}

TEST(Determinism, however_the_bytes_are_cut) {
    const Wire whole = run(3, 0);
    for (const Step step : {Step{1}, Step{2}, Step{5}, Step{64}, Step{1460}, Step{16384}})
        EXPECT_EQ(run(3, step), whole) << "cut every " << step << " bytes";
}

} // namespace
} // namespace pavise::testing
