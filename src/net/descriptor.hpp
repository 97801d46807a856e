// Descriptor: owns one file descriptor.
#pragma once

#include <utility>

#include <unistd.h>

namespace pavise::net {

class Descriptor {
    int fd_ = -1;

  public:
    Descriptor() noexcept = default;
    explicit Descriptor(int fd) noexcept : fd_(fd) {}
    Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        if (this != &other) {
            reset();
            fd_ = std::exchange(other.fd_, -1);
        }
        return *this;
    }
    ~Descriptor() { reset(); }

    // -1 where nothing is owned.
    int get() const noexcept { return fd_; }
    explicit operator bool() const noexcept { return fd_ >= 0; }
    // Gives the descriptor away.
    int release() noexcept { return std::exchange(fd_, -1); }
    // close(2) is not repeated on EINTR: on Linux the descriptor is gone by then and may already be
    // another's.
    void reset() noexcept {
        if (fd_ >= 0) ::close(std::exchange(fd_, -1));
    }
};

} // namespace pavise::net
