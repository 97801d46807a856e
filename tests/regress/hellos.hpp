// Hellos that are legal but for one change, and what becomes of them.
#pragma once

#include "regress/support.hpp"

#include <functional>

namespace pavise::testing {

using ServerHelloChange = std::function<void(peer::ServerHelloDraft&)>;
using ClientHelloChange = std::function<void(peer::ClientHelloDraft&)>;

// The client gets a legal ServerHello but for `change`.
inline void client_refuses_server_hello(const ServerHelloChange& change, ErrorCode code,
                                        AlertDescription alert,
                                        ClientConfig config = scripted_client_config()) {
    ClientUnderTest test(std::move(config));
    test.peer.expect_client_hello();
    auto hello = test.peer.server_hello();
    change(hello);
    test.peer.send_server_hello_alone(hello);
    expect_refused(test, code, alert);
}

inline void client_refuses_retry(const ServerHelloChange& change, ErrorCode code, AlertDescription alert) {
    ClientUnderTest test;
    test.peer.expect_client_hello();
    auto retry = test.peer.hello_retry_request(NamedGroup::secp256r1);
    change(retry);
    test.peer.send(retry);
    expect_refused(test, code, alert);
}

// The server gets a legal ClientHello but for `change`.
inline void server_refuses_client_hello(const ClientHelloChange& change, ErrorCode code,
                                        AlertDescription alert,
                                        ServerConfig config = scripted_server_config()) {
    ServerUnderTest test(std::move(config));
    auto hello = test.peer.client_hello();
    change(hello);
    test.peer.send_client_hello(hello);
    expect_refused(test, code, alert);
}

inline ServerConfig p256_only() {
    auto config = scripted_server_config();
    config.groups = {NamedGroup::secp256r1};
    return config;
}

inline ClientConfig client_of_both_versions() {
    auto config = scripted_client_config();
    config.versions = VersionRange();
    return config;
}

inline void select_tls12(peer::ServerHelloDraft& hello) {
    hello.extensions.remove(ExtensionType::supported_versions);
    hello.extensions.remove(ExtensionType::key_share);
    hello.cipher_suite = CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256;
}

} // namespace pavise::testing
