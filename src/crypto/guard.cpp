#include "crypto/guard.hpp"

#include <botan/exceptn.h>

#include <new>

namespace pavise::crypto {

Error error_of_current_exception(Refusal refusal) noexcept {
    try {
        throw;
    } catch (const std::bad_alloc&) {
        return {ErrorCode::out_of_memory};
    } catch (const RngFailure& failure) {
        return failure.error;
    } catch (const Botan::Exception& exception) {
        using enum Botan::ErrorType;
        const auto detail = static_cast<std::uint16_t>(exception.error_type());
        switch (exception.error_type()) {
        case OutOfMemory: return {ErrorCode::out_of_memory};
        // The state of our own objects and of the machine: no input can be blamed for these.
        case Unknown:
        case SystemError:
        case InternalError:
        case IoError:
        case InvalidObjectState:
        case KeyNotSet: return {ErrorCode::internal, detail};
        case InvalidTag: return {refusal.tag};
        default: return {refusal.input};
        }
    } catch (...) {
        return {ErrorCode::internal};
    }
}

} // namespace pavise::crypto
