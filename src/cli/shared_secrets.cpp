// Files of pre-shared keys and of Diffie-Hellman parameters.
#include "base/der.hpp"
#include "base/pem.hpp"
#include "cli/config_options.hpp"
#include "cli/files.hpp"

#include <algorithm>

namespace pavise::cli {

namespace {

std::optional<std::uint8_t> hex_digit(char c) {
    if (c >= '0' && c <= '9') return static_cast<std::uint8_t>(c - '0');
    if (c >= 'a' && c <= 'f') return static_cast<std::uint8_t>(c - 'a' + 10);
    if (c >= 'A' && c <= 'F') return static_cast<std::uint8_t>(c - 'A' + 10);
    return std::nullopt;
}

std::optional<ByteVector> bytes_of_hex(std::string_view text) {
    if (text.size() % 2 != 0) return std::nullopt;
    ByteVector bytes;
    for (std::size_t i = 0; i < text.size(); i += 2) {
        const auto high = hex_digit(text[i]);
        const auto low = hex_digit(text[i + 1]);
        if (!high || !low) return std::nullopt;
        bytes.push_back(static_cast<std::uint8_t>(*high << 4 | *low));
    }
    return bytes;
}

// IDENTITY:KEY; an identity may have colons of its own.
std::optional<ExternalPsk> psk_of_line(std::string_view line) {
    const std::size_t colon = line.rfind(':');
    if (colon == std::string_view::npos || colon == 0) return std::nullopt;
    auto key = bytes_of_hex(line.substr(colon + 1));
    if (!key || key->empty()) return std::nullopt;
    const Bytes identity = as_bytes(line.substr(0, colon));
    return ExternalPsk{ByteVector(identity.begin(), identity.end()), *std::move(key)};
}

// Without the zero that keeps a DER INTEGER positive.
ByteVector magnitude(Bytes integer) {
    const auto first = std::ranges::find_if(integer, [](std::uint8_t byte) { return byte != 0; });
    return {first, integer.end()};
}

// PKCS #3: DHParameter ::= SEQUENCE { prime INTEGER, base INTEGER, privateValueLength INTEGER OPTIONAL }
Result<DhParameters> read_dh_parameters(Bytes contents) {
    der::Reader outer(contents);
    PAVISE_LET(der::Reader parameters, outer.sequence());
    PAVISE_TRY(outer.finish());
    PAVISE_LET(const Bytes prime, parameters.integer());
    PAVISE_LET(const Bytes base, parameters.integer());
    PAVISE_TRY(parameters.optional(der::Tag::integer));
    PAVISE_TRY(parameters.finish());
    return DhParameters{magnitude(prime), magnitude(base)};
}

Result<DhParameters> read_dh_file(Bytes file) {
    if (!looks_like_pem(file)) return read_dh_parameters(file);
    PAVISE_LET(const std::vector<PemBlock> blocks, read_pem(as_text(file)));
    for (const PemBlock& block : blocks)
        if (block.label == "DH PARAMETERS") return read_dh_parameters(block.contents.view());
    return fail(ErrorCode::malformed_pem);
}

} // namespace

Outcome<std::vector<ExternalPsk>> psks_from(const Arguments& arguments) {
    std::vector<ExternalPsk> out;
    const auto path = arguments.value("--psk");
    if (!path) return out;
    auto file = read_file(*path);
    if (!file) return file.problem();
    std::string_view rest = as_text(file->view());
    for (std::size_t number = 1; !rest.empty(); ++number) {
        const std::size_t end = rest.find('\n');
        std::string_view line = rest.substr(0, end);
        rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
        if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
        if (line.empty() || line.front() == '#') continue;
        auto psk = psk_of_line(line);
        if (!psk)
            return misuse(std::string(*path) + ": line " + std::to_string(number) +
                          " is not IDENTITY:KEY, with the key in hexadecimal");
        out.push_back(*std::move(psk));
    }
    if (out.empty()) return misuse(std::string(*path) + ": there is no key in it");
    return out;
}

Outcome<DhParameters> dh_parameters_from_file(std::string_view path) {
    auto file = read_file(path);
    if (!file) return file.problem();
    auto parameters = read_dh_file(file->view());
    if (!parameters)
        return misuse(std::string(path) + ": no Diffie-Hellman parameters: " + describe(parameters.error()));
    return *std::move(parameters);
}

} // namespace pavise::cli
