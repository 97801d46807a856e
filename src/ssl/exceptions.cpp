#include <pavise/exceptions.hpp>

#include <cerrno>
#include <system_error>

namespace pavise {

namespace {

std::string message_of(int number) {
    return std::generic_category().message(number);
}

std::string text_of(int number, const std::optional<std::string>& filename) {
    std::string text = "[Errno " + std::to_string(number) + "] " + message_of(number);
    if (filename) text += ": '" + *filename + "'";
    return text;
}

} // namespace

Exception::~Exception() = default;

ValueError::ValueError(const std::string& text) {
    set_text(text);
}
TypeError::TypeError(const std::string& text) {
    set_text(text);
}
NotImplementedError::NotImplementedError(const std::string& text) {
    set_text(text);
}

OSError::OSError(int number, std::optional<std::string> filename) :
    number_(number),
    strerror_(message_of(number)),
    filename_(std::move(filename)) {
    set_text(text_of(number, filename_));
}

OSError::OSError(std::optional<int> number, const std::string& text) : number_(number), strerror_(text) {
    set_text(text);
}

// NOLINTNEXTLINE(bugprone-throw-keyword-missing): a base class
TimeoutError::TimeoutError(const std::string& text) : OSError(std::nullopt, text) {}

void raise_os_error(int number, std::optional<std::string> filename) {
    switch (number) {
    case ETIMEDOUT: throw TimeoutError(number, std::move(filename));
    case EAGAIN:
    case EALREADY:
    case EINPROGRESS: throw BlockingIOError(number, std::move(filename));
    case ENOENT: throw FileNotFoundError(number, std::move(filename));
    case EISDIR: throw IsADirectoryError(number, std::move(filename));
    case EACCES:
    case EPERM: throw PermissionError(number, std::move(filename));
    case EPIPE:
#if defined(ESHUTDOWN) // not everywhere
    case ESHUTDOWN:
#endif
        throw BrokenPipeError(number, std::move(filename));
    case ECONNABORTED: throw ConnectionAbortedError(number, std::move(filename));
    case ECONNREFUSED: throw ConnectionRefusedError(number, std::move(filename));
    case ECONNRESET: throw ConnectionResetError(number, std::move(filename));
    default: throw OSError(number, std::move(filename));
    }
}

} // namespace pavise
