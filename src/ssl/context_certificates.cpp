// SSLContext: certificates, keys and trust.
#include "base/der.hpp"
#include "base/pem.hpp"
#include "crypto/pkcs12.hpp"
#include "handshake/credential.hpp"
#include "ssl/certificate_dict.hpp"
#include "ssl/settings.hpp"

#include <pavise/ssl/context.hpp>

#include <algorithm>
#include <bit>
#include <filesystem>
#include <set>

namespace pavise::ssl {

namespace {

// OpenSSL's numbers of the errors that Python's users look at, outside of I/O.
constexpr int pem_lib = 524297;
constexpr int key_values_mismatch = 116;
constexpr int no_start_line = 108;
constexpr int no_certificate_or_crl_found = 136;
constexpr int ee_key_too_small = 399;
constexpr int mac_verify_failure = 113;

constexpr std::size_t longest_password = 1024; // as Python has it

SecretVector read_file(const std::string& path) {
    std::error_code ignored;
    if (std::filesystem::is_directory(path, ignored)) raise_os_error(EISDIR, path);
    auto contents = read_credential_file(path);
    if (contents) return *std::move(contents);
    if (contents.error().code == ErrorCode::file_not_read) raise_os_error(contents.error().detail, path);
    throw SSLError(pem_lib,
                   {.library = "SSL", .text = "PEM lib: " + path + ": " + describe(contents.error())});
}

// As OpenSSL says it when a key is loaded, and not when a peer refuses it.
[[noreturn]] void raise_key_too_small() {
    throw SSLError(ee_key_too_small,
                   {.library = "SSL", .reason = "EE_KEY_TOO_SMALL", .text = "ee key too small"});
}

[[noreturn]] void raise_chain_error(Error error) {
    if (error.code == ErrorCode::weak_certificate_key) raise_key_too_small();
    if (error.code == ErrorCode::key_does_not_match)
        throw SSLError(key_values_mismatch,
                       {.library = "X509", .reason = "KEY_VALUES_MISMATCH", .text = "key values mismatch"});
    throw SSLError(pem_lib, {.library = "SSL", .text = "PEM lib: " + describe(error)});
}

std::string text_of(const Password& password) {
    std::string text;
    if (const auto* value = std::get_if<std::string>(&password)) text = *value;
    if (const auto* callback = std::get_if<2>(&password); callback != nullptr && *callback)
        text = (*callback)();
    if (text.size() > longest_password)
        throw ValueError("password cannot be longer than " + std::to_string(longest_password) + " bytes");
    return text;
}

// PFX ::= SEQUENCE { version INTEGER {v3(3)}, … } (RFC 7292 §4); a certificate begins with another SEQUENCE.
bool is_pkcs12(Bytes file) {
    if (looks_like_pem(file)) return false;
    der::Reader outer(file);
    auto fields = outer.sequence();
    if (!fields) return false;
    const auto version = fields->small_integer();
    constexpr std::uint64_t v3 = 3;
    return version && *version == v3;
}

// A file with its key and its chain, under one password; none given is the empty one.
Credential load_pkcs12(Bytes file, const Password& password) {
    std::string text = text_of(password);
    const auto contents =
        crypto::read_pkcs12(file, [&]() -> Result<SecretVector> { return SecretVector(as_bytes(text)); });
    secure_wipe(text.data(), text.size());
    if (!contents && contents.error().code == ErrorCode::key_password_wrong)
        throw SSLError(mac_verify_failure,
                       {.library = "PKCS12", .reason = "MAC_VERIFY_FAILURE", .text = "mac verify failure"});
    if (!contents) raise_chain_error(contents.error());
    std::string chain;
    for (const ByteVector& certificate : contents->certificates)
        chain += write_pem("CERTIFICATE", certificate);
    auto credential = Credential::load(as_bytes(chain), contents->private_key_info.view());
    if (!credential) raise_chain_error(credential.error());
    return *std::move(credential);
}

Credential load_credential(Bytes certificates, Bytes key, const Password& password) {
    // A value that is too long is an error even where it is not needed.
    if (password.index() == 1) (void)text_of(password);
    if (is_pkcs12(certificates)) return load_pkcs12(certificates, password);
    auto credential = Credential::load(certificates, key);
    if (!credential && credential.error().code == ErrorCode::key_password_needed && password.index() != 0) {
        std::string text = text_of(password);
        credential = Credential::load(certificates, key, text);
        secure_wipe(text.data(), text.size());
    }
    if (!credential) raise_chain_error(credential.error());
    return *std::move(credential);
}

// Of an RSA key (RFC 8017 A.1.1); nothing for others.
std::optional<std::size_t> rsa_bits_of(const Credential& credential) {
    const auto leaf = trust::Certificate::parse(credential.data()->chain.front());
    if (!leaf) return std::nullopt;
    der::Reader outer((*leaf)->subject_public_key_info());
    auto info = outer.sequence();
    if (!info || !info->sequence()) return std::nullopt;
    const auto key = info->whole_bit_string();
    if (!key) return std::nullopt;
    der::Reader inner(*key);
    auto numbers = inner.sequence();
    if (!numbers) return std::nullopt;
    auto modulus = numbers->integer();
    if (!modulus || modulus->empty()) return std::nullopt;
    Bytes magnitude = *modulus;
    if (magnitude.front() == 0) magnitude = magnitude.subspan(1);
    return magnitude.empty()
               ? 0
               : magnitude.size() * 8 - static_cast<std::size_t>(std::countl_zero(magnitude[0]));
}

// The level may ask for more than a credential does.
void check_strength(const Settings& settings, const Credential& credential) {
    const auto bits = rsa_bits_of(credential);
    if (bits && *bits < minimum_rsa_bits(settings.security_level)) raise_key_too_small();
}

std::string key_algorithm_of(const Credential& credential) {
    const auto leaf = trust::Certificate::parse(credential.data()->chain.front());
    return leaf ? (*leaf)->public_key_algorithm().to_string() : std::string();
}

// A second pair with the same kind of key takes the place of the first; the last one is the last.
void add_credential(Settings& settings, const Credential& credential) {
    check_strength(settings, credential);
    const std::string algorithm = key_algorithm_of(credential);
    std::erase_if(settings.credentials,
                  [&](const Credential& present) { return key_algorithm_of(present) == algorithm; });
    settings.credentials.push_back(credential);
}

[[noreturn]] void raise_trust_error(Error error, const std::string& where) {
    if (error.code == ErrorCode::file_not_read) raise_os_error(error.detail, where);
    if (error.code == ErrorCode::no_certificate_found)
        throw SSLError(no_certificate_or_crl_found, {.library = "X509",
                                                     .reason = "NO_CERTIFICATE_OR_CRL_FOUND",
                                                     .text = "no certificate or crl found: " + where});
    throw SSLError(pem_lib, {.library = "X509", .text = "PEM lib: " + where + ": " + describe(error)});
}

void add_cadata(trust::TrustStore::Builder& builder, const VerifyLocations& locations) {
    if (const auto* pem = std::get_if<std::string>(&locations.cadata)) {
        if (pem->empty()) throw ValueError("Empty certificate data");
        const auto added = builder.add_pem(*pem);
        if (added) return;
        if (added.error().code == ErrorCode::no_certificate_found)
            throw SSLError("no start line: cadata does not contain a certificate");
        raise_trust_error(added.error(), "cadata");
    }
    if (const auto* der = std::get_if<ByteVector>(&locations.cadata)) {
        if (der->empty()) throw ValueError("Empty certificate data");
        const auto added = builder.add_der(*der);
        if (!added && added.error().code == ErrorCode::certificate_not_read && added.error().detail == 1)
            throw SSLError("not enough data: cadata does not contain a certificate");
        if (!added) raise_trust_error(added.error(), "cadata");
    }
}

trust::TrustStorePtr built(const trust::TrustStore::Builder& builder) {
    auto store = builder.build();
    if (!store) throw SSLError(describe(store.error()));
    return *std::move(store);
}

// What a verifier takes for an authority: it says so, or is so old that it cannot.
bool is_authority(const trust::Certificate& certificate) {
    return certificate.is_ca() || (certificate.version() == 1 && certificate.self_signed());
}

// Those of a capath count once they were needed, as with OpenSSL.
template <class Visit> void visit_trusted(const ContextState& state, Visit visit) {
    const auto settings = state.settings();
    std::set<trust::Fingerprint> seen;
    const auto once = [&](const trust::CertificatePtr& certificate) {
        if (seen.insert(certificate->fingerprint()).second) visit(certificate);
    };
    std::ranges::for_each(settings->trust->certificates(), once);
    for (const auto& directory : settings->trust->directories())
        std::ranges::for_each(directory->loaded(), once);
}

Result<DhParameters> parse_dh_parameters(Bytes der) {
    der::Reader outer(der);
    PAVISE_LET(der::Reader parameters, outer.sequence());
    PAVISE_LET(const Bytes prime, parameters.integer());
    PAVISE_LET(const Bytes generator, parameters.integer());
    const auto magnitude = [](Bytes number) {
        return ByteVector(std::ranges::find_if(number, [](std::uint8_t byte) { return byte != 0; }),
                          number.end());
    };
    return DhParameters{magnitude(prime), magnitude(generator)};
}

} // namespace

void SSLContext::load_cert_chain(const std::string& certfile, const CertChainOptions& options) {
    const SecretVector certificates = read_file(certfile);
    const SecretVector key = options.keyfile ? read_file(*options.keyfile) : certificates.clone();
    const Credential credential = load_credential(certificates.view(), key.view(), options.password);
    state_->change([&](Settings& settings) { add_credential(settings, credential); });
}

void SSLContext::load_cert_chain_from_memory(BytesLike certificates, BytesLike key,
                                             const Password& password) {
    const Credential credential = load_credential(certificates.view(), key.view(), password);
    state_->change([&](Settings& settings) { add_credential(settings, credential); });
}

void SSLContext::set_ocsp_response(BytesLike der) {
    const ByteVector response(der.view().begin(), der.view().end());
    state_->change([&](Settings& settings) {
        if (settings.credentials.empty()) throw ValueError("there is no certificate to staple a response to");
        std::vector<ByteVector> responses;
        if (!response.empty()) responses.push_back(response);
        auto stapled = settings.credentials.back().with_ocsp_responses(std::move(responses));
        if (!stapled) throw SSLError(describe(stapled.error()));
        settings.credentials.back() = *std::move(stapled);
    });
}

void SSLContext::load_verify_locations(const VerifyLocations& locations) {
    if (!locations.cafile && !locations.capath && locations.cadata.index() == 0)
        throw TypeError("cafile, capath and cadata cannot be all omitted");
    state_->change([&](Settings& settings) {
        trust::TrustStore::Builder builder(*settings.trust);
        if (locations.cafile) {
            (void)read_file(*locations.cafile); // says which file and why
            const auto added = builder.add_file(*locations.cafile);
            if (!added) raise_trust_error(added.error(), *locations.cafile);
        }
        add_cadata(builder, locations);
        if (locations.capath) builder.add_hashed_directory(*locations.capath);
        settings.trust = built(builder);
    });
}

void SSLContext::set_default_verify_paths() {
    state_->change([&](Settings& settings) {
        trust::TrustStore::Builder builder(*settings.trust);
        const trust::TrustLocations locations = trust::system_trust_locations();
        // As with OpenSSL, no error is returned where nothing is to be found.
        if (locations.directories.empty())
            (void)builder.add_system();
        else if (!locations.file.empty())
            (void)builder.add_file(locations.file);
        for (const std::string& directory : locations.directories) builder.add_hashed_directory(directory);
        settings.trust = built(builder);
    });
}

void SSLContext::load_default_certs(Purpose /*purpose*/) {
    set_default_verify_paths();
}

std::vector<CertificateDict> SSLContext::get_ca_certs() const {
    std::vector<CertificateDict> out;
    visit_trusted(*state_, [&](const trust::CertificatePtr& certificate) {
        if (is_authority(*certificate)) out.push_back(dict_of(*certificate));
    });
    return out;
}

std::vector<ByteVector> SSLContext::get_ca_certs_der() const {
    std::vector<ByteVector> out;
    visit_trusted(*state_, [&](const trust::CertificatePtr& certificate) {
        if (is_authority(*certificate))
            out.emplace_back(certificate->der().begin(), certificate->der().end());
    });
    return out;
}

CertStoreStats SSLContext::cert_store_stats() const {
    CertStoreStats stats;
    visit_trusted(*state_, [&](const trust::CertificatePtr& certificate) {
        ++stats.x509;
        if (is_authority(*certificate)) ++stats.x509_ca;
    });
    const auto settings = state_->settings();
    stats.crl = settings->trust->crls().size();
    for (const auto& directory : settings->trust->directories()) stats.crl += directory->loaded_crls().size();
    return stats;
}

void SSLContext::load_dh_params(const std::string& dhfile) {
    const SecretVector contents = read_file(dhfile);
    const auto blocks = read_pem(as_text(contents.view()));
    const PemBlock* block = nullptr;
    if (blocks)
        for (const PemBlock& candidate : *blocks)
            if (block == nullptr && candidate.label == "DH PARAMETERS") block = &candidate;
    if (block == nullptr)
        throw SSLError(no_start_line, {.library = "PEM", .reason = "NO_START_LINE", .text = "no start line"});
    auto parameters = parse_dh_parameters(block->contents.view());
    if (!parameters)
        throw SSLError(pem_lib, {.library = "PEM", .text = "PEM lib: " + describe(parameters.error())});
    state_->change([&](Settings& settings) { settings.dh_parameters = *std::move(parameters); });
}

} // namespace pavise::ssl
