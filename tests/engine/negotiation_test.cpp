// What two peers agree on: suites, groups, protocols, and what they do for middleboxes and old servers.
#include "messages/random.hpp"
#include "support/message_edit.hpp"
#include "support/pair.hpp"
#include "support/poisoned.hpp"
#include "support/rewriting_tap.hpp"
#include "support/tls12.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace pavise::testing {
namespace {

void expect_connected(Pair& pair) {
    ASSERT_TRUE(pair.connect()) << errors_of(pair);
    EXPECT_EQ(pair.carry(pair.client, pair.server, "ping"), "ping");
    EXPECT_EQ(pair.carry(pair.server, pair.client, "pong"), "pong");
}

void expect_no_agreement(PairConfig config, ErrorCode code, AlertDescription alert) {
    Pair pair(std::move(config));
    EXPECT_FALSE(pair.connect());
    expect_poisoned(pair.server, code);
    EXPECT_EQ(blame_of(*pair.server.error()), Blame::negotiation);
    expect_poisoned(pair.client, ErrorCode::alert_received);
    EXPECT_EQ(pair.client.error()->detail, static_cast<std::uint16_t>(alert));
}

// ---------------------------------------------------------------- suites and groups

TEST(Suites, the_servers_order_wins) {
    PairConfig config;
    config.client.cipher_suites = {CipherSuite::TLS_AES_128_GCM_SHA256,
                                   CipherSuite::TLS_CHACHA20_POLY1305_SHA256};
    config.server.cipher_suites = {CipherSuite::TLS_AES_256_GCM_SHA384,
                                   CipherSuite::TLS_CHACHA20_POLY1305_SHA256,
                                   CipherSuite::TLS_AES_128_GCM_SHA256};
    Pair pair(config);
    expect_connected(pair);
    EXPECT_EQ(pair.client.negotiated().cipher_suite, CipherSuite::TLS_CHACHA20_POLY1305_SHA256);
}

TEST(Suites, none_in_common) {
    PairConfig config;
    config.client.cipher_suites = {CipherSuite::TLS_AES_128_GCM_SHA256};
    config.server.cipher_suites = {CipherSuite::TLS_AES_256_GCM_SHA384};
    expect_no_agreement(config, ErrorCode::no_common_suite, AlertDescription::handshake_failure);
}

TEST(Groups, none_in_common) {
    PairConfig config;
    config.client.groups = {NamedGroup::x25519};
    config.server.groups = {NamedGroup::secp256r1};
    expect_no_agreement(config, ErrorCode::no_common_group, AlertDescription::handshake_failure);
}

struct GroupRow {
    std::vector<NamedGroup> client;
    std::size_t shares;
    std::vector<NamedGroup> server;
    NamedGroup agreed;
    bool retry;
};

TEST(Groups, a_share_that_came_beats_our_order_but_not_a_post_quantum_group) {
    using enum NamedGroup;
    const GroupRow rows[] = {
        {{x25519, secp256r1}, 2, {secp256r1, x25519}, secp256r1, false},
        {{x25519, secp256r1}, 1, {secp256r1, x25519}, x25519, false},
        {{x25519, secp256r1}, 1, {secp256r1}, secp256r1, true},
        {{x25519, x25519_ml_kem_768}, 1, {x25519, x25519_ml_kem_768}, x25519_ml_kem_768, true},
        {{x25519_ml_kem_768, x25519}, 1, {x25519, x25519_ml_kem_768}, x25519_ml_kem_768, false},
        {{x25519_ml_kem_768, x25519}, 2, {x25519}, x25519, false},
        {{secp521r1, secp384r1, secp256r1}, 0, {secp384r1, secp521r1}, secp384r1, true},
    };
    for (const GroupRow& row : rows) {
        PairConfig config;
        config.client.groups = row.client;
        config.client.key_shares = row.shares;
        config.server.groups = row.server;
        Pair pair(config);
        expect_connected(pair);
        for (const Connection* side : {&pair.client, &pair.server}) {
            EXPECT_EQ(side->negotiated().group, row.agreed);
            EXPECT_EQ(side->negotiated().hello_retry, row.retry);
        }
    }
}

TEST(Groups, shares_have_the_lengths_of_their_group) {
    // ML-KEM comes first on both sides (draft-ietf-tls-ecdhe-mlkem §4): 1,184 + 32 bytes, and 1,088 + 32.
    RecordingTap tap;
    PairConfig config;
    config.client.grease = Grease::off;
    config.client.key_shares = 1;
    config.client_hooks.tap = &tap;
    Pair pair(config);
    expect_connected(pair);
    EXPECT_EQ(extension_body(tap.sent_messages.at(0), ExtensionType::key_share).size(), 2u + 4 + 1184 + 32);
    EXPECT_EQ(extension_body(tap.received_messages.at(0), ExtensionType::key_share).size(), 4u + 1088 + 32);
}

// ---------------------------------------------------------------- ALPN

struct ProtocolRow {
    std::vector<std::string> client, server;
    std::string agreed;
};

TEST(Protocols, the_servers_order_wins_and_either_side_may_have_none) {
    const ProtocolRow rows[] = {{{"h2", "http/1.1"}, {"http/1.1", "h2"}, "http/1.1"},
                                {{"h2"}, {"http/1.1", "h2"}, "h2"},
                                {{}, {"h2"}, ""},
                                {{"h2"}, {}, ""},
                                {{}, {}, ""},
                                {{std::string(255, 'a')}, {std::string(255, 'a')}, std::string(255, 'a')}};
    for (const ProtocolRow& row : rows) {
        PairConfig config;
        config.client.alpn_protocols = row.client;
        config.server.alpn_protocols = row.server;
        Pair pair(config);
        expect_connected(pair);
        EXPECT_EQ(pair.client.negotiated().alpn_protocol, row.agreed);
        EXPECT_EQ(pair.server.negotiated().alpn_protocol, row.agreed);
    }
}

TEST(Protocols, none_in_common) {
    PairConfig config;
    config.client.alpn_protocols = {"h2"};
    config.server.alpn_protocols = {"h3", "H2"}; // names are bytes: no case is folded
    expect_no_agreement(config, ErrorCode::no_common_protocol, AlertDescription::no_application_protocol);
}

// ---------------------------------------------------------------- HelloRetryRequest

// RFC 6066 §3: "A server that receives a client hello containing the 'server_name' extension MAY use the
// information …", and says so only then.
TEST(ServerNameAck, is_left_out_by_a_server_that_says_so) {
    for (const VersionRange versions : {tls12_only, tls13_only})
        for (const ServerNameAck ack : {ServerNameAck::off, ServerNameAck::on}) {
            bool acknowledged = false;
            const HandshakeType answer = versions.most == ProtocolVersion::tls_1_2
                                             ? HandshakeType::server_hello
                                             : HandshakeType::encrypted_extensions;
            RewritingTap look(answer, [&](ByteVector& message) {
                ByteVector without = message;
                remove_extension(without, ExtensionType::server_name);
                acknowledged = without != message;
            });
            PairConfig config;
            config.client.versions = config.server.versions = versions;
            config.server.server_name_ack = ack;
            config.server_hooks.tap = &look;
            Pair pair(config);
            expect_connected(pair);
            EXPECT_EQ(acknowledged, ack == ServerNameAck::on);
            EXPECT_EQ(pair.server.negotiated().server_name, server_name);
        }
}

TEST(Retry, repeats_the_hello_but_for_its_share) {
    for (const Grease grease : {Grease::on, Grease::off}) {
        RecordingTap tap;
        PairConfig config;
        config.client.key_shares = 0;
        config.client.grease = grease;
        config.client.alpn_protocols = config.server.alpn_protocols = {"h2"};
        config.client_hooks.tap = &tap;
        Pair pair(config);
        expect_connected(pair);
        ASSERT_GE(tap.sent_messages.size(), 2u);
        ByteVector first = tap.sent_messages[0], second = tap.sent_messages[1];
        EXPECT_NE(first, second);
        // One share, not a reserved one; and in its place in the list.
        EXPECT_EQ(extension_body(second, ExtensionType::key_share).size(), 2u + 4 + 1216);
        for (ByteVector* hello : {&first, &second}) {
            remove_extension(*hello, ExtensionType::key_share);
            std::fill(hello->begin() + 1, hello->begin() + 4, std::uint8_t{0}); // the length
        }
        EXPECT_EQ(first, second);
    }
}

TEST(Retry, echoes_the_cookie) {
    const ByteVector cookie{0, 3, 7, 8, 9};
    int hellos = 0;
    RewritingTap server_tap(HandshakeType::server_hello, [&](ByteVector& message) {
        if (++hellos == 1) add_extension(message, ExtensionType::cookie, cookie);
    });
    RecordingTap client_tap;
    PairConfig config;
    config.client.key_shares = 0;
    config.client_hooks.tap = &client_tap;
    config.server_hooks.tap = &server_tap;
    Pair pair(config);
    expect_connected(pair);
    EXPECT_EQ(extension_body(client_tap.sent_messages.at(1), ExtensionType::cookie), cookie);
}

TEST(Retry, for_a_cookie_alone_is_answered_with_the_same_share) {
    // The server asks for nothing new but a cookie: no share changes (8446 §4.1.2).
    RewritingTap tap(HandshakeType::server_hello, [](ByteVector& message) {
        std::ranges::copy(messages::hello_retry_request_random, message.begin() + 6);
        remove_extension(message, ExtensionType::key_share);
        add_extension(message, ExtensionType::cookie, {0, 1, 7});
    });
    RecordingTap client_tap;
    PairConfig config;
    config.server_hooks.tap = &tap;
    config.client_hooks.tap = &client_tap;
    Pair pair(config);
    pair.client.output_sent(0);
    deliver(pair.client, pair.server);
    const Bytes answer = pair.server.output();
    // The retry alone: what follows is no handshake that anybody could continue.
    const std::size_t size = 5 + (std::size_t{answer[3]} << 8 | answer[4]);
    ASSERT_TRUE(pair.client.feed(answer.first(size))) << errors_of(pair);
    ASSERT_EQ(client_tap.sent_messages.size(), 2u);
    const ByteVector &first = client_tap.sent_messages[0], &second = client_tap.sent_messages[1];
    EXPECT_EQ(extension_body(second, ExtensionType::cookie), (ByteVector{0, 1, 7}));
    EXPECT_EQ(extension_body(second, ExtensionType::key_share),
              extension_body(first, ExtensionType::key_share));
}

// ---------------------------------------------------------------- GREASE (8701)

bool is_reserved(std::size_t value) {
    return (value & 0x0f0f) == 0x0a0a && value >> 8 == (value & 0xff);
}
// The 16-bit values of a list that has its length in front.
std::vector<std::size_t> values_of(Bytes list, std::size_t length_bytes) {
    std::vector<std::size_t> values;
    for (std::size_t i = length_bytes; i + 1 < list.size(); i += 2)
        values.push_back(std::size_t{list[i]} << 8 | list[i + 1]);
    return values;
}
std::size_t reserved_in(const std::vector<std::size_t>& values) {
    return static_cast<std::size_t>(std::ranges::count_if(values, is_reserved));
}

TEST(Greasing, puts_reserved_values_in_every_list_or_in_none) {
    for (const Grease grease : {Grease::on, Grease::off}) {
        RecordingTap tap;
        PairConfig config;
        config.client.grease = grease;
        config.client_hooks.tap = &tap;
        Pair pair(config);
        expect_connected(pair);
        const ByteVector& hello = tap.sent_messages.at(0);
        const std::size_t suites = behind_session_id(hello);
        const std::size_t suites_size = 2 + (std::size_t{hello[suites]} << 8 | hello[suites + 1]);
        const std::size_t expected = grease == Grease::on ? 1 : 0;
        EXPECT_EQ(reserved_in(values_of(Bytes(hello).subspan(suites, suites_size), 2)), expected);
        EXPECT_EQ(reserved_in(values_of(extension_body(hello, ExtensionType::supported_groups), 2)),
                  expected);
        EXPECT_EQ(reserved_in(values_of(extension_body(hello, ExtensionType::supported_versions), 1)),
                  expected);
        const ByteVector shares = extension_body(hello, ExtensionType::key_share);
        EXPECT_EQ(is_reserved(std::size_t{shares[2]} << 8 | shares[3]), grease == Grease::on);
        std::size_t extensions = 0;
        for (std::size_t value = 0x0a0a; value <= 0xfafa; value += 0x1010) {
            ByteVector copy = hello;
            remove_extension(copy, ExtensionType(value));
            extensions += copy.size() < hello.size() ? 1u : 0u;
        }
        EXPECT_EQ(extensions, 2 * expected);
    }
}

TEST(Greasing, differs_from_connection_to_connection) {
    std::vector<std::size_t> seen;
    for (std::uint64_t seed = 1; seed <= 8; ++seed) {
        RecordingTap tap;
        PairConfig config;
        config.seed = seed;
        config.client_hooks.tap = &tap;
        Pair pair(config);
        const ByteVector groups = extension_body(tap.sent_messages.at(0), ExtensionType::supported_groups);
        seen.push_back(values_of(groups, 2).front());
    }
    std::ranges::sort(seen);
    EXPECT_LT(1, std::ranges::unique(seen).begin() - seen.begin());
}

// ---------------------------------------------------------------- middleboxes (8446 §D.4)

TEST(MiddleboxCompatibility, sends_a_session_id_and_one_record_each_where_the_client_wants_it) {
    using enum MiddleboxCompatibility;
    for (const auto client : {on, off})
        for (const auto server : {on, off})
            for (const std::size_t shares : {std::size_t{1}, std::size_t{0}}) {
                RecordingTap client_tap, server_tap;
                PairConfig config;
                config.client.middlebox_compatibility = client;
                config.server.middlebox_compatibility = server;
                config.client.key_shares = shares;
                config.client_hooks.tap = &client_tap;
                config.server_hooks.tap = &server_tap;
                Pair pair(config);
                expect_connected(pair);
                const auto records_of = [](const RecordingTap& tap) {
                    return std::ranges::count_if(tap.contents, [](const auto& content) {
                        return content.direction == wire::Direction::sent &&
                               content.type == ContentType::change_cipher_spec;
                    });
                };
                EXPECT_EQ(records_of(client_tap), client == on ? 1 : 0);
                EXPECT_EQ(records_of(server_tap), client == on && server == on ? 1 : 0);
                for (const RecordingTap* tap : {&client_tap, &server_tap})
                    EXPECT_EQ(tap->sent_messages.at(0)[session_id_length_at], client == on ? 32 : 0);
            }
}

TEST(MiddleboxCompatibility, the_first_record_alone_says_version_1_0) {
    RecordingTap tap;
    PairConfig config;
    config.client.key_shares = 0;
    Pair pair(config);
    EXPECT_EQ(pair.client.output()[2], 1); // 0x0301
    deliver(pair.client, pair.server);
    EXPECT_EQ(pair.server.output()[2], 3);
    deliver(pair.server, pair.client);
    EXPECT_EQ(pair.client.output()[2], 3); // the second hello
    expect_connected(pair);
}

} // namespace
} // namespace pavise::testing
