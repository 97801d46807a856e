#include "cli/describe.hpp"

#include "cli/delegated.hpp"
#include "crypto/public_key.hpp"
#include "trust/fingerprint.hpp"
#include "trust/ocsp.hpp"

#include <array>
#include <ctime>

#include <arpa/inet.h>

namespace pavise::cli {

namespace {

void append_row(std::string& out, std::string_view name, std::string_view value) {
    constexpr std::size_t width = 14;
    out += "  ";
    out += name;
    if (name.size() < width) out += std::string(width - name.size(), ' ');
    out += ' ';
    out += value;
    out += '\n';
}

std::string text_of_address(Bytes address) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    const int family = address.size() == 4 ? AF_INET : AF_INET6;
    if (address.size() != 4 && address.size() != 16) return "(malformed address)";
    if (::inet_ntop(family, address.data(), text.data(), text.size()) == nullptr)
        return "(malformed address)";
    return text.data();
}

std::string text_of_name(const trust::GeneralName& name) {
    switch (name.kind) {
        using enum trust::GeneralNameKind;
    case dns_name: return "DNS:" + printable(name.text());
    case ip_address: return "IP:" + text_of_address(name.value);
    case rfc822_name: return "email:" + printable(name.text());
    case uniform_resource_identifier: return "URI:" + printable(name.text());
    default: return "(name of kind " + std::to_string(static_cast<int>(name.kind)) + ")";
    }
}

std::string description_of_certificate(const trust::Certificate& certificate) {
    std::string out;
    const std::string subject = certificate.subject().to_string();
    append_row(out, "subject", subject.empty() ? "(empty)" : printable(subject));
    append_row(out, "issuer", printable(certificate.issuer().to_string()));
    append_row(out, "valid", to_text(certificate.not_before()) + " to " + to_text(certificate.not_after()));
    std::string names;
    for (const std::string& name : names_of(certificate)) names += (names.empty() ? "" : ", ") + name;
    if (!names.empty()) append_row(out, "names", names);
    append_row(out, "key", key_of(certificate));
    if (certificate.is_ca()) {
        const auto& length = certificate.basic_constraints()->path_length;
        append_row(out, "authority",
                   length ? "path length " + std::to_string(*length) : "of any path length");
    }
    append_row(out, "serial number", hexadecimal(certificate.serial_number()));
    append_row(out, "SHA-256", hexadecimal(certificate.fingerprint()));
    return out;
}

} // namespace

std::string key_of(const trust::Certificate& certificate) {
    const auto key = crypto::make_public_key(certificate.subject_public_key_info());
    if (!key) return "of a type that is not supported";
    switch ((*key)->type()) {
    case crypto::KeyType::rsa: return "RSA, " + std::to_string((*key)->bits()) + " bits";
    case crypto::KeyType::rsa_pss: return "RSA-PSS, " + std::to_string((*key)->bits()) + " bits";
    case crypto::KeyType::ecdsa_p256: return "ECDSA P-256";
    case crypto::KeyType::ecdsa_p384: return "ECDSA P-384";
    case crypto::KeyType::ecdsa_p521: return "ECDSA P-521";
    case crypto::KeyType::ed25519: return "Ed25519";
    case crypto::KeyType::ed448: return "Ed448";
    case crypto::KeyType::ml_dsa_44: return "ML-DSA-44";
    case crypto::KeyType::ml_dsa_65: return "ML-DSA-65";
    case crypto::KeyType::ml_dsa_87: return "ML-DSA-87";
    }
    return {};
}

std::string hexadecimal(Bytes bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out;
    for (const std::uint8_t byte : bytes) {
        out += digits[byte >> 4];
        out += digits[byte & 15];
    }
    return out;
}

std::string printable(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        const auto next = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0u;
        // U+0080 to U+009F are control characters too: C2 80 to C2 9F in UTF-8.
        const bool c1 = byte == 0xc2 && next >= 0x80 && next < 0xa0;
        if (byte >= 0x20 && byte != 0x7f && !c1) {
            out += text[i];
            continue;
        }
        out += "\\x" + hexadecimal(as_bytes(text.substr(i, 1)));
    }
    return out;
}

std::string to_text(Timestamp time) {
    const std::time_t seconds = std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
    std::tm parts{};
    if (::gmtime_r(&seconds, &parts) == nullptr) return "(out of range)";
    std::array<char, 64> text{};
    const std::size_t length = std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S UTC", &parts);
    return std::string(text.data(), length);
}

std::string summary_of(const Negotiated& negotiated) {
    std::string out = name_of(negotiated.version) + ", " + name_of(negotiated.cipher_suite);
    if (negotiated.group) out += ", " + name_of(*negotiated.group);
    if (!negotiated.server_name.empty()) out += ", for " + printable(negotiated.server_name);
    if (!negotiated.alpn_protocol.empty()) out += ", " + printable(negotiated.alpn_protocol);
    return out;
}

std::string description_of(const Negotiated& negotiated) {
    std::string out;
    append_row(out, "version", name_of(negotiated.version));
    append_row(out, "cipher suite", name_of(negotiated.cipher_suite));
    if (negotiated.group)
        append_row(out, "group",
                   name_of(*negotiated.group) +
                       (negotiated.hello_retry ? " (after a HelloRetryRequest)" : ""));
    if (negotiated.peer_signature) append_row(out, "peer signed", name_of(*negotiated.peer_signature));
    if (const auto delegation = delegation_of(negotiated))
        append_row(out, "delegated by",
                   name_of(delegation->signed_with) + " of its certificate, until " +
                       to_text(delegation->not_after));
    if (negotiated.local_signature) append_row(out, "we signed", name_of(*negotiated.local_signature));
    append_row(out, "session", negotiated.resumed ? "resumed" : "new");
    if (!negotiated.psk_identity.empty())
        append_row(out, "PSK identity", printable(as_text(negotiated.psk_identity)));
    append_row(out, "ALPN",
               negotiated.alpn_protocol.empty() ? "(none)" : printable(negotiated.alpn_protocol));
    if (!negotiated.server_name.empty()) append_row(out, "server name", printable(negotiated.server_name));
    if (negotiated.early_data != EarlyDataStatus::not_offered)
        append_row(out, "early data",
                   negotiated.early_data == EarlyDataStatus::accepted ? "accepted" : "rejected");
    if (negotiated.ech == EchStatus::accepted) append_row(out, "encrypted hello", "accepted");
    return out;
}

namespace {

template <class Der> std::string description_of_each(std::span<const Der> chain) {
    std::string out;
    for (std::size_t i = 0; i < chain.size(); ++i) {
        out += "certificate " + std::to_string(i) + "\n";
        const auto certificate = trust::Certificate::parse(chain[i]);
        if (certificate)
            out += description_of_certificate(**certificate);
        else
            out += "  (" + describe(certificate.error()) + ")\n";
    }
    return out;
}

} // namespace

std::string description_of_chain(std::span<const SharedBytes> chain) {
    return description_of_each(chain);
}

std::string description_of_chain(std::span<const ByteVector> chain) {
    return description_of_each(chain);
}

std::vector<std::string> names_of(const trust::Certificate& certificate) {
    std::vector<std::string> names;
    for (const trust::GeneralName& name : certificate.subject_alternative_names())
        names.push_back(text_of_name(name));
    return names;
}

std::string description_of_peer(const Negotiated& negotiated) {
    if (negotiated.peer_certificate_type != CertificateType::raw_public_key)
        return description_of_chain(negotiated.peer_chain);
    std::string out = "raw public key\n";
    for (const SharedBytes& key : negotiated.peer_chain) {
        const auto digest = trust::sha256(key);
        append_row(out, "SHA-256", digest ? hexadecimal(*digest) : describe(digest.error()));
    }
    return out;
}

std::string verdict_on_staple(const Negotiated& negotiated, Timestamp time) {
    if (negotiated.ocsp_response.empty()) return "(none)";
    trust::VerifiedChain chain;
    for (const SharedBytes& der : negotiated.verified_chain)
        if (auto certificate = trust::Certificate::parse(der)) chain.certificates.push_back(*certificate);
    if (chain.certificates.size() < 2) return "not judged: no issuer was verified";
    const Status verdict = trust::check_ocsp_response(negotiated.ocsp_response, chain, 0, time);
    return verdict ? "good" : "NOT good: " + describe(verdict.error());
}

std::string row(std::string_view name, std::string_view value) {
    std::string out;
    append_row(out, name, value);
    return out;
}

std::string in_words(Error error) {
    if (blame_of(error) != Blame::certificate || error.detail == 0) return describe(error);
    return describe(Error{error.code}) + "; it is certificate " + std::to_string(error.detail) +
           " of the chain";
}

} // namespace pavise::cli
