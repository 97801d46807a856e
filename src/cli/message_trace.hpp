// A connection's messages in words, as they go and come: `pavise connect --msg`.
#pragma once

#include "cli/annotation.hpp"

#include <pavise/testing/tap.hpp>

#include <cstdio>

namespace pavise::cli {

class MessageTrace final : public testing::Tap {
    std::FILE* to_; // not owned
    Annotator annotator_;

    void print(testing::Direction direction, const std::string& text) noexcept;

  public:
    explicit MessageTrace(std::FILE* to) noexcept : to_(to) {}

    void on_message(testing::Direction direction, Bytes message) noexcept override;
    // What is no handshake message: alerts, change_cipher_spec, and how much data.
    void on_content(testing::Direction direction, ContentType type, Bytes content) noexcept override;
};

} // namespace pavise::cli
