// ssl_client [HOST [PORT]]: what Python's documentation of `ssl` begins with, in C++.
#include <pavise/ssl.hpp>

#include <iostream>
#include <string>

namespace ssl = pavise::ssl;

int main(int argc, char** argv) {
    const std::string hostname = argc > 1 ? argv[1] : "www.python.org";
    const auto port = static_cast<std::uint16_t>(argc > 2 ? std::stoi(argv[2]) : 443);
    try {
        auto context = ssl::create_default_context();
        auto sock = pavise::create_connection({hostname, port});
        auto ssock = context.wrap_socket(std::move(sock), {.server_hostname = hostname});
        std::cout << ssock.version() << "\n" << ssock.getpeercert() << "\n";
    } catch (const pavise::OSError& error) {
        std::cerr << error.what() << "\n";
        return 1;
    }
    return 0;
}
