// Words for the small things that messages are made of.
#pragma once

#include "cli/describe.hpp"

#include <pavise/registry.hpp>

#include <string>

namespace pavise::cli {

inline std::string bytes_in(Bytes bytes) {
    return std::to_string(bytes.size()) + (bytes.size() == 1 ? " byte" : " bytes");
}

inline std::string word_for(ProtocolVersion version) {
    return is_grease(static_cast<std::uint16_t>(version)) ? "GREASE" : name_of(version);
}
inline std::string word_for(std::uint16_t number) {
    return std::to_string(number);
}
template <class Value>
    requires requires(Value value) { name_of(value); }
std::string word_for(Value value) {
    return is_grease(static_cast<std::uint16_t>(value)) ? "GREASE" : name_of(value);
}
inline std::string word_for(CertificateType type) {
    switch (type) {
    case CertificateType::x509: return "X.509";
    case CertificateType::raw_public_key: return "raw public key";
    default: return std::to_string(static_cast<int>(type));
    }
}
inline std::string word_for(CertificateCompressionAlgorithm algorithm) {
    switch (algorithm) {
    case CertificateCompressionAlgorithm::zlib: return "zlib";
    case CertificateCompressionAlgorithm::brotli: return "brotli";
    case CertificateCompressionAlgorithm::zstd: return "zstd";
    default: return std::to_string(static_cast<int>(algorithm));
    }
}
inline std::string word_for(PskKeyExchangeMode mode) {
    switch (mode) {
    case PskKeyExchangeMode::psk_ke: return "psk_ke";
    case PskKeyExchangeMode::psk_dhe_ke: return "psk_dhe_ke";
    default: return std::to_string(static_cast<int>(mode));
    }
}

template <class Range, class Words> std::string joined(const Range& range, Words words) {
    std::string out;
    for (const auto& element : range) out += (out.empty() ? "" : ", ") + words(element);
    return out;
}
template <class Range> std::string names_in(const Range& range) {
    return joined(range, [](auto value) { return word_for(value); });
}

} // namespace pavise::cli
