#include "cli/config_options.hpp"

#include "cli/files.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace pavise::cli {

namespace {

std::vector<std::string_view> split_at_commas(std::string_view text) {
    std::vector<std::string_view> out;
    while (true) {
        const std::size_t comma = text.find(',');
        out.push_back(text.substr(0, comma));
        if (comma == std::string_view::npos) return out;
        text.remove_prefix(comma + 1);
    }
}

bool same_without_case(std::string_view a, std::string_view b) {
    const auto lower = [](char c) { return std::tolower(static_cast<unsigned char>(c)); };
    return std::ranges::equal(a, b, {}, lower, lower);
}

// Names that people know from other programs.
struct Alias {
    std::string_view name;
    NamedGroup group;
};
constexpr std::array aliases{
    Alias{"P-256", NamedGroup::secp256r1},
    Alias{"P-384", NamedGroup::secp384r1},
    Alias{"P-521", NamedGroup::secp521r1},
    Alias{"prime256v1", NamedGroup::secp256r1},
};

// The registry's value of a name: it is asked for every value, because the registry answers in that direction
// only.
template <class Value> std::optional<Value> value_named(std::string_view name) {
    for (std::uint32_t number = 0; number <= 0xffff; ++number) {
        const auto value = static_cast<Value>(number);
        if (same_without_case(name_of(value), name)) return value;
    }
    return std::nullopt;
}

std::optional<NamedGroup> group_named(std::string_view name) {
    for (const Alias& alias : aliases)
        if (same_without_case(alias.name, name)) return alias.group;
    return value_named<NamedGroup>(name);
}

template <class Value> std::string list_of(const std::vector<Value>& values) {
    std::string out;
    for (const Value value : values) out += (out.empty() ? "" : ", ") + name_of(value);
    return out;
}

template <class Value, class Lookup>
Outcome<std::vector<Value>> values_from(const Arguments& arguments, std::string_view option,
                                        std::vector<Value> defaults, Lookup lookup) {
    const auto text = arguments.value(option);
    if (!text) return defaults;
    std::vector<Value> out;
    for (const std::string_view name : split_at_commas(*text)) {
        const std::optional<Value> value = lookup(name);
        if (!value)
            return misuse(std::string(option) + ": there is no '" + std::string(name) + "'; known are " +
                          list_of(defaults));
        out.push_back(*value);
    }
    return out;
}

} // namespace

Outcome<std::vector<Credential>> credentials_from(const Arguments& arguments) {
    const auto chains = arguments.values("--cert");
    const auto keys = arguments.values("--key");
    if (chains.size() != keys.size())
        return misuse("each --cert wants its --key: there are " + std::to_string(chains.size()) + " and " +
                      std::to_string(keys.size()));
    std::vector<Credential> out;
    for (std::size_t i = 0; i < chains.size(); ++i) {
        auto chain = read_file(chains[i]);
        if (!chain) return chain.problem();
        auto key = read_file(keys[i]);
        if (!key) return key.problem();
        auto credential = Credential::load(chain->view(), key->view());
        if (!credential)
            return misuse("certificate " + std::string(chains[i]) + " with key " + std::string(keys[i]) +
                          ": " + describe(credential.error()));
        out.push_back(*std::move(credential));
    }
    return out;
}

Outcome<TrustStore> trust_from_file(std::string_view path) {
    auto bytes = read_file(path);
    if (!bytes) return bytes.problem();
    auto store = TrustStore::from_memory(bytes->view());
    if (!store) return misuse(std::string(path) + ": " + describe(store.error()));
    return *std::move(store);
}

Outcome<std::vector<std::string>> alpn_from(const Arguments& arguments) {
    std::vector<std::string> out;
    const auto text = arguments.value("--alpn");
    if (!text) return out;
    for (const std::string_view name : split_at_commas(*text)) {
        // RFC 7301 §3.1: ProtocolName<1..2^8-1>.
        if (name.empty() || name.size() > 255) return misuse("--alpn: a protocol's name has 1 to 255 bytes");
        out.emplace_back(name);
    }
    return out;
}

Outcome<std::vector<NamedGroup>> groups_from(const Arguments& arguments) {
    return values_from(arguments, "--groups", default_groups(), group_named);
}

Outcome<std::vector<CipherSuite>> cipher_suites_from(const Arguments& arguments) {
    return values_from(arguments, "--ciphersuites", default_cipher_suites(), value_named<CipherSuite>);
}

} // namespace pavise::cli
