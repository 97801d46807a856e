// Pavise as the subject of the checks: its server and its client, in the ways in which they are run here.
#pragma once

#include "conform/explore.hpp"
#include "conform/runner.hpp"
#include "local_target.hpp"

#include <pavise/testing/environment.hpp>

namespace pavise::testing {

struct Subject {
    std::unique_ptr<LocalTarget> target;
    std::unique_ptr<SeededRng> rng = std::make_unique<SeededRng>(7);
    conform::Setting setting;
};

enum class ServerKind {
    plain,
    asking,      // for a client certificate, which need not come
    early_data,  // and resumption without a key exchange, and a limit to its records
    session_ids, // instead of tickets
    cbc,         // with suites of CBC
    external_psk // with a key that we know too
};
enum class ClientKind {
    plain,
    resuming,       // the first session of TLS 1.3 that it is given, which it offers again and again
    early_data,     // the same, with early data
    small,          // with a limit to its records
    uninformed,     // that offers neither ALPN nor tickets
    authenticating, // by a certificate, after the handshake too
    nist,           // that likes secp256r1 best
    cbc,            // with suites of CBC
    external_psk    // with a key that we know too
};
inline constexpr std::array every_server_kind{ServerKind::plain,      ServerKind::asking,
                                              ServerKind::early_data, ServerKind::session_ids,
                                              ServerKind::cbc,        ServerKind::external_psk};
inline constexpr std::array every_client_kind{
    ClientKind::plain, ClientKind::resuming,   ClientKind::early_data,
    ClientKind::small, ClientKind::uninformed, ClientKind::authenticating,
    ClientKind::nist,  ClientKind::cbc,        ClientKind::external_psk};
// Explored already.
Subject server_subject(ServerKind kind);
Subject client_subject(ClientKind kind = ClientKind::plain);
// Who speaks what Pavise does not: CBC with the MAC inside.
Subject scripted_subject(Role role);

} // namespace pavise::testing
