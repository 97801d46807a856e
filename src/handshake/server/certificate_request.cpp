#include "handshake/server/certificate_request.hpp"

#include "messages/certificate_request13.hpp"
#include "messages/extension/certificate_filters.hpp"
#include "messages/extension/delegated_credential.hpp"
#include "messages/extension/negotiation.hpp"

namespace pavise::handshake::server {

namespace {

void write_wishes(wire::Writer& writer, const ServerConfig& config) {
    std::vector<messages::DistinguishedName> authorities;
    for (const ByteVector& name : config.client_authorities) authorities.push_back({name});
    if (!authorities.empty())
        messages::write_extension(writer, messages::CertificateAuthorities{authorities});
    const std::vector<messages::OidFilter> filters = filters_of(config);
    if (!filters.empty()) messages::write_extension(writer, messages::OidFilters{filters});
    if (!config.certificate_signature_schemes.empty())
        messages::write_extension(writer,
                                  messages::SignatureAlgorithmsCert{config.certificate_signature_schemes});
}

} // namespace

Status send_certificate_request(Bytes request_context, schedule::Transcript& transcript, Context& context) {
    const ServerConfig& config = *context.config;
    ByteVector block;
    wire::Writer writer(block);
    messages::write_extension(writer, messages::SignatureAlgorithms{config.signature_schemes});
    write_wishes(writer, config);
    std::vector<CertificateCompressionAlgorithm> algorithms;
    for (const CertificateCompressionPtr& compression : config.certificate_compression)
        algorithms.push_back(compression->algorithm());
    if (!algorithms.empty()) messages::write_extension(writer, messages::CompressCertificate{algorithms});
    if (!config.delegated_credential_schemes.empty())
        messages::write_extension(writer,
                                  messages::DelegatedCredentialRequest{config.delegated_credential_schemes});
    PAVISE_TRY(writer.status());
    return context.exchange.send(
        messages::CertificateRequest{request_context, messages::Extensions::from_block(block)}, &transcript);
}

messages::ExtensionSet answerable(const ServerConfig& config) {
    messages::ExtensionSet asked;
    if (!config.delegated_credential_schemes.empty()) asked.insert(ExtensionType::delegated_credential);
    return asked;
}

} // namespace pavise::handshake::server
