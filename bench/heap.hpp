// The heap of this thread, counted: every malloc of the process goes through heap.cpp, whichever library
// makes it.
#pragma once

#include <cstddef>

namespace pavise::bench {

struct Heap {
    std::ptrdiff_t in_use = 0; // bytes, as the allocator rounds them
    std::ptrdiff_t most_in_use = 0;
    std::size_t allocations = 0; // a realloc that moves or grows counts as one
};
// Of this thread. Memory that one thread allocates and another one frees makes nonsense of it.
Heap& heap() noexcept;

} // namespace pavise::bench
