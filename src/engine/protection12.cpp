#include "engine/protection12.hpp"

#include "base/try.hpp"

namespace pavise::engine {

namespace {

Result<record::Key> aead_key(const crypto::Provider& provider, crypto::AeadId id, crypto::AeadUse use,
                             const schedule::WriteKeys& keys) {
    PAVISE_LET(auto aead, provider.aead(id, use, keys.key.view()));
    return record::Key{id, std::move(aead), keys.fixed_iv.clone()};
}

} // namespace

Result<record::ReadProtection> read_protection12(const crypto::Provider& provider,
                                                 const crypto::Suite12& suite,
                                                 const schedule::WriteKeys& keys) {
    const auto* aead = std::get_if<crypto::AeadId>(&suite.protection);
    if (aead == nullptr) return fail(ErrorCode::not_supported);
    PAVISE_LET(record::Key key, aead_key(provider, *aead, crypto::AeadUse::open, keys));
    return record::ReadProtection::tls12(std::move(key));
}

Result<record::WriteProtection> write_protection12(const crypto::Provider& provider,
                                                   const crypto::Suite12& suite,
                                                   const schedule::WriteKeys& keys) {
    const auto* aead = std::get_if<crypto::AeadId>(&suite.protection);
    if (aead == nullptr) return fail(ErrorCode::not_supported);
    PAVISE_LET(record::Key key, aead_key(provider, *aead, crypto::AeadUse::seal, keys));
    return record::WriteProtection::tls12(std::move(key));
}

} // namespace pavise::engine
