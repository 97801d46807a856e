// The engine's errors in the words of OpenSSL, which users of Python's `ssl` match on.
#pragma once

#include <pavise/ssl/errors.hpp>

#include <optional>
#include <string_view>

namespace pavise::ssl {

struct Fault {
    int code; // OpenSSL's X509_V_ERR_…
    std::string_view message;
};
// What OpenSSL says where the validation of a certificate fails so; nothing for errors of another kind.
std::optional<Fault> fault_of(Error error) noexcept;

// "SSLV3_ALERT_HANDSHAKE_FAILURE" for 40; made of the alert's own name where OpenSSL has none.
std::string reason_of_alert(pavise::AlertDescription alert);

// The mnemonic for an error, made of the engine's own name where OpenSSL has none for it.
std::string reason_of(Error error);

// A reason's name in lower case with blanks, which is OpenSSL's text for most reasons.
std::string words_of(std::string_view reason);

// All that an exception says of it. `host`: the name that the certificate was to be valid for.
ErrorDetails details_of(Error error, std::string_view host);

} // namespace pavise::ssl
