// nonblocking HOST PORT CAFILE: gets "/" over a socket that does not block. An error_code says what to wait
// for; nothing is thrown on the way.
#include <pavise/ssl.hpp>

#include <array>
#include <iostream>

#include <poll.h>

namespace ssl = pavise::ssl;

namespace {

// Whether `code` asked to wait, and the waiting is done.
bool waited(const ssl::SSLSocket& sock, const std::error_code& code) {
    pollfd entry{sock.fileno(), 0, 0};
    if (code == ssl::SSL_ERROR_WANT_READ) entry.events = POLLIN;
    if (code == ssl::SSL_ERROR_WANT_WRITE) entry.events = POLLOUT;
    return entry.events != 0 && ::poll(&entry, 1, -1) == 1;
}

// Repeats an operation until it is done or fails.
template <class Operation> std::error_code complete(const ssl::SSLSocket& sock, Operation operation) {
    std::error_code code;
    do operation(code);
    while (waited(sock, code));
    return code;
}

std::error_code fetch(ssl::SSLSocket& sock, const std::string& hostname) {
    if (auto code = complete(sock, [&](std::error_code& c) { sock.do_handshake(c); })) return code;
    std::cout << sock.version() << "\n";

    const std::string request = "GET / HTTP/1.0\r\nHost: " + hostname + "\r\n\r\n";
    for (std::size_t sent = 0; sent < request.size();) {
        const auto rest = std::string_view(request).substr(sent);
        if (auto code = complete(sock, [&](std::error_code& c) { sent += sock.send(rest, c); })) return code;
    }
    std::array<std::uint8_t, 4096> buffer{};
    for (std::size_t count = 1; count != 0;) {
        if (auto code = complete(sock, [&](std::error_code& c) { count = sock.recv_into(buffer, c); }))
            return code;
        std::cout << pavise::as_text({buffer.data(), count});
    }
    return {};
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 4) {
        std::cerr << "usage: nonblocking HOST PORT CAFILE\n";
        return 2;
    }
    const std::string hostname = argv[1];
    try {
        const auto context = ssl::create_default_context(ssl::Purpose::SERVER_AUTH, {.cafile = argv[3]});
        auto plain = pavise::create_connection({hostname, static_cast<std::uint16_t>(std::stoi(argv[2]))});
        plain.setblocking(false);
        auto sock = context.wrap_socket(std::move(plain),
                                        {.do_handshake_on_connect = false, .server_hostname = hostname});
        const std::error_code code = fetch(sock, hostname);
        if (code) std::cerr << code.message() << "\n";
        return code ? 1 : 0;
    } catch (const pavise::Exception& error) {
        std::cerr << error.what() << "\n";
        return 1;
    }
}
