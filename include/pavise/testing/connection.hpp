// Connections with hooks, for tests, fuzzers and debugging tools.
//
// A program that includes anything of <pavise/testing/…> is linked with libpavise-testing *instead of*
// libpavise: it holds all of the latter. Products are linked with libpavise, which has no way to these hooks.
#pragma once

#include <pavise/engine.hpp>
#include <pavise/testing/tap.hpp>

namespace pavise::testing {

// What stands behind the protocol.
enum class Cryptography : std::uint8_t {
    real,
    // Nothing is computed: hashes, MACs, secrets and signatures are constants of the right length, and
    // records are not encrypted. Values are still compared, so that wrong ones are refused. Every public key
    // counts as one of P-256. Deterministic and cheap: for fuzzers. Both sides must use it.
    null,
};

struct Hooks {
    Tap* tap = nullptr; // not owned
    Cryptography cryptography = Cryptography::real;
};

// As Connection::client and Connection::server.
PAVISE_EXPORT Result<Connection> client(std::shared_ptr<const ClientConfig> config,
                                        const ClientOptions& options, const Hooks& hooks);
PAVISE_EXPORT Result<Connection> server(std::shared_ptr<const ServerConfig> config, const Hooks& hooks);

// A certificate with a key that signs under Cryptography::null. Its issuer is itself and nobody trusts it:
// the client does not verify, or decides for itself (DeferredDecisions::certificate).
PAVISE_EXPORT Credential null_credential();

} // namespace pavise::testing
