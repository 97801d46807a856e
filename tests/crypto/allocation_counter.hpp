// Counts the heap allocations of a test program: operator new, and calloc, with which Botan feeds its
// secure_vector.
#pragma once

#include <cstddef>

namespace pavise::crypto::testing {

std::size_t allocation_count() noexcept;

} // namespace pavise::crypto::testing
