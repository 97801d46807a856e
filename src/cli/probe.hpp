// Probe: one ClientHello, made by hand, and what a server answers to it. No key is ever computed, so that
// anything can be offered: versions and suites that the engine does not speak, and never will.
#pragma once

#include "net/address.hpp"
#include "net/deadline.hpp"

#include <pavise/alert.hpp>
#include <pavise/bytes.hpp>
#include <pavise/registry.hpp>
#include <pavise/result.hpp>
#include <pavise/shared_bytes.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace pavise::cli {

// What a hello says. Legacy versions are offered by legacy_version, TLS 1.3 by its extension.
struct ProbeHello {
    ProtocolVersion version = ProtocolVersion::tls_1_2; // the only one that is offered
    std::vector<CipherSuite> suites{};
    std::vector<NamedGroup> groups{}; // without a key share: a TLS 1.3 server names the one that it wants
    std::vector<SignatureScheme> signature_schemes{};
    std::vector<std::uint8_t> compression_methods{0};
    std::vector<std::string> alpn_protocols{};
    std::string server_name{}; // empty: not sent
};

enum class ProbeOutcome : std::uint8_t {
    server_hello, // the server took the offer
    alert,        // it refused by an alert
    closed,       // it ended the connection without a word
    silent,       // it said nothing within the time
    not_tls,      // it answered something that is no TLS
};

struct ProbeAnswer {
    ProbeOutcome outcome = ProbeOutcome::closed;
    AlertDescription alert{};
    ProtocolVersion version{};
    CipherSuite suite{};
    std::uint8_t compression_method = 0;
    bool has_session_id = false; // in TLS 1.2 and below: the server keeps the session
    bool hello_retry = false;
    std::optional<NamedGroup> group{};            // of a HelloRetryRequest, or of ServerKeyExchange
    std::size_t dh_bits = 0;                      // of ServerKeyExchange's prime; 0: no DHE
    std::optional<SignatureScheme> signed_with{}; // ServerKeyExchange of TLS 1.2
    std::vector<ExtensionType> extensions{};
    std::string alpn_protocol{};
    std::vector<SharedBytes> chain{}; // DER, as it came; TLS 1.2 and below show it in the clear
    bool stapled = false;             // CertificateStatus came
    bool asks_for_certificate = false;

    bool accepted(ProtocolVersion wanted) const {
        return outcome == ProbeOutcome::server_hello && version == wanted;
    }
    bool has(ExtensionType type) const;
};

class Prober {
    net::Address address_;
    std::chrono::milliseconds patience_;
    std::size_t connections_ = 0;

    Result<ByteVector> exchange(Bytes hello, bool (*complete)(Bytes));

  public:
    Prober(const net::Address& address, std::chrono::milliseconds patience) noexcept :
        address_(address),
        patience_(patience) {}

    // Errors: those of a connection that could not be made.
    Result<ProbeAnswer> ask(const ProbeHello& hello);
    // Whether the server answers an SSL 2.0 CLIENT-HELLO in kind.
    Result<bool> speaks_ssl_2();
    std::size_t connections() const noexcept { return connections_; }
};

// The parts, for tests: the record with the hello, and the reading of an answer.
ByteVector probe_record(const ProbeHello& hello, Bytes random);
ProbeAnswer read_answer(Bytes records);
// Whether no more of a flight is to come, or none that is wanted.
bool flight_is_complete(Bytes records);

} // namespace pavise::cli
