#include "trust/mint.hpp"

#include "base/pem.hpp"
#include "trust/fingerprint.hpp"
#include "trust/oids.hpp"
#include "trust/signed_object.hpp"

#include <algorithm>
#include <arpa/inet.h>

namespace pavise::trust {

namespace {

// What identifies the issuer to the certificates below it.
struct IssuerView {
    Bytes name; // DER
    Bytes key_identifier;
    const crypto::SigningKey& key;
};

// One extension to be written, before it is known whether the spec replaces it.
MintExtension extension(std::string id, ByteVector value) {
    return {std::move(id), false, std::move(value)};
}
MintExtension critical_extension(std::string id, ByteVector value) {
    return {std::move(id), true, std::move(value)};
}

template <class Body> ByteVector encode(Body&& body) {
    ByteVector out;
    {
        der::Writer writer(out);
        body(writer);
    }
    return out;
}

ByteVector encode_name(const CertificateSpec& spec) {
    if (!spec.subject.empty()) return spec.subject;
    return encode([&](der::Writer& writer) {
        const auto name = writer.sequence();
        const auto attribute = [&](std::string_view type, std::string_view value) {
            if (value.empty()) return;
            const auto set = writer.open(der::Tag::set);
            const auto fields = writer.sequence();
            writer.oid(type);
            writer.primitive(der::Tag::utf8_string, as_bytes(value));
        };
        attribute("2.5.4.10", spec.organization);
        attribute("2.5.4.3", spec.common_name);
    });
}

void write_general_name(der::Writer& writer, const MintName& name) {
    const auto number = static_cast<unsigned>(name.kind);
    const bool constructed =
        name.kind == GeneralNameKind::other_name || name.kind == GeneralNameKind::x400_address ||
        name.kind == GeneralNameKind::directory_name || name.kind == GeneralNameKind::edi_party_name;
    writer.primitive(constructed ? der::context_constructed(number) : der::context(number), name.value);
}

ByteVector encode_names(const std::vector<MintName>& names) {
    return encode([&](der::Writer& writer) {
        const auto list = writer.sequence();
        for (const MintName& name : names) write_general_name(writer, name);
    });
}

// A named bit list without its trailing zeros (X.690 §11.2.2).
ByteVector encode_key_usage(const std::vector<KeyUsage>& usages) {
    ByteVector bits;
    unsigned last = 0;
    for (const KeyUsage usage : usages) {
        const auto bit = static_cast<unsigned>(usage);
        bits.resize(std::max<std::size_t>(bits.size(), bit / 8 + 1));
        bits[bit / 8] = static_cast<std::uint8_t>(bits[bit / 8] | 0x80u >> (bit % 8));
        last = std::max(last, bit);
    }
    bits.insert(bits.begin(), static_cast<std::uint8_t>(bits.empty() ? 0 : 7 - last % 8));
    return encode([&](der::Writer& writer) { writer.primitive(der::Tag::bit_string, bits); });
}

ByteVector encode_oids(const std::vector<std::string>& oids) {
    return encode([&](der::Writer& writer) {
        const auto list = writer.sequence();
        for (const std::string& oid : oids) writer.oid(oid);
    });
}

ByteVector encode_basic_constraints(const CertificateSpec& spec) {
    return encode([&](der::Writer& writer) {
        const auto fields = writer.sequence();
        if (spec.role == MintRole::authority) writer.boolean_true();
        if (spec.path_length) writer.integer(*spec.path_length);
    });
}

ByteVector encode_information_access(const CertificateSpec& spec) {
    return encode([&](der::Writer& writer) {
        const auto list = writer.sequence();
        const auto describe = [&](std::string_view method, const std::vector<std::string>& urls) {
            for (const std::string& url : urls) {
                const auto description = writer.sequence();
                writer.primitive(der::Tag::oid, as_bytes(method));
                write_general_name(writer, MintName::uri(url));
            }
        };
        describe(oids::access_ocsp, spec.ocsp_urls);
        describe(oids::access_ca_issuers, spec.ca_issuer_urls);
    });
}

ByteVector encode_distribution_points(const std::vector<std::string>& urls) {
    return encode([&](der::Writer& writer) {
        const auto list = writer.sequence();
        for (const std::string& url : urls) {
            const auto point = writer.sequence();
            const auto name = writer.open(der::context_constructed(0));
            const auto full_name = writer.open(der::context_constructed(0));
            write_general_name(writer, MintName::uri(url));
        }
    });
}

ByteVector encode_name_constraints(const CertificateSpec& spec) {
    return encode([&](der::Writer& writer) {
        const auto fields = writer.sequence();
        const auto subtrees = [&](unsigned number, const std::vector<std::string>& names) {
            if (names.empty()) return;
            const auto list = writer.open(der::context_constructed(number));
            for (const std::string& name : names) {
                const auto subtree = writer.sequence();
                write_general_name(writer, MintName::dns(name));
            }
        };
        subtrees(0, spec.permitted_dns);
        subtrees(1, spec.excluded_dns);
    });
}

// SEQUENCE { INTEGER 5 }: status_request (RFC 7633 §4).
ByteVector encode_must_staple() {
    return encode([](der::Writer& writer) {
        const auto features = writer.sequence();
        writer.integer(5);
    });
}

// The first 20 bytes of SHA-256 over the key (RFC 7093 §2, method 1, over the whole of SubjectPublicKeyInfo).
Result<ByteVector> key_identifier_of(const crypto::SigningKey& key) {
    constexpr std::size_t size = 20;
    PAVISE_LET(const Fingerprint digest, sha256(key.subject_public_key_info()));
    return ByteVector(digest.begin(), digest.begin() + size);
}

void add_usages(std::vector<MintExtension>& out, const CertificateSpec& spec) {
    const bool authority = spec.role == MintRole::authority;
    const std::vector<KeyUsage> usages =
        spec.key_usages.value_or(authority ? std::vector{KeyUsage::key_cert_sign, KeyUsage::crl_sign}
                                           : std::vector{KeyUsage::digital_signature});
    if (!usages.empty()) out.push_back(critical_extension("2.5.29.15", encode_key_usage(usages)));
    const std::vector<std::string> purposes = spec.extended_key_usages.value_or(
        authority ? std::vector<std::string>{}
                  : std::vector<std::string>{"1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"});
    if (!purposes.empty()) out.push_back(extension("2.5.29.37", encode_oids(purposes)));
}

std::vector<MintExtension> own_extensions(const CertificateSpec& spec, Bytes key_identifier,
                                          Bytes issuer_identifier) {
    std::vector<MintExtension> out;
    if (spec.role == MintRole::authority)
        out.push_back(critical_extension("2.5.29.19", encode_basic_constraints(spec)));
    add_usages(out, spec);
    out.push_back(extension("2.5.29.14", encode([&](der::Writer& writer) {
                                writer.primitive(der::Tag::octet_string, key_identifier);
                            })));
    if (!issuer_identifier.empty())
        out.push_back(extension("2.5.29.35", encode([&](der::Writer& writer) {
                                    const auto fields = writer.sequence();
                                    writer.primitive(der::context(0), issuer_identifier);
                                })));
    if (!spec.names.empty()) out.push_back(extension("2.5.29.17", encode_names(spec.names)));
    if (!spec.ocsp_urls.empty() || !spec.ca_issuer_urls.empty())
        out.push_back(extension("1.3.6.1.5.5.7.1.1", encode_information_access(spec)));
    if (!spec.crl_urls.empty())
        out.push_back(extension("2.5.29.31", encode_distribution_points(spec.crl_urls)));
    if (!spec.permitted_dns.empty() || !spec.excluded_dns.empty())
        out.push_back(critical_extension("2.5.29.30", encode_name_constraints(spec)));
    if (spec.must_staple) out.push_back(extension("1.3.6.1.5.5.7.1.24", encode_must_staple()));
    return out;
}

// Ours, with what the spec omits, replaces and adds.
std::vector<MintExtension> all_extensions(const CertificateSpec& spec, std::vector<MintExtension> own) {
    std::erase_if(own,
                  [&](const MintExtension& item) { return std::ranges::count(spec.omitted, item.id) != 0; });
    for (const MintExtension& wanted : spec.extensions) {
        const auto same = std::ranges::find(own, wanted.id, &MintExtension::id);
        if (same != own.end())
            *same = wanted;
        else
            own.push_back(wanted);
    }
    return own;
}

void write_extensions(der::Writer& writer, const std::vector<MintExtension>& extensions) {
    const auto tagged = writer.open(der::context_constructed(3));
    const auto list = writer.sequence();
    for (const MintExtension& item : extensions) {
        const auto fields = writer.sequence();
        writer.oid(item.id);
        if (item.critical) writer.boolean_true();
        writer.primitive(der::Tag::octet_string, item.value);
    }
}

// Positive and not zero, with at least 64 bits from the generator (RFC 5280 §4.1.2.2, CA/Browser Forum 7.1).
Result<ByteVector> serial_number(const CertificateSpec& spec, Rng& rng) {
    if (!spec.serial_number.empty()) return spec.serial_number;
    ByteVector serial(16);
    PAVISE_TRY(rng.fill(serial));
    serial[0] = static_cast<std::uint8_t>((serial[0] & 0x7f) | 0x40);
    return serial;
}

Result<Minted> mint_under(const CertificateSpec& spec, MintKey key, const IssuerView& issuer, Rng& rng) {
    PAVISE_LET(const ByteVector serial, serial_number(spec, rng));
    PAVISE_LET(const ByteVector identifier, key_identifier_of(*key));
    const auto extensions = all_extensions(spec, own_extensions(spec, identifier, issuer.key_identifier));
    const auto write_tbs = [&](ByteVector& out, Bytes algorithm) {
        der::Writer writer(out);
        const auto tbs = writer.sequence();
        if (!spec.version_1) {
            const auto version = writer.open(der::context_constructed(0));
            writer.integer(2);
        }
        writer.unsigned_integer(serial);
        writer.raw(algorithm);
        writer.raw(issuer.name);
        {
            const auto validity = writer.sequence();
            write_time(writer, spec.not_before);
            write_time(writer, spec.not_after);
        }
        writer.raw(encode_name(spec));
        writer.raw(key->subject_public_key_info());
        if (!spec.version_1) write_extensions(writer, extensions);
    };
    PAVISE_LET(ByteVector der, sign_object(issuer.key, spec.signature_algorithm, rng, write_tbs));
    Minted minted;
    if (auto certificate = Certificate::parse(der)) minted.certificate = std::move(*certificate);
    minted.der = std::move(der);
    minted.key = std::move(key);
    return minted;
}

Result<MintKey> key_for(const CertificateSpec& spec, Rng& rng) {
    if (spec.key) return MintKey(spec.key);
    return crypto::generate_signing_key(spec.key_type, rng, spec.rsa_bits);
}

} // namespace

MintName MintName::dns(std::string_view name) {
    const Bytes bytes = as_bytes(name);
    return {GeneralNameKind::dns_name, ByteVector(bytes.begin(), bytes.end())};
}

MintName MintName::uri(std::string_view uri) {
    const Bytes bytes = as_bytes(uri);
    return {GeneralNameKind::uniform_resource_identifier, ByteVector(bytes.begin(), bytes.end())};
}

MintName MintName::email(std::string_view address) {
    const Bytes bytes = as_bytes(address);
    return {GeneralNameKind::rfc822_name, ByteVector(bytes.begin(), bytes.end())};
}

MintName MintName::ip(std::string_view literal) {
    const std::string text(literal);
    ByteVector address(16);
    if (::inet_pton(AF_INET6, text.c_str(), address.data()) != 1) {
        address.resize(4);
        if (::inet_pton(AF_INET, text.c_str(), address.data()) != 1) address.clear();
    }
    return {GeneralNameKind::ip_address, std::move(address)};
}

std::string Minted::certificate_pem() const {
    return write_pem("CERTIFICATE", der);
}

Result<Minted> mint_self_signed(const CertificateSpec& spec, Rng& rng) {
    PAVISE_LET(MintKey key, key_for(spec, rng));
    const ByteVector name = encode_name(spec);
    PAVISE_LET(const ByteVector identifier, key_identifier_of(*key));
    const IssuerView issuer{name, identifier, *key};
    return mint_under(spec, std::move(key), issuer, rng);
}

Result<Minted> mint(const CertificateSpec& spec, const Minted& issuer, Rng& rng) {
    if (!issuer.certificate || !issuer.key) return fail(ErrorCode::bad_argument);
    PAVISE_LET(MintKey key, key_for(spec, rng));
    const Certificate& certificate = *issuer.certificate;
    const IssuerView view{certificate.subject().encoding, certificate.subject_key_identifier(), *issuer.key};
    return mint_under(spec, std::move(key), view, rng);
}

} // namespace pavise::trust
