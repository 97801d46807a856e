// The table of extensions: one row for each that Pavise knows, with the messages in which it may appear
// (RFC 8446 §4.2's table, the RFCs of later extensions, and RFC 5246 for TLS 1.2's ServerHello).
#pragma once

#include "messages/extensions.hpp"

#include <array>

namespace pavise::messages {

// The messages that carry extensions. A ClientHello is the same for all versions; TLS 1.2's ServerHello is
// not TLS 1.3's. `certificate` stands for every entry of a TLS 1.3 Certificate.
enum class MessageKind : std::uint8_t {
    client_hello,
    server_hello,
    hello_retry_request,
    encrypted_extensions,
    certificate_request,
    certificate,
    new_session_ticket,
    server_hello12,
};

// A set of message kinds, one bit for each.
using MessageKinds = std::uint8_t;

struct ExtensionRow {
    ExtensionType type;
    MessageKinds allowed_in;
};

namespace extension_table_detail {

constexpr MessageKinds bit(MessageKind kind) {
    return static_cast<MessageKinds>(1u << static_cast<unsigned>(kind));
}
inline constexpr MessageKinds CH = bit(MessageKind::client_hello);
inline constexpr MessageKinds SH = bit(MessageKind::server_hello);
inline constexpr MessageKinds HRR = bit(MessageKind::hello_retry_request);
inline constexpr MessageKinds EE = bit(MessageKind::encrypted_extensions);
inline constexpr MessageKinds CR = bit(MessageKind::certificate_request);
inline constexpr MessageKinds CT = bit(MessageKind::certificate);
inline constexpr MessageKinds NST = bit(MessageKind::new_session_ticket);
inline constexpr MessageKinds SH12 = bit(MessageKind::server_hello12);
inline constexpr MessageKinds nowhere = 0;

constexpr auto make_rows() {
    using enum ExtensionType;
    return std::to_array<ExtensionRow>({
        {server_name, CH | EE | SH12},         // 6066 §3
        {max_fragment_length, CH | EE | SH12}, // 6066 §4
        {status_request, CH | CR | CT | SH12}, // 6066 §8, 8446 §4.4.2.1
        // In TLS 1.2 no server needs to send its groups, but some do: they are ignored.
        {supported_groups, CH | EE | SH12},                       // 8446 §4.2.7, 8422 §5.1.1
        {ec_point_formats, CH | SH12},                            // 8422 §5.1.2
        {signature_algorithms, CH | CR},                          // 8446 §4.2.3, 5246 §7.4.1.4.1
        {application_layer_protocol_negotiation, CH | EE | SH12}, // 7301 §3.1
        {signed_certificate_timestamp, CH | CR | CT | SH12},      // 6962 §3.3.1
        {client_certificate_type, CH | EE | SH12},                // 7250 §3
        {server_certificate_type, CH | EE | SH12},                // 7250 §3
        {padding, CH},                                            // 7685 §3
        {encrypt_then_mac, CH | SH12},                            // 7366 §2
        {extended_master_secret, CH | SH12},                      // 7627 §5.1
        {compress_certificate, CH | CR},                          // 8879 §3
        {record_size_limit, CH | EE | SH12},                      // 8449 §4
        {delegated_credential, CH | CR | CT},                     // 9345 §4.1.1, §4.1.2
        {session_ticket, CH | SH12},                              // 5077 §3.2
        {pre_shared_key, CH | SH},                                // 8446 §4.2.11
        {early_data, CH | EE | NST},                              // 8446 §4.2.10
        {supported_versions, CH | SH | HRR},                      // 8446 §4.2.1
        {cookie, CH | HRR},                                       // 8446 §4.2.2
        {psk_key_exchange_modes, CH},                             // 8446 §4.2.9
        {certificate_authorities, CH | CR},                       // 8446 §4.2.4
        {oid_filters, CR},                                        // 8446 §4.2.5
        {post_handshake_auth, CH},                                // 8446 §4.2.6
        {signature_algorithms_cert, CH | CR},                     // 8446 §4.2.3
        {key_share, CH | SH | HRR},                               // 8446 §4.2.8
        {quic_transport_parameters, CH | EE},                     // 9001 §8.2
        // It stands in an encoded inner ClientHello only, and is gone when that is decoded.
        {ech_outer_extensions, nowhere},         // 9849 §5.1
        {encrypted_client_hello, CH | HRR | EE}, // 9849 §5
        {renegotiation_info, CH | SH12},         // 5746 §3.2
    });
}

} // namespace extension_table_detail

// In the order of their code points.
inline constexpr auto extension_table = extension_table_detail::make_rows();

// The row of a type, or the size of the table where Pavise does not know the extension.
constexpr std::size_t extension_row(ExtensionType type) {
    std::size_t low = 0;
    std::size_t high = extension_table.size();
    while (low < high) {
        const std::size_t middle = (low + high) / 2;
        if (extension_table[middle].type == type) return middle;
        if (extension_table[middle].type < type)
            low = middle + 1;
        else
            high = middle;
    }
    return extension_table.size();
}

// A set of extensions that Pavise knows. Others cannot be in it: what we send of them (GREASE, RFC 8701 §3.1)
// must not be answered.
class ExtensionSet {
    std::uint64_t rows_ = 0;
    static_assert(extension_table.size() <= 64);

  public:
    constexpr ExtensionSet() = default;
    constexpr ExtensionSet(std::initializer_list<ExtensionType> types) {
        for (const ExtensionType type : types) insert(type);
    }
    // The types of a block.
    static ExtensionSet of(const Extensions& extensions);

    constexpr void insert(ExtensionType type) {
        if (const std::size_t row = extension_row(type); row < extension_table.size())
            rows_ |= std::uint64_t{1} << row;
    }
    constexpr void erase(ExtensionType type) {
        if (const std::size_t row = extension_row(type); row < extension_table.size())
            rows_ &= ~(std::uint64_t{1} << row);
    }
    constexpr bool contains(ExtensionType type) const {
        const std::size_t row = extension_row(type);
        return row < extension_table.size() && (rows_ >> row & 1) != 0;
    }
    constexpr bool empty() const { return rows_ == 0; }
    friend constexpr bool operator==(ExtensionSet, ExtensionSet) = default;
};

// Whether the table lets an extension stand in a message; true for extensions that Pavise does not know.
bool is_allowed(ExtensionType type, MessageKind message);

// RFC 8446 §4.2: an extension that we recognise, in a message for which it is not specified, is an
// illegal_parameter. Extensions that we do not recognise pass.
// One that has no contents in that message, and holds some, is a decode_error.
Status check_allowed(const Extensions& extensions, MessageKind message);

// RFC 8446 §4.2: an extension response that was not requested is an unsupported_extension. `offered` is what
// our ClientHello (for a client's Certificate: the server's CertificateRequest) contained; for TLS 1.2, put
// renegotiation_info in it where the SCSV was sent (RFC 5746 §3.4). Only the cookie of a HelloRetryRequest
// needs no offer. For messages that answer nothing (ClientHello, CertificateRequest, NewSessionTicket)
// everything passes.
Status refuse_unsolicited(const Extensions& response, MessageKind message, ExtensionSet offered);

} // namespace pavise::messages
