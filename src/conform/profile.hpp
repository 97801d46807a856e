// Profile: what is known of the other side before it is checked.
#pragma once

#include "crypto/algorithms.hpp"
#include "peer/client.hpp"

#include <pavise/config.hpp>

#include <array>
#include <optional>
#include <string>
#include <vector>

namespace pavise::conform {

struct Profile {
    bool tls13 = false;
    bool tls12 = false;
    // Those that it agreed to, or (a client) offers, and that the scripted peer speaks.
    std::vector<CipherSuite> suites13;
    std::vector<CipherSuite> suites12;
    std::vector<NamedGroup> groups13;
    std::vector<NamedGroup> groups12;
    std::string alpn; // a protocol that it agrees to; empty: none was found
    bool tickets13 = false;
    std::uint32_t max_early_data = 0;
    bool psk_ke = false; // resumes without a key exchange
    // The external key that we were given: whether a server takes it, in either mode; in which place of its
    // hello a client offers it.
    bool external_psk_dhe_ke = false;
    bool external_psk_ke = false;
    std::optional<std::uint16_t> external_psk_place;
    // The ticket that we gave a client (with ticket_age_add for its age), and in which place it offers it
    // when it comes back; nothing where it does not.
    std::optional<peer::PskOffer> ticket;
    std::optional<std::uint16_t> ticket_place;
    bool tickets12 = false;
    bool session_ids12 = false;
    // The CBC suite that it takes with the MAC inside what is enciphered, and the one with encrypt_then_mac.
    std::optional<CipherSuite> mac_then_encrypt12;
    std::optional<CipherSuite> encrypt_then_mac12;
    bool extended_master_secret = false;
    bool secure_renegotiation = false;
    bool requests_certificate13 = false;
    bool requires_certificate13 = false;
    bool requests_certificate12 = false;
    bool requires_certificate12 = false;
    bool record_size_limit = false;
    bool max_fragment_length = false;
    bool compatibility_records = false; // sends change_cipher_spec for middleboxes
    // A server answers the probe with application data; a client sends some by itself.
    bool talks = false;
    // Servers: the type of the certificate's key.
    crypto::KeyType key_type = crypto::KeyType::ecdsa_p256;
    // Clients: the hello that they send.
    peer::ClientHelloDraft client_hello;

    bool offers(ExtensionType type) const { return client_hello.extensions.contains(type); }
    // In words, a line each.
    std::string describe() const;
};

} // namespace pavise::conform
