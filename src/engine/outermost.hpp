// The engine's outermost entry: the one place where an exception ends. Only one is expected, std::bad_alloc;
// it fails the connection, whose state may be half-changed, for good.
#pragma once

#include <pavise/result.hpp>

#include <new>

namespace pavise::engine {

// `core`: of any transport. `work` returns a Status or a Result.
template <class Core, class Work> auto guarded(Core& core, Work work) noexcept -> decltype(work()) {
    try {
        return work();
    } catch (const std::bad_alloc&) {
        return Unexpected(core.poison({ErrorCode::out_of_memory}).error());
    } catch (...) {
        return Unexpected(core.poison({ErrorCode::internal}).error());
    }
}

// Where there is no connection yet that could fail.
template <class Work> auto guarded(Work work) noexcept -> decltype(work()) {
    try {
        return work();
    } catch (const std::bad_alloc&) {
        return fail(ErrorCode::out_of_memory);
    } catch (...) {
        return fail(ErrorCode::internal);
    }
}

} // namespace pavise::engine
