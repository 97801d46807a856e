// ECHConfigs (RFC 9849 §4) as each side holds them: what a client chose out of a list, and what a server
// keeps for each.
#pragma once

#include "base/secret.hpp"
#include "messages/extension/encrypted_client_hello.hpp"
#include "schedule/hpke.hpp"

#include <pavise/ech.hpp>

#include <optional>
#include <string>

namespace pavise::handshake {

// The config that a client encrypts to, and how.
struct EchChoice {
    ByteVector config; // the ECHConfig, version and length included: HPKE is bound to it (§6.1)
    std::uint8_t config_id = 0;
    schedule::HpkeSuite suite;
    ByteVector public_key;
    std::string public_name;
    std::uint8_t maximum_name_length = 0;
};

// What stands behind an EchKey.
struct EchKeyData {
    // Whether clients whose config is not known are told of this one (§7.1).
    enum class Retry : std::uint8_t { pointed_to, passed_over };

    ByteVector config;
    std::uint8_t config_id = 0;
    schedule::HpkeKem kem{};
    std::vector<messages::HpkeSymmetricCipherSuite> cipher_suites;
    SecretVector private_key;
    Retry retry = Retry::pointed_to;
};

// The first config of an ECHConfigList that we can use, with the first of its suites that we can (§6.1);
// nothing where there is none. malformed_ech_configs.
Result<std::optional<EchChoice>> choose_ech_config(Bytes list);

// Checks that bytes are an ECHConfigList, and configs of the known version in it well-formed (§6.1.6).
Status check_ech_config_list(Bytes list);

// "a dot-separated sequence of LDH labels", the last of which could not be taken for a part of an IPv4
// address (§6.1.7).
bool is_ech_public_name(std::string_view name) noexcept;

} // namespace pavise::handshake
