// Early data, as servers of TLS 1.3 have to handle it.
#include "conform/groups.hpp"
#include "conform/needs.hpp"
#include "conform/rules.hpp"
#include "conform/server/tickets.hpp"
#include "messages/extension/early_data.hpp"

namespace pavise::conform {

namespace {

using enum AlertDescription;

// Early data behind a hello that offers a ticket, and the server's whole answer.
Hello offering_early_data(AsClient13& t, const Ticket& ticket) {
    Hello hello = t.hello();
    peer::ScriptedClient::allow_psks(hello);
    hello.extensions.add(messages::EarlyData{});
    t.client().offer_psk(hello, ticket);
    return hello;
}

// The server's answer does not accept early data, or ends the connection.
void early_data_not_accepted(AsClient13& t) {
    t.expects("EncryptedExtensions without early_data, or an alert");
    t.from_here();
    const auto& event = t.us().peek();
    if (!event || event->type != ContentType::handshake) return t.refused();
    t.client().expect_server_hello();
    const auto encrypted = t.client().expect_encrypted_extensions();
    t.demand(!encrypted.extensions.contains(ExtensionType::early_data), "early_data is not accepted");
}

// A hello of which the server accepts early data; what comes after EncryptedExtensions is still to be read.
void begin_early_data(AsClient13& t, const Hello& hello) {
    t.client().send_client_hello(hello);
    t.client().expect_server_hello();
    const auto encrypted = t.client().expect_encrypted_extensions();
    if (t.ok() && !encrypted.extensions.contains(ExtensionType::early_data))
        t.does_not_apply("early data was not accepted");
}

// How long the record is in which EncryptedExtensions begin.
std::size_t first_protected_length(AsClient13& t) {
    for (const auto& header : t.us().record_headers())
        if (header.type == ContentType::application_data) return header.length;
    return 0;
}

// The server's Finished: what it says then, alerts too, is under its application keys.
void expect_end_of_flight(AsClient13& t) {
    (void)t.us().expect_message(HandshakeType::finished);
    t.us().derive_application_keys();
    t.us().read_with(peer::Epoch::application);
}

constexpr std::array early{
    Check{"early-data-skipped",
          "Early data that is not accepted is skipped",
          must("8446 §4.2.10", "Ignore the extension and return a regular 1-RTT response. The server then "
                               "skips past early data by attempting to deprotect "
                               "received records using the handshake traffic key, discarding records which "
                               "fail deprotection (up to the configured "
                               "max_early_data_size)."),
          {},
          [](AsClient13& t) {
              const Hello hello = offering_early_data(t, unknown_ticket());
              t.from_here();
              t.client().send_client_hello(hello);
              t.us().send_change_cipher_spec();
              t.us().send_raw_record(ContentType::application_data, ProtocolVersion::tls_1_2,
                                     repeated(120, 0x3c));
              t.client().expect_flight();
              t.client().send_second_flight();
              t.serves();
          }},
    Check{"early-data-after-retry",
          "Early data is skipped up to the hello that answers a HelloRetryRequest",
          must("8446 §4.2.10",
               "Request that the client send another ClientHello by responding with a HelloRetryRequest."),
          {},
          [](AsClient13& t) {
              Hello hello = t.hello();
              hello.extensions.set(ExtensionType::key_share, bytes({0, 0}));
              peer::ScriptedClient::allow_psks(hello);
              hello.extensions.add(messages::EarlyData{});
              t.client().offer_psk(hello, unknown_ticket());
              t.from_here();
              t.client().send_client_hello(hello);
              t.us().send_raw_record(ContentType::application_data, ProtocolVersion::tls_1_2,
                                     repeated(120, 0x3c));
              const auto retry = t.client().expect_hello_retry_request();
              if (!t.ok()) return;
              Hello second = t.client().second_client_hello(retry);
              second.extensions.remove(ExtensionType::early_data);
              second.extensions.remove(ExtensionType::pre_shared_key);
              t.client().send_client_hello(second);
              t.client().expect_flight();
              t.client().send_second_flight();
              t.serves();
          }},
    Check{"early-data-without-psk",
          "early_data without pre_shared_key is refused, or not accepted",
          must("8446 §4.2.10", "If the client opts to do so, it MUST supply both the \"pre_shared_key\" and "
                               "\"early_data\" extensions."),
          {},
          [](AsClient13& t) {
              Hello hello = t.hello();
              hello.extensions.add(messages::EarlyData{});
              t.client().send_client_hello(hello);
              early_data_not_accepted(t);
          }},
    Check{"early-data-not-empty",
          "An early_data extension with contents is refused",
          rule::cannot_be_parsed,
          // Who takes no early data need not know the extension.
          {need::early_data},
          [](AsClient13& t) {
              Hello hello = t.hello();
              peer::ScriptedClient::allow_psks(hello);
              hello.extensions.add(ExtensionType::early_data, bytes({0}));
              t.client().offer_psk(hello, unknown_ticket());
              t.client().send_client_hello(hello);
              t.refused({decode_error, illegal_parameter});
          }},
    Check{"early-data-accepted-for-first",
          "Early data is accepted for the first ticket alone",
          must("8446 §4.2.10", "In order to accept early data, the server MUST have accepted a PSK cipher "
                               "suite and selected the first key offered in the "
                               "client's \"pre_shared_key\" extension."),
          {need::early_data},
          &with_ticket<[](AsClient13& t, const Ticket& ticket) {
              Hello hello = t.hello();
              peer::ScriptedClient::allow_psks(hello);
              hello.extensions.add(messages::EarlyData{});
              t.client().offer_psks(hello, {unknown_ticket_like(ticket), ticket});
              t.client().send_client_hello(hello);
              early_data_not_accepted(t);
          }>},
    Check{"early-data-damaged",
          "Accepted early data that does not decrypt is refused",
          must("8446 §4.2.10", "Specifically, if the server fails to decrypt a 0-RTT record following an "
                               "accepted \"early_data\" extension, it MUST terminate "
                               "the connection with a \"bad_record_mac\" alert as per Section 5.2."),
          {need::early_data},
          &with_ticket<[](AsClient13& t, const Ticket& ticket) {
              begin_early_data(t, offering_early_data(t, ticket));
              expect_end_of_flight(t);
              t.us().send_raw_record(ContentType::application_data, ProtocolVersion::tls_1_2,
                                     repeated(120, 0x3c));
              t.refused({bad_record_mac});
          }>},
    Check{"early-data-once",
          "The same early data is not accepted twice",
          must("8446 §8", "would accept 0-RTT for the same 0-RTT handshake at most once"),
          {need::early_data},
          &with_ticket<[](AsClient13& t, const Ticket& ticket) {
              const Hello hello = offering_early_data(t, ticket);
              begin_early_data(t, hello);
              const std::size_t accepted = first_protected_length(t);
              if (!t.ok()) return;
              // What an attacker can do: the same bytes again. He has no keys to read the answer with, but
              // its length tells.
              t.reconnect();
              t.from_here();
              t.us().send_bytes(
                  peer::plaintext_record(ContentType::handshake, ProtocolVersion::tls_1_2, hello.message()));
              const auto again = t.us().expect<messages::ServerHello>();
              if (t.ok() && !again.extensions.contains(ExtensionType::pre_shared_key))
                  return t.passes("the ticket was not taken again");
              (void)t.us().peek();
              t.demand(first_protected_length(t) < accepted,
                       "EncryptedExtensions are shorter by the early_data that accepted it before");
          }>},
    Check{"early-data-no-end",
          "A Finished before EndOfEarlyData is refused",
          must("8446 §4.5", "If the server sent an \"early_data\" extension in EncryptedExtensions, the "
                            "client MUST send an EndOfEarlyData message after "
                            "receiving the server Finished."),
          {need::early_data},
          &with_ticket<[](AsClient13& t, const Ticket& ticket) {
              begin_early_data(t, offering_early_data(t, ticket));
              expect_end_of_flight(t);
              t.us().write_with(peer::Epoch::handshake);
              t.us().send(t.client().finished());
              t.refused({unexpected_message, bad_record_mac});
          }>},
};

} // namespace

Group server_early_data() {
    return {"Servers, TLS 1.3: early data", early};
}

} // namespace pavise::conform
