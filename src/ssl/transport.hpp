// What TLS reads from and writes to: a socket, or a pair of MemoryBIOs.
#pragma once

#include "ssl/failure.hpp"

#include <pavise/bytes.hpp>

namespace pavise::ssl {

// How much is read at a time: what is there, or no further than to the end of a record, so that what follows
// a close_notify is left to the application.
enum class Reading : std::uint8_t { freely, record_by_record };

class Transport {
  public:
    virtual ~Transport() = default;
    virtual Reading reading() const noexcept { return Reading::freely; }
    // Neither waits. Reading fails with SSL_ERROR_WANT_READ where nothing is there, and gives 0 at the end;
    // writing fails with SSL_ERROR_WANT_WRITE where there is no room. Both may fail with an error of the
    // system.
    virtual Attempt<std::size_t> read(MutableBytes into) noexcept = 0;
    virtual Attempt<std::size_t> write(Bytes bytes) noexcept = 0;
};

} // namespace pavise::ssl
