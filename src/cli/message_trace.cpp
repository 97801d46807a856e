#include "cli/message_trace.hpp"

#include "cli/annotation_parts.hpp"

namespace pavise::cli {

void MessageTrace::print(testing::Direction direction, const std::string& text) noexcept {
    const std::string line = (direction == testing::Direction::sent ? "--> " : "<-- ") + text;
    std::fwrite(line.data(), 1, line.size(), to_);
    std::fflush(to_);
}

void MessageTrace::on_message(testing::Direction direction, Bytes message) noexcept {
    print(direction, annotator_.message(message));
}

void MessageTrace::on_content(testing::Direction direction, ContentType type, Bytes content) noexcept {
    if (type == ContentType::handshake) return;
    if (type == ContentType::alert) return print(direction, annotator_.alert(content));
    const bool data = type == ContentType::application_data;
    print(direction, name_of(type) + (data ? ", " + bytes_in(content) : std::string()) + "\n");
}

} // namespace pavise::cli
