// A program of somebody else's that stands on the installed testing library: a client whose every record a
// Tap sees, twice with the same result; and a server that a scripted peer lies to.
#include <pavise/testing/connection.hpp>
#include <pavise/testing/environment.hpp>
#include <pavise/testing/peer.hpp>
#include <pavise/testing/transcript.hpp>

#include <cstdio>

namespace testing = pavise::testing;

static std::string hello_of_a_client() {
    testing::SeededRng rng(1);
    testing::FixedClock clock;
    auto config = std::make_shared<pavise::ClientConfig>();
    config->verification = pavise::PeerVerification::none;
    config->rng = &rng;
    config->clock = &clock;
    testing::TranscriptTap tap;
    const auto client = testing::client(config, {.server_name = "server.test"},
                                        {.tap = &tap, .cryptography = testing::Cryptography::null});
    return client ? tap.text() : std::string();
}

// What a server says of a client's Finished.
static std::optional<pavise::Error> verdict_on_finished(const testing::Rewrite& rewrite) {
    testing::SeededRng rng(1);
    testing::FixedClock clock;
    auto config = std::make_shared<pavise::ServerConfig>();
    config->credentials = {testing::null_credential()};
    config->rng = &rng;
    config->clock = &clock;
    auto server = testing::server(config, {.cryptography = testing::Cryptography::null});
    if (!server) return server.error();
    const auto link = testing::link_to(*server);
    testing::ScriptedPeer client({.cryptography = testing::Cryptography::null, .rewrite = rewrite}, *link,
                                 rng);
    client.connect();
    return server->error();
}

int main() {
    const std::string first = hello_of_a_client();
    const bool works = first.find("sent message client_hello ") == 0 && first == hello_of_a_client() &&
                       testing::null_credential().data() != nullptr && !verdict_on_finished({}) &&
                       verdict_on_finished([](pavise::ByteVector& message) {
                           if (message.front() == 20) message.back() ^= 1;
                       }) == pavise::Error{pavise::ErrorCode::finished_mismatch};
    std::puts(works ? "works" : "does not work");
    return works ? 0 : 1;
}
