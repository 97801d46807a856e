#include "cli/message_trace.hpp"

#include "cli/annotation_parts.hpp"

namespace pavise::cli {

void MessageTrace::show(const ssl::TLSMessage& message) {
    std::string line = message.direction == ssl::MessageDirection::sent ? "--> " : "<-- ";
    switch (message.content_type) {
    case ContentType::handshake: line += annotator_.message(message.content); break;
    case ContentType::alert: line += annotator_.alert(message.content); break;
    case ContentType::application_data:
        line += name_of(message.content_type) + ", " + bytes_in(message.content) + "\n";
        break;
    default: line += name_of(message.content_type) + "\n"; break;
    }
    std::fwrite(line.data(), 1, line.size(), to_);
    std::fflush(to_);
}

} // namespace pavise::cli
