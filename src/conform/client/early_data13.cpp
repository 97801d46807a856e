// Early data as clients of TLS 1.3 send it. We know its keys where it is under a ticket that we gave.
#include "conform/as_server.hpp"
#include "conform/groups.hpp"
#include "conform/needs.hpp"
#include "crypto/cipher_suite.hpp"
#include "messages/extension/early_data.hpp"

#include <algorithm>

namespace pavise::conform {

namespace {

using enum AlertDescription;

inline constexpr Need offers_early_data{[](const Profile& p) { return p.offers(ExtensionType::early_data); },
                                        "it sends no early data"};
// The ticket is the first key that it offers, whose keys protect early data.
inline constexpr Need under_our_ticket{[](const Profile& p) { return p.ticket_place == 0; },
                                       "it sends no early data under a ticket of ours"};

// The hello came, with early data behind it; our whole flight went out, which takes the key, and what it
// offers as early data too.
void accept_early_data(AsServer13& t) {
    t.script.cipher_suites = {t.profile().ticket->suite};
    t.hello();
    if (t.ok() && !t.server().client_hello().extensions.contains(ExtensionType::early_data))
        return t.does_not_apply("this time it sends no early data");
    const auto& ticket = *t.profile().ticket;
    t.us().use_early_data_keys(ticket.suite, ticket.key);
    const auto hello = t.server().server_hello_with_psk(0, ticket.key);
    t.server().send_server_hello_alone(hello);
    if (!t.server().client_hello().legacy_session_id.empty()) t.us().send_change_cipher_spec();
    t.us().use_suite(hello.cipher_suite);
    t.us().derive_handshake_keys(t.server().shared_secret());
    t.us().write_with(peer::Epoch::handshake);
    auto encrypted = t.server().encrypted_extensions();
    encrypted.extensions.add(messages::EarlyData{});
    t.us().send(encrypted);
    t.server().send_finished();
}

// What comes under the keys of early data, up to EndOfEarlyData; how many bytes of data there were.
std::size_t expect_early_data(AsServer13& t) {
    std::size_t count = 0;
    while (t.ok()) {
        const auto& event = t.us().peek();
        if (!event || event->type != ContentType::application_data) break;
        count += event->bytes.size();
        (void)t.us().next();
    }
    (void)t.us().expect_message(HandshakeType::end_of_early_data);
    return count;
}

// The other side ends the connection. Its alert may be under the keys of early data, and say nothing to us.
void ended(AsServer13& t) {
    constexpr int most_events = 64;
    t.expects("the connection is ended");
    t.from_here();
    for (int i = 0; i < most_events && t.ok(); ++i) {
        const auto event = t.us().next();
        if (event && event->type == ContentType::alert) return t.passes("an alert came");
        if (!event && t.is_over()) return t.passes("the connection was ended without an alert");
        if (!event) return t.fails("nothing came, and the connection stays open");
    }
    if (t.ok()) t.fails("the other side went on");
}

constexpr Rule end_where_accepted = must(
    "8446 §4.5", "If the server sent an \"early_data\" extension in EncryptedExtensions, the client MUST "
                 "send an EndOfEarlyData message after receiving the server Finished.");

constexpr std::array early{
    Check{"early-data-with-key",
          "A hello with early_data has pre_shared_key",
          must("8446 §4.2.10", "If the client opts to do so, it MUST supply both the \"pre_shared_key\" and "
                               "\"early_data\" extensions."),
          {offers_early_data},
          [](AsServer13& t) {
              t.from_here();
              const auto hello = t.server().expect_client_hello();
              if (t.ok() && !hello.extensions.contains(ExtensionType::early_data))
                  return t.does_not_apply("this time it sends no early data");
              t.demand(hello.extensions.contains(ExtensionType::pre_shared_key), "pre_shared_key is there");
          }},
    Check{"early-data-ended",
          "Accepted early data ends with EndOfEarlyData",
          end_where_accepted,
          {offers_early_data, under_our_ticket},
          [](AsServer13& t) {
              accept_early_data(t);
              t.from_here();
              (void)expect_early_data(t);
              t.us().read_with(peer::Epoch::handshake);
              t.server().expect_finished();
              t.serves();
          }},
    Check{"early-data-under-first-key",
          "Early data is under the keys of the first pre-shared key",
          must("8446 §4.2.10", "The PSK used to encrypt the early data MUST be the first PSK listed in the "
                               "client's \"pre_shared_key\" extension."),
          {offers_early_data, under_our_ticket},
          [](AsServer13& t) {
              accept_early_data(t);
              // What is under other keys is skipped, and its end too.
              t.from_here();
              const std::size_t count = expect_early_data(t);
              if (t.ok() && count == 0) t.does_not_apply("it sent no byte of early data");
          }},
    Check{"early-data-not-ended",
          "Early data that is not accepted does not end with EndOfEarlyData",
          must("8446 §4.5", "If the server does not send an \"early_data\" extension in EncryptedExtensions, "
                            "then the client MUST NOT send an EndOfEarlyData message."),
          {offers_early_data},
          [](AsServer13& t) {
              t.begin();
              t.from_here();
              t.server().send_rest_of_flight();
              t.server().expect_finished();
              t.serves();
          }},
    Check{"early-data-not-ended-with-key",
          "Early data that is not accepted with its key does not end with EndOfEarlyData",
          must("8446 §4.5", "If the server does not send an \"early_data\" extension in EncryptedExtensions, "
                            "then the client MUST NOT send an EndOfEarlyData message."),
          {offers_early_data, under_our_ticket},
          [](AsServer13& t) {
              t.script.cipher_suites = {t.profile().ticket->suite};
              t.hello();
              if (!t.ok()) return;
              t.server().send_server_hello(t.server().server_hello_with_psk(0, t.profile().ticket->key));
              t.from_here();
              t.server().send_rest_of_flight();
              t.server().expect_finished();
              t.serves();
          }},
    Check{"early-data-not-after-retry",
          "After a HelloRetryRequest there is no early_data",
          must("8446 §4.1.2",
               "Removing the \"early_data\" extension (Section 4.2.10) if one was present. Early "
               "data is not permitted after a HelloRetryRequest."),
          {offers_early_data},
          [](AsServer13& t) {
              if (!t.request_retry()) return;
              t.from_here();
              const auto second = t.server().expect_client_hello();
              t.demand(!second.extensions.contains(ExtensionType::early_data), "early_data is not there");
          }},
    Check{"early-data-old-server",
          "A ServerHello of TLS 1.2 in answer to early data is refused",
          must("8446 §D.3",
               "A client that attempts to send 0-RTT data MUST fail a connection if it receives a "
               "ServerHello with TLS 1.2 or older."),
          {offers_early_data, Need{[](const Profile& p) { return !p.suites12.empty(); },
                                   "it offers no suite of TLS 1.2 that we know"}},
          [](AsServer13& t) {
              t.hello();
              auto hello = t.server().server_hello();
              hello.cipher_suite = t.profile().suites12.front();
              hello.extensions = {};
              t.server().send_server_hello_alone(hello);
              ended(t);
          }},
    Check{"early-data-accepted-without-key",
          "early_data of a server that takes no pre-shared key is refused",
          must("8446 §4.2.11",
               "If the server supplies an \"early_data\" extension, the client MUST verify that "
               "the server's selected_identity is 0."),
          {offers_early_data},
          [](AsServer13& t) {
              t.refuses_encrypted_extensions(
                  {illegal_parameter, unsupported_extension},
                  [](peer::ExtensionsDraft& extensions) { extensions.add(messages::EarlyData{}); });
          }},
};

} // namespace

Group client_early_data() {
    return {"Clients, TLS 1.3: early data", early};
}

} // namespace pavise::conform
