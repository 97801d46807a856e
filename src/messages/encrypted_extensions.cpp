#include "messages/encrypted_extensions.hpp"

namespace pavise::messages {

Result<EncryptedExtensions> EncryptedExtensions::parse(wire::Reader& reader) {
    PAVISE_LET(const Extensions extensions, Extensions::parse(reader));
    return EncryptedExtensions{extensions};
}

void EncryptedExtensions::write(wire::Writer& writer) const {
    extensions.write(writer);
}

} // namespace pavise::messages
