// pavise scan: what a server supports, found out by hellos, and what is wrong with it.
#pragma once

#include "cli/probe.hpp"
#include "cli/suites.hpp"

#include <pavise/config.hpp>
#include <pavise/negotiated.hpp>

#include <string>
#include <vector>

namespace pavise::cli {

struct ScanTarget {
    net::Address address{};
    std::string endpoint{};    // as it was given
    std::string server_name{}; // for SNI, and that the certificate is to be for
    TrustStore trust{};
    Timestamp now{};
    std::chrono::milliseconds patience{};
};

struct SuiteFound {
    CipherSuite suite{};
    std::optional<NamedGroup> group{}; // that the server took with it
    std::size_t dh_bits = 0;
};

struct VersionFound {
    ProtocolVersion version{};
    bool supported = false;
    std::string refusal{};            // how it was refused
    std::vector<SuiteFound> suites{}; // in the order in which the server took them
    bool own_preference = false;      // the server's order wins over the client's
};

struct ChainFound {
    std::vector<SharedBytes> chain{}; // DER, as it came
    std::vector<std::string> faults{};
    std::vector<std::string> remarks{};
    bool trusted = false;
};

struct Finding {
    Grade grade = Grade::weak;
    std::string text{};
};

struct Features {
    std::optional<bool> secure_renegotiation{}; // RFC 5746
    std::optional<bool> extended_master_secret{};
    std::optional<bool> encrypt_then_mac{};
    std::optional<bool> session_tickets{};
    std::optional<bool> session_ids{};
    std::optional<bool> compression{};
    std::optional<bool> heartbeat{};
    std::optional<bool> fallback_protection{}; // RFC 7507
    std::optional<bool> client_certificate_asked{};
    std::optional<bool> ocsp_stapled{};
    std::optional<std::uint32_t> early_data{}; // bytes that a ticket lets one send
    std::string alpn_protocol{};               // of h2 and http/1.1
};

struct ScanResult {
    bool ssl_2 = false;
    std::vector<VersionFound> versions{}; // SSL 3.0 … TLS 1.3
    std::vector<NamedGroup> groups12{};
    std::vector<NamedGroup> groups13{};
    std::vector<SignatureScheme> signature_schemes12{};
    std::vector<ChainFound> chains{};
    Features features{};
    std::vector<Finding> findings{};
    std::size_t connections = 0;

    const VersionFound* version(ProtocolVersion wanted) const;
};

// Errors: that of the first connection, where none could be made; later failures count as refusals.
Result<ScanResult> scan(const ScanTarget& target);

// What the parts found, each in a file of its own.
void scan_certificates(const ScanTarget& target, ScanResult& result);
void judge(ScanResult& result);

std::string scan_as_text(const ScanTarget& target, const ScanResult& result, bool coloured);
std::string scan_as_json(const ScanTarget& target, const ScanResult& result);

} // namespace pavise::cli
