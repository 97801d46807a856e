// malloc and its like, replaced in this program: they count, and fail when told to. glibc only.
#pragma once

#include <cstddef>

namespace pavise::testing {

// How many allocations are not freed yet, in the whole program. Their sizes in bytes would depend on how
// malloc rounds them up at the time.
std::size_t live_allocations() noexcept;

// How allocations fail while a FailingAllocations is in scope.
struct FailurePlan {
    std::size_t first = 0; // the first that fails, counted from 1; 0: none
    std::size_t every = 0; // and each so many after it; 0: no other
};

// What a plan has come to, over all the scopes that it was used in.
struct FailureCount {
    FailurePlan plan;
    std::size_t seen = 0;
    std::size_t failed = 0;
};

// Allocations of this thread are counted, and fail by the plan, as long as this lives. Not to be nested.
class FailingAllocations {
  public:
    explicit FailingAllocations(FailureCount& count) noexcept;
    ~FailingAllocations();
    FailingAllocations(const FailingAllocations&) = delete;
    FailingAllocations& operator=(const FailingAllocations&) = delete;
};

} // namespace pavise::testing
