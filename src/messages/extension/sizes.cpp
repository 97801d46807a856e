#include "messages/extension/sizes.hpp"

#include <algorithm>

namespace pavise::messages {

Result<RecordSizeLimit> RecordSizeLimit::parse(Bytes body) {
    wire::Reader reader(body);
    PAVISE_LET(const std::uint16_t limit, reader.u16());
    PAVISE_TRY(reader.finish());
    // RFC 8449 §4: 'An endpoint MUST treat receipt of a smaller value as a fatal error and generate an
    // "illegal_parameter" alert.'
    if (limit < least) return fail(ErrorCode::bad_record_size_limit, limit);
    return RecordSizeLimit{limit};
}

void RecordSizeLimit::write(wire::Writer& writer) const {
    writer.u16(limit);
}

Result<MaxFragmentLength> MaxFragmentLength::parse(Bytes body) {
    wire::Reader reader(body);
    PAVISE_LET(const std::uint8_t code, reader.u8());
    PAVISE_TRY(reader.finish());
    // RFC 6066 §4: "a value other than the allowed values" is an illegal_parameter, for server and client.
    if (code < least_code || code > most_code) return fail(ErrorCode::bad_max_fragment_length, code);
    return MaxFragmentLength{code};
}

void MaxFragmentLength::write(wire::Writer& writer) const {
    writer.u8(code);
}

Result<Padding> Padding::parse(Bytes body) {
    // RFC 7685 §3: "The client MUST fill the padding extension completely with zero bytes".
    if (std::ranges::any_of(body, [](std::uint8_t byte) { return byte != 0; }))
        return fail(ErrorCode::padding_not_zero);
    return Padding{body.size()};
}

void Padding::write(wire::Writer& writer) const {
    writer.fill(length, 0);
}

} // namespace pavise::messages
