// The ServerHello of TLS 1.2, as clients have to take or refuse it, and what clients send in TLS 1.2.
#include "conform/as_server.hpp"
#include "conform/groups.hpp"
#include "conform/needs.hpp"
#include "conform/rules.hpp"
#include "messages/extension/alpn.hpp"
#include "messages/extension/negotiation.hpp"

#include <algorithm>

namespace pavise::conform {

namespace {

using peer::ServerHelloDraft;
using enum AlertDescription;

// A client may look at the hello when the whole flight is there.
// At once: what follows is made as TLS 1.2 has it, and would be refused for that.
template <ProtocolVersion version> void refuse_version(AsServer12& t) {
    t.hello();
    auto hello = t.server().server_hello();
    hello.legacy_version = version;
    t.server().send_server_hello(hello);
    t.refused({protocol_version, illegal_parameter, handshake_failure});
}

constexpr std::array answers{
    Check{"server-hello-no-session-id",
          "A ServerHello without a session id is taken",
          must("5246 §7.4.1.3", "The server may return an empty session_id to indicate that the session will "
                                "not be cached and therefore cannot be resumed."),
          {},
          [](AsServer12& t) { t.accepts([](ServerHelloDraft& h) { h.legacy_session_id_echo.clear(); }); }},
    Check{"server-hello-point-formats",
          "ec_point_formats with the uncompressed form is taken",
          must("8422 §5.2", "The Supported Point Formats Extension, when used, MUST contain the value 0 "
                            "(uncompressed) as one of the items in the list of point formats."),
          {Need{[](const Profile& p) { return p.offers(ExtensionType::ec_point_formats); },
                "it does not send ec_point_formats"}},
          [](AsServer12& t) {
              t.accepts([](ServerHelloDraft& h) {
                  h.extensions.add(ExtensionType::ec_point_formats, bytes({1, 0}));
              });
          }},
    Check{"server-hello-fragmented",
          "A ServerHello in several records is put together",
          rule::messages_in_pieces12,
          {},
          [](AsServer12& t) {
              t.hello();
              const auto hello = t.server().server_hello();
              t.from_here();
              t.server().use_server_hello(hello);
              t.us().send_fragmented(hello, {1, 1, 1, 1, 40});
              t.accepted();
          }},
    Check{"server-hello-null-suite",
          "A suite without encryption that was not offered is refused",
          must("5246 §7.4.1.3",
               "The single cipher suite selected by the server from the list in ClientHello.cipher_suites."),
          {},
          [](AsServer12& t) {
              t.refuses({illegal_parameter, handshake_failure},
                        [](ServerHelloDraft& h) { h.cipher_suite = static_cast<CipherSuite>(0x0002); });
          }},
    Check{"server-hello-suite-of-13",
          "A suite of TLS 1.3 is refused in TLS 1.2",
          must("8446 §B.4", "TLS 1.3 cipher suites are defined differently, only specifying the symmetric "
                            "ciphers, and cannot be used for TLS 1.2."),
          {},
          [](AsServer12& t) {
              t.refuses({illegal_parameter, handshake_failure},
                        [](ServerHelloDraft& h) { h.cipher_suite = CipherSuite::TLS_AES_128_GCM_SHA256; });
          }},
    Check{"server-hello-scsv",
          "A signalling value as the suite is refused",
          must("5746 §3.3", "This SCSV is not a true cipher suite (it does not correspond to any valid set "
                            "of algorithms) and cannot be negotiated."),
          {},
          [](AsServer12& t) {
              t.refuses({illegal_parameter, handshake_failure}, [](ServerHelloDraft& h) {
                  h.cipher_suite = CipherSuite::TLS_EMPTY_RENEGOTIATION_INFO_SCSV;
              });
          }},
    Check{"server-hello-compression",
          "A compression method that was not offered is refused",
          must("5246 §7.4.1.3", "The single compression algorithm selected by the server from the list in "
                                "ClientHello.compression_methods."),
          {},
          [](AsServer12& t) {
              t.refuses({illegal_parameter, decode_error, handshake_failure},
                        [](ServerHelloDraft& h) { h.legacy_compression_method = 1; });
          }},
    Check{"server-hello-tls10",
          "A ServerHello of TLS 1.0 is refused",
          must("8996 §4", "Any party receiving a Hello message with the protocol version set to {03,01} MUST "
                          "respond with a \"protocol_version\" alert message and close the connection."),
          {},
          &refuse_version<ProtocolVersion::tls_1_0>},
    Check{"server-hello-tls11",
          "A ServerHello of TLS 1.1 is refused",
          must("8996 §5", "Any party receiving a Hello message with the protocol version set to {03,02} MUST "
                          "respond with a \"protocol_version\" alert message and close the connection."),
          {},
          &refuse_version<ProtocolVersion::tls_1_1>},
    Check{"server-hello-ssl3",
          "A ServerHello of SSL 3.0 is refused",
          must("7568 §3", "Any party receiving a Hello message with the protocol version set to {03,00} MUST "
                          "respond with a \"protocol_version\" alert message and close the connection."),
          {},
          &refuse_version<ProtocolVersion::ssl_3_0>},
    Check{"server-hello-higher-version",
          "A ServerHello of a version that does not exist is refused",
          must("5246 §7.4.1.3", "This field will contain the lower of that suggested by the client in the "
                                "client hello and the highest supported by the server."),
          {},
          [](AsServer12& t) {
              t.refuses({protocol_version, illegal_parameter, handshake_failure},
                        [](ServerHelloDraft& h) { h.legacy_version = static_cast<ProtocolVersion>(0x0305); });
          }},
    Check{"server-hello-two-extensions",
          "An extension that comes twice is refused",
          must("5246 §7.4.1.4", "There MUST NOT be more than one extension of the same type."),
          {need::secure_renegotiation},
          [](AsServer12& t) {
              t.refuses({decode_error, illegal_parameter, unsupported_extension}, [](ServerHelloDraft& h) {
                  h.extensions.set(ExtensionType::renegotiation_info, bytes({0}));
                  h.extensions.add(ExtensionType::renegotiation_info, bytes({0}));
              });
          }},
    Check{"server-hello-renegotiation-info",
          "renegotiation_info with contents is refused",
          must("5746 §3.4", "The client MUST then verify that the length of the \"renegotiated_connection\" "
                            "field is zero, and if it is not, MUST abort the handshake (by sending "
                            "a fatal handshake_failure alert)."),
          {need::secure_renegotiation},
          [](AsServer12& t) {
              t.refuses({handshake_failure, illegal_parameter, decode_error}, [](ServerHelloDraft& h) {
                  h.extensions.set(ExtensionType::renegotiation_info, bytes({2, 1, 2}));
              });
          }},
    Check{"server-hello-ticket-unasked",
          "session_ticket that was not offered is refused",
          must("5077 §3.2",
               "The server MUST NOT send this extension if it does not receive one in the ClientHello."),
          {Need{[](const Profile& p) { return !p.offers(ExtensionType::session_ticket); },
                "it offers session_ticket"}},
          [](AsServer12& t) {
              t.refuses({unsupported_extension, illegal_parameter},
                        [](ServerHelloDraft& h) { h.extensions.add(ExtensionType::session_ticket, {}); });
          }},
    Check{"server-hello-alpn-not-offered",
          "A protocol that was not offered is refused",
          must("7301 §3.2", "The server SHALL NOT respond with a selected protocol and subsequently use a "
                            "different protocol for application data exchange."),
          {need::offers_alpn},
          [](AsServer12& t) {
              t.refuses(
                  {illegal_parameter, no_application_protocol, unsupported_extension, handshake_failure},
                  [](ServerHelloDraft& h) {
                      h.extensions.set(messages::AlpnSelected{as_bytes("never-offered")});
                  });
          }},
    Check{"server-hello-alpn-two",
          "Two protocols are refused",
          rule::one_protocol,
          {need::offers_alpn},
          [](AsServer12& t) {
              t.refuses({decode_error, illegal_parameter}, [](ServerHelloDraft& h) {
                  h.extensions.set(ExtensionType::application_layer_protocol_negotiation,
                                   bytes({0, 6, 2, 'h', '2', 2, 'h', '2'}));
              });
          }},
    Check{"server-hello-extended-master-secret",
          "extended_master_secret with contents is refused",
          must("7627 §5.1", "The \"extension_data\" field of this extension is empty."),
          {need::extended_master_secret},
          [](AsServer12& t) {
              t.refuses({decode_error, illegal_parameter}, [](ServerHelloDraft& h) {
                  h.extensions.set(ExtensionType::extended_master_secret, bytes({0}));
              });
          }},
    Check{"first-certificate",
          "A Certificate instead of a ServerHello is refused",
          rule::unexpected_order12,
          {},
          [](AsServer12& t) {
              t.hello();
              t.server().send_certificate();
              t.refused({unexpected_message});
          }},
    Check{"first-change-cipher-spec",
          "change_cipher_spec and a Finished instead of a ServerHello are refused",
          must("5246 §7.4.9", "It is a fatal error if a Finished message is not preceded by a "
                              "ChangeCipherSpec message at the appropriate point in the handshake."),
          {},
          [](AsServer12& t) {
              t.hello();
              t.us().send_change_cipher_spec();
              t.us().send_message(peer::written(HandshakeType::finished, repeated(12)));
              t.refused({unexpected_message, decode_error});
          }},
    Check{
        "first-hello-request",
        "A HelloRequest during the handshake is ignored, or ends the connection",
        must("5246 §7.4.1.1",
             "This message will be ignored by the client if the client is currently negotiating a session."),
        {},
        [](AsServer12& t) {
            t.hello();
            t.us().send_record(ContentType::handshake, bytes({0, 0, 0, 0}));
            t.expects("alert unexpected_message, or a connection that works");
            t.from_here();
            t.server().send_server_hello();
            // "SHOULD be ignored by the client if it arrives in the middle of a handshake" (§7.4), and no
            // more.
            t.server().send_certificate();
            t.server().send_server_key_exchange();
            t.server().send_server_hello_done();
            const auto& event = t.us().peek();
            if (!event || event->type != ContentType::handshake) return t.refused({unexpected_message});
            t.server().expect_second_flight();
            t.server().send_second_flight();
            t.serves();
        }},
};

// ---------------------------------------------------------------- what clients send

template <class Look> void look(AsServer12& t, Look look) {
    const auto hello = t.server().expect_client_hello();
    if (t.ok()) look(hello);
}

constexpr std::array sent{
    Check{"hello-null-compression",
          "The null compression method is offered",
          must("5246 §7.4.1.2",
               "This vector MUST contain, and all implementations MUST support, CompressionMethod.null."),
          {},
          [](AsServer12& t) {
              look(t, [&](const auto& h) {
                  t.demand(std::ranges::find(h.legacy_compression_methods, 0) !=
                               h.legacy_compression_methods.end(),
                           "00 is listed");
              });
          }},
    Check{"hello-renegotiation",
          "renegotiation_info or its SCSV is offered",
          must("5746 §3.4", "The client MUST include either an empty \"renegotiation_info\" extension, or "
                            "the TLS_EMPTY_RENEGOTIATION_INFO_SCSV signaling cipher suite value in the "
                            "ClientHello."),
          {},
          [](AsServer12& t) {
              look(t, [&](const auto& h) {
                  t.demand(h.extensions.contains(ExtensionType::renegotiation_info) ||
                               h.cipher_suites.contains(CipherSuite::TLS_EMPTY_RENEGOTIATION_INFO_SCSV),
                           "one of them is there");
              });
          }},
    Check{"hello-extended-master-secret",
          "extended_master_secret is offered",
          must("7627 §5.2", "In all handshakes, a client implementing this document MUST send the "
                            "\"extended_master_secret\" extension in its ClientHello."),
          {need::extended_master_secret},
          [](AsServer12& t) {
              look(t, [&](const auto& h) {
                  t.demand(h.extensions.contains(ExtensionType::extended_master_secret),
                           "extended_master_secret is there");
              });
          }},
    Check{"hello-point-formats",
          "ec_point_formats, where it is sent, holds the uncompressed form",
          must("8422 §5.1", "If the Supported Point Formats Extension is indeed sent, it MUST contain the "
                            "value 0 (uncompressed) as one of the items in the list of point formats."),
          {Need{[](const Profile& p) { return p.offers(ExtensionType::ec_point_formats); },
                "it does not send ec_point_formats"}},
          [](AsServer12& t) {
              look(t, [&](const auto& h) {
                  const auto formats = h.extensions.template get<messages::EcPointFormats>();
                  t.demand(formats && *formats && (*formats)->values.contains(EcPointFormat::uncompressed),
                           "00 is listed");
              });
          }},
    Check{"hello-groups",
          "A hello with ECDHE suites says which curves it knows",
          should("8422 §5.1", "The extensions SHOULD be sent along with any ClientHello message that "
                              "proposes ECC cipher suites."),
          {},
          [](AsServer12& t) {
              look(t, [&](const auto& h) {
                  t.demand(h.extensions.contains(ExtensionType::supported_groups),
                           "supported_groups is there");
              });
          }},
    Check{"finished-verifies",
          "The client's Finished covers the whole handshake",
          rule::finished_verified12,
          {},
          [](AsServer12& t) {
              t.begin();
              t.server().send_rest_of_flight();
              t.from_here();
              t.server().expect_second_flight();
          }},
    Check{"key-exchange-first",
          "The ClientKeyExchange comes first where no certificate was asked for",
          must("5246 §7.4.7", "Otherwise, it MUST be the first message sent by the client after it receives "
                              "the ServerHelloDone message."),
          {},
          [](AsServer12& t) {
              t.begin();
              t.server().send_rest_of_flight();
              t.from_here();
              t.server().expect_client_key_exchange();
          }},
    Check{"certificate-where-asked",
          "A CertificateRequest is answered with a Certificate, which may be empty",
          must("5246 §7.4.6", "If no suitable certificate is available, the client MUST send a certificate "
                              "message containing no certificates."),
          {},
          [](AsServer12& t) {
              t.begin();
              t.server().send_certificate();
              t.server().send_server_key_exchange();
              t.server().send_certificate_request();
              t.server().send_server_hello_done();
              t.from_here();
              t.server().expect_second_flight();
          }},
    Check{"records-version",
          "The records after the ServerHello have version 0x0303",
          must("5246 §6.2.1", "This document describes TLS Version 1.2, which uses the version { 3, 3 }."),
          {},
          [](AsServer12& t) {
              t.connect();
              if (!t.ok()) return;
              bool first = true;
              for (const auto& header : t.us().record_headers())
                  t.demand(std::exchange(first, false) || header.version == ProtocolVersion::tls_1_2,
                           "version is 0x0303");
          }},
};

} // namespace

Group client_server_hellos12() {
    return {"Clients, TLS 1.2: ServerHello", answers};
}
Group client_hellos12() {
    return {"Clients, TLS 1.2: what they send", sent};
}

} // namespace pavise::conform
