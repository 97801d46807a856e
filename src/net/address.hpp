// Where to: host and port as a person writes them, and the socket addresses that they stand for.
#pragma once

#include <pavise/result.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <sys/socket.h>

namespace pavise::net {

struct Endpoint {
    std::string host; // a name or an address, without brackets
    std::uint16_t port = 0;
};

// "example.org:443", "127.0.0.1:443", "[::1]:443". Errors: bad_endpoint.
Result<Endpoint> parse_endpoint(std::string_view text);
// The inverse: an IPv6 address is put in brackets.
std::string to_text(const Endpoint& endpoint);
// 0 to 65535 in decimal digits alone. Errors: bad_endpoint.
Result<std::uint16_t> parse_port(std::string_view text);

struct Address {
    sockaddr_storage storage{};
    socklen_t length = 0;

    int family() const noexcept { return storage.ss_family; }
    const sockaddr* get() const noexcept { return reinterpret_cast<const sockaddr*>(&storage); }
    std::uint16_t port() const noexcept;
};

// "127.0.0.1:443" or "[::1]:443".
std::string to_text(const Address& address);

// Every address of the host, in the order in which they should be tried (RFC 6724). getaddrinfo(3) knows no
// deadline and may take as long as the system's resolver is configured to. Errors: name_resolution_failed.
Result<std::vector<Address>> resolve(const Endpoint& endpoint);
// The same for an address in digits: nothing is looked up.
Result<Address> numeric_address(const Endpoint& endpoint);

} // namespace pavise::net
