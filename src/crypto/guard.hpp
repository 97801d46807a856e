// The one place where Botan's exceptions become errors. Every call into Botan that can throw stands inside
// guarded(); nothing is thrown out of src/crypto.
#pragma once

#include <pavise/result.hpp>

#include <type_traits>
#include <utility>

namespace pavise::crypto {

// What an Rng's failure travels as through Botan, which knows no other way than an exception.
struct RngFailure {
    Error error;
};

// What Botan's refusal of its input means at the place of the call.
struct Refusal {
    ErrorCode input;
    ErrorCode tag; // where an authentication tag does not verify

    // Implicit: most calls have one meaning for both.
    // NOLINTNEXTLINE(google-explicit-constructor)
    Refusal(ErrorCode code) : input(code), tag(code) {}
    Refusal(ErrorCode for_input, ErrorCode for_tag) : input(for_input), tag(for_tag) {}
};

// The error for the exception in flight: out_of_memory for bad_alloc, an Rng's own error for its failure, the
// refusal where Botan refused its input, and `internal` (detail: Botan's error type) for everything that has
// no excuse. Precondition: called from a catch handler.
Error error_of_current_exception(Refusal refusal) noexcept;

template <class T> struct GuardedResult {
    using type = Result<T>;
};
template <class T> struct GuardedResult<Result<T>> {
    using type = Result<T>;
};

// Runs `body`, which returns a value, nothing or a Result, and turns what it throws into an error.
template <class Body>
auto guarded(Refusal refusal, Body&& body) noexcept ->
    typename GuardedResult<std::invoke_result_t<Body>>::type {
    try {
        if constexpr (std::is_void_v<std::invoke_result_t<Body>>) {
            std::forward<Body>(body)();
            return {};
        } else {
            return std::forward<Body>(body)();
        }
    } catch (...) {
        return Unexpected(error_of_current_exception(refusal));
    }
}

} // namespace pavise::crypto
