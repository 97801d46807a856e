// Configs that cannot work, and names that are none: said when the connection is made.
#include "support/pair.hpp"

#include <gtest/gtest.h>

#include <functional>

namespace pavise::testing {
namespace {

ClientConfig client_config() {
    ClientConfig config;
    config.trust = trust_in(authority());
    return config;
}
ServerConfig server_config() {
    ServerConfig config;
    config.credentials = {server_credential(crypto::KeyType::ecdsa_p256)};
    return config;
}
Result<Connection> connect(const ClientConfig& config, std::string name = std::string(server_name)) {
    return Connection::client(std::make_shared<const ClientConfig>(config), {.server_name = std::move(name)});
}
Result<Connection> serve(const ServerConfig& config) {
    return Connection::server(std::make_shared<const ServerConfig>(config));
}

// Of what was refused.
template <class T> std::string_view code_of(const Result<T>& result) {
    return result ? "accepted" : name_of(result.error().code);
}

// `change` works on either config.
template <class Change> void expect_both_refused(ErrorCode code, Change change) {
    ClientConfig client = client_config();
    ServerConfig server = server_config();
    change(client);
    change(server);
    EXPECT_EQ(code_of(connect(client)), name_of(code));
    EXPECT_EQ(code_of(serve(server)), name_of(code));
    EXPECT_FALSE(alert_of({code}));
    EXPECT_EQ(blame_of({code}), Blame::local);
}
template <class Change> void expect_both_accepted(Change change) {
    ClientConfig client = client_config();
    ServerConfig server = server_config();
    change(client);
    change(server);
    EXPECT_TRUE(connect(client));
    EXPECT_TRUE(serve(server));
}

TEST(Config, the_default_one_needs_only_trust_or_a_credential) {
    EXPECT_TRUE(connect(client_config()));
    EXPECT_TRUE(serve(server_config()));
    EXPECT_TRUE(connect(ClientConfig())); // trusts nobody, which is no mistake
}

TEST(Config, must_be_there) {
    EXPECT_EQ(code_of(Connection::client(nullptr, {.server_name = "server.test"})), "bad_config");
    EXPECT_EQ(code_of(Connection::server(nullptr)), "bad_config");
    expect_both_refused(ErrorCode::bad_config, [](auto& config) { config.rng = nullptr; });
    expect_both_refused(ErrorCode::bad_config, [](auto& config) { config.clock = nullptr; });
}

TEST(Config, needs_a_version) {
    expect_both_refused(ErrorCode::config_no_version, [](auto& config) {
        config.versions = {ProtocolVersion::tls_1_3, ProtocolVersion::tls_1_2};
    });
}

TEST(Config, needs_a_suite_that_is_supported) {
    expect_both_refused(ErrorCode::config_no_suite, [](auto& config) { config.cipher_suites.clear(); });
    expect_both_refused(ErrorCode::config_no_suite,
                        [](auto& config) { config.cipher_suites = {CipherSuite(0x0a0a)}; });
    expect_both_accepted([](auto& config) {
        config.cipher_suites = {CipherSuite(0x0a0a), CipherSuite::TLS_CHACHA20_POLY1305_SHA256};
    });
}

TEST(Config, needs_groups_that_are_supported) {
    expect_both_refused(ErrorCode::config_no_group, [](auto& config) { config.groups.clear(); });
    expect_both_refused(ErrorCode::config_unknown_group,
                        [](auto& config) { config.groups = {NamedGroup::x25519, NamedGroup(0x0a0a)}; });
    ClientConfig config = client_config();
    config.groups = {NamedGroup(0x1a1a)};
    EXPECT_EQ(connect(config).error().detail, 0x1a1a); // which one
}

TEST(Config, names_each_group_once) {
    expect_both_refused(ErrorCode::config_repeated_group, [](auto& config) {
        config.groups = {NamedGroup::x25519, NamedGroup::secp256r1, NamedGroup::x25519};
    });
}

TEST(Config, needs_signature_schemes) {
    expect_both_refused(ErrorCode::config_no_signature_scheme,
                        [](auto& config) { config.signature_schemes.clear(); });
}

TEST(Config, needs_a_credential_to_serve_with) {
    ServerConfig config = server_config();
    config.credentials.clear();
    EXPECT_EQ(code_of(serve(config)), "config_no_credential");
    config.credentials = {Credential()};
    EXPECT_EQ(code_of(serve(config)), "config_no_credential");
    config.credentials = {Credential(), server_credential(crypto::KeyType::ed25519)};
    EXPECT_TRUE(serve(config));
}

TEST(Config, takes_protocol_names_of_1_to_255_bytes) {
    const auto with = [](std::vector<std::string> names) {
        return [=](auto& config) { config.alpn_protocols = names; };
    };
    expect_both_refused(ErrorCode::config_bad_alpn, with({""}));
    expect_both_refused(ErrorCode::config_bad_alpn, with({"h2", ""}));
    expect_both_accepted(with({std::string(255, 'a')}));
    expect_both_refused(ErrorCode::config_bad_alpn, with({std::string(256, 'a')}));
    // 65,535 bytes with the lengths: the list's own limit (7301 §3.1). A server sends but one of them.
    ServerConfig config = server_config();
    config.alpn_protocols.assign(255, std::string(255, 'a'));
    config.alpn_protocols.emplace_back(254, 'b');
    EXPECT_TRUE(serve(config));
    config.alpn_protocols.back() += 'b';
    EXPECT_EQ(code_of(serve(config)), "config_bad_alpn");
}

TEST(Config, that_no_hello_can_hold_fails_when_the_hello_is_written) {
    ClientConfig config = client_config();
    config.alpn_protocols.assign(255, std::string(255, 'a'));
    EXPECT_EQ(code_of(connect(config)), "output_too_long");
}

TEST(Config, changed_after_the_connection_was_made_does_not_matter) {
    PairConfig config;
    Pair pair(config);
    config.client.cipher_suites.clear();
    config.server.credentials.clear();
    EXPECT_TRUE(pair.connect());
}

// ---------------------------------------------------------------- the server's name

TEST(ServerName, is_needed_where_the_server_is_verified_by_the_config) {
    ClientConfig config = client_config();
    EXPECT_EQ(code_of(connect(config, "")), "no_server_name");
    config.verification = PeerVerification::none;
    EXPECT_TRUE(connect(config, ""));
    config.verification = PeerVerification::required;
    config.deferred.certificate = true;
    EXPECT_TRUE(connect(config, ""));
}

TEST(ServerName, that_is_none_is_refused) {
    for (const char* name : {"a..b", ".a", "a b", "a:443", "a_b\n", "[::1]", "http://a", "*.a.test"})
        EXPECT_EQ(code_of(connect(client_config(), name)), "bad_host_name") << name;
    const std::string label(63, 'a');
    EXPECT_TRUE(connect(client_config(), label + ".test"));
    EXPECT_EQ(code_of(connect(client_config(), label + "a.test")), "bad_host_name");
    EXPECT_EQ(code_of(connect(client_config(), std::string("a\0b", 3))), "bad_host_name");
    EXPECT_EQ(code_of(connect(client_config(), "b\u00fccher.test")), "host_name_not_ascii");
}

TEST(ServerName, goes_out_unless_it_is_an_address) {
    const std::pair<const char*, const char*> names[] = {
        {"server.test", "server.test"}, {"SERVER.Test.", "server.test"}, {"127.0.0.1", ""}};
    for (const auto& [name, sent] : names) {
        PairConfig config;
        config.name = name;
        Pair pair(config);
        ASSERT_TRUE(pair.connect()) << name << ": " << errors_of(pair);
        EXPECT_EQ(pair.server.negotiated().server_name, sent);
        EXPECT_EQ(pair.client.negotiated().server_name, sent);
    }
}

// ---------------------------------------------------------------- credentials

TEST(Credentials, hold_a_key_that_belongs_to_the_certificate) {
    trust::CertificateSpec spec = leaf_spec(crypto::KeyType::ecdsa_p256);
    SeededRng rng(3);
    const auto one = trust::mint(spec, authority(), rng);
    const auto other = trust::mint(spec, authority(), rng);
    ASSERT_TRUE(one && other);
    EXPECT_TRUE(Credential::load(one->der, one->key->pkcs8_der()->view()));
    EXPECT_EQ(code_of(Credential::load(one->der, other->key->pkcs8_der()->view())), "key_does_not_match");
}

TEST(Credentials, that_cannot_be_read_say_which_part) {
    SeededRng rng(3);
    const auto leaf = trust::mint(leaf_spec(crypto::KeyType::ed25519), authority(), rng);
    ASSERT_TRUE(leaf);
    const auto key = leaf->key->pkcs8_der();
    ASSERT_TRUE(key);
    EXPECT_EQ(code_of(Credential::load(as_bytes("-----BEGIN X-----\n"), key->view())), "malformed_pem");
    EXPECT_EQ(code_of(Credential::load(as_bytes("-----BEGIN X-----\nAAAA\n-----END X-----\n"), key->view())),
              "no_certificate_found");
    EXPECT_EQ(code_of(Credential::load(as_bytes("0000"), key->view())), "malformed_certificate");
    EXPECT_EQ(code_of(Credential::load(leaf->der, leaf->der)), "key_not_found");
    EXPECT_EQ(code_of(Credential::load(leaf->der, {})), "key_not_found");
}

// ---------------------------------------------------------------- what is found out once

TEST(ConfigMemory, belongs_to_one_config_and_not_to_its_copies) {
    auto config = std::make_shared<ServerConfig>(server_config());
    EXPECT_EQ(config->memory.facts(), nullptr);
    ASSERT_TRUE(Connection::server(config));
    const engine::ConfigFacts* const known = config->memory.facts();
    EXPECT_NE(known, nullptr);
    ASSERT_TRUE(Connection::server(config));
    EXPECT_EQ(config->memory.facts(), known);

    ServerConfig copy = *config;
    EXPECT_EQ(copy.memory.facts(), nullptr);
    copy.groups.clear();
    EXPECT_EQ(code_of(serve(copy)), "config_no_group");
    *config = copy; // a config that was used becomes another one
    EXPECT_EQ(config->memory.facts(), nullptr);
    EXPECT_EQ(code_of(Connection::server(config)), "config_no_group");
    EXPECT_EQ(config->memory.facts(), nullptr);
}

TEST(ConfigMemory, does_not_move_with_the_config) {
    auto config = std::make_shared<ClientConfig>(client_config());
    ASSERT_TRUE(Connection::client(config, {.server_name = std::string(server_name)}));
    EXPECT_NE(config->memory.facts(), nullptr);
    const ClientConfig moved = std::move(*config);
    EXPECT_EQ(moved.memory.facts(), nullptr);
    EXPECT_EQ(config->memory.facts(), nullptr); // NOLINT(bugprone-use-after-move): which is the question
    auto used = std::make_shared<ClientConfig>(client_config());
    ASSERT_TRUE(Connection::client(used, {.server_name = std::string(server_name)}));
    *used = client_config();
    EXPECT_EQ(used->memory.facts(), nullptr);
}

} // namespace
} // namespace pavise::testing
