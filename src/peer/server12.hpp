// ScriptedServer12: the server's side of a script of TLS 1.2, over ECDHE suites. Each send_… without an
// argument sends what a legal server would send now; with one, what the script made of it.
#pragma once

#include "messages/client_hello.hpp"
#include "peer/peer12.hpp"

#include <pavise/config.hpp>

namespace pavise::peer {

struct Server12Script {
    // In order of preference, as far as the client offers them and the credential's key fits.
    std::vector<CipherSuite> cipher_suites{CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
                                           CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
                                           CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
                                           CipherSuite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
                                           CipherSuite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
                                           CipherSuite::TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256};
    std::string alpn_protocol; // to be selected; empty: none
    // Whether encrypt_then_mac is answered with a CBC suite, where it is offered.
    MacOrder mac_order = MacOrder::encrypt_then_mac;
    Credential credential;
};

class ScriptedServer12 : public Peer12 {
    Server12Script script_;
    ClientHelloDraft client_hello_;
    ServerHelloDraft server_hello_;
    std::unique_ptr<crypto::KeyShare> share_;
    bool certificate_requested_ = false;

  public:
    ScriptedServer12(Server12Script script, Link& link, const crypto::Provider& provider, Rng& rng);

    // ---- hellos
    messages::ClientHello expect_client_hello();
    const ClientHelloDraft& client_hello() const { return client_hello_; }
    // Answers extended_master_secret, renegotiation_info, encrypt_then_mac and ALPN where the client offers
    // them. With an id of its own.
    ServerHelloDraft server_hello();
    void send_server_hello() { send_server_hello(server_hello()); }
    void send_server_hello(const ServerHelloDraft& hello);
    // For scripts that send it in a way of their own.
    void use_server_hello(const ServerHelloDraft& hello);

    // ---- the rest of the flight
    ByteVector certificate() const;
    void send_certificate() { send(certificate()); }
    // The first of the client's groups that the provider knows; `group` asks for one in particular.
    ByteVector server_key_exchange(std::optional<NamedGroup> group = std::nullopt);
    // ServerECDHParams of a new share.
    ByteVector params(NamedGroup group);
    // Parameters as they are, signed over `content`, which need not be theirs, by `scheme`.
    ByteVector signed_key_exchange(Bytes params, Bytes content, SignatureScheme scheme);
    void send_server_key_exchange() { send(server_key_exchange()); }
    ByteVector certificate_request() const;
    void send_certificate_request();
    // One with this body.
    void request_certificate_by(Bytes body);
    void send_server_hello_done() { send(written(HandshakeType::server_hello_done, {})); }
    // Certificate to ServerHelloDone.
    void send_rest_of_flight();
    // A scheme of TLS 1.2 that the key can sign with and the client offers.
    SignatureScheme scheme() const;
    NamedGroup group() const;

    // ---- the client's second flight
    // The keys are derived.
    void expect_client_key_exchange();
    // Certificate (where it was asked for) to Finished.
    void expect_second_flight();

    // ---- the server's end
    // change_cipher_spec and Finished.
    void send_second_flight();

    void connect();

    const Server12Script& script() const { return script_; }

  private:
    CipherSuite choose_suite() const;
};

} // namespace pavise::peer
