// A pavise::Rng in the shape that Botan asks for.
#pragma once

#include "crypto/guard.hpp"

#include <pavise/environment.hpp>

#include <botan/rng.h>

#include <algorithm>
#include <string>

namespace pavise::crypto {

// Holds a reference and nothing else, so that it costs nothing to make one for a call. As thread-safe as the
// Rng.
class BotanRng final : public Botan::RandomNumberGenerator {
    Rng& rng_;

    void fill_bytes_with_input(std::span<std::uint8_t> output, std::span<const std::uint8_t>) override {
        if (const Status filled = rng_.fill(output); !filled) throw RngFailure{filled.error()};
    }

  public:
    explicit BotanRng(Rng& rng) noexcept : rng_(rng) {}
    std::string name() const override { return "pavise"; }
    bool accepts_input() const override { return false; }
    bool is_seeded() const override { return true; }
    void clear() override {}
};

} // namespace pavise::crypto
