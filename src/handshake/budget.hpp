// The budget for input that makes no progress.
//
// An empty record, a change_cipher_spec, a warning alert, a KeyUpdate, a ticket, a HelloRequest: each is
// legal alone and costs us work, so that a peer could send them for ever (CVE-2016-8610, CVE-2020-25648). All
// draw on one budget, which application bytes refill slowly: a flood interleaved with single bytes still runs
// dry.
#pragma once

#include <pavise/result.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace pavise::handshake {

class ProgressBudget {
  public:
    // Enough for every honest start: tickets, a few KeyUpdates and the records of a careful padder.
    static constexpr std::uint32_t capacity = 32;
    // One unit comes back for this many bytes of application data.
    static constexpr std::size_t bytes_per_unit = 4096;

    // no_progress when nothing is left.
    Status draw() noexcept {
        if (left_ == 0) return fail(ErrorCode::no_progress);
        --left_;
        return {};
    }
    void refill(std::size_t application_bytes) noexcept {
        saved_ += application_bytes;
        const std::size_t units = saved_ / bytes_per_unit;
        saved_ %= bytes_per_unit;
        left_ = static_cast<std::uint32_t>(std::min<std::size_t>(capacity, left_ + units));
    }
    std::uint32_t left() const noexcept { return left_; }

  private:
    std::uint32_t left_ = capacity;
    std::size_t saved_ = 0;
};

} // namespace pavise::handshake
