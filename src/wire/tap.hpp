// The Tap (<pavise/testing/tap.hpp>) under the names by which the rooms call it.
#pragma once

#include <pavise/testing/tap.hpp>

namespace pavise::wire {

using testing::Direction;
using testing::RecordProtection;
using testing::Tap;

} // namespace pavise::wire
