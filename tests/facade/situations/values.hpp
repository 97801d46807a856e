// Values and exceptions as the other side of the comparison writes them: Python's repr().
#pragma once

#include <pavise/ssl.hpp>

#include <exception>
#include <string>

namespace pavise::ssl::testing {

std::string repr_of(std::string_view text);
std::string repr_of(const std::string& text);
std::string repr_of(const char* text);
std::string repr_of(bool value);
std::string repr_of(const ByteVector& bytes); // in hex
std::string repr_of(const CertificateDict& certificate);
std::string repr_of(const Cipher& cipher);
std::string repr_of(const CipherDict& cipher);
template <class T>
    requires(std::is_integral_v<T> && !std::same_as<T, bool>)
std::string repr_of(T value) {
    return std::to_string(value);
}
template <class T> std::string repr_of(const std::vector<T>& values) {
    std::string out = "[";
    for (const T& value : values) out += (out.size() == 1 ? "" : ", ") + repr_of(value);
    return out + "]";
}
template <class T> std::string repr_of(const std::optional<T>& value) {
    return value ? repr_of(*value) : "None";
}
template <class T> std::string repr_of(const Optional<T>& value) {
    return value ? repr_of(*value) : "None";
}

// "raise ValueError 'text'", "raise OSError 2", "raise SSLError 1 SSL REASON": what can be told of it in both
// languages.
std::string describe_exception(const std::exception_ptr& error);

} // namespace pavise::ssl::testing
