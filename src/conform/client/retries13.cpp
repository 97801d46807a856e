// HelloRetryRequest and EncryptedExtensions of TLS 1.3, as clients have to take or refuse them.
#include "conform/as_server.hpp"
#include "conform/groups.hpp"
#include "conform/needs.hpp"
#include "conform/rules.hpp"
#include "messages/extension/alpn.hpp"
#include "messages/extension/cookie.hpp"
#include "messages/extension/key_share.hpp"
#include "messages/extension/negotiation.hpp"
#include "messages/extension/pre_shared_key.hpp"

#include <algorithm>

namespace pavise::conform {

namespace {

using peer::ExtensionsDraft;
using peer::ServerHelloDraft;
using enum AlertDescription;

constexpr std::array retries{
    Check{"retry-followed",
          "A HelloRetryRequest for another group is followed",
          must("8446 §4.1.4", "Otherwise, the client MUST process all extensions in the HelloRetryRequest "
                              "and send a second updated ClientHello."),
          {},
          [](AsServer13& t) {
              t.retry();
              if (!t.ok()) return;
              t.from_here();
              t.server().send_server_hello();
              t.accepted();
          }},
    Check{"retry-new-share",
          "The second hello holds one share, of the group that was asked for",
          must("8446 §4.2.8", "Otherwise, when sending the new ClientHello, the client MUST replace the "
                              "original \"key_share\" extension with one containing only a new "
                              "KeyShareEntry for the group indicated in the selected_group field of the "
                              "triggering HelloRetryRequest."),
          {},
          [](AsServer13& t) {
              const auto group = t.request_retry();
              if (!group) return;
              const auto second = t.server().expect_client_hello();
              const auto shares = second.extensions.get<messages::KeyShareClientHello>();
              t.demand(shares && *shares && (*shares)->client_shares.size() == 1 && (*shares)->find(*group),
                       "one share of the group");
          }},
    Check{"retry-same-hello",
          "The second hello is the first, but for what the RFC names",
          must("8446 §4.1.2", "In that case, the client MUST send the same ClientHello without modification, "
                              "except as follows:"),
          {},
          [](AsServer13& t) {
              if (!t.request_retry()) return;
              const auto first = t.server().client_hello();
              const auto second = t.server().expect_client_hello();
              const auto draft = t.server().client_hello();
              t.demand(first.random == second.random, "the random is the same");
              t.demand(first.legacy_session_id == draft.legacy_session_id, "legacy_session_id is the same");
              t.demand(first.cipher_suites == draft.cipher_suites, "cipher_suites are the same");
          }},
    Check{"retry-cookie",
          "A cookie is sent back",
          must("8446 §4.2.2", "When sending the new ClientHello, the client MUST copy the contents of the "
                              "extension received in the HelloRetryRequest into a \"cookie\" extension in "
                              "the new ClientHello."),
          {},
          [](AsServer13& t) {
              t.hello();
              if (!t.ok()) return;
              auto retry = t.server().hello_retry_request(NamedGroup{});
              retry.extensions.remove(ExtensionType::key_share);
              retry.extensions.add(messages::Cookie{as_bytes("eat this")});
              t.server().send_hello_retry_request(retry);
              const auto second = t.server().expect_client_hello();
              const auto cookie = second.extensions.get<messages::Cookie>();
              t.demand(cookie && *cookie && as_text((*cookie)->cookie) == "eat this",
                       "the cookie comes back");
          }},
    Check{"retry-no-change",
          "A HelloRetryRequest that changes nothing is refused",
          must("8446 §4.1.4", "Clients MUST abort the handshake with an \"illegal_parameter\" alert if the "
                              "HelloRetryRequest would not result in any change in the ClientHello."),
          {},
          [](AsServer13& t) {
              t.hello();
              if (!t.ok()) return;
              auto retry = t.server().hello_retry_request(NamedGroup{});
              retry.extensions.remove(ExtensionType::key_share);
              t.server().send_hello_retry_request(retry);
              t.refused({illegal_parameter, missing_extension});
          }},
    Check{"retry-group-with-share",
          "A HelloRetryRequest for a group that a share was sent of is refused",
          must("8446 §4.2.8", "If either of these checks fails, then the client MUST abort the handshake "
                              "with an \"illegal_parameter\" alert."),
          {},
          [](AsServer13& t) {
              t.hello();
              if (!t.ok()) return;
              const ByteVector block = t.server().client_hello().extensions.block();
              const auto shares =
                  messages::Extensions::from_block(block).get<messages::KeyShareClientHello>();
              if (!shares || !*shares) return;
              for (const auto& share : (*shares)->client_shares) {
                  if (is_grease(static_cast<std::uint16_t>(share.group))) continue;
                  t.server().send_hello_retry_request(t.server().hello_retry_request(share.group));
                  return t.refused({illegal_parameter});
              }
          }},
    Check{"retry-unknown-group",
          "A HelloRetryRequest for a group that was not offered is refused",
          must("8446 §4.2.8",
               "the client MUST verify that (1) the selected_group field corresponds to a group which was "
               "provided in the \"supported_groups\" extension in the original "
               "ClientHello"),
          {},
          [](AsServer13& t) {
              t.hello();
              if (!t.ok()) return;
              t.server().send_hello_retry_request(
                  t.server().hello_retry_request(static_cast<NamedGroup>(0x1f)));
              t.refused({illegal_parameter});
          }},
    Check{"retry-twice",
          "A second HelloRetryRequest is refused",
          must("8446 §4.1.4", "If a client receives a second HelloRetryRequest in the same connection (i.e., "
                              "where the ClientHello was itself in response to a HelloRetryRequest), it MUST "
                              "abort the handshake with an \"unexpected_message\" alert."),
          {},
          [](AsServer13& t) {
              t.retry();
              if (!t.ok()) return;
              auto again = t.server().hello_retry_request(NamedGroup::secp521r1);
              again.extensions.add(messages::Cookie{as_bytes("again")});
              t.us().send(again);
              t.refused({unexpected_message, illegal_parameter});
          }},
    Check{"retry-suite",
          "A HelloRetryRequest with a suite that was not offered is refused",
          must("8446 §4.1.4",
               "A client which receives a cipher suite that was not offered MUST abort the handshake."),
          {},
          [](AsServer13& t) {
              t.hello();
              if (!t.ok()) return;
              const auto group = t.group_without_share();
              if (!group)
                  return t.does_not_apply("the client sends a key share for every group that it offers");
              auto retry = t.server().hello_retry_request(*group);
              retry.cipher_suite = grease_suite;
              t.us().send(retry);
              t.refused({illegal_parameter, handshake_failure});
          }},
    Check{"retry-session-id",
          "A HelloRetryRequest with another session id is refused",
          must("8446 §4.1.4",
               "Upon receipt of a HelloRetryRequest, the client MUST check the legacy_version, "
               "legacy_session_id_echo, cipher_suite, and legacy_compression_method as specified in "
               "Section 4.1.3"),
          {},
          [](AsServer13& t) {
              t.refuses_retry({illegal_parameter},
                              [](ServerHelloDraft& h) { h.legacy_session_id_echo = repeated(32, 7); });
          }},
    Check{"retry-compression",
          "A HelloRetryRequest with a compression method is refused",
          must("8446 §4.1.4", "the legacy_version, legacy_session_id_echo, cipher_suite, and "
                              "legacy_compression_method fields have the same meaning."),
          {},
          [](AsServer13& t) {
              t.refuses_retry({illegal_parameter, decode_error},
                              [](ServerHelloDraft& h) { h.legacy_compression_method = 1; });
          }},
    Check{"retry-no-version",
          "A HelloRetryRequest without supported_versions is refused",
          must("8446 §4.1.4", "The server's extensions MUST contain \"supported_versions\"."),
          {},
          [](AsServer13& t) {
              t.refuses_retry(
                  {illegal_parameter, missing_extension, protocol_version, decode_error, unexpected_message},
                  [](ServerHelloDraft& h) { h.extensions.remove(ExtensionType::supported_versions); });
          }},
    Check{"retry-unknown-extension",
          "A HelloRetryRequest with an extension that was not offered is refused",
          must("8446 §4.1.4",
               "As with the ServerHello, a HelloRetryRequest MUST NOT contain any extensions that were not "
               "first offered by the client in its ClientHello, with the exception of "
               "optionally the \"cookie\" (see Section 4.2.2) extension."),
          {},
          [](AsServer13& t) {
              t.refuses_retry({unsupported_extension, illegal_parameter},
                              [](ServerHelloDraft& h) { h.extensions.add(unknown_extension, {}); });
          }},
    Check{"retry-empty-cookie",
          "A cookie of no bytes is refused",
          must("8446 §4.2.2", "opaque cookie<1..2^16-1>;"),
          {},
          [](AsServer13& t) {
              t.refuses_retry({decode_error, illegal_parameter}, [](ServerHelloDraft& h) {
                  h.extensions.add(ExtensionType::cookie, bytes({0, 0}));
              });
          }},
    Check{"retry-other-suite",
          "A ServerHello with another suite than the HelloRetryRequest is refused",
          must("8446 §4.1.4",
               "Upon receiving the ServerHello, clients MUST check that the cipher suite supplied in the "
               "ServerHello is the same as that in the HelloRetryRequest and otherwise abort "
               "the handshake with an \"illegal_parameter\" alert."),
          {need::two_suites13},
          [](AsServer13& t) {
              t.retry();
              if (!t.ok()) return;
              auto hello = t.server().server_hello();
              for (const CipherSuite suite : t.profile().suites13)
                  if (suite != hello.cipher_suite) {
                      hello.cipher_suite = suite;
                      break;
                  }
              t.server().send_server_hello_alone(hello);
              t.refused({illegal_parameter});
          }},
    Check{"retry-other-group",
          "A ServerHello with another group than the HelloRetryRequest is refused",
          must("8446 §4.2.8",
               "If using (EC)DHE key establishment and a HelloRetryRequest containing a \"key_share\" "
               "extension was received by the client, the client MUST verify that the selected "
               "NamedGroup in the ServerHello is the same as that in the HelloRetryRequest."),
          {},
          [](AsServer13& t) {
              t.retry();
              if (!t.ok()) return;
              auto hello = t.server().server_hello();
              hello.extensions.set(ExtensionType::key_share,
                                   joined({bytes({0, 30, 0, 56}), repeated(56, 5)}));
              t.server().send_server_hello_alone(hello);
              t.refused({illegal_parameter, handshake_failure});
          }},
};

constexpr std::array encrypted{
    Check{"extensions-unknown",
          "An extension that was not offered is refused",
          rule::unsolicited13,
          {},
          [](AsServer13& t) {
              t.refuses_encrypted_extensions({unsupported_extension, illegal_parameter},
                                             [](ExtensionsDraft& e) { e.add(unknown_extension, {}); });
          }},
    Check{"extensions-twice",
          "An extension that comes twice is refused",
          rule::extensions_once,
          {},
          [](AsServer13& t) {
              t.refuses_encrypted_extensions({decode_error, illegal_parameter, unsupported_extension},
                                             [](ExtensionsDraft& e) {
                                                 e.add(ExtensionType::supported_groups, bytes({0, 2, 0, 29}));
                                                 e.add(ExtensionType::supported_groups, bytes({0, 2, 0, 29}));
                                             });
          }},
    Check{
        "extensions-groups",
        "supported_groups is taken",
        must(
            "8446 §4.2.7",
            "As of TLS 1.3, servers are permitted to send the \"supported_groups\" extension to the client."),
        {},
        [](AsServer13& t) {
            t.begin();
            auto changed = t.server().encrypted_extensions();
            changed.extensions.add(ExtensionType::supported_groups, bytes({0, 6, 0, 29, 0, 23, 0x5a, 0x5a}));
            t.from_here();
            t.us().send(changed);
            t.server().send_certificate();
            t.server().send_certificate_verify();
            t.server().send_finished();
            t.server().expect_finished();
            t.serves();
        }},
    Check{"extensions-key-share",
          "key_share in EncryptedExtensions is refused",
          must("8446 §4.3.1",
               "The client MUST check EncryptedExtensions for the presence of any forbidden extensions and "
               "if any are found MUST abort the handshake with an \"illegal_parameter\" "
               "alert."),
          {},
          [](AsServer13& t) {
              t.refuses_encrypted_extensions(
                  {illegal_parameter, unsupported_extension},
                  [](ExtensionsDraft& e) { e.add(ExtensionType::key_share, bytes({0, 29})); });
          }},
    Check{"extensions-versions",
          "supported_versions in EncryptedExtensions is refused",
          rule::misplaced13,
          {},
          [](AsServer13& t) {
              t.refuses_encrypted_extensions(
                  {illegal_parameter, unsupported_extension},
                  [](ExtensionsDraft& e) { e.add(ExtensionType::supported_versions, bytes({3, 4})); });
          }},
    Check{"extensions-schemes",
          "signature_algorithms in EncryptedExtensions is refused",
          rule::misplaced13,
          {},
          [](AsServer13& t) {
              t.refuses_encrypted_extensions(
                  {illegal_parameter, unsupported_extension}, [](ExtensionsDraft& e) {
                      e.add(ExtensionType::signature_algorithms, bytes({0, 2, 4, 3}));
                  });
          }},
    Check{"extensions-early-data",
          "early_data that was not offered is refused",
          rule::unsolicited13,
          {},
          [](AsServer13& t) {
              t.refuses_encrypted_extensions(
                  {unsupported_extension, illegal_parameter},
                  [](ExtensionsDraft& e) { e.add(ExtensionType::early_data, {}); });
          }},
    Check{"extensions-psk-modes",
          "psk_key_exchange_modes from a server is refused",
          must("8446 §4.2.9", "The server MUST NOT send a \"psk_key_exchange_modes\" extension."),
          {},
          [](AsServer13& t) {
              t.refuses_encrypted_extensions(
                  {illegal_parameter, unsupported_extension},
                  [](ExtensionsDraft& e) { e.add(ExtensionType::psk_key_exchange_modes, bytes({1, 1})); });
          }},
    Check{"extensions-post-handshake-auth",
          "post_handshake_auth from a server is refused",
          must("8446 §4.2.6", "Servers MUST NOT send this extension."),
          {},
          [](AsServer13& t) {
              t.refuses_encrypted_extensions(
                  {illegal_parameter, unsupported_extension},
                  [](ExtensionsDraft& e) { e.add(ExtensionType::post_handshake_auth, {}); });
          }},
    Check{"extensions-trailing-byte",
          "A byte behind the extensions is refused",
          rule::cannot_be_parsed,
          {},
          [](AsServer13& t) {
              t.begin();
              t.us().send_message(peer::written(HandshakeType::encrypted_extensions, bytes({0, 0, 0})));
              t.refused({decode_error, illegal_parameter});
          }},
    Check{"extensions-empty",
          "EncryptedExtensions of no bytes are refused",
          must("8446 §4.3.1", "Extension extensions<0..2^16-1>;"),
          {},
          [](AsServer13& t) {
              t.begin();
              t.us().send_message(peer::written(HandshakeType::encrypted_extensions, {}));
              t.refused({decode_error, illegal_parameter});
          }},
    Check{"extensions-alpn-not-offered",
          "A protocol that was not offered is refused",
          must("7301 §3.2", "The server SHALL NOT respond with a selected protocol and subsequently use a "
                            "different protocol for application data exchange."),
          {need::offers_alpn},
          [](AsServer13& t) {
              t.refuses_encrypted_extensions(
                  {illegal_parameter, no_application_protocol, unsupported_extension, handshake_failure},
                  [](ExtensionsDraft& e) { e.set(messages::AlpnSelected{as_bytes("never-offered")}); });
          }},
    Check{"extensions-alpn-unasked",
          "ALPN is refused where it was not offered",
          rule::unsolicited13,
          {Need{[](const Profile& p) {
                    return !p.offers(ExtensionType::application_layer_protocol_negotiation);
                },
                "it offers ALPN"}},
          [](AsServer13& t) {
              t.refuses_encrypted_extensions(
                  {unsupported_extension, illegal_parameter},
                  [](ExtensionsDraft& e) { e.set(messages::AlpnSelected{as_bytes("h2")}); });
          }},
    Check{"extensions-alpn-two",
          "Two protocols are refused",
          rule::one_protocol,
          {need::offers_alpn},
          [](AsServer13& t) {
              t.refuses_encrypted_extensions({decode_error, illegal_parameter}, [](ExtensionsDraft& e) {
                  e.set(ExtensionType::application_layer_protocol_negotiation,
                        bytes({0, 6, 2, 'h', '2', 2, 'h', '2'}));
              });
          }},
    Check{"extensions-alpn-empty",
          "An ALPN list of no protocols is refused",
          must("7301 §3.1", "Empty strings MUST NOT be included"),
          {need::offers_alpn},
          [](AsServer13& t) {
              t.refuses_encrypted_extensions({decode_error, illegal_parameter}, [](ExtensionsDraft& e) {
                  e.set(ExtensionType::application_layer_protocol_negotiation, bytes({0, 0}));
              });
          }},
    Check{"extensions-name-not-empty",
          "A server_name with contents is refused",
          must("6066 §3", "The \"extension_data\" field of this extension SHALL be empty."),
          {Need{[](const Profile& p) { return p.offers(ExtensionType::server_name); },
                "it sends no server_name"}},
          [](AsServer13& t) {
              t.refuses_encrypted_extensions({decode_error, illegal_parameter}, [](ExtensionsDraft& e) {
                  e.set(ExtensionType::server_name, bytes({0}));
              });
          }},
    Check{"extensions-name",
          "An empty server_name is taken",
          must("6066 §3", "In this event, the server SHALL include an extension of type \"server_name\" in "
                          "the (extended) server hello."),
          {Need{[](const Profile& p) { return p.offers(ExtensionType::server_name); },
                "it sends no server_name"}},
          [](AsServer13& t) {
              t.begin();
              auto changed = t.server().encrypted_extensions();
              changed.extensions.set(ExtensionType::server_name, {});
              t.from_here();
              t.us().send(changed);
              t.server().send_certificate();
              t.server().send_certificate_verify();
              t.server().send_finished();
              t.server().expect_finished();
              t.serves();
          }},
    Check{"extensions-missing",
          "A Certificate without EncryptedExtensions is refused",
          must("8446 §4.3.1", "In all handshakes, the server MUST send the EncryptedExtensions message "
                              "immediately after the ServerHello message."),
          {},
          [](AsServer13& t) {
              t.begin();
              t.server().send_certificate();
              t.refused({unexpected_message});
          }},
    Check{"extensions-in-the-clear",
          "EncryptedExtensions in the clear are refused",
          must("8446 §4.3.1", "This is the first message that is encrypted under keys derived from the "
                              "server_handshake_traffic_secret."),
          {},
          [](AsServer13& t) {
              t.begin();
              t.us().send_raw_record(ContentType::handshake, ProtocolVersion::tls_1_2,
                                     t.server().encrypted_extensions().message());
              t.refused({unexpected_message, bad_record_mac, decode_error});
          }},
};

} // namespace

Group client_retries() {
    return {"Clients, TLS 1.3: HelloRetryRequest", retries};
}

Group client_encrypted_extensions() {
    return {"Clients, TLS 1.3: EncryptedExtensions", encrypted};
}

} // namespace pavise::conform
