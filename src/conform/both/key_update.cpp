// KeyUpdate (RFC 8446 §4.6.3), and how connections end (§6, RFC 5246 §7.2).
#include "messages/key_update.hpp"
#include "conform/both/roles.hpp"
#include "conform/rules.hpp"

namespace pavise::conform {

namespace {

using enum AlertDescription;
using peer::written;

// Polite: enough to see that updates are followed, and less than any limit that a peer may have.
constexpr int some_updates = 5;

ByteVector key_update(int request) {
    return written(HandshakeType::key_update, bytes({request}));
}

// ---------------------------------------------------------------- KeyUpdate

template <InTls13 As> void followed(As& t) {
    t.connect();
    t.from_here();
    t.us().send_message(key_update(0));
    t.us().update_write_keys();
    t.serves();
}

template <InTls13 As> void answered(As& t) {
    t.connect();
    t.expects("a KeyUpdate comes back, which asks for none, before the next data");
    t.from_here();
    t.us().send_message(key_update(1));
    t.us().update_write_keys();
    if constexpr (checks_servers<As>) {
        if (!t.profile().talks) return t.does_not_apply("it sends no application data");
        t.us().send_data(t.setting().probe.request);
    } else {
        // A client answers when it next says something, or at once.
        t.us().send_data("HTTP/1.0 200 OK\r\n\r\n");
    }
    while (t.ok()) {
        const auto event = t.us().next();
        if (!t.ok()) return;
        if (event && event->type == ContentType::handshake) {
            const auto type = static_cast<HandshakeType>(event->bytes[0]);
            if (type == HandshakeType::new_session_ticket) continue;
            if (type == HandshakeType::key_update && event->bytes.size() == 5 && event->bytes[4] == 0) return;
            return t.fails(peer::describe(event) + " came instead of a KeyUpdate that asks for none");
        }
        if (!event && !t.is_over() && !checks_servers<As>)
            return t.is_inconclusive("the client says nothing more, and need not answer before it does");
        return t.fails(peer::describe(event) + " came before a KeyUpdate");
    }
}

template <InTls13 As> void many(As& t) {
    t.connect();
    t.from_here();
    for (int i = 0; i < some_updates; ++i) {
        t.us().send_message(key_update(0));
        t.us().update_write_keys();
    }
    t.serves();
}

template <InTls13 As> void in_pieces(As& t) {
    t.connect();
    t.from_here();
    t.us().send_fragmented(key_update(0), {1, 1, 1});
    t.us().update_write_keys();
    t.serves();
}

template <InTls13 As, int value> void bad_value(As& t) {
    t.connect();
    t.us().send_message(key_update(value));
    t.refused({illegal_parameter});
}

template <InTls13 As> void no_body(As& t) {
    t.connect();
    t.us().send_message(written(HandshakeType::key_update, {}));
    t.refused({decode_error});
}

template <InTls13 As> void long_body(As& t) {
    t.connect();
    t.us().send_message(written(HandshakeType::key_update, bytes({0, 0})));
    t.refused({decode_error});
}

template <InTls13 As> void old_keys(As& t) {
    t.connect();
    t.us().send_message(key_update(0));
    t.us().send_record(ContentType::application_data, as_bytes("under the old keys"));
    t.refused({bad_record_mac});
}

template <InTls13 As> void new_keys_too_soon(As& t) {
    t.connect();
    t.us().update_write_keys();
    t.us().send_message(key_update(0));
    t.refused({bad_record_mac});
}

// Another message behind it in the same record, which would have to be under the new keys.
template <InTls13 As> void not_aligned(As& t) {
    t.connect();
    t.us().send_message(joined({key_update(0), key_update(0)}));
    t.refused({unexpected_message});
}

template <InTls13 As> void partly_aligned(As& t) {
    t.connect();
    t.us().send_record(ContentType::handshake, joined({key_update(0), bytes({24})}));
    t.us().update_write_keys();
    t.us().send_record(ContentType::handshake, bytes({0, 0, 1, 0}));
    t.refused({unexpected_message});
}

template <class As> void unknown_in_tls12(As& t) {
    t.connect();
    t.us().send_message(key_update(0));
    t.refused({unexpected_message, decode_error, illegal_parameter});
}

template <InTls13 As>
constexpr std::array key_updates{
    Check{"key-update-followed",
          "After a KeyUpdate the new keys are used",
          must("8446 §4.6.3", "Upon receiving a KeyUpdate, the receiver MUST update its receiving keys."),
          {},
          &followed<As>},
    Check{
        "key-update-answered",
        "A requested KeyUpdate comes before the next data",
        must("8446 §4.6.3",
             "If the request_update field is set to \"update_requested\", then the receiver MUST send a "
             "KeyUpdate of its own with request_update set to \"update_not_requested\" prior to sending its "
             "next Application Data record."),
        {need::talks},
        &answered<As>},
    Check{"key-update-many",
          "Several KeyUpdates in a row are followed",
          must("8446 §4.6.3",
               "implementations may receive an arbitrary number of messages between sending a KeyUpdate with "
               "request_update set to \"update_requested\" and receiving the peer's KeyUpdate"),
          {},
          &many<As>},
    Check{"key-update-in-pieces",
          "A KeyUpdate in several records is put together",
          rule::messages_in_pieces13,
          {},
          &in_pieces<As>},
    Check{"key-update-bad-value",
          "A KeyUpdate with a request_update of 2 is refused",
          must("8446 §4.6.3",
               "If an implementation receives any other value, it MUST terminate the connection with an "
               "\"illegal_parameter\" alert."),
          {},
          &bad_value<As, 2>},
    Check{"key-update-no-body",
          "A KeyUpdate without its byte is refused",
          rule::cannot_be_parsed,
          {},
          &no_body<As>},
    Check{"key-update-long-body",
          "A KeyUpdate of two bytes is refused",
          must("8446 §6.2", "decode_error: A message could not be decoded because some field was out of the "
                            "specified range or "
                            "the length of the message was incorrect."),
          {},
          &long_body<As>},
    Check{"key-update-old-keys",
          "Data under the old keys is refused after a KeyUpdate",
          must("8446 §4.6.3",
               "After sending a KeyUpdate message, the sender SHALL send all its traffic using the next "
               "generation of keys"),
          {},
          &old_keys<As>},
    Check{"key-update-new-keys-too-soon",
          "A KeyUpdate under the new keys is refused",
          must("8446 §4.6.3",
               "both sides MUST enforce that a KeyUpdate with the old key is received before accepting any "
               "messages encrypted with the new key."),
          {},
          &new_keys_too_soon<As>},
    Check{"key-update-not-aligned",
          "A message behind a KeyUpdate in the same record is refused",
          rule::aligned_with_records,
          {},
          &not_aligned<As>},
    Check{"key-update-spanned",
          "A message that begins before a KeyUpdate takes effect and ends after it is refused",
          must("8446 §5.1", "Handshake messages MUST NOT span key changes."),
          {},
          &partly_aligned<As>},
};

constexpr std::array server_key_update12{
    Check{
        "key-update", "A KeyUpdate is refused", rule::unexpected_order12, {}, &unknown_in_tls12<AsClient12>},
};
constexpr std::array client_key_update12{
    Check{
        "key-update", "A KeyUpdate is refused", rule::unexpected_order12, {}, &unknown_in_tls12<AsServer12>},
};

} // namespace

Group server_key_updates() {
    return {"Servers, TLS 1.3: KeyUpdate", key_updates<AsClient13>};
}
Group client_key_updates() {
    return {"Clients, TLS 1.3: KeyUpdate", key_updates<AsServer13>};
}
Group server_key_updates12() {
    return {"Servers, TLS 1.2: KeyUpdate", server_key_update12};
}
Group client_key_updates12() {
    return {"Clients, TLS 1.2: KeyUpdate", client_key_update12};
}

} // namespace pavise::conform
