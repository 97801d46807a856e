// Peer12: what the two roles of a TLS 1.2 script share: master secret, key block, Finished,
// change_cipher_spec.
#pragma once

#include "peer/peer.hpp"
#include "schedule/key_schedule12.hpp"

#include <optional>

namespace pavise::peer {

// What a session is resumed by (RFC 5246 §7.3; RFC 5077).
struct Session12 {
    ByteVector session_id{};
    ByteVector ticket{};
    ByteVector master_secret{};
    CipherSuite suite{};
    bool extended_master_secret = true;
};

// Whether a suite protects its records by CBC with HMAC.
bool is_cbc(CipherSuite suite);

enum class MasterSecret : std::uint8_t { plain, extended };

class Peer12 : public Peer {
    std::optional<crypto::Suite12> suite_;
    MacOrder mac_order_ = MacOrder::encrypt_then_mac;
    std::unique_ptr<crypto::Hmac> hmac_;
    std::optional<schedule::KeyBlock> keys_;
    messages::Random client_random_{};
    messages::Random server_random_{};
    ByteVector master_secret_;

  public:
    Peer12(Role role, Link& link, const crypto::Provider& provider, Rng& rng);

    void use_suite12(CipherSuite suite);
    const std::optional<crypto::Suite12>& suite12() const { return suite_; }
    // Of a CBC suite.
    void use_mac_order(MacOrder order) { mac_order_ = order; }
    MacOrder mac_order() const { return mac_order_; }
    void use_client_random(const messages::Random& random) { client_random_ = random; }
    void use_server_random(const messages::Random& random) { server_random_ = random; }
    const messages::Random& client_random() const { return client_random_; }
    const messages::Random& server_random() const { return server_random_; }
    // From the premaster secret (RFC 5246 §8.1); an extended one covers the transcript so far, which ends
    // with the ClientKeyExchange (RFC 7627 §4). And the key block.
    void derive_keys12(Bytes pre_master_secret, MasterSecret kind);
    // Of a resumed session.
    void use_master_secret(Bytes master_secret);
    const ByteVector& master_secret() const { return master_secret_; }

    // Both in the clear until now: what follows is protected with sequence number 0.
    void protect_writing();
    void protect_reading();
    // change_cipher_spec, and the new write keys.
    void change_write_keys();
    // The next event is a change_cipher_spec: what follows is read under the new keys.
    void expect_change_cipher_spec();

    // A record of a CBC suite, made otherwise than by default.
    ByteVector seal_cbc(ContentType type, Bytes content, const CbcDraft& draft);

    // verify_data over the transcript so far.
    ByteVector verify_data(Role sender);
    FinishedDraft finished12() { return {verify_data(role())}; }
    void send_finished12() { send(finished12()); }
    // In such a record.
    void send_finished12(const CbcDraft& record);
    // The other side's, which must verify.
    void expect_finished12();

    // client_random, server_random and the parameters: what a ServerKeyExchange signs (RFC 5246 §7.4.3).
    ByteVector signed_params(Bytes params) const;
};

} // namespace pavise::peer
