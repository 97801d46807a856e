// Pattern: a regular expression, as egrep has them (POSIX, extended).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <regex.h>

namespace pavise::conform {

class Pattern {
    struct Free {
        void operator()(regex_t* compiled) const;
    };
    std::unique_ptr<regex_t, Free> compiled_;
    explicit Pattern(std::unique_ptr<regex_t, Free> compiled) : compiled_(std::move(compiled)) {}

  public:
    // Nothing where the text is no regular expression; `problem` says in words why.
    static std::optional<Pattern> of(const std::string& text, std::string& problem);
    // Whether it fits a part of the text, which may hold zero bytes.
    bool fits(std::string_view text) const;
};

} // namespace pavise::conform
