// Every way in which a connection, a file or a call can fail: one table, one small value.
//
// The alert that goes to the peer follows from the error, here and nowhere else.
#pragma once

#include <pavise/alert.hpp>
#include <pavise/export.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pavise {

// Who has to change something for this to work.
enum class Blame : std::uint8_t {
    peer,        // the peer broke the protocol
    negotiation, // both sides are right, but share no version, suite, group, protocol …
    certificate, // the peer's certificate or its proof was not accepted
    transport,   // the connection below ended or was cut
    local,       // our own configuration, file, call or machine
};

enum class ErrorCode : std::uint16_t {
#define PAVISE_ERROR(name, alert, blame, section, text) name,
#include <pavise/errors.def>
#undef PAVISE_ERROR
};

#define PAVISE_ERROR(name, alert, blame, section, text) +1
inline constexpr std::size_t error_count = 0
#include <pavise/errors.def>
    ;
#undef PAVISE_ERROR

// A failure. Trivially copyable; texts are static.
struct Error {
    ErrorCode code;
    // What was met, where the code alone does not say: the alert number for `alert_received`, a message or
    // extension type, a botan or system error number; for `refused_by_application` the alert that it chose. 0
    // where there is nothing to add.
    std::uint16_t detail = 0;

    friend constexpr bool operator==(Error, Error) = default;
};

// The fatal alert that tells the peer, or nothing where no alert is to be sent (a received alert is not
// answered, RFC 8446 §6.2; a local misuse is nobody else's business).
PAVISE_EXPORT std::optional<AlertDescription> alert_of(Error error) noexcept;
PAVISE_EXPORT Blame blame_of(Error error) noexcept;
// The code's own name, as in errors.def ("record_overflow").
PAVISE_EXPORT std::string_view name_of(ErrorCode code) noexcept;
// The RFC and section that the failed check enforces ("8446 §5.2"); empty where none applies.
PAVISE_EXPORT std::string_view section_of(ErrorCode code) noexcept;
// One line in words, without the detail.
PAVISE_EXPORT std::string_view text_of(ErrorCode code) noexcept;
// One line in words for a person: text, detail in words, section.
PAVISE_EXPORT std::string describe(Error error);

} // namespace pavise
