// How a command ends, and what it says when it cannot go on.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace pavise::cli {

// Exit statuses: part of the command's interface, listed by `pavise connect --help`.
enum class Exit : int {
    ok = 0,
    connection = 1,  // no connection, or it was cut
    usage = 2,       // an argument or a file is not right
    handshake = 3,   // no agreement: a fatal alert, nothing in common, a peer that breaks the protocol
    certificate = 4, // the peer's certificate was not accepted
};

struct Problem {
    Exit status;
    std::string text; // what failed, on what, and what to do; one line or more, without a final line end
};

// A value, or what to tell the user.
template <class T> class [[nodiscard]] Outcome {
    std::optional<T> value_;
    Problem problem_{Exit::ok, {}};

  public:
    // NOLINTBEGIN(google-explicit-constructor): values and problems become an Outcome, as with Result
    Outcome(T value) : value_(std::move(value)) {}
    Outcome(Problem problem) : problem_(std::move(problem)) {}
    // NOLINTEND(google-explicit-constructor)

    explicit operator bool() const noexcept { return value_.has_value(); }
    T& operator*() & noexcept { return *value_; }
    T&& operator*() && noexcept { return *std::move(value_); }
    T* operator->() noexcept { return &*value_; }
    const Problem& problem() const noexcept { return problem_; }
};

// The usual Problem: a wrong argument.
inline Problem misuse(std::string text) {
    return {Exit::usage, std::move(text)};
}

} // namespace pavise::cli
