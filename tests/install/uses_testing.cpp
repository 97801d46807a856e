// A program of somebody else's that stands on the installed testing library: a client whose every record a
// Tap sees, twice with the same result.
#include <pavise/testing/connection.hpp>
#include <pavise/testing/environment.hpp>
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

int main() {
    const std::string first = hello_of_a_client();
    const bool works = first.find("sent message client_hello ") == 0 && first == hello_of_a_client() &&
                       testing::null_credential().data() != nullptr;
    std::puts(works ? "works" : "does not work");
    return works ? 0 : 1;
}
