// idle_clients PORT COUNT CAFILE: connects so many clients to 127.0.0.1, one after the other, says so, and
// keeps them until its input ends; then each has to be still there.
#include <pavise/engine.hpp>
#include <pavise/socket.hpp>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <vector>

#include <sys/resource.h>

namespace {

struct Client {
    pavise::Connection tls;
    pavise::Socket socket;
};

bool turn(Client& client) {
    while (!client.tls.output().empty()) client.tls.output_sent(client.socket.send(client.tls.output()));
    const std::size_t got = client.socket.recv_into(client.tls.receive_space());
    return got > 0 && client.tls.received(got).has_value();
}

bool echoes(Client& client) {
    if (!client.tls.write(pavise::as_bytes("still there?"))) return false;
    while (client.tls.data().empty())
        if (!turn(client)) return false;
    return pavise::as_text(client.tls.data()) == "still there?";
}

} // namespace

int main(int count, char** words) {
    if (count != 4) return std::fputs("usage: idle_clients PORT COUNT CAFILE\n", stderr), 2;
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
    std::ifstream file(words[3], std::ios::binary);
    const std::string pem{std::istreambuf_iterator<char>(file), {}};
    auto config = std::make_shared<pavise::ClientConfig>();
    const auto trust = pavise::TrustStore::from_memory(pavise::as_bytes(pem));
    if (!trust) return 2;
    config->trust = *trust;
    std::vector<Client> clients;
    const std::size_t wanted = std::strtoul(words[2], nullptr, 10);
    const auto port = static_cast<std::uint16_t>(std::strtoul(words[1], nullptr, 10));
    while (clients.size() < wanted) {
        auto tls = pavise::Connection::client(config, {.server_name = "localhost"});
        if (!tls) return 1;
        clients.push_back({*std::move(tls), pavise::create_connection({"127.0.0.1", port})});
        Client& client = clients.back();
        while (!client.tls.handshake_complete())
            if (!turn(client))
                return std::fprintf(stderr, "client %zu: %s\n", clients.size(),
                                    client.tls.error() ? describe(*client.tls.error()).c_str() : "cut"),
                       1;
        // One round trip: the server's tickets are here, and it waits for more.
        if (!echoes(client) || !client.tls.data_read(client.tls.data().size())) return 1;
        client.tls.release_idle();
    }
    std::puts("connected");
    std::fflush(stdout);
    while (std::getchar() != EOF) {
    }
    for (std::size_t i = 0; i < clients.size(); i += 97)
        if (!echoes(clients[i])) return std::fprintf(stderr, "client %zu is gone\n", i), 1;
    std::puts("all there");
    return 0;
}
