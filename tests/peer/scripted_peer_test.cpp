// The public scripted peer (<pavise/testing/peer.hpp>): legal handshakes in both roles, and what a rewrite
// makes of them.
#include "support/credentials.hpp"
#include "support/script.hpp"

#include <pavise/testing/peer.hpp>

#include <gtest/gtest.h>

namespace pavise::testing {
namespace {

// A server or client of Pavise's, and the peer that talks to it.
struct Tried {
    FixedClock clock;
    SeededRng rng{1};
    SeededRng peer_rng{2};
    Connection connection;
    std::unique_ptr<Link> link;
    ScriptedPeer peer;

    Tried(Role peer_role, Cryptography cryptography, Rewrite rewrite = {}) :
        connection(peer_role == Role::client ? server(cryptography) : client(cryptography)),
        link(link_to(connection)),
        peer(options(peer_role, cryptography, std::move(rewrite)), *link, peer_rng) {}

    Connection server(Cryptography cryptography) {
        auto config = scripted_server_config(cryptography);
        config.rng = &rng;
        config.clock = &clock;
        return *testing::server(std::make_shared<const ServerConfig>(config), {.cryptography = cryptography});
    }
    Connection client(Cryptography cryptography) {
        auto config = scripted_client_config(cryptography);
        config.rng = &rng;
        config.clock = &clock;
        return *testing::client(std::make_shared<const ClientConfig>(config),
                                {.server_name = std::string(server_name)}, {.cryptography = cryptography});
    }
    static ScriptedPeerOptions options(Role role, Cryptography cryptography, Rewrite rewrite) {
        ScriptedPeerOptions options{
            .role = role, .cryptography = cryptography, .rewrite = std::move(rewrite)};
        if (role == Role::server)
            options.credential = cryptography == Cryptography::null
                                     ? null_credential()
                                     : server_credential(crypto::KeyType::ecdsa_p256);
        return options;
    }
};

TEST(ScriptedPeer, connects_in_both_roles_with_and_without_cryptography) {
    for (const Cryptography cryptography : {Cryptography::real, Cryptography::null})
        for (const Role role : {Role::client, Role::server}) {
            Tried tried(role, cryptography);
            tried.peer.connect();
            EXPECT_TRUE(tried.peer.ok()) << tried.peer.complaint();
            EXPECT_TRUE(tried.connection.handshake_complete());
            EXPECT_FALSE(tried.peer.alert());
        }
}

bool is_message(const ByteVector& message, HandshakeType type) {
    return static_cast<HandshakeType>(message.at(0)) == type;
}

TEST(ScriptedPeer, sends_what_the_rewrite_leaves) {
    Tried tried(Role::server, Cryptography::real, [](ByteVector& message) {
        if (is_message(message, HandshakeType::encrypted_extensions)) message = {8, 0, 0, 3, 0, 0, 0};
    });
    tried.peer.connect();
    EXPECT_EQ(tried.connection.error()->code, ErrorCode::trailing_bytes);
    EXPECT_FALSE(tried.peer.ok());
    EXPECT_EQ(tried.peer.alert(), AlertDescription::decode_error);
}

TEST(ScriptedPeer, sends_nothing_where_the_rewrite_leaves_nothing) {
    Tried tried(Role::server, Cryptography::real, [](ByteVector& message) {
        if (is_message(message, HandshakeType::certificate_verify)) message.clear();
    });
    tried.peer.connect();
    EXPECT_EQ(tried.peer.alert(), AlertDescription::unexpected_message);
}

TEST(ScriptedPeer, goes_on_after_the_handshake) {
    Tried tried(Role::client, Cryptography::real);
    tried.peer.connect();
    // A second generation of keys in both directions, and data under it.
    tried.peer.send_key_update(KeyUpdateRequest::update_requested);
    tried.peer.send_data(as_bytes("lost with the link"));
    ASSERT_TRUE(tried.connection.write(as_bytes("answer")));
    std::vector<ContentType> types;
    while (const auto event = tried.peer.next()) types.push_back(event->type);
    EXPECT_TRUE(tried.peer.ok()) << tried.peer.complaint();
    EXPECT_EQ(types, (std::vector{ContentType::handshake, ContentType::application_data}));
    tried.peer.send_record(ContentType::handshake, ByteVector{24, 0, 0, 1, 2});
    EXPECT_EQ(tried.connection.error()->code, ErrorCode::bad_key_update);
}

TEST(ScriptedPeer, sends_records_messages_alerts_and_bytes_of_any_kind) {
    Tried early(Role::client, Cryptography::real);
    early.peer.send_message(ByteVector{20, 0, 0, 0});
    EXPECT_EQ(early.connection.error()->code, ErrorCode::unexpected_message);

    Tried raw(Role::client, Cryptography::real);
    raw.peer.send_bytes(as_bytes("GET / HTTP/1.1"));
    EXPECT_TRUE(raw.connection.error());

    Tried ended(Role::client, Cryptography::null);
    ended.peer.connect();
    ended.peer.send_alert(AlertDescription::close_notify, AlertLevel::warning);
    EXPECT_TRUE(ended.connection.peer_closed());
}

} // namespace
} // namespace pavise::testing
