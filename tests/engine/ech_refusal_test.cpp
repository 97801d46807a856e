// Encrypted Client Hello that is rejected, broken or forged (RFC 9849).
#include "messages/client_hello.hpp"
#include "support/ech.hpp"
#include "support/poisoned.hpp"

namespace pavise::testing {
namespace {

using messages::ClientHello;

constexpr VersionRange only12{ProtocolVersion::tls_1_2, ProtocolVersion::tls_1_2};

// ---------------------------------------------------------------- rejection

TEST(EchRejected, the_client_is_given_what_to_try_again_with) {
    for (const bool retry : {false, true}) {
        for (const Step step : {Step{0}, Step{1}}) {
            PairConfig config = with_stale_ech();
            config.step = step;
            if (retry) need_retry(config);
            Pair pair(config);
            const ByteVector expected = ech_list({ech_key()});
            expect_rejected(pair, expected);
            expect_poisoned(pair.client, ErrorCode::ech_rejected);

            PairConfig again = config;
            again.ech_configs = pair.client.negotiated().ech_retry_configs;
            Pair second(again);
            expect_accepted(second);
        }
    }
}

TEST(EchRejected, a_server_without_keys_has_switched_it_off) {
    PairConfig config = with_ech();
    config.server.ech_keys.clear();
    Pair pair(config);
    expect_rejected(pair, {});
    EXPECT_EQ(pair.server.negotiated().ech, EchStatus::rejected);
}

TEST(EchRejected, retired_keys_are_not_pointed_to) {
    PairConfig config = with_stale_ech();
    config.server.ech_keys = {new_ech_key(9, 1).retired(), ech_key()};
    Pair pair(config);
    expect_rejected(pair, ech_list({ech_key()}));

    PairConfig old = with_ech();
    old.server.ech_keys = {ech_key().retired()};
    Pair accepted(old);
    expect_accepted(accepted);
}

TEST(EchRejected, by_tls_1_2) {
    PairConfig config = with_ech();
    config.server.versions = only12;
    Pair pair(config);
    expect_rejected(pair, {});
    EXPECT_EQ(pair.client.negotiated().version, ProtocolVersion::tls_1_2);
}

TEST(EchRejected, early_data_and_tls_1_2_do_not_go_together) {
    PairConfig config = with_ech();
    static SeededRng rng(99);
    static FixedClock clock;
    config.server.ticket_keys = *TicketKeys::generate(rng, clock);
    config.server.max_early_data = 100;
    config.server.replay_register = make_replay_register();
    Pair first(config);
    ASSERT_TRUE(first.connect());
    config.session = first.client.take_sessions().back();
    config.early_data = EarlyData::on;
    config.server.versions = only12;
    Pair pair(config);
    EXPECT_FALSE(pair.connect());
    expect_poisoned(pair.client, ErrorCode::early_data_in_tls12);
}

// §6.1.7: the retry configs come from whoever holds the public name, or count nothing.
TEST(EchRejected, the_public_name_has_to_be_proven) {
    for (const VersionRange versions : {VersionRange{}, only12}) {
        PairConfig config = with_stale_ech();
        config.server.versions = versions;
        config.server.credentials = {credential_for({server_name})};
        Pair pair(config);
        EXPECT_FALSE(pair.connect());
        ASSERT_TRUE(pair.client.error());
        EXPECT_EQ(pair.client.error()->code, ErrorCode::name_mismatch);
        EXPECT_TRUE(pair.client.negotiated().ech_retry_configs.empty());
        expect_alert(pair.server, AlertDescription::bad_certificate);
    }
}

TEST(EchRejected, the_public_name_does_not_prove_the_inner_one) {
    PairConfig config = with_ech();
    config.server.credentials = {credential_for({ech_public_name_of_tests})};
    Pair pair(config);
    EXPECT_FALSE(pair.connect());
    EXPECT_EQ(pair.client.error()->code, ErrorCode::name_mismatch);
}

TEST(EchRejected, no_certificate_of_ours_is_shown) {
    for (const VersionRange versions : {VersionRange{}, only12}) {
        PairConfig config = with_stale_ech();
        config.server.versions = versions;
        config.client.credentials = {client_credential(crypto::KeyType::ecdsa_p256)};
        config.server.client_verification = PeerVerification::optional;
        Pair pair(config);
        expect_rejected(pair,
                        versions.most == ProtocolVersion::tls_1_2 ? ByteVector() : ech_list({ech_key()}));
        EXPECT_TRUE(pair.server.negotiated().peer_chain.empty());
    }
}

TEST(EchRejected, whoever_judges_the_chain_is_told_the_public_name) {
    PairConfig config = with_stale_ech();
    config.client.deferred.certificate = true;
    Pair pair(config);
    pair.pump();
    ASSERT_EQ(pair.client.waiting_for(), Decision::certificate);
    EXPECT_EQ(pair.client.negotiated().ech, EchStatus::rejected);
    EXPECT_EQ(pair.client.negotiated().ech_public_name, ech_public_name_of_tests);
    EXPECT_TRUE(pair.client.negotiated().ech_retry_configs.empty()); // not yet
    ASSERT_FALSE(
        pair.client.certificate_verdict(std::nullopt)); // that ends the handshake, and the connection
    expect_rejected(pair, ech_list({ech_key()}));
}

TEST(EchRejected, a_psk_of_the_inner_hello_cannot_be_selected_outside) {
    PairConfig config = with_stale_ech();
    PairConfig plain = with_ech();
    static SeededRng rng(98);
    static FixedClock clock;
    plain.server.ticket_keys = config.server.ticket_keys = *TicketKeys::generate(rng, clock);
    Pair first(plain);
    ASSERT_TRUE(first.connect());
    config.session = first.client.take_sessions().back();
    RewritingTap tap(HandshakeType::server_hello, [](ByteVector& message) {
        add_extension(message, ExtensionType::pre_shared_key, {0, 0});
    });
    config.server_hooks.tap = &tap;
    Pair pair(config);
    EXPECT_FALSE(pair.connect());
    expect_poisoned(pair.client, ErrorCode::psk_out_of_range);
    expect_alert(pair.server, AlertDescription::illegal_parameter);
}

TEST(EchRejected, malformed_retry_configs_are_a_decode_error) {
    const ByteVector good = ech_list({ech_key()});
    ByteVector cut = good;
    cut.resize(cut.size() - 1);
    ByteVector unknown_version; // is skipped
    wire::Writer(unknown_version).vector16(ByteVector{0xba, 0xdd, 0, 1, 0});
    ByteVector broken_inside; // of the version that we know
    wire::Writer(broken_inside).vector16(ByteVector{0xfe, 0x0d, 0, 1, 0});
    const auto run = [](PairConfig config, const ByteVector& body) {
        RewritingTap tap(HandshakeType::encrypted_extensions, [&](ByteVector& message) {
            replace_extension(message, ExtensionType::encrypted_client_hello, body);
        });
        config.server_hooks.tap = &tap;
        Pair pair(config);
        pair.connect();
        return pair.client.error();
    };
    PairConfig greased = with_ech();
    greased.ech_configs.clear();
    greased.client.ech_grease = Grease::on;
    for (const ByteVector& body : {cut, broken_inside, ByteVector{}, ByteVector{0, 0}}) {
        const auto rejected = run(with_stale_ech(), body);
        ASSERT_TRUE(rejected);
        EXPECT_EQ(alert_of(*rejected), AlertDescription::decode_error) << describe(*rejected);
        const auto ignored = run(greased, body);
        ASSERT_TRUE(ignored);
        EXPECT_EQ(alert_of(*ignored), AlertDescription::decode_error) << describe(*ignored);
    }
    EXPECT_EQ(run(with_stale_ech(), unknown_version)->code, ErrorCode::ech_rejected);
    EXPECT_FALSE(run(greased, unknown_version));
    EXPECT_FALSE(run(greased, good));
}

// ---------------------------------------------------------------- answers that nobody asked for

void expect_unsolicited(PairConfig config, HandshakeType where) {
    RewritingTap tap(where, [&](ByteVector& message) {
        remove_extension(message, ExtensionType::encrypted_client_hello);
        add_extension(message, ExtensionType::encrypted_client_hello,
                      where == HandshakeType::server_hello ? ByteVector(8) : ech_list({ech_key()}));
    });
    config.server_hooks.tap = &tap;
    Pair pair(config);
    EXPECT_FALSE(pair.connect());
    expect_poisoned(pair.client, ErrorCode::unsolicited_extension);
}

TEST(EchUnsolicited, in_every_message_of_a_server) {
    PairConfig plain;
    expect_unsolicited(plain, HandshakeType::encrypted_extensions);
    expect_unsolicited(plain, HandshakeType::server_hello);
    need_retry(plain);
    expect_unsolicited(plain, HandshakeType::server_hello);
    PairConfig tls12;
    tls12.server.versions = only12;
    expect_unsolicited(tls12, HandshakeType::server_hello);
    // An inner hello is answered by no retry configs (§5).
    expect_unsolicited(with_ech(), HandshakeType::encrypted_extensions);
}

TEST(EchUnsolicited, misplaced_where_it_was_offered) {
    for (const VersionRange versions : {VersionRange{}, only12}) {
        PairConfig config = with_stale_ech();
        config.server.versions = versions;
        RewritingTap tap(HandshakeType::server_hello, [](ByteVector& message) {
            add_extension(message, ExtensionType::encrypted_client_hello, ByteVector(8));
        });
        config.server_hooks.tap = &tap;
        Pair pair(config);
        EXPECT_FALSE(pair.connect());
        expect_poisoned(pair.client, ErrorCode::misplaced_extension);
    }
}

TEST(EchUnsolicited, twice_is_once_too_often) {
    PairConfig config = with_stale_ech();
    RewritingTap tap(HandshakeType::encrypted_extensions, [](ByteVector& message) {
        add_extension(message, ExtensionType::encrypted_client_hello, ech_list({ech_key()}));
    });
    config.server_hooks.tap = &tap;
    Pair pair(config);
    EXPECT_FALSE(pair.connect());
    expect_poisoned(pair.client, ErrorCode::duplicate_extension);
}

// ---------------------------------------------------------------- confirmations

// The server used the inner hello, whatever the client now thinks: they do not agree on keys.
TEST(EchConfirmation, altered_on_the_way_is_a_rejection_and_fails) {
    PairConfig config = with_ech();
    RewritingTap tap(HandshakeType::server_hello, [](ByteVector& message) { message.at(4 + 2 + 31) ^= 1; });
    config.server_hooks.tap = &tap;
    Pair pair(config);
    EXPECT_FALSE(pair.connect());
    EXPECT_EQ(pair.client.negotiated().ech, EchStatus::rejected);
    expect_poisoned(pair.client, ErrorCode::bad_record_mac);
}

TEST(EchConfirmation, in_a_hello_retry_request_has_eight_bytes) {
    for (const std::size_t size : {std::size_t{0}, std::size_t{7}, std::size_t{9}}) {
        for (const bool greased : {false, true}) {
            PairConfig config = with_ech();
            need_retry(config);
            if (greased) {
                config.ech_configs.clear();
                config.client.ech_grease = Grease::on;
            }
            RewritingTap tap(HandshakeType::server_hello, [&](ByteVector& message) {
                replace_extension(message, ExtensionType::encrypted_client_hello, ByteVector(size));
            });
            config.server_hooks.tap = &tap;
            Pair pair(config);
            EXPECT_FALSE(pair.connect());
            ASSERT_TRUE(pair.client.error());
            EXPECT_EQ(alert_of(*pair.client.error()), AlertDescription::decode_error);
        }
    }
}

// The client then sends the outer hello again, and a server that had accepted the inner one cannot go on.
TEST(EchConfirmation, forged_in_a_hello_retry_request) {
    PairConfig config = with_ech();
    need_retry(config);
    RewritingTap tap(HandshakeType::server_hello, [](ByteVector& message) {
        replace_extension(message, ExtensionType::encrypted_client_hello, ByteVector(8));
    });
    config.server_hooks.tap = &tap;
    Pair pair(config);
    EXPECT_FALSE(pair.connect());
    EXPECT_EQ(pair.client.negotiated().ech, EchStatus::rejected);
    expect_poisoned(pair.server, ErrorCode::ech_changed_after_retry); // enc is there again
    expect_alert(pair.client, AlertDescription::illegal_parameter);
}

TEST(EchConfirmation, in_the_retry_but_not_in_the_server_hello) {
    PairConfig config = with_ech();
    need_retry(config);
    int hellos = 0;
    RewritingTap tap(HandshakeType::server_hello, [&](ByteVector& message) {
        if (hellos++ == 1) message.at(4 + 2 + 31) ^= 1;
    });
    config.server_hooks.tap = &tap;
    Pair pair(config);
    EXPECT_FALSE(pair.connect());
    expect_poisoned(pair.client, ErrorCode::ech_not_confirmed);
    expect_alert(pair.server, AlertDescription::illegal_parameter);
}

TEST(EchConfirmation, random_bytes_in_a_retry_are_a_rejection) {
    PairConfig config = with_stale_ech();
    need_retry(config);
    RecordingTap tap;
    config.server_hooks.tap = &tap;
    Pair pair(config);
    expect_rejected(pair, ech_list({ech_key()}));
    // They were there (§7.1).
    EXPECT_EQ(extension_body(tap.sent_messages.at(0), ExtensionType::encrypted_client_hello).size(), 8u);
}

// ---------------------------------------------------------------- broken inner hellos

using Change = std::function<void(ByteVector&)>;

void expect_refused_inner(const Change& change, ErrorCode code, AlertDescription alert) {
    for (const bool retry : {false, true}) {
        PairConfig config = with_ech();
        if (retry) need_retry(config);
        InnerTap tap(retry ? 1 : 0, change);
        config.client_hooks.tap = &tap;
        Pair pair(config);
        EXPECT_FALSE(pair.connect());
        expect_poisoned(pair.server, code);
        expect_alert(pair.client, alert);
    }
}

// An encoded inner hello is a ClientHello without header, with an empty session id and padding behind it.
void change_extensions(ByteVector& encoded, const std::function<void(ByteVector&)>& change) {
    wire::Reader reader(encoded);
    ASSERT_TRUE(ClientHello::parse(reader));
    const std::size_t padding = reader.remaining();
    ByteVector message{1, 0, 0, 0};
    message.insert(message.end(), encoded.begin(), encoded.end() - static_cast<std::ptrdiff_t>(padding));
    change(message);
    encoded.assign(message.begin() + 4, message.end());
}

TEST(EchInner, padding_is_zeros) {
    expect_refused_inner([](ByteVector& encoded) { encoded.back() = 1; }, ErrorCode::ech_padding_not_zero,
                         AlertDescription::illegal_parameter);
}

TEST(EchInner, a_hello_that_is_none) {
    expect_refused_inner([](ByteVector& encoded) { std::ranges::fill(encoded, std::uint8_t{0xff}); },
                         ErrorCode::bad_vector_length, AlertDescription::decode_error);
}

TEST(EchInner, has_to_be_marked) {
    const auto unmarked = [](ByteVector& encoded) {
        change_extensions(encoded, [](ByteVector& hello) {
            remove_extension(hello, ExtensionType::encrypted_client_hello);
        });
    };
    expect_refused_inner(unmarked, ErrorCode::ech_inner_not_marked, AlertDescription::illegal_parameter);
    const auto outer_inside = [](ByteVector& encoded) {
        change_extensions(encoded, [](ByteVector& hello) {
            replace_extension(hello, ExtensionType::encrypted_client_hello,
                              {0, 0, 1, 0, 1, 7, 0, 0, 0, 1, 0xaa});
        });
    };
    expect_refused_inner(outer_inside, ErrorCode::ech_inner_not_marked, AlertDescription::illegal_parameter);
    const auto with_a_body = [](ByteVector& encoded) {
        change_extensions(encoded, [](ByteVector& hello) {
            replace_extension(hello, ExtensionType::encrypted_client_hello, {1, 42});
        });
    };
    expect_refused_inner(with_a_body, ErrorCode::trailing_bytes, AlertDescription::decode_error);
}

TEST(EchInner, offers_no_older_version) {
    const auto with_versions = [](ByteVector versions) {
        return [versions](ByteVector& encoded) {
            change_extensions(encoded, [&](ByteVector& hello) {
                if (versions.empty())
                    remove_extension(hello, ExtensionType::supported_versions);
                else
                    replace_extension(hello, ExtensionType::supported_versions, versions);
            });
        };
    };
    constexpr auto refused = AlertDescription::illegal_parameter;
    expect_refused_inner(with_versions({4, 3, 4, 3, 3}), ErrorCode::ech_inner_version, refused);
    expect_refused_inner(with_versions({4, 3, 4, 3, 0}), ErrorCode::ech_inner_version, refused);
    expect_refused_inner(with_versions({}), ErrorCode::ech_inner_version, refused);
}

void expect_refused_references(std::vector<ExtensionType> types, ErrorCode code) {
    ByteVector body{static_cast<std::uint8_t>(2 * types.size())};
    for (const ExtensionType type : types) {
        body.push_back(static_cast<std::uint8_t>(static_cast<std::uint16_t>(type) >> 8));
        body.push_back(static_cast<std::uint8_t>(static_cast<std::uint16_t>(type) & 0xff));
    }
    expect_refused_inner(
        [&](ByteVector& encoded) {
            change_extensions(encoded, [&](ByteVector& hello) {
                replace_extension(hello, ExtensionType::ech_outer_extensions, body);
            });
        },
        code, AlertDescription::illegal_parameter);
}

TEST(EchInner, references_are_in_order_once_and_there) {
    using enum ExtensionType;
    constexpr auto code = ErrorCode::ech_outer_extension;
    expect_refused_references({key_share, supported_groups}, code);           // the wrong order
    expect_refused_references({supported_groups, supported_groups}, code);    // twice
    expect_refused_references({oid_filters}, code);                           // not there
    expect_refused_references({encrypted_client_hello}, code);                // itself
    expect_refused_references({server_name}, ErrorCode::duplicate_extension); // has one of its own
}

TEST(EchInner, references_are_for_encoded_hellos_alone) {
    PairConfig config = with_ech();
    RewritingTap tap(HandshakeType::client_hello, [](ByteVector& message) {
        add_extension(message, ExtensionType::ech_outer_extensions, {2, 0, 10});
    });
    config.client_hooks.tap = &tap;
    Pair outer(config); // the AAD does not fit any more: the outer hello counts
    EXPECT_FALSE(outer.connect());
    expect_poisoned(outer.server, ErrorCode::misplaced_extension);
}

// ---------------------------------------------------------------- outer hellos

TEST(EchOuter, what_cannot_be_opened_is_the_outer_hello) {
    const auto corrupt = [](std::size_t from_the_end) {
        return [from_the_end](ByteVector& message) {
            ByteVector body = extension_body(message, ExtensionType::encrypted_client_hello);
            body.at(body.size() - from_the_end) ^= 1;
            replace_extension(message, ExtensionType::encrypted_client_hello, body);
        };
    };
    // The tag; the payload; and an encapsulated key that is none at all.
    const auto short_enc = [](ByteVector& message) {
        const ByteVector body = extension_body(message, ExtensionType::encrypted_client_hello);
        auto extension = *messages::EncryptedClientHello::parse(body);
        extension.enc = extension.enc.first(extension.enc.size() - 1);
        ByteVector changed;
        wire::Writer writer(changed);
        extension.write(writer);
        replace_extension(message, ExtensionType::encrypted_client_hello, changed);
    };
    const auto short_payload = [](ByteVector& message) {
        const ByteVector body = extension_body(message, ExtensionType::encrypted_client_hello);
        auto extension = *messages::EncryptedClientHello::parse(body);
        extension.payload = extension.payload.first(1);
        ByteVector changed;
        wire::Writer writer(changed);
        extension.write(writer);
        replace_extension(message, ExtensionType::encrypted_client_hello, changed);
    };
    for (const Change& change :
         {Change(corrupt(1)), Change(corrupt(100)), Change(short_enc), Change(short_payload)}) {
        PairConfig config = with_ech();
        RewritingTap tap(HandshakeType::client_hello, change);
        config.client_hooks.tap = &tap;
        Pair pair(config);
        expect_rejected(pair, ech_list({ech_key()}));
    }
}

TEST(EchOuter, a_suite_that_the_config_does_not_name_is_not_tried) {
    SeededRng rng(70); // the same key, but for its suites
    EchConfigTerms terms;
    terms.public_name = ech_public_name_of_tests;
    terms.config_id = 7;
    terms.maximum_name_length = 32;
    terms.cipher_suites = {{0x0001, 0x0003}};
    const auto narrow = EchKey::generate(terms, rng);
    ASSERT_TRUE(narrow);
    PairConfig config = with_ech();
    config.server.ech_keys = {*narrow};
    Pair pair(config);
    expect_rejected(pair, ech_list({*narrow}));
}

TEST(EchOuter, of_an_unknown_type_or_malformed) {
    const auto run = [](const ByteVector& body) {
        PairConfig config;
        config.server.ech_keys = {ech_key()};
        RewritingTap tap(HandshakeType::client_hello, [&](ByteVector& message) {
            add_extension(message, ExtensionType::encrypted_client_hello, body);
        });
        config.client_hooks.tap = &tap;
        Pair pair(config);
        EXPECT_FALSE(pair.connect());
        return pair.server.error()->code;
    };
    EXPECT_EQ(run({2}), ErrorCode::invalid_enum_value);
    EXPECT_EQ(run({0, 0, 1}), ErrorCode::truncated);
    EXPECT_EQ(run({1}), ErrorCode::ech_wrong_type); // inner, from the network
}

// The second hello of a client whose first was accepted (§7.1.1).
void expect_refused_second(const Change& change, ErrorCode code, AlertDescription alert) {
    PairConfig config = with_ech();
    need_retry(config);
    int hellos = 0;
    RewritingTap tap(HandshakeType::client_hello, [&](ByteVector& message) {
        if (hellos++ == 1) change(message);
    });
    config.client_hooks.tap = &tap;
    Pair pair(config);
    EXPECT_FALSE(pair.connect());
    expect_poisoned(pair.server, code);
    expect_alert(pair.client, alert);
}

Change change_ech(const std::function<void(messages::EncryptedClientHello&)>& change) {
    return [change](ByteVector& message) {
        const ByteVector body = extension_body(message, ExtensionType::encrypted_client_hello);
        auto extension = *messages::EncryptedClientHello::parse(body);
        change(extension);
        ByteVector changed;
        wire::Writer writer(changed);
        extension.write(writer);
        replace_extension(message, ExtensionType::encrypted_client_hello, changed);
    };
}

TEST(EchOuter, the_second_hello_goes_on_with_the_first) {
    constexpr auto changed = ErrorCode::ech_changed_after_retry;
    constexpr auto illegal = AlertDescription::illegal_parameter;
    expect_refused_second(
        [](ByteVector& message) { remove_extension(message, ExtensionType::encrypted_client_hello); },
        ErrorCode::ech_missing_after_retry, AlertDescription::missing_extension);
    expect_refused_second(change_ech([](auto& ech) { ech.config_id ^= 1; }), changed, illegal);
    expect_refused_second(change_ech([](auto& ech) { ech.cipher_suite.aead_id ^= 3; }), changed, illegal);
    static const ByteVector enc(32);
    expect_refused_second(change_ech([](auto& ech) { ech.enc = enc; }), changed, illegal);
    expect_refused_second(
        change_ech([](auto& ech) { ech.client_hello_type = messages::EchClientHelloType::inner; }),
        ErrorCode::ech_wrong_type, illegal);
    static const ByteVector payload(100);
    expect_refused_second(change_ech([](auto& ech) { ech.payload = payload; }), ErrorCode::ech_not_decrypted,
                          AlertDescription::decrypt_error);
}

} // namespace
} // namespace pavise::testing
