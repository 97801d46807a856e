// What size_pavise.cpp does, with OpenSSL.
#include <openssl/ssl.h>

#include <arpa/inet.h>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <netinet/in.h>
#include <string_view>
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
    SSL_CTX* context = SSL_CTX_new(TLS_client_method());
    if (context == nullptr || SSL_CTX_set_default_verify_paths(context) != 1) return 1;
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    SSL* ssl = SSL_new(context);
    SSL_set_fd(ssl, fd);
    SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, words[3]);
    if (SSL_set1_host(ssl, words[3]) != 1 || SSL_connect(ssl) != 1) return 1;
    constexpr std::string_view request = "GET / HTTP/1.0\r\n\r\n";
    std::size_t written = 0;
    if (SSL_write_ex(ssl, request.data(), request.size(), &written) != 1) return 1;
    std::array<char, 16384> buffer{};
    for (std::size_t size = 0; SSL_read_ex(ssl, buffer.data(), buffer.size(), &size) == 1;)
        std::fwrite(buffer.data(), 1, size, stdout);
    return 0;
}
