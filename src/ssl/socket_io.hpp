// Single attempts at a socket's I/O, and waiting for it: what Socket and SSLSocket are made of.
#pragma once

#include "net/deadline.hpp"
#include "net/socket.hpp"
#include "ssl/failure.hpp"

#include <pavise/socket.hpp>

namespace pavise::ssl {

// Without waiting, whatever the descriptor's mode. 0: the end of the stream. Fails with SSL_ERROR_WANT_READ
// or SSL_ERROR_WANT_WRITE, or with what the system says.
Attempt<std::size_t> try_receive(int fd, MutableBytes into) noexcept;
Attempt<std::size_t> try_send(int fd, Bytes bytes) noexcept;

net::Deadline deadline_of(const Timeout& timeout) noexcept;
// The same for wait_for() alone, which looks at no deadline where the timeout is zero: that costs no look at
// the clock, in a non-blocking loop one for each call.
net::Deadline waiting_deadline_of(const Timeout& timeout) noexcept;

// Waits for what `failure` wants (SSL_ERROR_WANT_READ or SSL_ERROR_WANT_WRITE). Fails with `failure` itself
// where the time-out is zero or it wants something else, and with a time-out once the deadline has passed.
Done wait_for(const Failure& failure, int fd, const Timeout& timeout, net::Deadline deadline) noexcept;

} // namespace pavise::ssl
