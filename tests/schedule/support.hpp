// What the tests of the schedule share.
#pragma once

#include "crypto/provider.hpp"
#include "vectors/hex.hpp"

#include <gtest/gtest.h>

#include <memory>

namespace pavise::schedule::testing {

using crypto::HashId;
using vectors::from_hex;
using vectors::to_hex;

inline const crypto::Provider& provider() {
    return crypto::botan_provider();
}

inline std::unique_ptr<crypto::Hmac> make_hmac(HashId hash) {
    auto hmac = provider().hmac(hash);
    if (!hmac) throw std::runtime_error("no HMAC");
    return *std::move(hmac);
}

// The bytes first, first + 1, …
inline ByteVector counting_bytes(std::size_t count, std::uint8_t first = 0) {
    ByteVector bytes;
    for (std::size_t i = 0; i < count; ++i) bytes.push_back(static_cast<std::uint8_t>(first + i));
    return bytes;
}

// The value in hex, or the name of the error: what an expectation wants to see.
template <class Secret> std::string hex_of(const Result<Secret>& result) {
    if (!result) return std::string(name_of(result.error().code));
    return to_hex(result->view());
}

inline std::string hex_of(const Result<crypto::Digest>& result) {
    if (!result) return std::string(name_of(result.error().code));
    return to_hex(*result);
}

inline ErrorCode error_of(const Status& status) {
    if (status) throw std::logic_error("no error");
    return status.error().code;
}

template <class T> ErrorCode error_of(const Result<T>& result) {
    if (result) throw std::logic_error("no error");
    return result.error().code;
}

} // namespace pavise::schedule::testing
