// Changes outgoing messages of one type, and notes what passes.
#pragma once

#include "wire/tap.hpp"

#include <functional>
#include <utility>

namespace pavise::testing {

class RewritingTap final : public wire::Tap {
    HandshakeType type_;
    std::function<void(ByteVector&)> change_;

  public:
    // `change` gets the message with its 4-byte header, whose length is put right afterwards.
    RewritingTap(HandshakeType type, std::function<void(ByteVector&)> change) :
        type_(type),
        change_(std::move(change)) {}
    void rewrite_outgoing(HandshakeType type, ByteVector& message) noexcept override {
        if (type != type_) return;
        change_(message);
        if (message.size() < 4) return;
        const std::size_t length = message.size() - 4;
        message[1] = static_cast<std::uint8_t>(length >> 16);
        message[2] = static_cast<std::uint8_t>(length >> 8 & 0xff);
        message[3] = static_cast<std::uint8_t>(length & 0xff);
    }
};

// Keeps what a connection sends and receives.
class RecordingTap final : public wire::Tap {
  public:
    struct Content {
        wire::Direction direction;
        ContentType type;
        ByteVector bytes;
    };
    std::vector<ByteVector> sent_messages;
    std::vector<ByteVector> received_messages;
    std::vector<Content> contents;
    std::vector<ByteVector> sent_records;

    void on_message(wire::Direction direction, Bytes message) noexcept override {
        auto& messages = direction == wire::Direction::sent ? sent_messages : received_messages;
        messages.emplace_back(message.begin(), message.end());
    }
    void on_content(wire::Direction direction, ContentType type, Bytes content) noexcept override {
        contents.push_back({direction, type, ByteVector(content.begin(), content.end())});
    }
    void on_record(wire::Direction direction, wire::RecordProtection, Bytes record) noexcept override {
        if (direction == wire::Direction::sent) sent_records.emplace_back(record.begin(), record.end());
    }
};

} // namespace pavise::testing
