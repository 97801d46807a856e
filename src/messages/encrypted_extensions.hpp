// EncryptedExtensions (RFC 8446 §4.3.1).
#pragma once

#include "messages/extensions.hpp"

namespace pavise::messages {

struct EncryptedExtensions {
    static constexpr HandshakeType type = HandshakeType::encrypted_extensions;
    static constexpr std::size_t max_size = 2 + 65535; // all that the grammar allows

    Extensions extensions;

    static Result<EncryptedExtensions> parse(wire::Reader& reader);
    void write(wire::Writer& writer) const;
};

} // namespace pavise::messages
