// What the benchmarks of records share: the cases, and their limit, Botan's AEAD object with nothing around
// it.
//
// A record to be opened is copied in first, as it would come from a socket; what is timed are the calls in
// question alone.
#pragma once

#include "side_by_side.hpp"

#include "record/writer.hpp"

#include <cstdio>
#include <cstdlib>

namespace pavise::bench {

inline constexpr std::size_t records_in_a_turn = 64;

struct Case {
    const char* name;
    const char* botan_name;
    crypto::AeadId id;
    CipherSuite suite;
    // What stands beside the content under the protection: its type, in TLS 1.3 (RFC 8446 §5.2).
    std::size_t inner_type_size = 1;
};
inline constexpr Case cases[] = {
    {"AES-128-GCM", "AES-128/GCM", crypto::AeadId::aes_128_gcm, CipherSuite::TLS_AES_128_GCM_SHA256},
    {"AES-256-GCM", "AES-256/GCM", crypto::AeadId::aes_256_gcm, CipherSuite::TLS_AES_256_GCM_SHA384},
    {"ChaCha20-Poly1305", "ChaCha20Poly1305", crypto::AeadId::chacha20_poly1305,
     CipherSuite::TLS_CHACHA20_POLY1305_SHA256}};

[[noreturn]] inline void give_up(const char* what) {
    std::fprintf(stderr, "benchmark: %s\n", what);
    std::exit(1);
}
template <class T> T must(Result<T> result) {
    if (!result) give_up(describe(result.error()).c_str());
    return *std::move(result);
}

record::Key record_key(const Case& of, crypto::AeadUse use);
// A turn of sealed records of TLS 1.3, back to back.
ByteVector sealed_records(const Case& of, std::size_t content_size);

// The bare calls: associated data, nonce, the bytes of the record in place, the tag.
Contestant opens_bare(const Case& of, std::size_t content_size);
Contestant seals_bare(const Case& of, std::size_t content_size);

using MakeContestant = Contestant (*)(const Case& of, std::size_t content_size);
// Every case and size, as NAME/case/size.
void register_records(const char* name, std::vector<MakeContestant> contestants, std::span<const Case> of,
                      std::span<const std::size_t> content_sizes);

} // namespace pavise::bench
