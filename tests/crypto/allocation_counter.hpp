// Counts the heap allocations of a test program: operator new, and calloc, with which Botan feeds its
// secure_vector. And the bytes that are in use.
#pragma once

#include <cstddef>

namespace pavise::crypto::testing {

std::size_t allocation_count() noexcept;
// What operator new gave out and has not got back.
std::size_t live_bytes() noexcept;

} // namespace pavise::crypto::testing
