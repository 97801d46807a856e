// The failures of this room in words. Their Error::detail is the system's error number (errno), or for
// name_resolution_failed the getaddrinfo(3) code without its sign.
#pragma once

#include <pavise/result.hpp>

#include <string>
#include <string_view>

namespace pavise::net {

// fail() with the current errno.
Unexpected fail_with_errno(ErrorCode code) noexcept;

// "example.org:443: the connection could not be made: Connection refused". `what` is what the call was about.
// Errors of other rooms read as describe() has them.
std::string explain(Error error, std::string_view what);

} // namespace pavise::net
