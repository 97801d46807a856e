// EchKeys and ECHConfigLists in files (RFC 9934: PEM for ECH).
#include "base/der.hpp"
#include "base/pem.hpp"
#include "base/try.hpp"
#include "engine/ech_key.hpp"
#include "engine/outermost.hpp"

#include <algorithm>

namespace pavise {

namespace {

using namespace std::string_view_literals;

constexpr std::string_view key_label = "PRIVATE KEY";
constexpr std::string_view config_label = "ECHCONFIG";

// RFC 8410 §3, RFC 5480 §2.1.1.
constexpr std::string_view x25519_oid = "1.3.101.110";
constexpr std::string_view ec_public_key_oid = "1.2.840.10045.2.1";
constexpr std::string_view p256_oid = "1.2.840.10045.3.1.7";

// A private key with the KEM that it is for.
struct RawKey {
    schedule::HpkeKem kem{};
    SecretVector bytes;
};

// ECPrivateKey (RFC 5915 §3): what follows the number is known already.
Result<SecretVector> ec_private_key(Bytes encoding) {
    der::Reader outer(encoding);
    PAVISE_LET(der::Reader key, outer.sequence());
    PAVISE_TRY(key.small_integer());
    PAVISE_LET(const Bytes number, key.contents(der::Tag::octet_string));
    return SecretVector(number);
}

// PrivateKeyInfo (RFC 5208 §5; RFC 5958 §2 adds to its end).
Result<RawKey> read_pkcs8(Bytes encoding) {
    der::Reader outer(encoding);
    PAVISE_LET(der::Reader info, outer.sequence());
    PAVISE_TRY(outer.finish());
    PAVISE_TRY(info.small_integer());
    PAVISE_LET(der::Reader algorithm, info.sequence());
    PAVISE_LET(const der::Oid oid, algorithm.oid());
    PAVISE_LET(const Bytes key, info.contents(der::Tag::octet_string));
    if (oid.to_string() == x25519_oid) {
        der::Reader reader(key);
        PAVISE_LET(const Bytes bytes, reader.contents(der::Tag::octet_string));
        return RawKey{schedule::HpkeKem::x25519_hkdf_sha256, SecretVector(bytes)};
    }
    if (oid.to_string() != ec_public_key_oid) return fail(ErrorCode::key_unsupported);
    PAVISE_LET(const der::Oid curve, algorithm.oid());
    if (curve.to_string() != p256_oid) return fail(ErrorCode::key_unsupported);
    PAVISE_LET(SecretVector number, ec_private_key(key));
    return RawKey{schedule::HpkeKem::p256_hkdf_sha256, std::move(number)};
}

void write_private_key(der::Writer& writer, schedule::HpkeKem kem, Bytes private_key) {
    const auto info = writer.sequence();
    writer.integer(0);
    const bool x25519 = kem == schedule::HpkeKem::x25519_hkdf_sha256;
    {
        const auto algorithm = writer.sequence();
        writer.oid(x25519 ? x25519_oid : ec_public_key_oid);
        if (!x25519) writer.oid(p256_oid);
    }
    const auto key = writer.open(der::Tag::octet_string);
    if (x25519) {
        writer.primitive(der::Tag::octet_string, private_key);
    } else {
        const auto ec_key = writer.sequence();
        writer.integer(1);
        writer.primitive(der::Tag::octet_string, private_key);
    }
}

Result<std::vector<EchKey>> keys_for(const RawKey& key, Bytes list) {
    std::vector<EchKey> keys;
    const auto configs = messages::EchRetryConfigs::parse(list);
    if (!configs) return fail(ErrorCode::malformed_ech_configs);
    for (const messages::EchConfig& config : configs->configs) {
        ByteVector whole;
        wire::Writer writer(whole);
        config.write(writer);
        auto with_key = EchKey::from_parts(whole, key.bytes.view());
        if (with_key && with_key->data()->kem == key.kem) keys.push_back(*std::move(with_key));
    }
    if (keys.empty()) return fail(ErrorCode::ech_key_does_not_match);
    return keys;
}

Result<std::vector<EchKey>> load_keys(Bytes pem) {
    PAVISE_LET(const auto blocks, read_pem(as_text(pem)));
    const auto key = std::ranges::find(blocks, key_label, &PemBlock::label);
    if (key == blocks.end()) return fail(ErrorCode::key_not_found);
    const auto configs = std::ranges::find(blocks, config_label, &PemBlock::label);
    if (configs == blocks.end()) return fail(ErrorCode::malformed_ech_configs);
    auto raw = read_pkcs8(key->contents.view());
    if (!raw)
        return raw.error().code == ErrorCode::malformed_der ? fail(ErrorCode::key_malformed)
                                                            : Unexpected(raw.error());
    return keys_for(*raw, configs->contents.view());
}

ByteVector copy_of(const SecretVector& bytes) {
    return {bytes.view().begin(), bytes.view().end()};
}

// Base64 in one piece or in lines, as it stands in the zone files of DNS.
Result<ByteVector> from_base64(std::string_view text) {
    const std::size_t first = text.find_first_not_of(" \t\r\n\"");
    const std::size_t last = text.find_last_not_of(" \t\r\n\"");
    if (first == std::string_view::npos) return fail(ErrorCode::malformed_ech_configs);
    text = text.substr(first, last - first + 1);
    std::string block = "-----BEGIN ECHCONFIG-----\n";
    block.append(text).append("\n-----END ECHCONFIG-----\n");
    const auto blocks = read_pem(block);
    if (!blocks || blocks->size() != 1) return fail(ErrorCode::malformed_ech_configs);
    return copy_of(blocks->front().contents);
}

Result<ByteVector> read_list(Bytes text) {
    if (looks_like_pem(text)) {
        PAVISE_LET(const auto blocks, read_pem(as_text(text)));
        const auto configs = std::ranges::find(blocks, config_label, &PemBlock::label);
        if (configs == blocks.end()) return fail(ErrorCode::malformed_ech_configs);
        return copy_of(configs->contents);
    }
    if (messages::EchRetryConfigs::parse(text)) return ByteVector(text.begin(), text.end());
    return from_base64(as_text(text));
}

} // namespace

Result<std::vector<EchKey>> EchKey::load(Bytes pem) {
    return engine::guarded([&] { return load_keys(pem); });
}

std::string EchKey::pem() const {
    if (data_ == nullptr) return {};
    ByteVector key;
    der::Writer writer(key);
    write_private_key(writer, data_->kem, data_->private_key.view());
    std::string text = write_pem(key_label, key);
    secure_wipe(key);
    ByteVector list;
    wire::Writer(list).vector16(data_->config);
    return text + write_pem(config_label, list);
}

Result<ByteVector> read_ech_config_list(Bytes text) {
    return engine::guarded([&]() -> Result<ByteVector> {
        PAVISE_LET(ByteVector list, read_list(text));
        if (!handshake::check_ech_config_list(list)) return fail(ErrorCode::malformed_ech_configs);
        return list;
    });
}

} // namespace pavise
