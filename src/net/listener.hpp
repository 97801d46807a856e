// Listener: a socket that others connect to.
#pragma once

#include "net/socket.hpp"

namespace pavise::net {

struct Accepted {
    Socket socket;
    Address peer;
};

class Listener {
    Descriptor descriptor_;
    Address address_;
    Listener(Descriptor descriptor, const Address& address) noexcept :
        descriptor_(std::move(descriptor)),
        address_(address) {}

  public:
    // `host`: an address in digits, or empty for every address of the machine, IPv4 and IPv6 in one socket
    // where the system has both. Port 0: the system picks one, address() tells which. Errors:
    // name_resolution_failed, socket_failed, bind_failed.
    static Result<Listener> open(const Endpoint& endpoint);

    int fd() const noexcept { return descriptor_.get(); }
    const Address& address() const noexcept { return address_; }
    void close() noexcept { descriptor_.reset(); }

    // Nothing where nobody is waiting, or whoever waited has gone again. Errors: accept_failed, which may
    // pass (EMFILE, say): the listener stays usable.
    Result<std::optional<Accepted>> try_accept() noexcept;
    Result<Accepted> accept(Deadline deadline) noexcept;
};

} // namespace pavise::net
