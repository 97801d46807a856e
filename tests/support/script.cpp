#include "support/script.hpp"

#include "peer/null_provider.hpp"

#include <cstdio>
#include <cstdlib>

namespace pavise::testing {

namespace {

Connection must(Result<Connection> made) {
    if (!made) {
        std::fprintf(stderr, "making a connection: %s\n", describe(made.error()).c_str());
        std::abort();
    }
    return *std::move(made);
}

template <class Config> std::shared_ptr<const Config> with(Config config, Rng& rng, Clock& clock) {
    config.rng = &rng;
    config.clock = &clock;
    return std::make_shared<const Config>(std::move(config));
}

const crypto::Provider& provider_of(const Hooks& hooks) {
    return hooks.cryptography == Cryptography::null ? peer::null_provider() : crypto::botan_provider();
}

Credential credential_for(Cryptography cryptography, const Credential& (*of)(crypto::KeyType)) {
    return cryptography == Cryptography::null ? null_credential() : of(crypto::KeyType::ecdsa_p256);
}

peer::ServerScript server_script(const Hooks& hooks) {
    peer::ServerScript script;
    script.credential = credential_for(hooks.cryptography, &server_credential);
    return script;
}

peer::ClientScript client_script(const Hooks& hooks) {
    peer::ClientScript script;
    script.credential = credential_for(hooks.cryptography, &client_credential);
    return script;
}

} // namespace

ClientConfig scripted_client_config(Cryptography cryptography) {
    ClientConfig config;
    config.versions = scripted_versions;
    config.groups = {NamedGroup::x25519, NamedGroup::secp256r1};
    config.key_shares = 1;
    config.grease = Grease::off;
    if (cryptography == Cryptography::null)
        config.verification = PeerVerification::none;
    else
        config.trust = trust_in(authority());
    return config;
}

ServerConfig scripted_server_config(Cryptography cryptography) {
    ServerConfig config;
    config.versions = scripted_versions;
    config.groups = {NamedGroup::x25519, NamedGroup::secp256r1};
    config.credentials = {credential_for(cryptography, &server_credential)};
    if (cryptography == Cryptography::real) config.client_trust = trust_in(authority());
    return config;
}

ClientUnderTest::ClientUnderTest(ClientConfig chosen, const ScriptHooks& hooks) :
    ClientUnderTest(std::move(chosen), server_script(hooks.hooks), hooks) {}

ClientUnderTest::ClientUnderTest(ClientConfig chosen, peer::ServerScript script, const ScriptHooks& hooks) :
    ClientUnderTest(with(std::move(chosen), rng_, clock_), std::move(script), hooks) {}

ClientUnderTest::ClientUnderTest(std::shared_ptr<const ClientConfig> shared, peer::ServerScript script,
                                 const ScriptHooks& hooks) :
    config(std::move(shared)),
    how(hooks),
    connection(must(client(config,
                           {.server_name = std::string(server_name),
                            .session = how.session,
                            .early_data = how.early_data,
                            .ech_configs = how.ech_configs},
                           how.hooks))),
    link(connection, how.step),
    peer(std::move(script), link, provider_of(how.hooks), peer_rng_) {}

ServerUnderTest::ServerUnderTest(ServerConfig chosen, const ScriptHooks& hooks) :
    ServerUnderTest(std::move(chosen), client_script(hooks.hooks), hooks) {}

ServerUnderTest::ServerUnderTest(ServerConfig chosen, peer::ClientScript script, const ScriptHooks& hooks) :
    ServerUnderTest(with(std::move(chosen), rng_, clock_), std::move(script), hooks) {}

ServerUnderTest::ServerUnderTest(std::shared_ptr<const ServerConfig> shared, peer::ClientScript script,
                                 const ScriptHooks& hooks) :
    config(std::move(shared)),
    how(hooks),
    connection(must(server(config, how.hooks))),
    link(connection, how.step),
    peer(std::move(script), link, provider_of(how.hooks), peer_rng_) {}

} // namespace pavise::testing
