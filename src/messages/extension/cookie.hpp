// cookie (RFC 8446 §4.2.2), in HelloRetryRequest and in the ClientHello that answers it.
#pragma once

#include "messages/extension_forms.hpp"

namespace pavise::messages {

struct Cookie {
    static constexpr ExtensionType type = ExtensionType::cookie;

    Bytes cookie;

    static Result<Cookie> parse(Bytes body);
    void write(wire::Writer& writer) const;
};

} // namespace pavise::messages
