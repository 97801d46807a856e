// pavise cert make-delegated, and the options that go with it.
#include "cli/delegated.hpp"

#include "base/pem.hpp"
#include "cli/cert.hpp"
#include "cli/config_options.hpp"
#include "cli/describe.hpp"
#include "cli/files.hpp"
#include "cli/verb.hpp"
#include "crypto/signature_scheme.hpp"
#include "crypto/signing_key.hpp"
#include "engine/delegated_credential.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace pavise::cli {

namespace {

constexpr std::string_view pem_label = "DELEGATED CREDENTIAL";

constexpr std::uint64_t longest_validity = 7; // days (RFC 9345 §4.1.3)
constexpr std::uint64_t default_validity = 3;

// ---- cert make-delegated

constexpr Option option_for{"--for", "ROLE", "who uses it: server (the default) or client"};

constexpr std::array options{
    Option{"--cert", "FILE", "the certificate chain that it stands in for, the leaf first",
           Occurs::exactly_once},
    Option{"--key", "FILE", "the certificate's private key", Occurs::exactly_once},
    Option{"--out", "FILE", "where credential, key and certificates go (PEM, readable by you alone)",
           Occurs::exactly_once},
    option_for,
    Option{"--days", "N", "how long it is valid, at most 7 (3)"},
    option_key_type,
};
constexpr Usage usage{
    "cert make-delegated",
    "make a delegated credential: a key that stands in for a certificate's for a few days",
    {},
    options,
    "Whoever has FILE can be who the certificate names until it expires, and not longer: the certificate's "
    "own\n"
    "key can stay where it is. The certificate has to allow it: 'pavise cert make-leaf --may-delegate'. FILE "
    "is\n"
    "for --delegated-credential of 'pavise serve' and 'pavise connect', which show it no more once it has\n"
    "expired: what --cert and --key name takes its place then."};

Outcome<Role> role_from(const Arguments& arguments) {
    const std::string_view role = arguments.value(option_for.name).value_or("server");
    if (role == "server") return Role::server;
    if (role == "client") return Role::client;
    return misuse("--for wants server or client, not '" + std::string(role) + "'");
}

// The first that a key of this type signs with in TLS 1.3.
std::optional<SignatureScheme> scheme_for(crypto::KeyType type) {
    const std::vector<SignatureScheme> schemes = default_signature_schemes();
    const auto found = std::ranges::find_if(
        schemes, [type](SignatureScheme scheme) { return crypto::fits_tls13(scheme, type); });
    return found == schemes.end() ? std::nullopt : std::optional(*found);
}

struct Issuer {
    Credential credential;
    ByteVector chain; // as it is in its file
    SignatureScheme scheme{};
};

Outcome<Issuer> issuer_from(const Arguments& arguments) {
    const std::string_view path = *arguments.value("--cert");
    const std::string_view key_path = *arguments.value("--key");
    auto chain = read_file(path);
    if (!chain) return chain.problem();
    auto file = read_secret_file(key_path);
    if (!file) return file.problem();
    auto credential = Credential::load(chain->view(), file->view());
    if (!credential)
        return misuse("certificate " + std::string(path) + " with key " + std::string(key_path) + ": " +
                      describe(credential.error()));
    const auto key = crypto::load_signing_key(file->view());
    const auto scheme = key ? scheme_for((*key)->type()) : std::nullopt;
    if (!scheme) return misuse(std::string(key_path) + ": signs nothing in TLS 1.3");
    const Bytes bytes = chain->view();
    return Issuer{*std::move(credential), ByteVector(bytes.begin(), bytes.end()), *scheme};
}

// The certificates of a file, in PEM.
std::string chain_in_pem(Bytes file) {
    if (!looks_like_pem(file)) return write_pem("CERTIFICATE", file);
    std::string out;
    if (const auto blocks = read_pem(as_text(file)))
        for (const PemBlock& block : *blocks)
            if (block.label == "CERTIFICATE" || block.label == "X509 CERTIFICATE")
                out += write_pem("CERTIFICATE", block.contents.view());
    return out;
}

Outcome<std::monostate> write_out(std::string_view path, Bytes delegated_credential, const Issuer& issuer,
                                  const crypto::LocalSigningKey& key) {
    auto key_pem = key.pkcs8_pem();
    if (!key_pem) return not_made("the delegated credential", key_pem.error());
    std::string text = chain_in_pem(issuer.chain) + write_pem(pem_label, delegated_credential);
    text.reserve(text.size() + key_pem->size()); // what holds the key is wiped, and does not grow
    text += *key_pem;
    secure_wipe(key_pem->data(), key_pem->size());
    auto written = write_new_file(path, text, Readers::owner);
    secure_wipe(text.data(), text.size());
    return written;
}

Outcome<Exit> make_delegated(const Arguments& arguments) {
    auto role = role_from(arguments);
    if (!role) return role.problem();
    auto days = arguments.number("--days", 1, longest_validity, default_validity);
    if (!days) return days.problem();
    auto type = key_type_from(arguments);
    if (!type) return type.problem();
    if (*type == crypto::KeyType::rsa)
        return misuse("--key-type rsa: such a key must not be delegated to (RFC 9345 §4); rsa-pss may");
    auto issuer = issuer_from(arguments);
    if (!issuer) return issuer.problem();

    const auto key = crypto::generate_signing_key(*type, system_rng());
    if (!key) return not_made("the delegated credential", key.error());
    const Bytes public_key = (*key)->subject_public_key_info();
    DelegationTerms terms;
    terms.role = *role;
    terms.subject_public_key_info.assign(public_key.begin(), public_key.end());
    terms.scheme = *scheme_for(*type);
    terms.signed_with = issuer->scheme;
    terms.not_after = made_valid_from() + std::chrono::days(*days);
    const auto made = issuer->credential.delegate(terms);
    if (!made) {
        Problem problem = not_made("the delegated credential", made.error());
        if (made.error().code == ErrorCode::delegation_not_allowed)
            problem.text += "\nit needs the extension for it: 'pavise cert make-leaf --may-delegate'";
        return problem;
    }
    const std::string_view out = *arguments.value("--out");
    auto written = write_out(out, *made, *issuer, **key);
    if (!written) return written.problem();
    std::printf("a delegated credential for a %s, which signs with %s until %s, written to %s\n",
                *role == Role::server ? "server" : "client", name_of(terms.scheme).c_str(),
                to_text(terms.not_after).c_str(), std::string(out).c_str());
    return Exit::ok;
}

// ---- --delegated-credential

// What the peer will find, found here first: an old credential, say.
Status check(Bytes certificate, Bytes delegated_credential, Role role) {
    PAVISE_LET(const auto leaf, trust::Certificate::parse(certificate));
    PAVISE_LET(const auto parsed, messages::DelegatedCredential::parse(delegated_credential));
    const std::array scheme{parsed.dc_cert_verify_algorithm};
    const std::array signed_with{parsed.algorithm};
    PAVISE_TRY(engine::delegated_key(crypto::botan_provider(), *leaf, delegated_credential,
                                     {role, scheme, signed_with, system_clock().now()}));
    return {};
}

std::string_view advice_for(ErrorCode code) {
    switch (code) {
        using enum ErrorCode;
    case delegated_credential_expired:
    case delegated_credential_too_long:
        return "\nmake a new one with 'pavise cert make-delegated', and look at this machine's clock";
    case delegated_credential_signature:
        return "\nwas it made for the other role? 'pavise cert make-delegated --for client' makes one for "
               "'pavise connect'";
    default: return "";
    }
}

Outcome<Credential> read_delegated(std::string_view path, Role role) {
    auto file = read_secret_file(path);
    if (!file) return file.problem();
    const std::string name(path);
    const auto blocks = read_pem(as_text(file->view()));
    if (!blocks) return misuse(name + ": " + describe(blocks.error()));
    const auto block = std::ranges::find(*blocks, pem_label, &PemBlock::label);
    if (block == blocks->end())
        return misuse(name + ": there is no delegated credential in it\n'pavise cert make-delegated' makes "
                             "one");
    const Bytes message = block->contents.view();
    if (!messages::DelegatedCredential::parse(message))
        return misuse(name +
                      ": the delegated credential in it is malformed (RFC 9345 §4)\nmake a new one with "
                      "'pavise cert make-delegated'");
    auto credential =
        Credential::delegated(file->view(), ByteVector(message.begin(), message.end()), file->view());
    if (!credential) return misuse(name + ": " + describe(credential.error()));
    if (const Status checked = check(credential->certificate(), message, role); !checked)
        return misuse(name + ": " + describe(checked.error()) +
                      std::string(advice_for(checked.error().code)));
    return *std::move(credential);
}

} // namespace

Outcome<std::vector<Credential>> all_credentials_from(const Arguments& arguments, Role role) {
    std::vector<Credential> out;
    for (const std::string_view path : arguments.values(option_delegated.name)) {
        auto credential = read_delegated(path, role);
        if (!credential) return credential.problem();
        out.push_back(*std::move(credential));
    }
    auto own = credentials_from(arguments);
    if (!own) return own;
    out.insert(out.end(), own->begin(), own->end());
    return out;
}

std::vector<SignatureScheme> delegated_schemes_from(const Arguments& arguments,
                                                    const std::vector<SignatureScheme>& schemes) {
    std::vector<SignatureScheme> out;
    if (!arguments.has(option_accept_delegated.name)) return out;
    for (const SignatureScheme scheme : schemes) {
        const auto traits = crypto::traits_of(scheme);
        // "the public key's algorithm … MUST NOT use the rsaEncryption OID" (RFC 9345 §4)
        if (traits && traits->tls13_handshake && traits->key != crypto::KeyType::rsa) out.push_back(scheme);
    }
    return out;
}

std::optional<PeerDelegation> delegation_of(const Negotiated& negotiated) {
    if (negotiated.peer_delegated_credential.empty() || negotiated.peer_chain.empty()) return std::nullopt;
    const auto parsed = messages::DelegatedCredential::parse(negotiated.peer_delegated_credential);
    const auto leaf = trust::Certificate::parse(negotiated.peer_chain.front());
    if (!parsed || !leaf) return std::nullopt;
    return PeerDelegation{parsed->algorithm, engine::delegation_expiry(**leaf, parsed->valid_time)};
}

trust::MintExtension delegation_usage() {
    // id-pe-delegationUsage: NULL, and not critical (§4.2)
    return {"1.3.6.1.4.1.44363.44", false, {0x05, 0x00}};
}

const Verb cert_make_delegated_verb{&usage, make_delegated};

} // namespace pavise::cli
