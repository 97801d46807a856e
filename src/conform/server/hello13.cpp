// The ClientHello of TLS 1.3, as servers have to take it: what they do not know, in any order, in any
// records.
#include "conform/as_client.hpp"
#include "conform/groups.hpp"
#include "conform/needs.hpp"
#include "conform/rules.hpp"
#include "messages/extension/alpn.hpp"
#include "messages/extension/key_share.hpp"
#include "messages/extension/negotiation.hpp"
#include "messages/extension/sizes.hpp"

#include <algorithm>

namespace pavise::conform {

namespace {

constexpr Rule ignore_extensions = must("8446 §4.1.2", "Servers MUST ignore unrecognized extensions.");
constexpr Rule ignore_suites = must(
    "8446 §4.1.2",
    "If the list contains cipher suites that the server does not recognize, support, or wish to use, the "
    "server MUST ignore those cipher suites and process the remaining ones as usual.");
constexpr Rule ignore_values = must(
    "8701 §3.2",
    "Servers MUST correctly ignore unknown values in a ClientHello and attempt to negotiate with one of the "
    "remaining parameters.");
constexpr Rule record_version =
    must("8446 §5.1", "This field is deprecated and MUST be ignored for all purposes.");

// The values that are there, between two that nobody knows.
template <class List, class Value> void surround(Hello& hello, Value unknown) {
    const ByteVector block = hello.extensions.block();
    const auto offered = messages::Extensions::from_block(block).get<List>();
    if (!offered || !*offered) return;
    std::vector<Value> values{unknown};
    for (const Value value : (*offered)->values) values.push_back(value);
    values.push_back(unknown);
    hello.extensions.set(List{values});
}

// A share of a group that nobody knows, before the one that counts.
void add_unknown_share(Hello& hello) {
    const ByteVector block = hello.extensions.block();
    const auto offered = messages::Extensions::from_block(block).get<messages::KeyShareClientHello>();
    if (!offered || !*offered) return;
    const ByteVector unknown = bytes({0});
    std::vector<messages::KeyShareEntry> shares{{grease_group, unknown}};
    for (const auto& share : (*offered)->client_shares) shares.push_back(share);
    hello.extensions.set(messages::KeyShareClientHello{shares});
    surround<messages::SupportedGroups>(hello, grease_group);
}

void send_in_records(AsClient13& t, const std::vector<std::size_t>& sizes) {
    Hello hello = t.hello();
    t.from_here();
    t.client().use_client_hello(hello);
    t.us().send_fragmented(hello, sizes);
    t.accepted();
}

template <int version> void under_record_version(AsClient13& t) {
    Hello hello = t.hello();
    t.from_here();
    t.client().use_client_hello(hello);
    t.us().add_to_transcript(hello.message());
    t.us().send_raw_record(ContentType::handshake, static_cast<ProtocolVersion>(version), hello.message());
    t.accepted();
}

template <std::size_t size> void padded_to(Hello& hello) {
    const std::size_t now = hello.message().size() + 4;
    hello.extensions.add(messages::Padding{size > now ? size - now : 0});
}

constexpr std::array checks{
    Check{"hello-unknown-extension",
          "An extension that nobody knows is ignored",
          ignore_extensions,
          {},
          [](AsClient13& t) {
              t.accepts([](Hello& h) { h.extensions.add(unknown_extension, repeated(8, 1)); });
          }},
    Check{"hello-grease-extensions",
          "GREASE extensions, one empty and one not, are ignored",
          must("8701 §3.2", "When processing a ClientHello, servers MUST NOT treat GREASE values differently "
                            "from any unknown "
                            "value."),
          {},
          [](AsClient13& t) {
              t.accepts([](Hello& h) {
                  h.extensions.add(grease_extension, {});
                  h.extensions.add(static_cast<ExtensionType>(0xbaba), bytes({0}));
              });
          }},
    Check{"hello-many-unknown-extensions",
          "A hundred extensions that nobody knows are ignored",
          ignore_extensions,
          {},
          [](AsClient13& t) {
              t.accepts([](Hello& h) {
                  for (int i = 0; i < 100; ++i)
                      h.extensions.add(static_cast<ExtensionType>(0xfb00 + i), bytes({i}));
              });
          }},
    Check{"hello-unknown-suites",
          "Cipher suites that nobody knows are ignored",
          ignore_suites,
          {},
          [](AsClient13& t) {
              t.accepts([](Hello& h) {
                  h.cipher_suites.insert(h.cipher_suites.begin(), grease_suite);
                  h.cipher_suites.push_back(static_cast<CipherSuite>(0xfefe));
              });
          }},
    Check{"hello-many-suites",
          "Three hundred cipher suites that nobody knows are ignored",
          ignore_suites,
          {},
          [](AsClient13& t) {
              t.accepts([](Hello& h) {
                  for (int i = 0; i < 300; ++i)
                      h.cipher_suites.insert(h.cipher_suites.begin(), static_cast<CipherSuite>(0xf000 + i));
              });
          }},
    Check{"hello-suites-of-12",
          "Cipher suites of TLS 1.2 beside those of TLS 1.3 are ignored",
          must("8446 §4.1.2", "A list of the symmetric cipher options supported by the client"),
          {},
          [](AsClient13& t) {
              t.accepts([](Hello& h) {
                  for (const int suite : {0xc02b, 0xc02f, 0x009c, 0x002f, 0x000a, 0x00ff})
                      h.cipher_suites.insert(h.cipher_suites.begin(), static_cast<CipherSuite>(suite));
              });
          }},
    Check{"hello-unknown-groups",
          "Groups that nobody knows are ignored",
          ignore_values,
          {},
          [](AsClient13& t) {
              t.accepts([](Hello& h) { surround<messages::SupportedGroups>(h, grease_group); });
          }},
    Check{"hello-unknown-share",
          "A key share of a group that nobody knows is ignored",
          ignore_values,
          {},
          [](AsClient13& t) { t.accepts([](Hello& h) { add_unknown_share(h); }); }},
    Check{"hello-unknown-schemes",
          "Signature schemes that nobody knows are ignored",
          ignore_values,
          {},
          [](AsClient13& t) {
              t.accepts([](Hello& h) { surround<messages::SignatureAlgorithms>(h, grease_scheme); });
          }},
    Check{
        "hello-unknown-versions",
        "Versions that nobody knows are ignored",
        must(
            "8446 §4.2.1",
            "Servers MUST only select a version of TLS present in that extension and MUST ignore any unknown "
            "versions that are present in that extension."),
        {},
        [](AsClient13& t) {
            t.accepts([](Hello& h) { surround<messages::SupportedVersions>(h, grease_version); });
        }},
    Check{"hello-unknown-psk-modes",
          "Modes of pre-shared keys that nobody knows are ignored",
          ignore_values,
          {},
          [](AsClient13& t) {
              t.accepts([](Hello& h) {
                  h.extensions.add(ExtensionType::psk_key_exchange_modes, bytes({3, 0x0b, 1, 0x2a}));
              });
          }},
    Check{"hello-unknown-protocols",
          "Application protocols that nobody knows are ignored beside one that is known",
          must("8701 §3.1",
               "A client MAY select one or more GREASE ALPN identifiers and advertise them in the "
               "\"application_layer_protocol_negotiation\" extension"),
          {need::alpn},
          [](AsClient13& t) {
              t.script.alpn_protocols = {"\x0a\x0a", t.profile().alpn, "\xda\xda"};
              t.accepts([](Hello&) {});
          }},
    Check{"hello-extensions-reversed",
          "The extensions may come in any order",
          must("8446 §4.2", "When multiple extensions of different types are present, the extensions MAY "
                            "appear in any order"),
          {},
          [](AsClient13& t) { t.accepts([](Hello& h) { h.extensions.reverse(); }); }},
    Check{"hello-legacy-version",
          "The version of legacy_version does not count beside supported_versions",
          must("8446 §4.2.1",
               "If this extension is present in the ClientHello, servers MUST NOT use the "
               "ClientHello.legacy_version value for version negotiation and MUST use only the "
               "\"supported_versions\" extension to determine client preferences."),
          {},
          [](AsClient13& t) {
              t.accepts([](Hello& h) { h.legacy_version = static_cast<ProtocolVersion>(0x0303); });
          }},
    Check{"hello-no-session-id",
          "An empty session id is taken",
          must("8446 §4.1.2", "Otherwise, it MUST be set as a zero-length vector (i.e., a zero-valued single "
                              "byte length field)."),
          {},
          [](AsClient13& t) { t.accepts([](Hello& h) { h.legacy_session_id.clear(); }); }},
    Check{
        "hello-short-session-id",
        "A session id of one byte is taken, and echoed",
        must("8446 §4.1.3", "legacy_session_id_echo: The contents of the client's legacy_session_id field."),
        {},
        [](AsClient13& t) {
            Hello hello = t.hello();
            hello.legacy_session_id = bytes({0x5e});
            t.client().send_client_hello(hello);
            const auto answer = t.client().expect_server_hello();
            t.demand(std::ranges::equal(answer.legacy_session_id_echo, hello.legacy_session_id),
                     "legacy_session_id_echo is the client's legacy_session_id");
        }},
    Check{
        "hello-session-id-echoed",
        "The session id is echoed",
        must("8446 §4.1.3",
             "Note that this field is echoed even if the client's value corresponded to a cached pre-TLS 1.3 "
             "session which the server has chosen not to resume."),
        {},
        [](AsClient13& t) {
            Hello hello = t.hello();
            t.client().send_client_hello(hello);
            const auto answer = t.client().expect_server_hello();
            t.demand(std::ranges::equal(answer.legacy_session_id_echo, hello.legacy_session_id),
                     "legacy_session_id_echo is the client's legacy_session_id");
        }},
    Check{"hello-padding",
          "The padding extension is taken",
          must("7685 §3", "The client MUST fill the padding extension completely with zero bytes"),
          {},
          [](AsClient13& t) { t.accepts([](Hello& h) { h.extensions.add(messages::Padding{300}); }); }},
    Check{"hello-512-bytes",
          "A hello of 512 bytes is taken",
          rule::messages_in_pieces13,
          {},
          [](AsClient13& t) { t.accepts(&padded_to<512>); }},
    Check{"hello-4-kib",
          "A hello of 4 KiB is taken",
          rule::messages_in_pieces13,
          {},
          [](AsClient13& t) { t.accepts(&padded_to<4096>); }},
    Check{"hello-16-kib",
          "A hello that fills a record is taken",
          must("8446 §5.1", "The record layer fragments information blocks into TLSPlaintext records "
                            "carrying data in chunks of "
                            "2^14 bytes or less."),
          {},
          [](AsClient13& t) { t.accepts(&padded_to<(1u << 14)>); }},
    Check{"hello-split-in-header",
          "A hello whose header is split is put together",
          rule::messages_in_pieces13,
          {},
          [](AsClient13& t) { send_in_records(t, {2}); }},
    Check{"hello-split-in-random",
          "A hello that is split in its random is put together",
          rule::messages_in_pieces13,
          {},
          [](AsClient13& t) { send_in_records(t, {4 + 2 + 16}); }},
    Check{"hello-split-before-extensions",
          "A hello that is split many times is put together",
          rule::messages_in_pieces13,
          {},
          [](AsClient13& t) { send_in_records(t, {4, 2, 32, 33, 2, 6, 2, 2}); }},
    Check{"hello-single-bytes",
          "A hello whose first forty bytes come in records of their own is put together",
          rule::messages_in_pieces13,
          {},
          [](AsClient13& t) { send_in_records(t, std::vector<std::size_t>(40, 1)); }},
    Check{"hello-record-version-0301",
          "A hello under record version 0x0301 is taken",
          must("8446 §5.1", "where it MAY also be 0x0301 for compatibility purposes."),
          {},
          &under_record_version<0x0301>},
    Check{"hello-record-version-0302",
          "A hello under record version 0x0302 is taken",
          record_version,
          {},
          &under_record_version<0x0302>},
    Check{"hello-record-version-0304",
          "A hello under record version 0x0304 is taken",
          record_version,
          {},
          &under_record_version<0x0304>},
    Check{"hello-change-cipher-spec",
          "A change_cipher_spec between the flights is dropped",
          must("8446 §5", "An implementation may receive an unencrypted record of type change_cipher_spec "
                          "consisting of the "
                          "single byte value 0x01 at any time after the first ClientHello message has been "
                          "sent or received "
                          "and before the peer's Finished message has been received and MUST simply drop it "
                          "without further "
                          "processing."),
          {},
          [](AsClient13& t) {
              t.client().send_client_hello();
              t.from_here();
              t.us().send_change_cipher_spec();
              t.accepted();
          }},
    Check{"hello-no-sni",
          "A hello without server_name is answered, or refused by missing_extension or unrecognized_name",
          must("8446 §9.2", "Servers MAY require clients to send a valid \"server_name\" extension."),
          {},
          [](AsClient13& t) {
              Hello hello = t.hello();
              hello.extensions.remove(ExtensionType::server_name);
              t.client().send_client_hello(hello);
              t.expects("ServerHello, or alert missing_extension or unrecognized_name");
              t.from_here();
              const auto event = t.us().next();
              const bool alerted = event && event->type == ContentType::alert && event->bytes.size() == 2 &&
                                   (event->bytes[1] == 109 || event->bytes[1] == 112);
              if (!event || (event->type != ContentType::handshake && !alerted))
                  t.fails(peer::describe(event) + " came");
          }},
    Check{"hello-record-size-limit",
          "record_size_limit is taken, and nothing longer comes",
          must("8449 §4",
               "an endpoint MUST NOT generate a protected record with plaintext that is larger than the "
               "RecordSizeLimit value it receives from its peer."),
          {need::record_size_limit},
          [](AsClient13& t) {
              Hello hello = t.hello();
              hello.extensions.add(messages::RecordSizeLimit{256});
              t.client().send_client_hello(hello);
              t.client().expect_server_hello();
              if (!t.us().peek()) return;
              const auto encrypted = messages::parse_body<messages::EncryptedExtensions>(
                  Bytes(t.us().peek()->bytes).subspan(messages::handshake_header_size));
              if (encrypted && !encrypted->extensions.contains(ExtensionType::record_size_limit))
                  return t.does_not_apply("it does not agree to so small a limit");
              t.client().expect_rest_of_flight();
              for (const auto& header : t.us().record_headers())
                  if (header.type == ContentType::application_data)
                      t.demand(header.length <= 256 + 16,
                               "no record with more than 256 bytes of plaintext comes");
          }},
    Check{"hello-two-shares",
          "Two key shares are taken",
          must("8446 §4.2.8", "Clients MAY send an empty client_shares vector in order to request group "
                              "selection from the server"),
          {need::two_groups13},
          [](AsClient13& t) {
              t.script.key_shares = 2;
              t.accepts([](Hello&) {});
          }},
    Check{
        "hello-certificate-authorities",
        "certificate_authorities that nobody has heard of lead to a connection all the same",
        should(
            "8446 §4.2.4",
            "The \"certificate_authorities\" extension is used to indicate the certificate authorities (CAs) "
            "which an endpoint supports and which SHOULD be used by the receiving endpoint to guide "
            "certificate selection."),
        {},
        [](AsClient13& t) {
            t.accepts([](Hello& h) {
                h.extensions.add(
                    ExtensionType::certificate_authorities,
                    bytes({0, 17, 0, 15, 0x30, 13, 0x31, 11, 0x30, 9, 6, 3, 0x55, 4, 3, 0x0c, 2, 'x', 'y'}));
            });
        }},
    Check{"hello-status-request",
          "status_request is taken",
          must("8446 §4.4.2.1",
               "In TLS 1.3, the server's OCSP information is carried in an extension in the CertificateEntry "
               "containing the associated certificate."),
          {},
          [](AsClient13& t) {
              t.accepts(
                  [](Hello& h) { h.extensions.add(ExtensionType::status_request, bytes({1, 0, 0, 0, 0})); });
          }},
    Check{
        "hello-status-request-v2",
        "status_request_v2 is taken",
        must("8446 §4.4.2.1", "TLS 1.3 servers MUST be able to process ClientHello messages that include it"),
        {},
        [](AsClient13& t) {
            t.accepts([](Hello& h) {
                h.extensions.add(ExtensionType::status_request_v2, bytes({0, 7, 2, 0, 4, 0, 0, 0, 0}));
            });
        }},
    Check{"hello-extensions-of-12",
          "Extensions of TLS 1.2 are taken",
          must("8446 §4.2", "Some cases where a server does not agree to an extension are error conditions"),
          {},
          [](AsClient13& t) {
              t.accepts([](Hello& h) {
                  h.extensions.add(ExtensionType::extended_master_secret, {});
                  h.extensions.add(ExtensionType::encrypt_then_mac, {});
                  h.extensions.add(ExtensionType::session_ticket, {});
                  h.extensions.add(ExtensionType::ec_point_formats, bytes({1, 0}));
                  h.extensions.add(ExtensionType::renegotiation_info, bytes({0}));
              });
          }},
    Check{
        "hello-post-handshake-auth",
        "post_handshake_auth is taken",
        must("8446 §4.2.6",
             "The \"post_handshake_auth\" extension is used to indicate that a client is willing to perform "
             "post-handshake authentication"),
        {},
        [](AsClient13& t) {
            t.accepts([](Hello& h) { h.extensions.add(ExtensionType::post_handshake_auth, {}); });
        }},
    Check{"hello-scheme-of-certificates",
          "signature_algorithms_cert is taken",
          must("8446 §4.2.3",
               "The \"signature_algorithms_cert\" extension applies to signatures in certificates"),
          {},
          [](AsClient13& t) {
              t.accepts([](Hello& h) {
                  h.extensions.add(ExtensionType::signature_algorithms_cert,
                                   bytes({0, 14, 4, 3, 5, 3, 6, 3, 8, 4, 4, 1, 5, 1, 6, 1}));
              });
          }},
};

} // namespace

Group server_hellos13() {
    return {"Servers, TLS 1.3: legal variations of the ClientHello", checks};
}

} // namespace pavise::conform
