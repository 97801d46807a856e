// Messages in words.
#include "cli/annotation.hpp"

#include "cli/annotation_parts.hpp"
#include "crypto/cipher_suite.hpp"
#include "messages/certificate_status.hpp"
#include "messages/extension/all.hpp"
#include "messages/handshake_messages.hpp"
#include "trust/certificate.hpp"

#include <algorithm>

namespace pavise::cli {

namespace {

using messages::MessageKind;

// The rows below a message's first line.
class Rows {
    std::string text_;

  public:
    void add(std::string_view name, std::string_view value) {
        constexpr std::size_t width = 26;
        std::string line = "      " + std::string(name);
        if (!value.empty())
            line += std::string(width - std::min(width - 1, name.size()), ' ') + std::string(value);
        text_ += line + "\n";
    }
    void add(const messages::Extensions& extensions, MessageKind in) {
        for (const messages::Extension& extension : extensions)
            add(is_grease(static_cast<std::uint16_t>(extension.type)) ? "GREASE" : name_of(extension.type),
                annotation_of(extension, in));
    }
    const std::string& text() const { return text_; }
};

// What is no X.509 certificate is taken for a raw public key (RFC 7250).
void add_certificate(Rows& rows, Bytes der) {
    const auto certificate = trust::Certificate::parse(der);
    if (!certificate) return rows.add("raw public key", bytes_in(der));
    rows.add("certificate", printable((*certificate)->subject().to_string()) + ", " + bytes_in(der));
}

// ---- one overload for each message

void show(Rows& rows, const messages::ClientHello& hello) {
    rows.add("random", hexadecimal(hello.random));
    rows.add("session id", hexadecimal(hello.legacy_session_id));
    rows.add("cipher suites", names_in(hello.cipher_suites));
    rows.add(hello.extensions, MessageKind::client_hello);
}

void show(Rows& rows, const messages::ServerHello& hello, ProtocolVersion version) {
    rows.add("version", word_for(version));
    if (hello.is_hello_retry_request())
        rows.add("random", "of a HelloRetryRequest");
    else
        rows.add("random", hexadecimal(hello.random));
    rows.add("session id", hexadecimal(hello.legacy_session_id_echo));
    rows.add("cipher suite", word_for(hello.cipher_suite));
    const bool retry = hello.is_hello_retry_request();
    rows.add(hello.extensions, retry                                 ? MessageKind::hello_retry_request
                               : version == ProtocolVersion::tls_1_3 ? MessageKind::server_hello
                                                                     : MessageKind::server_hello12);
}

void show(Rows& rows, const messages::EncryptedExtensions& message) {
    rows.add(message.extensions, MessageKind::encrypted_extensions);
}

void show(Rows& rows, const messages::CertificateRequest& request) {
    if (!request.certificate_request_context.empty())
        rows.add("context", hexadecimal(request.certificate_request_context));
    rows.add(request.extensions, MessageKind::certificate_request);
}

void show(Rows& rows, const messages::CertificateRequest12& request) {
    rows.add("signature algorithms", names_in(request.supported_signature_algorithms));
    rows.add("authorities", std::to_string(request.certificate_authorities.size()));
}

void show(Rows& rows, const messages::CertificateVerify& verify) {
    rows.add("signature", word_for(verify.algorithm) + ", " + bytes_in(verify.signature));
}

void show(Rows& rows, const messages::Finished& finished) {
    rows.add("verify data", hexadecimal(finished.verify_data));
}

void show(Rows& rows, const messages::NewSessionTicket& ticket) {
    rows.add("lifetime", std::to_string(ticket.ticket_lifetime) + " s");
    rows.add("ticket", bytes_in(ticket.ticket));
    rows.add(ticket.extensions, MessageKind::new_session_ticket);
}

void show(Rows& rows, const messages::NewSessionTicket12& ticket) {
    rows.add("lifetime", std::to_string(ticket.ticket_lifetime_hint) + " s");
    rows.add("ticket", bytes_in(ticket.ticket));
}

void show(Rows& rows, const messages::KeyUpdate& update) {
    rows.add("request", update.request_update == KeyUpdateRequest::update_requested ? "update_requested"
                                                                                    : "update_not_requested");
}

void show(Rows& rows, const messages::CompressedCertificate& certificate) {
    rows.add("algorithm", word_for(certificate.algorithm));
    rows.add("compressed", bytes_in(certificate.compressed_certificate_message) + ", of " +
                               std::to_string(certificate.uncompressed_length));
}

void show(Rows& rows, const messages::CertificateStatus& status) {
    rows.add("OCSP response", bytes_in(status.ocsp_response));
}

void show(Rows& rows, const messages::ServerEcdhParams& params) {
    rows.add("share", word_for(params.named_curve) + " (" + bytes_in(params.point) + ")");
}

void show(Rows& rows, const messages::ServerDhParams& params) {
    rows.add("share", "prime of " + bytes_in(params.dh_p) + ", share of " + bytes_in(params.dh_ys));
}

template <class Params> void show(Rows& rows, const messages::SignedServerKeyExchange<Params>& exchange) {
    show(rows, exchange.params);
    rows.add("signature",
             word_for(exchange.signature.algorithm) + ", " + bytes_in(exchange.signature.signature));
}

template <class Params> void show(Rows& rows, const messages::PskParamsServerKeyExchange<Params>& exchange) {
    rows.add("identity hint", printable(as_text(exchange.psk_identity_hint)));
    show(rows, exchange.params);
}

void show(Rows& rows, const messages::PskServerKeyExchange& exchange) {
    rows.add("identity hint", printable(as_text(exchange.psk_identity_hint)));
}

// ---- the message in its form, or a row that says that it is malformed

template <class M, class... More> std::string rows_of(Bytes body, const More&... more) {
    Rows rows;
    const auto message = messages::parse_body<M>(body);
    if (message)
        show(rows, *message, more...);
    else
        rows.add("malformed", describe(message.error()));
    return rows.text();
}

std::string certificates13(Bytes body) {
    Rows rows;
    const auto message = messages::parse_body<messages::Certificate>(body);
    if (!message) {
        rows.add("malformed", describe(message.error()));
        return rows.text();
    }
    if (!message->certificate_request_context.empty())
        rows.add("context", hexadecimal(message->certificate_request_context));
    for (const messages::CertificateEntry& entry : message->certificate_list) {
        add_certificate(rows, entry.cert_data);
        rows.add(entry.extensions, MessageKind::certificate);
    }
    return rows.text();
}

std::string certificates12(Bytes body) {
    Rows rows;
    if (const auto message = messages::parse_body<messages::Certificate12>(body)) {
        for (const auto& certificate : message->certificate_list) add_certificate(rows, certificate.bytes);
    } else if (const auto raw = messages::parse_body<messages::RawPublicKeyCertificate12>(body)) {
        add_certificate(rows, raw->subject_public_key_info);
    } else {
        rows.add("malformed", describe(message.error()));
    }
    return rows.text();
}

template <class Form> std::string exchange_in(Bytes body) {
    Rows rows;
    const auto exchange = Form::parse(body);
    if (exchange)
        show(rows, *exchange);
    else
        rows.add("malformed", describe(exchange.error()));
    return rows.text();
}

// In the form of the cipher suite's key exchange.
std::string server_key_exchange(Bytes body, CipherSuite id) {
    const auto suite = crypto::suite12(id);
    if (!suite) return "";
    switch (suite->key_exchange) {
        using enum crypto::KeyExchange12;
    case ecdhe: return exchange_in<messages::EcdheServerKeyExchange>(body);
    case dhe: return exchange_in<messages::DheServerKeyExchange>(body);
    case psk: return exchange_in<messages::PskServerKeyExchange>(body);
    case ecdhe_psk: return exchange_in<messages::EcdhePskServerKeyExchange>(body);
    case dhe_psk: return exchange_in<messages::DhePskServerKeyExchange>(body);
    }
    return "";
}

} // namespace

std::string Annotator::server_hello(Bytes body) {
    if (const auto hello = messages::parse_body<messages::ServerHello>(body)) {
        const auto selected = hello->extensions.get<messages::SelectedVersion>();
        version_ = selected && *selected ? (*selected)->value : hello->legacy_version;
        cipher_suite_ = hello->cipher_suite;
    }
    return rows_of<messages::ServerHello>(body, version_);
}

std::string Annotator::rows(HandshakeType type, Bytes body) {
    const bool tls13 = version_ == ProtocolVersion::tls_1_3;
    switch (type) {
        using enum HandshakeType;
    case client_hello: return rows_of<messages::ClientHello>(body);
    case server_hello: return this->server_hello(body);
    case encrypted_extensions: return rows_of<messages::EncryptedExtensions>(body);
    case certificate: return tls13 ? certificates13(body) : certificates12(body);
    case certificate_request:
        return tls13 ? rows_of<messages::CertificateRequest>(body)
                     : rows_of<messages::CertificateRequest12>(body);
    case new_session_ticket:
        return tls13 ? rows_of<messages::NewSessionTicket>(body)
                     : rows_of<messages::NewSessionTicket12>(body);
    case certificate_verify: return rows_of<messages::CertificateVerify>(body);
    case certificate_status: return rows_of<messages::CertificateStatus>(body);
    case compressed_certificate: return rows_of<messages::CompressedCertificate>(body);
    case server_key_exchange: return cli::server_key_exchange(body, cipher_suite_);
    case finished: return rows_of<messages::Finished>(body);
    case key_update: return rows_of<messages::KeyUpdate>(body);
    default: return "";
    }
}

std::string Annotator::message(Bytes message) {
    if (message.size() < messages::handshake_header_size) return "a message that ends in its header\n";
    const auto type = static_cast<HandshakeType>(message.front());
    return name_of(type) + ", " + bytes_in(message) + "\n" +
           rows(type, message.subspan(messages::handshake_header_size));
}

std::string Annotator::alert(Bytes alert) const {
    if (alert.size() != 2) return "alert of " + bytes_in(alert) + "\n";
    const auto description = static_cast<AlertDescription>(alert[1]);
    // RFC 8446 §6: in TLS 1.3 the level means nothing.
    const std::string level = static_cast<AlertLevel>(alert[0]) == AlertLevel::warning ? "warning" : "fatal";
    return "alert, " + level + ": " + std::string(name_of(description)) + " (" + std::to_string(alert[1]) +
           ")\n";
}

} // namespace pavise::cli
