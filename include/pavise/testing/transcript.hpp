// TranscriptTap: writes down what a connection did, for goldens, for debugging and as seeds for fuzzers.
#pragma once

#include <pavise/testing/tap.hpp>

#include <string>
#include <vector>

namespace pavise::testing {

// Whether secrets are written down too. With them a transcript is as confidential as the connection was.
enum class Secrets : std::uint8_t { omitted, included };

class PAVISE_EXPORT TranscriptTap final : public Tap {
    Secrets secrets_;
    std::string text_;
    ByteVector sent_;
    ByteVector received_;
    std::vector<ByteVector> messages_sent_;
    std::vector<ByteVector> messages_received_;

  public:
    explicit TranscriptTap(Secrets secrets = Secrets::omitted) : secrets_(secrets) {}

    // One line an event, in the order of events; bytes in hex:
    //
    //     sent record plaintext 16030100c8…
    //     sent content handshake 010000c4…
    //     sent message client_hello 010000c4…
    //     secret CLIENT_HANDSHAKE_TRAFFIC_SECRET 5b1c…
    //     transition 0 0 2
    const std::string& text() const { return text_; }
    // Everything as it was on the wire: what one side received is a seed for a fuzzer of that side.
    const ByteVector& wire(Direction direction) const {
        return direction == Direction::sent ? sent_ : received_;
    }
    // Whole handshake messages with their headers: seeds for fuzzers of the messages.
    const std::vector<ByteVector>& messages(Direction direction) const {
        return direction == Direction::sent ? messages_sent_ : messages_received_;
    }

    void on_record(Direction direction, RecordProtection protection, Bytes wire) noexcept override;
    void on_content(Direction direction, ContentType type, Bytes content) noexcept override;
    void on_message(Direction direction, Bytes message) noexcept override;
    void on_secret(std::string_view label, Bytes client_random, Bytes secret) noexcept override;
    void on_transition(std::size_t from, std::size_t input, std::size_t to) noexcept override;
};

} // namespace pavise::testing
