// Encrypted Client Hello on the command line (RFC 9849): whom `connect` hides, and with what `serve` finds
// out.
#pragma once

#include "cli/arguments.hpp"

#include <pavise/engine.hpp>

namespace pavise::cli {

inline constexpr Option option_ech{
    "--ech", "FILE|BASE64",
    "hide the server's name from the network (Encrypted Client Hello): its ECHConfigList, as DNS has it"};
inline constexpr Option option_ech_key{
    "--ech-key", "FILE",
    "take Encrypted Client Hellos with the key in FILE, as 'pavise cert make-ech-key' makes it; the first is "
    "the newest",
    Occurs::any_number};

// Of --ech; empty without. Errors (usage): what is wrong with the file or the list.
Outcome<ByteVector> ech_configs_from(const Arguments& arguments);
// Of --ech-key.
Outcome<std::vector<EchKey>> ech_keys_from(const Arguments& arguments);

// What the server said to a client whose ECH it did not take: lines behind the error.
std::string advice_after_rejection(const Negotiated& negotiated);

} // namespace pavise::cli
