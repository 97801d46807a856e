// ScriptedClient: the client's side of a script. Each send_… without an argument sends what a legal client
// would send now; with one, what the script made of it.
#pragma once

#include "messages/certificate13.hpp"
#include "messages/certificate_request13.hpp"
#include "messages/encrypted_extensions.hpp"
#include "messages/new_session_ticket13.hpp"
#include "messages/server_hello.hpp"
#include "peer/peer.hpp"
#include "peer/proof.hpp"

namespace pavise::peer {

struct ClientScript {
    std::string server_name = "server.test"; // empty: not sent
    std::vector<CipherSuite> cipher_suites{CipherSuite::TLS_AES_128_GCM_SHA256,
                                           CipherSuite::TLS_AES_256_GCM_SHA384,
                                           CipherSuite::TLS_CHACHA20_POLY1305_SHA256};
    std::vector<NamedGroup> groups{NamedGroup::x25519, NamedGroup::secp256r1};
    std::size_t key_shares = 1; // of the first groups
    std::vector<SignatureScheme> signature_schemes = default_signature_schemes();
    std::vector<std::string> alpn_protocols;
    Credential credential; // for a server that asks
};

// A pre-shared key as a client offers it.
struct PskOffer {
    ByteVector identity{};
    ByteVector key{};
    std::uint32_t obfuscated_ticket_age = 0;
    schedule::PskKind kind = schedule::PskKind::external;
    CipherSuite suite = CipherSuite::TLS_AES_128_GCM_SHA256; // whose hash goes with it
};

class ScriptedClient : public Peer {
    ClientScript script_;
    std::vector<std::unique_ptr<crypto::KeyShare>> key_shares_;
    ClientHelloDraft hello_;
    std::vector<PskOffer> psks_;
    std::optional<messages::CertificateRequest> certificate_request_;
    bool compatibility_sent_ = false;

  public:
    ScriptedClient(ClientScript script, Link& link, const crypto::Provider& provider, Rng& rng);

    // ---- hellos
    // New key shares each time.
    ClientHelloDraft client_hello();
    void send_client_hello() { send_client_hello(client_hello()); }
    void send_client_hello(const ClientHelloDraft& hello);
    // For scripts that send it in a way of their own.
    void use_client_hello(const ClientHelloDraft& hello) { hello_ = hello; }
    // psk_key_exchange_modes, which tickets and PSKs want (RFC 8446 §4.2.9).
    static void allow_psks(ClientHelloDraft& hello,
                           const std::vector<PskKeyExchangeMode>& modes = {PskKeyExchangeMode::psk_dhe_ke});
    // As the last step of a draft: the identities with their binders, over all that it holds by then.
    void offer_psks(ClientHelloDraft& hello, const std::vector<PskOffer>& psks);
    void offer_psk(ClientHelloDraft& hello, const PskOffer& psk) { offer_psks(hello, {psk}); }
    // After a ClientHello that offers early data: what is sent now is early data of the first PSK.
    void write_early_data();
    // The hello that was sent last, header included.
    ByteVector client_hello_bytes() const { return hello_.message(); }
    // Back to the clear, after early data that a HelloRetryRequest rejected.
    void send_message_in_the_clear(const ClientHelloDraft& hello);
    // The key exchange, and the handshake keys in both directions.
    messages::ServerHello expect_server_hello();
    messages::ServerHello expect_hello_retry_request();
    // The hello as it was sent, with the share that the HelloRetryRequest asked for, and its cookie.
    ClientHelloDraft second_client_hello(const messages::ServerHello& retry);

    // ---- the server's flight
    messages::EncryptedExtensions expect_encrypted_extensions();
    // From EncryptedExtensions to Finished, which must verify; then the application's read keys are in use.
    void expect_rest_of_flight();
    void expect_flight() {
        expect_server_hello();
        expect_rest_of_flight();
    }
    const std::optional<messages::CertificateRequest>& certificate_request() const {
        return certificate_request_;
    }

    // ---- the second flight, under the handshake keys
    // The change_cipher_spec for middleboxes (RFC 8446 §D.4), once, and the handshake's write keys.
    void begin_second_flight();
    CertificateDraft certificate() const { return certificate_of(script_.credential); }
    void send_certificate() { send(certificate()); }
    CertificateVerifyDraft certificate_verify() { return certificate_verify(Role::client); }
    CertificateVerifyDraft certificate_verify(Role context);
    void send_certificate_verify() { send(certificate_verify()); }
    FinishedDraft finished() { return {finished_data(Role::client)}; }
    // And changes to the application's write keys.
    void send_finished() { send_finished(finished()); }
    void send_finished(const FinishedDraft& finished);
    // All that a legal client sends now.
    void send_second_flight();

    // ---- afterwards
    // A NewSessionTicket, as the PSK that it stands for.
    PskOffer expect_ticket();
    void send_key_update(KeyUpdateRequest request);
    void expect_key_update(KeyUpdateRequest request);

    // A whole legal handshake, with a HelloRetryRequest if the server wants one.
    void connect();

    const ClientScript& script() const { return script_; }

  private:
    void take_secrets(const messages::ServerHello& hello);
    void expect_certificates();
    void add_key_share(NamedGroup group);
    ByteVector key_share_extension() const;
};

} // namespace pavise::peer
