#include "crypto/pem.hpp"

#include "crypto/guard.hpp"

#include "base/try.hpp"

#include <botan/base64.h>

namespace pavise::crypto {

namespace {

constexpr std::string_view begin_mark = "-----BEGIN ";
constexpr std::string_view end_mark = "-----END ";
constexpr std::string_view dashes = "-----";
constexpr std::size_t line_length = 64; // RFC 7468 §2

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view blanks = " \t\r\n";
    const auto first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

// The value of a header line "Name: value", or nothing.
std::string_view header_value(std::string_view headers, std::string_view name) {
    const auto at = headers.find(name);
    if (at == std::string_view::npos) return {};
    const auto rest = headers.substr(at + name.size());
    return trimmed(rest.substr(0, rest.find('\n')));
}

// Takes the headers of RFC 1421 off the front of a body: they end at the first blank line.
void split_headers(PemBlock& block) {
    if (block.body.find(':') == std::string_view::npos) return;
    auto end = block.body.find("\n\n");
    if (end == std::string_view::npos) end = block.body.find("\n\r\n");
    if (end == std::string_view::npos) return;
    const auto headers = block.body.substr(0, end);
    block.proc_type = header_value(headers, "Proc-Type:");
    block.dek_info = header_value(headers, "DEK-Info:");
    block.body.remove_prefix(end);
}

} // namespace

Result<std::vector<PemBlock>> find_pem_blocks(std::string_view text) noexcept {
    return guarded(ErrorCode::pem_malformed, [&]() -> Result<std::vector<PemBlock>> {
        std::vector<PemBlock> blocks;
        for (;;) {
            const auto begin = text.find(begin_mark);
            if (begin == std::string_view::npos) return blocks;
            text.remove_prefix(begin + begin_mark.size());
            const auto label_end = text.find(dashes);
            const auto body_end = text.find(end_mark);
            if (label_end == std::string_view::npos || body_end == std::string_view::npos ||
                body_end < label_end)
                return fail(ErrorCode::pem_malformed);
            PemBlock block;
            block.label = text.substr(0, label_end);
            block.body = text.substr(label_end + dashes.size(), body_end - label_end - dashes.size());
            text.remove_prefix(body_end + end_mark.size());
            if (!text.starts_with(block.label) || !text.substr(block.label.size()).starts_with(dashes))
                return fail(ErrorCode::pem_malformed);
            split_headers(block);
            blocks.push_back(block);
        }
    });
}

Result<SecretVector> decode_pem(const PemBlock& block) noexcept {
    return guarded(ErrorCode::pem_malformed,
                   [&] { return SecretVector(Bytes(Botan::base64_decode(trimmed(block.body)))); });
}

Result<std::string> encode_pem(std::string_view label, Bytes contents) noexcept {
    return guarded(ErrorCode::internal, [&] {
        std::string body = Botan::base64_encode(contents);
        std::string text;
        text.reserve(body.size() + body.size() / line_length + 2 * (end_mark.size() + label.size()) + 32);
        text.append(begin_mark).append(label).append(dashes).append("\n");
        for (std::size_t at = 0; at < body.size(); at += line_length) {
            text.append(body, at, line_length).append("\n");
        }
        text.append(end_mark).append(label).append(dashes).append("\n");
        secure_wipe(body.data(), body.size());
        return text;
    });
}

} // namespace pavise::crypto
