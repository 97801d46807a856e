#include "cli/timestamps.hpp"

#include "base/der.hpp"
#include "base/try.hpp"
#include "cli/config_options.hpp"
#include "cli/describe.hpp"
#include "trust/fingerprint.hpp"
#include "wire/reader.hpp"
#include "wire/writer.hpp"

#include <algorithm>
#include <limits>

namespace pavise::cli {

namespace {

constexpr std::uint8_t version_1 = 0;
constexpr std::size_t log_id_size = 32;

// struct { … } SignedCertificateTimestamp (§3.2), of version 1.
struct SignedTimestamp {
    Bytes log_id;
    std::uint64_t timestamp = 0; // milliseconds since 1970
    Bytes extensions;
    SignatureScheme scheme{}; // SignatureAndHashAlgorithm of TLS 1.2, which has the same numbers
    Bytes signature;
};

Result<SignedTimestamp> read_version_1(wire::Reader reader) {
    SignedTimestamp out;
    PAVISE_TRY(reader.u8());
    PAVISE_LET(out.log_id, reader.bytes(log_id_size));
    PAVISE_LET(out.timestamp, reader.u64());
    PAVISE_LET(out.extensions, reader.vector16());
    PAVISE_LET(const std::uint16_t scheme, reader.u16());
    out.scheme = static_cast<SignatureScheme>(scheme);
    PAVISE_LET(out.signature, reader.vector16());
    PAVISE_TRY(reader.finish());
    return out;
}

// Each SerializedSCT of a SignedCertificateTimestampList (§3.3), as far as the list can be read.
std::vector<Bytes> entries_of(Bytes list) {
    std::vector<Bytes> entries;
    wire::Reader outer(list);
    const auto contents = outer.vector16();
    if (!contents) return entries;
    wire::Reader reader(*contents);
    while (const auto entry = reader.vector16({.least = 1})) entries.push_back(*entry);
    return entries;
}

// What the logs saw: the certificate, or the one that it was made from (§3.2).
struct LogEntry {
    enum class Type : std::uint16_t { x509 = 0, precertificate = 1 };
    Type type{};
    ByteVector issuer_key_hash{}; // of a precertificate alone
    Bytes certificate{};          // in DER; of a precertificate the TBSCertificate
};

// What of an entry's digitally-signed struct is not in the timestamp comes from `entry` (§3.2).
ByteVector signed_content(const SignedTimestamp& timestamp, const LogEntry& entry) {
    constexpr std::uint8_t certificate_timestamp = 0; // SignatureType
    ByteVector content;
    wire::Writer writer(content);
    writer.u8(version_1);
    writer.u8(certificate_timestamp);
    writer.u64(timestamp.timestamp);
    writer.u16(static_cast<std::uint16_t>(entry.type));
    writer.bytes(entry.issuer_key_hash);
    writer.vector24(entry.certificate);
    writer.vector16(timestamp.extensions);
    return content;
}

Timestamp time_of(const SignedTimestamp& timestamp) {
    const auto most = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    return Timestamp(Milliseconds(static_cast<std::int64_t>(std::min(timestamp.timestamp, most))));
}

TimestampVerdict verdict_on(const SignedTimestamp& timestamp, const LogEntry& entry,
                            std::span<const LogKey> logs, Timestamp now) {
    using enum TimestampVerdict;
    const auto log = std::ranges::find_if(
        logs, [&](const LogKey& key) { return std::ranges::equal(key.id, timestamp.log_id); });
    if (log == logs.end()) return unknown_log;
    // "TLS clients MUST reject SCTs whose timestamp is in the future." (§5.2)
    if (time_of(timestamp) > now) return in_the_future;
    if (entry.certificate.empty()) return no_issuer;
    // "A log MUST use either NIST P-256 … or RSA signatures … with a SHA-256 hash" (§2.1.4)
    using enum SignatureScheme;
    if (timestamp.scheme != ecdsa_secp256r1_sha256 && timestamp.scheme != rsa_pkcs1_sha256)
        return bad_signature;
    const ByteVector content = signed_content(timestamp, entry);
    return log->key->verify(timestamp.scheme, content, timestamp.signature) ? good : bad_signature;
}

ShownTimestamp judged(Bytes serialised, ShownTimestamp::Source source, const LogEntry& entry,
                      std::span<const LogKey> logs, Timestamp now) {
    ShownTimestamp out{.source = source, .verdict = TimestampVerdict::malformed};
    if (serialised.front() != version_1) {
        out.verdict = TimestampVerdict::unknown_version;
        return out;
    }
    const auto timestamp = read_version_1(wire::Reader(serialised));
    if (!timestamp) return out;
    out.log_id.assign(timestamp->log_id.begin(), timestamp->log_id.end());
    out.time = time_of(*timestamp);
    out.verdict = verdict_on(*timestamp, entry, logs, now);
    return out;
}

// The extensions without the list of timestamps.
Status copy_extensions(der::Reader extensions, der::Writer& writer) {
    const auto scope = writer.sequence();
    while (!extensions.empty()) {
        PAVISE_LET(const der::Element extension, extensions.element(der::Tag::sequence));
        der::Reader fields(extension.contents);
        PAVISE_LET(const der::Oid id, fields.oid());
        if (!(id == embedded_timestamps)) writer.raw(extension.encoding);
    }
    return {};
}

// "the DER-encoded TBSCertificate … without the signature and the poison extension": as the logs saw it,
// which is the certificate's own without the timestamps that they gave then (§3.2, §3.3).
Status write_precertificate(Bytes certificate, der::Writer& writer) {
    constexpr der::Tag extensions_tag = der::context_constructed(3);
    der::Reader outer(certificate);
    PAVISE_LET(der::Reader parts, outer.sequence());
    PAVISE_LET(der::Reader fields, parts.sequence());
    const auto scope = writer.sequence();
    while (!fields.empty()) {
        PAVISE_LET(const der::Element field, fields.element());
        if (field.tag != extensions_tag) {
            writer.raw(field.encoding);
            continue;
        }
        der::Reader wrapped(field.contents);
        PAVISE_LET(const der::Reader extensions, wrapped.sequence());
        const auto wrapper = writer.open(extensions_tag);
        PAVISE_TRY(copy_extensions(extensions, writer));
    }
    return {};
}

Result<ByteVector> precertificate_of(Bytes certificate) {
    ByteVector out;
    der::Writer writer(out);
    PAVISE_TRY(write_precertificate(certificate, writer));
    return out;
}

// The certificate above the leaf: as it was verified, else as it was sent.
trust::CertificatePtr issuer_of(const Negotiated& negotiated) {
    for (const auto* chain : {&negotiated.verified_chain, &negotiated.peer_chain}) {
        if (chain->size() < 2) continue;
        auto issuer = trust::Certificate::parse((*chain)[1]);
        if (issuer) return *std::move(issuer);
    }
    return nullptr;
}

void add_embedded(const Negotiated& negotiated, std::span<const LogKey> logs, Timestamp now,
                  std::vector<ShownTimestamp>& out) {
    const auto leaf = trust::Certificate::parse(negotiated.peer_chain.front());
    if (!leaf) return;
    const trust::Extension* extension = (*leaf)->extension(embedded_timestamps);
    if (extension == nullptr) return;
    der::Reader reader(extension->value);
    const auto list = reader.contents(der::Tag::octet_string);
    if (!list) return;
    LogEntry entry{.type = LogEntry::Type::precertificate};
    ByteVector precertificate;
    if (const auto issuer = issuer_of(negotiated)) {
        const auto hash = trust::sha256(issuer->subject_public_key_info());
        auto made = precertificate_of((*leaf)->der());
        if (hash && made) {
            entry.issuer_key_hash.assign(hash->begin(), hash->end());
            precertificate = *std::move(made);
            entry.certificate = precertificate;
        }
    }
    for (const Bytes serialised : entries_of(*list))
        out.push_back(judged(serialised, ShownTimestamp::Source::certificate, entry, logs, now));
}

} // namespace

Outcome<std::vector<LogKey>> log_keys_from(const Arguments& arguments) {
    auto keys = public_keys_from(arguments, option_log_key);
    if (!keys) return keys.problem();
    std::vector<LogKey> logs;
    for (const ByteVector& der : *keys) {
        auto key = crypto::botan_provider().public_key(der);
        // "The SHA-256 hash of the log's public key, calculated over the DER encoding of the key represented
        // as SubjectPublicKeyInfo." (§3.2)
        const auto id = trust::sha256(der);
        if (!key || !id) return misuse("--ct-log: " + describe(key ? id.error() : key.error()));
        logs.push_back({*id, *std::move(key)});
    }
    return logs;
}

std::string_view words_for(TimestampVerdict verdict) {
    switch (verdict) {
    case TimestampVerdict::good: return "good";
    case TimestampVerdict::unknown_log: return "not judged: its log's key is not known";
    case TimestampVerdict::unknown_version: return "not judged: of an unknown version";
    case TimestampVerdict::malformed: return "NOT good: it is malformed";
    case TimestampVerdict::in_the_future: return "NOT good: it lies in the future";
    case TimestampVerdict::bad_signature: return "NOT good: its signature does not verify";
    case TimestampVerdict::no_issuer: return "not judged: the issuer's certificate is not known";
    }
    return "";
}

std::vector<ShownTimestamp> timestamps_of(const Negotiated& negotiated, std::span<const LogKey> logs,
                                          Timestamp now) {
    std::vector<ShownTimestamp> out;
    if (negotiated.peer_chain.empty() || negotiated.peer_certificate_type != CertificateType::x509)
        return out;
    const LogEntry entry{.type = LogEntry::Type::x509, .certificate = negotiated.peer_chain.front()};
    for (const Bytes serialised : entries_of(negotiated.certificate_timestamps))
        out.push_back(judged(serialised, ShownTimestamp::Source::server, entry, logs, now));
    add_embedded(negotiated, logs, now, out);
    return out;
}

std::optional<Problem> complaint_about(std::span<const ShownTimestamp> shown, const Negotiated& negotiated,
                                       std::string_view server) {
    if (std::ranges::find(shown, TimestampVerdict::good, &ShownTimestamp::verdict) != shown.end())
        return std::nullopt;
    std::string_view why =
        "the server's certificate was not accepted: it has no good timestamp of a log of --ct-log\n"
        "--sct alone shows the timestamps that there are";
    // Logs know certificates; whoever proves himself otherwise shows none.
    if (negotiated.peer_chain.empty())
        why = "the server showed no certificate, of which --ct-log wants a timestamp: it proved that it "
              "knows the "
              "pre-shared key\nleave out --ct-log, or the pre-shared keys (--psk, --imported-psk)";
    else if (negotiated.peer_certificate_type == CertificateType::raw_public_key)
        why = "the server showed a public key without a certificate, of which --ct-log wants a timestamp\n"
              "leave out --ct-log, or --trusted-key";
    return Problem{Exit::certificate, std::string(server) + ": " + std::string(why)};
}

std::string description_of(std::span<const ShownTimestamp> shown) {
    if (shown.empty()) return row("timestamps", "(none)");
    std::string out;
    for (const ShownTimestamp& timestamp : shown) {
        std::string text =
            timestamp.source == ShownTimestamp::Source::server ? "from the server" : "in the certificate";
        if (!timestamp.log_id.empty())
            text += ", " + to_text(timestamp.time) + ", log " + hexadecimal(timestamp.log_id);
        out += row("timestamp", text + ": " + std::string(words_for(timestamp.verdict)));
    }
    return out;
}

} // namespace pavise::cli
