// ServerHello, as clients of either version have to take or refuse it.
#include "conform/both/roles.hpp"
#include "conform/rules.hpp"

namespace pavise::conform {

namespace {

using peer::ServerHelloDraft;
using enum AlertDescription;

constexpr std::size_t session_id_length_at = 2 + 32; // behind legacy_version and random

// The hello as it would be sent, but as bytes that were changed.
template <class As, auto change> void refuses_bytes(As& t) {
    t.hello();
    const ByteVector message = t.server().server_hello().message();
    if (!t.ok()) return;
    ByteVector body(message.begin() + messages::handshake_header_size, message.end());
    change(body);
    t.us().send_message(peer::written(HandshakeType::server_hello, body));
    t.refused({decode_error, illegal_parameter});
}

void with_long_session_id(ByteVector& body) {
    constexpr std::uint8_t too_long = messages::max_session_id_size + 1;
    const auto id = body.begin() + session_id_length_at + 1;
    body.insert(body.erase(id, id + body[session_id_length_at]), too_long, 7);
    body[session_id_length_at] = too_long;
}

template <class As>
constexpr std::array answers{
    Check{"server-hello-legal",
          "A legal ServerHello leads to a connection",
          by_version<As>(
              must("8446 §4.1.3", "The server will send this message in response to a ClientHello message to "
                                  "proceed with the handshake"),
              must("5246 §7.4.1.3", "The server will send this message in response to a ClientHello message "
                                    "when it was able to find an acceptable set of algorithms.")),
          {},
          [](As& t) { t.accepts([](ServerHelloDraft&) {}); }},
    Check{"server-hello-reversed",
          "The extensions may come in any order",
          by_version<As>(
              must("8446 §4.2", "When multiple extensions of different types are present, the extensions MAY "
                                "appear in any order"),
              must("5246 §7.4.1.4", "When multiple extensions of different types are present in the "
                                    "ClientHello or ServerHello messages, the extensions MAY appear in any "
                                    "order.")),
          {},
          [](As& t) { t.accepts([](ServerHelloDraft& h) { h.extensions.reverse(); }); }},
    Check{"server-hello-unknown-suite",
          "A suite that nobody knows is refused",
          must("8701 §3.1", "Clients MUST reject GREASE values when negotiated by the server."),
          {},
          [](As& t) {
              t.refuses({illegal_parameter, handshake_failure},
                        [](ServerHelloDraft& h) { h.cipher_suite = grease_suite; });
          }},
    Check{"server-hello-unknown-extension",
          "An extension that was not offered is refused",
          by_version<As>(
              must("8446 §4.1.3", "The ServerHello MUST only include extensions which are required to "
                                  "establish the cryptographic context and negotiate the protocol version."),
              must("5246 §7.4.1.4", "If a client receives an extension type in ServerHello that it did not "
                                    "request in the associated ClientHello, it MUST abort the handshake with "
                                    "an unsupported_extension fatal alert.")),
          {},
          [](As& t) {
              t.refuses({unsupported_extension, illegal_parameter},
                        [](ServerHelloDraft& h) { h.extensions.add(unknown_extension, {}); });
          }},
    Check{"server-hello-cut",
          "A ServerHello that ends in its random is refused",
          by_version<As>(rule::cannot_be_parsed, rule::cannot_be_decoded12),
          {},
          &refuses_bytes<As, [](ByteVector& body) { body.resize(20); }>},
    Check{"server-hello-trailing-byte",
          "A byte behind the extensions is refused",
          by_version<As>(rule::cannot_be_parsed, rule::cannot_be_decoded12),
          {},
          &refuses_bytes<As, [](ByteVector& body) { body.push_back(0); }>},
    Check{"server-hello-session-id-of-33",
          "A session id of 33 bytes is refused",
          by_version<As>(must("8446 §4.1.3", "opaque legacy_session_id_echo<0..32>;"),
                         must("5246 §7.4.1.3", "SessionID session_id;")),
          {},
          &refuses_bytes<As, &with_long_session_id>},
};

} // namespace

Group client_any_server_hellos13() {
    return {"Clients, TLS 1.3: any ServerHello", answers<AsServer13>};
}
Group client_any_server_hellos12() {
    return {"Clients, TLS 1.2: any ServerHello", answers<AsServer12>};
}

} // namespace pavise::conform
