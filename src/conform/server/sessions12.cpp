// How a server of TLS 1.2 resumes and renegotiates.
#include "conform/as_client.hpp"
#include "conform/groups.hpp"
#include "conform/needs.hpp"
#include "conform/rules.hpp"
#include "messages/client_key_exchange.hpp"
#include "messages/extension/alpn.hpp"
#include "messages/extension/negotiation.hpp"
#include "messages/extension/opaque.hpp"
#include "trust/certificate.hpp"

#include <algorithm>

namespace pavise::conform {

namespace {

using enum AlertDescription;

// A hello that offers the session, without what does not belong there.
Hello resuming(AsClient12& t, const peer::Session12& session) {
    Hello hello = t.hello();
    peer::ScriptedClient12::resume(hello, session);
    return hello;
}

// Whether the server's ServerHello resumes: with a ticket it echoes the client's id (RFC 5077 §3.4).
bool resumed(AsClient12& t, const Hello& hello) {
    return t.ok() && !hello.legacy_session_id.empty() &&
           std::ranges::equal(t.client().server_hello().legacy_session_id_echo, hello.legacy_session_id);
}

constexpr std::array sessions{
    Check{"session-resumed",
          "A session is resumed, or a full handshake follows",
          must("5246 §7.3", "The server then checks its session cache for a match."),
          {need::sessions12},
          [](AsClient12& t) {
              const auto session = t.session();
              if (!t.ok()) return;
              const Hello hello = resuming(t, session);
              t.from_here();
              t.client().send_client_hello(hello);
              t.client().expect_server_hello();
              if (!resumed(t, hello)) {
                  t.client().expect_rest_of_flight();
                  t.client().send_second_flight();
                  t.client().expect_second_flight();
              } else {
                  t.client().finish_resumption(session);
              }
              t.serves();
          }},
    Check{"session-same-suite",
          "A resumed session keeps its cipher suite",
          must("5246 §7.4.1.3",
               "For resumed sessions, this field is the value from the state of the session being resumed."),
          {need::sessions12},
          [](AsClient12& t) {
              const auto session = t.session();
              if (!t.ok()) return;
              Hello hello = resuming(t, session);
              hello.cipher_suites = t.script.cipher_suites;
              t.client().send_client_hello(hello);
              t.client().expect_server_hello();
              if (t.ok() && !resumed(t, hello)) return t.does_not_apply("the server did not resume");
              t.demand(t.client().server_hello().cipher_suite == session.suite,
                       "cipher_suite is that of the session");
          }},
    Check{"session-altered-ticket",
          "An altered ticket is not taken",
          must("5077 §3.2", "If the server fails to verify the ticket, then it falls back to performing a "
                            "full handshake."),
          {need::tickets12},
          [](AsClient12& t) {
              auto session = t.session();
              if (!t.ok() || session.ticket.empty()) return;
              session.ticket[session.ticket.size() / 2] ^= 1;
              const Hello hello = resuming(t, session);
              t.expects("ServerHello, which does not resume the session");
              t.from_here();
              t.client().send_client_hello(hello);
              t.client().expect_server_hello();
              t.demand(!resumed(t, hello), "the session is not resumed");
          }},
    Check{"session-garbage-ticket",
          "A ticket that is nothing leads to a full handshake",
          must("5077 §3.2", "If the server fails to verify the ticket, then it falls back to performing a "
                            "full handshake."),
          {},
          [](AsClient12& t) {
              t.accepts(
                  [](Hello& h) { h.extensions.add(ExtensionType::session_ticket, repeated(200, 0x61)); });
          }},
    Check{"session-without-extended-master-secret",
          "A session with extended_master_secret is not resumed without it",
          must("7627 §5.3", "If the original session used the \"extended_master_secret\" extension but the "
                            "new ClientHello does not contain it, the server MUST abort the "
                            "abbreviated handshake."),
          {need::sessions12, need::extended_master_secret},
          [](AsClient12& t) {
              const auto session = t.session();
              if (!t.ok()) return;
              Hello hello = resuming(t, session);
              hello.extensions.remove(ExtensionType::extended_master_secret);
              t.client().send_client_hello(hello);
              t.expects("an alert, or a full handshake");
              t.from_here();
              const auto& event = t.us().peek();
              if (!event || event->type != ContentType::handshake) return t.refused();
              t.client().expect_server_hello();
              // A full handshake instead is what it may have been told to allow.
              t.demand(!resumed(t, hello), "the session is not resumed");
          }},
    Check{"session-other-name",
          "A session for one name is not resumed for another",
          must("6066 §3", "A server that implements this extension MUST NOT accept the request to resume the "
                          "session if the server_name extension contains a different name."),
          {need::sessions12},
          [](AsClient12& t) {
              // Who does not say that it used the name does not implement the extension.
              t.client().send_client_hello();
              t.client().expect_server_hello();
              if (t.ok() && !t.client().server_hello().extensions.contains(ExtensionType::server_name))
                  return t.does_not_apply("the server does not use server_name");
              t.reconnect();
              const auto session = t.session();
              if (!t.ok()) return;
              t.script.server_name = "another-name.invalid";
              t.reconnect();
              const Hello hello = resuming(t, session);
              t.client().send_client_hello(hello);
              t.expects("a full handshake, or alert unrecognized_name");
              t.from_here();
              const auto& event = t.us().peek();
              if (!event || event->type != ContentType::handshake)
                  return t.refused({unrecognized_name, handshake_failure});
              t.client().expect_server_hello();
              t.demand(!resumed(t, hello), "the session is not resumed");
          }},
    Check{"session-other-suite",
          "A session is not resumed where its suite is not offered",
          must("5246 §7.4.1.2", "If the session_id field is not empty (implying a session resumption "
                                "request), this vector MUST include at least the cipher_suite from that "
                                "session."),
          {need::sessions12, Need{[](const Profile& p) { return p.suites12.size() > 1; },
                                  "it knows one suite of TLS 1.2 alone"}},
          [](AsClient12& t) {
              const auto session = t.session();
              if (!t.ok()) return;
              Hello hello = resuming(t, session);
              hello.cipher_suites = t.script.cipher_suites;
              std::erase(hello.cipher_suites, session.suite);
              t.client().send_client_hello(hello);
              t.expects("a full handshake, or an alert");
              t.from_here();
              const auto& event = t.us().peek();
              if (!event || event->type != ContentType::handshake) return t.refused();
              t.client().expect_server_hello();
              t.demand(!resumed(t, hello), "the session is not resumed");
          }},
    Check{"session-wrong-finished",
          "A resumption whose Finished is wrong is refused",
          rule::finished_verified12,
          {need::sessions12},
          [](AsClient12& t) {
              const auto session = t.session();
              if (!t.ok()) return;
              const Hello hello = resuming(t, session);
              t.client().send_client_hello(hello);
              t.client().expect_server_hello();
              if (t.ok() && !resumed(t, hello)) return t.does_not_apply("the server did not resume");
              t.client().use_master_secret(session.master_secret);
              t.client().expect_second_flight();
              t.client().change_write_keys();
              auto finished = t.client().finished12();
              if (!t.ok()) return;
              finished.verify_data.back() ^= 1;
              t.us().send(finished);
              t.refused({decrypt_error, handshake_failure});
          }},
};

// The hello of a renegotiation with this renegotiation_info.
void renegotiate(AsClient12& t, const std::optional<ByteVector>& info) {
    t.connect();
    Hello hello = t.hello();
    hello.extensions.remove(ExtensionType::renegotiation_info);
    if (info) hello.extensions.add(ExtensionType::renegotiation_info, vector_of(1, *info));
    t.us().send_message(hello.message());
}

// Refused: by an alert of either level, or by going on as if nothing had been said.
void not_renegotiated(AsClient12& t) {
    t.expects("an alert, or no answer");
    t.from_here();
    const auto event = t.us().next();
    if (!t.ok()) return;
    if (event && event->type == ContentType::handshake &&
        static_cast<HandshakeType>(event->bytes[0]) == HandshakeType::server_hello)
        t.fails("the server renegotiates");
}

constexpr std::array renegotiations{
    Check{"renegotiation-wrong-info",
          "A renegotiation with another connection's verify_data is refused",
          must("5746 §3.7", "The server MUST verify that the value of the \"renegotiated_connection\" field "
                            "is equal to the saved client_verify_data value; if it is not, the "
                            "server MUST abort the handshake."),
          {},
          [](AsClient12& t) {
              renegotiate(t, repeated(12, 7));
              not_renegotiated(t);
          }},
    Check{"renegotiation-empty-info",
          "A renegotiation that looks like a first handshake is refused",
          must("5746 §3.7", "The server MUST verify that the \"renegotiation_info\" extension is present; if "
                            "it is not, the server MUST abort the handshake."),
          {},
          [](AsClient12& t) {
              renegotiate(t, ByteVector());
              not_renegotiated(t);
          }},
    Check{"renegotiation-no-info",
          "A renegotiation without renegotiation_info is refused",
          should("5746 §5", "Servers SHOULD NOT allow clients to renegotiate without using this extension."),
          {},
          [](AsClient12& t) {
              renegotiate(t, std::nullopt);
              not_renegotiated(t);
          }},
    Check{"renegotiation-scsv",
          "A renegotiation with the SCSV is refused",
          must("5746 §3.7", "If the SCSV is present, the server MUST abort the handshake."),
          {},
          [](AsClient12& t) {
              t.connect();
              Hello hello = t.hello();
              hello.cipher_suites.push_back(CipherSuite::TLS_EMPTY_RENEGOTIATION_INFO_SCSV);
              t.us().send_message(hello.message());
              not_renegotiated(t);
          }},
    Check{"renegotiation-to-tls13",
          "A renegotiation to TLS 1.3 is refused",
          must("8446 §4.1.2", "In particular, it MUST NOT negotiate TLS 1.3."),
          {},
          [](AsClient12& t) {
              t.connect();
              Hello hello = t.hello();
              hello.extensions.add(ExtensionType::supported_versions, bytes({2, 3, 4}));
              hello.cipher_suites = {CipherSuite::TLS_AES_128_GCM_SHA256};
              t.us().send_message(hello.message());
              not_renegotiated(t);
          }},
};

} // namespace

Group server_sessions12() {
    return {"Servers, TLS 1.2: sessions", sessions};
}

Group server_renegotiation() {
    return {"Servers, TLS 1.2: renegotiation", renegotiations};
}

} // namespace pavise::conform
