#include "messages/finished.hpp"

namespace pavise::messages {

Result<Finished> Finished::parse(wire::Reader& reader) {
    return Finished{reader.take_rest()};
}

void Finished::write(wire::Writer& writer) const {
    writer.bytes(verify_data);
}

Status Finished::has_length(std::size_t length) const {
    if (verify_data.size() != length) return fail(ErrorCode::bad_finished_length);
    return {};
}

} // namespace pavise::messages
