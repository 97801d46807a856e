// Records of an established connection: damaged, repeated, too long, of the wrong type; and those that are
// legal.
#include "conform/both/roles.hpp"
#include "conform/rules.hpp"

namespace pavise::conform {

namespace {

using enum AlertDescription;

constexpr std::size_t largest_plaintext = 1u << 14;

constexpr Rule decryption_fails_13 = must(
    "8446 §5.2",
    "If the decryption fails, the receiver MUST terminate the connection with a \"bad_record_mac\" alert.");
constexpr Rule decryption_fails_12 =
    must("5246 §6.2.3.3", "If the decryption fails, a fatal bad_record_mac alert MUST be generated.");
constexpr Rule unexpected_type_13 = must(
    "8446 §5",
    "If a TLS implementation receives an unexpected record type, it MUST terminate the connection with an "
    "\"unexpected_message\" alert.");
constexpr Rule unexpected_type_12 = must(
    "5246 §6",
    "If a TLS implementation receives an unexpected record type, it MUST send an unexpected_message alert.");
constexpr Rule too_long_13 =
    must("8446 §5.2",
         "An endpoint that receives a record that exceeds this length MUST terminate the connection with a "
         "\"record_overflow\" alert.");
constexpr Rule too_long_12 = must("5246 §6.2.3", "The length MUST NOT exceed 2^14 + 2048.");
constexpr Rule sequence_13 = must(
    "8446 §5.3",
    "Each sequence number is set to zero at the beginning of a connection and whenever the key is changed; "
    "the first record transmitted under a particular traffic key MUST use sequence number 0.");
constexpr Rule sequence_12 =
    must("5246 §6.1",
         "The sequence number MUST be set to zero whenever a connection state is made the active state.");
constexpr Rule empty_data_13 =
    must("8446 §5.1",
         "Zero-length fragments of Application Data MAY be sent, as they are potentially useful as a traffic "
         "analysis countermeasure.");
constexpr Rule empty_data_12 =
    must("5246 §6.2.1",
         "Zero-length fragments of Application data MAY be sent as they are potentially useful as a traffic "
         "analysis countermeasure.");

// A record of data with one bit changed: in its first byte, in the middle, in the tag.
template <class As> void send_damaged(As& t, std::size_t from_end) {
    t.connect();
    ByteVector record = t.us().seal(ContentType::application_data, as_bytes("damaged on its way"));
    if (!t.ok()) return;
    record[record.size() - from_end] ^= 1;
    t.us().send_bytes(record);
    t.refused({bad_record_mac});
}

template <class As> void damaged_tag(As& t) {
    send_damaged(t, 1);
}
template <class As> void damaged_content(As& t) {
    send_damaged(t, 20);
}

template <class As> void repeated_record(As& t) {
    t.connect();
    const ByteVector record = t.us().seal(ContentType::application_data, {});
    t.us().send_bytes(record);
    t.us().send_bytes(record);
    t.refused({bad_record_mac});
}

template <class As> void missing_record(As& t) {
    t.connect();
    (void)t.us().seal(ContentType::application_data, as_bytes("never arrives"));
    t.us().send_record(ContentType::application_data, as_bytes("arrives"));
    t.refused({bad_record_mac});
}

template <class As> void exchanged_records(As& t) {
    t.connect();
    const ByteVector first = t.us().seal(ContentType::application_data, {});
    const ByteVector second = t.us().seal(ContentType::application_data, {});
    t.us().send_bytes(second);
    t.us().send_bytes(first);
    t.refused({bad_record_mac});
}

// Shorter than a tag.
template <class As> void short_record(As& t) {
    t.connect();
    t.us().send_raw_record(ContentType::application_data, ProtocolVersion::tls_1_2, repeated(7, 0x17));
    t.refused({bad_record_mac, decode_error, unexpected_message});
}

template <class As> void empty_unprotected_record(As& t) {
    t.connect();
    t.us().send_raw_record(ContentType::application_data, ProtocolVersion::tls_1_2, {});
    t.refused({bad_record_mac, decode_error, unexpected_message});
}

template <class As> void unprotected_data(As& t) {
    t.connect();
    t.us().send_raw_record(ContentType::application_data, ProtocolVersion::tls_1_2,
                           as_bytes("GET / HTTP/1.0\r\n\r\n, in the clear"));
    t.refused({bad_record_mac, unexpected_message, decode_error});
}

template <class As> void ciphertext_too_long(As& t) {
    t.connect();
    const std::size_t most = largest_plaintext + (in_tls13<As> ? 256 : 2048);
    t.us().send_raw_record(ContentType::application_data, ProtocolVersion::tls_1_2, repeated(most + 1, 0x55));
    // That the record cannot be opened is found as well, and by some first.
    t.refused({record_overflow, bad_record_mac});
}

template <class As> void plaintext_too_long(As& t) {
    t.connect();
    t.us().send_record(ContentType::application_data, repeated(largest_plaintext + 1, 'x'));
    t.refused({record_overflow});
}

template <class As> void unknown_outer_type(As& t) {
    t.connect();
    t.us().send_raw_record(static_cast<ContentType>(99), ProtocolVersion::tls_1_2, repeated(40));
    // Some open it before they look at its type.
    t.refused({unexpected_message, bad_record_mac});
}

template <class As> void unprotected_handshake(As& t) {
    t.connect();
    t.us().send_raw_record(ContentType::handshake, ProtocolVersion::tls_1_2, bytes({0, 0, 0, 0}));
    t.refused({unexpected_message, bad_record_mac, decode_error});
}

template <class As> void protected_unknown_type(As& t) {
    t.connect();
    t.us().send_record(static_cast<ContentType>(99), as_bytes("of a type that nobody knows"));
    t.refused({unexpected_message});
}

template <class As> void protected_heartbeat(As& t) {
    t.connect();
    t.us().send_record(ContentType::heartbeat, bytes({1, 0, 1, 'x'}));
    t.refused({unexpected_message});
}

template <class As> void change_cipher_spec_afterwards(As& t) {
    t.connect();
    // Some have answered by the time that it comes, and this is over.
    t.us().send_raw_record(ContentType::change_cipher_spec, ProtocolVersion::tls_1_2, bytes({1}));
    t.refused({unexpected_message, bad_record_mac, decode_error});
}

// RFC 5246 says nothing of whoever receives one.
template <class As, ContentType type> void empty_record(As& t) {
    t.connect();
    t.us().send_record(type, {});
    if constexpr (in_tls13<As>)
        t.refused({unexpected_message, decode_error, illegal_parameter});
    else
        t.refused_or_ignored();
}

template <class As> void empty_data(As& t) {
    t.connect();
    t.from_here();
    for (int i = 0; i < 3; ++i) t.us().send_record(ContentType::application_data, {});
    t.serves();
}

template <class As> void interleaved_message(As& t) {
    t.connect();
    // The first half of what would be a message.
    t.us().send_record(ContentType::handshake, bytes({24, 0}));
    t.us().send_record(ContentType::application_data, as_bytes("x"));
    t.refused({unexpected_message});
}

// What the two versions have in common.
template <class As>
constexpr std::array shared_checks{
    Check{"record-damaged-tag",
          "A record whose tag was changed is refused",
          by_version<As>(decryption_fails_13, decryption_fails_12),
          {},
          &damaged_tag<As>},
    Check{"record-damaged-content",
          "A record whose content was changed is refused",
          by_version<As>(decryption_fails_13, decryption_fails_12),
          {},
          &damaged_content<As>},
    Check{"record-repeated",
          "A record that comes twice is refused",
          by_version<As>(sequence_13, sequence_12),
          {},
          &repeated_record<As>},
    Check{"record-missing",
          "A record after one that never came is refused",
          by_version<As>(
              must("8446 §5.3", "The appropriate sequence number is incremented by one after reading or "
                                "writing each record."),
              must("5246 §6.1",
                   "Each connection state contains a sequence number, which is maintained separately "
                   "for read and write states.")),
          {},
          &missing_record<As>},
    Check{"record-exchanged",
          "Two records in the other order are refused",
          by_version<As>(
              must("8446 §5.3",
                   "A 64-bit sequence number is maintained separately for reading and writing records."),
              must("5246 §6.1", "A sequence number is incremented after each record")),
          {},
          &exchanged_records<As>},
    Check{"record-shorter-than-tag",
          "A record shorter than its tag is refused",
          by_version<As>(decryption_fails_13, decryption_fails_12),
          {},
          &short_record<As>},
    Check{"record-without-anything",
          "A protected record of no bytes is refused",
          by_version<As>(decryption_fails_13, decryption_fails_12),
          {},
          &empty_unprotected_record<As>},
    Check{"record-unprotected-data",
          "Application data in the clear is refused",
          by_version<As>(
              must("8446 §5.1", "Application Data records MUST NOT be written to the wire unprotected"),
              unexpected_type_12),
          {},
          &unprotected_data<As>},
    Check{"record-ciphertext-too-long",
          "A record longer than the longest ciphertext is refused",
          by_version<As>(too_long_13, too_long_12),
          {},
          &ciphertext_too_long<As>},
    Check{"record-plaintext-too-long",
          "A record with more than 2^14 bytes of data is refused",
          by_version<As>(
              must("8446 §5.4",
                   "The presence of padding does not change the overall record size limitations: the "
                   "full encoded TLSInnerPlaintext MUST NOT exceed 2^14 + 1 octets."),
              must("5246 §6.2.1", "The length MUST NOT exceed 2^14.")),
          {},
          &plaintext_too_long<As>},
    Check{"record-unknown-type",
          "A record of an unknown type is refused",
          by_version<As>(unexpected_type_13, unexpected_type_12),
          {},
          &unknown_outer_type<As>},
    Check{"record-unprotected-handshake",
          "A handshake record in the clear is refused after the handshake",
          by_version<As>(
              must("8446 §5.2",
                   "The outer opaque_type field of a TLSCiphertext record is always set to the value 23"),
              rule::protected_after_change12),
          {},
          &unprotected_handshake<As>},
    Check{
        "record-protected-unknown-type",
        "A protected record of an unknown type is refused",
        by_version<As>(
            must("8446 §5", "Implementations MUST NOT send record types not defined in this document unless "
                            "negotiated by some extension."),
            must("5246 §6", "Implementations MUST NOT send record types not defined in this document unless "
                            "negotiated by some extension.")),
        {},
        &protected_unknown_type<As>},
    Check{"record-protected-heartbeat",
          "A heartbeat that was not negotiated is refused",
          by_version<As>(unexpected_type_13, unexpected_type_12),
          {},
          &protected_heartbeat<As>},
    Check{"record-late-change-cipher-spec",
          "change_cipher_spec after the handshake is refused",
          by_version<As>(
              must("8446 §5",
                   "If an implementation detects a change_cipher_spec record received before the first "
                   "ClientHello message or after the peer's Finished message, it MUST be treated as an "
                   "unexpected record type"),
              must("5246 §7.1",
                   "The ChangeCipherSpec message is sent during the handshake after the security "
                   "parameters have been agreed upon, but before the verifying Finished message is "
                   "sent.")),
          {},
          &change_cipher_spec_afterwards<As>},
    Check{
        "record-empty-handshake",
        "An empty handshake record is refused, or ignored in TLS 1.2",
        by_version<As>(
            must("8446 §5.4",
                 "Implementations MUST NOT send Handshake and Alert records that have a zero-length "
                 "TLSInnerPlaintext.content; if such a message is received, the receiving "
                 "implementation MUST terminate the connection with an \"unexpected_message\" alert."),
            must("5246 §6.2.1", "Implementations MUST NOT send zero-length fragments of Handshake, Alert, or "
                                "ChangeCipherSpec content types.")),
        {},
        &empty_record<As, ContentType::handshake>},
    Check{
        "record-empty-alert",
        "An empty alert is refused, or ignored in TLS 1.2",
        by_version<As>(
            must("8446 §5.4",
                 "Implementations MUST NOT send Handshake and Alert records that have a zero-length "
                 "TLSInnerPlaintext.content"),
            must("5246 §6.2.1", "Implementations MUST NOT send zero-length fragments of Handshake, Alert, or "
                                "ChangeCipherSpec content types.")),
        {},
        &empty_record<As, ContentType::alert>},
    Check{"record-empty-data",
          "Empty records of application data change nothing",
          by_version<As>(empty_data_13, empty_data_12),
          {},
          &empty_data<As>},
};

// ---------------------------------------------------------------- TLS 1.3 alone

template <InTls13 As> void no_content_type(As& t) {
    t.connect();
    t.us().send_record(ContentType::invalid, {}, 30);
    t.refused({unexpected_message});
}

template <InTls13 As> void protected_change_cipher_spec(As& t) {
    t.connect();
    t.us().send_record(ContentType::change_cipher_spec, bytes({1}));
    t.refused({unexpected_message});
}

template <InTls13 As> void padding_too_long(As& t) {
    t.connect();
    t.us().send_record(ContentType::application_data, as_bytes("x"), largest_plaintext);
    t.refused({record_overflow});
}

template <InTls13 As> void padded(As& t) {
    t.connect();
    t.from_here();
    t.us().send_record(ContentType::application_data, {}, 1);
    t.us().send_record(ContentType::application_data, {}, 300);
    t.serves();
}

template <InTls13 As> void padded_to_the_limit(As& t) {
    t.connect();
    t.from_here();
    t.us().send_record(ContentType::application_data, {}, largest_plaintext);
    t.serves();
}

template <InTls13 As> void protected_data_as_handshake(As& t) {
    t.connect();
    ByteVector record = t.us().seal(ContentType::application_data, as_bytes("x"));
    if (!t.ok()) return;
    record[0] = static_cast<std::uint8_t>(ContentType::handshake);
    t.us().send_bytes(record);
    t.refused({unexpected_message, bad_record_mac, decode_error});
}

template <class As>
constexpr std::array checks_of_13{
    Check{"record-no-content-type",
          "A record of padding alone is refused",
          must("8446 §5.4", "If a receiving implementation does not find a non-zero octet in the cleartext, "
                            "it MUST terminate "
                            "the connection with an \"unexpected_message\" alert."),
          {},
          &no_content_type<As>},
    Check{"record-protected-change-cipher-spec",
          "A protected change_cipher_spec is refused",
          rule::change_cipher_spec_value13,
          {},
          &protected_change_cipher_spec<As>},
    Check{"record-padding-too-long",
          "Padding beyond the largest record is refused",
          // The sentence binds who sends; nothing is said of who receives.
          should("8446 §5.4", "the full encoded TLSInnerPlaintext MUST NOT exceed 2^14 + 1 octets."),
          {},
          &padding_too_long<As>},
    Check{
        "record-padded",
        "Padding is removed",
        must(
            "8446 §5.4",
            "the receiving implementation scans the field from the end toward the beginning until it finds a "
            "non-zero octet."),
        {},
        &padded<As>},
    Check{"record-padded-to-the-limit",
          "A record of the largest size is taken",
          must("8446 §5.4",
               "All encrypted TLS records can be padded to inflate the size of the TLSCiphertext."),
          {},
          &padded_to_the_limit<As>},
    Check{"record-wrong-outer-type",
          "A protected record whose outer type is not application_data is refused",
          must("8446 §5.2",
               "The outer opaque_type field of a TLSCiphertext record is always set to the value 23"),
          {},
          &protected_data_as_handshake<As>},
};

} // namespace

Group server_records13() {
    return {"Servers, TLS 1.3: records", shared_checks<AsClient13>};
}
Group server_records12() {
    return {"Servers, TLS 1.2: records", shared_checks<AsClient12>};
}
Group client_records13() {
    return {"Clients, TLS 1.3: records", shared_checks<AsServer13>};
}
Group client_records12() {
    return {"Clients, TLS 1.2: records", shared_checks<AsServer12>};
}
Group server_inner_plaintext() {
    return {"Servers, TLS 1.3: what is inside a record", checks_of_13<AsClient13>};
}
Group client_inner_plaintext() {
    return {"Clients, TLS 1.3: what is inside a record", checks_of_13<AsServer13>};
}

} // namespace pavise::conform
