#include "identities.hpp"

#include "trust/mint.hpp"

#include <array>

namespace pavise::bench {

namespace {

using namespace std::chrono_literals;

template <class T> T must(Result<T> result) {
    if (!result) give_up(describe(result.error()));
    return *std::move(result);
}

trust::CertificateSpec spec_of(KeyKind kind, std::string name) {
    trust::CertificateSpec spec;
    spec.common_name = std::move(name);
    spec.not_before = system_clock().now() - 24h;
    spec.not_after = system_clock().now() + 90 * 24h;
    spec.key_type = kind == KeyKind::p256 ? crypto::KeyType::ecdsa_p256 : crypto::KeyType::rsa;
    return spec;
}

struct Authorities {
    trust::Minted root;
    trust::Minted intermediate;
};

Authorities mint_authorities(KeyKind kind) {
    trust::CertificateSpec root = spec_of(kind, "Benchmark root");
    root.role = trust::MintRole::authority;
    trust::CertificateSpec intermediate = spec_of(kind, "Benchmark intermediate");
    intermediate.role = trust::MintRole::authority;
    Authorities made;
    made.root = must(trust::mint_self_signed(root, system_rng()));
    made.intermediate = must(trust::mint(intermediate, made.root, system_rng()));
    return made;
}

const Authorities& authorities(KeyKind kind) {
    static const std::array<Authorities, 2> made{mint_authorities(KeyKind::p256),
                                                 mint_authorities(KeyKind::rsa2048)};
    return made[kind == KeyKind::p256 ? 0 : 1];
}

Identity mint_identity(KeyKind kind, trust::CertificateSpec spec) {
    const Authorities& above = authorities(kind);
    const trust::Minted leaf = must(trust::mint(spec, above.intermediate, system_rng()));
    return {leaf.certificate_pem() + above.intermediate.certificate_pem(),
            must(leaf.key->pkcs8_pem()),
            above.root.certificate_pem(),
            {leaf.der, above.intermediate.der}};
}

Identity mint_server(KeyKind kind) {
    trust::CertificateSpec spec = spec_of(kind, host);
    spec.names = {trust::MintName::dns(host)};
    return mint_identity(kind, std::move(spec));
}

Identity mint_client(KeyKind kind) {
    trust::CertificateSpec spec = spec_of(kind, "client");
    spec.names = {trust::MintName::email("client@client.test")};
    return mint_identity(kind, std::move(spec));
}

} // namespace

const Identity& server_identity(KeyKind kind) {
    static const std::array<Identity, 2> made{mint_server(KeyKind::p256), mint_server(KeyKind::rsa2048)};
    return made[kind == KeyKind::p256 ? 0 : 1];
}

const Identity& client_identity(KeyKind kind) {
    static const std::array<Identity, 2> made{mint_client(KeyKind::p256), mint_client(KeyKind::rsa2048)};
    return made[kind == KeyKind::p256 ? 0 : 1];
}

} // namespace pavise::bench
