#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace pavise::ssl {

// A host name with its A-labels (xn--…) in Unicode (RFC 3492), in UTF-8. Nothing where one cannot be decoded.
std::optional<std::string> u_labels_of(std::string_view host);

} // namespace pavise::ssl
