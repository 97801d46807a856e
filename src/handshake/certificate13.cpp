#include "handshake/certificate13.hpp"

#include "handshake/certificate_types.hpp"
#include "messages/extension/delegated_credential.hpp"
#include "messages/extension/negotiation.hpp"
#include "messages/extension/signed_certificate_timestamp.hpp"
#include "messages/extension/status_request.hpp"

#include <algorithm>

namespace pavise::handshake {

namespace {

using messages::CertificateEntry;

struct Staples {
    Bytes ocsp_response;
    Bytes certificate_timestamps;
    Bytes delegated_credential;
};

Result<Staples> staples_of(const CertificateEntry& entry) {
    Staples staples;
    PAVISE_LET(const auto ocsp, entry.extensions.get<messages::OcspStaple>());
    if (ocsp) staples.ocsp_response = ocsp->ocsp_response;
    PAVISE_LET(const auto timestamps, entry.extensions.get<messages::SctList>());
    if (timestamps) staples.certificate_timestamps = *entry.extensions.find(messages::SctList::type);
    PAVISE_LET(const auto delegated, entry.extensions.get<messages::DelegatedCredential>());
    if (delegated) staples.delegated_credential = *entry.extensions.find(messages::DelegatedCredential::type);
    return staples;
}

// The extensions of the entry at `place` in the chain.
ByteVector write_staples(const CredentialData& credential, std::size_t place,
                         const messages::ExtensionSet& asked) {
    ByteVector block;
    wire::Writer writer(block);
    const bool has_response =
        place < credential.ocsp_responses.size() && !credential.ocsp_responses[place].empty();
    if (has_response && asked.contains(ExtensionType::status_request))
        messages::write_extension(writer, messages::OcspStaple{credential.ocsp_responses[place]});
    const bool has_timestamps = place == 0 && !credential.certificate_timestamps.empty();
    if (has_timestamps && asked.contains(ExtensionType::signed_certificate_timestamp))
        messages::Extension{ExtensionType::signed_certificate_timestamp, credential.certificate_timestamps}
            .write(writer);
    // "The server MUST send the delegated credential as an extension in the CertificateEntry of its
    // end-entity certificate" (RFC 9345 §4.1.1); it was chosen only if the peer asked.
    if (place == 0 && credential.delegation)
        messages::Extension{ExtensionType::delegated_credential, credential.delegation->message}.write(
            writer);
    return block;
}

// RFC 8446 §4.4.2: "If the RawPublicKey certificate type was negotiated, then the certificate_list MUST
// contain no more than one CertificateEntry, which contains an ASN1_subjectPublicKeyInfo value".
Status check_raw_keys(const messages::Certificate& message) {
    if (message.certificate_list.empty()) return {};
    std::size_t count = 0;
    for ([[maybe_unused]] const CertificateEntry& entry : message.certificate_list) ++count;
    if (count > 1) return fail(ErrorCode::several_raw_keys);
    return check_raw_key((*message.certificate_list.begin()).cert_data);
}

// "If the client receives a delegated credential without having indicated support in its ClientHello, then
// the client MUST abort the handshake with an 'unexpected_message' alert." (RFC 9345 §4.1.1)
Status check_delegation(const CertificateEntry& leaf, const messages::ExtensionSet& asked) {
    if (leaf.extensions.contains(ExtensionType::delegated_credential) &&
        !asked.contains(ExtensionType::delegated_credential))
        return fail(ErrorCode::unsolicited_delegated_credential);
    return {};
}

} // namespace

Status accept_chain(const messages::Certificate& message, const messages::ExtensionSet& asked,
                    Negotiated& shown) {
    if (shown.peer_certificate_type == CertificateType::raw_public_key) PAVISE_TRY(check_raw_keys(message));
    shown.peer_chain.clear();
    shown.issuer_ocsp_responses.clear();
    for (const CertificateEntry& entry : message.certificate_list) {
        const bool is_leaf = shown.peer_chain.empty();
        if (is_leaf) PAVISE_TRY(check_delegation(entry, asked));
        PAVISE_TRY(messages::refuse_unsolicited(entry.extensions, messages::MessageKind::certificate, asked));
        PAVISE_TRY(messages::check_allowed(entry.extensions, messages::MessageKind::certificate));
        PAVISE_LET(const Staples staples, staples_of(entry));
        if (is_leaf) {
            shown.ocsp_response.assign(staples.ocsp_response.begin(), staples.ocsp_response.end());
            shown.certificate_timestamps.assign(staples.certificate_timestamps.begin(),
                                                staples.certificate_timestamps.end());
            shown.peer_delegated_credential.assign(staples.delegated_credential.begin(),
                                                   staples.delegated_credential.end());
        } else {
            shown.issuer_ocsp_responses.emplace_back(staples.ocsp_response.begin(),
                                                     staples.ocsp_response.end());
        }
        shown.peer_chain.emplace_back(entry.cert_data);
    }
    return {};
}

Result<ByteVector> decompress(const messages::CompressedCertificate& message,
                              std::span<const CertificateCompressionPtr> offered) {
    const auto by = std::ranges::find_if(offered, [&](const CertificateCompressionPtr& compression) {
        return compression->algorithm() == message.algorithm;
    });
    // "The algorithm MUST be one of the algorithms listed in the peer's 'compress_certificate' extension."
    // (RFC 8879 §4)
    if (by == offered.end())
        return fail(ErrorCode::compression_not_offered, static_cast<std::uint16_t>(message.algorithm));
    auto body = (*by)->decompress(message.compressed_certificate_message, message.uncompressed_length);
    // "If the received CompressedCertificate message cannot be decompressed, the connection MUST be
    // terminated with the 'bad_certificate' alert." (§4)
    if (!body || body->size() != message.uncompressed_length)
        return fail(ErrorCode::certificate_not_decompressed);
    return body;
}

// A status_request of another type than OCSP asks for nothing that we know (RFC 6066 §8).
Result<messages::ExtensionSet> staples_asked_for(const messages::Extensions& client_hello) {
    messages::ExtensionSet asked;
    PAVISE_LET(const auto status, client_hello.get<messages::StatusRequest>());
    if (status && status->status_type == messages::CertificateStatusType::ocsp)
        asked.insert(messages::StatusRequest::type);
    PAVISE_LET(const auto timestamps, client_hello.get<messages::SctRequest>());
    if (timestamps) asked.insert(messages::SctRequest::type);
    return asked;
}

namespace {

Result<CertificateCompressionPtr> common_compression(const messages::Extensions& extensions,
                                                     std::span<const CertificateCompressionPtr> ours) {
    PAVISE_LET(const auto known, extensions.get<messages::CompressCertificate>());
    if (known)
        for (const CertificateCompressionPtr& compression : ours)
            if (known->values.contains(compression->algorithm())) return compression;
    return CertificateCompressionPtr();
}

} // namespace

Result<CertificateForm> CertificateForm::in_client_hello(const messages::Extensions& extensions,
                                                         std::span<const CertificateCompressionPtr> ours) {
    CertificateForm form;
    PAVISE_LET(form.staples, staples_asked_for(extensions));
    PAVISE_LET(form.compression, common_compression(extensions, ours));
    return form;
}

Result<CertificateForm> CertificateForm::in_request(const messages::CertificateRequest& request,
                                                    std::span<const CertificateCompressionPtr> ours) {
    CertificateForm form;
    // "A server MAY request that a client present an OCSP response with its certificate by sending an empty
    // 'status_request' extension in its CertificateRequest message." (RFC 8446 §4.4.2.1)
    PAVISE_LET(const auto status, request.extensions.get<messages::StatusRequestAck>());
    if (status) form.staples.insert(messages::StatusRequestAck::type);
    PAVISE_LET(const auto timestamps, request.extensions.get<messages::SctRequest>());
    if (timestamps) form.staples.insert(messages::SctRequest::type);
    PAVISE_LET(form.compression, common_compression(request.extensions, ours));
    const Bytes context = request.certificate_request_context;
    form.request_context.assign(context.begin(), context.end());
    return form;
}

Result<HandshakeType> write_certificate(ByteVector& out, const CredentialData* credential,
                                        const CertificateForm& form) {
    std::vector<ByteVector> blocks; // hold what the entries show
    std::vector<CertificateEntry> entries;
    if (credential != nullptr) {
        blocks.reserve(credential->chain.size());
        for (std::size_t place = 0; place < credential->chain.size(); ++place) {
            blocks.push_back(write_staples(*credential, place, form.staples));
            entries.push_back({credential->chain[place], messages::Extensions::from_block(blocks.back())});
        }
    }
    const messages::Certificate message{form.request_context, entries};
    out.clear();
    wire::Writer writer(out);
    if (form.compression != nullptr) {
        ByteVector body;
        wire::Writer body_writer(body);
        message.write(body_writer);
        PAVISE_TRY(body_writer.status());
        const auto compressed = form.compression->compress(body);
        if (compressed && !compressed->empty()) {
            messages::write_message(writer, messages::CompressedCertificate{
                                                form.compression->algorithm(),
                                                static_cast<std::uint32_t>(body.size()), *compressed});
            PAVISE_TRY(writer.status());
            return HandshakeType::compressed_certificate;
        }
    }
    messages::write_message(writer, message);
    PAVISE_TRY(writer.status());
    return HandshakeType::certificate;
}

Status send_certificate(Exchange& exchange, const CredentialData* credential, const CertificateForm& form,
                        schedule::Transcript& transcript) {
    PAVISE_LET(const HandshakeType type, write_certificate(exchange.outgoing(), credential, form));
    return exchange.send_written(type, &transcript);
}

} // namespace pavise::handshake
