#include "base/secret.hpp"

#include <cstring>

namespace pavise {

void secure_wipe(void* memory, std::size_t size) noexcept {
    if (size == 0) return;
    std::memset(memory, 0, size);
    // The asm statement claims to read the memory, so that the stores before it cannot be dropped.
    __asm__ volatile("" : : "r"(memory) : "memory");
}

bool constant_time_equal(Bytes a, Bytes b) noexcept {
    if (a.size() != b.size()) return false;
    std::uint8_t difference = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        difference = static_cast<std::uint8_t>(difference | (a[i] ^ b[i]));
        __asm__ volatile("" : "+r"(difference)); // no early exit by a clever optimiser
    }
    return difference == 0;
}

} // namespace pavise
