// Where the facade ends and the engine begins: hooks over the configs, messages as they go, errors with the
// engine's own behind them, and options that do not fit, told without an exception.
#include "facade/support.hpp"
#include "ssl/bio_buffer.hpp"

#include "trust/certificate.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace pavise::ssl {
namespace {

using namespace testing;

std::string reason_of(const std::exception_ptr& error) {
    return caught<SSLError>(error).reason().value_or("none");
}

// The exception that a hook or a callback threw, nested in the facade's.
template <class Inner> bool holds(const std::exception_ptr& error) {
    try {
        std::rethrow_exception(error);
    } catch (const SSLError& outer) {
        try {
            std::rethrow_if_nested(outer);
        } catch (const Inner&) {
            return true;
        }
    }
    return false;
}

template <class Value> Value must(Result<Value> result) {
    if (!result) throw std::logic_error(describe(result.error()));
    return *std::move(result);
}

// ---------------------------------------------------------------- hooks over configs

TEST(ConfigHook, has_the_last_word) {
    static constexpr std::uint16_t limit = 64; // with its content type: 63 bytes of data
    SSLContext client = client_context();
    EXPECT_FALSE(client.client_config_hook());
    client.set_client_config_hook([](ClientConfig& config) { config.record_size_limit = limit; });
    EXPECT_TRUE(client.client_config_hook());
    SSLContext server = server_context();
    server.set_server_config_hook([](ServerConfig& config) { config.tickets = 0; });
    EXPECT_TRUE(server.server_config_hook());
    ObjectPair pair(client, server);
    pair.handshake();
    pair.server.write(std::string(1000, 'x'));
    pair.carry();
    EXPECT_EQ(pair.client.read(1000).size(), limit - 1u);
    EXPECT_FALSE(pair.client.session()->has_ticket());
    EXPECT_THROW(client.set_server_config_hook({}), ValueError);
    EXPECT_THROW(server.set_client_config_hook({}), ValueError);
    client.set_client_config_hook({});
    ObjectPair plain(client, server);
    plain.handshake();
    plain.server.write(std::string(1000, 'x'));
    plain.carry();
    EXPECT_EQ(plain.client.read(1000).size(), 1000u);
}

TEST(ConfigHook, is_asked_once_for_the_settings_as_they_are) {
    int asked = 0;
    SSLContext client = client_context();
    client.set_client_config_hook([&](ClientConfig& config) {
        ++asked;
        EXPECT_EQ(config.groups, client.groups()) << "a hook may look at its context";
    });
    const SSLContext server = server_context();
    for (int i = 0; i < 2; ++i) ObjectPair(client, server).handshake();
    EXPECT_EQ(asked, 1);
    client.set_groups({NamedGroup::x25519});
    ObjectPair(client, server).handshake();
    EXPECT_EQ(asked, 2);
}

TEST(ConfigHook, that_throws_is_heard_where_the_connection_is_made) {
    SSLContext client = client_context();
    const MemoryBIO bio;
    client.set_client_config_hook([](auto&) { throw std::runtime_error("no config"); });
    EXPECT_THROW(client.wrap_bio(bio, bio, {.server_hostname = "server.test"}), std::runtime_error);
    std::error_code code;
    EXPECT_FALSE(client.wrap_bio(bio, bio, {.server_hostname = "server.test"}, code));
    EXPECT_EQ(code.message(), "callback failed");
    SSLContext server = server_context();
    server.set_server_config_hook([](auto&) { throw std::runtime_error("no config"); });
    EXPECT_THROW(server.wrap_bio(bio, bio, {.server_side = true}), std::runtime_error);
}

TEST(ConfigHook, that_comes_between_fails_the_handshake) {
    SSLContext client = client_context();
    ObjectPair pair(client, server_context());
    client.set_client_config_hook([](auto&) { throw std::runtime_error("no config"); });
    const auto error = pair.try_handshake().client;
    EXPECT_EQ(reason_of(error), "CALLBACK_FAILED");
    EXPECT_TRUE(holds<std::runtime_error>(error));
    SSLContext chosen = server_context();
    SSLContext first = server_context();
    chosen.set_server_config_hook([](auto&) { throw std::runtime_error("no config"); });
    first.set_sni_callback([&](SSLConnection& connection, auto&&...) {
        connection.set_context(chosen);
        return std::optional<AlertDescription>();
    });
    ObjectPair swapped(client_context(), first);
    const auto outcome = swapped.try_handshake();
    EXPECT_TRUE(holds<std::runtime_error>(outcome.server));
    EXPECT_EQ(reason_of(outcome.client), "TLSV1_ALERT_INTERNAL_ERROR");
}

TEST(ConfigHook, cannot_defer_what_nobody_answers) {
    SSLContext client = client_context();
    const MemoryBIO bio;
    client.set_client_config_hook([](ClientConfig& config) { config.deferred.signature = true; });
    EXPECT_THROW(client.wrap_bio(bio, bio, {.server_hostname = "server.test"}), ValueError);
    SSLContext server = server_context();
    server.set_server_config_hook([](ServerConfig& config) { config.deferred.psk = true; });
    EXPECT_THROW(server.wrap_bio(bio, bio, {.server_side = true}), ValueError);
}

TEST(ConfigHook, can_leave_judging_to_the_engine) {
    SSLContext client(PROTOCOL_TLS_CLIENT); // its own settings trust nobody
    client.set_verify_callback([](auto&&...) {
        ADD_FAILURE() << "the facade does not judge";
        return false;
    });
    client.set_client_config_hook([](ClientConfig& config) {
        config.deferred.certificate = false;
        config.trust = must(TrustStore::from_memory(authority().der));
    });
    ObjectPair pair(client, server_context());
    pair.handshake();
    EXPECT_EQ(pair.client.get_verified_chain(), (std::vector{server_leaf().der, authority().der}));
    ObjectPair stranger(client, server_context(), {.server_hostname = "stranger.test"});
    const auto error = caught<SSLCertVerificationError>(stranger.try_handshake().client);
    EXPECT_EQ(error.error(), Error{ErrorCode::name_mismatch});
}

TEST(ConfigHook, can_have_a_servers_config_taken_as_it_is) {
    SSLContext client = client_context();
    client.set_alpn_protocols({"theirs"});
    SSLContext server = server_context();
    server.set_alpn_protocols({"ours"});
    int asked = 0;
    server.set_sni_callback([&](auto&&...) {
        ++asked;
        return std::optional<AlertDescription>();
    });
    ObjectPair lenient(client, server);
    lenient.handshake();
    EXPECT_EQ(lenient.server.selected_alpn_protocol(), std::nullopt);
    EXPECT_EQ(asked, 1);
    server.set_server_config_hook([](ServerConfig& config) { config.deferred.config = false; });
    ObjectPair strict(client, server);
    EXPECT_EQ(reason_of(strict.try_handshake().server), "NO_APPLICATION_PROTOCOL");
    EXPECT_EQ(asked, 1);
    // The same where the callback chooses such a context.
    SSLContext first = server_context();
    first.set_sni_callback([&](SSLConnection& connection, auto&&...) {
        connection.set_context(server);
        return std::optional<AlertDescription>();
    });
    ObjectPair chosen(client, first);
    EXPECT_EQ(reason_of(chosen.try_handshake().server), "NO_APPLICATION_PROTOCOL");
    EXPECT_FALSE(chosen.server.shared_ciphers()) << "there is no handshake";
}

TEST(ConfigHook, can_ask_for_a_certificate_later_without_the_facades_eyes) {
    SSLContext client = client_context();
    client.load_cert_chain_from_memory(pem_of(client_leaf()), key_pem_of(client_leaf()));
    SSLContext server = server_context();
    server.load_verify_locations({.cadata = pem_of(authority())});
    server.set_verify_mode(CERT_REQUIRED);
    server.set_post_handshake_auth(true);
    server.set_server_config_hook([](ServerConfig& config) { config.deferred.config = false; });
    ObjectPair unable(client, server);
    unable.handshake();
    try {
        unable.server.verify_client_post_handshake();
        FAIL();
    } catch (const SSLError& error) {
        EXPECT_EQ(error.reason(), "EXTENSION_NOT_RECEIVED");
    }
    client.set_post_handshake_auth(true);
    ObjectPair able(client, server);
    EXPECT_EQ(able.server.certificate_requests(), 0u);
    able.handshake();
    able.server.verify_client_post_handshake();
    EXPECT_EQ(able.server.certificate_requests(), 1u);
    able.server.write("who are you?");
    able.carry();
    able.client.read();
    able.client.write("it is me");
    able.carry();
    EXPECT_EQ(text(able.server.read()), "it is me");
    EXPECT_EQ(able.server.getpeercert_der(), client_leaf().der);
    EXPECT_EQ(able.server.certificate_requests(), 0u);
}

// ---------------------------------------------------------------- what hooks are for

ByteVector key_info_of(const trust::Minted& minted) {
    const Bytes info = minted.certificate->subject_public_key_info();
    return {info.begin(), info.end()};
}

TEST(RawPublicKeys, are_believed_where_they_are_trusted) {
    const auto raw = [](const trust::Minted& minted) {
        return must(Credential::raw_public_key(as_bytes(key_pem_of(minted))));
    };
    std::vector<ByteVector> trusted{key_info_of(server_leaf())};
    SSLContext server(PROTOCOL_TLS_SERVER);
    server.set_verify_mode(CERT_REQUIRED);
    server.set_server_config_hook([&](ServerConfig& config) {
        config.credentials = {raw(server_leaf())};
        config.client_certificate_types = {CertificateType::raw_public_key};
        config.trusted_client_keys = {key_info_of(client_leaf())};
    });
    const auto client_trusting = [&](const ByteVector& key) {
        SSLContext client(PROTOCOL_TLS_CLIENT);
        client.set_client_config_hook([&raw, key](ClientConfig& config) {
            config.credentials = {raw(client_leaf())};
            config.server_certificate_types = {CertificateType::raw_public_key};
            config.trusted_keys = {key};
        });
        return client;
    };
    ObjectPair pair(client_trusting(key_info_of(server_leaf())), server);
    pair.handshake();
    for (SSLConnection* side :
         {static_cast<SSLConnection*>(&pair.client), static_cast<SSLConnection*>(&pair.server)}) {
        EXPECT_EQ(side->negotiated().peer_certificate_type, CertificateType::raw_public_key);
        EXPECT_EQ(side->getpeercert(), std::nullopt) << "a key is no certificate";
        EXPECT_TRUE(side->get_unverified_chain().empty());
        EXPECT_TRUE(side->get_verified_chain().empty());
    }
    EXPECT_TRUE(pair.client.negotiated().peer_chain.front() == key_info_of(server_leaf()));
    ObjectPair stranger(client_trusting(key_info_of(authority())), server);
    const auto error = caught<SSLCertVerificationError>(stranger.try_handshake().client);
    EXPECT_EQ(error.error(), Error{ErrorCode::raw_key_not_trusted});
    EXPECT_EQ(error.verify_code(), 95);
}

struct Ech {
    std::vector<EchKey> keys;
    ByteVector list;
};
Ech ech_for(std::string public_name) {
    std::vector<EchKey> keys{must(EchKey::generate({.public_name = std::move(public_name)}))};
    ByteVector list = must(ech_config_list(keys));
    return {std::move(keys), std::move(list)};
}
SSLContext server_with(const Ech& ech) {
    SSLContext server = server_context();
    server.set_server_config_hook([keys = ech.keys](ServerConfig& config) { config.ech_keys = keys; });
    return server;
}

TEST(EncryptedClientHello, hides_the_name_and_shows_what_became_of_it) {
    const Ech ech = ech_for("public.test");
    SSLContext server = server_with(ech);
    std::optional<std::string> asked_for;
    server.set_sni_callback([&](SSLConnection&, const std::optional<std::string>& name, SSLContext&) {
        asked_for = name;
        return std::optional<AlertDescription>();
    });
    ObjectPair pair(client_context(), server, {.server_hostname = "server.test", .ech_configs = ech.list});
    EXPECT_THROW(pair.client.negotiated(), ValueError);
    EXPECT_THROW(pair.client.do_handshake(), SSLWantReadError);
    EXPECT_EQ(pair.client.negotiated().ech, EchStatus::offered);
    EXPECT_EQ(as_text(pair.client_out.buffer()->view()).find("server.test"), std::string_view::npos);
    pair.handshake();
    EXPECT_EQ(asked_for, "server.test");
    EXPECT_EQ(pair.client.negotiated().ech, EchStatus::accepted);
    EXPECT_EQ(pair.server.negotiated().ech, EchStatus::accepted);
    const MemoryBIO bio;
    EXPECT_THROW(server.wrap_bio(bio, bio, {.server_side = true, .ech_configs = ech.list}), ValueError);
    SSLObject broken =
        client_context().wrap_bio(bio, bio, {.server_hostname = "server.test", .ech_configs = {1, 2, 3}});
    std::error_code code;
    broken.do_handshake(code);
    EXPECT_EQ(error_of(code), Error{ErrorCode::malformed_ech_configs});
}

TEST(EncryptedClientHello, that_is_rejected_says_what_to_try) {
    const Ech old = ech_for("server.test");
    const Ech current = ech_for("server.test");
    ObjectPair pair(client_context(), server_with(current),
                    {.server_hostname = "server.test", .ech_configs = old.list});
    const auto error = caught<SSLError>(pair.try_handshake().client);
    EXPECT_EQ(error.error(), Error{ErrorCode::ech_rejected});
    EXPECT_EQ(pair.client.negotiated().ech_retry_configs, current.list);
    // It is the public name that the server has to prove then.
    const Ech elsewhere = ech_for("elsewhere.test");
    ObjectPair impostor(client_context(), server_with(current),
                        {.server_hostname = "server.test", .ech_configs = elsewhere.list});
    const auto refused = caught<SSLCertVerificationError>(impostor.try_handshake().client);
    EXPECT_EQ(refused.verify_message(), "Hostname mismatch, certificate is not valid for 'elsewhere.test'.");
    EXPECT_TRUE(impostor.client.negotiated().ech_retry_configs.empty());
}

// ---------------------------------------------------------------- messages

struct Seen {
    MessageDirection direction;
    ContentType content_type;
    int kind; // of a handshake message, or an alert's description

    friend bool operator==(const Seen&, const Seen&) = default;
};

class Listener {
    std::vector<Seen> seen_;
    SSLConnection* last_ = nullptr;

  public:
    MessageCallback callback() {
        return [this](SSLConnection& connection, const TLSMessage& message) {
            last_ = &connection;
            const std::size_t place = message.content_type == ContentType::alert ? 1 : 0;
            seen_.push_back({message.direction, message.content_type, message.content[place]});
        };
    }
    std::vector<Seen> take() { return std::exchange(seen_, {}); }
    const SSLConnection* last() const { return last_; }
};

TEST(MessageCallback, sees_every_message_both_ways) {
    constexpr auto sent = MessageDirection::sent;
    constexpr auto received = MessageDirection::received;
    constexpr auto handshake = ContentType::handshake;
    Listener listener;
    SSLContext client = client_context();
    EXPECT_FALSE(client.msg_callback());
    client.set_msg_callback(listener.callback());
    EXPECT_TRUE(client.msg_callback());
    SSLContext server = server_context();
    server.set_num_tickets(1);
    ObjectPair pair(client, server);
    pair.handshake();
    EXPECT_EQ(listener.last(), &pair.client);
    std::vector<Seen> seen = listener.take();
    std::erase_if(seen, [](const Seen& one) { return one.content_type == ContentType::change_cipher_spec; });
    EXPECT_EQ(seen, (std::vector<Seen>{{sent, handshake, 1},      // ClientHello
                                       {received, handshake, 2},  // ServerHello
                                       {received, handshake, 8},  // EncryptedExtensions
                                       {received, handshake, 11}, // Certificate
                                       {received, handshake, 15}, // CertificateVerify
                                       {received, handshake, 20}, // Finished
                                       {sent, handshake, 20}}));
    SSLObject moved = std::move(pair.client);
    moved.write("data");
    EXPECT_EQ(listener.last(), &moved);
    moved.update_keys();
    pair.server.write("more");
    pair.carry();
    EXPECT_EQ(text(moved.read()), "more");
    moved.close_sending();
    EXPECT_EQ(listener.take(), (std::vector<Seen>{{sent, ContentType::application_data, 'd'},
                                                  {sent, handshake, 24},    // KeyUpdate
                                                  {received, handshake, 4}, // NewSessionTicket
                                                  {received, ContentType::application_data, 'm'},
                                                  {sent, ContentType::alert, 0}}));
    client.set_msg_callback({});
    ObjectPair quiet(client, server);
    quiet.handshake();
    EXPECT_TRUE(listener.take().empty());
}

TEST(MessageCallback, that_throws_fails_the_operation_and_not_the_connection) {
    bool silent = false;
    SSLContext client = client_context();
    client.set_msg_callback([&](auto&&...) {
        if (!silent) throw std::runtime_error("no room in the log");
    });
    ObjectPair pair(client, server_context());
    try {
        pair.client.do_handshake();
        FAIL();
    } catch (const SSLError& error) {
        EXPECT_EQ(error.reason(), "CALLBACK_FAILED");
        EXPECT_THROW(std::rethrow_if_nested(error), std::runtime_error);
    }
    silent = true;
    pair.handshake();
    silent = false;
    std::error_code code;
    pair.client.write("x", code);
    EXPECT_EQ(code.message(), "callback failed");
    silent = true;
    pair.client.write("y", code);
    EXPECT_FALSE(code) << "it was told once";
    pair.carry();
    EXPECT_EQ(text(pair.server.read()), "x");
    EXPECT_EQ(text(pair.server.read()), "y");
}

TEST(MessageCallback, is_called_by_the_thread_that_reads_and_by_the_one_that_writes) {
    constexpr int messages = 200;
    std::atomic<int> sent{0};
    std::atomic<int> received{0};
    SSLContext client = client_context();
    client.set_msg_callback([&](SSLConnection&, const TLSMessage& message) {
        if (message.content_type != ContentType::application_data) return;
        ++(message.direction == MessageDirection::sent ? sent : received);
    });
    auto [a, b] = socketpair();
    std::thread server([plain = std::move(b)]() mutable {
        SSLSocket echo = server_context().wrap_socket(std::move(plain), {.server_side = true});
        for (ByteVector data = echo.recv(); !data.empty(); data = echo.recv()) echo.sendall(data);
    });
    SSLSocket socket = client.wrap_socket(std::move(a), {.server_hostname = "server.test"});
    std::thread reader([&] {
        for (std::size_t got = 0; got < messages;) got += socket.recv().size();
    });
    for (int i = 0; i < messages; ++i) socket.sendall("x");
    reader.join();
    socket.close_sending();
    server.join();
    EXPECT_EQ(sent, messages);
    EXPECT_EQ(received, messages) << "one record comes back for each";
}

// ---------------------------------------------------------------- errors

TEST(EngineErrors, stand_behind_exceptions_and_codes) {
    ObjectPair distrustful(SSLContext(PROTOCOL_TLS_CLIENT), server_context());
    const auto outcome = distrustful.try_handshake();
    EXPECT_EQ(caught<SSLError>(outcome.client).error(), Error{ErrorCode::unknown_issuer});
    const auto heard = caught<SSLError>(outcome.server).error();
    ASSERT_TRUE(heard);
    EXPECT_EQ(*heard, (Error{ErrorCode::alert_received,
                             static_cast<std::uint16_t>(pavise::AlertDescription::unknown_ca)}));
    EXPECT_EQ(blame_of(*caught<SSLError>(outcome.client).error()), Blame::certificate);
    ObjectPair pair(client_context(), server_context());
    EXPECT_EQ(caught<SSLError>([&] {
                  try {
                      pair.client.unwrap();
                  } catch (...) {
                      return std::current_exception();
                  }
                  return std::exception_ptr();
              }())
                  .error(),
              std::nullopt)
        << "the facade's own";
    pair.handshake();
    pair.server_in.write_eof();
    std::error_code code;
    ByteVector buffer(10);
    pair.server.read_into(buffer, code);
    EXPECT_EQ(error_of(code), Error{ErrorCode::truncated_connection});
}

TEST(EngineErrors, are_whole_in_a_code) {
    for (const Error error :
         {Error{ErrorCode::alert_received, 40}, Error{ErrorCode::unknown_issuer, 3},
          Error{ErrorCode{0}, 0xffff}, Error{static_cast<ErrorCode>(error_count - 1), 0xffff}}) {
        EXPECT_EQ(error_of(make_error_code(error)), error);
        EXPECT_EQ(make_error_code(error).message(), describe(error));
    }
}

TEST(KeyUpdates, that_cannot_be_say_why) {
    SSLContext old = client_context();
    old.set_maximum_version(TLSVersion::TLSv1_2);
    ObjectPair pair(old, server_context());
    std::error_code code;
    pair.client.update_keys(KeyUpdateScope::both, code);
    EXPECT_EQ(error_of(code), Error{ErrorCode::handshake_not_done});
    pair.handshake();
    pair.client.update_keys(KeyUpdateScope::ours, code);
    EXPECT_EQ(error_of(code), Error{ErrorCode::no_key_update12});
    try {
        pair.client.update_keys();
        FAIL();
    } catch (const SSLError& error) {
        EXPECT_EQ(error.reason(), "WRONG_SSL_VERSION");
    }
    ObjectPair modern(client_context(), server_context());
    modern.handshake();
    modern.client.update_keys(KeyUpdateScope::both, code);
    EXPECT_FALSE(code);
}

TEST(Refusing, tells_the_peer_why_and_ends_it) {
    ObjectPair pair(client_context(), server_context());
    std::error_code code;
    pair.client.refuse(ALERT_DESCRIPTION_ACCESS_DENIED, code);
    EXPECT_EQ(error_of(code), Error{ErrorCode::handshake_not_done}) << "nobody is there yet";
    pair.handshake();
    EXPECT_THROW(pair.client.refuse(ALERT_DESCRIPTION_CLOSE_NOTIFY), SSLError);
    pair.client.refuse(ALERT_DESCRIPTION_ACCESS_DENIED);
    pair.client.write("x", code);
    EXPECT_EQ(error_of(code)->code, ErrorCode::refused_by_application);
    pair.client.refuse(ALERT_DESCRIPTION_ACCESS_DENIED, code);
    EXPECT_TRUE(code) << "once is enough";
    pair.carry();
    ByteVector buffer(10);
    pair.server.read_into(buffer, code);
    EXPECT_EQ(error_of(code), (Error{ErrorCode::alert_received,
                                     static_cast<std::uint16_t>(pavise::AlertDescription::access_denied)}));
}

TEST(Refusing, calls_a_handshake_off) {
    ObjectPair pair(client_context(), server_context());
    std::error_code code;
    pair.client.do_handshake(code);
    pair.client.refuse(ALERT_DESCRIPTION_USER_CANCELLED, code);
    EXPECT_FALSE(code);
    pair.carry();
    pair.server.do_handshake(code);
    EXPECT_EQ(error_of(code), Error{ErrorCode::closed_during_handshake});
    auto [a, b] = socketpair();
    const SSLContext context = client_context();
    auto socket = context.wrap_socket(
        std::move(a), {.do_handshake_on_connect = false, .server_hostname = "server.test"}, code);
    ASSERT_TRUE(socket);
    socket->setblocking(false);
    socket->do_handshake(code);
    socket->refuse(ALERT_DESCRIPTION_USER_CANCELLED);
    const std::string close_notify("\x15\x03\x03\x00\x02\x01\x00", 7);
    EXPECT_TRUE(text(b.recv(1 << 14)).ends_with(close_notify)) << "RFC 8446 §6.1";
    socket->refuse(ALERT_DESCRIPTION_USER_CANCELLED, code);
    EXPECT_FALSE(code) << "it is called off";
}

// ---------------------------------------------------------------- options that do not fit

TEST(Wrap, says_what_does_not_fit_without_an_exception) {
    const SSLContext client = client_context();
    const SSLContext server = server_context();
    const MemoryBIO bio;
    std::error_code code;
    const auto refused = [&](const SSLContext& context, const WrapBioOptions& options) {
        EXPECT_FALSE(context.wrap_bio(bio, bio, options, code));
        return code;
    };
    EXPECT_EQ(error_of(refused(client, {.server_hostname = "no name"})), Error{ErrorCode::bad_host_name});
    EXPECT_TRUE(error_of(refused(client, {.server_hostname = ""})));
    EXPECT_EQ(refused(client, {}), std::errc::invalid_argument) << "check_hostname wants one";
    EXPECT_EQ(refused(client, {.server_side = true}), std::errc::operation_not_supported);
    EXPECT_EQ(refused(server, {.server_hostname = "server.test"}), std::errc::operation_not_supported);
    EXPECT_EQ(refused(server, {.server_side = true, .server_hostname = "server.test"}),
              std::errc::invalid_argument);
    ObjectPair pair(client, server);
    pair.handshake();
    const auto session = pair.client.session();
    EXPECT_EQ(refused(client_context(), {.server_hostname = "server.test", .session = session}),
              std::errc::invalid_argument);
    EXPECT_TRUE(client.wrap_bio(bio, bio, {.server_hostname = "server.test"}, code));
    EXPECT_FALSE(code);
}

// NOLINTBEGIN(bugprone-use-after-move): that is the promise
TEST(Wrap, leaves_a_socket_to_its_owner_where_it_refuses) {
    auto [a, b] = socketpair();
    std::error_code code;
    EXPECT_FALSE(client_context().wrap_socket(std::move(a), {}, code));
    EXPECT_GE(a.fileno(), 0);
    a.setblocking(false);
    EXPECT_FALSE(client_context().wrap_socket(std::move(a), {.server_hostname = "server.test"}, code));
    EXPECT_EQ(code, std::errc::invalid_argument) << "a handshake cannot be done without waiting";
    EXPECT_GE(a.fileno(), 0);
    const auto wrapped = client_context().wrap_socket(
        std::move(a), {.do_handshake_on_connect = false, .server_hostname = "server.test"}, code);
    EXPECT_TRUE(wrapped);
    EXPECT_FALSE(code);
    EXPECT_FALSE(server_context().wrap_socket(Socket::from_fd(-1), {.server_side = true}, code));
    EXPECT_EQ(code, std::errc::bad_file_descriptor);
    EXPECT_FALSE(server_context().wrap_socket(Socket(AF_INET, SOCK_DGRAM), {.server_side = true}, code));
    EXPECT_EQ(code, std::errc::wrong_protocol_type);
}
// NOLINTEND(bugprone-use-after-move)

TEST(Wrap, shakes_hands_and_says_how_it_went) {
    const auto both = [](const SSLContext& client) {
        auto [a, b] = socketpair();
        std::error_code served;
        std::thread server([&served, plain = std::move(b)]() mutable {
            server_context().wrap_socket(std::move(plain), {.server_side = true}, served);
        });
        std::error_code code;
        const auto socket = client.wrap_socket(std::move(a), {.server_hostname = "server.test"}, code);
        EXPECT_EQ(socket.has_value(), !code);
        server.join();
        EXPECT_EQ(bool(served), bool(code));
        return code;
    };
    EXPECT_FALSE(both(client_context()));
    EXPECT_EQ(error_of(both(SSLContext(PROTOCOL_TLS_CLIENT))), Error{ErrorCode::unknown_issuer});
}

// ---------------------------------------------------------------- sessions and memory

TEST(Sessions, say_how_much_early_data_goes_with_them) {
    const SSLContext client = client_context();
    SSLContext server = server_context();
    server.set_max_early_data(1234);
    ObjectPair pair(client, server);
    pair.handshake();
    EXPECT_EQ(pair.client.session()->max_early_data(), 0u) << "before there is a ticket";
    pair.server.write("x");
    pair.carry();
    pair.client.read();
    EXPECT_EQ(pair.client.session()->max_early_data(), 1234u);
    std::error_code code;
    const auto stored = SSLSession::deserialise(client, pair.client.session()->serialise(), code);
    ASSERT_TRUE(stored);
    EXPECT_FALSE(code);
    EXPECT_EQ(*stored, *pair.client.session());
    EXPECT_FALSE(SSLSession::deserialise(client, "nonsense", code));
    EXPECT_EQ(error_of(code), Error{ErrorCode::bad_session});
}

TEST(Idle, connections_give_their_buffers_back) {
    ObjectPair pair(client_context(), server_context());
    pair.client.release_idle(); // before the handshake there is nothing to give
    pair.handshake();
    pair.server.write(std::string(10'000, 'x'));
    pair.carry();
    EXPECT_EQ(pair.client.read(5'000).size(), 5'000u);
    pair.client.release_idle(); // what is unread stays
    EXPECT_EQ(pair.client.read(10'000).size(), 5'000u);
    pair.client.release_idle();
    EXPECT_EQ(pair.client_in.buffer()->bytes.capacity(), 0u);
    EXPECT_EQ(pair.client_out.buffer()->bytes.capacity(), 0u);
    pair.client.write("and on");
    pair.carry();
    EXPECT_EQ(text(pair.server.read()), "and on");
    const SSLObject moved = std::move(pair.client);
    EXPECT_THROW(pair.client.release_idle(), ValueError); // NOLINT(bugprone-use-after-move): what is tested
    auto [a, b] = socketpair();
    SSLSocket socket = client_context().wrap_socket(
        std::move(a), {.do_handshake_on_connect = false, .server_hostname = "server.test"});
    socket.release_idle();
    EXPECT_FALSE(socket.version());
}

} // namespace
} // namespace pavise::ssl
