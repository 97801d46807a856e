// Sentences that several groups of checks quote.
#pragma once

#include "conform/check.hpp"

namespace pavise::conform::rule {

inline constexpr Rule messages_in_pieces13 =
    must("8446 §5.1", "Handshake messages MAY be coalesced into a single TLSPlaintext record or fragmented "
                      "across several records");
inline constexpr Rule cannot_be_parsed =
    must("8446 §6", "Peers which receive a message which cannot be parsed according to the syntax (e.g., "
                    "have a length extending beyond the message boundary or contain an out-of-range length) "
                    "MUST terminate the connection with a \"decode_error\" alert.");
inline constexpr Rule aligned_with_records = must(
    "8446 §5.1",
    "Implementations MUST verify that all messages immediately preceding a key change align with a record "
    "boundary; if not, then they MUST terminate the connection with an \"unexpected_message\" alert.");
inline constexpr Rule unexpected_order12 =
    must("5246 §7.4", "sending handshake messages in an unexpected order results in a fatal error.");
inline constexpr Rule unexpected_order13 =
    must("8446 §4", "A peer which receives a handshake message in an unexpected order MUST abort the "
                    "handshake with an \"unexpected_message\" alert.");
inline constexpr Rule protected_after_change12 =
    must("5246 §7.1", "once the ChangeCipherSpec has been sent, the new CipherSpec MUST be used.");
inline constexpr Rule change_cipher_spec_value13 =
    must("8446 §5",
         "An implementation which receives any other change_cipher_spec value or which receives a protected "
         "change_cipher_spec record MUST abort the handshake with an \"unexpected_message\" alert.");
inline constexpr Rule cannot_be_decoded12 =
    must("5246 §7.2.2", "A message could not be decoded because some field was out of the specified range or "
                        "the length of the message was incorrect.");
inline constexpr Rule finished_verified12 =
    must("5246 §7.4.9", "Recipients of Finished messages MUST verify that the contents are correct.");
inline constexpr Rule no_data_in_handshake12 =
    must("5246 §7.3", "Application data MUST NOT be sent prior to the completion of the first handshake");
inline constexpr Rule messages_in_pieces12 =
    must("5246 §6.2.1", "a single message MAY be fragmented across several records");
inline constexpr Rule signature_verified =
    must("8446 §4.4.3", "The receiver of a CertificateVerify message MUST verify the signature field.");
inline constexpr Rule finished_verified13 =
    must("8446 §4.4.4", "Recipients of Finished messages MUST verify that the contents are correct and if "
                        "incorrect MUST terminate the connection with a \"decrypt_error\" alert.");
inline constexpr Rule key_update_after_finished =
    must("8446 §4.6.3", "Implementations that receive a KeyUpdate message prior to receiving a Finished "
                        "message MUST terminate the connection with an \"unexpected_message\" alert.");
inline constexpr Rule unsolicited13 =
    must("8446 §4.2", "Upon receiving such an extension, an endpoint MUST abort the handshake with an "
                      "\"unsupported_extension\" alert.");
inline constexpr Rule misplaced13 =
    must("8446 §4.2",
         "If an implementation receives an extension which it recognizes and which is not specified for "
         "the message in which it appears, it MUST abort the handshake with an \"illegal_parameter\" "
         "alert.");
inline constexpr Rule extensions_once = must(
    "8446 §4.2", "There MUST NOT be more than one extension of the same type in a given extension block.");
inline constexpr Rule one_protocol =
    must("7301 §3.1", "the \"ProtocolNameList\" MUST contain exactly one \"ProtocolName\".");

} // namespace pavise::conform::rule
