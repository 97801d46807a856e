#include "net/failure.hpp"

#include <cerrno>
#include <netdb.h>
#include <system_error>

namespace pavise::net {

namespace {

bool carries_errno(ErrorCode code) {
    switch (code) {
        using enum ErrorCode;
    case socket_failed:
    case connect_failed:
    case bind_failed:
    case accept_failed:
    case read_failed:
    case write_failed:
    case output_failed:
    case poll_failed: return true;
    default: return false;
    }
}

} // namespace

Unexpected fail_with_errno(ErrorCode code) noexcept {
    return fail(code, static_cast<std::uint16_t>(errno));
}

std::string explain(Error error, std::string_view what) {
    std::string out(what);
    out += ": ";
    if (error.code == ErrorCode::name_resolution_failed) {
        out += text_of(error.code);
        out += ": ";
        // glibc's codes are negative, those of the BSDs positive; the detail has lost the sign.
        const int code = EAI_NONAME < 0 ? -int{error.detail} : int{error.detail};
        out += ::gai_strerror(code);
    } else if (carries_errno(error.code)) {
        out += text_of(error.code);
        out += ": ";
        out += std::system_category().message(error.detail);
    } else {
        out += describe(error);
    }
    return out;
}

} // namespace pavise::net
