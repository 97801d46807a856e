// A connection's messages in words, as they go and come: `pavise connect --msg`.
#pragma once

#include "cli/annotation.hpp"

#include <pavise/ssl/context.hpp>

#include <cstdio>

namespace pavise::cli {

class MessageTrace {
    std::FILE* to_; // not owned
    Annotator annotator_;

  public:
    explicit MessageTrace(std::FILE* to) noexcept : to_(to) {}

    // Of what is no handshake message (alerts, change_cipher_spec) all is shown, but of data how much.
    void show(const ssl::TLSMessage& message);
};

} // namespace pavise::cli
