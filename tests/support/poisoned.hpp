// A failed connection: it says the same error again, whatever is asked of it.
#pragma once

#include <pavise/engine.hpp>

namespace pavise::testing {

// Adds test failures where `connection` did not fail with `code`, or forgets that it did.
void expect_poisoned(Connection& connection, ErrorCode code);

} // namespace pavise::testing
