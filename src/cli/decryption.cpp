#include "cli/decryption.hpp"

#include "base/try.hpp"
#include "crypto/cipher_suite.hpp"
#include "engine/protection12.hpp"
#include "schedule/traffic_keys.hpp"

#include <algorithm>

namespace pavise::cli {

namespace {

std::optional<unsigned> digit(char c) noexcept {
    if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
    if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a' + 10);
    if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A' + 10);
    return std::nullopt;
}

std::string_view word_from(std::string_view& line) {
    const std::size_t end = std::min(line.find(' '), line.size());
    const std::string_view word = line.substr(0, end);
    line.remove_prefix(std::min(end + 1, line.size()));
    return word;
}

// GCM and CCM have 4 bytes of salt (RFC 5288 §3, RFC 6655 §3), ChaCha20-Poly1305 a whole nonce (RFC 7905 §2).
schedule::KeyBlockSizes sizes_for(const crypto::Suite12& suite) {
    if (const auto* cbc = std::get_if<crypto::CbcMac>(&suite.protection))
        return {crypto::digest_size(cbc->mac), crypto::cbc_key_size(cbc->cipher), 0};
    const auto aead = std::get<crypto::AeadId>(suite.protection);
    constexpr std::size_t salt = 4;
    return {0, crypto::aead_key_size(aead),
            aead == crypto::AeadId::chacha20_poly1305 ? crypto::aead_nonce_size : salt};
}

} // namespace

std::optional<ByteVector> bytes_of_hex(std::string_view text) {
    if (text.size() % 2 != 0) return std::nullopt;
    ByteVector out;
    for (std::size_t i = 0; i < text.size(); i += 2) {
        const auto high = digit(text[i]);
        const auto low = digit(text[i + 1]);
        if (!high || !low) return std::nullopt;
        out.push_back(static_cast<std::uint8_t>(*high << 4 | *low));
    }
    return out;
}

KeyLogFile::KeyLogFile(std::string_view text) {
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (line.ends_with('\r')) line.remove_suffix(1);
        const std::string label(word_from(line));
        const auto random = bytes_of_hex(word_from(line));
        auto secret = bytes_of_hex(word_from(line));
        if (random && random->size() == 32 && secret && !secret->empty())
            secrets_[{label, std::string(as_text(*random))}] = *std::move(secret);
    }
}

std::optional<Bytes> KeyLogFile::find(std::string_view label, Bytes client_random) const {
    const auto found = secrets_.find({std::string(label), std::string(as_text(client_random))});
    if (found == secrets_.end()) return std::nullopt;
    return found->second;
}

Result<record::ReadProtection> opening13(CipherSuite id, Bytes traffic_secret) {
    const auto suite = crypto::suite13(id);
    if (!suite) return fail(ErrorCode::internal);
    const crypto::Provider& provider = crypto::botan_provider();
    PAVISE_LET(const auto hmac, provider.hmac(suite->hash));
    PAVISE_LET(schedule::TrafficKeys keys, schedule::traffic_keys(*hmac, suite->aead, traffic_secret));
    PAVISE_LET(auto aead, provider.aead(suite->aead, crypto::AeadUse::open, keys.key.view()));
    return record::ReadProtection::tls13({suite->aead, std::move(aead), std::move(keys.iv)});
}

Result<ByteVector> next_secret(CipherSuite id, Bytes traffic_secret) {
    const auto suite = crypto::suite13(id);
    if (!suite) return fail(ErrorCode::internal);
    PAVISE_LET(const auto hmac, crypto::botan_provider().hmac(suite->hash));
    PAVISE_LET(const auto next, schedule::next_traffic_secret(*hmac, traffic_secret));
    return ByteVector(next.view().begin(), next.view().end());
}

Result<OpeningPair> opening12(CipherSuite id, Bytes master_secret, Bytes client_random, Bytes server_random) {
    const auto suite = crypto::suite12(id);
    if (!suite) return fail(ErrorCode::internal);
    const crypto::Provider& provider = crypto::botan_provider();
    PAVISE_LET(const auto hmac, provider.hmac(suite->prf));
    PAVISE_LET(const schedule::KeyBlock keys,
               schedule::key_block(*hmac, master_secret, {client_random, server_random}, sizes_for(*suite)));
    PAVISE_LET(auto client, engine::read_protection12(provider, *suite, keys.client));
    PAVISE_LET(auto server, engine::read_protection12(provider, *suite, keys.server));
    return OpeningPair{std::move(client), std::move(server)};
}

} // namespace pavise::cli
