// early_data (RFC 8446 §4.2.10).
#pragma once

#include "messages/extension_forms.hpp"

namespace pavise::messages {

// ClientHello and EncryptedExtensions.
using EarlyData = EmptyExtension<ExtensionType::early_data>;
// NewSessionTicket: how many bytes of 0-RTT data the server takes.
using MaxEarlyDataSize = ValueExtension<ExtensionType::early_data, std::uint32_t>;

} // namespace pavise::messages
