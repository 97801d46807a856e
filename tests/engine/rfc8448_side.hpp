// One side of a trace of RFC 8448, played by a Connection: its hellos and extensions come from the trace, its
// key shares from the trace's private keys, and CertificateVerify from a signer that knows one signature.
#pragma once

#include "support/delegating_provider.hpp"
#include "support/environment.hpp"
#include "vectors/hex.hpp"
#include "vectors/rfc8448.hpp"
#include "wire/tap.hpp"

#include <pavise/engine.hpp>

#include <list>
#include <map>
#include <memory>
#include <string>

namespace pavise::testing {

using vectors::from_hex;
using vectors::to_hex;
using vectors::rfc8448::Trace;

// Gives out a private key first, and then what blinding needs.
class KeyRng final : public Rng {
    ByteVector key_;
    std::size_t used_ = 0;
    SeededRng rest_{8448};

  public:
    explicit KeyRng(ByteVector key) : key_(std::move(key)) {}
    Status fill(MutableBytes out) noexcept override;
};

// Key exchanges with private keys from a list, in the order in which they are needed.
class ScriptedKeys final : public DelegatingProvider {
    mutable std::list<KeyRng> unused_;
    mutable std::list<KeyRng> used_; // key shares keep a reference
    Rng& next() const;

  public:
    explicit ScriptedKeys(const std::vector<std::string_view>& private_keys);
    Result<std::unique_ptr<crypto::KeyShare>> generate_key_share(NamedGroup group,
                                                                 Rng&) const noexcept override {
        return DelegatingProvider::generate_key_share(group, next());
    }
    Result<crypto::KeyShareAnswer> answer_key_share(NamedGroup group, Bytes peer_value,
                                                    Rng&) const noexcept override {
        return DelegatingProvider::answer_key_share(group, peer_value, next());
    }
};

// Puts the trace's messages in the place of ours where they differ, and collects the secrets.
class TraceTap final : public wire::Tap {
    const Trace& trace_;
    bool retried_ = false;

  public:
    std::map<std::string, std::string, std::less<>> secrets; // by label, in hex

    explicit TraceTap(const Trace& trace) : trace_(trace) {}
    void rewrite_outgoing(HandshakeType type, ByteVector& message) noexcept override;
    void on_secret(std::string_view label, Bytes client_random, Bytes secret) noexcept override;
};

// What §3 leaves for §4, on either side.
struct Resumption {
    Session session;
    std::shared_ptr<SessionStore> store;
};

class TraceSide {
    const Trace& trace_;
    Resumption resumption_;
    FixedClock clock_;
    SeededRng rng_{1};
    ScriptedKeys keys_;
    TraceTap tap_;
    Connection connection_;
    ByteVector received_;

    Connection make(Role role);
    ClientConfig client_config();
    ServerConfig server_config();
    Status decide();
    void take_data();

  public:
    TraceSide(const Trace& trace, Role role, Resumption resumption = {});
    Connection& connection() { return connection_; }
    // For the next connection.
    Resumption resumption();
    const TraceTap& tap() const { return tap_; }
    // Application data so far.
    const ByteVector& received() const { return received_; }

    // Takes in bytes of the peer's and answers the decisions that come up.
    Status feed(Bytes bytes);
};

inline bool is_ours(const vectors::rfc8448::Record& record, Role role) {
    return (record.sender == vectors::rfc8448::Sender::client) == (role == Role::client);
}

} // namespace pavise::testing
