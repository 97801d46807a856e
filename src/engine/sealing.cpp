#include "engine/outermost.hpp"
#include "schedule/ticket_keys.hpp"

#include <pavise/sealing.hpp>

namespace pavise {

Result<ByteVector> seal(const TicketKeys& keys, Bytes secret, Bytes context, Timestamp now, Rng& rng) {
    if (!keys) return fail(ErrorCode::bad_argument);
    return engine::guarded([&] { return keys.ring()->seal(secret, context, now, rng); });
}

std::optional<ByteVector> open_sealed(const TicketKeys& keys, Bytes sealed, Bytes context, Timestamp now) {
    if (!keys) return std::nullopt;
    auto opened = engine::guarded([&]() -> Result<ByteVector> {
        const auto state = keys.ring()->open(sealed, context, now);
        if (!state) return fail(ErrorCode::bad_argument);
        return ByteVector(state->state.view().begin(), state->state.view().end());
    });
    return opened ? std::optional(*std::move(opened)) : std::nullopt;
}

} // namespace pavise
