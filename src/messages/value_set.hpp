// ValueSet: which 16-bit code points were seen, to find duplicates in one pass however long the list is.
#pragma once

#include <bitset>
#include <cstdint>

namespace pavise::messages {

// 8 KiB, on the stack of whoever looks for duplicates.
class ValueSet {
    std::bitset<65536> seen_;

  public:
    // False when the value was there before.
    [[nodiscard]] bool insert(std::uint16_t value) {
        if (seen_[value]) return false;
        seen_[value] = true;
        return true;
    }
};

} // namespace pavise::messages
