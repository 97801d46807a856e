#include "allocation_counter.hpp"

#include <atomic>
#include <cstdlib>
#include <malloc.h>
#include <new>

namespace {

std::atomic<std::size_t> count{0};
std::atomic<std::size_t> live{0};

void* counted(void* memory) {
    if (memory == nullptr) throw std::bad_alloc();
    ++count;
    live += malloc_usable_size(memory);
    return memory;
}
void release(void* memory) noexcept {
    if (memory != nullptr) live -= malloc_usable_size(memory);
    std::free(memory);
}

} // namespace

namespace pavise::crypto::testing {

std::size_t allocation_count() noexcept {
    return count;
}
std::size_t live_bytes() noexcept {
    return live;
}

} // namespace pavise::crypto::testing

void* operator new(std::size_t size) {
    return counted(std::malloc(size == 0 ? 1 : size));
}
void operator delete(void* memory) noexcept {
    release(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
    release(memory);
}

void* operator new(std::size_t size, std::align_val_t alignment) {
    const std::size_t unit = static_cast<std::size_t>(alignment);
    return counted(std::aligned_alloc(unit, (size + unit - 1) / unit * unit));
}
void operator delete(void* memory, std::align_val_t) noexcept {
    release(memory);
}
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
    release(memory);
}

// The sanitizers bring a calloc of their own, which must stay.
#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define PAVISE_KEEP_CALLOC
#endif
#endif
#ifndef PAVISE_KEEP_CALLOC
extern "C" void* __libc_calloc(std::size_t items, std::size_t size);
extern "C" void* calloc(std::size_t items, std::size_t size) {
    ++count;
    return __libc_calloc(items, size);
}
#endif
#endif
