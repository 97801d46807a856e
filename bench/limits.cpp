// The limit of a handshake: the bare calls of Botan that the RFC makes it use, with nothing around them, in
// the turns that the two sides take: what one of them does finds the processor's caches as the other has left
// them. Asymmetric operations, transcript hashes, HKDF or PRF, the set-up of AEADs and the protection of the
// handshake's records; for a client the certificates' parsing and validation too, or, where it has verified
// the chain before, not. Objects that can be kept are kept, and no secret is keyed in twice in a row.
#include "conversation.hpp"
#include "identities.hpp"
#include "scenarios.hpp"

#include <pavise/config.hpp>

#include <botan/aead.h>
#include <botan/data_src.h>
#include <botan/hash.h>
#include <botan/mac.h>
#include <botan/pkcs8.h>
#include <botan/pubkey.h>
#include <botan/system_rng.h>
#include <botan/x25519.h>
#include <botan/x509path.h>

#include <array>
#include <optional>

namespace pavise::bench {

namespace {

using Secret = std::array<std::uint8_t, 32>; // everything here is of SHA-256

// The messages of a handshake, by their usual sizes; what they say does not matter.
constexpr std::size_t client_hello_size = 220, server_hello_size = 122, encrypted_extensions_size = 6,
                      finished_size13 = 36, finished_size12 = 16, certificate_framing = 20,
                      key_exchange_framing = 50, verify_framing = 8;

class Hkdf {
    std::unique_ptr<Botan::MessageAuthenticationCode> hmac_ =
        Botan::MessageAuthenticationCode::create_or_throw("HMAC(SHA-256)");

  public:
    void set_key(Bytes key) { hmac_->set_key(key); }
    Secret mac(Bytes message) {
        Secret out;
        hmac_->update(message);
        hmac_->final(out);
        return out;
    }
    Secret extract(Bytes salt, Bytes input) {
        set_key(salt);
        return mac(input);
    }
    // HKDF-Expand-Label of the key that is set; an HkdfLabel with a hash in it has some 50 bytes, one
    // without 18.
    Secret expand(std::size_t info_size = 50) {
        constexpr std::array<std::uint8_t, 64> info{};
        return mac(Bytes(info).first(info_size));
    }
    // P_hash of TLS 1.2, of so many bytes.
    void prf(Bytes secret, std::size_t seed_size, std::size_t size) {
        const ByteVector seed(seed_size);
        set_key(secret);
        Secret a = mac(seed);
        for (std::size_t done = 0; done < size; done += a.size()) {
            hmac_->update(a);
            mac(seed);
            if (done + a.size() < size) a = mac(a);
        }
    }
};

class Transcript {
    std::unique_ptr<Botan::HashFunction> hash_ = Botan::HashFunction::create_or_throw("SHA-256");

  public:
    void add(std::size_t size) {
        static const ByteVector message(16384);
        hash_->update(Bytes(message).first(size));
    }
    Secret snapshot() const {
        Secret out;
        hash_->copy_state()->final(out);
        return out;
    }
    void clear() { hash_->clear(); }
};

std::unique_ptr<Botan::AEAD_Mode> aead(Hkdf& hkdf, Bytes secret, Botan::Cipher_Dir direction) {
    hkdf.set_key(secret);
    const Secret key = hkdf.expand(18);
    hkdf.expand(18);
    auto mode = Botan::AEAD_Mode::create_or_throw("AES-128/GCM", direction);
    mode->set_key(Bytes(key).first(16));
    return mode;
}
std::unique_ptr<Botan::AEAD_Mode> aead12(Botan::Cipher_Dir direction) {
    constexpr std::array<std::uint8_t, 16> key{1};
    auto mode = Botan::AEAD_Mode::create_or_throw("AES-128/GCM", direction);
    mode->set_key(key);
    return mode;
}

// One record but for its tag, which nobody made where it is opened.
void protect(Botan::AEAD_Mode& mode, std::size_t size) {
    static ByteVector record;
    constexpr std::array<std::uint8_t, 12> nonce{};
    constexpr std::array<std::uint8_t, 5> header{};
    record.resize(size);
    mode.set_associated_data(header);
    mode.start(nonce);
    mode.process(record);
}

const char* padding_of(KeyKind kind) {
    return kind == KeyKind::p256 ? "SHA-256" : "PSS(SHA-256)"; // rsa_pss_rsae_sha256, in either version
}
Botan::Signature_Format format_of(KeyKind kind) {
    return kind == KeyKind::p256 ? Botan::Signature_Format::DerSequence : Botan::Signature_Format::Standard;
}

// What is made once, for any number of handshakes.
class Kept {
    const Identity& identity_;
    Botan::DataSource_Memory key_source_;

  public:
    Botan::System_RNG rng;
    std::unique_ptr<Botan::Private_Key> key;
    Botan::PK_Signer signer;
    std::unique_ptr<Botan::Public_Key> leaf_key;
    std::optional<Botan::PK_Verifier> verifier; // of the leaf's key, as long as the chain is remembered
    Botan::Certificate_Store_In_Memory roots;
    Botan::Path_Validation_Restrictions restrictions{false, 110};
    Setup setup;
    std::size_t certificate_size = certificate_framing;
    std::size_t signature_size = 0;
    Hkdf hkdf;
    Transcript transcript;
    Botan::X25519_PrivateKey peer{rng};
    ByteVector peer_value = peer.public_value();
    std::optional<Botan::X25519_PrivateKey> own;
    ByteVector own_value;
    ByteVector signed_content = ByteVector(130, 7);
    ByteVector signature;

    explicit Kept(const Setup& for_setup) :
        identity_(server_identity(for_setup.key)),
        key_source_(identity_.key_pem),
        key(Botan::PKCS8::load_key(key_source_)),
        signer(*key, rng, padding_of(for_setup.key), format_of(for_setup.key)),
        leaf_key(key->public_key()),
        setup(for_setup) {
        Botan::DataSource_Memory root(identity_.root_pem);
        roots.add_certificate(Botan::X509_Certificate(root));
        for (const ByteVector& der : identity_.chain_der) certificate_size += der.size() + 5;
        signature = signer.sign_message(signed_content, rng);
        signature_size = signature.size();
    }
    void sign() { signer.sign_message(signed_content, rng); }
    void verify() {
        if (!verifier) verifier.emplace(*leaf_key, padding_of(setup.key), format_of(setup.key));
        if (!verifier->verify_message(signed_content, signature)) give_up("a bare signature is bad");
    }
    void validate_chain() {
        std::vector<Botan::X509_Certificate> chain;
        for (const ByteVector& der : identity_.chain_der) chain.emplace_back(der);
        const auto result =
            Botan::x509_path_validate(chain, restrictions, roots, host, Botan::Usage_Type::TLS_SERVER_AUTH);
        if (!result.successful_validation()) give_up("the bare validation: " + result.result_string());
        leaf_key = chain.front().subject_public_key();
        verifier.reset();
    }
    void make_share() {
        own.emplace(rng);
        own_value = own->public_value();
    }
    void agree() {
        own->agree(peer_value.data(), peer_value.size());
        own.reset();
    }
    void draw_random() {
        Secret random;
        rng.randomize(random);
    }
};

// The client's authentication of the server.
void authenticate(Kept& kept, Role role) {
    if (role == Role::server) return kept.sign();
    if (kept.setup.chain_memory == ChainMemory::cold) kept.validate_chain();
    kept.verify();
}

void finished(Kept& kept, const Secret& base, const Secret& hash) {
    kept.hkdf.set_key(base);
    kept.hkdf.set_key(kept.hkdf.expand(18));
    kept.hkdf.mac(hash);
}

// One side of a handshake, by its turns.
class Bare {
  protected:
    Kept kept;
    const Role role;
    std::unique_ptr<Botan::AEAD_Mode> reader, writer;

  public:
    Bare(const Setup& setup, Role of) : kept(setup), role(of) {}
    virtual ~Bare() = default;
    virtual void turn(int number) = 0;
};

class Bare13 final : public Bare {
    Secret client_{}, server_{}, derived_{}, client_application_{}, server_application_{},
        to_server_finished_{};

    void begin() {
        kept.draw_random();
        kept.make_share();
    }
    void derive_handshake_keys() {
        using enum Botan::Cipher_Dir;
        Hkdf& hkdf = kept.hkdf;
        constexpr Secret zeros{};
        kept.agree();
        kept.transcript.add(client_hello_size);
        kept.transcript.add(server_hello_size);
        const Secret to_server_hello = kept.transcript.snapshot();
        hkdf.set_key(hkdf.extract(zeros, zeros));
        hkdf.set_key(hkdf.extract(hkdf.expand(), to_server_hello));
        client_ = hkdf.expand(), server_ = hkdf.expand(), derived_ = hkdf.expand();
        reader = aead(hkdf, role == Role::server ? client_ : server_, Decryption);
        writer = aead(hkdf, role == Role::server ? server_ : client_, Encryption);
    }
    // The server's flight but for its record's tag, made or checked.
    void authenticate_server() {
        Hkdf& hkdf = kept.hkdf;
        Transcript& transcript = kept.transcript;
        constexpr Secret zeros{};
        const std::size_t flight = encrypted_extensions_size + kept.certificate_size + kept.signature_size +
                                   verify_framing + finished_size13;
        if (role == Role::client) protect(*reader, flight);
        transcript.add(encrypted_extensions_size);
        transcript.add(kept.certificate_size);
        transcript.snapshot();
        authenticate(kept, role);
        transcript.add(kept.signature_size + verify_framing);
        finished(kept, server_, transcript.snapshot());
        transcript.add(finished_size13);
        to_server_finished_ = transcript.snapshot();
        if (role == Role::server) protect(*writer, flight);
        hkdf.set_key(hkdf.extract(derived_, zeros));
        client_application_ = hkdf.expand(), server_application_ = hkdf.expand();
        hkdf.expand(); // exporter_master_secret
    }
    // The client's Finished, and what comes after it.
    void finish() {
        using enum Botan::Cipher_Dir;
        Hkdf& hkdf = kept.hkdf;
        protect(role == Role::server ? *reader : *writer, finished_size13);
        finished(kept, client_, to_server_finished_);
        kept.transcript.add(finished_size13);
        const Secret whole = kept.transcript.snapshot();
        reader = aead(hkdf, role == Role::server ? client_application_ : server_application_, Decryption);
        writer = aead(hkdf, role == Role::server ? server_application_ : client_application_, Encryption);
        hkdf.set_key(whole); // resumption_master_secret
        hkdf.expand();
        kept.transcript.clear();
    }

  public:
    using Bare::Bare;
    void turn(int number) override {
        if (number == 0) begin();
        if (number == (role == Role::server ? 0 : 1)) {
            derive_handshake_keys();
            authenticate_server();
        }
        if (number == 1) finish();
    }
};

class Bare12 final : public Bare {
    static constexpr Secret secret_{1};

    void hellos() {
        kept.transcript.add(client_hello_size);
        kept.transcript.add(server_hello_size);
        kept.transcript.add(kept.certificate_size);
        kept.transcript.add(kept.signature_size + key_exchange_framing);
        authenticate(kept, role);
    }
    void derive_keys() {
        kept.agree();
        kept.transcript.add(key_exchange_framing);
        kept.transcript.snapshot();
        kept.hkdf.prf(secret_, 22 + 32, 48); // extended_master_secret
        kept.hkdf.prf(secret_, 13 + 64, 40); // key_block
        reader = aead12(Botan::Cipher_Dir::Decryption);
        writer = aead12(Botan::Cipher_Dir::Encryption);
    }
    void one_finished(Botan::AEAD_Mode& mode) {
        kept.transcript.snapshot();
        kept.hkdf.prf(secret_, 15 + 32, 12);
        kept.transcript.add(finished_size12);
        protect(mode, finished_size12);
    }
    void client_turn(int number) {
        switch (number) {
        case 0: return kept.draw_random();
        case 1:
            hellos();
            kept.make_share();
            derive_keys();
            return one_finished(*writer);
        default: one_finished(*reader); kept.transcript.clear();
        }
    }
    void server_turn(int number) {
        switch (number) {
        case 0:
            kept.draw_random();
            kept.make_share();
            return hellos();
        case 1:
            derive_keys();
            one_finished(*reader);
            one_finished(*writer);
            kept.transcript.clear();
        }
    }

  public:
    using Bare::Bare;
    void turn(int number) override { role == Role::client ? client_turn(number) : server_turn(number); }
};

std::shared_ptr<Bare> bare(const Setup& setup, Role role) {
    if (setup.version == Version::tls13) return std::make_shared<Bare13>(setup, role);
    return std::make_shared<Bare12>(setup, role);
}

} // namespace

Contestant limit_of(const Setup& setup) {
    return {setup.chain_memory == ChainMemory::cold ? "limit-cold" : "limit",
            [client = bare(setup, Role::client), server = bare(setup, Role::server),
             turns = setup.version == Version::tls13 ? 2 : 3] {
                return typical_of(handshakes_in_a_turn, [&]() -> Taken {
                    double client_took = 0, server_took = 0;
                    for (int turn = 0; turn < turns; ++turn) {
                        client_took += seconds_of([&] { client->turn(turn); });
                        server_took += seconds_of([&] { server->turn(turn); });
                    }
                    return {client_took, server_took};
                });
            }};
}

} // namespace pavise::bench
