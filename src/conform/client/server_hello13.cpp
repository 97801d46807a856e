// The ServerHello of TLS 1.3, as clients have to take or refuse it.
#include "conform/as_server.hpp"
#include "conform/groups.hpp"
#include "conform/needs.hpp"

namespace pavise::conform {

namespace {

using peer::ServerHelloDraft;
using enum AlertDescription;

constexpr std::array checks{
    Check{"server-hello-legal",
          "A legal ServerHello leads to a connection",
          must("8446 §4.1.3",
               "The server will send this message in response to a ClientHello message to proceed with the "
               "handshake"),
          {},
          [](AsServer13& t) { t.accepts([](ServerHelloDraft&) {}); }},
    Check{"server-hello-session-id",
          "A session id that is not the client's is refused",
          must("8446 §4.1.3",
               "A client which receives a legacy_session_id_echo field that does not match what it sent in "
               "the ClientHello MUST abort the handshake with an \"illegal_parameter\" alert."),
          {},
          [](AsServer13& t) {
              t.refuses({illegal_parameter},
                        [](ServerHelloDraft& h) { h.legacy_session_id_echo = ByteVector(32, 7); });
          }},
};

} // namespace

Group client_hello_answers13() {
    return {"Clients, TLS 1.3: ServerHello", checks};
}

} // namespace pavise::conform
