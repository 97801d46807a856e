// How the runner writes parameters that are bytes. All throw Stop for anything else.
#pragma once

#include <pavise/bytes.hpp>

#include <string_view>

namespace pavise::bogo {

// RFC 4648 §4.
ByteVector decode_base64(std::string_view text);
ByteVector decode_hex(std::string_view text);

} // namespace pavise::bogo
