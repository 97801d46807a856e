#include "schedule/psk_importer.hpp"

#include "base/try.hpp"
#include "schedule/hkdf.hpp"
#include "wire/writer.hpp"

namespace pavise::schedule {

namespace {

// struct { opaque external_identity<1...2^16-1>; opaque context<0..2^16-1>; uint16 target_protocol;
//          uint16 target_kdf; } ImportedIdentity;
Result<ByteVector> imported_identity(const ExternalPsk& external, ProtocolVersion target_protocol,
                                     KdfId target_kdf) {
    ByteVector identity;
    wire::Writer writer(identity);
    writer.vector16(external.identity);
    writer.vector16(external.context);
    writer.u16(static_cast<std::uint16_t>(target_protocol));
    writer.u16(static_cast<std::uint16_t>(target_kdf));
    // It becomes a PskIdentity's identity<1..2^16-1> itself (RFC 8446 §4.2.11).
    if (!writer.status() || identity.size() > 0xffff) return fail(ErrorCode::bad_argument);
    return identity;
}

} // namespace

Result<KdfId> kdf_id(crypto::HashId hash) noexcept {
    switch (hash) {
    case crypto::HashId::sha256: return KdfId::hkdf_sha256;
    case crypto::HashId::sha384: return KdfId::hkdf_sha384;
    case crypto::HashId::sha1:
    case crypto::HashId::sha512: break;
    }
    return fail(ErrorCode::not_supported);
}

Result<ImportedPsk> import_psk(const crypto::Provider& provider, const ExternalPsk& external,
                               ProtocolVersion target_protocol, crypto::HashId target_hash) {
    if (external.identity.empty() || external.key.empty()) return fail(ErrorCode::bad_argument);
    PAVISE_LET(const KdfId target_kdf, kdf_id(target_hash));
    PAVISE_LET(auto identity, imported_identity(external, target_protocol, target_kdf));
    PAVISE_LET(const auto hmac, provider.hmac(external.hash));
    PAVISE_LET(const auto hash, provider.hash(external.hash));
    hash->update(identity);
    PAVISE_LET(const crypto::Digest identity_hash, hash->digest());

    // RFC 9258 §4.1: epskx = HKDF-Extract(0, epsk),
    // ipskx = HKDF-Expand-Label(epskx, "derived psk", Hash(ImportedIdentity), L), all with the EPSK's hash.
    FixedSecret<crypto::max_digest_size> extracted(digest_size(external.hash));
    PAVISE_TRY(hkdf_extract(*hmac, hash_length_zeros(external.hash), external.key, extracted.mutable_view()));
    ImportedPsk imported{std::move(identity), HashSecret(digest_size(target_hash)), target_hash};
    PAVISE_TRY(hkdf_expand_label(*hmac, extracted.view(), "derived psk", identity_hash,
                                 imported.key.mutable_view()));
    return imported;
}

} // namespace pavise::schedule
