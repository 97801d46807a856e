// The hellos of pavise scan.
#include "cli/scan.hpp"

#include "base/try.hpp"

#include <algorithm>

namespace pavise::cli {

namespace {

// Some servers cannot take a hello with hundreds of suites; none has trouble with so many.
constexpr std::size_t suites_a_hello = 60;

constexpr ProtocolVersion versions[] = {ProtocolVersion::ssl_3_0, ProtocolVersion::tls_1_0,
                                        ProtocolVersion::tls_1_1, ProtocolVersion::tls_1_2,
                                        ProtocolVersion::tls_1_3};

std::vector<NamedGroup> all_groups() {
    std::vector<NamedGroup> out;
    for (const GroupRow& row : every_group()) out.push_back(row.group);
    return out;
}

std::vector<SignatureScheme> all_schemes() {
    std::vector<SignatureScheme> out = default_signature_schemes();
    for (const SignatureScheme scheme :
         {SignatureScheme::rsa_pkcs1_sha256, SignatureScheme::rsa_pkcs1_sha384,
          SignatureScheme::rsa_pkcs1_sha512, SignatureScheme::rsa_pkcs1_sha1, SignatureScheme::ecdsa_sha1,
          SignatureScheme::ed448, static_cast<SignatureScheme>(0x0202) /* dsa_sha1 */,
          static_cast<SignatureScheme>(0x0402) /* dsa_sha256 */})
        if (std::ranges::find(out, scheme) == out.end()) out.push_back(scheme);
    return out;
}

std::string words_for(const ProbeAnswer& answer) {
    switch (answer.outcome) {
    case ProbeOutcome::server_hello: return "it answered with " + name_of(answer.version);
    case ProbeOutcome::alert: return "alert " + std::string(name_of(answer.alert));
    case ProbeOutcome::closed: return "the connection was closed";
    case ProbeOutcome::silent: return "no answer in time";
    case ProbeOutcome::not_tls: return "the answer is not TLS";
    }
    return {};
}

class Scanner {
    Prober prober_;
    const ScanTarget& target_;
    ScanResult& result_;

    ProbeHello hello(ProtocolVersion version, std::vector<CipherSuite> suites) const {
        ProbeHello out;
        out.version = version;
        out.suites = std::move(suites);
        out.groups = all_groups();
        if (version >= ProtocolVersion::tls_1_2) out.signature_schemes = all_schemes();
        out.server_name = target_.server_name;
        return out;
    }
    // A connection that cannot be made in the middle of a scan refuses what it was to ask.
    ProbeAnswer ask(const ProbeHello& question) {
        auto answer = prober_.ask(question);
        return answer ? *std::move(answer) : ProbeAnswer{};
    }

    // Takes away one suite after the other until the server has none left that it likes. Says how it refused.
    ProbeOutcome find_suites(VersionFound& found, std::vector<CipherSuite> offered) {
        while (!offered.empty()) {
            const ProbeAnswer answer = ask(hello(found.version, offered));
            if (!answer.accepted(found.version)) {
                if (found.refusal.empty()) found.refusal = words_for(answer);
                return answer.outcome;
            }
            // A suite that was not offered: this server does not listen, and the search would have no end.
            if (std::erase(offered, answer.suite) == 0) return answer.outcome;
            found.suites.push_back({answer.suite, answer.group, answer.dh_bits});
        }
        return ProbeOutcome::server_hello;
    }

    // Whether the order of the suites that it was shown makes a difference to the server.
    bool has_own_preference(const VersionFound& found) {
        if (found.suites.size() < 2) return true;
        const CipherSuite first = found.suites.front().suite;
        const CipherSuite last = found.suites.back().suite;
        const ProbeAnswer one = ask(hello(found.version, {first, last}));
        const ProbeAnswer other = ask(hello(found.version, {last, first}));
        return one.suite == other.suite;
    }

    // The suites that were found chunk by chunk, in the server's own order.
    void order(VersionFound& found) {
        std::vector<CipherSuite> suites;
        for (const SuiteFound& row : found.suites) suites.push_back(row.suite);
        found.own_preference = has_own_preference(found);
        if (!found.own_preference || suites.size() > suites_a_hello) return;
        VersionFound again{.version = found.version};
        (void)find_suites(again, suites);
        if (again.suites.size() == found.suites.size()) found.suites = std::move(again.suites);
    }

    std::vector<CipherSuite> suites_with(ProtocolVersion version, std::string_view part) const {
        std::vector<CipherSuite> out;
        if (const VersionFound* found = result_.version(version))
            for (const SuiteFound& row : found->suites)
                if (suite_name(row.suite).find(part) != std::string::npos) out.push_back(row.suite);
        return out;
    }

  public:
    Scanner(const ScanTarget& target, ScanResult& result) :
        prober_(target.address, target.patience),
        target_(target),
        result_(result) {}

    std::size_t connections() const noexcept { return prober_.connections(); }

    Status find_versions() {
        PAVISE_LET(result_.ssl_2, prober_.speaks_ssl_2());
        for (const ProtocolVersion version : versions) {
            VersionFound found{.version = version};
            const std::vector<CipherSuite> suites = every_suite(version);
            for (std::size_t at = 0; at < suites.size(); at += suites_a_hello) {
                const auto begin = suites.begin() + static_cast<std::ptrdiff_t>(at);
                const auto end =
                    begin + static_cast<std::ptrdiff_t>(std::min(suites_a_hello, suites.size() - at));
                // A server that says nothing to one hello has nothing to say to the next.
                if (find_suites(found, {begin, end}) == ProbeOutcome::silent) break;
            }
            found.supported = !found.suites.empty();
            if (found.supported) order(found);
            result_.versions.push_back(std::move(found));
        }
        return {};
    }

    void find_groups(ProtocolVersion version, const std::vector<CipherSuite>& suites,
                     std::vector<NamedGroup>& out) {
        if (suites.empty()) return;
        for (std::vector<NamedGroup> offered = all_groups(); !offered.empty();) {
            ProbeHello question = hello(version, suites);
            question.groups = offered;
            const ProbeAnswer answer = ask(question);
            if (!answer.accepted(version) || !answer.group || std::erase(offered, *answer.group) == 0) return;
            out.push_back(*answer.group);
        }
    }

    void find_groups() {
        const auto tls12 = ProtocolVersion::tls_1_2;
        find_groups(tls12, suites_with(tls12, "_ECDHE_"), result_.groups12);
        find_groups(ProtocolVersion::tls_1_3, suites_with(ProtocolVersion::tls_1_3, "TLS_"),
                    result_.groups13);
    }

    void find_signature_schemes() {
        const auto suites = suites_with(ProtocolVersion::tls_1_2, "DHE_");
        if (suites.empty()) return;
        for (std::vector<SignatureScheme> offered = all_schemes(); !offered.empty();) {
            ProbeHello question = hello(ProtocolVersion::tls_1_2, suites);
            question.signature_schemes = offered;
            const ProbeAnswer answer = ask(question);
            if (!answer.accepted(ProtocolVersion::tls_1_2) || !answer.signed_with ||
                std::erase(offered, *answer.signed_with) == 0)
                return;
            result_.signature_schemes12.push_back(*answer.signed_with);
        }
    }

    void find_features() {
        Features& features = result_.features;
        const VersionFound* newest = nullptr; // of the versions that say these things in the clear
        for (const VersionFound& found : result_.versions)
            if (found.supported && found.version <= ProtocolVersion::tls_1_2) newest = &found;
        if (newest == nullptr) return;
        std::vector<CipherSuite> suites;
        for (const SuiteFound& row : newest->suites) suites.push_back(row.suite);
        ProbeHello question = hello(newest->version, suites);
        question.compression_methods = {1, 0}; // DEFLATE first (RFC 3749)
        question.alpn_protocols = {"h2", "http/1.1"};
        const ProbeAnswer answer = ask(question);
        if (!answer.accepted(newest->version)) return;
        using enum ExtensionType;
        features.secure_renegotiation = answer.has(renegotiation_info);
        features.extended_master_secret = answer.has(extended_master_secret);
        features.session_tickets = answer.has(session_ticket);
        features.session_ids = answer.has_session_id;
        features.compression = answer.compression_method != 0;
        features.heartbeat = answer.has(heartbeat);
        features.ocsp_stapled = answer.stapled;
        features.client_certificate_asked = answer.asks_for_certificate;
        features.alpn_protocol = answer.alpn_protocol;
        const auto cbc = suites_with(newest->version, "_CBC_");
        if (!cbc.empty()) features.encrypt_then_mac = ask(hello(newest->version, cbc)).has(encrypt_then_mac);
        find_fallback_protection();
    }

    // RFC 7507 §3: a server that speaks more than the hello offers refuses one with the signalling suite.
    void find_fallback_protection() {
        const VersionFound* lowest = nullptr;
        const VersionFound* highest = nullptr;
        for (const VersionFound& found : result_.versions) {
            if (!found.supported) continue;
            if (lowest == nullptr) lowest = &found;
            highest = &found;
        }
        if (lowest == nullptr || lowest == highest) return;
        const ProbeAnswer answer =
            ask(hello(lowest->version, {lowest->suites.front().suite, CipherSuite::TLS_FALLBACK_SCSV}));
        result_.features.fallback_protection =
            answer.outcome == ProbeOutcome::alert && answer.alert == AlertDescription::inappropriate_fallback;
    }

    // TLS 1.2 shows a chain for each kind of key in the clear.
    void find_chains() {
        for (const std::string_view part : {"_ECDSA_", "_RSA_", "_DSS_"}) {
            const auto suites = suites_with(ProtocolVersion::tls_1_2, part);
            if (suites.empty()) continue;
            ProbeAnswer answer = ask(hello(ProtocolVersion::tls_1_2, suites));
            if (!answer.chain.empty()) result_.chains.push_back({.chain = std::move(answer.chain)});
        }
    }
};

} // namespace

const VersionFound* ScanResult::version(ProtocolVersion wanted) const {
    const auto row = std::ranges::find(versions, wanted, &VersionFound::version);
    return row == versions.end() ? nullptr : &*row;
}

Result<ScanResult> scan(const ScanTarget& target) {
    ScanResult result;
    Scanner scanner(target, result);
    PAVISE_TRY(scanner.find_versions());
    scanner.find_groups();
    scanner.find_signature_schemes();
    scanner.find_features();
    scanner.find_chains();
    result.connections = scanner.connections();
    scan_certificates(target, result);
    judge(result);
    return result;
}

} // namespace pavise::cli
