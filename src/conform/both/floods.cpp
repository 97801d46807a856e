// Floods: much of what is legal and means little. Whoever is flooded may go on or end the connection; the
// next one has to be served as if nothing had been. Polite: a few hundred small records, on one connection.
#include "conform/both/roles.hpp"

namespace pavise::conform {

namespace {

using enum AlertDescription;

constexpr int many = 300;

// What came of the flood does not matter.
template <class As> void serves_the_next(As& t) {
    t.expects("the next connection is served");
    t.reconnect();
    t.from_here();
    if constexpr (checks_servers<As>)
        t.accepts([](Hello&) {});
    else
        t.accepts([](peer::ServerHelloDraft&) {});
}

template <class As> void of_empty_data(As& t) {
    t.connect();
    for (int i = 0; t.ok() && i < many; ++i) t.us().send_record(ContentType::application_data, {});
    serves_the_next(t);
}

template <class As> void of_warnings(As& t) {
    t.connect();
    for (int i = 0; t.ok() && i < many; ++i) t.us().send_alert(user_canceled, AlertLevel::warning);
    serves_the_next(t);
}

template <InTls13 As> void of_key_updates(As& t) {
    t.connect();
    for (int i = 0; t.ok() && i < many; ++i) {
        t.us().send_message(peer::written(HandshakeType::key_update, bytes({1})));
        t.us().update_write_keys();
    }
    serves_the_next(t);
}

void of_compatibility_records(AsClient13& t) {
    t.client().send_client_hello();
    t.client().expect_flight();
    for (int i = 0; t.ok() && i < many; ++i) t.us().send_change_cipher_spec();
    serves_the_next(t);
}

void of_renegotiations(AsClient12& t) {
    t.connect();
    for (int i = 0; t.ok() && i < many; ++i) t.us().send_message(t.hello().message());
    serves_the_next(t);
}

void of_hello_requests(AsServer12& t) {
    t.connect();
    for (int i = 0; t.ok() && i < many; ++i) t.us().send_record(ContentType::handshake, bytes({0, 0, 0, 0}));
    serves_the_next(t);
}

void of_tickets(AsServer13& t) {
    t.connect();
    for (int i = 0; t.ok() && i < many; ++i) {
        peer::NewSessionTicketDraft ticket;
        ticket.ticket_nonce = bytes({i >> 8, i & 0xff});
        t.server().send_ticket(ticket);
    }
    serves_the_next(t);
}

// Hellos that never end, one connection after another.
template <class As> void of_halves(As& t) {
    constexpr int some = 40;
    for (int i = 0; t.ok() && i < some; ++i) {
        const ByteVector hello = t.hello().message();
        t.us().send_raw_record(ContentType::handshake, ProtocolVersion::tls_1_2, Bytes(hello).first(60));
        t.reconnect();
    }
    serves_the_next(t);
}

constexpr Rule susceptible =
    should("5246 §F.5", "TLS is susceptible to a number of denial-of-service (DoS) attacks.");

template <class As>
constexpr std::array floods_of_both{
    Check{"flood-empty-data",
          "After three hundred empty records the next connection is served",
          by_version<As>(should("8446 §5.1", "Zero-length fragments of Application Data MAY be sent, as they "
                                             "are potentially useful as a traffic analysis countermeasure."),
                         susceptible),
          {},
          &of_empty_data<As>},
    Check{"flood-warnings",
          "After three hundred warnings the next connection is served",
          by_version<As>(should("8446 §6.1", "This alert notifies the recipient that the sender is canceling "
                                             "the handshake for some reason unrelated to a protocol "
                                             "failure."),
                         susceptible),
          {},
          &of_warnings<As>},
};

template <InTls13 As>
constexpr std::array key_update_floods{
    Check{"flood-key-updates",
          "After three hundred requested KeyUpdates the next connection is served",
          should("8446 §4.6.3",
                 "implementations may receive an arbitrary number of messages between sending a "
                 "KeyUpdate with request_update set to \"update_requested\" and receiving the "
                 "peer's KeyUpdate"),
          {},
          &of_key_updates<As>},
};

constexpr std::array floods_of_servers13{
    Check{"flood-change-cipher-spec",
          "After three hundred change_cipher_specs the next connection is served",
          should("8446 §5", "and MUST simply drop it without further processing."),
          {},
          &of_compatibility_records},
    Check{"flood-half-hellos",
          "After forty connections that end within their hello the next one is served",
          susceptible,
          {},
          &of_halves<AsClient13>},
};

constexpr std::array floods_of_servers12{
    Check{"flood-renegotiations",
          "After three hundred requests for renegotiation the next connection is served",
          susceptible,
          {},
          &of_renegotiations},
    Check{"flood-half-hellos",
          "After forty connections that end within their hello the next one is served",
          susceptible,
          {},
          &of_halves<AsClient12>},
};

constexpr std::array floods_of_clients13{
    Check{"flood-tickets",
          "After three hundred tickets the next connection is made",
          should("8446 §4.6.1", "Servers MAY send multiple tickets on a single connection"),
          {},
          &of_tickets},
};

constexpr std::array floods_of_clients12{
    Check{"flood-hello-requests",
          "After three hundred HelloRequests the next connection is made",
          should("5246 §7.4.1.1",
                 "This message MAY be ignored by the client if it does not wish to renegotiate "
                 "a session"),
          {},
          &of_hello_requests},
};

} // namespace

Group server_floods() {
    return {"Servers, TLS 1.3: floods", floods_of_both<AsClient13>};
}
Group server_floods12() {
    return {"Servers, TLS 1.2: floods", floods_of_both<AsClient12>};
}
Group client_floods() {
    return {"Clients, TLS 1.3: floods", floods_of_both<AsServer13>};
}
Group client_floods12() {
    return {"Clients, TLS 1.2: floods", floods_of_both<AsServer12>};
}
Group server_key_update_floods() {
    return {"Servers, TLS 1.3: floods of KeyUpdates", key_update_floods<AsClient13>};
}
Group client_key_update_floods() {
    return {"Clients, TLS 1.3: floods of KeyUpdates", key_update_floods<AsServer13>};
}
Group server_handshake_floods() {
    return {"Servers, TLS 1.3: floods during the handshake", floods_of_servers13};
}
Group server_handshake_floods12() {
    return {"Servers, TLS 1.2: floods of handshakes", floods_of_servers12};
}
Group client_ticket_floods() {
    return {"Clients, TLS 1.3: floods of tickets", floods_of_clients13};
}
Group client_request_floods() {
    return {"Clients, TLS 1.2: floods of HelloRequests", floods_of_clients12};
}

} // namespace pavise::conform
