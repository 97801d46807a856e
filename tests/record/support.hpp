// What the tests of the record room share: keys, hand-made records, and a reader driven to its end.
#pragma once

#include "crypto/cipher_suite.hpp"
#include "crypto/support.hpp"

#include "record/reader.hpp"
#include "record/writer.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace pavise::record::testing {

using crypto::AeadId;
using crypto::AeadUse;
using crypto::testing::from_hex;
using crypto::testing::to_hex;

using Sizes = std::vector<std::size_t>;
using Versions = std::vector<std::uint16_t>;

// The value, or a failed test.
template <class T> T must(Result<T> result) {
    if (!result) throw std::runtime_error("unexpected error: " + describe(result.error()));
    return *std::move(result);
}
inline void must(Status status) {
    if (!status) throw std::runtime_error("unexpected error: " + describe(status.error()));
}

inline ByteVector pattern(std::size_t size, std::uint8_t first = 1) {
    ByteVector bytes(size);
    for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>(first + i * 7);
    return bytes;
}

inline Key make_key(AeadId id, AeadUse use, Bytes key, Bytes iv) {
    return {.id = id,
            .aead = must(crypto::botan_provider().aead(id, use, key)),
            .iv = FixedSecret<crypto::aead_nonce_size>(iv)};
}

// A fixed key of each kind; `epoch` tells keys of different epochs apart.
inline Key make_key(AeadId id, AeadUse use, std::size_t iv_size, std::uint8_t epoch) {
    return make_key(id, use, pattern(crypto::aead_key_size(id), epoch),
                    pattern(iv_size, static_cast<std::uint8_t>(epoch + 100)));
}

enum class Version : std::uint8_t { tls12, tls13 };

// One direction of one epoch as both ends see it.
struct Epoch {
    Version version = Version::tls13;
    AeadId id = AeadId::aes_128_gcm;
    std::uint8_t number = 1;
    std::uint64_t first_sequence_number = 0;

    std::size_t iv_size() const {
        return version == Version::tls13 || id == AeadId::chacha20_poly1305 ? 12 : 4;
    }
    // CBC with encrypt-then-MAC instead of `id`.
    std::optional<crypto::CbcMac> cbc{};

    CbcKey cbc_key(AeadUse use) const {
        const crypto::Provider& provider = crypto::botan_provider();
        auto mac = must(provider.hmac(cbc->mac));
        must(mac->set_key(pattern(crypto::digest_size(cbc->mac), number)));
        return {must(provider.cbc(cbc->cipher, use, pattern(crypto::cbc_key_size(cbc->cipher), number))),
                std::move(mac)};
    }
    ReadProtection reading() const {
        if (cbc) return must(ReadProtection::tls12_cbc(cbc_key(AeadUse::open), first_sequence_number));
        Key key = make_key(id, AeadUse::open, iv_size(), number);
        return must(version == Version::tls13 ? ReadProtection::tls13(std::move(key), first_sequence_number)
                                              : ReadProtection::tls12(std::move(key), first_sequence_number));
    }
    WriteProtection writing() const {
        if (cbc)
            return must(
                WriteProtection::tls12_cbc(cbc_key(AeadUse::seal), system_rng(), first_sequence_number));
        Key key = make_key(id, AeadUse::seal, iv_size(), number);
        return must(version == Version::tls13
                        ? WriteProtection::tls13(std::move(key), first_sequence_number)
                        : WriteProtection::tls12(std::move(key), first_sequence_number));
    }
};

inline const Epoch every_epoch[] = {
    {Version::tls13, AeadId::aes_128_gcm},       {Version::tls13, AeadId::aes_256_gcm},
    {Version::tls13, AeadId::chacha20_poly1305}, {Version::tls13, AeadId::aes_128_ccm},
    {Version::tls13, AeadId::aes_128_ccm_8},     {Version::tls12, AeadId::aes_128_gcm},
    {Version::tls12, AeadId::aes_256_gcm},       {Version::tls12, AeadId::chacha20_poly1305},
    {Version::tls12, AeadId::aes_128_ccm},       {Version::tls12, AeadId::aes_256_ccm_8},
};

// A record as the peer's protection makes it, without any of the writer's scruples.
inline ByteVector sealed(WriteProtection& protection, ContentType type, Bytes content,
                         std::size_t padding = 0) {
    ByteVector record(protection.sealed_size(content.size(), padding));
    std::copy(content.begin(), content.end(),
              record.begin() + static_cast<std::ptrdiff_t>(protection.content_offset()));
    must(protection.seal(type, record, content.size()));
    return record;
}

inline ByteVector unprotected(std::uint8_t type, Bytes content, std::uint16_t version = 0x0303) {
    ByteVector record{type, static_cast<std::uint8_t>(version >> 8), static_cast<std::uint8_t>(version),
                      static_cast<std::uint8_t>(content.size() >> 8),
                      static_cast<std::uint8_t>(content.size())};
    record.insert(record.end(), content.begin(), content.end());
    return record;
}
inline ByteVector unprotected(ContentType type, Bytes content, std::uint16_t version = 0x0303) {
    return unprotected(static_cast<std::uint8_t>(type), content, version);
}

inline ByteVector joined(std::initializer_list<Bytes> parts) {
    ByteVector all;
    for (const Bytes part : parts) all.insert(all.end(), part.begin(), part.end());
    return all;
}

struct Seen {
    ContentType type;
    ByteVector content;
    Provenance provenance;
    friend bool operator==(const Seen&, const Seen&) = default;
};

// All that a reader says about a stream.
struct Trace {
    std::vector<Seen> records;
    std::optional<ErrorCode> error;
    friend bool operator==(const Trace&, const Trace&) = default;
};

// Everything that is complete. False after an error.
inline bool drain(RecordReader& reader, Trace& trace) {
    for (;;) {
        auto next = reader.next();
        if (!next) {
            trace.error = next.error().code;
            return false;
        }
        if (!*next) return true;
        const Record& record = **next;
        trace.records.push_back(
            {record.type, {record.fragment.begin(), record.fragment.end()}, record.provenance});
    }
}

// Feeds `stream` in pieces of at most `piece` bytes.
inline Trace read_all(RecordReader& reader, Bytes stream, std::size_t piece = SIZE_MAX) {
    Trace trace;
    while (!stream.empty()) {
        const std::size_t taken = reader.feed(stream.first(std::min(piece, stream.size())));
        stream = stream.subspan(taken);
        if (!drain(reader, trace)) break;
        if (taken == 0) {
            ADD_FAILURE() << "the reader neither takes bytes nor gives records";
            break;
        }
    }
    return trace;
}

// What a fresh reader with these keys says about the stream.
inline Trace read_all(const Epoch& epoch, Bytes stream) {
    RecordReader reader;
    reader.install(epoch.reading());
    return read_all(reader, stream);
}

inline Trace only_error(ErrorCode code) {
    return {{}, code};
}
inline Trace only_record(ContentType type, Bytes content, Provenance provenance = Provenance::authenticated) {
    return {{{type, {content.begin(), content.end()}, provenance}}, std::nullopt};
}

// For readable failures.
inline void PrintTo(const Trace& trace, std::ostream* out) {
    for (const Seen& seen : trace.records)
        *out << name_of(seen.type) << "("
             << to_hex(Bytes(seen.content).first(std::min<std::size_t>(20, seen.content.size())))
             << (seen.content.size() > 20 ? "…" : "") << ", " << seen.content.size() << ") ";
    *out << (trace.error ? name_of(*trace.error) : "no error");
}

} // namespace pavise::record::testing
