// The ClientHello of TLS 1.2, as servers have to take it.
#include "conform/as_client.hpp"
#include "conform/groups.hpp"
#include "conform/needs.hpp"

namespace pavise::conform {

namespace {

constexpr std::array checks{
    Check{"hello-unknown-extension",
          "An extension that nobody knows is ignored",
          must("5246 §7.4.1.2",
               "Servers MUST accept ClientHello messages both with and without the extensions field"),
          {},
          [](AsClient12& t) {
              t.accepts([](Hello& h) { h.extensions.add(unknown_extension, repeated(8, 1)); });
          }},
};

} // namespace

Group server_hello12() {
    return {"Servers, TLS 1.2: legal variations of the ClientHello", checks};
}

} // namespace pavise::conform
