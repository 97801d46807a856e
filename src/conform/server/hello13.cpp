// The ClientHello of TLS 1.3, as servers have to take it: what they do not know, in any order.
#include "conform/as_client.hpp"
#include "conform/groups.hpp"
#include "conform/needs.hpp"
#include "messages/extension/negotiation.hpp"
#include "messages/extension/sizes.hpp"

#include <algorithm>

namespace pavise::conform {

namespace {

constexpr Rule ignore_unknown_extensions =
    must("8446 §4.1.2", "Servers MUST ignore unrecognized extensions.");
constexpr Rule ignore_unknown_suites =
    must("8446 §4.1.2",
         "If the list contains cipher suites that the server does not recognize, support, or wish to use, "
         "the server MUST ignore those cipher suites and process the remaining ones as usual.");

template <class List> void put_first(Hello& hello, List list) {
    hello.extensions.set(list);
}

constexpr std::array checks{
    Check{"hello-unknown-extension",
          "An extension that nobody knows is ignored",
          ignore_unknown_extensions,
          {},
          [](AsClient13& t) {
              t.accepts([](Hello& h) { h.extensions.add(unknown_extension, repeated(8, 1)); });
          }},
    Check{"hello-grease-extensions",
          "GREASE extensions, one empty and one not, are ignored",
          must("8701 §4", "Implementations MUST NOT"),
          {},
          [](AsClient13& t) {
              t.accepts([](Hello& h) {
                  h.extensions.add(grease_extension, {});
                  h.extensions.add(static_cast<ExtensionType>(0xbaba), bytes({0}));
              });
          }},
    Check{"hello-unknown-suites",
          "Cipher suites that nobody knows are ignored",
          ignore_unknown_suites,
          {},
          [](AsClient13& t) {
              t.accepts([](Hello& h) {
                  h.cipher_suites.insert(h.cipher_suites.begin(), grease_suite);
                  h.cipher_suites.push_back(static_cast<CipherSuite>(0xfefe));
              });
          }},
};

} // namespace

Group server_hello13() {
    return {"Servers, TLS 1.3: legal variations of the ClientHello", checks};
}

} // namespace pavise::conform
