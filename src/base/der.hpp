// DER (X.690 §10, §11): a strict reader over bytes that it does not copy, and a writer for what we make
// ourselves.
#pragma once

#include "base/try.hpp"

#include <pavise/bytes.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pavise::der {

// Identifier octets, class and constructed bit included. Tag numbers above 30 do not occur in PKIX.
enum class Tag : std::uint8_t {
    boolean = 0x01,
    integer = 0x02,
    bit_string = 0x03,
    octet_string = 0x04,
    null = 0x05,
    oid = 0x06,
    enumerated = 0x0a,
    utf8_string = 0x0c,
    numeric_string = 0x12,
    printable_string = 0x13,
    teletex_string = 0x14,
    ia5_string = 0x16,
    utc_time = 0x17,
    generalized_time = 0x18,
    visible_string = 0x1a,
    universal_string = 0x1c,
    bmp_string = 0x1e,
    sequence = 0x30,
    set = 0x31,
};

// [number], IMPLICIT over a primitive type.
constexpr Tag context(unsigned number) noexcept {
    return static_cast<Tag>(0x80 | number);
}
// [number], EXPLICIT or IMPLICIT over a constructed type.
constexpr Tag context_constructed(unsigned number) noexcept {
    return static_cast<Tag>(0xa0 | number);
}

// An object identifier: a view of its contents octets.
struct Oid {
    Bytes contents;

    std::string to_string() const; // "2.5.29.17"
    friend bool operator==(Oid a, Oid b) noexcept { return as_text(a.contents) == as_text(b.contents); }
    // Against contents octets written as a string literal: oid == "\x55\x1d\x11"sv.
    friend bool operator==(Oid a, std::string_view octets) noexcept { return as_text(a.contents) == octets; }
};

struct Element {
    Tag tag{};
    Bytes contents;
    Bytes encoding; // identifier and length octets included
};

// A cursor over the contents of a constructed type. Every failure is ErrorCode::malformed_der.
class Reader {
    Bytes rest_;

  public:
    explicit Reader(Bytes contents) noexcept : rest_(contents) {}

    bool empty() const noexcept { return rest_.empty(); }
    Bytes peek() const noexcept { return rest_; }
    // Whether an element of this tag comes next.
    bool next_is(Tag tag) const noexcept {
        return !rest_.empty() && rest_.front() == static_cast<std::uint8_t>(tag);
    }
    // Any element. Refuses indefinite, non-minimal and over-long lengths, and tag numbers above 30.
    Result<Element> element() noexcept;
    // An element of this tag.
    Result<Element> element(Tag tag) noexcept;
    Result<Bytes> contents(Tag tag) noexcept;
    // The element of this tag if it comes next.
    Result<std::optional<Element>> optional(Tag tag) noexcept;
    Result<Reader> constructed(Tag tag) noexcept;
    Result<Reader> sequence() noexcept { return constructed(Tag::sequence); }
    Result<Oid> oid() noexcept;
    Result<bool> boolean() noexcept;
    // Contents of a minimal INTEGER, in two's complement.
    Result<Bytes> integer() noexcept;
    // A non-negative INTEGER that fits.
    Result<std::uint64_t> small_integer() noexcept;
    // A BIT STRING without unused bits.
    Result<Bytes> whole_bit_string() noexcept;
    Status finish() const noexcept;
};

// Appends elements; nested ones by closing scopes, as wire::Writer does, with lengths of the width they need.
class Writer {
    ByteVector& out_;

  public:
    explicit Writer(ByteVector& out) noexcept : out_(out) {}
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;

    class [[nodiscard]] Scope {
        Writer& writer_;
        std::size_t start_;

      public:
        Scope(Writer& writer, Tag tag);
        Scope(const Scope&) = delete;
        Scope& operator=(const Scope&) = delete;
        ~Scope();
    };
    Scope open(Tag tag) { return {*this, tag}; }
    Scope sequence() { return open(Tag::sequence); }

    void raw(Bytes encoding) { out_.insert(out_.end(), encoding.begin(), encoding.end()); }
    void primitive(Tag tag, Bytes contents);
    void boolean_true();
    void null() { primitive(Tag::null, {}); }
    void integer(std::uint64_t value);
    // A non-negative INTEGER from big-endian bytes of any length.
    void unsigned_integer(Bytes big_endian);
    void oid(std::string_view dotted); // precondition: a well-formed dotted OID
    void bit_string(Bytes whole_bytes);
};

// The contents octets of a dotted OID. malformed_der where it is none.
Result<ByteVector> encode_oid(std::string_view dotted);

} // namespace pavise::der
