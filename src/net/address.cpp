#include "net/address.hpp"

#include "base/try.hpp"

#include <charconv>
#include <cstdlib>
#include <cstring>
#include <memory>

#include <netdb.h>
#include <netinet/in.h>

namespace pavise::net {

namespace {

struct FreeAddrinfo {
    void operator()(addrinfo* list) const noexcept { ::freeaddrinfo(list); }
};

Result<std::vector<Address>> look_up(const Endpoint& endpoint, int flags) {
    addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = flags | AI_NUMERICSERV;
    addrinfo* list = nullptr;
    const int code =
        ::getaddrinfo(endpoint.host.c_str(), std::to_string(endpoint.port).c_str(), &hints, &list);
    if (code != 0) return fail(ErrorCode::name_resolution_failed, static_cast<std::uint16_t>(std::abs(code)));
    const std::unique_ptr<addrinfo, FreeAddrinfo> owner(list);

    std::vector<Address> out;
    for (const addrinfo* entry = list; entry != nullptr; entry = entry->ai_next) {
        if (entry->ai_addrlen > sizeof(sockaddr_storage)) continue;
        Address& address = out.emplace_back();
        std::memcpy(&address.storage, entry->ai_addr, entry->ai_addrlen);
        address.length = entry->ai_addrlen;
    }
    if (out.empty())
        return fail(ErrorCode::name_resolution_failed, static_cast<std::uint16_t>(std::abs(EAI_NONAME)));
    return out;
}

} // namespace

Result<std::uint16_t> parse_port(std::string_view text) {
    std::uint16_t port = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (text.empty() || problem != std::errc{} || end != text.data() + text.size())
        return fail(ErrorCode::bad_endpoint);
    return port;
}

Result<Endpoint> parse_endpoint(std::string_view text) {
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos) return fail(ErrorCode::bad_endpoint);
    std::string_view host = text.substr(0, colon);
    if (host.size() >= 2 && host.front() == '[' && host.back() == ']') {
        host = host.substr(1, host.size() - 2);
    } else if (host.find(':') != std::string_view::npos) {
        // "::1" alone: is its last group the port? RFC 3986 §3.2.2 wants brackets, and so do we.
        return fail(ErrorCode::bad_endpoint);
    }
    // A NUL would cut the name that is looked up short of the name that is verified.
    if (host.empty() || host.find('\0') != std::string_view::npos) return fail(ErrorCode::bad_endpoint);
    PAVISE_LET(const std::uint16_t port, parse_port(text.substr(colon + 1)));
    return Endpoint{std::string(host), port};
}

std::string to_text(const Endpoint& endpoint) {
    const std::string port = ":" + std::to_string(endpoint.port);
    if (endpoint.host.find(':') == std::string::npos) return endpoint.host + port;
    return "[" + endpoint.host + "]" + port;
}

std::uint16_t Address::port() const noexcept {
    if (family() == AF_INET6) return ntohs(reinterpret_cast<const sockaddr_in6*>(&storage)->sin6_port);
    if (family() == AF_INET) return ntohs(reinterpret_cast<const sockaddr_in*>(&storage)->sin_port);
    return 0;
}

std::string to_text(const Address& address) {
    char host[NI_MAXHOST];
    const int code =
        ::getnameinfo(address.get(), address.length, host, sizeof host, nullptr, 0, NI_NUMERICHOST);
    if (code != 0) return "(unknown address)";
    return to_text(Endpoint{host, address.port()});
}

Result<std::vector<Address>> resolve(const Endpoint& endpoint) {
    return look_up(endpoint, 0);
}

Result<Address> numeric_address(const Endpoint& endpoint) {
    PAVISE_LET(const std::vector<Address> found, look_up(endpoint, AI_NUMERICHOST));
    return found.front();
}

} // namespace pavise::net
