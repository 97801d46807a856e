// Every typed extension.
#pragma once

#include "messages/extension/alpn.hpp"
#include "messages/extension/certificate_filters.hpp"
#include "messages/extension/cookie.hpp"
#include "messages/extension/delegated_credential.hpp"
#include "messages/extension/early_data.hpp"
#include "messages/extension/encrypted_client_hello.hpp"
#include "messages/extension/flags.hpp"
#include "messages/extension/key_share.hpp"
#include "messages/extension/negotiation.hpp"
#include "messages/extension/opaque.hpp"
#include "messages/extension/pre_shared_key.hpp"
#include "messages/extension/server_name.hpp"
#include "messages/extension/signed_certificate_timestamp.hpp"
#include "messages/extension/sizes.hpp"
#include "messages/extension/status_request.hpp"
