// What a server of TLS 1.3 does with the client's second flight.
#include "conform/as_client.hpp"
#include "conform/groups.hpp"
#include "conform/needs.hpp"
#include "conform/rules.hpp"
#include "messages/certificate_verify.hpp"
#include "messages/extension/alpn.hpp"
#include "messages/extension/key_share.hpp"
#include "messages/extension/negotiation.hpp"
#include "messages/finished.hpp"
#include "peer/proof.hpp"
#include "trust/certificate.hpp"

#include <algorithm>
#include <set>

namespace pavise::conform {

namespace {

using enum AlertDescription;

// Up to where the client's second flight begins, under the handshake keys.
void begin_bare_flight(AsClient13& t) {
    t.client().send_client_hello();
    t.client().expect_flight();
    t.client().begin_second_flight();
}

// The same; a certificate that is asked for is declined.
void begin_flight(AsClient13& t) {
    begin_bare_flight(t);
    if (t.client().certificate_request()) t.client().send_certificate();
}

template <HandshakeType type, std::size_t size> void instead_of_finished(AsClient13& t) {
    begin_flight(t);
    t.us().send_message(peer::written(type, repeated(size, 1)));
    t.refused({unexpected_message, decode_error, illegal_parameter});
}

constexpr std::array flights{
    Check{"finished-wrong",
          "A Finished with other contents is refused",
          rule::finished_verified13,
          {},
          [](AsClient13& t) {
              begin_flight(t);
              auto finished = t.client().finished();
              if (!t.ok()) return;
              finished.verify_data.back() ^= 1;
              t.us().send(finished);
              t.refused({decrypt_error});
          }},
    Check{"finished-short",
          "A Finished that lacks a byte is refused",
          must("8446 §4.4.4", "opaque verify_data[Hash.length];"),
          {},
          [](AsClient13& t) {
              begin_flight(t);
              auto finished = t.client().finished();
              if (!t.ok()) return;
              finished.verify_data.pop_back();
              t.us().send(finished);
              t.refused({decode_error, decrypt_error, illegal_parameter});
          }},
    Check{"finished-long",
          "A Finished with a byte too many is refused",
          must("8446 §4.4.4", "opaque verify_data[Hash.length];"),
          {},
          [](AsClient13& t) {
              begin_flight(t);
              auto finished = t.client().finished();
              finished.verify_data.push_back(0);
              t.us().send(finished);
              t.refused({decode_error, decrypt_error, illegal_parameter});
          }},
    Check{"finished-empty",
          "A Finished of no bytes is refused",
          must("8446 §4.4.4", "opaque verify_data[Hash.length];"),
          {},
          [](AsClient13& t) {
              begin_flight(t);
              t.us().send(peer::FinishedDraft{});
              t.refused({decode_error, decrypt_error, illegal_parameter});
          }},
    Check{"finished-of-server",
          "The server's own Finished, sent back, is refused",
          must("8446 §4.4.4", "The key used to compute the Finished message is computed from the Base Key "
                              "defined in Section 4.4 using HKDF"),
          {},
          [](AsClient13& t) {
              begin_flight(t);
              t.us().send(peer::FinishedDraft{t.us().finished_data(Role::server)});
              t.refused({decrypt_error});
          }},
    Check{"finished-unprotected",
          "A Finished in the clear is refused",
          must("8446 §1.2", "All handshake messages after the ServerHello are now encrypted."),
          {},
          [](AsClient13& t) {
              t.client().send_client_hello();
              t.client().expect_flight();
              t.us().send_raw_record(ContentType::handshake, ProtocolVersion::tls_1_2,
                                     t.client().finished().message());
              t.refused({unexpected_message, bad_record_mac, decode_error});
          }},
    Check{"finished-in-pieces",
          "A Finished in several records is put together",
          rule::messages_in_pieces13,
          {},
          [](AsClient13& t) {
              begin_flight(t);
              t.from_here();
              t.us().send_fragmented(t.client().finished(), {1, 2, 3});
              t.us().derive_resumption_secret();
              t.us().write_with(peer::Epoch::application);
              t.serves();
          }},
    Check{"finished-then-more",
          "Bytes behind the Finished in the same record are refused",
          rule::aligned_with_records,
          {},
          [](AsClient13& t) {
              begin_flight(t);
              t.us().send_message(joined(
                  {t.client().finished().message(), peer::written(HandshakeType::key_update, bytes({0}))}));
              t.refused({unexpected_message});
          }},
    Check{"flight-data-before-finished",
          "Application data before the client's Finished is refused",
          must("8446 §2", "Application Data MUST NOT be sent prior to sending the Finished message, except "
                          "as specified in Section 2.3."),
          {},
          [](AsClient13& t) {
              begin_flight(t);
              t.us().send_data(t.setting().probe.request);
              t.refused({unexpected_message});
          }},
    Check{"flight-data-under-handshake-keys",
          "Application data under the handshake keys is refused after the Finished",
          must("8446 §4.4.4", "Any records following a Finished message MUST be encrypted under the "
                              "appropriate application traffic key as described "
                              "in Section 7.2."),
          {},
          [](AsClient13& t) {
              begin_flight(t);
              t.us().send(t.client().finished());
              t.us().send_data(t.setting().probe.request);
              t.refused({bad_record_mac, unexpected_message});
          }},
    Check{"flight-key-update-before-finished",
          "A KeyUpdate before the Finished is refused",
          rule::key_update_after_finished,
          {},
          [](AsClient13& t) {
              begin_flight(t);
              t.us().send_message(peer::written(HandshakeType::key_update, bytes({0})));
              t.refused({unexpected_message});
          }},
    Check{"flight-certificate-verify-alone",
          "A CertificateVerify without a Certificate is refused",
          rule::unexpected_order13,
          {},
          &instead_of_finished<HandshakeType::certificate_verify, 40>},
    Check{"flight-client-hello",
          "A second ClientHello is refused",
          rule::unexpected_order13,
          {},
          [](AsClient13& t) {
              begin_flight(t);
              t.us().send(t.client().client_hello());
              t.refused({unexpected_message});
          }},
    Check{"flight-client-key-exchange",
          "A ClientKeyExchange is refused",
          rule::unexpected_order13,
          {},
          &instead_of_finished<HandshakeType::client_key_exchange, 33>},
    Check{"flight-encrypted-extensions",
          "EncryptedExtensions from a client are refused",
          rule::unexpected_order13,
          {},
          &instead_of_finished<HandshakeType::encrypted_extensions, 2>},
    Check{"flight-end-of-early-data",
          "EndOfEarlyData without early data is refused",
          must("8446 §4.5", "If the server does not send an \"early_data\" extension in EncryptedExtensions, "
                            "then the client MUST NOT send an "
                            "EndOfEarlyData message."),
          {},
          &instead_of_finished<HandshakeType::end_of_early_data, 0>},
    Check{"flight-unknown-message",
          "A message of an unknown type is refused",
          rule::unexpected_order13,
          {},
          &instead_of_finished<static_cast<HandshakeType>(91), 3>},
    Check{"flight-change-cipher-spec",
          "change_cipher_spec before the Finished is dropped, more than once too",
          must("8446 §5", "and MUST simply drop it without further processing."),
          {},
          [](AsClient13& t) {
              t.client().send_client_hello();
              t.client().expect_flight();
              t.from_here();
              t.us().send_change_cipher_spec();
              t.us().send_change_cipher_spec();
              t.client().send_second_flight();
              t.serves();
          }},
    Check{"flight-change-cipher-spec-value",
          "A change_cipher_spec of another value is refused",
          rule::change_cipher_spec_value13,
          {},
          [](AsClient13& t) {
              t.client().send_client_hello();
              t.client().expect_flight();
              t.us().send_change_cipher_spec(2);
              t.refused({unexpected_message, illegal_parameter, decode_error});
          }},
    Check{"flight-change-cipher-spec-long",
          "A change_cipher_spec of two bytes is refused",
          must("8446 §5", "consisting of the single byte value 0x01"),
          {},
          [](AsClient13& t) {
              t.client().send_client_hello();
              t.client().expect_flight();
              t.us().send_raw_record(ContentType::change_cipher_spec, ProtocolVersion::tls_1_2,
                                     bytes({1, 1}));
              t.refused({unexpected_message, illegal_parameter, decode_error});
          }},
    Check{"flight-alert",
          "A fatal alert instead of the Finished ends the connection",
          must("8446 §6.2", "Upon transmission or receipt of a fatal alert message, both parties MUST "
                            "immediately close the connection."),
          {},
          [](AsClient13& t) {
              begin_flight(t);
              t.us().send_alert(bad_certificate);
              t.refused();
          }},
};

constexpr std::array certificates{
    Check{"client-certificate-empty",
          "An empty Certificate is taken where none is demanded, and else certificate_required comes",
          must("8446 §4.4.2.4", "If the client does not send any certificates (i.e., it sends an empty "
                                "Certificate message), the server MAY at its "
                                "discretion either continue the handshake without client authentication or "
                                "abort the handshake with a "
                                "\"certificate_required\" alert."),
          {need::asks_for_certificate13},
          [](AsClient13& t) {
              begin_bare_flight(t);
              t.expects("the connection works, or alert certificate_required");
              t.from_here();
              t.client().send_second_flight();
              t.us().send_data(t.setting().probe.request);
              while (t.ok()) {
                  const auto event = t.us().next();
                  if (!t.ok()) return;
                  if (event && event->type == ContentType::application_data) return;
                  if (event && event->type == ContentType::alert && event->bytes.size() == 2)
                      return t.demand(event->bytes[1] == 116 || event->bytes[1] == 0,
                                      "the alert is certificate_required");
                  if (!event && t.is_over()) return;
                  if (!event && !t.profile().talks) return;
                  if (!event) return t.fails("nothing came");
              }
          }},
    Check{"client-certificate-missing",
          "A Finished without the Certificate that was asked for is refused",
          must("8446 §4.4.2", "The client MUST send a Certificate message if and only if the server has "
                              "requested client authentication via a "
                              "CertificateRequest message (Section 4.3.2)."),
          {need::asks_for_certificate13},
          [](AsClient13& t) {
              begin_bare_flight(t);
              t.us().send(t.client().finished());
              t.refused({unexpected_message});
          }},
    Check{"client-certificate-unproven",
          "A Certificate without CertificateVerify is refused",
          must("8446 §4.4.3", "Clients MUST send this message whenever authenticating via a certificate "
                              "(i.e., when the Certificate message is "
                              "non-empty)."),
          {need::asks_for_certificate13},
          [](AsClient13& t) {
              t.script.credential = t.setting().client_credential;
              begin_bare_flight(t);
              t.client().send_certificate();
              t.us().send(t.client().finished());
              // The certificate, which the server does not know, may be refused first.
              t.refused({unexpected_message, unknown_ca, bad_certificate, certificate_unknown,
                         unsupported_certificate, handshake_failure, decrypt_error});
          }},
    Check{"client-certificate-wrong-context",
          "A Certificate with a context that was not in the request is refused",
          must("8446 §4.4.2", "certificate_request_context: If this message is in response to a "
                              "CertificateRequest, the value of "
                              "certificate_request_context in that message."),
          {need::asks_for_certificate13},
          [](AsClient13& t) {
              t.script.credential = t.setting().client_credential;
              begin_bare_flight(t);
              auto certificate = t.client().certificate();
              certificate.certificate_request_context = bytes({1, 2, 3});
              t.us().send(certificate);
              t.refused({illegal_parameter, decode_error, unknown_ca, bad_certificate, certificate_unknown});
          }},
    Check{"client-certificate-unasked",
          "A Certificate that nobody asked for is refused",
          must("8446 §4.4.2", "The client MUST send a Certificate message if and only if the server has "
                              "requested client authentication"),
          {Need{[](const Profile& p) { return !p.requests_certificate13; },
                "it asks for a client certificate"}},
          &instead_of_finished<HandshakeType::certificate, 4>},
    Check{"client-certificate-bad-signature",
          "A CertificateVerify that does not verify is refused",
          rule::signature_verified,
          {need::asks_for_certificate13},
          [](AsClient13& t) {
              t.script.credential = t.setting().client_credential;
              begin_bare_flight(t);
              t.client().send_certificate();
              auto verify = t.client().certificate_verify();
              if (!t.ok()) return;
              verify.signature.back() ^= 1;
              t.us().send(verify);
              t.refused({decrypt_error, decode_error, unknown_ca, bad_certificate, certificate_unknown,
                         unsupported_certificate, handshake_failure});
          }},
    Check{"client-certificate-server-context",
          "A CertificateVerify under the server's context string is refused",
          must("8446 §4.4.3",
               "The context string for a client signature is \"TLS 1.3, client CertificateVerify\"."),
          {need::asks_for_certificate13},
          [](AsClient13& t) {
              t.script.credential = t.setting().client_credential;
              begin_bare_flight(t);
              t.client().send_certificate();
              t.us().send(t.client().certificate_verify(Role::server));
              t.refused({decrypt_error, unknown_ca, bad_certificate, certificate_unknown,
                         unsupported_certificate, handshake_failure});
          }},
    Check{"client-certificate-request-first",
          "The CertificateRequest comes with signature_algorithms and an empty context",
          must("8446 §4.3.2", "The \"signature_algorithms\" extension MUST be specified, and other "
                              "extensions may optionally be included if defined "
                              "for this message."),
          {need::asks_for_certificate13},
          [](AsClient13& t) {
              t.client().send_client_hello();
              t.client().expect_server_hello();
              t.client().expect_encrypted_extensions();
              const auto request = t.us().expect<messages::CertificateRequest>();
              t.demand(request.extensions.contains(ExtensionType::signature_algorithms),
                       "signature_algorithms is there");
              t.demand(request.certificate_request_context.empty(), "certificate_request_context is empty");
          }},
};

} // namespace

Group server_second_flight13() {
    return {"Servers, TLS 1.3: the client's second flight", flights};
}

Group server_client_certificates13() {
    return {"Servers, TLS 1.3: client certificates", certificates};
}

} // namespace pavise::conform
