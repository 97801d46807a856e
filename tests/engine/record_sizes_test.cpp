// record_size_limit (RFC 8449) and max_fragment_length (RFC 6066 §4), in both versions.
#include "support/records.hpp"
#include "support/tls12.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace pavise::testing {
namespace {

using Type = HandshakeType;
constexpr VersionRange each_version[] = {tls12_only, tls13_only};

PairConfig of(VersionRange versions) {
    PairConfig config;
    config.client.versions = config.server.versions = versions;
    return config;
}

// The longest fragment among the records that `from` makes of a long text.
std::size_t longest(Pair& pair, Connection& from, Connection& to) {
    const std::string text(40'000, 'x');
    std::string received;
    std::size_t most = 0;
    for (Bytes rest = as_bytes(text); !rest.empty();) {
        const auto taken = from.write(rest);
        if (!taken) break;
        rest = rest.subspan(*taken);
        const ByteVector wire = take_output(from);
        for (const ByteVector& one : records_of(wire)) {
            most = std::max(most, one.size() - 5);
            EXPECT_TRUE(feed_all(to, one));
            received += read_all(to);
        }
    }
    EXPECT_EQ(received, text) << errors_of(pair);
    return most;
}

// What AES-128-GCM adds to the limited bytes: tag, and in TLS 1.2 the explicit nonce.
std::size_t expansion(VersionRange versions) {
    return versions.most == ProtocolVersion::tls_1_2 ? 24 : 16;
}

TEST(RecordSizeLimit, holds_in_either_direction) {
    for (const VersionRange versions : each_version) {
        PairConfig config = of(versions);
        config.client.record_size_limit = 100;
        config.server.record_size_limit = 1000;
        Pair pair(config);
        ASSERT_TRUE(pair.connect()) << errors_of(pair);
        EXPECT_EQ(longest(pair, pair.server, pair.client), 100 + expansion(versions));
        EXPECT_EQ(longest(pair, pair.client, pair.server), 1000 + expansion(versions));
    }
}

TEST(RecordSizeLimit, is_enforced_by_the_one_who_asked) {
    for (const VersionRange versions : each_version) {
        // The client's wish does not reach the server in its true form: it goes beyond it.
        RewritingTap more(Type::client_hello, [](ByteVector& hello) {
            set_extension(hello, ExtensionType::record_size_limit, {0, 128});
        });
        PairConfig config = of(versions);
        config.client.record_size_limit = 100;
        config.client_hooks.tap = &more;
        Pair pair(config);
        pair.connect();
        if (!pair.client.error()) {
            ASSERT_TRUE(pair.server.write(as_bytes(std::string(128, 'x'))));
            pair.pump();
        }
        ASSERT_TRUE(pair.client.error());
        EXPECT_EQ(pair.client.error()->code, ErrorCode::record_overflow);
    }
}

TEST(RecordSizeLimit, not_asked_for_is_not_answered) {
    for (const VersionRange versions : each_version) {
        PairConfig config = of(versions);
        config.server.record_size_limit = 100;
        Pair pair(config);
        ASSERT_TRUE(pair.connect());
        EXPECT_GT(longest(pair, pair.client, pair.server), 16'000u);
    }
}

TEST(RecordSizeLimit, has_bounds) {
    const auto code_of = [](std::uint16_t limit) {
        ClientConfig config;
        config.record_size_limit = limit;
        const auto made = Connection::client(std::make_shared<const ClientConfig>(config),
                                             {.server_name = std::string(server_name)});
        return made ? std::string("fine") : std::string(name_of(made.error().code));
    };
    EXPECT_EQ(code_of(63), "config_bad_record_size");
    EXPECT_EQ(code_of(64), "fine");
    EXPECT_EQ(code_of(16385), "fine");
    EXPECT_EQ(code_of(16386), "config_bad_record_size");
}

TEST(RecordSizeLimit, below_its_least_is_refused) {
    for (const VersionRange versions : each_version) {
        RewritingTap small(Type::client_hello, [](ByteVector& hello) {
            set_extension(hello, ExtensionType::record_size_limit, {0, 63});
        });
        PairConfig config = of(versions);
        config.client_hooks.tap = &small;
        expect_found_by_server(config, ErrorCode::bad_record_size_limit, AlertDescription::illegal_parameter);
    }
}

// EncryptedExtensions answers it, but a hello that cannot be read is refused before ServerHello.
TEST(RecordSizeLimit, malformed_is_refused_before_anything_is_answered) {
    struct Case {
        ByteVector body;
        ErrorCode code;
        AlertDescription alert;
    };
    for (const VersionRange versions : each_version)
        for (const Case& c :
             {Case{{}, ErrorCode::truncated, AlertDescription::decode_error},
              Case{{64}, ErrorCode::truncated, AlertDescription::decode_error},
              Case{{0, 64, 0}, ErrorCode::trailing_bytes, AlertDescription::decode_error},
              Case{{0, 63}, ErrorCode::bad_record_size_limit, AlertDescription::illegal_parameter}}) {
            RewritingTap malformed(Type::client_hello, [&](ByteVector& hello) {
                set_extension(hello, ExtensionType::record_size_limit, c.body);
            });
            RecordingTap server;
            PairConfig config = of(versions);
            config.client_hooks.tap = &malformed;
            config.server_hooks.tap = &server;
            expect_found_by_server(config, c.code, c.alert);
            EXPECT_TRUE(server.sent_messages.empty());
        }
}

// A client with a session that allows early data, and a server whose limit it does not know yet.
PairConfig with_early_data(void (*ask)(PairConfig&)) {
    static SeededRng rng(7);
    static FixedClock clock;
    PairConfig config = of(tls13_only);
    config.server.ticket_keys = *TicketKeys::generate(rng, clock);
    config.server.max_early_data = 5000;
    config.server.replay_register = make_replay_register();
    config.server.record_size_limit = 100;
    ask(config);
    Pair first(config);
    EXPECT_TRUE(first.connect()) << errors_of(first);
    config.session = first.client.take_sessions().back();
    config.early_data = EarlyData::on;
    return config;
}
void ask_for_limit(PairConfig& config) {
    config.client.record_size_limit = 16385;
}
void ask_for_fragments(PairConfig& config) {
    config.client.max_fragment_length = MaxFragmentLength::bytes_512;
}

// Writes all the early data that the ticket allows; what the server makes of it.
std::string send_early(Pair& pair) {
    EXPECT_EQ(*pair.client.write(ByteVector(5000, 'x')), 5000u);
    std::string received;
    while (deliver(pair.client, pair.server) > 0) received += read_all(pair.server);
    return received;
}

// "Records are subject to the limits that were set in the handshake that produces the keys that are used to
// protect those records." (RFC 8449 §4) A client that sends early data has seen no limit of this handshake:
// its records may be longer, whether they are taken or skipped.
TEST(RecordSizeLimit, early_data_comes_before_it) {
    for (const auto ask : {ask_for_limit, ask_for_fragments})
        for (const EarlyDataStatus status : {EarlyDataStatus::accepted, EarlyDataStatus::rejected}) {
            PairConfig config = with_early_data(ask);
            if (status == EarlyDataStatus::rejected) config.server.replay_register = nullptr;
            Pair pair(config);
            EXPECT_EQ(send_early(pair).size(), status == EarlyDataStatus::accepted ? 5000u : 0u);
            ASSERT_TRUE(pair.connect()) << errors_of(pair);
            EXPECT_EQ(pair.server.negotiated().early_data, status);
            EXPECT_EQ(longest(pair, pair.client, pair.server), (ask == ask_for_limit ? 100u : 513u) + 16);
        }
}

TEST(RecordSizeLimit, holds_for_what_follows_early_data) {
    for (const EarlyDataStatus status : {EarlyDataStatus::accepted, EarlyDataStatus::rejected}) {
        // The server's wish does not reach the client in its true form: it goes beyond it.
        RewritingTap more(Type::encrypted_extensions, [](ByteVector& message) {
            set_extension(message, ExtensionType::record_size_limit, {0, 128});
        });
        PairConfig config = with_early_data(ask_for_limit);
        if (status == EarlyDataStatus::rejected) config.server.replay_register = nullptr;
        config.server_hooks.tap = &more;
        Pair pair(config);
        EXPECT_EQ(send_early(pair).size(), status == EarlyDataStatus::accepted ? 5000u : 0u);
        ASSERT_TRUE(pair.connect()) << errors_of(pair);
        EXPECT_EQ(pair.server.negotiated().early_data, status);
        ASSERT_TRUE(pair.client.write(ByteVector(127, 'x')));
        pair.pump();
        ASSERT_TRUE(pair.server.error());
        EXPECT_EQ(pair.server.error()->code, ErrorCode::record_overflow);
    }
}

// "an endpoint MUST NOT send a value higher than the protocol-defined maximum record size" (RFC 8449 §4):
// "For TLS 1.2 and earlier, that limit is 2^14 octets. TLS 1.3 uses a limit of 2^14+1 octets."
TEST(RecordSizeLimit, is_no_higher_than_the_offered_version_allows) {
    for (const VersionRange versions : each_version) {
        ByteVector sent;
        RewritingTap look(Type::client_hello, [&](ByteVector& hello) { sent = hello; });
        PairConfig config = of(versions);
        config.client.record_size_limit = 16385;
        config.client_hooks.tap = &look;
        Pair pair(config);
        ASSERT_TRUE(pair.connect()) << errors_of(pair);
        const ByteVector most12{0, 28, 0, 2, 0x40, 0};
        const ByteVector most13{0, 28, 0, 2, 0x40, 1};
        const auto holds = [&](const ByteVector& extension) {
            return !std::ranges::search(sent, extension).empty();
        };
        EXPECT_EQ(holds(most12), versions.most == ProtocolVersion::tls_1_2);
        EXPECT_EQ(holds(most13), versions.most == ProtocolVersion::tls_1_3);
    }
}

TEST(MaxFragmentLength, holds_in_both_directions_and_for_the_handshake_too) {
    for (const VersionRange versions : each_version)
        for (const auto wish : {MaxFragmentLength::bytes_512, MaxFragmentLength::bytes_4096}) {
            PairConfig config = of(versions);
            config.client.max_fragment_length = wish;
            Pair pair(config);
            ASSERT_TRUE(pair.connect()) << errors_of(pair);
            const std::size_t most = wish == MaxFragmentLength::bytes_512 ? 512 : 4096;
            const std::size_t added =
                expansion(versions) + (versions.most == ProtocolVersion::tls_1_3 ? 1 : 0);
            EXPECT_EQ(longest(pair, pair.server, pair.client), most + added);
            EXPECT_EQ(longest(pair, pair.client, pair.server), most + added);
        }
}

TEST(MaxFragmentLength, gives_way_to_record_size_limit) {
    for (const VersionRange versions : each_version) {
        PairConfig config = of(versions);
        config.client.max_fragment_length = MaxFragmentLength::bytes_512;
        config.client.record_size_limit = 2000;
        Pair pair(config);
        ASSERT_TRUE(pair.connect()) << errors_of(pair);
        EXPECT_EQ(longest(pair, pair.server, pair.client), 2000 + expansion(versions));
    }
}

TEST(MaxFragmentLength, is_ignored_beside_record_size_limit_whatever_it_says) {
    for (const VersionRange versions : each_version)
        for (const ByteVector& body : {ByteVector{0}, ByteVector{5}, ByteVector{}, ByteVector{1, 1}}) {
            RewritingTap unknown(Type::client_hello, [&](ByteVector& hello) {
                set_extension(hello, ExtensionType::max_fragment_length, body);
            });
            PairConfig config = of(versions);
            config.client.record_size_limit = 2000;
            config.client_hooks.tap = &unknown;
            Pair pair(config);
            ASSERT_TRUE(pair.connect()) << errors_of(pair);
            EXPECT_EQ(longest(pair, pair.server, pair.client), 2000 + expansion(versions));
        }
}

TEST(MaxFragmentLength, answers_that_were_not_asked_for) {
    for (const VersionRange versions : each_version) {
        const Type type =
            versions.most == ProtocolVersion::tls_1_2 ? Type::server_hello : Type::encrypted_extensions;
        RewritingTap other(type, [](ByteVector& message) {
            set_extension(message, ExtensionType::max_fragment_length, {2});
        });
        PairConfig config = of(versions);
        config.client.max_fragment_length = MaxFragmentLength::bytes_512;
        config.server_hooks.tap = &other;
        expect_found_by_client(config, ErrorCode::max_fragment_length_changed,
                               AlertDescription::illegal_parameter);
        RewritingTap both(type, [](ByteVector& message) {
            set_extension(message, ExtensionType::record_size_limit, {1, 0});
            set_extension(message, ExtensionType::max_fragment_length, {1});
        });
        config.client.record_size_limit = 256;
        config.server_hooks.tap = &both;
        expect_found_by_client(config, ErrorCode::both_size_limits, AlertDescription::illegal_parameter);
    }
}

// ---------------------------------------------------------------- max_send_fragment

// The longest content of a record with handshake messages.
class LongestHandshakeRecord final : public wire::Tap {
    std::size_t longest_ = 0;

  public:
    std::size_t longest() const noexcept { return longest_; }
    void on_record(wire::Direction direction, wire::RecordProtection protection,
                   Bytes record) noexcept override {
        const bool encrypted = protection == wire::RecordProtection::encrypted;
        const std::size_t added = encrypted ? 1 + crypto::max_aead_tag_size : 0; // of TLS 1.3
        if (direction == wire::Direction::sent) longest_ = std::max(longest_, record.size() - 5 - added);
    }
};

TEST(MaxSendFragment, holds_for_one_direction_and_for_the_handshake_too) {
    for (const VersionRange versions : each_version)
        for (const DeferredDecisions deferred : {DeferredDecisions{}, DeferredDecisions{.config = true}}) {
            LongestHandshakeRecord tap;
            PairConfig config = of(versions);
            config.server.max_send_fragment = 300;
            config.server.deferred = deferred;
            config.server_hooks.tap = &tap;
            Pair pair(config);
            pair.pump();
            if (pair.server.waiting_for() == Decision::config) {
                config.server.deferred = {};
                config.server.rng = &system_rng();
                config.server.clock = &pair.clock();
                ASSERT_TRUE(pair.server.choose_config(std::make_shared<const ServerConfig>(config.server)));
            }
            ASSERT_TRUE(pair.connect()) << errors_of(pair);
            EXPECT_EQ(tap.longest(), 300u); // of the flight with the certificate
            const std::size_t inner = versions.most == ProtocolVersion::tls_1_3 ? 1 : 0;
            EXPECT_EQ(longest(pair, pair.server, pair.client), 300 + inner + expansion(versions));
            EXPECT_GT(longest(pair, pair.client, pair.server), 16'000u);
        }
}

TEST(MaxSendFragment, is_the_clients_too) {
    for (const VersionRange versions : each_version) {
        PairConfig config = of(versions);
        config.client.max_send_fragment = 64;
        Pair pair(config);
        ASSERT_TRUE(pair.connect()) << errors_of(pair);
        const std::size_t inner = versions.most == ProtocolVersion::tls_1_3 ? 1 : 0;
        EXPECT_EQ(longest(pair, pair.client, pair.server), 64 + inner + expansion(versions));
    }
}

// The peer's own limits: the smaller one counts.
TEST(MaxSendFragment, does_not_widen_what_the_peer_takes) {
    for (const VersionRange versions : each_version)
        for (const std::uint16_t ours : {std::uint16_t{500}, std::uint16_t{520}}) {
            PairConfig config = of(versions);
            config.client.max_fragment_length = MaxFragmentLength::bytes_512;
            config.server.max_send_fragment = ours;
            Pair pair(config);
            ASSERT_TRUE(pair.connect()) << errors_of(pair);
            const std::size_t inner = versions.most == ProtocolVersion::tls_1_3 ? 1 : 0;
            EXPECT_EQ(longest(pair, pair.server, pair.client),
                      std::min<std::size_t>(ours, 512) + inner + expansion(versions));
        }
    for (const VersionRange versions : each_version) {
        PairConfig config = of(versions);
        config.client.record_size_limit = 100;
        config.server.max_send_fragment = 200;
        Pair pair(config);
        ASSERT_TRUE(pair.connect()) << errors_of(pair);
        EXPECT_EQ(longest(pair, pair.server, pair.client), 100 + expansion(versions));
    }
}

TEST(MaxSendFragment, has_bounds) {
    const auto code_of = [](std::uint16_t limit) {
        ClientConfig config;
        config.max_send_fragment = limit;
        const auto made = Connection::client(std::make_shared<const ClientConfig>(config),
                                             {.server_name = std::string(server_name)});
        return made ? std::string("fine") : std::string(name_of(made.error().code));
    };
    EXPECT_EQ(code_of(63), "config_bad_fragment_size");
    EXPECT_EQ(code_of(64), "fine");
    EXPECT_EQ(code_of(16384), "fine");
    EXPECT_EQ(code_of(16385), "config_bad_fragment_size");
}

} // namespace
} // namespace pavise::testing
