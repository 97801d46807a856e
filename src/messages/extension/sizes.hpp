// Extensions about sizes: record_size_limit (RFC 8449), max_fragment_length (RFC 6066 §4), padding (RFC
// 7685).
#pragma once

#include "messages/extension_forms.hpp"

namespace pavise::messages {

struct RecordSizeLimit {
    static constexpr ExtensionType type = ExtensionType::record_size_limit;
    // RFC 8449 §4: an endpoint must not send, and treats as illegal_parameter, less than this.
    static constexpr std::uint16_t least = 64;

    std::uint16_t limit = 0;

    static Result<RecordSizeLimit> parse(Bytes body);
    void write(wire::Writer& writer) const;
};

struct MaxFragmentLength {
    static constexpr ExtensionType type = ExtensionType::max_fragment_length;
    static constexpr std::uint8_t least_code = 1; // 2^9 bytes
    static constexpr std::uint8_t most_code = 4;  // 2^12 bytes

    std::uint8_t code = 0;

    static Result<MaxFragmentLength> parse(Bytes body);
    void write(wire::Writer& writer) const;

    std::size_t length() const { return std::size_t{1} << (8 + code); }
};

// The bytes are all zero, and written so.
struct Padding {
    static constexpr ExtensionType type = ExtensionType::padding;

    std::size_t length = 0;

    static Result<Padding> parse(Bytes body);
    void write(wire::Writer& writer) const;
};

} // namespace pavise::messages
