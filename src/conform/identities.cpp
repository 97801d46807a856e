#include "conform/identities.hpp"

#include "base/try.hpp"
#include "trust/mint.hpp"

namespace pavise::conform {

namespace {

using namespace std::chrono_literals;

Result<Credential> credential_of(const trust::Minted& minted) {
    PAVISE_LET(const SecretVector key, minted.key->pkcs8_der());
    return Credential::load(as_bytes(minted.certificate_pem()), key.view());
}

} // namespace

Result<Identities> make_identities(std::string_view server_name, Timestamp now, Rng& rng) {
    trust::CertificateSpec authority;
    authority.common_name = "pavise conform";
    authority.role = trust::MintRole::authority;
    authority.not_before = now - 1h;
    authority.not_after = now + 24h;
    PAVISE_LET(const trust::Minted root, trust::mint_self_signed(authority, rng));

    trust::CertificateSpec leaf;
    leaf.not_before = authority.not_before;
    leaf.not_after = authority.not_after;
    leaf.common_name = server_name;
    leaf.names = {trust::MintName::dns("localhost"), trust::MintName::ip("127.0.0.1"),
                  trust::MintName::ip("::1")};
    if (!server_name.empty() && server_name != "localhost")
        leaf.names.push_back(trust::MintName::dns(server_name));
    PAVISE_LET(const trust::Minted server, trust::mint(leaf, root, rng));
    leaf.common_name = "pavise conform client";
    leaf.names = {trust::MintName::dns("client.test")};
    PAVISE_LET(const trust::Minted client, trust::mint(leaf, root, rng));

    Identities identities;
    identities.authority_pem = root.certificate_pem();
    PAVISE_LET(identities.server, credential_of(server));
    PAVISE_LET(identities.client, credential_of(client));
    return identities;
}

} // namespace pavise::conform
