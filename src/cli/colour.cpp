#include "cli/colour.hpp"

#include <cstdlib>

#include <unistd.h>

namespace pavise::cli {

namespace {

std::string_view start_of(Tint tint) noexcept {
    switch (tint) {
    case Tint::plain: return "";
    case Tint::bold: return "\033[1m";
    case Tint::good: return "\033[32m";
    case Tint::warning: return "\033[33m";
    case Tint::bad: return "\033[31m";
    case Tint::faint: return "\033[2m";
    }
    return "";
}

} // namespace

Palette Palette::of(int fd) noexcept {
    // NOLINTBEGIN(concurrency-mt-unsafe): the environment is read here and written nowhere in Pavise
    const char* const unwanted = std::getenv("NO_COLOR");
    const char* const terminal = std::getenv("TERM");
    // NOLINTEND(concurrency-mt-unsafe)
    const bool dumb = terminal == nullptr || std::string_view(terminal) == "dumb";
    return Palette((unwanted == nullptr || *unwanted == '\0') && !dumb && ::isatty(fd) == 1);
}

std::string Palette::paint(Tint tint, std::string_view text) const {
    if (!on_ || tint == Tint::plain) return std::string(text);
    return std::string(start_of(tint)) + std::string(text) + "\033[0m";
}

} // namespace pavise::cli
