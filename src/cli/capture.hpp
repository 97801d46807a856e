// Captures of network traffic: TCP conversations out of pcap and pcapng files.
#pragma once

#include "cli/outcome.hpp"

#include <pavise/bytes.hpp>

#include <string>
#include <vector>

namespace pavise::cli {

enum class Sender : std::uint8_t { client, server };

// Bytes that one side sent, in the order in which both sides' bytes came to be complete.
struct Chunk {
    Sender sender{};
    ByteVector bytes{};
};

// One TCP connection. The client is who sent the first SYN; where none was captured, who sent first.
struct Conversation {
    std::string client{}; // "192.0.2.1:40000"
    std::string server{};
    std::vector<Chunk> chunks{};
    bool has_gap = false; // segments are missing: what comes after them is left out
};

bool looks_like_capture(Bytes file) noexcept;
// Errors (usage): what is wrong with the file. Packets that are no TCP over IP are passed over, and so are
// fragments.
Outcome<std::vector<Conversation>> conversations_in(Bytes file);

} // namespace pavise::cli
