// Exporters, channel bindings and the key log.
#include "support/pair.hpp"

#include <gtest/gtest.h>

#include <set>
#include <sstream>

namespace pavise::testing {
namespace {

class Lines final : public KeyLog {
  public:
    std::vector<std::string> lines;
    void write_line(std::string_view line) noexcept override { lines.emplace_back(line); }
};

TEST(Exporter, gives_both_sides_the_same_and_depends_on_all_inputs) {
    Pair pair{PairConfig()};
    ByteVector early(16);
    EXPECT_EQ(pair.client.export_keying_material("label", {}, early).error().code,
              ErrorCode::handshake_not_done);
    ASSERT_TRUE(pair.connect());
    std::set<ByteVector> seen;
    for (const std::string_view label : {"EXPERIMENTAL one", "EXPERIMENTAL two"})
        for (const std::string_view context : {"", "context"})
            for (const std::size_t size : {std::size_t{16}, std::size_t{100}}) {
                ByteVector client(size);
                ByteVector server(size);
                ASSERT_TRUE(pair.client.export_keying_material(label, as_bytes(context), client));
                ASSERT_TRUE(pair.server.export_keying_material(label, as_bytes(context), server));
                EXPECT_EQ(client, server);
                EXPECT_TRUE(seen.insert(client).second);
            }
}

TEST(ChannelBinding, names_the_connection_and_the_end_point) {
    for (const crypto::KeyType key : {crypto::KeyType::rsa, crypto::KeyType::ecdsa_p384}) {
        Pair pair{PairConfig(key)};
        EXPECT_EQ(pair.client.channel_binding("tls-exporter").error().code, ErrorCode::handshake_not_done);
        ASSERT_TRUE(pair.connect());
        for (const std::string_view type : {"tls-exporter", "tls-server-end-point"}) {
            const auto client = pair.client.channel_binding(type);
            const auto server = pair.server.channel_binding(type);
            ASSERT_TRUE(client) << type << describe(client.error());
            ASSERT_TRUE(server) << type;
            EXPECT_EQ(*client, *server);
            EXPECT_EQ(client->size(), 32u);
        }
        EXPECT_EQ(pair.client.channel_binding("tls-unique").error().code, ErrorCode::no_channel_binding);
    }
}

TEST(KeyLog, holds_the_five_secrets_of_a_connection_on_either_side) {
    PairConfig config;
    const auto client = std::make_shared<Lines>();
    const auto server = std::make_shared<Lines>();
    config.client.key_log = client;
    config.server.key_log = server;
    Pair pair(config);
    ASSERT_TRUE(pair.connect());
    EXPECT_EQ(client->lines, server->lines);
    std::set<std::string> labels;
    std::set<std::string> randoms;
    for (const std::string& line : client->lines) {
        std::istringstream words(line);
        std::string label;
        std::string random;
        std::string secret;
        words >> label >> random >> secret;
        labels.insert(label);
        randoms.insert(random);
        EXPECT_EQ(random.size(), 64u);
        EXPECT_EQ(secret.size(), 64u);
    }
    EXPECT_EQ(randoms.size(), 1u);
    EXPECT_EQ(labels, (std::set<std::string>{"CLIENT_HANDSHAKE_TRAFFIC_SECRET",
                                             "SERVER_HANDSHAKE_TRAFFIC_SECRET", "CLIENT_TRAFFIC_SECRET_0",
                                             "SERVER_TRAFFIC_SECRET_0", "EXPORTER_SECRET"}));
}

} // namespace
} // namespace pavise::testing
