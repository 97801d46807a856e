// ClientHellos that a server of TLS 1.3 has to refuse: malformed, contradictory, incomplete.
#include "conform/as_client.hpp"
#include "conform/groups.hpp"
#include "conform/needs.hpp"
#include "conform/rules.hpp"
#include "messages/extension/key_share.hpp"
#include "messages/extension/negotiation.hpp"

namespace pavise::conform {

namespace {

using enum AlertDescription;

constexpr Rule nothing_in_common = must(
    "8446 §4.1.1",
    "If the server is unable to negotiate a supported set of parameters (i.e., there is no overlap between "
    "the client and server parameters), it MUST abort the handshake with either a \"handshake_failure\" or "
    "\"insufficient_security\" fatal alert");

constexpr Rule missing = must(
    "8446 §9.2", "Servers receiving a ClientHello which does not conform to these requirements MUST abort "
                 "the handshake with a \"missing_extension\" alert.");

// Bodies that do not parse may also be judged by what they would mean.
const Alerts& malformed() {
    static const Alerts alerts{decode_error, illegal_parameter};
    return alerts;
}

// The message with its bytes changed, under a header that fits.
void send_changed(AsClient13& t, void (*change)(ByteVector& body), const Alerts& alerts) {
    ByteVector message = t.hello().message();
    ByteVector body(message.begin() + 4, message.end());
    change(body);
    t.us().send_message(peer::written(HandshakeType::client_hello, body));
    t.refused(alerts);
}

// Where the fields of a hello with a session id of 32 bytes lie.
constexpr std::size_t session_id_at = 2 + 32;

constexpr std::size_t suites_at = session_id_at + 1 + 32;

std::size_t compression_at(const ByteVector& body) {
    return suites_at + 2 + (std::size_t{body[suites_at]} << 8 | body[suites_at + 1]);
}

std::size_t extensions_at(const ByteVector& body) {
    return compression_at(body) + 1 + body[compression_at(body)];
}

template <ExtensionType type> void emptied(Hello& hello) {
    hello.extensions.set(type, {});
}

template <ExtensionType type> void cut(Hello& hello) {
    const ByteVector block = hello.extensions.block();
    const auto body = messages::Extensions::from_block(block).find(type);
    if (body && !body->empty()) hello.extensions.set(type, ByteVector(body->begin(), body->end() - 1));
}

template <ExtensionType type> void longer(Hello& hello) {
    const ByteVector block = hello.extensions.block();
    const auto body = messages::Extensions::from_block(block).find(type);
    if (body) hello.extensions.set(type, joined({*body, bytes({0})}));
}

template <ExtensionType type> void twice(Hello& hello) {
    const ByteVector block = hello.extensions.block();
    const auto body = messages::Extensions::from_block(block).find(type);
    if (body) hello.extensions.add(type, ByteVector(body->begin(), body->end()));
}

template <ExtensionType type> void removed(Hello& hello) {
    hello.extensions.remove(type);
}

constexpr std::array fields{
    Check{"illegal-hello-cut",
          "A hello that ends in its random is refused",
          rule::cannot_be_parsed,
          {},
          [](AsClient13& t) { send_changed(t, [](ByteVector& b) { b.resize(20); }, malformed()); }},
    Check{"illegal-hello-empty",
          "A hello of no bytes is refused",
          rule::cannot_be_parsed,
          {},
          [](AsClient13& t) { send_changed(t, [](ByteVector& b) { b.clear(); }, malformed()); }},
    Check{"illegal-hello-trailing-byte",
          "A byte behind the extensions is refused",
          must("8446 §4.1.2", "If not, then it MUST abort the handshake with a \"decode_error\" alert."),
          {},
          [](AsClient13& t) { send_changed(t, [](ByteVector& b) { b.push_back(0); }, malformed()); }},
    Check{"illegal-hello-session-id-of-33",
          "A session id of 33 bytes is refused",
          must("8446 §4.1.2", "opaque legacy_session_id<0..32>;"),
          {},
          [](AsClient13& t) {
              send_changed(
                  t,
                  [](ByteVector& b) {
                      b[session_id_at] = 33;
                      b.insert(b.begin() + session_id_at + 1, 7);
                  },
                  malformed());
          }},
    Check{"illegal-hello-session-id-too-long",
          "A session id that is longer than the message is refused",
          rule::cannot_be_parsed,
          {},
          [](AsClient13& t) {
              send_changed(
                  t,
                  [](ByteVector& b) {
                      b[session_id_at] = 0xff;
                      b.resize(100);
                  },
                  malformed());
          }},
    Check{"illegal-hello-no-suites",
          "An empty list of suites is refused",
          must("8446 §4.1.2", "CipherSuite cipher_suites<2..2^16-2>;"),
          {},
          [](AsClient13& t) {
              Hello hello = t.hello();
              hello.cipher_suites.clear();
              t.client().send_client_hello(hello);
              t.refused({decode_error, illegal_parameter, handshake_failure, insufficient_security});
          }},
    Check{"illegal-hello-half-a-suite",
          "A list of suites of an odd length is refused",
          rule::cannot_be_parsed,
          {},
          [](AsClient13& t) {
              send_changed(
                  t,
                  [](ByteVector& b) {
                      b[suites_at + 1] = static_cast<std::uint8_t>(b[suites_at + 1] + 1);
                      b.insert(b.begin() + suites_at + 2, 0x13);
                  },
                  malformed());
          }},
    Check{"illegal-hello-suites-too-long",
          "A list of suites that is longer than the message is refused",
          rule::cannot_be_parsed,
          {},
          [](AsClient13& t) { send_changed(t, [](ByteVector& b) { b[suites_at] = 0xff; }, malformed()); }},
    Check{"illegal-hello-compression",
          "Another compression method beside null is refused",
          must("8446 §4.1.2", "If a TLS 1.3 ClientHello is received with any other value in this field, the "
                              "server MUST abort the "
                              "handshake with an \"illegal_parameter\" alert."),
          {},
          [](AsClient13& t) {
              t.refuses({illegal_parameter}, [](Hello& h) { h.legacy_compression_methods = bytes({0, 1}); });
          }},
    Check{"illegal-hello-compression-alone",
          "Another compression method instead of null is refused",
          must("8446 §4.1.2",
               "For every TLS 1.3 ClientHello, this vector MUST contain exactly one byte, set to zero, which "
               "corresponds to the \"null\" compression method in prior versions of TLS."),
          {},
          [](AsClient13& t) {
              // Whoever looks at it as TLS 1.2 has nothing in common with it.
              t.refuses({illegal_parameter, decode_error},
                        [](Hello& h) { h.legacy_compression_methods = bytes({1}); });
          }},
    Check{"illegal-hello-no-compression",
          "An empty list of compression methods is refused",
          must("8446 §4.1.2", "opaque legacy_compression_methods<1..2^8-1>;"),
          {},
          [](AsClient13& t) {
              t.refuses(malformed(), [](Hello& h) { h.legacy_compression_methods.clear(); });
          }},
    Check{"illegal-hello-extensions-too-long",
          "Extensions that are longer than the message are refused",
          rule::cannot_be_parsed,
          {},
          [](AsClient13& t) {
              send_changed(
                  t,
                  [](ByteVector& b) {
                      b[extensions_at(b) + 1] = static_cast<std::uint8_t>(b[extensions_at(b) + 1] + 1);
                  },
                  malformed());
          }},
    Check{"illegal-hello-extensions-too-short",
          "Extensions that are shorter than the message are refused",
          rule::cannot_be_parsed,
          {},
          [](AsClient13& t) {
              send_changed(
                  t,
                  [](ByteVector& b) {
                      b[extensions_at(b) + 1] = static_cast<std::uint8_t>(b[extensions_at(b) + 1] - 1);
                  },
                  malformed());
          }},
    Check{"illegal-hello-extension-cut",
          "An extension that is longer than the extensions is refused",
          rule::cannot_be_parsed,
          {},
          [](AsClient13& t) {
              send_changed(
                  t,
                  [](ByteVector& b) {
                      const std::size_t at = extensions_at(b);
                      const ByteVector extra = bytes({0xfe, 0, 0, 9});
                      b.insert(b.end(), extra.begin(), extra.end());
                      const std::size_t length = (std::size_t{b[at]} << 8 | b[at + 1]) + extra.size();
                      b[at] = static_cast<std::uint8_t>(length >> 8);
                      b[at + 1] = static_cast<std::uint8_t>(length);
                  },
                  malformed());
          }},
    Check{"illegal-hello-half-an-extension",
          "Half of an extension's header is refused",
          rule::cannot_be_parsed,
          {},
          [](AsClient13& t) {
              send_changed(
                  t,
                  [](ByteVector& b) {
                      const std::size_t at = extensions_at(b);
                      b.push_back(0xfe);
                      const std::size_t length = (std::size_t{b[at]} << 8 | b[at + 1]) + 1;
                      b[at] = static_cast<std::uint8_t>(length >> 8);
                      b[at + 1] = static_cast<std::uint8_t>(length);
                  },
                  malformed());
          }},
};

constexpr std::array extensions{
    Check{"illegal-hello-two-key-shares",
          "key_share twice is refused",
          rule::extensions_once,
          {},
          [](AsClient13& t) { t.refuses({}, &twice<ExtensionType::key_share>); }},
    Check{"illegal-hello-two-groups",
          "supported_groups twice is refused",
          rule::extensions_once,
          {},
          [](AsClient13& t) { t.refuses({}, &twice<ExtensionType::supported_groups>); }},
    Check{"illegal-hello-two-versions",
          "supported_versions twice is refused",
          rule::extensions_once,
          {},
          [](AsClient13& t) { t.refuses({}, &twice<ExtensionType::supported_versions>); }},
    Check{"illegal-hello-two-names",
          "server_name twice is refused",
          rule::extensions_once,
          {},
          [](AsClient13& t) { t.refuses({}, &twice<ExtensionType::server_name>); }},
    Check{"illegal-hello-two-unknown",
          "An unknown extension twice is refused, or ignored",
          rule::extensions_once,
          {},
          [](AsClient13& t) {
              // Who ignores an extension need not count it.
              Hello hello = t.hello();
              hello.extensions.add(unknown_extension, {});
              hello.extensions.add(unknown_extension, {});
              t.client().send_client_hello(hello);
              t.expects("ServerHello, or alert illegal_parameter or decode_error");
              t.from_here();
              const auto event = t.us().next();
              const bool answered = event && event->type == ContentType::handshake;
              const bool alerted = event && event->type == ContentType::alert && event->bytes.size() == 2 &&
                                   (event->bytes[1] == 47 || event->bytes[1] == 50);
              if (!answered && !alerted && (!t.is_over() || event)) t.fails(peer::describe(event) + " came");
          }},
    Check{"illegal-hello-empty-key-share",
          "An empty key_share is refused",
          rule::cannot_be_parsed,
          {},
          [](AsClient13& t) { t.refuses(malformed(), &emptied<ExtensionType::key_share>); }},
    Check{"illegal-hello-cut-key-share",
          "A key_share that ends too soon is refused",
          rule::cannot_be_parsed,
          {},
          [](AsClient13& t) { t.refuses(malformed(), &cut<ExtensionType::key_share>); }},
    Check{"illegal-hello-long-key-share",
          "A byte behind a key_share is refused",
          rule::cannot_be_parsed,
          {},
          [](AsClient13& t) { t.refuses(malformed(), &longer<ExtensionType::key_share>); }},
    Check{"illegal-hello-empty-groups",
          "An empty supported_groups is refused",
          rule::cannot_be_parsed,
          {},
          [](AsClient13& t) { t.refuses(malformed(), &emptied<ExtensionType::supported_groups>); }},
    Check{"illegal-hello-no-groups-in-list",
          "A supported_groups without groups is refused",
          must("8446 §4.2.7", "NamedGroup named_group_list<2..2^16-1>;"),
          {},
          [](AsClient13& t) {
              t.refuses({decode_error, illegal_parameter, handshake_failure, insufficient_security,
                         missing_extension},
                        [](Hello& h) { h.extensions.set(ExtensionType::supported_groups, bytes({0, 0})); });
          }},
    Check{"illegal-hello-half-a-group",
          "A supported_groups of an odd length is refused",
          rule::cannot_be_parsed,
          {},
          [](AsClient13& t) {
              t.refuses(malformed(), [](Hello& h) {
                  h.extensions.set(ExtensionType::supported_groups, bytes({0, 3, 0, 29, 0}));
              });
          }},
    Check{"illegal-hello-cut-groups",
          "A supported_groups that ends too soon is refused",
          rule::cannot_be_parsed,
          {},
          [](AsClient13& t) { t.refuses(malformed(), &cut<ExtensionType::supported_groups>); }},
    Check{"illegal-hello-empty-schemes",
          "An empty signature_algorithms is refused",
          rule::cannot_be_parsed,
          {},
          [](AsClient13& t) { t.refuses(malformed(), &emptied<ExtensionType::signature_algorithms>); }},
    Check{"illegal-hello-no-schemes-in-list",
          "A signature_algorithms without schemes is refused",
          must("8446 §4.2.3", "SignatureScheme supported_signature_algorithms<2..2^16-2>;"),
          {},
          [](AsClient13& t) {
              t.refuses(
                  {decode_error, illegal_parameter, handshake_failure, insufficient_security,
                   missing_extension},
                  [](Hello& h) { h.extensions.set(ExtensionType::signature_algorithms, bytes({0, 0})); });
          }},
    Check{"illegal-hello-half-a-scheme",
          "A signature_algorithms of an odd length is refused",
          rule::cannot_be_parsed,
          {},
          [](AsClient13& t) {
              t.refuses(malformed(), [](Hello& h) {
                  h.extensions.set(ExtensionType::signature_algorithms, bytes({0, 3, 4, 3, 8}));
              });
          }},
    Check{"illegal-hello-cut-schemes",
          "A signature_algorithms that ends too soon is refused",
          rule::cannot_be_parsed,
          {},
          [](AsClient13& t) { t.refuses(malformed(), &cut<ExtensionType::signature_algorithms>); }},
    Check{"illegal-hello-empty-versions",
          "An empty supported_versions is refused",
          rule::cannot_be_parsed,
          {},
          [](AsClient13& t) {
              t.refuses({decode_error, illegal_parameter, protocol_version},
                        &emptied<ExtensionType::supported_versions>);
          }},
    Check{"illegal-hello-half-a-version",
          "A supported_versions of an odd length is refused",
          rule::cannot_be_parsed,
          {},
          [](AsClient13& t) {
              t.refuses({decode_error, illegal_parameter, protocol_version}, [](Hello& h) {
                  h.extensions.set(ExtensionType::supported_versions, bytes({3, 3, 4, 3}));
              });
          }},
    Check{"illegal-hello-long-versions",
          "A byte behind supported_versions is refused",
          rule::cannot_be_parsed,
          {},
          [](AsClient13& t) {
              t.refuses({decode_error, illegal_parameter, protocol_version},
                        &longer<ExtensionType::supported_versions>);
          }},
    Check{"illegal-hello-empty-name",
          "A server_name without a list is refused",
          rule::cannot_be_parsed,
          {},
          [](AsClient13& t) {
              t.refuses({decode_error, illegal_parameter, unrecognized_name},
                        &emptied<ExtensionType::server_name>);
          }},
    Check{"illegal-hello-name-of-no-bytes",
          "A host name of no bytes is refused",
          must("6066 §3", "opaque HostName<1..2^16-1>;"),
          {},
          [](AsClient13& t) {
              t.refuses({decode_error, illegal_parameter, unrecognized_name}, [](Hello& h) {
                  h.extensions.set(ExtensionType::server_name, bytes({0, 3, 0, 0, 0}));
              });
          }},
    Check{"illegal-hello-cut-name",
          "A server_name that ends too soon is refused",
          rule::cannot_be_parsed,
          {},
          [](AsClient13& t) {
              t.refuses({decode_error, illegal_parameter, unrecognized_name},
                        &cut<ExtensionType::server_name>);
          }},
    Check{"illegal-hello-no-protocols",
          "An ALPN list without protocols is refused",
          must("7301 §3.1", "ProtocolName protocol_name_list<2..2^16-1>"),
          {need::alpn},
          [](AsClient13& t) {
              t.refuses({decode_error, illegal_parameter, no_application_protocol}, [](Hello& h) {
                  h.extensions.set(ExtensionType::application_layer_protocol_negotiation, bytes({0, 0}));
              });
          }},
    Check{"illegal-hello-empty-protocol",
          "An ALPN protocol of no bytes is refused",
          must("7301 §3.1", "Empty strings MUST NOT be included and byte strings MUST NOT be truncated."),
          {need::alpn},
          [](AsClient13& t) {
              t.refuses({decode_error, illegal_parameter, no_application_protocol}, [](Hello& h) {
                  h.extensions.set(ExtensionType::application_layer_protocol_negotiation,
                                   bytes({0, 4, 0, 2, 'h', '2'}));
              });
          }},
    Check{
        "illegal-hello-record-size-limit",
        "A record_size_limit below 64 is refused",
        must(
            "8449 §4",
            "Endpoints MUST NOT send a \"record_size_limit\" extension with a value smaller than 64. An "
            "endpoint MUST "
            "treat receipt of a smaller value as a fatal error and generate an \"illegal_parameter\" alert."),
        {need::record_size_limit},
        [](AsClient13& t) {
            t.refuses({illegal_parameter},
                      [](Hello& h) { h.extensions.add(ExtensionType::record_size_limit, bytes({0, 63})); });
        }},
};

constexpr std::array incomplete{
    Check{"missing-groups",
          "A hello with a key share but without supported_groups is refused",
          missing,
          {},
          [](AsClient13& t) { t.refuses({missing_extension}, &removed<ExtensionType::supported_groups>); }},
    Check{"missing-key-share",
          "A hello with groups but without key_share is refused",
          must("8446 §9.2", "If containing a \"supported_groups\" extension, it MUST also contain a "
                            "\"key_share\" extension, and vice "
                            "versa."),
          {},
          [](AsClient13& t) { t.refuses({missing_extension}, &removed<ExtensionType::key_share>); }},
    Check{
        "missing-schemes",
        "A hello without signature_algorithms is refused",
        must("8446 §4.2.3",
             "If a server is authenticating via a certificate and the client has not sent a "
             "\"signature_algorithms\" extension, then the server MUST abort the handshake with a "
             "\"missing_extension\" alert"),
        {},
        [](AsClient13& t) { t.refuses({missing_extension}, &removed<ExtensionType::signature_algorithms>); }},
    Check{"missing-everything",
          "A hello with supported_versions alone is refused",
          must("8446 §9.2", "If not containing a \"pre_shared_key\" extension, it MUST contain both a "
                            "\"signature_algorithms\" extension "
                            "and a \"supported_groups\" extension."),
          {},
          [](AsClient13& t) {
              t.refuses({missing_extension}, [](Hello& h) {
                  h.extensions = {};
                  h.extensions.add(ExtensionType::supported_versions, bytes({2, 3, 4}));
              });
          }},
    Check{"nothing-in-common-suites",
          "A hello whose suites are all unknown is refused",
          nothing_in_common,
          {},
          [](AsClient13& t) {
              t.refuses({handshake_failure, insufficient_security, illegal_parameter},
                        [](Hello& h) { h.cipher_suites = {grease_suite}; });
          }},
    Check{"nothing-in-common-groups",
          "A hello whose groups are all unknown is refused",
          must("8446 §4.1.1", "If there is no overlap between the received \"supported_groups\" and the "
                              "groups supported by the server, "
                              "then the server MUST abort the handshake with a \"handshake_failure\" or an "
                              "\"insufficient_security\" alert."),
          {},
          [](AsClient13& t) {
              t.refuses({handshake_failure, insufficient_security, illegal_parameter}, [](Hello& h) {
                  h.extensions.set(ExtensionType::supported_groups, bytes({0, 2, 0x5a, 0x5a}));
                  h.extensions.set(ExtensionType::key_share, bytes({0, 5, 0x5a, 0x5a, 0, 1, 0}));
              });
          }},
    Check{"nothing-in-common-schemes",
          "A hello whose signature schemes are all unknown is refused",
          nothing_in_common,
          {},
          [](AsClient13& t) {
              t.refuses({handshake_failure, insufficient_security, illegal_parameter}, [](Hello& h) {
                  h.extensions.set(ExtensionType::signature_algorithms, bytes({0, 2, 0x6a, 0x6a}));
              });
          }},
    Check{"nothing-in-common-pkcs1",
          "A hello whose schemes are of PKCS #1 v1.5 alone is refused",
          must("8446 §4.4.3", "RSA signatures MUST use an RSASSA-PSS algorithm, regardless of whether "
                              "RSASSA-PKCS1-v1_5 algorithms "
                              "appear in \"signature_algorithms\"."),
          {},
          [](AsClient13& t) {
              t.refuses({handshake_failure, insufficient_security, illegal_parameter}, [](Hello& h) {
                  h.extensions.set(ExtensionType::signature_algorithms, bytes({0, 6, 4, 1, 5, 1, 6, 1}));
              });
          }},
    Check{"nothing-in-common-sha1",
          "A hello whose schemes are of SHA-1 alone is refused",
          must("8446 §4.4.3",
               "The SHA-1 algorithm MUST NOT be used in any signatures of CertificateVerify messages."),
          {},
          [](AsClient13& t) {
              t.refuses({handshake_failure, insufficient_security, illegal_parameter}, [](Hello& h) {
                  h.extensions.set(ExtensionType::signature_algorithms, bytes({0, 4, 2, 1, 2, 3}));
              });
          }},
    Check{"nothing-in-common-versions",
          "A hello whose versions are all unknown is refused",
          must("8446 §4.2.1", "Servers MUST be prepared to receive ClientHellos that include this extension "
                              "but do not include 0x0304 "
                              "in the list of versions."),
          {},
          [](AsClient13& t) {
              t.refuses({protocol_version, illegal_parameter, handshake_failure}, [](Hello& h) {
                  h.extensions.set(ExtensionType::supported_versions, bytes({4, 0x7a, 0x7a, 0x7f, 0x12}));
              });
          }},
    Check{"nothing-in-common-old-versions",
          "A hello whose versions are TLS 1.1 and older is refused",
          must("8996 §5", "TLS 1.1 MUST NOT be used."),
          {},
          [](AsClient13& t) {
              t.refuses({protocol_version, illegal_parameter, handshake_failure, insufficient_security},
                        [](Hello& h) {
                            h.extensions.set(ExtensionType::supported_versions, bytes({4, 3, 2, 3, 1}));
                        });
          }},
    Check{"nothing-in-common-protocols",
          "A hello whose application protocols are all unknown is refused, or answered without any",
          must("7301 §3.2", "In the event that the server supports no protocols that the client advertises, "
                            "then the server SHALL "
                            "respond with a fatal \"no_application_protocol\" alert."),
          {need::alpn},
          [](AsClient13& t) {
              t.script.alpn_protocols = {"nobody-knows-this"};
              t.client().send_client_hello();
              // Servers are configured to go on without a protocol; then they must not select one.
              t.expects("alert no_application_protocol, or no ALPN in EncryptedExtensions");
              t.from_here();
              const auto& event = t.us().peek();
              if (event && event->type == ContentType::alert) return t.refused({no_application_protocol});
              t.client().expect_server_hello();
              const auto encrypted = t.client().expect_encrypted_extensions();
              t.demand(!encrypted.extensions.contains(ExtensionType::application_layer_protocol_negotiation),
                       "no protocol is selected that was not offered");
          }},
};

} // namespace

Group server_illegal_fields13() {
    return {"Servers, TLS 1.3: malformed ClientHellos", fields};
}

Group server_illegal_extensions13() {
    return {"Servers, TLS 1.3: malformed extensions", extensions};
}

Group server_incomplete_hellos13() {
    return {"Servers, TLS 1.3: ClientHellos that lack something", incomplete};
}

} // namespace pavise::conform
