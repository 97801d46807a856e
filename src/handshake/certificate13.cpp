#include "handshake/certificate13.hpp"

#include "base/der.hpp"
#include "messages/extension/signed_certificate_timestamp.hpp"
#include "messages/extension/status_request.hpp"

namespace pavise::handshake {

namespace {

using messages::CertificateEntry;

struct Staples {
    Bytes ocsp_response;
    Bytes certificate_timestamps;
};

Result<Staples> staples_of(const CertificateEntry& entry) {
    Staples staples;
    PAVISE_LET(const auto ocsp, entry.extensions.get<messages::OcspStaple>());
    if (ocsp) staples.ocsp_response = ocsp->ocsp_response;
    PAVISE_LET(const auto timestamps, entry.extensions.get<messages::SctList>());
    if (timestamps) staples.certificate_timestamps = *entry.extensions.find(messages::SctList::type);
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
    return block;
}

// RFC 8446 §4.4.2: "If the RawPublicKey certificate type was negotiated, then the certificate_list MUST
// contain no more than one CertificateEntry, which contains an ASN1_subjectPublicKeyInfo value".
Status check_raw_key(const messages::Certificate& message) {
    if (message.certificate_list.empty()) return {};
    std::size_t count = 0;
    for ([[maybe_unused]] const CertificateEntry& entry : message.certificate_list) ++count;
    if (count > 1) return fail(ErrorCode::several_raw_keys);
    der::Reader file((*message.certificate_list.begin()).cert_data);
    auto key = file.sequence();
    if (!key || !file.finish() || !key->sequence() || !key->whole_bit_string() || !key->finish())
        return fail(ErrorCode::malformed_raw_key);
    return {};
}

} // namespace

Status accept_chain(Exchange& exchange, const messages::Certificate& message,
                    const messages::ExtensionSet& asked) {
    Negotiated& negotiated = exchange.negotiated();
    if (negotiated.peer_certificate_type == CertificateType::raw_public_key)
        PAVISE_TRY(check_raw_key(message));
    negotiated.peer_chain.clear();
    for (const CertificateEntry& entry : message.certificate_list) {
        PAVISE_TRY(messages::refuse_unsolicited(entry.extensions, messages::MessageKind::certificate, asked));
        PAVISE_TRY(messages::check_allowed(entry.extensions, messages::MessageKind::certificate));
        PAVISE_LET(const Staples staples, staples_of(entry));
        if (negotiated.peer_chain.empty()) {
            negotiated.ocsp_response.assign(staples.ocsp_response.begin(), staples.ocsp_response.end());
            negotiated.certificate_timestamps.assign(staples.certificate_timestamps.begin(),
                                                     staples.certificate_timestamps.end());
        }
        negotiated.peer_chain.emplace_back(entry.cert_data.begin(), entry.cert_data.end());
    }
    return {};
}

Status send_chain(Exchange& exchange, const CredentialData* credential, const messages::ExtensionSet& asked,
                  schedule::Transcript& transcript) {
    std::vector<ByteVector> blocks; // hold what the entries show
    std::vector<CertificateEntry> entries;
    if (credential != nullptr) {
        blocks.reserve(credential->chain.size());
        for (std::size_t place = 0; place < credential->chain.size(); ++place) {
            blocks.push_back(write_staples(*credential, place, asked));
            entries.push_back({credential->chain[place], messages::Extensions::from_block(blocks.back())});
        }
    }
    return exchange.send(messages::Certificate{{}, entries}, &transcript);
}

} // namespace pavise::handshake
