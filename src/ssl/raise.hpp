// The two ways in which a step's failure reaches the application.
#pragma once

#include "ssl/tls.hpp"

#include <cerrno>

namespace pavise::ssl {

// As an exception. What a callback of the application's threw is nested in it.
[[noreturn]] void raise(Tls& tls, const Failure& failure, std::string_view operation);

template <class T> T value_or_raise(Tls& tls, Attempt<T> attempt, std::string_view operation) {
    if (!attempt) raise(tls, attempt.failure(), operation);
    if (tls.message_callback_threw()) raise(tls, Failure(Refusal::callback_failed), operation);
    return *std::move(attempt);
}

// Through `code`; T() where it failed.
template <class T> T value_or_code(Attempt<T> attempt, std::error_code& code) {
    code = attempt ? std::error_code() : attempt.failure().code();
    return attempt ? *std::move(attempt) : T();
}

// The same for a step of a connection that may have been moved from.
template <class Step> auto with_code(Tls* tls, std::error_code& code, Step step) {
    using Taken = decltype(step(*tls));
    auto taken = tls == nullptr ? Taken(Failure::system(EBADF)) : step(*tls);
    if (tls != nullptr && tls->message_callback_threw()) taken = Failure(Refusal::callback_failed);
    // A code has no place for it, and the next failure has another reason.
    if (tls != nullptr && !taken) tls->forget_exceptions();
    return value_or_code(std::move(taken), code);
}

} // namespace pavise::ssl
