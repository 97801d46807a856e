// pavise cert …: certificates to look at, and an authority and leaves for development.
#include "cli/cert.hpp"

#include "cli/delegated.hpp"
#include "cli/describe.hpp"
#include "cli/files.hpp"
#include "cli/report_json.hpp"
#include "cli/verb.hpp"

#include "base/pem.hpp"
#include "trust/mint.hpp"
#include "trust/name_match.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include <unistd.h>

namespace pavise::cli {

namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t longest_validity = 36500; // days
constexpr std::uint64_t default_ca_validity = 3650;
// Apple and others refuse a server's certificate that is valid for longer than 825 days, whoever issued it.
constexpr std::uint64_t default_leaf_validity = 365;

// RFC 5280 appendix A.1: ub-common-name. It counts characters; bytes are no fewer.
constexpr std::size_t longest_common_name = 64;

struct KeyTypeName {
    std::string_view name;
    crypto::KeyType type;
};
constexpr std::array key_types{
    KeyTypeName{"p256", crypto::KeyType::ecdsa_p256}, KeyTypeName{"p384", crypto::KeyType::ecdsa_p384},
    KeyTypeName{"p521", crypto::KeyType::ecdsa_p521}, KeyTypeName{"ed25519", crypto::KeyType::ed25519},
    KeyTypeName{"rsa", crypto::KeyType::rsa},         KeyTypeName{"rsa-pss", crypto::KeyType::rsa_pss},
};

constexpr Option option_out{"--out", "FILE", "where the certificate goes (PEM)", Occurs::exactly_once};
constexpr Option option_key_out{"--key-out", "FILE",
                                "where its private key goes (PEM, PKCS#8, readable by you alone)",
                                Occurs::exactly_once};
Outcome<trust::CertificateSpec> spec_from(const Arguments& arguments, std::uint64_t default_days) {
    auto type = key_type_from(arguments);
    if (!type) return type.problem();
    auto days = arguments.number("--days", 1, longest_validity, default_days);
    if (!days) return days.problem();
    trust::CertificateSpec spec;
    spec.key_type = *type;
    spec.not_before = made_valid_from();
    spec.not_after = spec.not_before + std::chrono::hours(24 * *days);
    return spec;
}

Outcome<Exit> write_out(const Arguments& arguments, const trust::Minted& minted) {
    const std::string_view out = *arguments.value("--out");
    const std::string_view key_out = *arguments.value("--key-out");
    if (out == key_out) return misuse("--out and --key-out name the same file: " + std::string(out));
    // Before anything is written: there are both files afterwards, or neither.
    for (const std::string_view path : {key_out, out})
        if (auto obstacle = obstacle_to_new_file(path)) return *std::move(obstacle);
    // The key first: a certificate without its key is of no use.
    auto pem = minted.key->pkcs8_pem();
    if (!pem) return not_made("the certificate", pem.error());
    auto key = write_new_file(key_out, *pem, Readers::owner);
    secure_wipe(pem->data(), pem->size());
    if (!key) return key.problem();
    auto certificate = write_new_file(out, minted.certificate_pem(), Readers::everybody);
    if (!certificate) {
        (void)::unlink(std::string(key_out).c_str());
        return certificate.problem();
    }
    const std::string text = description_of_chain(std::span(&minted.der, 1)) + "written to " +
                             std::string(out) + ", its key to " + std::string(key_out) + "\n";
    std::fwrite(text.data(), 1, text.size(), stdout);
    return Exit::ok;
}

// ---- cert make-ca

constexpr std::array ca_options{
    option_out,
    option_key_out,
    Option{"--name", "NAME", "the authority's common name (Development authority)"},
    Option{"--days", "N", "how long it is valid (3650)"},
    option_key_type,
};
constexpr Usage ca_usage{
    "cert make-ca",
    "make a certification authority for development",
    {},
    ca_options,
    "Whoever has its key can be anybody towards those who trust it: keep it on your machine."};

Outcome<Exit> make_ca(const Arguments& arguments) {
    auto spec = spec_from(arguments, default_ca_validity);
    if (!spec) return spec.problem();
    spec->common_name = arguments.value("--name").value_or("Development authority");
    if (spec->common_name.empty() || spec->common_name.size() > longest_common_name)
        return misuse("--name: an authority's name has 1 to " + std::to_string(longest_common_name) +
                      " bytes");
    spec->role = trust::MintRole::authority;
    const auto minted = trust::mint_self_signed(*spec, system_rng());
    if (!minted) return not_made("the certificate", minted.error());
    return write_out(arguments, *minted);
}

// ---- cert make-leaf

constexpr std::array leaf_options{
    option_out,
    option_key_out,
    Option{"--ca", "FILE", "the issuing authority's certificate", Occurs::exactly_once},
    Option{"--ca-key", "FILE", "the issuing authority's private key", Occurs::exactly_once},
    Option{"--name", "NAME", "a DNS name or IP address that it is for: localhost, 127.0.0.1, '*.example.org'",
           Occurs::any_number},
    Option{"--days", "N", "how long it is valid (365)"},
    Option{"--may-delegate", "",
           "let it sign delegated credentials (RFC 9345): 'pavise cert make-delegated'"},
    option_key_type,
};
constexpr Usage leaf_usage{"cert make-leaf",
                           "make a certificate for a server or a client, issued by your authority",
                           {},
                           leaf_options,
                           ""};

// The certificates of a PEM file, or the one of a DER file.
Outcome<std::vector<ByteVector>> certificates_in(std::string_view path) {
    auto file = read_file(path);
    if (!file) return file.problem();
    std::vector<ByteVector> out;
    if (file->view().empty()) return misuse(std::string(path) + ": the file is empty");
    if (!looks_like_pem(file->view())) {
        out.emplace_back(file->view().begin(), file->view().end());
        return out;
    }
    const auto blocks = read_pem(as_text(file->view()));
    if (!blocks) return misuse(std::string(path) + ": " + describe(blocks.error()));
    for (const PemBlock& block : *blocks) {
        if (block.label == "CERTIFICATE")
            out.emplace_back(block.contents.view().begin(), block.contents.view().end());
    }
    if (out.empty()) return misuse(std::string(path) + ": there is no certificate in it");
    return out;
}

Outcome<trust::Minted> authority_from(const Arguments& arguments) {
    const std::string ca(*arguments.value("--ca"));
    const std::string ca_key(*arguments.value("--ca-key"));
    auto chain = certificates_in(ca);
    if (!chain) return chain.problem();
    auto file = read_secret_file(ca_key);
    if (!file) return file.problem();
    auto certificate = trust::Certificate::parse(chain->front());
    if (!certificate) return misuse(ca + ": " + describe(certificate.error()));
    if (!(*certificate)->is_ca()) return misuse(ca + ": is not the certificate of an authority");
    auto key = crypto::load_signing_key(file->view());
    if (!key) return misuse(ca_key + ": " + describe(key.error()));
    if (!std::ranges::equal((*key)->subject_public_key_info(), (*certificate)->subject_public_key_info()))
        return misuse(ca_key + ": " + describe(Error{ErrorCode::key_does_not_match}) + ": " + ca);
    return trust::Minted{*std::move(certificate), chain->front(), *std::move(key)};
}

// As a certificate has it: without the dot of the root (RFC 5280 §4.2.1.6, RFC 1034 §3.5).
std::string_view without_root(std::string_view name) {
    if (name.ends_with('.')) name.remove_suffix(1);
    return name;
}

bool is_dns_name(std::string_view name) {
    if (name.starts_with("*.")) name.remove_prefix(2);
    return trust::ReferenceName::from_dns_name(name).has_value();
}

Outcome<Exit> make_leaf(const Arguments& arguments) {
    auto spec = spec_from(arguments, default_leaf_validity);
    if (!spec) return spec.problem();
    const auto names = arguments.values("--name");
    if (names.empty()) return misuse("a certificate needs the names that it is for: --name localhost");
    const std::string_view first = without_root(names.front());
    spec->common_name = first.size() <= longest_common_name ? first : "Development certificate";
    for (const std::string_view given : names) {
        const std::string_view name = without_root(given);
        const auto reference = trust::ReferenceName::from_host(name);
        if (reference && reference->kind() == trust::ReferenceName::Kind::ip)
            spec->names.push_back(trust::MintName::ip(name));
        else if (is_dns_name(name))
            spec->names.push_back(trust::MintName::dns(name));
        else
            return misuse("--name '" + std::string(given) + "': neither a DNS name nor an IP address");
    }
    if (arguments.has("--may-delegate")) spec->extensions.push_back(delegation_usage());
    auto authority = authority_from(arguments);
    if (!authority) return authority.problem();
    const auto minted = trust::mint(*spec, *authority, system_rng());
    if (!minted) return not_made("the certificate", minted.error());
    return write_out(arguments, *minted);
}

// ---- cert show

constexpr std::array show_operands{Operand{"FILE", "certificates in PEM or DER"}};
constexpr std::array show_options{
    Option{"--host", "NAME", "say whether the first certificate is for this host"},
    Option{"--json", "", "as one JSON object"}};
constexpr Usage show_usage{"cert show", "print certificates", show_operands, show_options,
                           "exit status: 4 where the certificate is not for --host"};

Outcome<Exit> show(const Arguments& arguments) {
    const std::string path(arguments.operand(0));
    auto chain = certificates_in(path);
    if (!chain) return chain.problem();
    const auto first = trust::Certificate::parse(chain->front());
    if (!first) return misuse(path + ": " + describe(first.error()));
    const std::string host(arguments.value("--host").value_or(""));
    const bool asked = arguments.has("--host");
    Status matched;
    if (asked) {
        const auto reference = trust::ReferenceName::from_host(host);
        if (!reference) return misuse("--host '" + host + "': " + describe(reference.error()));
        matched = trust::match_name(**first, *reference);
    }
    std::string text = description_of_chain(*chain);
    if (asked && matched) text += "it is for '" + host + "'\n";
    if (arguments.has("--json")) {
        std::optional<NameVerdict> verdict;
        if (asked) verdict = NameVerdict{host, matched.has_value()};
        text = certificates_in_json(path, *chain, verdict);
    }
    std::fwrite(text.data(), 1, text.size(), stdout);
    if (!matched) return Problem{Exit::certificate, path + ": '" + host + "': " + describe(matched.error())};
    return Exit::ok;
}

} // namespace

Outcome<crypto::KeyType> key_type_from(const Arguments& arguments) {
    const std::string_view name = arguments.value("--key-type").value_or("p256");
    const auto row = std::ranges::find(key_types, name, &KeyTypeName::name);
    if (row != key_types.end()) return row->type;
    return misuse("--key-type wants p256, p384, p521, ed25519, rsa or rsa-pss, not '" + std::string(name) +
                  "'");
}

Timestamp made_valid_from() {
    return system_clock().now() - 1h;
}

Problem not_made(std::string_view what, Error error) {
    return {Exit::usage, std::string(what) + " cannot be made: " + describe(error)};
}

const Verb cert_make_ca_verb{&ca_usage, make_ca};
const Verb cert_make_leaf_verb{&leaf_usage, make_leaf};
const Verb cert_show_verb{&show_usage, show};

} // namespace pavise::cli
