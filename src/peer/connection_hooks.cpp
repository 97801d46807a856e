// The public way to connections with hooks.
#include "engine/access.hpp"
#include "handshake/credential.hpp"
#include "peer/null_provider.hpp"
#include "trust/mint.hpp"

#include <pavise/testing/connection.hpp>
#include <pavise/testing/environment.hpp>

namespace pavise::testing {

namespace {

engine::Hooks engine_hooks(const Hooks& hooks) {
    engine::Hooks inner;
    if (hooks.cryptography == Cryptography::null) inner.provider = &peer::null_provider();
    inner.tap = hooks.tap;
    return inner;
}

Credential make_null_credential() {
    SeededRng rng(1);
    trust::CertificateSpec spec;
    spec.common_name = "nobody";
    spec.names = {trust::MintName::dns("localhost")};
    spec.not_before = test_time - std::chrono::days(1);
    spec.not_after = test_time + std::chrono::days(3650);
    const auto minted = trust::mint_self_signed(spec, rng);
    if (!minted) return {};
    auto data = std::make_shared<handshake::CredentialData>();
    data->chain = {minted->der};
    data->key = peer::null_signing_key();
    return Credential(std::move(data));
}

} // namespace

Result<Connection> client(std::shared_ptr<const ClientConfig> config, const ClientOptions& options,
                          const Hooks& hooks) {
    return Access::client(std::move(config), options, engine_hooks(hooks));
}

Result<Connection> server(std::shared_ptr<const ServerConfig> config, const Hooks& hooks) {
    return Access::server(std::move(config), engine_hooks(hooks));
}

Credential null_credential() {
    static const Credential credential = make_null_credential();
    return credential;
}

} // namespace pavise::testing
