#include "messages/extension/encrypted_client_hello.hpp"

#include <algorithm>

namespace pavise::messages {

Result<HpkeSymmetricCipherSuite> HpkeSymmetricCipherSuite::parse(wire::Reader& reader) {
    PAVISE_LET(const std::uint16_t kdf_id, reader.u16());
    PAVISE_LET(const std::uint16_t aead_id, reader.u16());
    return HpkeSymmetricCipherSuite{kdf_id, aead_id};
}

void HpkeSymmetricCipherSuite::write(wire::Writer& writer) const {
    writer.u16(kdf_id);
    writer.u16(aead_id);
}

Result<EncryptedClientHello> EncryptedClientHello::parse(Bytes body) {
    wire::Reader reader(body);
    EncryptedClientHello hello;
    PAVISE_LET(const std::uint8_t client_hello_type, reader.u8());
    hello.client_hello_type = static_cast<EchClientHelloType>(client_hello_type);
    switch (hello.client_hello_type) {
    case EchClientHelloType::inner: break;
    case EchClientHelloType::outer: {
        PAVISE_LET(hello.cipher_suite, HpkeSymmetricCipherSuite::parse(reader));
        PAVISE_LET(hello.config_id, reader.u8());
        PAVISE_LET(hello.enc, reader.vector16());
        PAVISE_LET(hello.payload, reader.vector16({.least = 1}));
        break;
    }
    default: return fail(ErrorCode::invalid_enum_value, client_hello_type);
    }
    PAVISE_TRY(reader.finish());
    return hello;
}

void EncryptedClientHello::write(wire::Writer& writer) const {
    writer.u8(static_cast<std::uint8_t>(client_hello_type));
    if (client_hello_type == EchClientHelloType::inner) return;
    cipher_suite.write(writer);
    writer.u8(config_id);
    writer.vector16(enc);
    writer.vector16(payload);
}

Result<EchConfig> EchConfig::parse(wire::Reader& reader) {
    PAVISE_LET(const std::uint16_t version, reader.u16());
    PAVISE_LET(const Bytes contents, reader.vector16());
    return EchConfig{version, contents};
}

void EchConfig::write(wire::Writer& writer) const {
    writer.u16(version);
    writer.vector16(contents);
}

Result<EchConfigContents> EchConfigContents::parse(Bytes contents) {
    wire::Reader reader(contents);
    EchConfigContents config;
    PAVISE_LET(config.config_id, reader.u8());
    PAVISE_LET(config.kem_id, reader.u16());
    PAVISE_LET(config.public_key, reader.vector16({.least = 1}));
    PAVISE_LET(const Bytes suites, reader.vector16({.least = 4, .most = 65532}));
    PAVISE_LET(config.cipher_suites, List<HpkeSymmetricCipherSuite>::from_wire(suites));
    PAVISE_LET(config.maximum_name_length, reader.u8());
    PAVISE_LET(config.public_name, reader.vector8({.least = 1}));
    PAVISE_LET(config.extensions, Extensions::parse(reader));
    PAVISE_TRY(reader.finish());
    return config;
}

void EchConfigContents::write(wire::Writer& writer) const {
    writer.u8(config_id);
    writer.u16(kem_id);
    writer.vector16(public_key);
    {
        const auto suites = writer.vector16();
        cipher_suites.write(writer);
    }
    writer.u8(maximum_name_length);
    writer.vector8(public_name);
    extensions.write(writer);
}

Result<EchRetryConfigs> EchRetryConfigs::parse(Bytes body) {
    wire::Reader reader(body);
    PAVISE_LET(const Bytes contents, reader.vector16({.least = 4}));
    PAVISE_TRY(reader.finish());
    PAVISE_LET(const auto configs, List<EchConfig>::from_wire(contents));
    return EchRetryConfigs{configs};
}

void EchRetryConfigs::write(wire::Writer& writer) const {
    const auto scope = writer.vector16();
    configs.write(writer);
}

Result<EchHelloRetryRequest> EchHelloRetryRequest::parse(Bytes body) {
    wire::Reader reader(body);
    EchHelloRetryRequest retry;
    PAVISE_LET(const Bytes confirmation, reader.bytes(retry.confirmation.size()));
    PAVISE_TRY(reader.finish());
    std::ranges::copy(confirmation, retry.confirmation.begin());
    return retry;
}

void EchHelloRetryRequest::write(wire::Writer& writer) const {
    writer.bytes(confirmation);
}

} // namespace pavise::messages
