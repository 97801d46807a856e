// Colours, where a person looks: on a terminal, unless NO_COLOR is set (no-color.org) or TERM is "dumb".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace pavise::cli {

enum class Tint : std::uint8_t { plain, bold, good, warning, bad, faint };

class Palette {
    bool on_;

  public:
    explicit constexpr Palette(bool on) noexcept : on_(on) {}
    // For a stream that is written to by its descriptor.
    static Palette of(int fd) noexcept;
    static constexpr Palette colourless() noexcept { return Palette(false); }

    bool on() const noexcept { return on_; }
    std::string paint(Tint tint, std::string_view text) const;
};

} // namespace pavise::cli
