// pre_shared_key (RFC 8446 §4.2.11).
#pragma once

#include "messages/extension_forms.hpp"

namespace pavise::messages {

struct PskIdentity {
    Bytes identity;
    std::uint32_t obfuscated_ticket_age = 0;

    static Result<PskIdentity> parse(wire::Reader& reader);
    void write(wire::Writer& writer) const;
};

using PskBinderEntry = Opaque<1, {.least = 32}>;

// ClientHello.
struct OfferedPsks {
    static constexpr ExtensionType type = ExtensionType::pre_shared_key;

    List<PskIdentity> identities;
    List<PskBinderEntry> binders; // one for each identity, in the same order

    static Result<OfferedPsks> parse(Bytes body);
    void write(wire::Writer& writer) const;

    // Bytes of the binders with their length fields: as the extension is the last one, these are the last
    // bytes of the ClientHello, and what binders are computed over ends before them (RFC 8446 §4.2.11.2).
    std::size_t binders_size() const;
};

// ServerHello: `value` is the index of the selected_identity.
using SelectedPsk = ValueExtension<ExtensionType::pre_shared_key, std::uint16_t>;

} // namespace pavise::messages
