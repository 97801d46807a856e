#include "base/der.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace pavise::der {

namespace {

constexpr auto malformed = ErrorCode::malformed_der;

// Four length octets say 4 GiB; nothing that Pavise reads comes near.
constexpr std::size_t max_length_octets = 4;

// Whether an INTEGER's first nine bits are not all alike (X.690 §8.3.2).
bool minimal_integer(Bytes contents) noexcept {
    if (contents.empty()) return false;
    if (contents.size() == 1) return true;
    const bool sign = (contents[1] & 0x80) != 0;
    return contents[0] != (sign ? 0xff : 0x00);
}

// Base-128 numbers, minimal and complete (X.690 §8.19).
bool well_formed_oid(Bytes contents) noexcept {
    if (contents.empty() || (contents.back() & 0x80) != 0) return false;
    bool first_of_number = true;
    for (const std::uint8_t octet : contents) {
        if (first_of_number && octet == 0x80) return false;
        first_of_number = (octet & 0x80) == 0;
    }
    return true;
}

void append_base128(ByteVector& out, std::uint64_t value) {
    int shift = 63;
    while (shift > 0 && value >> shift == 0) shift -= 7;
    for (; shift > 0; shift -= 7) out.push_back(static_cast<std::uint8_t>(0x80 | (value >> shift & 0x7f)));
    out.push_back(static_cast<std::uint8_t>(value & 0x7f));
}

// What a length takes at most when it is written.
constexpr std::size_t written_length_octets = 1 + sizeof(std::size_t);

// Writes the length octets of a definite length in the shortest form; says how many they are.
std::size_t write_length(std::span<std::uint8_t, written_length_octets> out, std::size_t length) noexcept {
    if (length < 0x80) {
        out[0] = static_cast<std::uint8_t>(length);
        return 1;
    }
    std::size_t width = 1;
    while (width < sizeof length && length >> (8 * width) != 0) ++width;
    out[0] = static_cast<std::uint8_t>(0x80 | width);
    for (std::size_t i = 0; i < width; ++i)
        out[1 + i] = static_cast<std::uint8_t>(length >> (8 * (width - 1 - i)));
    return 1 + width;
}

} // namespace

std::string Oid::to_string() const {
    std::string out;
    std::uint64_t number = 0;
    bool first = true;
    for (const std::uint8_t octet : contents) {
        if (number >> 57 != 0) return "(an OID with a number of more than 64 bits)";
        number = number << 7 | (octet & 0x7f);
        if ((octet & 0x80) != 0) continue;
        if (first) {
            // X.690 §8.19.4: the first two numbers share one, 40 to each root.
            const std::uint64_t root = std::min<std::uint64_t>(number / 40, 2);
            out = std::to_string(root);
            number -= root * 40;
            first = false;
        }
        out += '.';
        out += std::to_string(number);
        number = 0;
    }
    return out;
}

Result<Element> Reader::element() noexcept {
    if (rest_.size() < 2) return fail(malformed);
    if ((rest_[0] & 0x1f) == 0x1f) return fail(malformed);
    std::size_t header = 2;
    std::size_t length = rest_[1];
    if (length >= 0x80) {
        const std::size_t width = length & 0x7f;
        if (width == 0 || width > max_length_octets || rest_.size() < 2 + width) return fail(malformed);
        length = 0;
        for (std::size_t i = 0; i < width; ++i) length = length << 8 | rest_[2 + i];
        // X.690 §10.1: the minimum number of octets.
        if (length < 0x80 || length >> (8 * (width - 1)) == 0) return fail(malformed);
        header += width;
    }
    if (rest_.size() - header < length) return fail(malformed);
    const Element element{static_cast<Tag>(rest_[0]), rest_.subspan(header, length),
                          rest_.first(header + length)};
    rest_ = rest_.subspan(header + length);
    return element;
}

Result<Element> Reader::element(Tag tag) noexcept {
    if (!next_is(tag)) return fail(malformed);
    return element();
}

Result<Bytes> Reader::contents(Tag tag) noexcept {
    PAVISE_LET(const Element found, element(tag));
    return found.contents;
}

Result<std::optional<Element>> Reader::optional(Tag tag) noexcept {
    if (!next_is(tag)) return std::optional<Element>{};
    PAVISE_LET(const Element found, element());
    return std::optional<Element>(found);
}

Result<Reader> Reader::constructed(Tag tag) noexcept {
    PAVISE_LET(const Element found, element(tag));
    return Reader(found.contents);
}

Result<Oid> Reader::oid() noexcept {
    PAVISE_LET(const Bytes found, contents(Tag::oid));
    if (!well_formed_oid(found)) return fail(malformed);
    return Oid{found};
}

Result<bool> Reader::boolean() noexcept {
    PAVISE_LET(const Bytes found, contents(Tag::boolean));
    // X.690 §11.1: TRUE is all ones.
    if (found.size() != 1 || (found[0] != 0x00 && found[0] != 0xff)) return fail(malformed);
    return found[0] == 0xff;
}

Result<Bytes> Reader::integer() noexcept {
    PAVISE_LET(const Bytes found, contents(Tag::integer));
    if (!minimal_integer(found)) return fail(malformed);
    return found;
}

Result<std::uint64_t> Reader::small_integer() noexcept {
    PAVISE_LET(Bytes found, integer());
    if ((found[0] & 0x80) != 0) return fail(malformed);
    if (found[0] == 0 && found.size() > 1) found = found.subspan(1);
    if (found.size() > sizeof(std::uint64_t)) return fail(malformed);
    std::uint64_t value = 0;
    for (const std::uint8_t octet : found) value = value << 8 | octet;
    return value;
}

Result<Bytes> Reader::whole_bit_string() noexcept {
    PAVISE_LET(const Bytes found, contents(Tag::bit_string));
    if (found.empty() || found[0] != 0) return fail(malformed);
    return found.subspan(1);
}

Status Reader::finish() const noexcept {
    if (!rest_.empty()) return fail(malformed);
    return {};
}

Writer::Scope::Scope(Writer& writer, Tag tag) : writer_(writer) {
    writer_.out_.push_back(static_cast<std::uint8_t>(tag));
    writer_.out_.resize(writer_.out_.size() + written_length_octets);
    start_ = writer_.out_.size();
}

// Takes back what the length does not need of its place. Nothing here may throw: the scope may end because
// memory ran out.
Writer::Scope::~Scope() {
    const std::size_t length = writer_.out_.size() - start_;
    const auto contents = writer_.out_.begin() + static_cast<std::ptrdiff_t>(start_);
    const auto place = contents - static_cast<std::ptrdiff_t>(written_length_octets);
    const std::size_t used =
        write_length(std::span<std::uint8_t, written_length_octets>(&*place, written_length_octets), length);
    writer_.out_.erase(place + static_cast<std::ptrdiff_t>(used), contents);
}

void Writer::primitive(Tag tag, Bytes contents) {
    out_.push_back(static_cast<std::uint8_t>(tag));
    std::array<std::uint8_t, written_length_octets> length{};
    const std::size_t used = write_length(length, contents.size());
    raw(Bytes(length).first(used));
    raw(contents);
}

void Writer::boolean_true() {
    constexpr std::uint8_t all_ones[] = {0xff};
    primitive(Tag::boolean, all_ones);
}

void Writer::integer(std::uint64_t value) {
    std::uint8_t big_endian[sizeof value];
    for (std::size_t i = 0; i < sizeof value; ++i)
        big_endian[i] = static_cast<std::uint8_t>(value >> (8 * (sizeof value - 1 - i)));
    unsigned_integer(big_endian);
}

void Writer::unsigned_integer(Bytes big_endian) {
    while (big_endian.size() > 1 && big_endian[0] == 0) big_endian = big_endian.subspan(1);
    ByteVector contents;
    if (big_endian.empty() || (big_endian[0] & 0x80) != 0) contents.push_back(0);
    contents.insert(contents.end(), big_endian.begin(), big_endian.end());
    primitive(Tag::integer, contents);
}

void Writer::oid(std::string_view dotted) {
    if (const auto contents = encode_oid(dotted)) primitive(Tag::oid, *contents);
}

void Writer::bit_string(Bytes whole_bytes) {
    ByteVector contents{0};
    contents.insert(contents.end(), whole_bytes.begin(), whole_bytes.end());
    primitive(Tag::bit_string, contents);
}

Result<ByteVector> encode_oid(std::string_view dotted) {
    ByteVector numbers;
    std::uint64_t root = 0;
    for (std::size_t index = 0;; ++index) {
        const std::size_t dot = std::min(dotted.find('.'), dotted.size());
        const std::string_view digits = dotted.substr(0, dot);
        if (digits.empty() || digits.size() > 18 || (digits.size() > 1 && digits[0] == '0'))
            return fail(malformed);
        std::uint64_t number = 0;
        for (const char digit : digits) {
            if (digit < '0' || digit > '9') return fail(malformed);
            number = number * 10 + static_cast<std::uint64_t>(digit - '0');
        }
        if (index == 0) {
            if (number > 2) return fail(malformed);
            root = number;
        } else if (index == 1) {
            if (root < 2 && number > 39) return fail(malformed);
            append_base128(numbers, root * 40 + number);
        } else {
            append_base128(numbers, number);
        }
        if (dot == dotted.size()) {
            if (index == 0) return fail(malformed);
            return numbers;
        }
        dotted.remove_prefix(dot + 1);
    }
}

} // namespace pavise::der
