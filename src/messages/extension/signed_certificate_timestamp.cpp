#include "messages/extension/signed_certificate_timestamp.hpp"

namespace pavise::messages {

Result<SctList> SctList::parse(Bytes body) {
    wire::Reader reader(body);
    PAVISE_LET(const Bytes scts, reader.vector16({.least = 1}));
    PAVISE_TRY(reader.finish());
    PAVISE_LET(const auto sct_list, List<SerializedSct>::from_wire(scts));
    return SctList{sct_list};
}

void SctList::write(wire::Writer& writer) const {
    const auto scope = writer.vector16();
    sct_list.write(writer);
}

} // namespace pavise::messages
