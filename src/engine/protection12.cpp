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

Result<record::CbcKey> cbc_key(const crypto::Provider& provider, const crypto::CbcMac& algorithms,
                               crypto::AeadUse use, const schedule::WriteKeys& keys) {
    PAVISE_LET(auto cbc, provider.cbc(algorithms.cipher, use, keys.key.view()));
    PAVISE_LET(auto mac, provider.hmac(algorithms.mac));
    PAVISE_TRY(mac->set_key(keys.mac_key.view()));
    return record::CbcKey{std::move(cbc), std::move(mac)};
}

Result<record::ReadProtection> read_protection12(const crypto::Provider& provider,
                                                 const crypto::Suite12& suite,
                                                 const schedule::WriteKeys& keys) {
    if (const auto* cbc = std::get_if<crypto::CbcMac>(&suite.protection)) {
        PAVISE_LET(record::CbcKey key, cbc_key(provider, *cbc, crypto::AeadUse::open, keys));
        return record::ReadProtection::tls12_cbc(std::move(key));
    }
    const auto aead = std::get<crypto::AeadId>(suite.protection);
    PAVISE_LET(record::Key key, aead_key(provider, aead, crypto::AeadUse::open, keys));
    return record::ReadProtection::tls12(std::move(key));
}

Result<record::WriteProtection> write_protection12(const crypto::Provider& provider,
                                                   const crypto::Suite12& suite,
                                                   const schedule::WriteKeys& keys, Rng& rng) {
    if (const auto* cbc = std::get_if<crypto::CbcMac>(&suite.protection)) {
        PAVISE_LET(record::CbcKey key, cbc_key(provider, *cbc, crypto::AeadUse::seal, keys));
        return record::WriteProtection::tls12_cbc(std::move(key), rng);
    }
    const auto aead = std::get<crypto::AeadId>(suite.protection);
    PAVISE_LET(record::Key key, aead_key(provider, aead, crypto::AeadUse::seal, keys));
    return record::WriteProtection::tls12(std::move(key));
}

} // namespace pavise::engine
