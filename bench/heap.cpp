#include "heap.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <malloc.h>

// glibc lets a program define these, and keeps its own under other names.
extern "C" {
void* __libc_malloc(std::size_t size);
void __libc_free(void* memory);
void* __libc_calloc(std::size_t items, std::size_t size);
void* __libc_realloc(void* memory, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);
}

namespace pavise::bench {

namespace {

constinit thread_local Heap counted;

void* taken(void* memory) noexcept {
    if (memory == nullptr) return nullptr;
    ++counted.allocations;
    counted.in_use += static_cast<std::ptrdiff_t>(malloc_usable_size(memory));
    counted.most_in_use = std::max(counted.most_in_use, counted.in_use);
    return memory;
}
void given(void* memory) noexcept {
    if (memory != nullptr) counted.in_use -= static_cast<std::ptrdiff_t>(malloc_usable_size(memory));
}

} // namespace

Heap& heap() noexcept {
    return counted;
}

} // namespace pavise::bench

using pavise::bench::given;
using pavise::bench::taken;

extern "C" {
void* malloc(std::size_t size) {
    return taken(__libc_malloc(size));
}
void free(void* memory) {
    given(memory);
    __libc_free(memory);
}
void* calloc(std::size_t items, std::size_t size) {
    return taken(__libc_calloc(items, size));
}
void* realloc(void* memory, std::size_t size) {
    given(memory);
    return taken(__libc_realloc(memory, size));
}
void* memalign(std::size_t alignment, std::size_t size) {
    return taken(__libc_memalign(alignment, size));
}
void* aligned_alloc(std::size_t alignment, std::size_t size) {
    return taken(__libc_memalign(alignment, size));
}
int posix_memalign(void** memory, std::size_t alignment, std::size_t size) {
    *memory = taken(__libc_memalign(alignment, size));
    return *memory == nullptr ? ENOMEM : 0;
}
}
