// ScriptedClient12: the client's side of a script of TLS 1.2, over ECDHE suites. Each send_… without an
// argument sends what a legal client would send now; with one, what the script made of it.
#pragma once

#include "messages/certificate12.hpp"
#include "messages/certificate_request12.hpp"
#include "messages/new_session_ticket12.hpp"
#include "messages/server_hello.hpp"
#include "messages/server_key_exchange.hpp"
#include "peer/peer12.hpp"

#include <pavise/config.hpp>

namespace pavise::peer {

struct Client12Script {
    std::string server_name = "server.test"; // empty: not sent
    std::vector<CipherSuite> cipher_suites{CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
                                           CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256};
    std::vector<NamedGroup> groups{NamedGroup::x25519, NamedGroup::secp256r1};
    std::vector<SignatureScheme> signature_schemes{
        SignatureScheme::ecdsa_secp256r1_sha256, SignatureScheme::ecdsa_secp384r1_sha384,
        SignatureScheme::ecdsa_secp521r1_sha512, SignatureScheme::ed25519,
        SignatureScheme::rsa_pss_rsae_sha256,    SignatureScheme::rsa_pkcs1_sha256,
        SignatureScheme::rsa_pkcs1_sha384,       SignatureScheme::rsa_pkcs1_sha512};
    std::vector<std::string> alpn_protocols;
    // Whether encrypt_then_mac is offered with a CBC suite. What holds is the server's answer.
    MacOrder mac_order = MacOrder::encrypt_then_mac;
    Credential credential; // for a server that asks
};

class ScriptedClient12 : public Peer12 {
    Client12Script script_;
    ClientHelloDraft hello_;
    messages::ServerHello server_hello_; // views into the messages that the peer keeps
    Bytes server_certificate_;
    messages::EcdheServerKeyExchange server_key_exchange_;
    std::optional<messages::CertificateRequest12> certificate_request_;
    ByteVector pre_master_secret_;
    ByteVector ticket_;

  public:
    ScriptedClient12(Client12Script script, Link& link, const crypto::Provider& provider, Rng& rng);

    // ---- hellos
    // With extended_master_secret and renegotiation_info.
    ClientHelloDraft client_hello();
    // The session's ticket, or else its id.
    static void resume(ClientHelloDraft& hello, const Session12& session);
    void send_client_hello() { send_client_hello(client_hello()); }
    void send_client_hello(const ClientHelloDraft& hello);
    // For scripts that send it in a way of their own.
    void use_client_hello(const ClientHelloDraft& hello);
    messages::ServerHello expect_server_hello();
    const messages::ServerHello& server_hello() const { return server_hello_; }
    bool extended_master_secret() const;

    // ---- the server's flight
    // The leaf's DER.
    Bytes expect_certificate();
    Bytes server_certificate() const { return server_certificate_; }
    messages::EcdheServerKeyExchange expect_server_key_exchange();
    const messages::EcdheServerKeyExchange& server_key_exchange() const { return server_key_exchange_; }
    // Certificate to ServerHelloDone, with CertificateStatus and CertificateRequest where they come.
    void expect_rest_of_flight();
    const std::optional<messages::CertificateRequest12>& certificate_request() const {
        return certificate_request_;
    }

    // ---- the second flight
    ByteVector certificate() const; // of the script's credential; an empty list without one
    void send_certificate() { send(certificate()); }
    // A share for the server's curve; the premaster secret is kept.
    ByteVector client_key_exchange();
    void send_client_key_exchange() { send_client_key_exchange(client_key_exchange()); }
    // And derives the keys.
    void send_client_key_exchange(Bytes message);
    void derive_keys();
    ByteVector certificate_verify(); // over the transcript so far
    void send_certificate_verify() { send(certificate_verify()); }
    // Certificate (where it was asked for), ClientKeyExchange, CertificateVerify, change_cipher_spec.
    void begin_second_flight();
    // … and Finished.
    void send_second_flight() {
        begin_second_flight();
        send_finished12();
    }
    // NewSessionTicket (where it comes), change_cipher_spec, Finished.
    void expect_second_flight();

    // ---- whole handshakes
    void connect();
    // After a hello that resumes: the server's Finished first (RFC 5246 §7.3).
    void finish_resumption(const Session12& session);
    Session12 session() const;

    const Client12Script& script() const { return script_; }
};

} // namespace pavise::peer
