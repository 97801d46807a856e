// A program as an application has it: only what is installed, with the flags that pkg-config gives. It
// connects a client and a server in memory. With WITH_BOTAN_2 it uses the distribution's Botan beside the one
// inside Pavise.
//
//   uses_pavise CA.pem CHAIN.pem KEY.pem
#include <pavise/config.hpp>
#include <pavise/engine.hpp>
#include <pavise/error.hpp>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <memory>
#include <string_view>
#include <vector>

#ifdef WITH_BOTAN_2
#include <botan/data_src.h>
#include <botan/exceptn.h>
#include <botan/hash.h>
#include <botan/hex.h>
#include <botan/pkcs8.h>
#include <botan/version.h>
#endif

namespace {

using pavise::Bytes;
using pavise::Connection;

using File = std::vector<unsigned char>;

File read_file(const char* name) {
    std::ifstream file(name, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

const std::string_view key_that_is_none =
    "-----BEGIN PRIVATE KEY-----\nMAMCAQA=\n-----END PRIVATE KEY-----\n";

// Moves what one side has to say to the other; whether there was anything.
bool deliver(Connection& from, Connection& to) {
    const Bytes records = from.output();
    if (records.empty()) return false;
    const auto taken = to.feed(records);
    if (!taken) return false;
    from.output_sent(*taken);
    return *taken > 0;
}

bool pavise_works(Bytes ca, Bytes chain, Bytes key) {
    const auto trust = pavise::TrustStore::from_memory(ca);
    const auto credential = pavise::Credential::load(chain, key);
    if (!trust || !credential) return std::fputs("a file was not accepted\n", stderr), false;
    // Botan refuses this by an exception, which has to be caught inside Pavise whatever else is linked.
    if (pavise::Credential::load(chain, pavise::as_bytes(key_that_is_none)))
        return std::fputs("a bad key\n", stderr), false;

    auto client_config = std::make_shared<pavise::ClientConfig>();
    client_config->trust = *trust;
    auto server_config = std::make_shared<pavise::ServerConfig>();
    server_config->credentials = {*credential};
    pavise::ClientOptions options;
    options.server_name = "localhost";
    auto client = Connection::client(client_config, options);
    auto server = Connection::server(server_config);
    if (!client || !server) return std::fputs("no connection was made\n", stderr), false;
    while (deliver(*client, *server) || deliver(*server, *client)) {
    }
    if (const auto error = client->error())
        return std::fprintf(stderr, "%s\n", describe(*error).c_str()), false;
    if (!client->handshake_complete() || !server->handshake_complete())
        return std::fputs("stuck\n", stderr), false;

    constexpr std::string_view greeting = "good morning";
    if (client->write(pavise::as_bytes(greeting)).has_value() == false || !deliver(*client, *server))
        return false;
    return std::ranges::equal(server->data(), pavise::as_bytes(greeting));
}

#ifdef WITH_BOTAN_2
bool botan_2_works() {
    if (Botan::version_major() != 2) return false;
    const auto hash = Botan::HashFunction::create_or_throw("SHA-256");
    hash->update("abc");
    if (Botan::hex_encode(hash->final()).substr(0, 8) != "BA7816BF") return false;
    try {
        Botan::DataSource_Memory source{std::string(key_that_is_none)};
        Botan::PKCS8::load_key(source);
    } catch (const Botan::Exception&) {
        return true;
    }
    return false;
}
#else
bool botan_2_works() {
    return true;
}
#endif

} // namespace

int main(int argc, char** argv) {
    if (argc != 4) return 2;
    const File ca = read_file(argv[1]);
    const File chain = read_file(argv[2]);
    const File key = read_file(argv[3]);
    // Twice each, in turn: neither may disturb the other.
    for (int round = 0; round < 2; ++round) {
        if (!pavise_works(ca, chain, key)) return std::fputs("Pavise does not work\n", stderr), 1;
        if (!botan_2_works()) return std::fputs("Botan 2 does not work\n", stderr), 1;
    }
    std::puts("works");
}
