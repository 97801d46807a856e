#include "handshake/ech_config.hpp"

#include "base/try.hpp"

#include <algorithm>

namespace pavise::handshake {

namespace {

using messages::EchConfig;
using messages::EchConfigContents;

bool is_digit(char c) noexcept {
    return c >= '0' && c <= '9';
}
bool is_letter(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_hexadecimal(char c) noexcept {
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

// RFC 5890 §2.3.1: letters, digits and hyphens, with no hyphen at either end.
bool is_ldh_label(std::string_view label) noexcept {
    constexpr std::size_t most = 63;
    const auto fits = [](char c) { return is_letter(c) || is_digit(c) || c == '-'; };
    return !label.empty() && label.size() <= most && label.front() != '-' && label.back() != '-' &&
           std::ranges::all_of(label, fits);
}

// "all ASCII digits …, or is '0x' or '0X' followed by some, possibly empty, sequence of ASCII hexadecimal
// digits" (RFC 9849 §6.1.7)
bool looks_like_number(std::string_view label) noexcept {
    if (std::ranges::all_of(label, is_digit)) return true;
    const bool prefixed = label.size() >= 2 && label[0] == '0' && (label[1] == 'x' || label[1] == 'X');
    return prefixed && std::ranges::all_of(label.substr(2), is_hexadecimal);
}

// "an extension can be tagged as mandatory by using an extension type codepoint with the high order bit set
// to 1 … If an unsupported mandatory extension is present, clients MUST ignore the ECHConfig." (§4.2) We know
// no extension.
bool has_mandatory_extension(const messages::Extensions& extensions) {
    constexpr std::uint16_t mandatory = 0x8000;
    return std::ranges::any_of(extensions.begin(), extensions.end(), [](const messages::Extension& e) {
        return (static_cast<std::uint16_t>(e.type) & mandatory) != 0;
    });
}

std::optional<schedule::HpkeSuite> first_supported(const EchConfigContents& contents) {
    for (const messages::HpkeSymmetricCipherSuite& suite : contents.cipher_suites) {
        const schedule::HpkeSuite candidate{static_cast<schedule::HpkeKem>(contents.kem_id),
                                            static_cast<schedule::HpkeKdf>(suite.kdf_id),
                                            static_cast<schedule::HpkeAead>(suite.aead_id)};
        if (schedule::hpke_supports(candidate)) return candidate;
    }
    return std::nullopt;
}

std::optional<EchChoice> usable(const EchConfig& config, const EchConfigContents& contents) {
    const auto suite = first_supported(contents);
    if (!suite || has_mandatory_extension(contents.extensions) ||
        !is_ech_public_name(as_text(contents.public_name)) ||
        contents.public_key.size() != schedule::hpke_public_key_size(suite->kem))
        return std::nullopt;
    EchChoice choice;
    wire::Writer writer(choice.config);
    config.write(writer);
    choice.config_id = contents.config_id;
    choice.suite = *suite;
    choice.public_key.assign(contents.public_key.begin(), contents.public_key.end());
    choice.public_name = as_text(contents.public_name);
    choice.maximum_name_length = contents.maximum_name_length;
    return choice;
}

} // namespace

bool is_ech_public_name(std::string_view name) noexcept {
    for (std::size_t start = 0;;) {
        const std::size_t dot = name.find('.', start);
        const std::string_view label = name.substr(start, dot - start);
        if (!is_ldh_label(label)) return false;
        if (dot == std::string_view::npos) return !looks_like_number(label);
        start = dot + 1;
    }
}

Result<std::optional<EchChoice>> choose_ech_config(Bytes list) {
    std::optional<EchChoice> chosen;
    const auto configs = messages::EchRetryConfigs::parse(list);
    if (!configs) return fail(ErrorCode::malformed_ech_configs);
    for (const EchConfig& config : configs->configs) {
        if (config.version != EchConfig::known_version) continue;
        const auto contents = EchConfigContents::parse(config.contents);
        if (!contents) return fail(ErrorCode::malformed_ech_configs);
        if (!chosen) chosen = usable(config, *contents);
    }
    return chosen;
}

Status check_ech_config_list(Bytes list) {
    PAVISE_LET(const auto configs, messages::EchRetryConfigs::parse(list));
    for (const EchConfig& config : configs.configs)
        if (config.version == EchConfig::known_version) PAVISE_TRY(EchConfigContents::parse(config.contents));
    return {};
}

} // namespace pavise::handshake
