// Certificate Transparency on the command line (RFC 6962): the timestamps by which public logs say that they
// know a certificate; sent by `serve`, shown and verified by `connect`.
#pragma once

#include "cli/arguments.hpp"
#include "crypto/provider.hpp"
#include "trust/certificate.hpp"

#include <pavise/engine.hpp>

namespace pavise::cli {

inline constexpr Option option_timestamps{
    "--sct", "", "ask for proof that public logs know the certificate (RFC 6962), and show what comes"};
inline constexpr Option option_log_key{
    "--ct-log", "FILE",
    "the public key of a log (PEM or DER): the certificate must have a timestamp of one of these logs, from "
    "the server or in itself, that is good",
    Occurs::any_number};
inline constexpr Option option_timestamp_files{"--sct", "FILE",
                                               "send the timestamps of public logs in FILE, a "
                                               "SignedCertificateTimestampList (RFC 6962, in binary), with "
                                               "the --cert at the same place",
                                               Occurs::any_number};

// Contents octets of 1.3.6.1.4.1.11129.2.4.2: the list that a certificate has in itself (§3.3).
inline constexpr std::string_view embedded_timestamps = "\x2b\x06\x01\x04\x01\xd6\x79\x02\x04\x02";

// A log whose timestamps can be verified.
struct LogKey {
    trust::Fingerprint id{}; // SHA-256 of the key
    std::shared_ptr<const crypto::PublicKey> key;
};
// Of each --ct-log. Errors (usage): name the file.
Outcome<std::vector<LogKey>> log_keys_from(const Arguments& arguments);

enum class TimestampVerdict : std::uint8_t {
    good,
    unknown_log,     // of none of the logs whose keys we have
    unknown_version, // nothing is known of its form
    malformed,
    in_the_future,
    bad_signature,
    no_issuer, // what is in a certificate is signed together with its issuer's key
};
std::string_view words_for(TimestampVerdict verdict);

struct ShownTimestamp {
    enum class Source : std::uint8_t { server, certificate };
    Source source{};
    ByteVector log_id{}; // 32 bytes; empty where it could not be read
    Timestamp time{};
    TimestampVerdict verdict{};
};
// What the server sent and what its certificate has in itself, judged at `now`. Empty: none.
std::vector<ShownTimestamp> timestamps_of(const Negotiated& negotiated, std::span<const LogKey> logs,
                                          Timestamp now);

// Nothing where one of them is good; else what to say to who asked for one of these logs.
std::optional<Problem> complaint_about(std::span<const ShownTimestamp> shown, const Negotiated& negotiated,
                                       std::string_view server);

// A row for each, as those of description_of().
std::string description_of(std::span<const ShownTimestamp> shown);

} // namespace pavise::cli
