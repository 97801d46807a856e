// What a server of TLS 1.2 does with the client's second flight.
#include "conform/as_client.hpp"
#include "conform/groups.hpp"
#include "conform/needs.hpp"
#include "conform/rules.hpp"
#include "messages/client_key_exchange.hpp"
#include "messages/extension/alpn.hpp"
#include "messages/extension/negotiation.hpp"
#include "messages/extension/opaque.hpp"
#include "trust/certificate.hpp"

#include <algorithm>

namespace pavise::conform {

namespace {

using enum AlertDescription;

// Up to where the client's second flight begins; a certificate that is asked for is declined.
void begin(AsClient12& t) {
    t.client().send_client_hello();
    t.expect_flight();
    if (t.client().certificate_request()) t.client().send_certificate();
}

template <HandshakeType type, std::size_t size> void instead_of_key_exchange(AsClient12& t) {
    begin(t);
    t.us().send_message(peer::written(type, repeated(size, 1)));
    t.refused({unexpected_message, decode_error, illegal_parameter, handshake_failure});
}

void send_share(AsClient12& t, const ByteVector& point) {
    begin(t);
    ByteVector body;
    wire::Writer writer(body);
    writer.vector8(point);
    t.us().send_message(peer::written(HandshakeType::client_key_exchange, body));
    // Some see only by the Finished that there is nothing in it, and then need the whole flight.
    t.refused({illegal_parameter, decode_error, handshake_failure, decrypt_error, bad_record_mac});
}

template <class Change> void send_changed_share(AsClient12& t, Change change) {
    begin(t);
    ByteVector message = t.client().client_key_exchange();
    if (!t.ok()) return;
    change(message);
    t.us().send_message(message);
    t.refused({illegal_parameter, decode_error, handshake_failure, decrypt_error, bad_record_mac});
}

constexpr std::array flights{
    Check{"flight-no-key-exchange",
          "change_cipher_spec before the ClientKeyExchange is refused",
          must("5246 §7.1", "The ChangeCipherSpec message is sent during the handshake after the security "
                            "parameters have been agreed upon, but before the verifying "
                            "Finished message is sent."),
          {},
          [](AsClient12& t) {
              begin(t);
              t.us().send_change_cipher_spec();
              t.refused({unexpected_message});
          }},
    Check{"flight-early-change-cipher-spec",
          "change_cipher_spec right after the ClientHello is refused",
          must("5246 §7.1", "the sender MUST instruct the record layer to make the write pending state the "
                            "write active state."),
          {},
          [](AsClient12& t) {
              // In one piece, so that the server meets it before anything else.
              t.client().send_client_hello();
              t.us().send_change_cipher_spec();
              t.refused({unexpected_message});
          }},
    Check{"flight-no-change-cipher-spec",
          "A Finished without change_cipher_spec is refused",
          must("5246 §7.4.9", "It is essential that a change cipher spec message be received between the "
                              "other handshake messages and the Finished message."),
          {},
          [](AsClient12& t) {
              begin(t);
              t.client().send_client_key_exchange();
              t.client().send_finished12();
              t.refused({unexpected_message});
          }},
    Check{"flight-unprotected-finished",
          "A Finished in the clear after change_cipher_spec is refused",
          rule::protected_after_change12,
          {},
          [](AsClient12& t) {
              begin(t);
              t.client().send_client_key_exchange();
              t.us().send_change_cipher_spec();
              t.us().send_raw_record(ContentType::handshake, ProtocolVersion::tls_1_2,
                                     t.client().finished12().message());
              t.refused({bad_record_mac, decode_error, unexpected_message, decrypt_error});
          }},
    Check{"flight-two-change-cipher-specs",
          "change_cipher_spec twice is refused",
          rule::unexpected_order12,
          {},
          [](AsClient12& t) {
              begin(t);
              t.client().send_client_key_exchange();
              t.client().change_write_keys();
              t.us().send_record(ContentType::change_cipher_spec, bytes({1}));
              t.refused({unexpected_message});
          }},
    Check{"flight-wrong-finished",
          "A Finished with other contents is refused",
          rule::finished_verified12,
          {},
          [](AsClient12& t) {
              begin(t);
              t.client().send_client_key_exchange();
              t.client().change_write_keys();
              auto finished = t.client().finished12();
              if (!t.ok()) return;
              finished.verify_data.back() ^= 1;
              t.us().send(finished);
              t.refused({decrypt_error, handshake_failure});
          }},
    Check{"flight-short-finished",
          "A Finished of eleven bytes is refused",
          must("5246 §7.4.9", "Any cipher suite which does not explicitly specify verify_data_length has a "
                              "verify_data_length equal to 12."),
          {},
          [](AsClient12& t) {
              begin(t);
              t.client().send_client_key_exchange();
              t.client().change_write_keys();
              auto finished = t.client().finished12();
              if (!t.ok()) return;
              finished.verify_data.pop_back();
              t.us().send(finished);
              t.refused({decode_error, decrypt_error, illegal_parameter, handshake_failure});
          }},
    Check{"flight-data-before-finished",
          "Application data before the Finished is refused",
          rule::no_data_in_handshake12,
          {},
          [](AsClient12& t) {
              begin(t);
              t.client().send_client_key_exchange();
              t.client().change_write_keys();
              t.us().send_data(t.setting().probe.request);
              t.refused({unexpected_message});
          }},
    Check{"flight-data-in-the-clear",
          "Application data in the clear is refused during the handshake",
          rule::no_data_in_handshake12,
          {},
          [](AsClient12& t) {
              begin(t);
              t.us().send_raw_record(ContentType::application_data, ProtocolVersion::tls_1_2,
                                     as_bytes("GET / HTTP/1.0\r\n\r\n"));
              t.refused({unexpected_message});
          }},
    Check{"flight-finished-alone",
          "A Finished instead of the ClientKeyExchange is refused",
          rule::unexpected_order12,
          {},
          &instead_of_key_exchange<HandshakeType::finished, 12>},
    Check{"flight-certificate-verify-alone",
          "A CertificateVerify instead of the ClientKeyExchange is refused",
          must("5246 §7.4.8", "When sent, it MUST immediately follow the client key exchange message."),
          {},
          &instead_of_key_exchange<HandshakeType::certificate_verify, 40>},
    Check{"flight-client-hello",
          "A second ClientHello during the handshake is refused",
          rule::unexpected_order12,
          {},
          [](AsClient12& t) {
              begin(t);
              t.us().send(t.hello());
              t.refused({unexpected_message, no_renegotiation, handshake_failure});
          }},
    Check{"flight-key-update",
          "A KeyUpdate is refused",
          rule::unexpected_order12,
          {},
          &instead_of_key_exchange<HandshakeType::key_update, 1>},
    Check{"flight-unknown-message",
          "A message of an unknown type is refused",
          rule::unexpected_order12,
          {},
          &instead_of_key_exchange<static_cast<HandshakeType>(91), 3>},
    Check{"flight-server-message",
          "A ServerHelloDone from a client is refused",
          rule::unexpected_order12,
          {},
          &instead_of_key_exchange<HandshakeType::server_hello_done, 0>},
    Check{"share-empty",
          "A share of no bytes is refused",
          must("8422 §5.4", "opaque point <1..2^8-1>;"),
          {},
          [](AsClient12& t) { send_share(t, {}); }},
    Check{"share-long-message",
          "Bytes behind the share are refused",
          rule::cannot_be_decoded12,
          {},
          [](AsClient12& t) {
              send_changed_share(t, [](ByteVector& m) {
                  m.push_back(0);
                  ++m[3];
              });
          }},
    Check{"share-short-message",
          "A ClientKeyExchange of no bytes is refused",
          must("5246 §7.4.7", "Otherwise, it MUST be the first message sent by the client after it receives "
                              "the ServerHelloDone message."),
          {},
          [](AsClient12& t) {
              begin(t);
              t.us().send_message(peer::written(HandshakeType::client_key_exchange, {}));
              t.refused({decode_error, illegal_parameter, handshake_failure});
          }},
    Check{"share-changed",
          "A share that is no point of the curve is refused, or leads to no connection",
          must("8422 §5.11", "A receiving party MUST check that the x and y parameters from the peer's "
                             "public value satisfy the curve equation, y^2 = x^3 + ax + b mod "
                             "p."),
          {Need{[](const Profile& p) { return std::ranges::count(p.groups12, NamedGroup::secp256r1) > 0; },
                "it does not know secp256r1"}},
          [](AsClient12& t) {
              t.script.groups = {NamedGroup::secp256r1};
              begin(t);
              ByteVector message = t.client().client_key_exchange();
              if (!t.ok()) return;
              message.back() ^= 1;
              t.us().send_message(message);
              // Some look at the share when the Finished is there, which nobody can make for this one.
              if (!t.us().peek() && !t.is_over()) {
                  t.us().send_change_cipher_spec();
                  t.us().send_raw_record(ContentType::handshake, ProtocolVersion::tls_1_2, repeated(40, 1));
              }
              t.refused({illegal_parameter, decode_error, handshake_failure, decrypt_error, bad_record_mac});
          }},
    Check{"share-x25519-zero",
          "A share of x25519 of zeros is refused",
          must("8422 §5.11", "With X25519 and X448, a receiving party MUST check whether the computed "
                             "premaster secret is the all-zero value and abort the handshake if so, "
                             "as described in Section 6 of [RFC7748]."),
          {Need{[](const Profile& p) {
                    return !p.groups12.empty() && p.groups12.front() == NamedGroup::x25519;
                },
                "it does not know x25519"}},
          [](AsClient12& t) {
              begin(t);
              if (t.client().server_key_exchange().params.named_curve != NamedGroup::x25519)
                  return t.does_not_apply("the server chose another curve");
              t.us().send_message(
                  peer::written(HandshakeType::client_key_exchange, joined({bytes({32}), repeated(32)})));
              t.refused({illegal_parameter, handshake_failure, decode_error, decrypt_error});
          }},
    Check{"flight-coalesced",
          "The messages of the second flight in one record are taken",
          must("5246 §6.2.1", "multiple client messages of the same ContentType MAY be coalesced into a "
                              "single TLSPlaintext record"),
          {need::asks_for_certificate12},
          [](AsClient12& t) {
              t.client().send_client_hello();
              t.expect_flight();
              const ByteVector exchange = t.client().client_key_exchange();
              t.from_here();
              t.us().send_message(joined({t.client().certificate(), exchange}));
              t.client().derive_keys();
              t.client().change_write_keys();
              t.client().send_finished12();
              t.client().expect_second_flight();
              t.serves();
          }},
    Check{"flight-fragmented",
          "A ClientKeyExchange in several records is put together",
          rule::messages_in_pieces12,
          {},
          [](AsClient12& t) {
              begin(t);
              const ByteVector exchange = t.client().client_key_exchange();
              t.from_here();
              t.us().send_fragmented(exchange, {1, 3, 5});
              t.client().derive_keys();
              t.client().change_write_keys();
              t.client().send_finished12();
              t.client().expect_second_flight();
              t.serves();
          }},
    Check{"client-certificate-missing",
          "A ClientKeyExchange without the Certificate that was asked for is refused",
          must("5246 §7.3", "If the server has sent a CertificateRequest message, the client MUST send the "
                            "Certificate message."),
          {need::asks_for_certificate12},
          [](AsClient12& t) {
              t.client().send_client_hello();
              t.expect_flight();
              t.us().send_message(t.client().client_key_exchange());
              t.refused({unexpected_message, handshake_failure});
          }},
    Check{"client-certificate-unasked",
          "A Certificate that nobody asked for is refused",
          must("5246 §7.4.6", "This message is only sent if the server requests a certificate."),
          {Need{[](const Profile& p) { return !p.requests_certificate12; },
                "it asks for a client certificate"}},
          [](AsClient12& t) {
              t.client().send_client_hello();
              t.expect_flight();
              t.client().send_certificate();
              t.refused({unexpected_message});
          }},
    Check{
        "client-certificate-unproven",
        "A Certificate without CertificateVerify is refused",
        must("5246 §7.4.8", "This message is used to provide explicit verification of a client certificate."),
        {need::asks_for_certificate12},
        [](AsClient12& t) {
            t.script.credential = t.setting().client_credential;
            t.client().send_client_hello();
            t.expect_flight();
            t.client().send_certificate();
            t.client().send_client_key_exchange();
            t.client().change_write_keys();
            t.client().send_finished12();
            t.refused({unexpected_message, unknown_ca, bad_certificate, certificate_unknown,
                       unsupported_certificate, handshake_failure});
        }},
};

} // namespace

Group server_second_flight12() {
    return {"Servers, TLS 1.2: the client's second flight", flights};
}

} // namespace pavise::conform
