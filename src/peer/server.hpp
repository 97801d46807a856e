// ScriptedServer: the server's side of a script. Each send_… without an argument sends what a legal server
// would send now; with one, what the script made of it.
#pragma once

#include "messages/client_hello.hpp"
#include "peer/peer.hpp"
#include "peer/proof.hpp"

namespace pavise::peer {

struct ServerScript {
    // In order of preference, as far as the client offers them.
    std::vector<CipherSuite> cipher_suites{CipherSuite::TLS_AES_128_GCM_SHA256,
                                           CipherSuite::TLS_AES_256_GCM_SHA384,
                                           CipherSuite::TLS_CHACHA20_POLY1305_SHA256};
    std::string alpn_protocol; // to be selected; empty: none
    Credential credential;
};

class ScriptedServer : public Peer {
    ServerScript script_;
    ClientHelloDraft client_hello_;
    SecretVector shared_secret_;
    bool compatibility_sent_ = false;

  public:
    ScriptedServer(ServerScript script, Link& link, const crypto::Provider& provider, Rng& rng);

    // ---- hellos
    messages::ClientHello expect_client_hello();
    const ClientHelloDraft& client_hello() const { return client_hello_; }
    // Answers the first key share whose group the provider knows; `group` asks for one in particular.
    ServerHelloDraft server_hello(std::optional<NamedGroup> group = std::nullopt);
    // The same with pre_shared_key; the handshake keys will come from this PSK too.
    ServerHelloDraft server_hello_with_psk(std::uint16_t index, Bytes psk);
    // Without its protection: the keys stay as they are.
    void send_server_hello_alone(const ServerHelloDraft& hello);
    // With change_cipher_spec behind it, and the handshake keys in both directions.
    void send_server_hello(const ServerHelloDraft& hello);
    void send_server_hello() { send_server_hello(server_hello()); }
    ServerHelloDraft hello_retry_request(NamedGroup group);
    // What comes next is a second ClientHello.
    void send_hello_retry_request(const ServerHelloDraft& hello);
    // The secret of the last server_hello(), for scripts that derive keys by themselves.
    Bytes shared_secret() const { return shared_secret_.view(); }

    // ---- the rest of the flight
    EncryptedExtensionsDraft encrypted_extensions() const;
    void send_encrypted_extensions() { send(encrypted_extensions()); }
    CertificateRequestDraft certificate_request() const;
    void send_certificate_request() { send(certificate_request()); }
    CertificateDraft certificate() const { return certificate_of(script_.credential); }
    void send_certificate() { send(certificate()); }
    // Over the transcript so far, under the context string of the server.
    CertificateVerifyDraft certificate_verify() { return certificate_verify(Role::server); }
    CertificateVerifyDraft certificate_verify(Role context);
    void send_certificate_verify() { send(certificate_verify()); }
    FinishedDraft finished() { return {finished_data(Role::server)}; }
    // And changes to the application's write keys.
    void send_finished() { send_finished(finished()); }
    void send_finished(const FinishedDraft& finished);
    // EncryptedExtensions to Finished; without certificates under a PSK.
    void send_rest_of_flight();

    // ---- the client's second flight
    // The Finished must verify; then both directions use the application keys.
    void expect_finished();
    // Certificate and CertificateVerify (unless the chain is empty) before it.
    void expect_client_certificate_and_finished();

    // ---- afterwards
    // The key that the ticket stands for.
    ByteVector send_ticket() { return send_ticket(NewSessionTicketDraft{}); }
    ByteVector send_ticket(const NewSessionTicketDraft& ticket);
    void send_key_update(KeyUpdateRequest request);
    void expect_key_update(KeyUpdateRequest request);

    // A whole legal handshake.
    void connect();

    const ServerScript& script() const { return script_; }

  private:
    CipherSuite choose_suite() const;
    void send_compatibility_record();
};

} // namespace pavise::peer
