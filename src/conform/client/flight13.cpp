// The server's authentication in TLS 1.3, as clients have to judge it.
#include "conform/as_server.hpp"
#include "conform/groups.hpp"
#include "conform/needs.hpp"
#include "conform/rules.hpp"
#include "messages/certificate_verify.hpp"
#include "messages/extension/alpn.hpp"
#include "messages/extension/key_share.hpp"
#include "messages/extension/negotiation.hpp"
#include "messages/extension/pre_shared_key.hpp"
#include "messages/extension/server_name.hpp"
#include "messages/finished.hpp"
#include "peer/proof.hpp"

#include <algorithm>
#include <set>

namespace pavise::conform {

namespace {

using enum AlertDescription;

void begin_authentication(AsServer13& t) {
    t.begin();
    t.server().send_encrypted_extensions();
}

template <HandshakeType type, std::size_t size> void instead_of_certificate(AsServer13& t) {
    begin_authentication(t);
    t.us().send_message(peer::written(type, repeated(size, 1)));
    t.refused({unexpected_message, decode_error, illegal_parameter});
}

// What a certificate that is no good may be called.
const Alerts& certificate_alerts() {
    static const Alerts alerts{
        bad_certificate,   unsupported_certificate, certificate_unknown, unknown_ca,   decode_error,
        illegal_parameter, handshake_failure,       certificate_expired, decrypt_error};
    return alerts;
}

template <class Change> void refuse_certificate(AsServer13& t, Change change, const Alerts& alerts) {
    begin_authentication(t);
    auto certificate = t.server().certificate();
    if (!t.ok()) return;
    change(certificate);
    t.us().send(certificate);
    t.server().send_certificate_verify();
    t.server().send_finished();
    t.refused(alerts);
}

template <class Change> void refuse_verify(AsServer13& t, Change change, const Alerts& alerts) {
    begin_authentication(t);
    t.server().send_certificate();
    auto verify = t.server().certificate_verify();
    if (!t.ok()) return;
    change(verify);
    t.us().send(verify);
    t.server().send_finished();
    t.refused(alerts);
}

constexpr std::array authentications{
    Check{"certificate-missing",
          "A Finished without Certificate and CertificateVerify is refused",
          must("8446 §4.4.2", "The server MUST send a Certificate message whenever the agreed-upon key "
                              "exchange method uses certificates for authentication"),
          {},
          [](AsServer13& t) {
              begin_authentication(t);
              t.server().send_finished();
              t.refused({unexpected_message});
          }},
    Check{"certificate-verify-missing",
          "A Finished without CertificateVerify is refused",
          must("8446 §4.4.3", "Servers MUST send this message when authenticating via a certificate."),
          {},
          [](AsServer13& t) {
              begin_authentication(t);
              t.server().send_certificate();
              t.server().send_finished();
              t.refused({unexpected_message, bad_certificate, unknown_ca});
          }},
    Check{"certificate-verify-first",
          "A CertificateVerify without Certificate is refused",
          must("8446 §4.4.3", "When sent, this message MUST appear immediately after the Certificate message "
                              "and immediately prior to the Finished message."),
          {},
          [](AsServer13& t) {
              begin_authentication(t);
              t.server().send_certificate_verify();
              t.refused({unexpected_message});
          }},
    Check{"certificate-empty",
          "A Certificate without certificates is refused",
          must("8446 §4.4.2.4", "If the server supplies an empty Certificate message, the client MUST abort "
                                "the handshake with a \"decode_error\" alert."),
          {},
          [](AsServer13& t) {
              begin_authentication(t);
              t.us().send(peer::CertificateDraft{});
              t.refused({decode_error});
          }},
    Check{"certificate-context",
          "A Certificate with a context is refused",
          must("8446 §4.4.2",
               "Otherwise (in the case of server authentication), this field SHALL be zero length."),
          {},
          [](AsServer13& t) {
              refuse_certificate(
                  t, [](peer::CertificateDraft& c) { c.certificate_request_context = bytes({1}); },
                  {decode_error, illegal_parameter});
          }},
    Check{"certificate-no-bytes",
          "A certificate of no bytes is refused",
          must("8446 §4.4.2", "opaque cert_data<1..2^24-1>;"),
          {},
          [](AsServer13& t) {
              refuse_certificate(
                  t, [](peer::CertificateDraft& c) { c.certificate_list.front().cert_data.clear(); },
                  certificate_alerts());
          }},
    Check{"certificate-garbage",
          "A certificate that is none is refused",
          must("8446 §4.4.2.2",
               "The certificate type MUST be X.509v3 [RFC5280], unless explicitly negotiated otherwise"),
          {},
          [](AsServer13& t) {
              refuse_certificate(
                  t,
                  [](peer::CertificateDraft& c) {
                      c.certificate_list.front().cert_data = repeated(200, 0x30);
                  },
                  certificate_alerts());
          }},
    Check{"certificate-altered",
          "A certificate that was changed is refused",
          rule::signature_verified,
          {},
          [](AsServer13& t) {
              refuse_certificate(
                  t, [](peer::CertificateDraft& c) { c.certificate_list.front().cert_data.back() ^= 1; },
                  certificate_alerts());
          }},
    Check{"certificate-unknown-extension",
          "An extension of a certificate that was not asked for is refused",
          must("8446 §4.4.2", "Extensions in the Certificate message from the server MUST correspond to ones "
                              "from the ClientHello message."),
          {},
          [](AsServer13& t) {
              refuse_certificate(t,
                                 [](peer::CertificateDraft& c) {
                                     c.certificate_list.front().extensions.add(unknown_extension, {});
                                 },
                                 {unsupported_extension, illegal_parameter});
          }},
    Check{"certificate-trailing-byte",
          "A byte behind the certificates is refused",
          rule::cannot_be_parsed,
          {},
          [](AsServer13& t) {
              begin_authentication(t);
              const ByteVector message = t.server().certificate().message();
              if (!t.ok()) return;
              t.us().send_message(
                  peer::written(HandshakeType::certificate, joined({Bytes(message).subspan(4), bytes({0})})));
              t.refused({decode_error, illegal_parameter});
          }},
    Check{"certificate-cut",
          "A Certificate that ends too soon is refused",
          rule::cannot_be_parsed,
          {},
          [](AsServer13& t) {
              begin_authentication(t);
              const ByteVector message = t.server().certificate().message();
              if (!t.ok()) return;
              t.us().send_message(
                  peer::written(HandshakeType::certificate, Bytes(message).subspan(4, message.size() - 8)));
              t.refused(certificate_alerts());
          }},
    Check{"certificate-twice",
          "A second Certificate is refused",
          rule::unexpected_order13,
          {},
          [](AsServer13& t) {
              begin_authentication(t);
              t.server().send_certificate();
              t.server().send_certificate();
              t.refused({unexpected_message});
          }},
    Check{"certificate-verify-bad-signature",
          "A CertificateVerify that does not verify is refused",
          must("8446 §4.4.3", "If the verification fails, the receiver MUST terminate the handshake with a "
                              "\"decrypt_error\" alert."),
          {},
          [](AsServer13& t) {
              // In the last byte of what is signed with, so that it parses.
              refuse_verify(t, [](peer::CertificateVerifyDraft& v) { v.signature.back() ^= 1; },
                            {decrypt_error});
          }},
    Check{"certificate-verify-empty-signature",
          "A signature of no bytes is refused",
          rule::signature_verified,
          {},
          [](AsServer13& t) {
              refuse_verify(t, [](peer::CertificateVerifyDraft& v) { v.signature.clear(); },
                            {decrypt_error, decode_error, illegal_parameter});
          }},
    Check{"certificate-verify-client-context",
          "A signature under the client's context string is refused",
          must("8446 §4.4.3",
               "The context string for a server signature is \"TLS 1.3, server CertificateVerify\"."),
          {},
          [](AsServer13& t) {
              begin_authentication(t);
              t.server().send_certificate();
              t.us().send(t.server().certificate_verify(Role::client));
              t.server().send_finished();
              t.refused({decrypt_error});
          }},
    Check{"certificate-verify-other-transcript",
          "A signature over another transcript is refused",
          must("8446 §4.4.3", "The digital signature is then computed over the concatenation of: - A string "
                              "that consists of octet 32 (0x20) repeated 64 times"),
          {},
          [](AsServer13& t) {
              begin_authentication(t);
              const auto verify = t.server().certificate_verify(); // without the Certificate
              t.server().send_certificate();
              t.us().send(verify);
              t.server().send_finished();
              t.refused({decrypt_error});
          }},
    Check{"certificate-verify-unknown-scheme",
          "A signature by a scheme that was not offered is refused",
          must("8446 §4.4.3", "If the CertificateVerify message is sent by a server, the signature algorithm "
                              "MUST be one offered in the client's \"signature_algorithms\" extension"),
          {},
          [](AsServer13& t) {
              refuse_verify(t, [](peer::CertificateVerifyDraft& v) { v.algorithm = grease_scheme; },
                            {illegal_parameter, decrypt_error, handshake_failure});
          }},
    Check{"certificate-verify-pkcs1",
          "A signature by a scheme of PKCS #1 v1.5 is refused",
          must("8446 §4.4.3", "RSA signatures MUST use an RSASSA-PSS algorithm, regardless of whether "
                              "RSASSA-PKCS1-v1_5 algorithms appear in \"signature_algorithms\"."),
          {},
          [](AsServer13& t) {
              refuse_verify(
                  t, [](peer::CertificateVerifyDraft& v) { v.algorithm = SignatureScheme::rsa_pkcs1_sha256; },
                  {illegal_parameter, decrypt_error, handshake_failure, bad_certificate,
                   unsupported_certificate});
          }},
    Check{"certificate-verify-sha1",
          "A signature by a scheme of SHA-1 is refused",
          must("8446 §4.4.3",
               "The SHA-1 algorithm MUST NOT be used in any signatures of CertificateVerify messages."),
          {},
          [](AsServer13& t) {
              refuse_verify(
                  t, [](peer::CertificateVerifyDraft& v) { v.algorithm = SignatureScheme::ecdsa_sha1; },
                  {illegal_parameter, decrypt_error, handshake_failure, bad_certificate,
                   unsupported_certificate});
          }},
    Check{"certificate-verify-other-key-type",
          "A signature by a scheme that does not fit the key is refused",
          must("8446 §4.4.3", "In addition, the signature algorithm MUST be compatible with the key in the "
                              "sender's end-entity certificate."),
          {},
          [](AsServer13& t) {
              refuse_verify(
                  t,
                  [](peer::CertificateVerifyDraft& v) { v.algorithm = SignatureScheme::rsa_pss_rsae_sha256; },
                  {illegal_parameter, decrypt_error, handshake_failure, bad_certificate,
                   unsupported_certificate});
          }},
    Check{"certificate-verify-trailing-byte",
          "A byte behind the signature is refused",
          rule::cannot_be_parsed,
          {},
          [](AsServer13& t) {
              begin_authentication(t);
              t.server().send_certificate();
              const ByteVector message = t.server().certificate_verify().message();
              if (!t.ok()) return;
              t.us().send_message(peer::written(HandshakeType::certificate_verify,
                                                joined({Bytes(message).subspan(4), bytes({0})})));
              t.refused({decode_error, illegal_parameter});
          }},
    Check{"finished-wrong",
          "A Finished with other contents is refused",
          rule::finished_verified13,
          {},
          [](AsServer13& t) {
              begin_authentication(t);
              t.server().send_certificate();
              t.server().send_certificate_verify();
              auto finished = t.server().finished();
              if (!t.ok()) return;
              finished.verify_data.front() ^= 1;
              t.us().send(finished);
              t.refused({decrypt_error});
          }},
    Check{"finished-short",
          "A Finished that lacks a byte is refused",
          must("8446 §4.4.4", "opaque verify_data[Hash.length];"),
          {},
          [](AsServer13& t) {
              begin_authentication(t);
              t.server().send_certificate();
              t.server().send_certificate_verify();
              auto finished = t.server().finished();
              if (!t.ok()) return;
              finished.verify_data.pop_back();
              t.us().send(finished);
              t.refused({decode_error, decrypt_error, illegal_parameter});
          }},
    Check{"finished-then-more",
          "Bytes behind the Finished in the same record are refused",
          rule::aligned_with_records,
          {},
          [](AsServer13& t) {
              begin_authentication(t);
              t.server().send_certificate();
              t.server().send_certificate_verify();
              const ByteVector finished = t.server().finished().message();
              t.us().send_record(ContentType::handshake,
                                 joined({finished, peer::written(HandshakeType::key_update, bytes({0}))}));
              // The Finished alone counts: what a client says that took it is under the keys that follow.
              t.us().add_to_transcript(finished);
              t.us().derive_application_keys();
              t.refused({unexpected_message});
          }},
    Check{"flight-data-before-finished",
          "Application data before the Finished is refused",
          must("8446 §2", "Application Data MUST NOT be sent prior to sending the Finished message, except "
                          "as specified in Section 2.3."),
          {},
          [](AsServer13& t) {
              begin_authentication(t);
              t.us().send_data("too soon");
              t.refused({unexpected_message});
          }},
    Check{"flight-key-update-before-finished",
          "A KeyUpdate before the Finished is refused",
          rule::key_update_after_finished,
          {},
          &instead_of_certificate<HandshakeType::key_update, 1>},
    Check{"flight-ticket-before-finished",
          "A NewSessionTicket before the Finished is refused",
          must("8446 §4.6.1", "At any time after the server has received the client Finished message, it MAY "
                              "send a NewSessionTicket message."),
          {},
          &instead_of_certificate<HandshakeType::new_session_ticket, 20>},
    Check{"flight-server-hello-again",
          "A second ServerHello is refused",
          rule::unexpected_order13,
          {},
          &instead_of_certificate<HandshakeType::server_hello, 60>},
    Check{"flight-server-key-exchange",
          "A ServerKeyExchange is refused",
          rule::unexpected_order13,
          {},
          &instead_of_certificate<HandshakeType::server_key_exchange, 60>},
    Check{"flight-end-of-early-data",
          "EndOfEarlyData from a server is refused",
          must("8446 §4.5", "Servers MUST NOT send this message, and clients receiving it MUST terminate the "
                            "connection with an \"unexpected_message\" alert."),
          {},
          &instead_of_certificate<HandshakeType::end_of_early_data, 0>},
    Check{"flight-unknown-message",
          "A message of an unknown type is refused",
          rule::unexpected_order13,
          {},
          &instead_of_certificate<static_cast<HandshakeType>(91), 3>},
    Check{"flight-change-cipher-spec",
          "change_cipher_spec during the flight is dropped",
          must("8446 §5", "and MUST simply drop it without further processing."),
          {},
          [](AsServer13& t) {
              t.begin();
              t.from_here();
              t.us().send_change_cipher_spec();
              t.server().send_encrypted_extensions();
              t.us().send_change_cipher_spec();
              t.server().send_certificate();
              t.server().send_certificate_verify();
              t.server().send_finished();
              t.server().expect_finished();
              t.serves();
          }},
    Check{"flight-change-cipher-spec-value",
          "A change_cipher_spec of another value is refused",
          rule::change_cipher_spec_value13,
          {},
          [](AsServer13& t) {
              t.begin();
              t.us().send_change_cipher_spec(3);
              t.refused({unexpected_message, illegal_parameter, decode_error});
          }},
    Check{"flight-in-one-record",
          "The whole flight in one record is taken",
          rule::messages_in_pieces13,
          {},
          [](AsServer13& t) {
              t.begin();
              t.from_here();
              if (!t.ok()) return;
              // The transcript has to hold what is signed before it goes out.
              const ByteVector extensions = t.server().encrypted_extensions().message();
              const ByteVector certificate = t.server().certificate().message();
              t.us().add_to_transcript(extensions);
              t.us().add_to_transcript(certificate);
              const ByteVector verify = t.server().certificate_verify().message();
              t.us().add_to_transcript(verify);
              const ByteVector finished = t.server().finished().message();
              t.us().send_record(ContentType::handshake, joined({extensions, certificate, verify, finished}));
              t.us().add_to_transcript(finished);
              t.us().derive_application_keys();
              t.us().write_with(peer::Epoch::application);
              t.server().expect_finished();
              t.serves();
          }},
    Check{"flight-in-pieces",
          "The flight in records of a few bytes is put together",
          must("8446 §5.1", "or fragmented across several records"),
          {},
          [](AsServer13& t) {
              t.begin();
              t.from_here();
              t.us().send_fragmented(t.server().encrypted_extensions(), {1, 1, 1});
              t.us().send_fragmented(t.server().certificate(), {1, 2, 3, 4, 5, 6, 7, 8, 9, 10});
              t.us().send_fragmented(t.server().certificate_verify(), {5, 1});
              t.us().send_fragmented(t.server().finished(), {4, 1, 1});
              t.us().derive_application_keys();
              t.us().write_with(peer::Epoch::application);
              t.server().expect_finished();
              t.serves();
          }},
};

} // namespace

Group client_authentications13() {
    return {"Clients, TLS 1.3: the server's authentication", authentications};
}

} // namespace pavise::conform
