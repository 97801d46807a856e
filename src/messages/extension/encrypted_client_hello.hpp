// encrypted_client_hello and ech_outer_extensions (RFC 9849 §4, §5).
#pragma once

#include "messages/extension_forms.hpp"

#include <array>

namespace pavise::messages {

enum class EchClientHelloType : std::uint8_t { outer = 0, inner = 1 };

struct HpkeSymmetricCipherSuite {
    std::uint16_t kdf_id = 0;
    std::uint16_t aead_id = 0;

    static Result<HpkeSymmetricCipherSuite> parse(wire::Reader& reader);
    void write(wire::Writer& writer) const;
    friend bool operator==(HpkeSymmetricCipherSuite, HpkeSymmetricCipherSuite) = default;
};

// ClientHello. An inner one has no fields.
struct EncryptedClientHello {
    static constexpr ExtensionType type = ExtensionType::encrypted_client_hello;

    EchClientHelloType client_hello_type = EchClientHelloType::inner;
    HpkeSymmetricCipherSuite cipher_suite;
    std::uint8_t config_id = 0;
    Bytes enc;
    Bytes payload; // a view into the ClientHello: there it is zeroed to make the AAD (§5.2)

    static Result<EncryptedClientHello> parse(Bytes body);
    void write(wire::Writer& writer) const;
};

// One ECHConfig of any version (§4).
struct EchConfig {
    static constexpr std::uint16_t known_version = 0xfe0d;

    std::uint16_t version = known_version;
    Bytes contents; // for known_version: an EchConfigContents

    static Result<EchConfig> parse(wire::Reader& reader);
    void write(wire::Writer& writer) const;
};

struct EchConfigContents {
    std::uint8_t config_id = 0;
    std::uint16_t kem_id = 0;
    Bytes public_key;
    List<HpkeSymmetricCipherSuite> cipher_suites;
    std::uint8_t maximum_name_length = 0;
    Bytes public_name;
    Extensions extensions; // ECHConfigExtensions: their types are of a registry of their own

    static Result<EchConfigContents> parse(Bytes contents);
    void write(wire::Writer& writer) const;
};

// A whole ECHConfigList, as EncryptedExtensions carries it to be retried with, and as DNS and files carry it.
struct EchRetryConfigs {
    static constexpr ExtensionType type = ExtensionType::encrypted_client_hello;

    List<EchConfig> configs;

    static Result<EchRetryConfigs> parse(Bytes body);
    void write(wire::Writer& writer) const;
};

// HelloRetryRequest (§5, §7.2.1).
struct EchHelloRetryRequest {
    static constexpr ExtensionType type = ExtensionType::encrypted_client_hello;

    std::array<std::uint8_t, 8> confirmation{};

    static Result<EchHelloRetryRequest> parse(Bytes body);
    void write(wire::Writer& writer) const;
};

// An encoded inner ClientHello: the extensions to be copied from the outer one, in this order (§5.1).
using EchOuterExtensions = ListExtension<ExtensionType::ech_outer_extensions, ExtensionType, 1>;

} // namespace pavise::messages
