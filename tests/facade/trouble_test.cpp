// Callbacks and hooks that throw or change what they look at, calls that come again after a failure, and
// objects that were moved from: whatever the application does, nothing is lost and nothing is hidden.
#include "facade/support.hpp"
#include "ssl/bio_buffer.hpp"

#include <pavise/testing/environment.hpp>

#include <gtest/gtest.h>

namespace pavise::ssl {
namespace {

using namespace testing;

std::string_view waiting_in(const MemoryBIO& bio) {
    return as_text(bio.buffer()->view());
}

TEST(EncryptedClientHello, that_cannot_be_made_is_not_left_out_the_second_time) {
    ObjectPair pair(client_context(), server_context(),
                    {.server_hostname = "server.test", .ech_configs = {1, 2, 3}});
    for (int i = 0; i < 2; ++i) {
        std::error_code code;
        pair.client.do_handshake(code);
        EXPECT_EQ(error_of(code), Error{ErrorCode::malformed_ech_configs});
        EXPECT_EQ(waiting_in(pair.client_out), "") << "the name must not go in the clear";
    }
}

TEST(CallbackExceptions, that_a_code_stood_for_are_not_those_of_a_later_call) {
    bool broken = true;
    SSLContext client = client_context();
    client.set_psk_client_callback([&](auto&&) {
        if (broken) throw std::runtime_error("no key yet");
        return std::pair(std::optional<std::string>("client"), ByteVector(32, 7));
    });
    ObjectPair pair(client, server_context());
    std::error_code code;
    pair.client.do_handshake(code);
    EXPECT_EQ(code.message(), "callback failed");
    broken = false;
    EXPECT_THROW(pair.client.do_handshake(), SSLWantReadError);
}

// Whichever message it throws at, on either side: each call says so, and with the calls that come again the
// connection goes on.
void survive(TLSVersion version, bool on_server, int failing) {
    int seen = 0;
    SSLContext client = client_context();
    client.set_maximum_version(version);
    SSLContext server = server_context();
    SSLContext& watched = on_server ? server : client;
    watched.set_msg_callback([&](auto&&...) {
        if (seen++ == failing) throw std::runtime_error("no room in the log");
    });
    ObjectPair pair(client, server);
    int failures = 0;
    const auto step = [&](auto&& operation) {
        std::error_code code;
        operation(code);
        if (code.message() == "callback failed") ++failures;
    };
    for (int i = 0; i < 6; ++i) {
        step([&](std::error_code& code) { pair.client.do_handshake(code); });
        pair.carry();
        step([&](std::error_code& code) { pair.server.do_handshake(code); });
        pair.carry();
    }
    EXPECT_TRUE(pair.client.version() && pair.server.version()) << "message " << failing;
    EXPECT_EQ(failures, seen > failing ? 1 : 0) << "message " << failing;
}

TEST(CallbackExceptions, of_any_message_do_not_end_the_connection) {
    for (const TLSVersion version : {TLSVersion::TLSv1_2, TLSVersion::TLSv1_3})
        for (const bool on_server : {false, true})
            for (int failing = 0; failing < 12; ++failing) survive(version, on_server, failing);
}

TEST(CallbackExceptions, fail_calls_that_had_their_effect) {
    bool broken = false;
    SSLContext client = client_context();
    client.set_msg_callback([&](auto&&...) {
        if (broken) throw std::runtime_error("no room in the log");
    });
    ObjectPair pair(client, server_context());
    pair.handshake();
    pair.server.write("one");
    pair.server.write("two");
    pair.carry();
    broken = true;
    ByteVector buffer(3);
    EXPECT_THROW(pair.client.read_into(buffer), SSLError);
    EXPECT_EQ(text(buffer), "one") << "it was read, and does not come again";
    broken = false;
    EXPECT_EQ(text(pair.client.read()), "two");
}

TEST(ConfigHook, that_changes_its_context_neither_hangs_nor_leaks_the_change_into_its_config) {
    SSLContext client = client_context();
    int asked = 0;
    client.set_client_config_hook([&](ClientConfig&) {
        ++asked;
        client.set_alpn_protocols({"later"});
    });
    SSLContext server = server_context();
    server.set_alpn_protocols({"later"});
    ObjectPair pair(client, server);
    pair.handshake();
    EXPECT_GE(asked, 1);
    EXPECT_EQ(pair.client.selected_alpn_protocol(), "later") << "settings made between wrap and handshake";
}

TEST(ConfigHook, can_give_the_clock_that_certificates_are_judged_by) {
    // The certificates of these tests are valid for a day.
    static pavise::testing::FixedClock far_future(system_clock().now() + std::chrono::days(1000));
    SSLContext client = client_context();
    client.set_client_config_hook([](ClientConfig& config) { config.clock = &far_future; });
    ObjectPair pair(client, server_context());
    const auto error = caught<SSLCertVerificationError>(pair.try_handshake().client);
    ASSERT_TRUE(error.error());
    EXPECT_EQ(error.error()->code, ErrorCode::certificate_expired);
}

TEST(MovedFrom, objects_say_so_whatever_is_called) {
    ObjectPair pair(client_context(), server_context());
    pair.handshake();
    SSLObject taken(std::move(pair.client));
    SSLObject& gone = pair.client; // NOLINT(bugprone-use-after-move): which is what is tested
    ByteVector buffer(10);
    EXPECT_THROW(gone.do_handshake(), ValueError);
    EXPECT_THROW(gone.read(), ValueError);
    EXPECT_THROW(gone.read_into(buffer), ValueError);
    EXPECT_THROW(gone.write("x"), ValueError);
    EXPECT_THROW(gone.unwrap(), ValueError);
    EXPECT_THROW(gone.close_sending(), ValueError);
    EXPECT_THROW(gone.refuse(ALERT_DESCRIPTION_INTERNAL_ERROR), ValueError);
    EXPECT_THROW(gone.release_idle(), ValueError);
    EXPECT_THROW(gone.negotiated(), ValueError);
    EXPECT_THROW(gone.certificate_requests(), ValueError);
    EXPECT_THROW(gone.early_data_accepted(), ValueError);
    EXPECT_THROW(gone.session(), ValueError);
    EXPECT_THROW(gone.update_keys(), ValueError);
    const auto bad = std::error_code(EBADF, std::system_category());
    const auto expect_bad = [&](auto&& operation) {
        std::error_code code;
        operation(code);
        EXPECT_EQ(code, bad);
    };
    expect_bad([&](std::error_code& code) { gone.do_handshake(code); });
    expect_bad([&](std::error_code& code) { gone.read_into(buffer, code); });
    expect_bad([&](std::error_code& code) { gone.write("x", code); });
    expect_bad([&](std::error_code& code) { gone.unwrap(code); });
    expect_bad([&](std::error_code& code) { gone.close_sending(code); });
    expect_bad([&](std::error_code& code) { gone.refuse(ALERT_DESCRIPTION_INTERNAL_ERROR, code); });
    expect_bad([&](std::error_code& code) { gone.update_keys(KeyUpdateScope::ours, code); });
    expect_bad([&](std::error_code& code) { gone.verify_client_post_handshake(code); });
    EXPECT_EQ(taken.write("x"), 1u) << "the one that has the connection goes on";
}

TEST(MovedFrom, connections_show_their_messages_to_the_callback_as_who_they_are_now) {
    SSLConnection* shown = nullptr;
    SSLContext client = client_context();
    client.set_msg_callback([&](SSLConnection& connection, auto&&) { shown = &connection; });
    ObjectPair pair(client, server_context());
    pair.handshake();
    EXPECT_EQ(shown, &pair.client);
    SSLObject taken(std::move(pair.client));
    taken.write("x");
    EXPECT_EQ(shown, &taken);
}

TEST(Refusing, takes_odd_moments_and_odd_reasons) {
    ObjectPair pair(client_context(), server_context());
    pair.handshake();
    std::error_code code;
    pair.client.refuse(ALERT_DESCRIPTION_CLOSE_NOTIFY, code);
    EXPECT_TRUE(code);
    pair.client.refuse(ALERT_DESCRIPTION_INTERNAL_ERROR, code);
    EXPECT_FALSE(code);
    pair.client.refuse(ALERT_DESCRIPTION_INTERNAL_ERROR, code);
    EXPECT_TRUE(code) << "it was given up already";
    pair.client.write("x", code);
    EXPECT_TRUE(code);
    pair.client.close_sending(code);
    EXPECT_TRUE(code);
    EXPECT_EQ(waiting_in(pair.client_out).size(), 24u) << "one alert of TLS 1.3 and nothing behind it";
}

} // namespace
} // namespace pavise::ssl
