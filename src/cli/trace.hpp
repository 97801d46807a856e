// pavise trace: what two sides said to each other, message by message.
#pragma once

#include "cli/capture.hpp"
#include "cli/decryption.hpp"

#include <string>

namespace pavise::cli {

// A captured conversation in words; opened as far as the key log has the secrets. Empty where it is no TLS.
std::string trace_of(const Conversation& conversation, const KeyLogFile& key_log);
// A transcript as TranscriptTap writes it (<pavise/testing/transcript.hpp>). Errors (usage): the line that is
// none.
Outcome<std::string> trace_of_transcript(std::string_view text);

} // namespace pavise::cli
