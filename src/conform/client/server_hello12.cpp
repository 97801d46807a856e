// The ServerHello of TLS 1.2, as clients have to take or refuse it.
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
          must("5246 §7.4.1.3",
               "The server will send this message in response to a ClientHello message when it was able to "
               "find an acceptable set of algorithms."),
          {},
          [](AsServer12& t) { t.accepts([](ServerHelloDraft&) {}); }},
};

} // namespace

Group client_hello_answers12() {
    return {"Clients, TLS 1.2: ServerHello", checks};
}

} // namespace pavise::conform
