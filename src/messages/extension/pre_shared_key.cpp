#include "messages/extension/pre_shared_key.hpp"

namespace pavise::messages {

Result<PskIdentity> PskIdentity::parse(wire::Reader& reader) {
    PAVISE_LET(const Bytes identity, reader.vector16({.least = 1}));
    PAVISE_LET(const std::uint32_t age, reader.u32());
    return PskIdentity{identity, age};
}

void PskIdentity::write(wire::Writer& writer) const {
    writer.vector16(identity);
    writer.u32(obfuscated_ticket_age);
}

Result<OfferedPsks> OfferedPsks::parse(Bytes body) {
    wire::Reader reader(body);
    PAVISE_LET(const Bytes identities, reader.vector16({.least = 7}));
    PAVISE_LET(const Bytes binders, reader.vector16({.least = 33}));
    PAVISE_TRY(reader.finish());
    OfferedPsks offered;
    PAVISE_LET(offered.identities, List<PskIdentity>::from_wire(identities));
    PAVISE_LET(offered.binders, List<PskBinderEntry>::from_wire(binders));
    // RFC 8446 §4.2.11: "A series of HMAC values, one for each value in the identities list and in the same
    // order".
    if (offered.identities.size() != offered.binders.size()) return fail(ErrorCode::psk_binder_count);
    return offered;
}

void OfferedPsks::write(wire::Writer& writer) const {
    {
        const auto scope = writer.vector16();
        identities.write(writer);
    }
    const auto scope = writer.vector16();
    binders.write(writer);
}

std::size_t OfferedPsks::binders_size() const {
    std::size_t size = 2;
    for (const PskBinderEntry& binder : binders) size += 1 + binder.bytes.size();
    return size;
}

} // namespace pavise::messages
