#include "trust/mint.hpp"
#include "trust/signed_object.hpp"

namespace pavise::trust {

namespace {

void write_extension(der::Writer& writer, std::string_view id, Bytes value) {
    const auto fields = writer.sequence();
    writer.oid(id);
    writer.primitive(der::Tag::octet_string, value);
}

void write_entry(der::Writer& writer, const RevokedEntry& entry) {
    const auto fields = writer.sequence();
    writer.unsigned_integer(entry.serial_number);
    write_time(writer, entry.revoked_at);
    if (!entry.reason) return;
    const auto extensions = writer.sequence();
    ByteVector reason;
    const std::uint8_t code[] = {*entry.reason};
    der::Writer(reason).primitive(der::Tag::enumerated, code);
    write_extension(writer, "2.5.29.21", reason);
}

// Authority key identifier and CRL number: conforming issuers MUST include both (RFC 5280 §5.2).
void write_crl_extensions(der::Writer& writer, const CrlSpec& spec, Bytes key_identifier) {
    const auto tagged = writer.open(der::context_constructed(0));
    const auto list = writer.sequence();
    ByteVector authority;
    {
        der::Writer value(authority);
        const auto fields = value.sequence();
        value.primitive(der::context(0), key_identifier);
    }
    write_extension(writer, "2.5.29.35", authority);
    ByteVector number;
    der::Writer(number).integer(spec.number);
    write_extension(writer, "2.5.29.20", number);
}

} // namespace

Result<ByteVector> mint_crl(const CrlSpec& spec, const Minted& issuer, Rng& rng) {
    if (!issuer.certificate || !issuer.key) return fail(ErrorCode::bad_argument);
    const Certificate& certificate = *issuer.certificate;
    const auto write_tbs = [&](ByteVector& out, Bytes algorithm) {
        der::Writer writer(out);
        const auto tbs = writer.sequence();
        writer.integer(1); // version 2
        writer.raw(algorithm);
        writer.raw(certificate.subject().encoding);
        write_time(writer, spec.this_update);
        write_time(writer, spec.next_update);
        if (!spec.revoked.empty()) {
            const auto list = writer.sequence();
            for (const RevokedEntry& entry : spec.revoked) write_entry(writer, entry);
        }
        write_crl_extensions(writer, spec, certificate.subject_key_identifier());
    };
    return sign_object(*issuer.key, {}, rng, write_tbs);
}

} // namespace pavise::trust
