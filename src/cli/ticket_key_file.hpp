// The keys of tickets in a file, so that servers share them: `pavise serve --ticket-keys`.
#pragma once

#include "cli/arguments.hpp"

#include <pavise/session.hpp>

namespace pavise::cli {

inline constexpr Option option_ticket_keys{
    "--ticket-keys", "FILE",
    "seal tickets with the keys in FILE, which servers may share: a line NAME:SECRET for each, 32 and 64 "
    "hexadecimal digits; the first one seals, all open"};

// Sets the keys of a file, of which the first one seals and all open, and says how many there are. Errors
// (usage): name the file and the line.
Outcome<std::size_t> read_ticket_keys(std::string_view path, TicketKeys& keys, Timestamp now);

} // namespace pavise::cli
