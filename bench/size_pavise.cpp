// The smallest useful client, to be linked statically and weighed: a verified connection, one request, its
// answer.
#include <pavise/engine.hpp>

#include <arpa/inet.h>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int count, char** words) { // ADDRESS PORT NAME
    if (count != 4) return 2;
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(std::atoi(words[2])));
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (inet_pton(AF_INET, words[1], &address.sin_addr) != 1 ||
        connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
        return 1;
    auto trust = pavise::TrustStore::system();
    if (!trust) return 1;
    pavise::ClientConfig config;
    config.trust = *trust;
    auto connection = pavise::Connection::client(std::make_shared<const pavise::ClientConfig>(config),
                                                 {.server_name = words[3]});
    if (!connection) return 1;
    bool asked = false;
    while (!connection->closed() && !connection->peer_closed()) {
        if (connection->handshake_complete() && !asked)
            asked = connection->write(pavise::as_bytes("GET / HTTP/1.0\r\n\r\n")).has_value();
        while (!connection->output().empty()) {
            const ssize_t sent = write(fd, connection->output().data(), connection->output().size());
            if (sent <= 0) return 1;
            connection->output_sent(static_cast<std::size_t>(sent));
        }
        const pavise::MutableBytes space = connection->receive_space();
        const ssize_t received = read(fd, space.data(), space.size());
        if (received <= 0 || !connection->received(static_cast<std::size_t>(received))) break;
        while (!connection->data().empty()) {
            std::fwrite(connection->data().data(), 1, connection->data().size(), stdout);
            if (!connection->data_read(connection->data().size())) break;
        }
    }
    return connection->error() ? 1 : 0;
}
