// Where the next record begins in what was received: reading no further than that leaves what follows a
// close_notify to the application (STARTTLS and its inverse).
#pragma once

#include <pavise/bytes.hpp>

#include <algorithm>
#include <array>
#include <cstddef>

namespace pavise::ssl {

class RecordTracker {
    static constexpr std::size_t header_size = 5; // RFC 8446 §5.1: type, legacy_record_version, length
    std::array<std::uint8_t, header_size> header_{};
    std::size_t header_read_ = 0;
    std::size_t body_left_ = 0;

  public:
    // How many bytes there are at least to the end of the current record: of its header first.
    std::size_t wanted() const noexcept { return body_left_ != 0 ? body_left_ : header_size - header_read_; }

    void follow(Bytes received) noexcept {
        while (!received.empty()) {
            const std::size_t count = std::min(received.size(), wanted());
            if (body_left_ != 0) {
                body_left_ -= count;
            } else {
                std::copy_n(received.begin(), count,
                            header_.begin() + static_cast<std::ptrdiff_t>(header_read_));
                header_read_ += count;
            }
            received = received.subspan(count);
            if (header_read_ == header_size) {
                body_left_ = std::size_t{header_[3]} << 8 | header_[4];
                header_read_ = 0;
            }
        }
    }
};

} // namespace pavise::ssl
