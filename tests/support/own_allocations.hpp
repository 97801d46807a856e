// How often a handshake asks for memory outside of src/crypto and src/trust.
#pragma once

#include "engine/access.hpp"
#include "handshake/credential.hpp"
#include "support/counted_provider.hpp"
#include "trust/certificate.hpp"

#include <pavise/engine.hpp>

#include <optional>

namespace pavise::testing {

class OwnAllocations {
    AllocationCount count_;

    explicit OwnAllocations(AllocationCount count) : count_(count) {}

    template <class Step> void add(std::size_t& side, Step step) {
        const std::size_t before = count_(), elsewhere_before = Elsewhere::total();
        step();
        const std::size_t more = Elsewhere::total() - elsewhere_before;
        side += count_() - before - more;
        elsewhere += more;
    }
    // The key's and the certificate's work is not the handshake's own: both are done here, outside of it.
    void sign(Connection& connection) {
        const SignatureRequest request = *connection.signature_request();
        const auto signature =
            request.credential.data()->key->sign(request.scheme, request.content, system_rng());
        add(server, [&] { good = good && signature && connection.provide_signature(*signature); });
    }
    void judge(Connection& connection) {
        const std::size_t before = count_();
        good = good && trust::Certificate::parse(connection.chain_to_verify().front());
        const std::size_t parsing = count_() - before; // which the verdict does again, to find the key
        add(client, [&] { good = good && connection.certificate_verdict(std::nullopt); });
        client -= parsing;
    }
    void pass(Connection& from, Connection& to, std::size_t& side) {
        while (!from.output().empty()) {
            const Bytes output = from.output();
            add(side, [&] { good = good && to.feed(output); });
            from.output_sent(output.size());
        }
    }

  public:
    std::size_t client = 0;
    std::size_t server = 0;
    std::size_t elsewhere = 0; // in primitives
    bool good = true;          // whether the handshake was completed

    // A full handshake under configs that verify and sign.
    static OwnAllocations of_handshake(const std::shared_ptr<const ClientConfig>& client_config,
                                       const std::shared_ptr<const ServerConfig>& server_config,
                                       std::string_view name, AllocationCount count) {
        const CountedProvider provider(count);
        engine::Hooks hooks;
        hooks.provider = &provider;
        auto deferring_client = std::make_shared<ClientConfig>(*client_config);
        auto deferring_server = std::make_shared<ServerConfig>(*server_config);
        deferring_client->deferred.certificate = deferring_server->deferred.signature = true;
        OwnAllocations own(count);
        std::optional<Connection> client, server;
        own.add(own.client, [&] {
            client = *Access::client(deferring_client, {.server_name = std::string(name)}, hooks);
        });
        own.add(own.server, [&] { server = *Access::server(deferring_server, hooks); });
        for (int round = 0; round < 5; ++round) {
            own.pass(*client, *server, own.server);
            if (server->waiting_for() == Decision::signature) own.sign(*server);
            own.pass(*server, *client, own.client);
            if (client->waiting_for() == Decision::certificate) own.judge(*client);
        }
        own.good = own.good && client->handshake_complete() && server->handshake_complete();
        return own;
    }
};

} // namespace pavise::testing
