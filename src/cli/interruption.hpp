// The signals that end a program, held back for as long as there is somebody to say goodbye to.
#pragma once

#include "net/descriptor.hpp"

#include <array>
#include <csignal>

namespace pavise::cli {

// One at a time, of the one thread that there is. From its construction on SIGINT, SIGTERM and SIGHUP only
// make fd() readable, where they are not ignored already (as nohup does with SIGHUP); a second one has its
// usual effect at once. The destructor gives a signal that came the effect that it would have had: the shell
// sees a program that was ended by it.
class Interruption {
    static constexpr std::array signals{SIGINT, SIGTERM, SIGHUP};
    std::array<struct sigaction, signals.size()> before_{};
    net::Descriptor reading_;
    net::Descriptor writing_;

  public:
    // Where the system has no descriptors left the signals stay as they are.
    Interruption() noexcept;
    ~Interruption();
    Interruption(const Interruption&) = delete;
    Interruption& operator=(const Interruption&) = delete;

    // For poll(2): readable when a signal has come. Negative, which poll(2) ignores, where nothing is held
    // back.
    int fd() const noexcept { return reading_.get(); }
};

} // namespace pavise::cli
