// EchKey: the public handle of an ECHConfig and its private key (RFC 9849 §4).
#include "engine/ech_key.hpp"
#include "base/try.hpp"
#include "engine/outermost.hpp"

#include <algorithm>

namespace pavise {

namespace {

using handshake::EchKeyData;
using messages::EchConfig;
using messages::EchConfigContents;
using messages::HpkeSymmetricCipherSuite;

bool supported(schedule::HpkeKem kem, EchCipherSuite suite) noexcept {
    return schedule::hpke_supports(
        {kem, static_cast<schedule::HpkeKdf>(suite.kdf), static_cast<schedule::HpkeAead>(suite.aead)});
}

// The config alone, read out of one ECHConfig.
Result<EchKeyData> read_config(Bytes ech_config) {
    wire::Reader reader(ech_config);
    const auto config = EchConfig::parse(reader);
    if (!config || !reader.empty()) return fail(ErrorCode::malformed_ech_configs);
    if (config->version != EchConfig::known_version) return fail(ErrorCode::not_supported, config->version);
    const auto contents = EchConfigContents::parse(config->contents);
    if (!contents) return fail(ErrorCode::malformed_ech_configs);
    EchKeyData data;
    data.config.assign(ech_config.begin(), ech_config.end());
    data.config_id = contents->config_id;
    data.kem = static_cast<schedule::HpkeKem>(contents->kem_id);
    if (!schedule::hpke_supports(data.kem)) return fail(ErrorCode::not_supported, contents->kem_id);
    // A suite that we do not have cannot be served, but does no harm beside others.
    for (const HpkeSymmetricCipherSuite& suite : contents->cipher_suites)
        if (supported(data.kem, {suite.kdf_id, suite.aead_id})) data.cipher_suites.push_back(suite);
    if (data.cipher_suites.empty()) return fail(ErrorCode::not_supported);
    return data;
}

Result<ByteVector> write_config(const EchConfigTerms& terms, std::uint8_t config_id, Bytes public_key) {
    std::vector<HpkeSymmetricCipherSuite> suites;
    for (const EchCipherSuite suite : terms.cipher_suites) suites.push_back({suite.kdf, suite.aead});
    EchConfigContents contents;
    contents.config_id = config_id;
    contents.kem_id = static_cast<std::uint16_t>(terms.kem);
    contents.public_key = public_key;
    contents.cipher_suites = suites;
    contents.maximum_name_length = terms.maximum_name_length;
    contents.public_name = as_bytes(terms.public_name);
    ByteVector body;
    wire::Writer body_writer(body);
    contents.write(body_writer);
    ByteVector config;
    wire::Writer writer(config);
    EchConfig{EchConfig::known_version, body}.write(writer);
    PAVISE_TRY(body_writer.status());
    PAVISE_TRY(writer.status());
    return config;
}

Result<EchKey> generate_key(const EchConfigTerms& terms, Rng& rng) {
    constexpr std::size_t longest_public_name = 255; // opaque public_name<1..255> (§4)
    constexpr std::size_t most_suites = 0xffff / 4;  // cipher_suites<4..2^16-4> (§4)
    if (terms.public_name.size() > longest_public_name || !handshake::is_ech_public_name(terms.public_name))
        return fail(ErrorCode::bad_ech_public_name);
    if (terms.cipher_suites.empty() || terms.cipher_suites.size() > most_suites)
        return fail(ErrorCode::bad_argument);
    const auto kem = static_cast<schedule::HpkeKem>(terms.kem);
    for (const EchCipherSuite suite : terms.cipher_suites)
        if (!supported(kem, suite)) return fail(ErrorCode::not_supported);
    std::array<std::uint8_t, 1> config_id{terms.config_id.value_or(0)};
    if (!terms.config_id) PAVISE_TRY(rng.fill(config_id));
    const crypto::Provider& provider = crypto::botan_provider();
    PAVISE_LET(const auto pair, schedule::hpke_generate_key_pair(provider, kem, rng));
    PAVISE_LET(const ByteVector config, write_config(terms, config_id[0], pair.public_key));
    return EchKey::from_parts(config, pair.private_key.view());
}

} // namespace

namespace engine {

Result<Bytes> ech_public_key(Bytes ech_config) {
    wire::Reader reader(ech_config);
    const auto config = EchConfig::parse(reader);
    if (!config) return fail(ErrorCode::malformed_ech_configs);
    const auto contents = EchConfigContents::parse(config->contents);
    if (!contents) return fail(ErrorCode::malformed_ech_configs);
    return contents->public_key;
}

} // namespace engine

std::vector<EchCipherSuite> default_ech_cipher_suites() {
    return {{0x0001, 0x0001}, {0x0001, 0x0002}, {0x0001, 0x0003}};
}

EchKey::EchKey() noexcept = default;
EchKey::EchKey(std::shared_ptr<const EchKeyData> data) noexcept : data_(std::move(data)) {}
EchKey::EchKey(const EchKey&) noexcept = default;
EchKey& EchKey::operator=(const EchKey&) noexcept = default;
EchKey::EchKey(EchKey&&) noexcept = default;
EchKey& EchKey::operator=(EchKey&&) noexcept = default;
EchKey::~EchKey() = default;

Result<EchKey> EchKey::generate(const EchConfigTerms& terms, Rng& rng) {
    return engine::guarded([&] { return generate_key(terms, rng); });
}

Result<EchKey> EchKey::from_parts(Bytes ech_config, Bytes private_key) {
    return engine::guarded([&]() -> Result<EchKey> {
        PAVISE_LET(EchKeyData data, read_config(ech_config));
        PAVISE_LET(const Bytes expected, engine::ech_public_key(ech_config));
        const auto ours = schedule::hpke_public_key(crypto::botan_provider(), data.kem, private_key);
        if (!ours || !std::ranges::equal(*ours, expected)) return fail(ErrorCode::ech_key_does_not_match);
        data.private_key = SecretVector(private_key);
        return EchKey(std::make_shared<const EchKeyData>(std::move(data)));
    });
}

EchKey EchKey::retired() const {
    if (data_ == nullptr) return {};
    auto copy = std::make_shared<EchKeyData>();
    copy->config = data_->config;
    copy->config_id = data_->config_id;
    copy->kem = data_->kem;
    copy->cipher_suites = data_->cipher_suites;
    copy->private_key = data_->private_key.clone();
    copy->retry = EchKeyData::Retry::passed_over;
    return EchKey(std::move(copy));
}

Bytes EchKey::config() const noexcept {
    return data_ != nullptr ? Bytes(data_->config) : Bytes();
}

Result<ByteVector> ech_config_list(std::span<const EchKey> keys) {
    return engine::guarded([&]() -> Result<ByteVector> {
        ByteVector list;
        wire::Writer writer(list);
        {
            const auto configs = writer.vector16();
            for (const EchKey& key : keys) writer.bytes(key.config());
        }
        PAVISE_TRY(writer.status());
        if (list.size() == 2) return fail(ErrorCode::bad_argument);
        return list;
    });
}

Result<std::string> ech_public_name(Bytes ech_config_list) {
    return engine::guarded([&]() -> Result<std::string> {
        PAVISE_LET(const auto choice, handshake::choose_ech_config(ech_config_list));
        if (!choice) return fail(ErrorCode::no_usable_ech_config);
        return choice->public_name;
    });
}

} // namespace pavise
