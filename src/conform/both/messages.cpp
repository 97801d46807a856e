// Handshake messages that have no place after the handshake, or no place at all.
#include "conform/both/roles.hpp"
#include "conform/rules.hpp"
#include "messages/key_update.hpp"

namespace pavise::conform {

namespace {

using enum AlertDescription;
using peer::written;

template <class As, HandshakeType type, std::size_t size> void afterwards(As& t) {
    t.connect();
    t.us().send_message(written(type, repeated(size, 1)));
    // A peer that knows the message may find that its body is nothing; one that never takes it need not look.
    t.refused({unexpected_message, decode_error, illegal_parameter, handshake_failure, no_renegotiation});
}

// Types that are not defined have no body that could be wrong.
template <class As, HandshakeType type> void unknown_afterwards(As& t) {
    t.connect();
    t.us().send_message(written(type, bytes({1, 2, 3})));
    t.refused({unexpected_message, decode_error, illegal_parameter});
}

template <class As> void again(As& t) {
    t.connect();
    // With a verify_data as it would be if there were another one.
    t.us().send_message(written(HandshakeType::finished, repeated(in_tls13<As> ? 32 : 12, 9)));
    t.refused({unexpected_message, decrypt_error, decode_error});
}

template <class As> void two_alerts_in_one_record(As& t) {
    t.connect();
    t.us().send_record(ContentType::alert, bytes({1, 90, 1, 90}));
    t.refused({unexpected_message, decode_error, illegal_parameter});
}

template <class As> void alert_of_one_byte(As& t) {
    t.connect();
    t.us().send_record(ContentType::alert, bytes({1}));
    t.us().send_record(ContentType::application_data, as_bytes("x"));
    t.refused({unexpected_message, decode_error, illegal_parameter});
}

template <class As>
constexpr std::array messages_of_both{
    Check{"late-finished",
          "A second Finished is refused",
          by_version<As>(rule::unexpected_order13, rule::unexpected_order12),
          {},
          &again<As>},
    Check{"late-certificate",
          "A Certificate that nobody asked for is refused after the handshake",
          by_version<As>(rule::unexpected_order13, rule::unexpected_order12),
          {},
          &afterwards<As, HandshakeType::certificate, 8>},
    Check{"late-certificate-verify",
          "A CertificateVerify is refused after the handshake",
          by_version<As>(rule::unexpected_order13, rule::unexpected_order12),
          {},
          &afterwards<As, HandshakeType::certificate_verify, 40>},
    Check{"late-server-hello-done",
          "A ServerHelloDone is refused after the handshake",
          by_version<As>(rule::unexpected_order13, rule::unexpected_order12),
          {},
          &afterwards<As, HandshakeType::server_hello_done, 0>},
    Check{"late-client-key-exchange",
          "A ClientKeyExchange is refused after the handshake",
          by_version<As>(rule::unexpected_order13, rule::unexpected_order12),
          {},
          &afterwards<As, HandshakeType::client_key_exchange, 33>},
    Check{"late-server-key-exchange",
          "A ServerKeyExchange is refused after the handshake",
          by_version<As>(rule::unexpected_order13, rule::unexpected_order12),
          {},
          &afterwards<As, HandshakeType::server_key_exchange, 80>},
    Check{"late-encrypted-extensions",
          "EncryptedExtensions are refused after the handshake",
          by_version<As>(must("8446 §4.3.1",
                              "In all handshakes, the server MUST send the EncryptedExtensions message "
                              "immediately after the ServerHello message."),
                         rule::unexpected_order12),
          {},
          &afterwards<As, HandshakeType::encrypted_extensions, 2>},
    Check{
        "late-end-of-early-data",
        "EndOfEarlyData is refused after the handshake",
        by_version<As>(must("8446 §4.5",
                            "Servers MUST NOT send this message, and clients receiving it MUST terminate the "
                            "connection with an \"unexpected_message\" alert."),
                       rule::unexpected_order12),
        {},
        &afterwards<As, HandshakeType::end_of_early_data, 0>},
    Check{"late-message-hash",
          "message_hash, which is never sent, is refused",
          by_version<As>(rule::unexpected_order13, rule::unexpected_order12),
          {},
          &afterwards<As, HandshakeType::message_hash, 32>},
    Check{"late-certificate-status",
          "A CertificateStatus is refused after the handshake",
          by_version<As>(rule::unexpected_order13, rule::unexpected_order12),
          {},
          &afterwards<As, HandshakeType::certificate_status, 8>},
    Check{"late-unknown-message",
          "A handshake message of an unknown type is refused",
          by_version<As>(
              must("8446 §4",
                   "Protocol messages MUST be sent in the order defined in Section 4.4.1 and shown in the "
                   "diagrams in Section 2."),
              rule::unexpected_order12),
          {},
          &unknown_afterwards<As, static_cast<HandshakeType>(99)>},
    Check{"two-alerts-in-one-record",
          "Two alerts in one record are refused",
          by_version<As>(
              should("8446 §5.1", "a record with an Alert type MUST contain exactly one message."),
              should("5246 §7.2",
                     "alert messages are encrypted and compressed, as specified by the current connection "
                     "state.")),
          {},
          &two_alerts_in_one_record<As>},
    Check{
        "alert-of-one-byte",
        "Half an alert is refused",
        by_version<As>(must("8446 §5.1", "Alert messages (Section 6) MUST NOT be fragmented across records"),
                       should("5246 §7.2", "Alert messages convey the severity of the message")),
        {},
        &alert_of_one_byte<As>},
};

// ---------------------------------------------------------------- who is who

template <class As> void hello_of_ours(As& t) {
    t.connect();
    if constexpr (checks_servers<As>)
        t.client().send_client_hello();
    else
        t.server().send_message(written(HandshakeType::server_hello, repeated(60, 3)));
    t.refused({unexpected_message, no_renegotiation, handshake_failure, decode_error, illegal_parameter});
}

// A server's message to a server, and a client's to a client.
template <class As> void hello_of_theirs(As& t) {
    t.connect();
    t.us().send_message(written(
        checks_servers<As> ? HandshakeType::server_hello : HandshakeType::client_hello, repeated(60, 3)));
    t.refused({unexpected_message, decode_error, illegal_parameter, handshake_failure});
}

void ticket_for_a_server13(AsClient13& t) {
    t.connect();
    t.us().send(peer::NewSessionTicketDraft{});
    t.refused({unexpected_message});
}

void ticket_for_a_server12(AsClient12& t) {
    t.connect();
    t.us().send_message(written(HandshakeType::new_session_ticket, bytes({0, 0, 1, 0, 0, 4, 1, 2, 3, 4})));
    t.refused({unexpected_message});
}

void hello_request_for_a_server13(AsClient13& t) {
    t.connect();
    t.us().send_message(written(HandshakeType::hello_request, {}));
    t.refused({unexpected_message});
}

void hello_request_for_a_server12(AsClient12& t) {
    t.connect();
    t.us().send_message(written(HandshakeType::hello_request, {}));
    t.refused({unexpected_message});
}

void hello_request_for_a_client13(AsServer13& t) {
    t.connect();
    t.us().send_message(written(HandshakeType::hello_request, {}));
    t.refused({unexpected_message});
}

void ticket_after_a_handshake12(AsServer12& t) {
    t.connect();
    t.us().send_message(written(HandshakeType::new_session_ticket, bytes({0, 0, 1, 0, 0, 4, 1, 2, 3, 4})));
    t.refused({unexpected_message});
}

constexpr std::array servers13{
    Check{"late-client-hello",
          "A ClientHello after the handshake is refused",
          must("8446 §4.1.2",
               "Because TLS 1.3 forbids renegotiation, if a server has negotiated TLS 1.3 and receives a "
               "ClientHello at any other time, it MUST terminate the connection with an "
               "\"unexpected_message\" alert."),
          {},
          [](AsClient13& t) {
              t.connect();
              t.client().send_client_hello();
              t.refused({unexpected_message});
          }},
    Check{"late-server-hello",
          "A ServerHello is refused",
          rule::unexpected_order13,
          {},
          &hello_of_theirs<AsClient13>},
    Check{"late-new-session-ticket",
          "A NewSessionTicket from a client is refused",
          rule::unexpected_order13,
          {},
          &ticket_for_a_server13},
    Check{"late-hello-request",
          "A HelloRequest is refused",
          rule::unexpected_order13,
          {},
          &hello_request_for_a_server13},
};
constexpr std::array servers12{
    Check{"late-server-hello",
          "A ServerHello is refused",
          rule::unexpected_order12,
          {},
          &hello_of_theirs<AsClient12>},
    Check{"late-new-session-ticket",
          "A NewSessionTicket from a client is refused",
          rule::unexpected_order12,
          {},
          &ticket_for_a_server12},
    Check{"late-hello-request",
          "A HelloRequest from a client is refused",
          rule::unexpected_order12,
          {},
          &hello_request_for_a_server12},
};
constexpr std::array clients13{
    Check{"late-server-hello",
          "A ServerHello after the handshake is refused",
          rule::unexpected_order13,
          {},
          &hello_of_ours<AsServer13>},
    Check{"late-client-hello",
          "A ClientHello is refused",
          rule::unexpected_order13,
          {},
          &hello_of_theirs<AsServer13>},
    Check{"late-hello-request",
          "A HelloRequest is refused",
          rule::unexpected_order13,
          {},
          &hello_request_for_a_client13},
};
constexpr std::array clients12{
    Check{"late-server-hello",
          "A ServerHello after the handshake is refused",
          rule::unexpected_order12,
          {},
          &hello_of_ours<AsServer12>},
    Check{"late-client-hello",
          "A ClientHello is refused",
          rule::unexpected_order12,
          {},
          &hello_of_theirs<AsServer12>},
    Check{"late-new-session-ticket",
          "A NewSessionTicket after the handshake is refused",
          must("5077 §3.3",
               "This message MUST NOT be sent if the server did not include a SessionTicket extension in the "
               "ServerHello."),
          {},
          &ticket_after_a_handshake12},
};

} // namespace

Group server_messages13() {
    return {"Servers, TLS 1.3: messages out of place", messages_of_both<AsClient13>};
}
Group server_messages12() {
    return {"Servers, TLS 1.2: messages out of place", messages_of_both<AsClient12>};
}
Group client_messages13() {
    return {"Clients, TLS 1.3: messages out of place", messages_of_both<AsServer13>};
}
Group client_messages12() {
    return {"Clients, TLS 1.2: messages out of place", messages_of_both<AsServer12>};
}
Group server_role13() {
    return {"Servers, TLS 1.3: messages of the other role", servers13};
}
Group server_role12() {
    return {"Servers, TLS 1.2: messages of the other role", servers12};
}
Group client_role13() {
    return {"Clients, TLS 1.3: messages of the other role", clients13};
}
Group client_role12() {
    return {"Clients, TLS 1.2: messages of the other role", clients12};
}

} // namespace pavise::conform
