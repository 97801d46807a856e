// The functions of Python's `ssl` that need no context: certificates as text, randomness, paths.
#pragma once

#include <pavise/bytes_like.hpp>
#include <pavise/export.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pavise::ssl {

// Seconds since the epoch of "Jan  5 09:34:43 2018 GMT", as getpeercert() has times. ValueError.
PAVISE_EXPORT std::int64_t cert_time_to_seconds(std::string_view cert_time);

PAVISE_EXPORT std::string DER_cert_to_PEM_cert(BytesLike der);
// ValueError where the text is not one PEM certificate.
PAVISE_EXPORT ByteVector PEM_cert_to_DER_cert(std::string_view pem);

struct DefaultVerifyPaths {
    std::optional<std::string> cafile; // nothing where the file does not exist
    std::optional<std::string> capath;
    std::string openssl_cafile_env; // the variables that name other places
    std::string openssl_cafile;     // and the place without them
    std::string openssl_capath_env;
    std::string openssl_capath;
};
PAVISE_EXPORT DefaultVerifyPaths get_default_verify_paths();

// Bytes of the system's generator: no state in this process, so that two processes after fork() never get the
// same. SSLError where it fails; ValueError for a negative number.
PAVISE_EXPORT ByteVector RAND_bytes(int count);
// Always true: the system's generator blocks until it is seeded.
PAVISE_EXPORT bool RAND_status() noexcept;
// Hands the bytes to the system's pool. `entropy` changes nothing: the pool does not credit it.
PAVISE_EXPORT void RAND_add(BytesLike bytes, double entropy) noexcept;

} // namespace pavise::ssl
