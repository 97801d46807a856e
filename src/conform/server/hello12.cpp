// The ClientHello of TLS 1.2, as servers have to take or refuse it.
#include "conform/as_client.hpp"
#include "conform/groups.hpp"
#include "conform/needs.hpp"
#include "conform/rules.hpp"
#include "messages/extension/negotiation.hpp"
#include "messages/extension/sizes.hpp"

#include <algorithm>

namespace pavise::conform {

namespace {

using enum AlertDescription;

constexpr Rule either_form = must(
    "5246 §7.4.1.2", "A server MUST accept ClientHello messages both with and without the extensions field");
constexpr Rule formats = must(
    "5246 §7.4.1.2", "it MUST check that the amount of data in the message precisely matches one of these "
                     "formats; if not, then it MUST send a fatal \"decode_error\" alert.");
constexpr Rule fragments =
    must("5246 §6.2.1",
         "multiple client messages of the same ContentType MAY be coalesced into a single TLSPlaintext "
         "record, or a single message MAY be fragmented across several records");
constexpr Rule nothing_in_common = must(
    "5246 §7.2.2", "Reception of a handshake_failure alert message indicates that the sender was unable to "
                   "negotiate an acceptable set of security parameters given the options available.");
constexpr Rule grease =
    must("8701 §3.2",
         "Servers MUST correctly ignore unknown values in a ClientHello and attempt to negotiate with one of "
         "the remaining parameters.");

void send_in_records(AsClient12& t, const std::vector<std::size_t>& sizes) {
    const Hello hello = t.hello();
    t.from_here();
    t.client().use_client_hello(hello);
    t.us().send_fragmented(hello, sizes);
    t.accepted();
}

void send_changed(AsClient12& t, void (*change)(ByteVector& body)) {
    ByteVector message = t.hello().message();
    ByteVector body(message.begin() + 4, message.end());
    change(body);
    t.us().send_message(peer::written(HandshakeType::client_hello, body));
    t.refused({decode_error, illegal_parameter});
}

template <ExtensionType type> void with_body(Hello& hello, const ByteVector& body) {
    hello.extensions.set(type, body);
}

constexpr std::array legal{
    Check{"hello-unknown-extension",
          "An extension that nobody knows is ignored",
          must("5746 §3.6", "TLS servers implementing this specification MUST ignore any unknown extensions "
                            "offered by the client"),
          {},
          [](AsClient12& t) {
              t.accepts([](Hello& h) { h.extensions.add(unknown_extension, repeated(8, 1)); });
          }},
    Check{"hello-grease",
          "GREASE extensions and suites are ignored",
          grease,
          {},
          [](AsClient12& t) {
              t.accepts([](Hello& h) {
                  h.extensions.add(grease_extension, {});
                  h.cipher_suites.insert(h.cipher_suites.begin(), grease_suite);
              });
          }},
    Check{"hello-unknown-groups",
          "Groups that nobody knows are ignored",
          grease,
          {},
          [](AsClient12& t) {
              t.script.groups.insert(t.script.groups.begin(), grease_group);
              t.accepts([](Hello&) {});
          }},
    Check{"hello-unknown-schemes",
          "Signature schemes that nobody knows are ignored",
          grease,
          {},
          [](AsClient12& t) {
              t.script.signature_schemes.insert(t.script.signature_schemes.begin(), grease_scheme);
              t.accepts([](Hello&) {});
          }},
    Check{"hello-many-suites",
          "Three hundred suites that nobody knows are ignored",
          must("5246 §7.4.1.2", "If the list contains cipher suites the server does not recognize, support, "
                                "or wish to use, the server MUST "
                                "ignore those cipher suites, and process the remaining ones as usual."),
          {},
          [](AsClient12& t) {
              t.accepts([](Hello& h) {
                  for (int i = 0; i < 300; ++i)
                      h.cipher_suites.insert(h.cipher_suites.begin(), static_cast<CipherSuite>(0xf000 + i));
              });
          }},
    Check{"hello-extensions-reversed",
          "The extensions may come in any order",
          must("5246 §7.4.1.4", "When multiple extensions of different types are present in the ClientHello "
                                "or ServerHello messages, the "
                                "extensions MAY appear in any order."),
          {},
          [](AsClient12& t) { t.accepts([](Hello& h) { h.extensions.reverse(); }); }},
    Check{
        "hello-compression",
        "Other compression methods beside null are ignored",
        must("5246 §7.4.1.2",
             "This vector MUST contain, and all implementations MUST support, CompressionMethod.null."),
        {},
        [](AsClient12& t) { t.accepts([](Hello& h) { h.legacy_compression_methods = bytes({1, 64, 0}); }); }},
    Check{"hello-unknown-session-id",
          "A session id that the server does not know leads to a full handshake",
          must("5246 §7.3", "If a Session ID match is not found, the server generates a new session ID, and "
                            "the TLS client and server perform a full handshake."),
          {},
          [](AsClient12& t) { t.accepts([](Hello& h) { h.legacy_session_id = repeated(32, 0x33); }); }},
    Check{"hello-higher-version",
          "A hello of a version that does not exist is answered with TLS 1.2",
          must("5746 §3.6", "they MUST accept version numbers higher than their highest version number and "
                            "negotiate the highest common version."),
          {},
          [](AsClient12& t) {
              t.accepts([](Hello& h) { h.legacy_version = static_cast<ProtocolVersion>(0x0305); });
          }},
    Check{"hello-scsv",
          "The SCSV of secure renegotiation is taken instead of its extension",
          must("5746 §3.6", "When a ClientHello is received, the server MUST check if it includes the "
                            "TLS_EMPTY_RENEGOTIATION_INFO_SCSV SCSV."),
          {},
          [](AsClient12& t) {
              t.accepts([](Hello& h) {
                  h.extensions.remove(ExtensionType::renegotiation_info);
                  h.cipher_suites.push_back(CipherSuite::TLS_EMPTY_RENEGOTIATION_INFO_SCSV);
              });
          }},
    Check{"hello-no-point-formats",
          "A hello without ec_point_formats is taken",
          must("8422 §4",
               "A client that proposes ECC cipher suites may choose not to include these extensions."),
          {},
          [](AsClient12& t) {
              t.accepts([](Hello& h) { h.extensions.remove(ExtensionType::ec_point_formats); });
          }},
    Check{"hello-more-point-formats",
          "Compressed point formats beside the uncompressed one are ignored",
          must("8422 §5.1.2", "Implementations of this document MUST support the uncompressed format for all "
                              "of their supported curves and MUST NOT "
                              "support other formats for curves defined in this specification."),
          {},
          [](AsClient12& t) {
              t.accepts([](Hello& h) { with_body<ExtensionType::ec_point_formats>(h, bytes({3, 1, 2, 0})); });
          }},
    Check{"hello-padding",
          "The padding extension is taken",
          either_form,
          {},
          [](AsClient12& t) { t.accepts([](Hello& h) { h.extensions.add(messages::Padding{700}); }); }},
    Check{"hello-split",
          "A hello in many records is put together",
          fragments,
          {},
          [](AsClient12& t) { send_in_records(t, {1, 1, 1, 1, 2, 32, 1, 1, 10}); }},
    Check{"hello-single-bytes",
          "A hello whose first forty bytes come in records of their own is put together",
          fragments,
          {},
          [](AsClient12& t) { send_in_records(t, std::vector<std::size_t>(40, 1)); }},
    Check{"hello-record-version",
          "A hello under record version 0x0301 is taken",
          must("5246 §E.1", "TLS clients that wish to negotiate with older servers MAY send any value "
                            "{03,XX} as the record layer version number."),
          {},
          [](AsClient12& t) {
              const Hello hello = t.hello();
              t.from_here();
              t.client().use_client_hello(hello);
              t.us().add_to_transcript(hello.message());
              t.us().send_raw_record(ContentType::handshake, ProtocolVersion::tls_1_0, hello.message());
              t.accepted();
          }},
    Check{"hello-max-fragment-length",
          "max_fragment_length is taken, and no longer record comes",
          must("6066 §4", "Once a maximum fragment length other than 2^14 has been successfully negotiated, "
                          "the client and server MUST immediately begin "
                          "fragmenting messages (including handshake messages) to ensure that no fragment "
                          "larger than the negotiated length is sent."),
          {Need{[](const Profile& p) { return p.max_fragment_length; },
                "it does not know max_fragment_length"}},
          [](AsClient12& t) {
              Hello hello = t.hello();
              hello.extensions.add(messages::MaxFragmentLength{1});
              t.client().send_client_hello(hello);
              t.expect_flight();
              if (!t.ok()) return;
              if (!t.client().server_hello().extensions.contains(ExtensionType::max_fragment_length))
                  return t.does_not_apply("it was not agreed on");
              for (const auto& header : t.us().record_headers())
                  t.demand(header.length <= 512, "no fragment is longer than 512 bytes");
          }},
};

constexpr std::array illegal{
    Check{"illegal-hello-cut",
          "A hello that ends in its random is refused",
          formats,
          {},
          [](AsClient12& t) { send_changed(t, [](ByteVector& b) { b.resize(20); }); }},
    Check{"illegal-hello-empty",
          "A hello of no bytes is refused",
          formats,
          {},
          [](AsClient12& t) { send_changed(t, [](ByteVector& b) { b.clear(); }); }},
    Check{"illegal-hello-trailing-byte",
          "A byte behind the extensions is refused",
          formats,
          {},
          [](AsClient12& t) { send_changed(t, [](ByteVector& b) { b.push_back(0); }); }},
    Check{"illegal-hello-session-id-of-33",
          "A session id of 33 bytes is refused",
          must("5246 §7.4.1.2", "opaque SessionID<0..32>;"),
          {},
          [](AsClient12& t) {
              send_changed(t, [](ByteVector& b) {
                  b[34] = 33;
                  b.insert(b.begin() + 35, 33, 7);
              });
          }},
    Check{"illegal-hello-no-suites",
          "An empty list of suites is refused",
          must("5246 §7.4.1.2", "CipherSuite cipher_suites<2..2^16-2>;"),
          {},
          [](AsClient12& t) {
              Hello hello = t.hello();
              hello.cipher_suites.clear();
              t.client().send_client_hello(hello);
              t.refused({decode_error, illegal_parameter, handshake_failure});
          }},
    Check{"illegal-hello-no-compression",
          "An empty list of compression methods is refused",
          must("5246 §7.4.1.2", "CompressionMethod compression_methods<1..2^8-1>;"),
          {},
          [](AsClient12& t) {
              t.refuses({decode_error, illegal_parameter},
                        [](Hello& h) { h.legacy_compression_methods.clear(); });
          }},
    Check{"illegal-hello-no-null-compression",
          "A hello without the null compression method is refused",
          must("5246 §7.4.1.2",
               "This vector MUST contain, and all implementations MUST support, CompressionMethod.null."),
          {},
          [](AsClient12& t) {
              t.refuses({decode_error, illegal_parameter, handshake_failure},
                        [](Hello& h) { h.legacy_compression_methods = bytes({1}); });
          }},
    Check{"illegal-hello-two-extensions",
          "An extension that comes twice is refused",
          must("5246 §7.4.1.4", "There MUST NOT be more than one extension of the same type."),
          {},
          [](AsClient12& t) {
              t.refuses({}, [](Hello& h) {
                  h.extensions.add(ExtensionType::supported_groups, bytes({0, 2, 0, 23}));
              });
          }},
    Check{"illegal-hello-empty-groups",
          "An empty supported_groups is refused",
          formats,
          {},
          [](AsClient12& t) {
              t.refuses({decode_error, illegal_parameter},
                        [](Hello& h) { with_body<ExtensionType::supported_groups>(h, {}); });
          }},
    Check{"illegal-hello-half-a-group",
          "A supported_groups of an odd length is refused",
          formats,
          {},
          [](AsClient12& t) {
              t.refuses({decode_error, illegal_parameter}, [](Hello& h) {
                  with_body<ExtensionType::supported_groups>(h, bytes({0, 3, 0, 23, 0}));
              });
          }},
    Check{"illegal-hello-empty-schemes",
          "An empty signature_algorithms is refused",
          formats,
          {},
          [](AsClient12& t) {
              t.refuses({decode_error, illegal_parameter},
                        [](Hello& h) { with_body<ExtensionType::signature_algorithms>(h, {}); });
          }},
    Check{"illegal-hello-half-a-scheme",
          "A signature_algorithms of an odd length is refused",
          formats,
          {},
          [](AsClient12& t) {
              t.refuses({decode_error, illegal_parameter}, [](Hello& h) {
                  with_body<ExtensionType::signature_algorithms>(h, bytes({0, 3, 4, 3, 4}));
              });
          }},
    Check{"illegal-hello-point-formats",
          "Point formats without the uncompressed one are refused",
          must("8422 §5.1.2", "If the client sends the extension and the extension does not contain the "
                              "uncompressed point format, and the client has used "
                              "the Supported Groups extension to indicate support for any of the curves "
                              "defined in this specification, then the server "
                              "MUST abort the handshake and return an illegal_parameter alert."),
          {},
          [](AsClient12& t) {
              t.refuses({illegal_parameter, decode_error},
                        [](Hello& h) { with_body<ExtensionType::ec_point_formats>(h, bytes({1, 1})); });
          }},
    Check{"illegal-hello-renegotiation-info",
          "renegotiation_info with contents in a first hello is refused",
          must("5746 §3.6", "The server MUST then verify that the length of the \"renegotiated_connection\" "
                            "field is zero, and if it is not, MUST abort "
                            "the handshake."),
          {need::secure_renegotiation},
          [](AsClient12& t) {
              t.refuses({}, [](Hello& h) {
                  with_body<ExtensionType::renegotiation_info>(
                      h, bytes({12, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}));
              });
          }},
    Check{"illegal-hello-extended-master-secret",
          "extended_master_secret with contents is refused",
          must("7627 §5.1", "The \"extension_data\" field of this extension is empty."),
          {need::extended_master_secret},
          [](AsClient12& t) {
              t.refuses({decode_error, illegal_parameter},
                        [](Hello& h) { with_body<ExtensionType::extended_master_secret>(h, bytes({0})); });
          }},
    Check{"illegal-hello-max-fragment-length",
          "An unknown maximum fragment length is refused",
          must("6066 §4", "If a server receives a maximum fragment length negotiation request for a value "
                          "other than the allowed values, it MUST abort the "
                          "handshake with an \"illegal_parameter\" alert."),
          {Need{[](const Profile& p) { return p.max_fragment_length; },
                "it does not know max_fragment_length"}},
          [](AsClient12& t) {
              t.refuses({illegal_parameter},
                        [](Hello& h) { h.extensions.add(ExtensionType::max_fragment_length, bytes({5})); });
          }},
    Check{"nothing-in-common-suites",
          "A hello whose suites are all unknown is refused",
          nothing_in_common,
          {},
          [](AsClient12& t) {
              t.refuses({handshake_failure, insufficient_security},
                        [](Hello& h) { h.cipher_suites = {grease_suite}; });
          }},
    Check{"nothing-in-common-groups",
          "A hello of ECDHE suites whose groups are all unknown is refused",
          must("8422 §4", "servers MUST NOT negotiate the use of an ECC cipher suite unless they can "
                          "complete the handshake while respecting the choice of "
                          "curves specified by the client."),
          {},
          [](AsClient12& t) {
              t.refuses({handshake_failure, insufficient_security, illegal_parameter}, [](Hello& h) {
                  with_body<ExtensionType::supported_groups>(h, bytes({0, 2, 0x5a, 0x5a}));
              });
          }},
    Check{"nothing-in-common-schemes",
          "A hello whose signature schemes are all unknown is refused",
          must("5246 §7.4.3", "In order to negotiate correctly, the server MUST check any candidate cipher "
                              "suites against the \"signature_algorithms\" "
                              "extension before selecting them."),
          {},
          [](AsClient12& t) {
              t.refuses({handshake_failure, insufficient_security, illegal_parameter}, [](Hello& h) {
                  with_body<ExtensionType::signature_algorithms>(h, bytes({0, 2, 0x6a, 0x6a}));
              });
          }},
    Check{"old-version-ssl3",
          "A hello of SSL 3.0 is refused",
          must("7568 §3", "SSLv3 MUST NOT be used."),
          {},
          [](AsClient12& t) {
              t.refuses({protocol_version, handshake_failure},
                        [](Hello& h) { h.legacy_version = ProtocolVersion::ssl_3_0; });
          }},
    Check{"old-version-tls10",
          "A hello of TLS 1.0 is refused",
          must("8996 §4", "TLS 1.0 MUST NOT be used."),
          {},
          [](AsClient12& t) {
              t.refuses({protocol_version, handshake_failure, insufficient_security},
                        [](Hello& h) { h.legacy_version = ProtocolVersion::tls_1_0; });
          }},
    Check{"old-version-tls11",
          "A hello of TLS 1.1 is refused",
          must("8996 §5", "TLS 1.1 MUST NOT be used."),
          {},
          [](AsClient12& t) {
              t.refuses({protocol_version, handshake_failure, insufficient_security},
                        [](Hello& h) { h.legacy_version = ProtocolVersion::tls_1_1; });
          }},
    Check{"fallback-scsv",
          "A fallback from a version that the server knows is refused",
          must("7507 §3", "If TLS_FALLBACK_SCSV appears in ClientHello.cipher_suites and the highest "
                          "protocol version supported by the server is higher "
                          "than the version indicated in ClientHello.client_version, the server MUST respond "
                          "with a fatal inappropriate_fallback alert"),
          {need::both_versions},
          [](AsClient12& t) {
              t.refuses({inappropriate_fallback},
                        [](Hello& h) { h.cipher_suites.push_back(CipherSuite::TLS_FALLBACK_SCSV); });
          }},
    Check{"old-suites-null",
          "Suites without encryption are refused",
          must("9325 §4.1", "Implementations MUST NOT negotiate the cipher suites with NULL encryption."),
          {},
          [](AsClient12& t) {
              t.refuses({handshake_failure, insufficient_security}, [](Hello& h) {
                  h.cipher_suites = {static_cast<CipherSuite>(0x0001), static_cast<CipherSuite>(0x0002),
                                     static_cast<CipherSuite>(0x003b), static_cast<CipherSuite>(0xc006),
                                     static_cast<CipherSuite>(0xc010)};
              });
          }},
    Check{"old-suites-rc4",
          "Suites of RC4 are refused",
          must("7465 §2",
               "TLS servers MUST NOT select an RC4 cipher suite when a TLS client sends such a cipher "
               "suite in the ClientHello message."),
          {},
          [](AsClient12& t) {
              t.refuses({handshake_failure, insufficient_security}, [](Hello& h) {
                  h.cipher_suites = {static_cast<CipherSuite>(0x0004), static_cast<CipherSuite>(0x0005),
                                     static_cast<CipherSuite>(0xc007), static_cast<CipherSuite>(0xc011)};
              });
          }},
    Check{"old-suites-export",
          "Suites for export are refused",
          must("8446 §D.5", "Ciphers with a strength less than 112 bits MUST NOT be offered or negotiated "
                            "for any version of TLS for any reason."),
          {},
          [](AsClient12& t) {
              t.refuses({handshake_failure, insufficient_security}, [](Hello& h) {
                  h.cipher_suites = {static_cast<CipherSuite>(0x0003), static_cast<CipherSuite>(0x0006),
                                     static_cast<CipherSuite>(0x0008), static_cast<CipherSuite>(0x0014),
                                     static_cast<CipherSuite>(0x0062)};
              });
          }},
    Check{"old-suites-anonymous",
          "Suites without authentication are refused",
          must("5246 §A.5", "These cipher suites MUST NOT be used by TLS 1.2 implementations unless the "
                            "application layer has specifically requested to allow "
                            "anonymous key exchange."),
          {},
          [](AsClient12& t) {
              t.refuses({handshake_failure, insufficient_security}, [](Hello& h) {
                  h.cipher_suites = {static_cast<CipherSuite>(0x0018), static_cast<CipherSuite>(0x0034),
                                     static_cast<CipherSuite>(0x00a6), static_cast<CipherSuite>(0xc018)};
              });
          }},
};

void send_first(AsClient12& t, ContentType type, Bytes fragment, const Alerts& alerts) {
    t.us().send_raw_record(type, ProtocolVersion::tls_1_2, fragment);
    t.refused(alerts);
}

constexpr std::array first{
    Check{"first-client-key-exchange",
          "A ClientKeyExchange instead of a ClientHello is refused",
          rule::unexpected_order12,
          {},
          [](AsClient12& t) {
              send_first(t, ContentType::handshake,
                         peer::written(HandshakeType::client_key_exchange, repeated(33)),
                         {unexpected_message});
          }},
    Check{"first-hello-request",
          "A HelloRequest instead of a ClientHello is refused",
          must("5246 §7.4.1.1", "The HelloRequest message MAY be sent by the server at any time."),
          {},
          [](AsClient12& t) {
              send_first(t, ContentType::handshake, peer::written(HandshakeType::hello_request, {}),
                         {unexpected_message});
          }},
    Check{"first-change-cipher-spec",
          "change_cipher_spec of two bytes is refused",
          must("5246 §7.1", "The message consists of a single byte of value 1."),
          {},
          [](AsClient12& t) {
              send_first(t, ContentType::change_cipher_spec, bytes({1, 1}),
                         {unexpected_message, decode_error, illegal_parameter});
          }},
};

} // namespace

Group server_hellos12() {
    return {"Servers, TLS 1.2: legal variations of the ClientHello", legal};
}
Group server_illegal_hellos12() {
    return {"Servers, TLS 1.2: ClientHellos that are refused", illegal};
}
Group server_first_records12() {
    return {"Servers, TLS 1.2: something else than a ClientHello", first};
}

} // namespace pavise::conform
