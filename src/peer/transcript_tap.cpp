#include <pavise/testing/transcript.hpp>

namespace pavise::testing {

namespace {

std::string hex(Bytes bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    text.reserve(2 * bytes.size());
    for (const std::uint8_t byte : bytes) {
        text += digits[byte >> 4];
        text += digits[byte & 0xf];
    }
    return text;
}

std::string name_of(Direction direction) {
    return direction == Direction::sent ? "sent" : "received";
}

} // namespace

void TranscriptTap::on_record(Direction direction, RecordProtection protection, Bytes wire) noexcept {
    text_ += name_of(direction) + " record " +
             (protection == RecordProtection::encrypted ? "encrypted " : "plaintext ") + hex(wire) + "\n";
    ByteVector& all = direction == Direction::sent ? sent_ : received_;
    all.insert(all.end(), wire.begin(), wire.end());
}

void TranscriptTap::on_content(Direction direction, ContentType type, Bytes content) noexcept {
    text_ += name_of(direction) + " content " + pavise::name_of(type) + " " + hex(content) + "\n";
}

void TranscriptTap::on_message(Direction direction, Bytes message) noexcept {
    const auto type = static_cast<HandshakeType>(message.empty() ? 0 : message[0]);
    text_ += name_of(direction) + " message " + pavise::name_of(type) + " " + hex(message) + "\n";
    (direction == Direction::sent ? messages_sent_ : messages_received_)
        .emplace_back(message.begin(), message.end());
}

void TranscriptTap::on_secret(std::string_view label, Bytes, Bytes secret) noexcept {
    if (secrets_ == Secrets::included) text_ += "secret " + std::string(label) + " " + hex(secret) + "\n";
}

void TranscriptTap::on_transition(std::size_t from, std::size_t input, std::size_t to) noexcept {
    text_ +=
        "transition " + std::to_string(from) + " " + std::to_string(input) + " " + std::to_string(to) + "\n";
}

} // namespace pavise::testing
