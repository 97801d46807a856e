// The catalogue: every check there is, in groups of one subject.
#pragma once

#include "conform/check.hpp"

namespace pavise::conform {

struct Group {
    std::string_view title;
    std::span<const Check> checks;
};

std::span<const Group> catalogue();
// nullptr for an id that no check has.
const Check* find_check(std::string_view id);
// Whether an id fits a pattern, in which * stands for any text; a pattern without * is a part of the id.
bool fits(std::string_view id, std::string_view pattern);
// The check in words: what `pavise conform --explain ID` prints.
std::string explain(const Check& check);

} // namespace pavise::conform
