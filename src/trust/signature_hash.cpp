#include "trust/signature_hash.hpp"

#include <string_view>

namespace pavise::trust {

namespace {

using namespace std::string_view_literals;

struct Row {
    std::string_view oid; // contents octets
    crypto::HashId hash;
};

constexpr Row rows[] = {
    {"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x04"sv, crypto::HashId::sha256}, // md5WithRSAEncryption
    {"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x05"sv, crypto::HashId::sha256}, // sha1WithRSAEncryption
    {"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b"sv, crypto::HashId::sha256}, // sha256WithRSAEncryption
    {"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0c"sv, crypto::HashId::sha384}, // sha384WithRSAEncryption
    {"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0d"sv, crypto::HashId::sha512}, // sha512WithRSAEncryption
    {"\x2a\x86\x48\xce\x3d\x04\x01"sv, crypto::HashId::sha256},         // ecdsa-with-SHA1
    {"\x2a\x86\x48\xce\x3d\x04\x03\x02"sv, crypto::HashId::sha256},     // ecdsa-with-SHA256
    {"\x2a\x86\x48\xce\x3d\x04\x03\x03"sv, crypto::HashId::sha384},     // ecdsa-with-SHA384
    {"\x2a\x86\x48\xce\x3d\x04\x03\x04"sv, crypto::HashId::sha512},     // ecdsa-with-SHA512
};

constexpr auto rsassa_pss = "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a"sv;

// RFC 4055 §3.1: the hash is the first algorithm in the parameters; SHA-1 is the default that stands for
// none.
crypto::HashId hash_of_pss(std::string_view algorithm) noexcept {
    constexpr auto sha2 = "\x60\x86\x48\x01\x65\x03\x04\x02"sv; // 2.16.840.1.101.3.4.2, then 1, 2 or 3
    const std::size_t at = algorithm.find(sha2);
    if (at == std::string_view::npos || at + sha2.size() >= algorithm.size()) return crypto::HashId::sha256;
    switch (algorithm[at + sha2.size()]) {
    case 2: return crypto::HashId::sha384;
    case 3: return crypto::HashId::sha512;
    default: return crypto::HashId::sha256;
    }
}

} // namespace

Result<crypto::HashId> signature_hash(const Certificate& certificate) noexcept {
    const Oid id = certificate.signature_algorithm_id();
    if (id == rsassa_pss) return hash_of_pss(as_text(certificate.signature_algorithm()));
    for (const Row& row : rows)
        if (id == row.oid) return row.hash;
    return fail(ErrorCode::no_channel_binding);
}

} // namespace pavise::trust
