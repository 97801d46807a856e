#include "base/pem.hpp"

#include "base/try.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <optional>
#include <sys/stat.h>
#include <unistd.h>

namespace pavise {

namespace {

constexpr std::string_view begin_mark = "-----BEGIN ";
constexpr std::string_view end_mark = "-----END ";
constexpr std::string_view dashes = "-----";

// The text in lines: CRLF, LF or CR end one, and blanks at its end do not count (RFC 7468 §3 lets a reader
// ignore them).
class Lines {
    std::string_view rest_;
    std::size_t number_ = 0;

  public:
    explicit Lines(std::string_view text) : rest_(text) {}

    std::size_t number() const { return number_; } // of the line that next() gave last, from 1
    std::optional<std::string_view> next() {
        if (rest_.empty()) return std::nullopt;
        ++number_;
        const std::size_t end = std::min(rest_.find_first_of("\r\n"), rest_.size());
        std::string_view line = rest_.substr(0, end);
        std::size_t skip = end;
        if (skip < rest_.size()) skip += rest_.substr(skip, 2) == "\r\n" ? 2u : 1u;
        rest_.remove_prefix(skip);
        while (!line.empty() && (line.back() == ' ' || line.back() == '\t')) line.remove_suffix(1);
        return line;
    }
};

std::optional<std::string_view> label_in(std::string_view line, std::string_view mark) {
    if (!line.starts_with(mark) || !line.ends_with(dashes)) return std::nullopt;
    if (line.size() < mark.size() + dashes.size()) return std::nullopt;
    return line.substr(mark.size(), line.size() - mark.size() - dashes.size());
}

constexpr std::uint8_t not_base64 = 0xff;

constexpr std::array<std::uint8_t, 256> make_base64_values() {
    std::array<std::uint8_t, 256> values{};
    values.fill(not_base64);
    constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (std::size_t i = 0; i < alphabet.size(); ++i)
        values[static_cast<unsigned char>(alphabet[i])] = static_cast<std::uint8_t>(i);
    return values;
}

constexpr auto base64_values = make_base64_values();

// Base64 over several lines. What comes in may be a private key: nothing of it is left behind.
class Base64Decoder {
    SecretVector out_;
    std::size_t size_ = 0;
    std::uint32_t bits_ = 0;
    unsigned count_ = 0;   // characters in the current group of four
    unsigned padding_ = 0; // '=' seen

    void flush() {
        const unsigned bytes = 3 - padding_;
        for (unsigned i = 0; i < bytes; ++i)
            out_.mutable_view()[size_++] = static_cast<std::uint8_t>(bits_ >> (16 - 8 * i));
        bits_ = 0;
        count_ = 0;
    }

  public:
    explicit Base64Decoder(std::size_t characters) : out_(characters / 4 * 3 + 3) {}

    bool add(char character) {
        if (character == '=') {
            if (count_ < 2 || ++padding_ > 2) return false;
            bits_ <<= 6;
        } else {
            const std::uint8_t value = base64_values[static_cast<unsigned char>(character)];
            if (value == not_base64 || padding_ != 0) return false;
            bits_ = bits_ << 6 | value;
        }
        if (++count_ < 4) return true;
        // The bits that no byte takes are zero (RFC 4648 §3.5).
        if ((padding_ == 1 && (bits_ & 0xff) != 0) || (padding_ == 2 && (bits_ & 0xffff) != 0)) return false;
        // The block goes on behind what was taken for its end: behind an end mark in a header, say.
        if (out_.size() - size_ < 3) return false;
        flush();
        return true;
    }
    bool complete() const { return count_ == 0; }
    SecretVector take() { return SecretVector(out_.view().first(size_)); }
};

// "Name: value" (RFC 1421 §4.4), which only traditional encrypted keys have.
std::optional<std::pair<std::string, std::string>> header_in(std::string_view line) {
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || colon == 0) return std::nullopt;
    std::string_view value = line.substr(colon + 1);
    while (!value.empty() && value.front() == ' ') value.remove_prefix(1);
    return std::pair<std::string, std::string>(line.substr(0, colon), value);
}

std::uint16_t as_detail(std::size_t line) {
    return static_cast<std::uint16_t>(std::min<std::size_t>(line, UINT16_MAX));
}

// Reads on to the end line of the block that has just begun.
Result<PemBlock> read_block(Lines& lines, std::string_view label, std::size_t longest) {
    PemBlock block;
    block.label = std::string(label);
    block.line = lines.number();
    const auto malformed = fail(ErrorCode::malformed_pem, as_detail(block.line));
    Base64Decoder decoder(longest);
    bool in_headers = true;
    while (const auto line = lines.next()) {
        if (const auto end = label_in(*line, end_mark)) {
            if (*end != label || !decoder.complete()) return malformed;
            block.contents = decoder.take();
            return block;
        }
        if (line->starts_with(begin_mark)) return malformed;
        if (in_headers) {
            if (auto header = header_in(*line)) {
                block.headers.push_back(std::move(*header));
                continue;
            }
            in_headers = false;
        }
        for (const char character : *line)
            if (!decoder.add(character)) return malformed;
    }
    return malformed;
}

class Descriptor {
    int number_;

  public:
    explicit Descriptor(int number) : number_(number) {}
    ~Descriptor() {
        if (number_ >= 0) ::close(number_);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    int number() const { return number_; }
};

Unexpected system_failure(int number) {
    return fail(ErrorCode::file_not_read, static_cast<std::uint16_t>(number));
}

} // namespace

Result<std::vector<PemBlock>> read_pem(std::string_view text) {
    std::vector<PemBlock> blocks;
    Lines lines(text);
    while (const auto line = lines.next()) {
        const auto label = label_in(*line, begin_mark);
        if (!label) continue;
        // What is left of the text bounds the block's base64; so do the bytes up to the next end mark.
        const std::size_t start = static_cast<std::size_t>(line->data() - text.data());
        const std::size_t end = std::min(text.find(end_mark, start), text.size());
        PAVISE_LET(PemBlock block, read_block(lines, *label, end - start));
        blocks.push_back(std::move(block));
    }
    return blocks;
}

std::string write_pem(std::string_view label, Bytes contents) {
    constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    constexpr std::size_t line_length = 64; // RFC 7468 §2
    std::string out = std::string(begin_mark) + std::string(label) + "-----\n";
    std::size_t column = 0;
    for (std::size_t i = 0; i < contents.size(); i += 3) {
        const std::size_t have = std::min<std::size_t>(3, contents.size() - i);
        std::uint32_t bits = 0;
        for (std::size_t k = 0; k < 3; ++k) bits = bits << 8 | (k < have ? contents[i + k] : 0u);
        for (std::size_t k = 0; k < 4; ++k) out += k <= have ? alphabet[bits >> (18 - 6 * k) & 0x3f] : '=';
        column += 4;
        if (column == line_length) {
            out += '\n';
            column = 0;
        }
    }
    if (column != 0) out += '\n';
    return out + std::string(end_mark) + std::string(label) + "-----\n";
}

bool looks_like_pem(Bytes data) noexcept {
    const std::string_view text = as_text(data);
    const std::size_t at = text.find(begin_mark);
    return at != std::string_view::npos && (at == 0 || text[at - 1] == '\n' || text[at - 1] == '\r');
}

Result<SecretVector> read_credential_file(const std::string& path) {
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
    if (file.number() < 0) return system_failure(errno);
    struct stat status{};
    if (::fstat(file.number(), &status) != 0) return system_failure(errno);
    if (S_ISDIR(status.st_mode)) return system_failure(EISDIR);
    // A pipe or /dev/stdin has no size: it grows up to the same limit.
    const bool regular = S_ISREG(status.st_mode);
    if (regular && static_cast<std::uint64_t>(status.st_size) > max_credential_file_size)
        return fail(ErrorCode::file_too_large);
    constexpr std::size_t first_guess = 64u << 10;
    SecretVector contents(regular ? static_cast<std::size_t>(status.st_size) + 1 : first_guess);
    std::size_t size = 0;
    while (true) {
        if (size == contents.size()) {
            if (size > max_credential_file_size) return fail(ErrorCode::file_too_large);
            SecretVector larger(size * 2);
            std::ranges::copy(contents.view(), larger.mutable_view().begin());
            contents = std::move(larger);
        }
        const MutableBytes room = contents.mutable_view().subspan(size);
        const ssize_t count = ::read(file.number(), room.data(), room.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return system_failure(errno);
        if (count == 0) break;
        size += static_cast<std::size_t>(count);
    }
    if (size > max_credential_file_size) return fail(ErrorCode::file_too_large);
    return SecretVector(contents.view().first(size));
}

} // namespace pavise
