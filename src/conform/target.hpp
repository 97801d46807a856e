// Target: how to come to a connection with what is checked: by TCP, by starting a program, or in this
// process.
#pragma once

#include "peer/link.hpp"

#include <memory>
#include <string>

namespace pavise::conform {

class Target {
  public:
    virtual ~Target() = default;
    // A new connection; nothing where it cannot be had, and complaint() says why.
    virtual std::unique_ptr<peer::Link> open() = 0;
    virtual std::string complaint() const = 0;
};

} // namespace pavise::conform
