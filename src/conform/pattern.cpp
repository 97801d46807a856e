#include "conform/pattern.hpp"

#include <array>

namespace pavise::conform {

void Pattern::Free::operator()(regex_t* compiled) const {
    regfree(compiled);
    delete compiled; // NOLINT(cppcoreguidelines-owning-memory): what unique_ptr has a deleter for
}

std::optional<Pattern> Pattern::of(const std::string& text, std::string& problem) {
    auto compiled = std::make_unique<regex_t>();
    if (const int error = regcomp(compiled.get(), text.c_str(), REG_EXTENDED | REG_NOSUB); error != 0) {
        std::array<char, 256> words{};
        regerror(error, compiled.get(), words.data(), words.size());
        problem = words.data();
        return std::nullopt;
    }
    return Pattern(std::unique_ptr<regex_t, Free>(compiled.release()));
}

bool Pattern::fits(std::string_view text) const {
    regmatch_t range{};
    range.rm_eo = static_cast<regoff_t>(text.size());
    // NOLINTNEXTLINE(bugprone-suspicious-stringview-data-usage): REG_STARTEND tells where it ends
    return regexec(compiled_.get(), text.data(), 1, &range, REG_STARTEND) == 0;
}

} // namespace pavise::conform
