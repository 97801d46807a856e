// The traces of RFC 8448, "Example Handshake Traces for TLS 1.3": every value in hex (from_hex() of
// vectors/hex.hpp). A value that a trace does not have is empty. All traces use TLS_AES_128_GCM_SHA256.
#pragma once

#include <pavise/registry.hpp>

#include <span>
#include <string_view>

namespace pavise::vectors::rfc8448 {

enum class Sender : std::uint8_t { client, server };

// A record as it is on the wire, header included.
struct Record {
    Sender sender;
    std::string_view bytes;
};

struct Trace {
    std::string_view title;
    NamedGroup group; // of the key exchange: x25519 has raw private keys, secp256r1 big-endian scalars
    std::span<const Record> records; // in the order of the RFC

    // The x25519 key of ClientHello1 that the HelloRetryRequest sets aside.
    std::string_view client_private_key_1{};
    // The ephemeral keys, and what they agree on.
    std::string_view client_private_key{};
    std::string_view client_public_key{};
    std::string_view server_private_key{};
    std::string_view server_public_key{};
    std::string_view shared_secret{};

    // Handshake messages with their 4-byte headers, in the order of the transcript.
    std::string_view client_hello{};
    std::string_view hello_retry_request{};
    std::string_view client_hello_2{};
    std::string_view server_hello{};
    std::string_view encrypted_extensions{};
    std::string_view certificate_request{};
    std::string_view server_certificate{};
    std::string_view server_certificate_verify{};
    std::string_view server_finished{};
    std::string_view end_of_early_data{};
    std::string_view client_certificate{};
    std::string_view client_certificate_verify{};
    std::string_view client_finished{};
    std::string_view new_session_ticket{};

    // Application data, in plain.
    std::string_view early_data{};
    std::string_view client_application_data{};
    std::string_view server_application_data{};

    // Transcript hashes: up to and with the message that they are named after; *_certificate_verify_hash up
    // to the message before; binder_hash over the ClientHello without its binders.
    std::string_view binder_hash{};
    std::string_view client_hello_hash{};
    std::string_view server_hello_hash{};
    std::string_view server_certificate_verify_hash{};
    std::string_view server_finished_hash{};
    std::string_view client_certificate_verify_hash{};
    std::string_view client_finished_hash{};

    // The key schedule.
    std::string_view psk{};
    std::string_view early_secret{};
    std::string_view binder_key{};
    std::string_view binder{};
    std::string_view client_early_traffic_secret{};
    std::string_view early_exporter_master_secret{};
    std::string_view handshake_secret{};
    std::string_view client_handshake_traffic_secret{};
    std::string_view server_handshake_traffic_secret{};
    std::string_view client_finished_key{};
    std::string_view server_finished_key{};
    std::string_view master_secret{};
    std::string_view client_application_traffic_secret{};
    std::string_view server_application_traffic_secret{};
    std::string_view exporter_master_secret{};
    std::string_view resumption_master_secret{};
    std::string_view ticket_nonce{};
    std::string_view resumption_psk{};

    // Traffic keys of TLS_AES_128_GCM_SHA256.
    std::string_view client_early_key{};
    std::string_view client_early_iv{};
    std::string_view client_handshake_key{};
    std::string_view client_handshake_iv{};
    std::string_view server_handshake_key{};
    std::string_view server_handshake_iv{};
    std::string_view client_application_key{};
    std::string_view client_application_iv{};
    std::string_view server_application_key{};
    std::string_view server_application_iv{};
};

} // namespace pavise::vectors::rfc8448
