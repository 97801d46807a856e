// pavise cert make-ech-key, and the options that go with it.
#include "cli/ech.hpp"

#include "base/pem.hpp"
#include "cli/files.hpp"
#include "cli/verb.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace pavise::cli {

namespace {

constexpr std::uint64_t longest_name = 255;

// In one line, as the zone file of DNS has it.
std::string as_base64(Bytes list) {
    std::string text = write_pem("ECHCONFIG", list);
    text.erase(text.rfind("-----END"));
    text.erase(0, text.find('\n') + 1);
    std::erase(text, '\n');
    return text;
}

constexpr std::array options{
    Option{"--public-name", "NAME",
           "the DNS name that everybody may see; the server needs a certificate for it",
           Occurs::exactly_once},
    Option{"--out", "FILE", "where key and config go (PEM, RFC 9934, readable by you alone)",
           Occurs::exactly_once},
    Option{"--max-name-length", "N",
           "the longest name to be hidden, so that clients can hide the length of theirs (0: not known)"},
};
constexpr Usage usage{"cert make-ech-key",
                      "make a key for Encrypted Client Hello",
                      {},
                      options,
                      "Prints the ECHConfigList for DNS: ech=\"...\" of an HTTPS record (RFC 9848). The key "
                      "is for 'pavise serve "
                      "--ech-key'."};

Outcome<Exit> make_key(const Arguments& arguments) {
    auto length = arguments.number("--max-name-length", 0, longest_name, 0);
    if (!length) return length.problem();
    EchConfigTerms terms;
    terms.public_name = *arguments.value("--public-name");
    terms.maximum_name_length = static_cast<std::uint8_t>(*length);
    const auto key = EchKey::generate(terms);
    if (!key) return misuse("--public-name '" + terms.public_name + "': " + describe(key.error()));
    const auto list = ech_config_list(std::span(&*key, 1));
    if (!list) return misuse(describe(list.error()));
    std::string pem = key->pem();
    auto written = write_new_file(*arguments.value("--out"), pem, Readers::owner);
    secure_wipe(pem.data(), pem.size());
    if (!written) return written.problem();
    std::printf("%s\n", as_base64(*list).c_str());
    return Exit::ok;
}

} // namespace

Outcome<ByteVector> ech_configs_from(const Arguments& arguments) {
    const auto given = arguments.value(option_ech.name);
    if (!given) return ByteVector();
    if (auto list = read_ech_config_list(as_bytes(*given))) return *std::move(list);
    auto file = read_file(*given);
    if (!file) return file.problem();
    auto list = read_ech_config_list(file->view());
    if (!list) return misuse("--ech " + std::string(*given) + ": " + describe(list.error()));
    return *std::move(list);
}

Outcome<std::vector<EchKey>> ech_keys_from(const Arguments& arguments) {
    std::vector<EchKey> keys;
    for (const std::string_view path : arguments.values(option_ech_key.name)) {
        auto file = read_secret_file(path);
        if (!file) return file.problem();
        auto loaded = EchKey::load(file->view());
        if (!loaded) return misuse("--ech-key " + std::string(path) + ": " + describe(loaded.error()));
        // Clients with an old config are pointed to the newest key alone.
        for (const EchKey& key : *loaded) keys.push_back(keys.empty() ? key : key.retired());
    }
    return keys;
}

std::string advice_after_rejection(const Negotiated& negotiated) {
    if (negotiated.ech_retry_configs.empty())
        return "\nthe server has no Encrypted Client Hello any more: leave --ech out, and the network sees "
               "its "
               "name";
    return "\nthe server's config is another one now: --ech " + as_base64(negotiated.ech_retry_configs);
}

const Verb cert_make_ech_key_verb{&usage, make_key};

} // namespace pavise::cli
