// Certificates that all libraries use alike: a root, an intermediate and a leaf, minted once a process.
#pragma once

#include "library.hpp"

namespace pavise::bench {

inline constexpr const char* host = "server.test";

struct Identity {
    std::string chain_pem; // leaf and intermediate
    std::string key_pem;   // PKCS#8
    std::string root_pem;
    std::vector<ByteVector> chain_der;
};

// Keys and signatures of one kind throughout. The client's comes from the same root.
const Identity& server_identity(KeyKind kind);
const Identity& client_identity(KeyKind kind);

} // namespace pavise::bench
