#include "cli/report_json.hpp"

#include "base/pem.hpp"
#include "cli/delegated.hpp"
#include "cli/describe.hpp"
#include "cli/json.hpp"
#include "trust/certificate.hpp"
#include "trust/fingerprint.hpp"

namespace pavise::cli {

namespace {

std::string_view word_for(EarlyDataStatus status) {
    switch (status) {
    case EarlyDataStatus::not_offered: return "not_offered";
    case EarlyDataStatus::pending: return "pending";
    case EarlyDataStatus::accepted: return "accepted";
    case EarlyDataStatus::rejected: return "rejected";
    }
    return "";
}

// null for what is not there.
template <class Value>
void add_name(JsonWriter& json, std::string_view key, const std::optional<Value>& value) {
    if (value)
        json.member(key, name_of(*value));
    else
        json.key(key).null();
}
void add_text(JsonWriter& json, std::string_view key, std::string_view text) {
    if (text.empty())
        json.key(key).null();
    else
        json.member(key, text);
}

void add_certificate(JsonWriter& json, Bytes der) {
    json.begin_object();
    const auto certificate = trust::Certificate::parse(der);
    if (certificate) {
        const trust::Certificate& shown = **certificate;
        json.member("subject", shown.subject().to_string()).member("issuer", shown.issuer().to_string());
        json.member("serial_number", hexadecimal(shown.serial_number()));
        json.member("not_before", to_text(shown.not_before()))
            .member("not_after", to_text(shown.not_after()));
        json.strings("names", names_of(shown));
        json.member("key", key_of(shown)).member("authority", shown.is_ca());
    } else {
        json.member("malformed", describe(certificate.error()));
    }
    if (const auto digest = trust::sha256(der)) json.member("sha256", hexadecimal(*digest));
    json.member("pem", write_pem("CERTIFICATE", der)).end_object();
}

void add_peer(JsonWriter& json, const Negotiated& negotiated) {
    const bool raw = negotiated.peer_certificate_type == CertificateType::raw_public_key;
    json.key(raw ? "raw_public_keys" : "certificates").begin_array();
    for (const SharedBytes& der : negotiated.peer_chain) {
        if (raw)
            json.value(write_pem("PUBLIC KEY", der));
        else
            add_certificate(json, der);
    }
    json.end_array();
}

// null where the peer signed with its certificate's own key.
void add_delegation(JsonWriter& json, const Negotiated& negotiated) {
    json.key("delegated_credential");
    const auto delegation = delegation_of(negotiated);
    if (!delegation) {
        json.null();
        return;
    }
    json.begin_object()
        .member("signed_with", name_of(delegation->signed_with))
        .member("not_after", to_text(delegation->not_after))
        .end_object();
}

// null where they were not asked for.
void add_timestamps(JsonWriter& json, const ClientConfig& config, std::span<const ShownTimestamp> shown) {
    json.key("certificate_timestamps");
    if (config.certificate_timestamps == Staple::not_requested) {
        json.null();
        return;
    }
    json.begin_array();
    for (const ShownTimestamp& timestamp : shown) {
        const bool embedded = timestamp.source == ShownTimestamp::Source::certificate;
        json.begin_object().member("source", embedded ? "certificate" : "server");
        add_text(json, "log", hexadecimal(timestamp.log_id));
        add_text(json, "time", timestamp.log_id.empty() ? std::string() : to_text(timestamp.time));
        json.member("verdict", words_for(timestamp.verdict)).end_object();
    }
    json.end_array();
}

} // namespace

std::string connection_in_json(std::string_view server, const Negotiated& negotiated,
                               const ClientConfig& config, std::span<const ShownTimestamp> timestamps) {
    JsonWriter json;
    json.begin_object().member("server", server).member("connected", true);
    json.member("version", name_of(negotiated.version));
    json.member("cipher_suite", name_of(negotiated.cipher_suite));
    add_name(json, "group", negotiated.group);
    json.member("hello_retry_request", negotiated.hello_retry);
    add_name(json, "peer_signature", negotiated.peer_signature);
    add_delegation(json, negotiated);
    add_name(json, "local_signature", negotiated.local_signature);
    json.member("resumed", negotiated.resumed);
    json.member("early_data", word_for(negotiated.early_data));
    add_text(json, "psk_identity", as_text(negotiated.psk_identity));
    add_text(json, "alpn", negotiated.alpn_protocol);
    add_text(json, "server_name", negotiated.server_name);
    json.member("verified", config.verification != PeerVerification::none);
    add_text(json, "ocsp_staple",
             config.ocsp_response == Staple::requested ? verdict_on_staple(negotiated, config.clock->now())
                                                       : std::string());
    add_timestamps(json, config, timestamps);
    add_peer(json, negotiated);
    return json.end_object().text();
}

std::string certificates_in_json(std::string_view path, std::span<const ByteVector> chain,
                                 const std::optional<NameVerdict>& verdict) {
    JsonWriter json;
    json.begin_object().member("file", path).key("certificates").begin_array();
    for (const ByteVector& der : chain) add_certificate(json, der);
    json.end_array();
    if (verdict) json.member("host", verdict->host).member("is_for_host", verdict->matches);
    return json.end_object().text();
}

std::string failure_in_json(std::string_view server, const Problem& problem, std::optional<Error> error) {
    JsonWriter json;
    json.begin_object().member("server", server).member("connected", false);
    json.member("exit_status", static_cast<int>(problem.status)).member("problem", problem.text);
    if (error) {
        json.member("error", name_of(error->code));
        add_text(json, "section", section_of(error->code));
        const auto alert = alert_of(*error);
        if (alert)
            json.member("alert_sent", name_of(*alert));
        else
            json.key("alert_sent").null();
        if (error->code == ErrorCode::alert_received)
            json.member("alert_received", name_of(static_cast<AlertDescription>(error->detail)));
    }
    return json.end_object().text();
}

} // namespace pavise::cli
