// How a connection ends: closure alerts, error alerts, and the end of the stream.
#include "conform/both/roles.hpp"

namespace pavise::conform {

namespace {

using enum AlertDescription;

constexpr Rule fatal_ends_13 = must("8446 §6.2", "Upon transmission or receipt of a fatal alert message, "
                                                 "both parties MUST immediately close the connection.");
constexpr Rule fatal_ends_12 = must(
    "5246 §7.2.2",
    "Upon transmission or receipt of a fatal alert message, both parties immediately close the connection.");

// The connection is over, whatever else came before.
template <class As> void ended(As& t) {
    t.expects("the connection is ended");
    t.from_here();
    constexpr int most_events = 64;
    for (int i = 0; t.ok() && i < most_events; ++i) {
        const auto event = t.us().next();
        if (!t.ok()) return;
        if (!event && t.is_over()) return;
        if (!event) return t.fails("the connection stays open");
        if (event->type == ContentType::alert && checks_servers<As>)
            return t.passes("it ended the connection with " + peer::describe(event));
    }
    t.fails("it went on");
}

template <class As> void after_close_notify(As& t) {
    t.connect();
    t.us().send_alert(close_notify, AlertLevel::warning);
    t.close_notify_answered();
}

template <class As> void answers_close_notify(As& t) {
    t.connect();
    t.us().send_alert(close_notify, AlertLevel::warning);
    t.expects("close_notify before the end of the connection");
    t.from_here();
    while (t.ok()) {
        const auto event = t.us().next();
        if (!t.ok()) return;
        if (!event)
            return t.fails(t.is_over() ? "the connection was ended without close_notify" : "nothing came");
        if (event->type == ContentType::alert && event->bytes.size() == 2) {
            if (static_cast<AlertDescription>(event->bytes[1]) == close_notify) return;
            return t.fails(peer::describe(event) + " came instead");
        }
    }
}

template <class As> void data_after_close_notify(As& t) {
    t.connect();
    t.us().send_alert(close_notify, AlertLevel::warning);
    t.us().send_data("after the end");
    t.close_notify_answered();
}

template <class As, AlertDescription description> void fatal(As& t) {
    t.connect();
    t.us().send_alert(description, AlertLevel::fatal);
    ended(t);
}

template <class As> void fatal_by_another_level(As& t) {
    t.connect();
    t.us().send_alert(handshake_failure, AlertLevel::warning);
    ended(t);
}

template <class As> void unknown_alert(As& t) {
    t.connect();
    t.us().send_alert(static_cast<AlertDescription>(200), AlertLevel::warning);
    ended(t);
}

template <class As> void cancelled(As& t) {
    t.connect();
    t.us().send_alert(user_canceled, AlertLevel::warning);
    t.us().send_alert(close_notify, AlertLevel::warning);
    t.close_notify_answered();
}

template <class As> void warnings(As& t) {
    t.connect();
    t.from_here();
    t.us().send_alert(user_canceled, AlertLevel::warning);
    t.serves();
}

template <class As> void no_alert_is_answered(As& t) {
    t.connect();
    t.us().send_alert(internal_error, AlertLevel::fatal);
    t.expects("the connection is ended without further data");
    t.from_here();
    while (t.ok()) {
        const auto event = t.us().next();
        if (!t.ok()) return;
        if (!event && t.is_over()) return;
        if (!event) return t.fails("the connection stays open");
        if (event->type == ContentType::application_data && !event->bytes.empty() && checks_servers<As>)
            return t.fails("application data came");
    }
}

template <class As>
constexpr std::array closing_of_both{
    Check{
        "close-notify",
        "close_notify ends the connection, and not by an error",
        by_version<As>(
            must("8446 §6.1",
                 "This alert notifies the recipient that the sender will not send any more messages on "
                 "this connection."),
            must("5246 §7.2.1", "This message notifies the recipient that the sender will not send any more "
                                "messages on this connection.")),
        {},
        &after_close_notify<As>},
    Check{"close-notify-answered",
          "close_notify is sent before the connection is ended",
          by_version<As>(
              must("8446 §6.1",
                   "Each party MUST send a \"close_notify\" alert before closing its write side of the "
                   "connection, unless it has already sent some error alert."),
              must("5246 §7.2.1",
                   "The other party MUST respond with a close_notify alert of its own and close down "
                   "the connection immediately")),
          {},
          &answers_close_notify<As>},
    Check{"close-notify-then-data",
          "Data after close_notify is ignored",
          by_version<As>(
              must("8446 §6.1", "Any data received after a closure alert has been received MUST be ignored."),
              must("5246 §7.2.1", "Any data received after a closure alert is ignored.")),
          {},
          &data_after_close_notify<As>},
    Check{"alert-fatal",
          "A fatal alert ends the connection",
          by_version<As>(fatal_ends_13, fatal_ends_12),
          {},
          &fatal<As, handshake_failure>},
    Check{"alert-fatal-no-more-data",
          "After a fatal alert no data comes",
          by_version<As>(
              must("8446 §6",
                   "Upon receiving an error alert, the TLS implementation SHOULD indicate an error to the "
                   "application and MUST NOT allow any further data to be sent or received on the "
                   "connection."),
              fatal_ends_12),
          {},
          &no_alert_is_answered<As>},
    Check{"alert-unknown-fatal",
          "A fatal alert that nobody knows ends the connection",
          by_version<As>(must("8446 §6", "Unknown Alert types MUST be treated as error alerts."),
                         fatal_ends_12),
          {},
          &fatal<As, static_cast<AlertDescription>(201)>},
    Check{
        "alert-user-canceled",
        "user_canceled and close_notify end the connection, and not by an error",
        by_version<As>(must("8446 §6.1", "This alert notifies the recipient that the sender is canceling the "
                                         "handshake for some reason unrelated to a protocol failure."),
                       must("5246 §7.2.2", "This message is generally a warning.")),
        {},
        &cancelled<As>},
};

template <InTls13 As>
constexpr std::array closing_of_13{
    Check{"alert-level-is-ignored",
          "An error alert of level warning ends the connection",
          must("8446 §6", "All the alerts listed in Section 6.2 MUST be sent with AlertLevel=fatal and MUST "
                          "be treated as error "
                          "alerts when received regardless of the AlertLevel in the message."),
          {},
          &fatal_by_another_level<As>},
    Check{"alert-unknown-warning",
          "An alert that nobody knows ends the connection, though its level is warning",
          must("8446 §6", "Unknown Alert types MUST be treated as error alerts."),
          {},
          &unknown_alert<As>},
};

constexpr std::array server_half_close_checks{
    Check{
        "half-close",
        "What was asked for before close_notify is still answered",
        should(
            "8446 §6.1",
            "Note that this is a change from versions of TLS prior to TLS 1.3 in which implementations were "
            "required to react to a \"close_notify\" by discarding pending writes and sending an immediate "
            "\"close_notify\" alert of their own."),
        {need::talks},
        [](AsClient13& t) {
            t.connect();
            t.from_here();
            t.us().send_data(t.setting().probe.request);
            t.us().send_alert(close_notify, AlertLevel::warning);
            while (t.ok()) {
                const auto event = t.us().next();
                if (!t.ok()) return;
                if (event && event->type == ContentType::application_data && !event->bytes.empty()) return;
                if (!event || event->type == ContentType::alert)
                    return t.fails(peer::describe(event) + " came before an answer");
            }
        }},
};

} // namespace

Group server_closing13() {
    return {"Servers, TLS 1.3: the end of a connection", closing_of_both<AsClient13>};
}
Group server_closing12() {
    return {"Servers, TLS 1.2: the end of a connection", closing_of_both<AsClient12>};
}
Group client_closing13() {
    return {"Clients, TLS 1.3: the end of a connection", closing_of_both<AsServer13>};
}
Group client_closing12() {
    return {"Clients, TLS 1.2: the end of a connection", closing_of_both<AsServer12>};
}
Group server_alerts13() {
    return {"Servers, TLS 1.3: alerts", closing_of_13<AsClient13>};
}
Group client_alerts13() {
    return {"Clients, TLS 1.3: alerts", closing_of_13<AsServer13>};
}
Group server_half_close() {
    return {"Servers, TLS 1.3: half-close", server_half_close_checks};
}

} // namespace pavise::conform
