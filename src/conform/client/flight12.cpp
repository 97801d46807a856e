// The server's flight of TLS 1.2, as clients have to take or refuse it, and what comes afterwards.
#include "conform/as_server.hpp"
#include "conform/groups.hpp"
#include "conform/needs.hpp"
#include "conform/rules.hpp"
#include "messages/certificate12.hpp"
#include "messages/server_key_exchange.hpp"

#include <algorithm>

namespace pavise::conform {

namespace {

using enum AlertDescription;

const Alerts& certificate_alerts() {
    static const Alerts alerts{
        bad_certificate,   unsupported_certificate, certificate_unknown, unknown_ca,         decode_error,
        illegal_parameter, handshake_failure,       decrypt_error,       certificate_expired};
    return alerts;
}

void begin_key_exchange(AsServer12& t) {
    t.begin();
    t.server().send_certificate();
}

// A ServerKeyExchange that was changed, and the rest of the flight.
template <class Change> void refuse_key_exchange(AsServer12& t, Change change, const Alerts& alerts) {
    begin_key_exchange(t);
    ByteVector message = t.server().server_key_exchange();
    if (!t.ok()) return;
    change(message);
    t.us().send_message(message);
    t.server().send_server_hello_done();
    t.refused(alerts);
}

// Parameters that are signed as they should be, but are no good.
template <class Make> void refuse_params(AsServer12& t, Make make, const Alerts& alerts) {
    begin_key_exchange(t);
    const ByteVector params = make(t);
    if (!t.ok()) return;
    t.us().send_message(
        t.server().signed_key_exchange(params, t.server().signed_params(params), t.server().scheme()));
    t.server().send_server_hello_done();
    t.refused(alerts);
}

template <HandshakeType type, std::size_t size> void instead_of_certificate(AsServer12& t) {
    t.begin();
    t.us().send_message(peer::written(type, repeated(size, 1)));
    t.refused({unexpected_message, decode_error, illegal_parameter, handshake_failure});
}

template <class Change> void refuse_certificate(AsServer12& t, Change change) {
    t.begin();
    ByteVector message = t.server().certificate();
    if (!t.ok()) return;
    change(message);
    t.us().send_message(message);
    t.server().send_server_key_exchange();
    t.server().send_server_hello_done();
    t.refused(certificate_alerts());
}

// Up to the server's end of the handshake.
void begin_end(AsServer12& t) {
    t.begin();
    t.server().send_rest_of_flight();
    t.server().expect_second_flight();
}

constexpr std::array flights{
    Check{"certificate-missing",
          "A ServerKeyExchange without Certificate is refused",
          must("5246 §7.4.2", "The server MUST send a Certificate message whenever the agreed- upon key "
                              "exchange method uses certificates for authentication"),
          {},
          [](AsServer12& t) {
              t.begin();
              t.server().send_server_key_exchange();
              t.refused({unexpected_message, handshake_failure});
          }},
    Check{"key-exchange-missing",
          "A ServerHelloDone without ServerKeyExchange is refused",
          must("8422 §5.4", "This message is sent when using the ECDHE_ECDSA, ECDHE_RSA, and ECDH_anon key "
                            "exchange algorithms."),
          {},
          [](AsServer12& t) {
              begin_key_exchange(t);
              t.server().send_server_hello_done();
              t.refused({unexpected_message, handshake_failure, illegal_parameter, internal_error});
          }},
    Check{"certificate-empty",
          "A Certificate without certificates is refused",
          must("5246 §7.4.2", "The sender's certificate MUST come first in the list."),
          {},
          [](AsServer12& t) {
              refuse_certificate(
                  t, [](ByteVector& m) { m = peer::written(HandshakeType::certificate, bytes({0, 0, 0})); });
          }},
    Check{"certificate-garbage",
          "A certificate that is none is refused",
          must("5246 §7.4.2", "The certificate type MUST be X.509v3, unless explicitly negotiated otherwise"),
          {},
          [](AsServer12& t) {
              refuse_certificate(t, [](ByteVector& m) {
                  m = peer::written(HandshakeType::certificate,
                                    joined({bytes({0, 0, 23, 0, 0, 20}), repeated(20, 0x30)}));
              });
          }},
    Check{"certificate-altered",
          "A certificate that was changed is refused",
          must("5246 §7.2.2",
               "A certificate was corrupt, contained signatures that did not verify correctly, etc."),
          {},
          [](AsServer12& t) {
              t.begin();
              ByteVector message = t.server().certificate();
              if (!t.ok()) return;
              message.back() ^= 1;
              t.us().send_message(message);
              t.server().send_server_key_exchange();
              t.server().send_server_hello_done();
              // Some look at the chain when the handshake is done, and before the application may speak.
              if (const auto& event = t.us().peek(); event && event->type == ContentType::handshake) {
                  t.server().expect_second_flight();
                  t.server().send_second_flight();
                  if (const auto& said = t.us().peek(); said && said->type == ContentType::application_data)
                      t.fails("it went on: it sent application data");
              }
              t.refused(certificate_alerts());
          }},
    Check{"certificate-trailing-byte",
          "A byte behind the certificates is refused",
          rule::cannot_be_decoded12,
          {},
          [](AsServer12& t) {
              refuse_certificate(t, [](ByteVector& m) {
                  m.push_back(0);
                  m = peer::written(HandshakeType::certificate, ByteVector(m.begin() + 4, m.end()));
              });
          }},
    Check{"certificate-twice",
          "A second Certificate is refused",
          rule::unexpected_order12,
          {},
          [](AsServer12& t) {
              begin_key_exchange(t);
              t.server().send_certificate();
              t.refused({unexpected_message});
          }},
    Check{"key-exchange-bad-signature",
          "A ServerKeyExchange whose signature does not verify is refused",
          must("8422 §5.4",
               "The client verifies the signature (when present) and retrieves the server's elliptic curve "
               "domain parameters and ephemeral ECDH public key from the ServerKeyExchange message."),
          {},
          [](AsServer12& t) {
              refuse_key_exchange(
                  t, [](ByteVector& m) { m.back() ^= 1; },
                  {decrypt_error, handshake_failure, bad_certificate, illegal_parameter, decode_error});
          }},
    Check{"key-exchange-other-params",
          "Parameters that are not those that were signed are refused",
          must("8422 §5.4", "signed_params: A hash of the params"),
          {},
          [](AsServer12& t) {
              begin_key_exchange(t);
              const ByteVector signed_ones = t.server().params(t.server().group());
              const ByteVector sent_ones = t.server().params(t.server().group());
              if (!t.ok()) return;
              t.us().send_message(t.server().signed_key_exchange(
                  sent_ones, t.server().signed_params(signed_ones), t.server().scheme()));
              t.server().send_server_hello_done();
              t.refused({decrypt_error, handshake_failure, illegal_parameter});
          }},
    Check{"key-exchange-other-randoms",
          "A signature over another connection's randoms is refused",
          must("5246 §7.4.3", "opaque client_random[32];"),
          {},
          [](AsServer12& t) {
              begin_key_exchange(t);
              const ByteVector params = t.server().params(t.server().group());
              if (!t.ok()) return;
              ByteVector content = t.server().signed_params(params);
              content.front() ^= 1;
              t.us().send_message(t.server().signed_key_exchange(params, content, t.server().scheme()));
              t.server().send_server_hello_done();
              t.refused({decrypt_error, handshake_failure, illegal_parameter});
          }},
    Check{
        "key-exchange-unknown-scheme",
        "A signature by a scheme that was not offered is refused",
        must("5246 §7.4.3", "If the client has offered the \"signature_algorithms\" extension, the signature "
                            "algorithm and hash algorithm MUST be a pair listed in that extension."),
        {},
        [](AsServer12& t) {
            begin_key_exchange(t);
            const ByteVector params = t.server().params(t.server().group());
            if (!t.ok()) return;
            ByteVector message =
                t.server().signed_key_exchange(params, t.server().signed_params(params), t.server().scheme());
            if (message.size() < 4 + params.size() + 2) return;
            message[4 + params.size()] = 0x6a;
            message[4 + params.size() + 1] = 0x6a;
            t.us().send_message(message);
            t.server().send_server_hello_done();
            t.refused(
                {illegal_parameter, decrypt_error, handshake_failure, decode_error, unsupported_certificate});
        }},
    Check{"key-exchange-scheme-of-other-key",
          "A signature by a scheme that does not fit the key is refused",
          must("5246 §7.4.3", "In addition, the hash and signature algorithms MUST be compatible with the "
                              "key in the server's end-entity certificate."),
          {},
          [](AsServer12& t) {
              begin_key_exchange(t);
              const ByteVector params = t.server().params(t.server().group());
              if (!t.ok()) return;
              ByteVector message = t.server().signed_key_exchange(params, t.server().signed_params(params),
                                                                  t.server().scheme());
              if (message.size() < 4 + params.size() + 2) return;
              message[4 + params.size()] = 4; // rsa_pkcs1_sha256
              message[4 + params.size() + 1] = 1;
              t.us().send_message(message);
              t.server().send_server_hello_done();
              t.refused({illegal_parameter, decrypt_error, handshake_failure, decode_error,
                         unsupported_certificate, bad_certificate});
          }},
    Check{"key-exchange-unknown-curve",
          "A curve that was not offered is refused",
          must("8422 §5.4", "A possible reason for a fatal handshake failure is that the client's "
                            "capabilities for handling elliptic curves and point formats are exceeded"),
          {},
          [](AsServer12& t) {
              refuse_params(t,
                            [](AsServer12&) { return joined({bytes({3, 0, 0x1f, 65, 4}), repeated(64, 1)}); },
                            {illegal_parameter, handshake_failure, decode_error});
          }},
    Check{"key-exchange-explicit-curve",
          "A curve that is not named is refused",
          must("8422 §5.4", "Values 248 through 255 are reserved for private use."),
          {},
          [](AsServer12& t) {
              refuse_params(t,
                            [](AsServer12&) { return joined({bytes({1, 0, 23, 65, 4}), repeated(64, 1)}); },
                            {illegal_parameter, handshake_failure, decode_error, unexpected_message});
          }},
    Check{"key-exchange-off-curve",
          "A point that is not on the curve is refused",
          must("8422 §5.11", "With the NIST curves, each party MUST validate the public key sent by its peer "
                             "in the ClientKeyExchange and ServerKeyExchange messages."),
          {Need{[](const Profile& p) { return std::ranges::count(p.groups12, NamedGroup::secp256r1) > 0; },
                "it does not offer secp256r1"}},
          [](AsServer12& t) {
              refuse_params(t,
                            [](AsServer12& s) {
                                ByteVector params = s.server().params(NamedGroup::secp256r1);
                                if (!params.empty()) params.back() ^= 1;
                                return params;
                            },
                            {illegal_parameter, handshake_failure, decode_error});
          }},
    Check{"key-exchange-x25519-zero",
          "A share of x25519 of zeros is refused",
          must("8422 §5.11",
               "With X25519 and X448, a receiving party MUST check whether the computed premaster secret is "
               "the all-zero value and abort the handshake if so, as described in Section 6 of "
               "[RFC7748]."),
          {Need{[](const Profile& p) { return std::ranges::count(p.groups12, NamedGroup::x25519) > 0; },
                "it does not offer x25519"}},
          [](AsServer12& t) {
              refuse_params(t, [](AsServer12&) { return joined({bytes({3, 0, 29, 32}), repeated(32)}); },
                            {illegal_parameter, handshake_failure, decode_error});
          }},
    Check{"key-exchange-empty-point",
          "A share of no bytes is refused",
          must("8422 §5.4", "opaque point <1..2^8-1>;"),
          {},
          [](AsServer12& t) {
              refuse_params(t, [](AsServer12&) { return bytes({3, 0, 23, 0}); },
                            {illegal_parameter, handshake_failure, decode_error});
          }},
    Check{"key-exchange-trailing-byte",
          "A byte behind the signature is refused",
          rule::cannot_be_decoded12,
          {},
          [](AsServer12& t) {
              refuse_key_exchange(t,
                                  [](ByteVector& m) {
                                      m.push_back(0);
                                      m = peer::written(HandshakeType::server_key_exchange,
                                                        ByteVector(m.begin() + 4, m.end()));
                                  },
                                  {decode_error, illegal_parameter, decrypt_error});
          }},
    Check{"key-exchange-cut",
          "A ServerKeyExchange that ends too soon is refused",
          rule::cannot_be_decoded12,
          {},
          [](AsServer12& t) {
              refuse_key_exchange(t,
                                  [](ByteVector& m) {
                                      m = peer::written(HandshakeType::server_key_exchange,
                                                        ByteVector(m.begin() + 4, m.begin() + 20));
                                  },
                                  {decode_error, illegal_parameter});
          }},
    Check{"key-exchange-twice",
          "A second ServerKeyExchange is refused",
          rule::unexpected_order12,
          {},
          [](AsServer12& t) {
              begin_key_exchange(t);
              t.server().send_server_key_exchange();
              t.server().send_server_key_exchange();
              t.refused({unexpected_message});
          }},
    Check{"hello-done-with-body",
          "A ServerHelloDone with a body is refused",
          must("5246 §7.4.5", "struct { } ServerHelloDone;"),
          {},
          [](AsServer12& t) {
              begin_key_exchange(t);
              t.server().send_server_key_exchange();
              t.us().send_message(peer::written(HandshakeType::server_hello_done, bytes({0})));
              t.refused({decode_error, illegal_parameter});
          }},
    Check{"flight-finished",
          "A Finished instead of a Certificate is refused",
          rule::unexpected_order12,
          {},
          &instead_of_certificate<HandshakeType::finished, 12>},
    Check{"flight-server-hello-again",
          "A second ServerHello is refused",
          rule::unexpected_order12,
          {},
          &instead_of_certificate<HandshakeType::server_hello, 60>},
    Check{"flight-encrypted-extensions",
          "EncryptedExtensions are refused in TLS 1.2",
          rule::unexpected_order12,
          {},
          &instead_of_certificate<HandshakeType::encrypted_extensions, 2>},
    Check{"flight-unknown-message",
          "A message of an unknown type is refused",
          rule::unexpected_order12,
          {},
          &instead_of_certificate<static_cast<HandshakeType>(91), 3>},
    Check{"flight-early-change-cipher-spec",
          "change_cipher_spec before the ClientKeyExchange is refused",
          must("5246 §7.1",
               "The ChangeCipherSpec message is sent during the handshake after the security parameters have "
               "been agreed upon, but before the verifying Finished message is sent."),
          {},
          [](AsServer12& t) {
              begin_key_exchange(t);
              t.us().send_change_cipher_spec();
              t.refused({unexpected_message});
          }},
    Check{"flight-data-in-the-clear",
          "Application data in the clear is refused during the handshake",
          rule::no_data_in_handshake12,
          {},
          [](AsServer12& t) {
              begin_key_exchange(t);
              t.us().send_raw_record(ContentType::application_data, ProtocolVersion::tls_1_2,
                                     as_bytes("HTTP/1.0 200 OK\r\n\r\n"));
              t.refused({unexpected_message});
          }},
    Check{"flight-in-one-record",
          "The whole flight in one record is taken",
          must("5246 §6.2.1", "multiple client messages of the same ContentType MAY be coalesced into a "
                              "single TLSPlaintext record"),
          {},
          [](AsServer12& t) {
              t.hello();
              const auto hello = t.server().server_hello();
              t.server().use_server_hello(hello);
              const ByteVector certificate = t.server().certificate();
              const ByteVector exchange = t.server().server_key_exchange();
              if (!t.ok()) return;
              t.from_here();
              t.us().send_message(joined({hello.message(), certificate, exchange,
                                          peer::written(HandshakeType::server_hello_done, {})}));
              t.server().expect_second_flight();
              t.server().send_second_flight();
              t.serves();
          }},
    Check{"flight-in-pieces",
          "The flight in records of a few bytes is put together",
          rule::messages_in_pieces12,
          {},
          [](AsServer12& t) {
              t.begin();
              t.from_here();
              t.us().send_fragmented(t.server().certificate(), {1, 2, 3, 4, 5, 6, 7, 8, 9, 10});
              t.us().send_fragmented(t.server().server_key_exchange(), {1, 1, 50});
              t.us().send_fragmented(peer::written(HandshakeType::server_hello_done, {}), {2});
              t.server().expect_second_flight();
              t.server().send_second_flight();
              t.serves();
          }},
    Check{"request-unknown-schemes",
          "Unknown schemes and types of a CertificateRequest are ignored",
          must("8701 §4.2", "Clients MUST correctly ignore unknown values offered by the server and attempt "
                            "to negotiate with one of the remaining parameters."),
          {},
          [](AsServer12& t) {
              begin_key_exchange(t);
              t.server().send_server_key_exchange();
              t.server().request_certificate_by(bytes({3, 0xea, 64, 1, 0, 6, 0x6a, 0x6a, 4, 3, 4, 1, 0, 0}));
              t.server().send_server_hello_done();
              t.from_here();
              t.server().expect_second_flight();
          }},
    Check{"finished-wrong",
          "A Finished with other contents is refused",
          rule::finished_verified12,
          {},
          [](AsServer12& t) {
              begin_end(t);
              t.server().change_write_keys();
              auto finished = t.server().finished12();
              if (!t.ok()) return;
              finished.verify_data.front() ^= 1;
              t.us().send(finished);
              t.refused({decrypt_error, handshake_failure, illegal_parameter});
          }},
    Check{"finished-short",
          "A Finished of eleven bytes is refused",
          must("5246 §7.4.9", "Any cipher suite which does not explicitly specify verify_data_length has a "
                              "verify_data_length equal to 12."),
          {},
          [](AsServer12& t) {
              begin_end(t);
              t.server().change_write_keys();
              auto finished = t.server().finished12();
              if (!t.ok()) return;
              finished.verify_data.pop_back();
              t.us().send(finished);
              t.refused({decode_error, decrypt_error, illegal_parameter, handshake_failure});
          }},
    Check{"finished-of-client",
          "The client's own Finished, sent back, is refused",
          rule::finished_verified12,
          {},
          [](AsServer12& t) {
              begin_end(t);
              t.server().change_write_keys();
              t.us().send(peer::FinishedDraft{t.server().verify_data(Role::client)});
              t.refused({decrypt_error, handshake_failure});
          }},
    Check{"finished-without-change-cipher-spec",
          "A Finished without change_cipher_spec is refused",
          must("5246 §7.4.9", "It is a fatal error if a Finished message is not preceded by a "
                              "ChangeCipherSpec message at the appropriate point in the handshake."),
          {},
          [](AsServer12& t) {
              begin_end(t);
              t.server().send_finished12();
              t.refused({unexpected_message});
          }},
    Check{"finished-in-the-clear",
          "A Finished in the clear after change_cipher_spec is refused",
          rule::protected_after_change12,
          {},
          [](AsServer12& t) {
              begin_end(t);
              t.us().send_change_cipher_spec();
              t.us().send_raw_record(ContentType::handshake, ProtocolVersion::tls_1_2,
                                     t.server().finished12().message());
              t.refused({bad_record_mac, decode_error, unexpected_message, decrypt_error});
          }},
    Check{"change-cipher-spec-twice",
          "change_cipher_spec twice is refused",
          rule::unexpected_order12,
          {},
          [](AsServer12& t) {
              begin_end(t);
              t.server().change_write_keys();
              t.us().send_record(ContentType::change_cipher_spec, bytes({1}));
              t.refused({unexpected_message});
          }},
    Check{"change-cipher-spec-value",
          "A change_cipher_spec of another value is refused",
          must("5246 §7.1", "The message consists of a single byte of value 1."),
          {},
          [](AsServer12& t) {
              begin_end(t);
              t.us().send_change_cipher_spec(2);
              t.refused({unexpected_message, decode_error, illegal_parameter});
          }},
    Check{"data-before-finished",
          "Application data before the server's Finished is refused",
          rule::no_data_in_handshake12,
          {},
          [](AsServer12& t) {
              begin_end(t);
              t.server().change_write_keys();
              t.us().send_data("too soon");
              t.refused({unexpected_message});
          }},
    Check{"ticket-unannounced",
          "A NewSessionTicket that was not announced is refused",
          must("5077 §3.3", "This message MUST NOT be sent if the server did not include a SessionTicket "
                            "extension in the ServerHello."),
          {},
          [](AsServer12& t) {
              begin_end(t);
              t.us().send_message(
                  peer::written(HandshakeType::new_session_ticket, bytes({0, 0, 1, 0, 0, 4, 1, 2, 3, 4})));
              t.refused({unexpected_message});
          }},
    Check{"hello-request-afterwards",
          "A HelloRequest after the handshake is declined, or ignored",
          must("5246 §7.4.1.1",
               "This message MAY be ignored by the client if it does not wish to renegotiate a session, or "
               "the client may, if it wishes, respond with a no_renegotiation alert."),
          {},
          [](AsServer12& t) {
              t.connect();
              t.us().send_record(ContentType::handshake, bytes({0, 0, 0, 0}));
              t.expects("a warning no_renegotiation, a ClientHello, or nothing");
              t.from_here();
              t.us().send_data("HTTP/1.0 200 OK\r\n\r\n");
              t.us().send_alert(close_notify, AlertLevel::warning);
              while (t.ok()) {
                  const auto event = t.us().next();
                  if (!t.ok() || !event) return;
                  // It renegotiates: what we do then is no part of this.
                  if (event->type == ContentType::handshake) return t.passes("a handshake message came");
                  if (event->type != ContentType::alert || event->bytes.size() != 2) continue;
                  const auto description = static_cast<AlertDescription>(event->bytes[1]);
                  if (description != no_renegotiation && description != close_notify)
                      return t.fails(peer::describe(event) + " came");
              }
          }},
};

} // namespace

Group client_flight12() {
    return {"Clients, TLS 1.2: the server's flight", flights};
}

} // namespace pavise::conform
