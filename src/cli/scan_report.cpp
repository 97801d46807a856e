// What pavise scan found, as a table for people and as JSON for programs; and what is wrong with it.
#include "cli/scan.hpp"

#include "cli/colour.hpp"
#include "cli/describe.hpp"
#include "cli/json.hpp"

#include <algorithm>
#include <array>

namespace pavise::cli {

namespace {

Tint tint_of(Grade grade) {
    switch (grade) {
    case Grade::good: return Tint::good;
    case Grade::weak: return Tint::warning;
    case Grade::bad: return Tint::bad;
    }
    return Tint::plain;
}

std::string_view name_of_grade(Grade grade) {
    switch (grade) {
    case Grade::good: return "good";
    case Grade::weak: return "weak";
    case Grade::bad: return "bad";
    }
    return "";
}

std::string padded(std::string text, std::size_t width) {
    if (text.size() < width) text.append(width - text.size(), ' ');
    return text;
}

Judgement judgement_of(ProtocolVersion version) {
    switch (version) {
    case ProtocolVersion::ssl_3_0: return {Grade::bad, "prohibited (RFC 7568)"};
    case ProtocolVersion::tls_1_0:
    case ProtocolVersion::tls_1_1: return {Grade::bad, "prohibited (RFC 8996)"};
    default: return {};
    }
}

struct FeatureRow {
    std::string_view name;
    std::optional<bool> value;
    std::optional<bool> wanted; // nothing: either way is fine
};

std::vector<FeatureRow> rows_of(const Features& features) {
    return {{"secure renegotiation", features.secure_renegotiation, true},
            {"extended master secret", features.extended_master_secret, true},
            {"encrypt-then-MAC", features.encrypt_then_mac, true},
            {"downgrade protection (SCSV)", features.fallback_protection, std::nullopt},
            {"compression", features.compression, false},
            {"heartbeat", features.heartbeat, false},
            {"session tickets", features.session_tickets, std::nullopt},
            {"session IDs", features.session_ids, std::nullopt},
            {"OCSP stapling", features.ocsp_stapled, std::nullopt},
            {"asks for a certificate", features.client_certificate_asked, std::nullopt}};
}

class Text {
    std::string out_;
    Palette palette_;

  public:
    explicit Text(bool coloured) : palette_(coloured) {}

    void heading(std::string_view text) { out_ += "\n" + palette_.paint(Tint::bold, text) + "\n"; }
    void line(std::string_view text) { out_ += "  " + std::string(text) + "\n"; }
    void judged(const std::string& text, const Judgement& judgement) {
        out_ += "  " +
                palette_.paint(judgement.grade == Grade::good ? Tint::plain : tint_of(judgement.grade), text);
        if (!judgement.reason.empty()) out_ += "  " + std::string(judgement.reason);
        while (out_.ends_with(' ')) out_.pop_back();
        out_ += "\n";
    }
    void graded(Grade grade, std::string_view text) {
        out_ += "  " + palette_.paint(tint_of(grade), padded(std::string(name_of_grade(grade)), 6)) +
                std::string(text) + "\n";
    }
    std::string take() { return std::move(out_); }
};

void append_versions(Text& text, const ScanResult& result) {
    text.heading("versions");
    text.judged(padded("SSLv2", 12) + (result.ssl_2 ? "yes" : "no"),
                result.ssl_2 ? Judgement{Grade::bad, "prohibited (RFC 6176)"} : Judgement{});
    for (const VersionFound& found : result.versions)
        text.judged(padded(name_of(found.version), 12) + (found.supported ? "yes" : "no   ") +
                        (found.supported ? "" : found.refusal),
                    found.supported ? judgement_of(found.version) : Judgement{});
}

void append_suites(Text& text, const ScanResult& result) {
    for (const VersionFound& found : result.versions) {
        if (!found.supported) continue;
        text.heading(
            "cipher suites of " + name_of(found.version) +
            (found.own_preference ? ", by the server's preference" : ", the client's order decides"));
        for (const SuiteFound& row : found.suites) {
            std::string with = row.group ? group_name(*row.group) : "";
            if (row.dh_bits > 0) with = "DH of " + std::to_string(row.dh_bits) + " bits";
            text.judged(padded(suite_name(row.suite), 48) + padded(with, 20), judge(row.suite));
        }
    }
}

template <class Value, class Name>
void append_list(Text& text, std::string_view heading, const std::vector<Value>& values, Name name) {
    if (values.empty()) return;
    text.heading(heading);
    for (const Value value : values) name(value);
}

void append_chains(Text& text, const ScanResult& result) {
    for (const ChainFound& found : result.chains) {
        text.heading(found.trusted ? "certificates, trusted" : "certificates, NOT trusted");
        std::string description = description_of_chain(found.chain);
        if (description.ends_with('\n')) description.pop_back();
        for (std::size_t at = 0; at <= description.size();) {
            const std::size_t end = std::min(description.find('\n', at), description.size());
            text.line(std::string_view(description).substr(at, end - at));
            at = end + 1;
        }
        for (const std::string& fault : found.faults) text.graded(Grade::bad, fault);
        for (const std::string& remark : found.remarks) text.line("note  " + remark);
    }
}

void append_features(Text& text, const Features& features) {
    text.heading("features");
    for (const FeatureRow& row : rows_of(features)) {
        if (!row.value) continue;
        const bool fine = !row.wanted || *row.wanted == *row.value;
        text.judged(padded(std::string(row.name), 30) + (*row.value ? "yes" : "no"),
                    {fine ? Grade::good : Grade::weak, ""});
    }
    if (features.early_data)
        text.line(padded("early data (0-RTT)", 30) +
                  (*features.early_data == 0 ? "no" : std::to_string(*features.early_data) + " bytes"));
    if (!features.alpn_protocol.empty()) text.line(padded("ALPN", 30) + printable(features.alpn_protocol));
}

void write_judged(JsonWriter& json, const std::string& name, const Judgement& judgement) {
    json.member("name", name).member("grade", name_of_grade(judgement.grade));
    if (!judgement.reason.empty()) json.member("reason", judgement.reason);
}

void write_versions(JsonWriter& json, const ScanResult& result) {
    json.key("versions").begin_array();
    json.begin_object().member("name", "SSLv2").member("supported", result.ssl_2).end_object();
    for (const VersionFound& found : result.versions) {
        json.begin_object().member("name", name_of(found.version)).member("supported", found.supported);
        if (!found.supported) json.member("refusal", found.refusal);
        if (found.supported) json.member("server_preference", found.own_preference);
        json.key("cipher_suites").begin_array();
        for (const SuiteFound& row : found.suites) {
            json.begin_object();
            write_judged(json, suite_name(row.suite), judge(row.suite));
            json.member("value", static_cast<unsigned>(row.suite));
            if (row.group) json.member("group", group_name(*row.group));
            if (row.dh_bits > 0) json.member("dh_bits", row.dh_bits);
            json.end_object();
        }
        json.end_array().end_object();
    }
    json.end_array();
}

void write_groups(JsonWriter& json, std::string_view name, const std::vector<NamedGroup>& groups) {
    json.key(name).begin_array();
    for (const NamedGroup group : groups) {
        json.begin_object();
        write_judged(json, group_name(group), judge(group));
        json.end_object();
    }
    json.end_array();
}

void write_features(JsonWriter& json, const Features& features) {
    json.key("features").begin_object();
    for (const FeatureRow& row : rows_of(features)) {
        json.key(row.name);
        if (row.value)
            json.value(*row.value);
        else
            json.null();
    }
    json.key("early data");
    if (features.early_data)
        json.value(*features.early_data);
    else
        json.null();
    json.member("alpn", features.alpn_protocol).end_object();
}

} // namespace

void judge(ScanResult& result) {
    const auto found = [&result](Grade grade, std::string text) {
        result.findings.push_back({grade, std::move(text)});
    };
    if (result.ssl_2) found(Grade::bad, "SSLv2 is offered (RFC 6176)");
    bool modern = false;
    std::array<std::string, 2> graded;
    for (const VersionFound& version : result.versions) {
        if (!version.supported) continue;
        if (version.version >= ProtocolVersion::tls_1_2) modern = true;
        if (const Judgement judgement = judgement_of(version.version); judgement.grade != Grade::good)
            found(judgement.grade,
                  name_of(version.version) + " is offered: " + std::string(judgement.reason));
        for (const SuiteFound& row : version.suites) {
            const Judgement judgement = judge(row.suite);
            if (judgement.grade != Grade::bad) continue;
            found(Grade::bad, name_of(version.version) + " with " + suite_name(row.suite) + ": " +
                                  std::string(judgement.reason));
        }
        const auto weak_dh = std::ranges::find_if(
            version.suites, [](const SuiteFound& row) { return row.dh_bits > 0 && row.dh_bits < 2048; });
        if (weak_dh != version.suites.end())
            found(weak_dh->dh_bits < 1024 ? Grade::bad : Grade::weak,
                  "DH of " + std::to_string(weak_dh->dh_bits) + " bits (Logjam)");
    }
    if (!modern) found(Grade::bad, "neither TLS 1.2 nor TLS 1.3 is offered");
    for (const std::vector<NamedGroup>* groups : {&result.groups12, &result.groups13})
        for (const NamedGroup group : *groups)
            if (judge(group).grade == Grade::bad)
                found(Grade::bad, "group " + group_name(group) + ": " + std::string(judge(group).reason));
    if (result.features.compression == true) found(Grade::bad, "TLS compression is on (CRIME)");
    if (result.features.secure_renegotiation == false)
        found(Grade::bad, "renegotiation is not secure (RFC 5746, CVE-2009-3555)");
    if (result.features.extended_master_secret == false)
        found(Grade::weak, "no extended master secret (RFC 7627)");
    for (const ChainFound& chain : result.chains)
        for (const std::string& fault : chain.faults) found(Grade::bad, "certificate: " + fault);
}

std::string scan_as_text(const ScanTarget& target, const ScanResult& result, bool coloured) {
    Text text(coloured);
    append_versions(text, result);
    append_suites(text, result);
    for (const auto& [name, groups] :
         {std::pair{"groups of TLS 1.2", &result.groups12}, std::pair{"groups of TLS 1.3", &result.groups13}})
        append_list(text, name, *groups,
                    [&text](NamedGroup group) { text.judged(group_name(group), judge(group)); });
    append_list(text, "signature schemes of TLS 1.2", result.signature_schemes12,
                [&text](SignatureScheme scheme) { text.line(name_of(scheme)); });
    append_features(text, result.features);
    append_chains(text, result);
    text.heading("findings");
    for (const Finding& finding : result.findings) text.graded(finding.grade, finding.text);
    if (result.findings.empty()) text.graded(Grade::good, "nothing is wrong with it");
    return target.endpoint + " (" + net::to_text(target.address) + "), " +
           std::to_string(result.connections) + " connections\n" + text.take();
}

std::string scan_as_json(const ScanTarget& target, const ScanResult& result) {
    JsonWriter json;
    json.begin_object();
    json.member("target", target.endpoint).member("address", net::to_text(target.address));
    json.member("server_name", target.server_name).member("connections", result.connections);
    write_versions(json, result);
    write_groups(json, "groups_tls12", result.groups12);
    write_groups(json, "groups_tls13", result.groups13);
    json.key("signature_schemes_tls12").begin_array();
    for (const SignatureScheme scheme : result.signature_schemes12) json.value(name_of(scheme));
    json.end_array();
    write_features(json, result.features);
    json.key("certificates").begin_array();
    for (const ChainFound& found : result.chains) {
        json.begin_object().member("trusted", found.trusted).member("length", found.chain.size());
        json.member("description", description_of_chain(found.chain));
        json.strings("faults", found.faults).strings("remarks", found.remarks).end_object();
    }
    json.end_array().key("findings").begin_array();
    for (const Finding& finding : result.findings)
        json.begin_object()
            .member("grade", name_of_grade(finding.grade))
            .member("text", finding.text)
            .end_object();
    json.end_array().end_object();
    return json.text();
}

} // namespace pavise::cli
