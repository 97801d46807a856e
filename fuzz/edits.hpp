// A fuzzer's edits of handshake messages, before they are protected: the receiver's keys are right, and what
// they protect is the fuzzer's. A script: how many messages go by, what is done, where, with what; and again.
#pragma once

#include "target.hpp"

namespace pavise::fuzz {

class Edits {
    Input input_;
    std::size_t untouched_;

  public:
    explicit Edits(Bytes script) : input_(script), untouched_(input_.byte() % 8) {}

    // Maybe changes a message with its header, whose length is put right.
    void apply(ByteVector& message);

  private:
    void edit(ByteVector& message, std::uint8_t how, std::size_t at);
};

} // namespace pavise::fuzz
