#include "failing_malloc.hpp"

#include <atomic>
#include <cerrno>
#include <cstdlib>

extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t items, std::size_t size);
void* __libc_realloc(void* memory, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);
void __libc_free(void* memory);
}

namespace pavise::testing {

namespace {

std::atomic<std::size_t> live{0};
thread_local constinit FailureCount* counting = nullptr;

bool fails_now() noexcept {
    if (counting == nullptr) return false;
    const std::size_t number = ++counting->seen;
    const auto [first, every] = counting->plan;
    if (first == 0 || number < first) return false;
    const bool fails = number == first || (every != 0 && (number - first) % every == 0);
    if (fails) ++counting->failed;
    return fails;
}

void* counted(void* memory) noexcept {
    if (memory != nullptr) ++live;
    return memory;
}

void* failed() noexcept {
    errno = ENOMEM;
    return nullptr;
}

} // namespace

std::size_t live_allocations() noexcept {
    return live;
}

FailingAllocations::FailingAllocations(FailureCount& count) noexcept {
    counting = &count;
}
FailingAllocations::~FailingAllocations() {
    counting = nullptr;
}

// How the C library's functions below behave.
static void* allocate(std::size_t size) noexcept {
    return fails_now() ? failed() : counted(__libc_malloc(size));
}
static void* allocate_zeroed(std::size_t items, std::size_t size) noexcept {
    return fails_now() ? failed() : counted(__libc_calloc(items, size));
}
static void* allocate_aligned(std::size_t alignment, std::size_t size) noexcept {
    return fails_now() ? failed() : counted(__libc_memalign(alignment, size));
}
static void* reallocate(void* memory, std::size_t size) noexcept {
    if (fails_now()) return failed();
    void* const moved = __libc_realloc(memory, size);
    if (memory == nullptr) return counted(moved);
    if (moved == nullptr && size == 0) --live; // it was freed
    return moved;
}
static void release(void* memory) noexcept {
    if (memory != nullptr) --live;
    __libc_free(memory);
}

} // namespace pavise::testing

extern "C" {
void* malloc(std::size_t size) noexcept {
    return pavise::testing::allocate(size);
}
void* calloc(std::size_t items, std::size_t size) noexcept {
    return pavise::testing::allocate_zeroed(items, size);
}
void* realloc(void* memory, std::size_t size) noexcept {
    return pavise::testing::reallocate(memory, size);
}
void* memalign(std::size_t alignment, std::size_t size) noexcept {
    return pavise::testing::allocate_aligned(alignment, size);
}
void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept {
    return pavise::testing::allocate_aligned(alignment, size);
}
int posix_memalign(void** out, std::size_t alignment, std::size_t size) noexcept {
    void* const memory = pavise::testing::allocate_aligned(alignment, size);
    if (memory == nullptr) return ENOMEM;
    *out = memory;
    return 0;
}
void free(void* memory) noexcept {
    pavise::testing::release(memory);
}
}
