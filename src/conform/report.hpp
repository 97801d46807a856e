// Reports: what a run found, for a terminal, for programs, for a build server, and for a person with a
// browser.
#pragma once

#include "conform/runner.hpp"

#include <string>

namespace pavise::conform {

// Failures first, each with its rule and what came; then a line for each group, and the sums.
std::string text_report(const Report& report);
std::string json_report(const Report& report);
std::string junit_report(const Report& report);
// One page that needs nothing else.
std::string html_report(const Report& report);

} // namespace pavise::conform
