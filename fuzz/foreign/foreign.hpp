// Another implementation of TLS, driven in memory as the scripted peers drive Pavise: a Link, and what became
// of it.
#pragma once

#include <pavise/testing/peer.hpp>

#include <memory>
#include <string>
#include <vector>

namespace pavise::fuzz::foreign {

// What a foreign side is given: who it is, or whom it believes.
struct Identity {
    std::string certificate_pem; // a server's; a client's authority
    std::string key_pem;         // a server's
};

class Side : public testing::Link {
  public:
    virtual bool connected() const = 0; // its handshake is complete
    virtual std::string complaint() const = 0;
};

using Maker = std::unique_ptr<Side> (*)(Role role, const Identity& identity);

// The libraries of this build.
struct Implementation {
    std::string name; // of the target: "openssl"
    std::string version;
    Maker make;
};
std::vector<Implementation> implementations();

// Each is defined where its library is there (fuzz/meson.build).
Implementation openssl();
Implementation gnutls();

} // namespace pavise::fuzz::foreign
