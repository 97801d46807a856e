// Base64 (RFC 4648 §4), as the runner writes parameters that are bytes.
#pragma once

#include <pavise/bytes.hpp>

#include <string_view>

namespace pavise::bogo {

// Throws Stop for anything that is not base64.
ByteVector decode_base64(std::string_view text);

} // namespace pavise::bogo
