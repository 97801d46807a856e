#include "trust/mint.hpp"
#include "trust/signed_object.hpp"

namespace pavise::trust {

namespace {

Result<crypto::Digest> sha1(Bytes bytes) {
    PAVISE_LET(const auto hash, crypto::botan_provider().hash(crypto::HashId::sha1));
    hash->update(bytes);
    return hash->digest();
}

// CertID (RFC 6960 §4.1.1), over SHA-1 as every client and responder knows it.
Status write_certificate_id(der::Writer& writer, const OcspSpec& spec) {
    PAVISE_LET(const crypto::Digest name, sha1(spec.issuer->subject().encoding));
    PAVISE_LET(const crypto::Digest key, sha1(spec.issuer->subject_public_key()));
    const auto id = writer.sequence();
    {
        const auto algorithm = writer.sequence();
        writer.oid("1.3.14.3.2.26");
        writer.null();
    }
    writer.primitive(der::Tag::octet_string, name.view());
    writer.primitive(der::Tag::octet_string, key.view());
    writer.primitive(der::Tag::integer, spec.subject->serial_number());
    return {};
}

void write_status(der::Writer& writer, const OcspSpec& spec) {
    switch (spec.verdict) {
    case OcspVerdict::good: writer.primitive(der::context(0), {}); return;
    case OcspVerdict::revoked: {
        const auto revoked = writer.open(der::context_constructed(1));
        write_generalized_time(writer, spec.revoked_at);
        return;
    }
    case OcspVerdict::unknown: writer.primitive(der::context(2), {}); return;
    }
}

// ResponseData (RFC 6960 §4.2.1) with one SingleResponse.
Status write_response_data(ByteVector& out, const OcspSpec& spec, const Certificate& signer) {
    der::Writer writer(out);
    const auto data = writer.sequence();
    {
        const auto responder = writer.open(der::context_constructed(1)); // byName
        writer.raw(signer.subject().encoding);
    }
    write_generalized_time(writer, spec.this_update);
    const auto responses = writer.sequence();
    const auto response = writer.sequence();
    PAVISE_TRY(write_certificate_id(writer, spec));
    write_status(writer, spec);
    write_generalized_time(writer, spec.this_update);
    if (spec.next_update) {
        const auto next_update = writer.open(der::context_constructed(0));
        write_generalized_time(writer, *spec.next_update);
    }
    return {};
}

ByteVector encode_certificates(const std::vector<CertificatePtr>& certificates) {
    ByteVector out;
    if (certificates.empty()) return out;
    der::Writer writer(out);
    {
        const auto tagged = writer.open(der::context_constructed(0));
        const auto list = writer.sequence();
        for (const CertificatePtr& certificate : certificates) writer.raw(certificate->der());
    }
    return out;
}

} // namespace

Result<ByteVector> mint_ocsp_response(const OcspSpec& spec, const Minted& signer, Rng& rng) {
    if (!spec.subject || !spec.issuer || !signer.certificate || !signer.key)
        return fail(ErrorCode::bad_argument);
    Status written;
    const auto write_tbs = [&](ByteVector& out, Bytes) {
        written = write_response_data(out, spec, *signer.certificate);
    };
    PAVISE_LET(const ByteVector basic,
               sign_object(*signer.key, {}, rng, write_tbs, encode_certificates(spec.certificates)));
    PAVISE_TRY(written);
    ByteVector out;
    der::Writer writer(out);
    {
        const auto response = writer.sequence();
        constexpr std::uint8_t successful[] = {0};
        writer.primitive(der::Tag::enumerated, successful);
        const auto tagged = writer.open(der::context_constructed(0));
        const auto bytes = writer.sequence();
        writer.oid("1.3.6.1.5.5.7.48.1.1"); // id-pkix-ocsp-basic
        writer.primitive(der::Tag::octet_string, basic);
    }
    return out;
}

} // namespace pavise::trust
