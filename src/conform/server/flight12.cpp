// What a server of TLS 1.2 sends.
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

template <class Look> void look_at_hello(AsClient12& t, Look look) {
    t.client().send_client_hello();
    t.client().expect_server_hello();
    if (t.ok()) look(t.client().server_hello());
}

template <class Look> void look_at_flight(AsClient12& t, Look look) {
    t.client().send_client_hello();
    t.expect_flight();
    if (t.ok()) look();
}

constexpr std::array hellos{
    Check{"server-hello-version",
          "server_version is 0x0303",
          must("8446 §4.2.1", "A server which negotiates a version of TLS prior to TLS 1.3 MUST set "
                              "ServerHello.version and MUST NOT send the \"supported_versions\" extension."),
          {},
          [](AsClient12& t) {
              t.client().send_client_hello();
              const auto hello = t.us().expect<messages::ServerHello>();
              t.demand(hello.legacy_version == ProtocolVersion::tls_1_2 &&
                           !hello.extensions.contains(ExtensionType::supported_versions),
                       "server_version is 0x0303, without supported_versions");
          }},
    Check{"server-hello-suite",
          "The cipher suite was offered",
          must("5246 §7.4.1.3", "The single cipher suite selected by the server from the list in "
                                "ClientHello.cipher_suites."),
          {},
          [](AsClient12& t) {
              t.client().send_client_hello();
              const auto hello = t.us().expect<messages::ServerHello>();
              t.demand(std::ranges::count(t.script.cipher_suites, hello.cipher_suite) > 0,
                       "cipher_suite is one that was offered");
          }},
    Check{"server-hello-compression",
          "compression_method is null",
          must("5246 §7.4.1.3", "The single compression algorithm selected by the server from the "
                                "list in ClientHello.compression_methods."),
          {},
          [](AsClient12& t) {
              look_at_hello(t, [&](const auto& h) {
                  t.demand(h.legacy_compression_method == 0, "compression_method is null");
              });
          }},
    Check{"server-hello-extensions",
          "The ServerHello's extensions answer the client's",
          must("5246 §7.4.1.4", "An extension type MUST NOT appear in the ServerHello unless the same "
                                "extension type appeared in the corresponding ClientHello."),
          {},
          [](AsClient12& t) {
              const auto offered = t.hello().extensions;
              look_at_hello(t, [&](const auto& h) {
                  for (const auto& extension : h.extensions)
                      t.demand(offered.contains(extension.type),
                               "every extension answers one of the client's");
              });
          }},
    Check{"server-hello-few-extensions",
          "A hello with few extensions is answered with no others",
          must("7627 §5.2", "If it chooses to continue the handshake, then it MUST NOT include the extension "
                            "in the ServerHello."),
          {},
          [](AsClient12& t) {
              Hello hello = t.hello();
              hello.extensions.remove(ExtensionType::extended_master_secret);
              hello.extensions.remove(ExtensionType::server_name);
              hello.extensions.remove(ExtensionType::ec_point_formats);
              t.client().send_client_hello(hello);
              t.expects("a ServerHello without extensions that were not offered, or an alert");
              t.from_here();
              const auto& event = t.us().peek();
              if (!event || event->type != ContentType::handshake) return t.refused();
              t.client().expect_server_hello();
              for (const auto& extension : t.client().server_hello().extensions)
                  t.demand(hello.extensions.contains(extension.type),
                           "every extension answers one of the client's");
          }},
    Check{"server-hello-renegotiation-info",
          "renegotiation_info comes back, and is empty",
          must("5746 §3.6", "If the secure_renegotiation flag is set to TRUE, the server MUST include an "
                            "empty \"renegotiation_info\" extension in the "
                            "ServerHello message."),
          {},
          [](AsClient12& t) {
              look_at_hello(t, [&](const auto& h) {
                  const auto info = h.extensions.find(ExtensionType::renegotiation_info);
                  t.demand(info && std::ranges::equal(*info, bytes({0})),
                           "renegotiation_info is there and empty");
              });
          }},
    Check{"server-hello-renegotiation-scsv",
          "The SCSV is answered with renegotiation_info",
          must("5746 §4.3", "even servers that do not support renegotiation MUST implement the minimal "
                            "version of the extension described in this document for "
                            "initial handshakes"),
          {},
          [](AsClient12& t) {
              Hello hello = t.hello();
              hello.extensions.remove(ExtensionType::renegotiation_info);
              hello.cipher_suites.push_back(CipherSuite::TLS_EMPTY_RENEGOTIATION_INFO_SCSV);
              t.client().send_client_hello(hello);
              t.client().expect_server_hello();
              t.demand(t.client().server_hello().extensions.contains(ExtensionType::renegotiation_info),
                       "renegotiation_info is there");
          }},
    Check{"server-hello-extended-master-secret",
          "extended_master_secret comes back",
          must("7627 §5.2", "If a server implementing this document receives the \"extended_master_secret\" "
                            "extension, it MUST include the extension in its "
                            "ServerHello message."),
          {need::extended_master_secret},
          [](AsClient12& t) {
              look_at_hello(t, [&](const auto& h) {
                  const auto ems = h.extensions.find(ExtensionType::extended_master_secret);
                  t.demand(ems && ems->empty(), "extended_master_secret is there and empty");
              });
          }},
    Check{"server-hello-sentinel",
          "A server that speaks TLS 1.3 marks a ServerHello of TLS 1.2",
          must("8446 §4.1.3", "TLS 1.3 servers which negotiate TLS 1.2 or below in response to a ClientHello "
                              "MUST set the last 8 bytes of their Random value "
                              "specially in their ServerHello."),
          {need::both_versions},
          [](AsClient12& t) {
              look_at_hello(t, [&](const auto& h) {
                  t.demand(messages::ends_with(h.random, messages::downgrade_to_tls12),
                           "the random ends in 44 4F 57 4E 47 52 44 01");
              });
          }},
    Check{"server-hello-random-is-new",
          "Two connections have two randoms",
          must("5246 §7.4.1.3", "This structure is generated by the server and MUST be independently "
                                "generated from the ClientHello.random."),
          {},
          [](AsClient12& t) {
              t.client().send_client_hello();
              const auto first = t.client().expect_server_hello().random;
              if (!t.ok()) return;
              t.reconnect().send_client_hello();
              const auto second = t.client().expect_server_hello().random;
              t.demand(first != second, "the randoms differ");
          }},
    Check{"server-hello-point-formats",
          "ec_point_formats, if it comes back, holds the uncompressed form",
          must("8422 §5.2", "The Supported Point Formats Extension, when used, MUST contain the value 0 "
                            "(uncompressed) as one of the items in the list of point "
                            "formats."),
          {},
          [](AsClient12& t) {
              look_at_hello(t, [&](const auto& h) {
                  const auto list = h.extensions.template get<messages::EcPointFormats>();
                  t.demand(list && (!*list || (*list)->values.contains(EcPointFormat::uncompressed)),
                           "the uncompressed form is listed");
              });
          }},
    Check{"server-hello-encrypt-then-mac",
          "encrypt_then_mac does not come back with an AEAD",
          must("7366 §3", "If a server receives an encrypt-then-MAC request extension from a client and then "
                          "selects a stream or Authenticated Encryption with Associated Data (AEAD) "
                          "ciphersuite, it MUST NOT send an encrypt-then-MAC response extension back to the "
                          "client."),
          {},
          [](AsClient12& t) {
              Hello hello = t.hello();
              hello.extensions.add(ExtensionType::encrypt_then_mac, {});
              t.client().send_client_hello(hello);
              t.client().expect_server_hello();
              t.demand(!t.client().server_hello().extensions.contains(ExtensionType::encrypt_then_mac),
                       "encrypt_then_mac is not there");
          }},
    Check{"server-alpn-one",
          "One protocol is selected, of those that were offered",
          rule::one_protocol,
          {need::alpn},
          [](AsClient12& t) {
              t.script.alpn_protocols = {t.profile().alpn, "another"};
              look_at_hello(t, [&](const auto& h) {
                  const auto selected = h.extensions.template get<messages::AlpnSelected>();
                  t.demand(selected && (!*selected || as_text((*selected)->name) == t.profile().alpn),
                           "the protocol is the one that both know");
              });
          }},
    Check{"server-curve-offered",
          "The curve of the ServerKeyExchange was offered",
          must("8422 §5.1",
               "A server that receives a ClientHello containing one or both of these extensions MUST use the "
               "client's enumerated capabilities to guide its selection of an appropriate cipher suite."),
          {},
          [](AsClient12& t) {
              look_at_flight(t, [&] {
                  t.demand(std::ranges::count(t.script.groups,
                                              t.client().server_key_exchange().params.named_curve) > 0,
                           "the curve is one that was offered");
              });
          }},
    Check{"server-signature-scheme",
          "The scheme of the ServerKeyExchange was offered",
          must("5246 §7.4.3", "If the client has offered the \"signature_algorithms\" extension, the "
                              "signature algorithm and hash algorithm MUST be a pair listed "
                              "in that extension."),
          {},
          [](AsClient12& t) {
              look_at_flight(t, [&] {
                  t.demand(std::ranges::count(t.script.signature_schemes,
                                              t.client().server_key_exchange().signature.algorithm) > 0,
                           "the algorithm is one that was offered");
              });
          }},
    Check{"server-signature-verifies",
          "The ServerKeyExchange signs both randoms and its parameters",
          must("5246 §7.4.3", "Other key exchange algorithms, such as those defined in [TLSECC], MUST "
                              "specify whether the ServerKeyExchange message is sent or not"),
          {},
          [](AsClient12& t) {
              look_at_flight(t, [&] {
                  const auto parsed = trust::Certificate::parse(t.client().server_certificate());
                  if (!parsed)
                      return t.is_inconclusive("the certificate cannot be read: " + describe(parsed.error()));
                  const auto key = crypto::botan_provider().public_key((*parsed)->subject_public_key_info());
                  if (!key) return t.is_inconclusive("its key cannot be read");
                  const auto& exchange = t.client().server_key_exchange();
                  t.demand(bool((*key)->verify(exchange.signature.algorithm,
                                               t.client().signed_params(exchange.signed_params),
                                               exchange.signature.signature)),
                           "the signature verifies");
              });
          }},
    Check{"server-share-is-new",
          "Two connections have two key shares",
          should("8422 §2.3", "The server MUST send an ephemeral ECDH public key and a specification of the "
                              "corresponding curve in the ServerKeyExchange message."),
          {},
          [](AsClient12& t) {
              t.client().send_client_hello();
              t.expect_flight();
              const Bytes point = t.client().server_key_exchange().params.point;
              const ByteVector first(point.begin(), point.end());
              if (!t.ok()) return;
              t.reconnect().send_client_hello();
              t.expect_flight();
              t.demand(!std::ranges::equal(first, t.client().server_key_exchange().params.point),
                       "the shares differ");
          }},
    Check{"server-records-version",
          "All records after the ServerHello have version 0x0303",
          must("5246 §6.2.1", "This document describes TLS Version 1.2, which uses the version { 3, 3 }."),
          {},
          [](AsClient12& t) {
              t.connect();
              if (!t.ok()) return;
              for (const auto& header : t.us().record_headers())
                  t.demand(header.version == ProtocolVersion::tls_1_2, "version is 0x0303");
          }},
    Check{"server-certificate-status-unasked",
          "No CertificateStatus comes that was not asked for",
          must("6066 §8", "a server MUST NOT send the \"CertificateStatus\" message unless it received a "
                          "\"status_request\" extension in the client hello message "
                          "and sent a \"status_request\" extension in the server hello message."),
          {},
          [](AsClient12& t) {
              t.client().send_client_hello();
              t.client().expect_server_hello();
              t.client().expect_certificate();
              t.from_here();
              t.client().expect_server_key_exchange();
          }},
    Check{"server-ticket-unasked",
          "No NewSessionTicket comes that was not asked for",
          must("5077 §3.2",
               "The server MUST NOT send this extension if it does not receive one in the ClientHello."),
          {},
          [](AsClient12& t) {
              look_at_hello(t, [&](const auto& h) {
                  t.demand(!h.extensions.contains(ExtensionType::session_ticket),
                           "session_ticket is not there");
              });
          }},
    Check{
        "server-ticket-announced",
        "session_ticket in the ServerHello is followed by a NewSessionTicket",
        must(
            "5077 §3.3",
            "This message MUST be sent if the server included a SessionTicket extension in the ServerHello."),
        {need::tickets12},
        [](AsClient12& t) {
            Hello hello = t.hello();
            hello.extensions.add(ExtensionType::session_ticket, {});
            t.client().send_client_hello(hello);
            t.expect_flight();
            if (t.ok() && !t.client().server_hello().extensions.contains(ExtensionType::session_ticket))
                return t.does_not_apply("no ticket is announced");
            t.client().send_second_flight();
            t.from_here();
            (void)t.us().expect_message(HandshakeType::new_session_ticket);
        }},
};

} // namespace

Group server_flight12() {
    return {"Servers, TLS 1.2: what they send", hellos};
}

} // namespace pavise::conform
