#include "support/credentials.hpp"

#include "support/environment.hpp"

#include <cstdio>
#include <cstdlib>
#include <map>

namespace pavise::testing {

namespace {

template <class T> T must(Result<T> result, const char* what) {
    if (!result) {
        std::fprintf(stderr, "%s: %s\n", what, describe(result.error()).c_str());
        std::abort();
    }
    return *std::move(result);
}

Rng& rng() {
    static SeededRng seeded(4711);
    return seeded;
}

trust::Minted mint_authority(std::string_view name) {
    trust::CertificateSpec spec;
    spec.common_name = name;
    spec.not_before = test_time - std::chrono::days(30);
    spec.not_after = test_time + std::chrono::days(3650);
    spec.role = trust::MintRole::authority;
    return must(trust::mint_self_signed(spec, rng()), "minting an authority");
}

} // namespace

const trust::Minted& authority() {
    static const trust::Minted minted = mint_authority("Pavise test authority");
    return minted;
}

const trust::Minted& foreign_authority() {
    static const trust::Minted minted = mint_authority("Somebody else's authority");
    return minted;
}

const TrustStore& trust_in(const trust::Minted& authority) {
    static std::map<const trust::Minted*, TrustStore> stores;
    auto [store, inserted] = stores.try_emplace(&authority);
    if (inserted) store->second = must(TrustStore::from_memory(authority.der), "trusting an authority");
    return store->second;
}

trust::CertificateSpec leaf_spec(crypto::KeyType type) {
    trust::CertificateSpec spec;
    spec.common_name = "leaf";
    spec.names = {trust::MintName::dns(server_name), trust::MintName::ip("127.0.0.1")};
    spec.not_before = test_time - std::chrono::days(1);
    spec.not_after = test_time + std::chrono::days(90);
    spec.key_type = type;
    return spec;
}

Credential credential_of(const trust::Minted& leaf) {
    const SecretVector key = must(leaf.key->pkcs8_der(), "writing a key");
    return must(Credential::load(leaf.der, key.view()), "loading a credential");
}

Credential mint_credential(const trust::CertificateSpec& spec, const trust::Minted& issuer) {
    return credential_of(must(trust::mint(spec, issuer, rng()), "minting a leaf"));
}

const Credential& server_credential(crypto::KeyType type) {
    static std::map<crypto::KeyType, Credential> credentials;
    auto [place, inserted] = credentials.try_emplace(type);
    if (inserted) place->second = mint_credential(leaf_spec(type));
    return place->second;
}

const Credential& client_credential(crypto::KeyType type) {
    static std::map<crypto::KeyType, Credential> credentials;
    auto [place, inserted] = credentials.try_emplace(type);
    if (inserted) {
        trust::CertificateSpec spec = leaf_spec(type);
        spec.common_name = "client";
        spec.names = {trust::MintName::email("client@client.test")};
        place->second = mint_credential(spec);
    }
    return place->second;
}

} // namespace pavise::testing
