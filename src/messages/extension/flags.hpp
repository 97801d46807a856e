// Extensions whose presence is all that they say.
#pragma once

#include "messages/extension_forms.hpp"

namespace pavise::messages {

using PostHandshakeAuth = EmptyExtension<ExtensionType::post_handshake_auth>;       // RFC 8446 §4.2.6
using ExtendedMasterSecret = EmptyExtension<ExtensionType::extended_master_secret>; // RFC 7627 §5.1
using EncryptThenMac = EmptyExtension<ExtensionType::encrypt_then_mac>;             // RFC 7366 §2

} // namespace pavise::messages
