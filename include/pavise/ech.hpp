// Encrypted Client Hello (RFC 9849): the configs that a server publishes, the keys behind them, and what each
// side makes of them.
//
// A server makes an EchKey, publishes ech_config_list() of it (in DNS: the `ech` parameter of HTTPS and SVCB
// records, RFC 9848) and puts it into ServerConfig::ech_keys. A client that has the list puts it into
// ClientOptions::ech_configs: the name of the server and all else that its hello says travel encrypted then,
// inside a hello to the public name. Negotiated::ech says what came of it.
//
// Thread rules: keys are immutable and safe to share; the functions may be called from any thread.
#pragma once

#include <pavise/bytes.hpp>
#include <pavise/environment.hpp>
#include <pavise/export.hpp>
#include <pavise/result.hpp>

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace pavise {

namespace handshake {
struct EchKeyData;
}

// What came of Encrypted Client Hello in a connection.
enum class EchStatus : std::uint8_t {
    not_offered, // by the client; a server also says so of a client that it did not look at
    greased,     // client: an extension without meaning was sent, for want of a config (RFC 9849 §6.2)
    offered,     // client: the server has not answered yet
    accepted,    // the handshake is that of the inner hello
    // Client: the server used the outer hello; the connection ends with ech_rejected, whatever else. Server:
    // an offer could not be decrypted, or had no meaning: who can tell.
    rejected,
};

// What a client does where it has no config that it can use.
enum class EchPolicy : std::uint8_t {
    when_possible, // it says in the open whom it wants to talk to
    required,      // it does not connect: no_usable_ech_config
};

// Which of its keys a server tries (RFC 9849 §7.1).
enum class EchKeyChoice : std::uint8_t {
    by_config_id,
    trial, // all of them, for clients that were told to make config_id up (§10.4): each costs a key exchange
};

// What a server is to clients that it knows through others (RFC 9849 §3.1).
enum class EchRole : std::uint8_t {
    client_facing, // it decrypts, and serves what comes out; inner hellos from the network are refused
    backend, // a client-facing server in front of it decrypts: inner hellos are confirmed, outer ones refused
};

// DHKEM with HKDF-SHA256 (RFC 9180 §7.1).
enum class EchKem : std::uint16_t { p256 = 0x0010, x25519 = 0x0020 };

// KDF and AEAD, by their numbers in the registries of HPKE (RFC 9180 §7.2, §7.3).
struct EchCipherSuite {
    std::uint16_t kdf = 0x0001;  // HKDF-SHA256
    std::uint16_t aead = 0x0001; // AES-128-GCM
    friend bool operator==(EchCipherSuite, EchCipherSuite) = default;
};

// HKDF-SHA256 with AES-128-GCM (which everybody has, RFC 9849 §9), AES-256-GCM and ChaCha20-Poly1305.
PAVISE_EXPORT std::vector<EchCipherSuite> default_ech_cipher_suites();

// What a new config says (RFC 9849 §4).
struct EchConfigTerms {
    // The DNS name that everybody may see: the server must be able to show a certificate for it.
    std::string public_name{};
    // Different for each key that a server knows at a time. Nothing: a random one.
    std::optional<std::uint8_t> config_id{};
    EchKem kem = EchKem::x25519;
    std::vector<EchCipherSuite> cipher_suites = default_ech_cipher_suites(); // by preference
    // The longest of the names behind it, so that clients can hide the length of theirs. 0: not known.
    std::uint8_t maximum_name_length = 0;
};

// A config with its private key. A cheap handle.
class PAVISE_EXPORT EchKey {
    std::shared_ptr<const handshake::EchKeyData> data_{};

  public:
    EchKey() noexcept; // holds nothing; use one of the factories
    explicit EchKey(std::shared_ptr<const handshake::EchKeyData> data) noexcept;
    EchKey(const EchKey&) noexcept;
    EchKey& operator=(const EchKey&) noexcept;
    EchKey(EchKey&&) noexcept;
    EchKey& operator=(EchKey&&) noexcept;
    ~EchKey();

    // Errors: bad_ech_public_name, not_supported for a KEM or a cipher suite, bad_argument for none.
    static Result<EchKey> generate(const EchConfigTerms& terms, Rng& rng = system_rng());
    // `ech_config`: one ECHConfig. `private_key`: 32 bytes, as HPKE serialises it (RFC 9180 §7.1.2). Errors:
    // malformed_ech_configs, not_supported, ech_key_does_not_match.
    static Result<EchKey> from_parts(Bytes ech_config, Bytes private_key);
    // A file of PEM as RFC 9934 has it: a PRIVATE KEY (PKCS#8) and an ECHCONFIG, which is a list; a key for
    // each config of the list that has this private key. Errors: as above; malformed_pem, key_not_found,
    // key_malformed, ech_key_does_not_match where there is none.
    static Result<std::vector<EchKey>> load(Bytes pem);

    // The same, but clients whose config is not known are not pointed to it: an old key that is about to go.
    // One at least of a server's keys should be pointed to.
    EchKey retired() const;

    // The ECHConfig.
    Bytes config() const noexcept;
    // Config and private key, as load() takes them: a secret.
    std::string pem() const;

    const handshake::EchKeyData* data() const noexcept { return data_.get(); }
};

// The ECHConfigList of these keys, by preference: what is published. bad_argument for none.
PAVISE_EXPORT Result<ByteVector> ech_config_list(std::span<const EchKey> keys);
// An ECHConfigList out of a file or a command line: as it is, in base64 (as in the zone file of DNS), or as a
// PEM block ECHCONFIG. malformed_ech_configs for what is none.
PAVISE_EXPORT Result<ByteVector> read_ech_config_list(Bytes text);
// The public name of the first config of a list that Pavise can use; no_usable_ech_config where there is
// none, malformed_ech_configs for what is no list.
PAVISE_EXPORT Result<std::string> ech_public_name(Bytes ech_config_list);

} // namespace pavise
