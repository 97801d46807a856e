#include "cli/config_options.hpp"

#include "base/pem.hpp"
#include "cli/files.hpp"
#include "crypto/cipher_suite.hpp"
#include "crypto/provider.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <system_error>

namespace pavise::cli {

namespace {

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

std::string text_of(NamedGroup group) {
    return name_of(group);
}

std::string text_of(SignatureScheme scheme) {
    return name_of(scheme);
}

std::string text_of(PskKeyExchangeMode mode) {
    return mode == PskKeyExchangeMode::psk_ke ? "psk_ke" : "psk_dhe_ke";
}

// Whatever there is an implementation of, by the registry's numbers.
std::vector<NamedGroup> known_groups() {
    std::vector<NamedGroup> groups;
    for (std::uint32_t number = 0; number <= 0xffff; ++number)
        if (const auto group = static_cast<NamedGroup>(number); crypto::botan_provider().supports(group))
            groups.push_back(group);
    return groups;
}

std::string text_of(CipherSuite suite) {
    return crypto::suite12(suite) ? openssl_name_of(suite) : name_of(suite);
}

template <class Value>
std::optional<Value> value_among(const std::vector<Value>& known, std::string_view name) {
    for (const Value value : known)
        if (same_without_case(text_of(value), name)) return value;
    return std::nullopt;
}

template <class Value> std::string list_of(const std::vector<Value>& values) {
    std::string out;
    for (const Value value : values) out += (out.empty() ? "" : ", ") + text_of(value);
    return out;
}

template <class Suites> std::vector<CipherSuite> ids_of(const Suites& suites) {
    std::vector<CipherSuite> ids;
    for (const auto& suite : suites) ids.push_back(suite.id);
    return ids;
}

// The suite of this name among `suites`.
auto suite_named_among(const std::vector<CipherSuite>& suites) {
    return [&suites](std::string_view name) -> std::optional<CipherSuite> {
        for (const CipherSuite suite : suites)
            if (same_without_case(name_of(suite), name) || same_without_case(text_of(suite), name))
                return suite;
        return std::nullopt;
    };
}

template <class Value, class Lookup>
Outcome<std::vector<Value>> values_from(const Arguments& arguments, std::string_view option,
                                        std::vector<Value> defaults, const std::vector<Value>& known,
                                        Lookup lookup) {
    const auto text = arguments.value(option);
    if (!text) return defaults;
    std::vector<Value> out;
    for (const std::string_view name : split_at_commas(*text)) {
        const std::optional<Value> value = lookup(name);
        if (!value)
            return misuse(std::string(option) + ": there is no '" + std::string(name) + "'; known are " +
                          list_of(known));
        out.push_back(*value);
    }
    return out;
}

// A SubjectPublicKeyInfo, in DER or as a PEM block "PUBLIC KEY". Nothing where the file has neither.
std::optional<ByteVector> public_key_in(Bytes file) {
    ByteVector key(file.begin(), file.end());
    if (looks_like_pem(file)) {
        const auto blocks = read_pem(as_text(file));
        if (!blocks) return std::nullopt;
        const auto block = std::ranges::find(*blocks, "PUBLIC KEY", &PemBlock::label);
        if (block == blocks->end()) return std::nullopt;
        const Bytes contents = block->contents.view();
        key.assign(contents.begin(), contents.end());
    }
    if (!crypto::botan_provider().public_key(key)) return std::nullopt;
    return key;
}

} // namespace

std::vector<std::string_view> split_at_commas(std::string_view text) {
    std::vector<std::string_view> out;
    while (true) {
        const std::size_t comma = text.find(',');
        out.push_back(text.substr(0, comma));
        if (comma == std::string_view::npos) return out;
        text.remove_prefix(comma + 1);
    }
}

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
        auto key = read_secret_file(keys[i]);
        if (!key) return key.problem();
        auto credential = Credential::load(chain->view(), key->view());
        if (!credential)
            return misuse("certificate " + std::string(chains[i]) + " with key " + std::string(keys[i]) +
                          ": " + describe(credential.error()));
        out.push_back(*std::move(credential));
    }
    for (const std::string_view path : arguments.values(option_raw_key.name)) {
        auto key = read_secret_file(path);
        if (!key) return key.problem();
        auto credential = Credential::raw_public_key(key->view());
        if (!credential) return misuse(std::string(path) + ": " + describe(credential.error()));
        out.push_back(*std::move(credential));
    }
    return out;
}

Outcome<std::vector<ByteVector>> public_keys_from(const Arguments& arguments, const Option& option) {
    std::vector<ByteVector> out;
    for (const std::string_view path : arguments.values(option.name)) {
        auto file = read_file(path);
        if (!file) return file.problem();
        auto key = public_key_in(file->view());
        if (!key) return misuse(std::string(path) + ": is no public key (PEM or DER) that is supported");
        out.push_back(*std::move(key));
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

std::vector<CertificateCompressionPtr> compression_from(const Arguments& arguments) {
    if (!arguments.has(option_compress.name)) return {};
    return certificate_compressions();
}

Outcome<std::vector<NamedGroup>> groups_from(const Arguments& arguments) {
    const std::vector<NamedGroup> known = known_groups();
    return values_from(arguments, "--groups", default_groups(), known, [&known](std::string_view name) {
        const std::optional<NamedGroup> group = group_named(name);
        return group && std::ranges::find(known, *group) != known.end() ? group : std::nullopt;
    });
}

Outcome<std::vector<CipherSuite>> cipher_suites_from(const Arguments& arguments) {
    std::vector<CipherSuite> defaults13;
    std::vector<CipherSuite> defaults12;
    for (const CipherSuite suite : default_cipher_suites())
        (crypto::suite13(suite) ? defaults13 : defaults12).push_back(suite);
    const std::vector<CipherSuite> known13 = ids_of(crypto::suites13());
    const std::vector<CipherSuite> known12 = ids_of(crypto::suites12());
    auto suites = values_from(arguments, "--ciphersuites", defaults13, known13, suite_named_among(known13));
    if (!suites) return suites.problem();
    auto more = values_from(arguments, "--ciphers", defaults12, known12, suite_named_among(known12));
    if (!more) return more.problem();
    suites->insert(suites->end(), more->begin(), more->end());
    return suites;
}

Outcome<VersionRange> versions_from(const Arguments& arguments) {
    const auto text = arguments.value("--tls");
    if (!text) return VersionRange{};
    if (*text == "1.2") return VersionRange{ProtocolVersion::tls_1_2, ProtocolVersion::tls_1_2};
    if (*text == "1.3") return VersionRange{ProtocolVersion::tls_1_3, ProtocolVersion::tls_1_3};
    return misuse("--tls: there is 1.2 and 1.3, not '" + std::string(*text) + "'");
}

Outcome<std::vector<SignatureScheme>> signature_schemes_from(const Arguments& arguments) {
    const std::vector<SignatureScheme> known = default_signature_schemes();
    return values_from(arguments, option_sigalgs.name, known, known,
                       [&known](std::string_view name) { return value_among(known, name); });
}

Outcome<std::vector<PskKeyExchangeMode>> psk_modes_from(const Arguments& arguments) {
    const std::vector known{PskKeyExchangeMode::psk_dhe_ke, PskKeyExchangeMode::psk_ke};
    return values_from(arguments, option_psk_modes.name, std::vector{PskKeyExchangeMode::psk_dhe_ke}, known,
                       [&known](std::string_view name) { return value_among(known, name); });
}

Outcome<std::optional<std::uint16_t>> record_size_limit_from(const Arguments& arguments) {
    // RFC 8449 §4: 64 at the least; 2^14 and the content type of TLS 1.3 at the most.
    auto limit = arguments.number(option_record_size.name, 64, 16385, 0);
    if (!limit) return limit.problem();
    if (*limit == 0) return std::optional<std::uint16_t>();
    return std::optional(static_cast<std::uint16_t>(*limit));
}

Outcome<std::shared_ptr<KeyLog>> key_log_from(const Arguments& arguments) {
    const auto path = arguments.value(option_keylog.name);
    if (!path) return std::shared_ptr<KeyLog>();
    warn_of_readers(*path); // a new one is its owner's alone
    auto log = open_key_log(std::string(*path));
    if (!log)
        return misuse(std::string(*path) + ": " + std::string(text_of(log.error().code)) + ": " +
                      std::system_category().message(log.error().detail));
    return *std::move(log);
}

Outcome<std::optional<KeyUpdateScope>> key_update_from(const Arguments& arguments) {
    const auto scope = arguments.value(option_update_keys.name);
    if (!scope) return std::optional<KeyUpdateScope>();
    if (*scope == "ours") return std::optional(KeyUpdateScope::ours);
    if (*scope == "both") return std::optional(KeyUpdateScope::both);
    return misuse("--update-keys wants ours or both, not '" + std::string(*scope) + "'");
}

std::string openssl_name_of(CipherSuite suite) {
    struct Change {
        std::string_view ours;
        std::string_view theirs;
    };
    constexpr std::array changes{
        Change{"TLS_", ""},
        Change{"_WITH_", "-"},
        Change{"AES_128", "AES128"},
        Change{"AES_256", "AES256"},
        Change{"_CBC_", "-"},
        Change{"CCM_8", "CCM8"},
        Change{"POLY1305_SHA256", "POLY1305"},
    };
    std::string name = name_of(suite);
    for (const Change& change : changes)
        if (const auto at = name.find(change.ours); at != std::string::npos)
            name.replace(at, change.ours.size(), change.theirs);
    std::ranges::replace(name, '_', '-');
    return name;
}

} // namespace pavise::cli
