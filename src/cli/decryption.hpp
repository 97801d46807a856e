// The secrets of a key log, and one direction of a captured connection opened with them.
#pragma once

#include "crypto/provider.hpp"
#include "record/protection.hpp"

#include <pavise/bytes.hpp>

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace pavise::cli {

// A file in NSS's format (RFC 9850). Lines that are none are passed over.
class KeyLogFile {
    std::map<std::pair<std::string, std::string>, ByteVector> secrets_; // by label and client random

  public:
    explicit KeyLogFile(std::string_view text);
    std::size_t size() const noexcept { return secrets_.size(); }
    // Nothing where the log does not have it.
    std::optional<Bytes> find(std::string_view label, Bytes client_random) const;
};

// Hexadecimal digits; nothing where they are not.
std::optional<ByteVector> bytes_of_hex(std::string_view text);

// What opens the records of one sender from here on. Errors: unsupported suites are internal.
Result<record::ReadProtection> opening13(CipherSuite suite, Bytes traffic_secret);
// The next generation of a traffic secret (RFC 8446 §7.2).
Result<ByteVector> next_secret(CipherSuite suite, Bytes traffic_secret);

struct OpeningPair {
    record::ReadProtection client;
    record::ReadProtection server;
};
// TLS 1.2, out of the master secret.
Result<OpeningPair> opening12(CipherSuite suite, Bytes master_secret, Bytes client_random,
                              Bytes server_random);

} // namespace pavise::cli
