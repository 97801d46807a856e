// What a server of TLS 1.3 sends.
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

template <class Look> void look_at_hello(AsClient13& t, Look look) {
    t.client().send_client_hello();
    const auto hello = t.client().expect_server_hello();
    if (t.ok()) look(hello);
}

template <class Look> void look_at_encrypted_extensions(AsClient13& t, Look look) {
    t.client().send_client_hello();
    (void)t.client().expect_server_hello();
    const auto encrypted = t.client().expect_encrypted_extensions();
    if (t.ok()) look(encrypted.extensions);
}

struct Authentication {
    messages::Certificate certificate;
    messages::CertificateVerify verify;
    ByteVector signed_content;
};

// Certificate and CertificateVerify, with what the latter has to sign.
template <class Look> void look_at_authentication(AsClient13& t, Look look) {
    t.client().send_client_hello();
    (void)t.client().expect_server_hello();
    (void)t.client().expect_encrypted_extensions();
    const auto& next = t.us().peek();
    if (next && next->type == ContentType::handshake &&
        static_cast<HandshakeType>(next->bytes[0]) == HandshakeType::certificate_request)
        (void)t.us().expect_message(HandshakeType::certificate_request);
    Authentication authentication;
    authentication.certificate = t.us().expect<messages::Certificate>();
    if (!t.ok()) return;
    authentication.signed_content =
        peer::signed_content(peer::certificate_verify_context(Role::server), t.us().transcript_hash().view());
    authentication.verify = t.us().expect<messages::CertificateVerify>();
    if (t.ok()) look(authentication);
}

// By the key of the first certificate.
void demand_signature(AsClient13& t, std::string_view what) {
    look_at_authentication(t, [&](const Authentication& a) {
        for (const auto& entry : a.certificate.certificate_list) {
            const auto parsed = trust::Certificate::parse(entry.cert_data);
            if (!parsed)
                return t.is_inconclusive("the certificate cannot be read: " + describe(parsed.error()));
            const auto key = crypto::botan_provider().public_key((*parsed)->subject_public_key_info());
            if (!key) return t.is_inconclusive("its key cannot be read");
            return t.demand(bool((*key)->verify(a.verify.algorithm, a.signed_content, a.verify.signature)),
                            what);
        }
    });
}

bool contains_repeated(const messages::Extensions& extensions) {
    std::set<ExtensionType> seen;
    for (const auto& extension : extensions)
        if (!seen.insert(extension.type).second) return true;
    return false;
}

constexpr std::array hellos{
    Check{"server-hello-legacy-version",
          "legacy_version is 0x0303",
          must("8446 §4.2.1", "It MUST set the ServerHello.legacy_version field to 0x0303 (TLS 1.2)."),
          {},
          [](AsClient13& t) {
              look_at_hello(t, [&](const auto& h) {
                  t.demand(h.legacy_version == ProtocolVersion::tls_1_2, "legacy_version is 0x0303");
              });
          }},
    Check{"server-hello-version",
          "supported_versions selects TLS 1.3",
          must("8446 §4.2.1", "A server which negotiates TLS 1.3 MUST respond by sending a "
                              "\"supported_versions\" extension containing the "
                              "selected version value (0x0304)."),
          {},
          [](AsClient13& t) {
              look_at_hello(t, [&](const auto& h) {
                  const auto version = h.extensions.template get<messages::SelectedVersion>();
                  t.demand(version && *version && (*version)->value == ProtocolVersion::tls_1_3,
                           "supported_versions selects TLS 1.3");
              });
          }},
    Check{"server-hello-compression",
          "legacy_compression_method is 0",
          must("8446 §4.1.3", "A single byte which MUST have the value 0."),
          {},
          [](AsClient13& t) {
              look_at_hello(t, [&](const auto& h) {
                  t.demand(h.legacy_compression_method == 0, "legacy_compression_method is 0");
              });
          }},
    Check{"server-hello-suite",
          "The cipher suite was offered",
          must("8446 §4.1.3", "cipher_suite: The single cipher suite selected by the server from the list in "
                              "ClientHello.cipher_suites."),
          {},
          [](AsClient13& t) {
              t.client().send_client_hello();
              const auto hello = t.us().expect<messages::ServerHello>();
              t.demand(std::ranges::count(t.script.cipher_suites, hello.cipher_suite) > 0,
                       "cipher_suite is one that was offered");
          }},
    Check{"server-hello-share",
          "There is one key share, of a group that was offered",
          must("8446 §2", "the server's share MUST be in the same group as one of the client's shares."),
          {},
          [](AsClient13& t) {
              t.client().send_client_hello();
              const auto hello = t.us().expect<messages::ServerHello>();
              if (t.ok()) {
                  const auto share = hello.extensions.get<messages::KeyShareServerHello>();
                  t.demand(share && *share && (*share)->server_share.group == t.script.groups.front(),
                           "key_share is of the group that the client sent a share of");
              }
          }},
    Check{"server-hello-extensions",
          "The ServerHello holds supported_versions and key_share, and no more",
          must("8446 §4.1.3", "The ServerHello MUST only include extensions which are required to establish "
                              "the cryptographic context and "
                              "negotiate the protocol version."),
          {},
          [](AsClient13& t) {
              look_at_hello(t, [&](const auto& h) {
                  for (const auto& extension : h.extensions)
                      t.demand(extension.type == ExtensionType::supported_versions ||
                                   extension.type == ExtensionType::key_share,
                               "supported_versions and key_share alone");
              });
          }},
    Check{"server-hello-random-is-new",
          "Two connections have two randoms",
          must("8446 §4.1.3", "random: 32 bytes generated by a secure random number generator."),
          {},
          [](AsClient13& t) {
              t.client().send_client_hello();
              const messages::Random first = t.client().expect_server_hello().random;
              if (!t.ok()) return;
              t.reconnect().send_client_hello();
              const messages::Random second = t.client().expect_server_hello().random;
              t.demand(first != second, "the randoms differ");
          }},
    Check{"server-hello-share-is-new",
          "Two connections have two key shares",
          should("8446 §4.2.8",
                 "The key_exchange values for each KeyShareEntry MUST be generated independently."),
          {},
          [](AsClient13& t) {
              const auto share_of = [&] {
                  t.client().send_client_hello();
                  const auto hello = t.client().expect_server_hello();
                  const auto share = hello.extensions.get<messages::KeyShareServerHello>();
                  if (!t.ok() || !share || !*share) return ByteVector();
                  const Bytes value = (*share)->server_share.key_exchange;
                  return ByteVector(value.begin(), value.end());
              };
              const ByteVector first = share_of();
              if (!t.ok()) return;
              t.reconnect();
              const ByteVector second = share_of();
              t.demand(first != second, "the shares differ");
          }},
    Check{"server-hello-no-sentinel",
          "The random of a hello of TLS 1.3 does not end like a downgrade",
          must("8446 §4.1.3", "TLS 1.3 servers which negotiate TLS 1.2 or below in response to a ClientHello "
                              "MUST set the last 8 bytes of "
                              "their Random value specially in their ServerHello."),
          {},
          [](AsClient13& t) {
              look_at_hello(t, [&](const auto& h) {
                  t.demand(!messages::ends_with(h.random, messages::downgrade_to_tls12) &&
                               !messages::ends_with(h.random, messages::downgrade_to_tls11),
                           "the random does not end in a downgrade sentinel");
              });
          }},
    Check{"server-hello-record-version",
          "The ServerHello comes under record version 0x0303",
          must("8446 §5.1",
               "a record containing a second ClientHello or a ServerHello MUST have version 0x0303"),
          {},
          [](AsClient13& t) {
              look_at_hello(t, [&](const auto&) {
                  t.demand(t.us().record_headers().front().version == ProtocolVersion::tls_1_2,
                           "legacy_record_version is 0x0303");
              });
          }},
    Check{"server-records-version",
          "All records of a handshake have version 0x0303",
          must("8446 §5.2", "The legacy_record_version field is always 0x0303."),
          {},
          [](AsClient13& t) {
              t.connect();
              if (!t.ok()) return;
              for (const auto& header : t.us().record_headers())
                  t.demand(header.version == ProtocolVersion::tls_1_2, "legacy_record_version is 0x0303");
          }},
    Check{"server-records-length",
          "No record of a handshake is too long, and none is empty",
          must("8446 §5.2", "The length MUST NOT exceed 2^14 + 256 bytes."),
          {},
          [](AsClient13& t) {
              t.connect();
              if (!t.ok()) return;
              for (const auto& header : t.us().record_headers())
                  t.demand(header.length > 0 && header.length <= (1u << 14) + 256,
                           "lengths are from 1 to 2^14 + 256");
          }},
    Check{"server-records-protected",
          "After the ServerHello every record is protected, but for change_cipher_spec",
          must("8446 §1.2", "All handshake messages after the ServerHello are now encrypted."),
          {},
          [](AsClient13& t) {
              t.connect();
              if (!t.ok()) return;
              bool first = true;
              for (const auto& header : t.us().record_headers()) {
                  t.demand(std::exchange(first, false) ? header.type == ContentType::handshake
                                                       : header.type == ContentType::application_data ||
                                                             header.type == ContentType::change_cipher_spec,
                           "records are of type application_data or change_cipher_spec");
              }
          }},
    Check{"server-compatibility-record",
          "change_cipher_spec comes where the client sends a session id",
          must("8446 §D.4", "if the client sends a non-empty session ID, the server MUST send the "
                            "change_cipher_spec as described in this "
                            "appendix."),
          {},
          [](AsClient13& t) {
              t.connect();
              t.demand(t.us().change_cipher_specs() == 1, "one change_cipher_spec comes");
          }},
    Check{"server-grease-not-chosen",
          "GREASE is never chosen",
          must("8701 §3.2", "Servers MUST NOT negotiate any GREASE value when offered in a ClientHello."),
          {},
          [](AsClient13& t) {
              Hello hello = t.hello();
              hello.cipher_suites.insert(hello.cipher_suites.begin(), grease_suite);
              t.client().send_client_hello(hello);
              const auto answer = t.us().expect<messages::ServerHello>();
              t.demand(!is_grease(static_cast<std::uint16_t>(answer.cipher_suite)),
                       "cipher_suite is none of GREASE's");
          }},
    Check{
        "server-extensions-solicited",
        "EncryptedExtensions hold only what was offered",
        must("8446 §4.2",
             "Implementations MUST NOT send extension responses if the remote endpoint did not send the "
             "corresponding "
             "extension requests, with the exception of the \"cookie\" extension in the HelloRetryRequest."),
        {},
        [](AsClient13& t) {
            const auto offered = t.hello().extensions;
            t.client().send_client_hello();
            (void)t.client().expect_server_hello();
            const auto encrypted = t.client().expect_encrypted_extensions();
            if (!t.ok()) return;
            for (const auto& extension : encrypted.extensions)
                t.demand(offered.contains(extension.type), "every extension answers one of the client's");
        }},
    Check{"server-extensions-place",
          "EncryptedExtensions hold nothing that belongs elsewhere",
          must("8446 §4.3.1", "The client MUST check EncryptedExtensions for the presence of any forbidden "
                              "extensions and if any are found "
                              "MUST abort the handshake with an \"illegal_parameter\" alert."),
          {},
          [](AsClient13& t) {
              look_at_encrypted_extensions(t, [&](const messages::Extensions& extensions) {
                  for (const auto& extension : extensions)
                      t.demand(extension.type != ExtensionType::key_share &&
                                   extension.type != ExtensionType::supported_versions &&
                                   extension.type != ExtensionType::signature_algorithms &&
                                   extension.type != ExtensionType::pre_shared_key &&
                                   extension.type != ExtensionType::psk_key_exchange_modes,
                               "no extension of the ServerHello or the ClientHello");
                  t.demand(!contains_repeated(extensions), "no extension comes twice");
              });
          }},
    Check{"server-name-acknowledged-empty",
          "server_name in EncryptedExtensions is empty",
          must("6066 §3", "The \"extension_data\" field of this extension SHALL be empty."),
          {},
          [](AsClient13& t) {
              look_at_encrypted_extensions(t, [&](const messages::Extensions& extensions) {
                  const auto name = extensions.find(ExtensionType::server_name);
                  t.demand(!name || name->empty(), "server_name is empty");
              });
          }},
    Check{"server-alpn-one",
          "One protocol is selected, of those that were offered",
          rule::one_protocol,
          {need::alpn},
          [](AsClient13& t) {
              t.script.alpn_protocols = {t.profile().alpn, "another"};
              look_at_encrypted_extensions(t, [&](const messages::Extensions& extensions) {
                  const auto selected = extensions.get<messages::AlpnSelected>();
                  t.demand(selected && (!*selected || as_text((*selected)->name) == t.profile().alpn),
                           "the protocol is the one that both know");
              });
          }},
    Check{"server-certificate-not-empty",
          "The Certificate holds certificates",
          must("8446 §4.4.2", "The server's certificate_list MUST always be non-empty."),
          {},
          [](AsClient13& t) {
              look_at_authentication(t, [&](const Authentication& a) {
                  t.demand(!a.certificate.certificate_list.empty(), "certificate_list is not empty");
              });
          }},
    Check{"server-certificate-context",
          "The context of the Certificate is empty",
          must("8446 §4.4.2",
               "Otherwise (in the case of server authentication), this field SHALL be zero length."),
          {},
          [](AsClient13& t) {
              look_at_authentication(t, [&](const Authentication& a) {
                  t.demand(a.certificate.certificate_request_context.empty(),
                           "certificate_request_context is empty");
              });
          }},
    Check{"server-certificate-extensions",
          "The Certificate's extensions answer the client's",
          must("8446 §4.4.2", "Extensions in the Certificate message from the server MUST correspond to ones "
                              "from the ClientHello message."),
          {},
          [](AsClient13& t) {
              look_at_authentication(t, [&](const Authentication& a) {
                  for (const auto& entry : a.certificate.certificate_list)
                      t.demand(entry.extensions.empty(), "no extension was asked for");
              });
          }},
    Check{
        "server-certificate-order",
        "The server's own certificate comes first",
        must("8446 §4.4.2", "The sender's certificate MUST come in the first CertificateEntry in the list."),
        {},
        [](AsClient13& t) {
            demand_signature(t, "CertificateVerify verifies under the key of the first certificate");
        }},
    Check{"server-signature-scheme",
          "The scheme of the CertificateVerify was offered",
          must("8446 §4.4.3", "If the CertificateVerify message is sent by a server, the signature algorithm "
                              "MUST be one offered in the "
                              "client's \"signature_algorithms\" extension"),
          {},
          [](AsClient13& t) {
              look_at_authentication(t, [&](const Authentication& a) {
                  t.demand(std::ranges::count(t.script.signature_schemes, a.verify.algorithm) > 0,
                           "algorithm is one that was offered");
              });
          }},
    Check{"server-signature-no-sha1",
          "The CertificateVerify uses neither SHA-1 nor PKCS #1 v1.5",
          must("8446 §4.4.3",
               "The SHA-1 algorithm MUST NOT be used in any signatures of CertificateVerify messages."),
          {},
          [](AsClient13& t) {
              t.script.signature_schemes.push_back(SignatureScheme::rsa_pkcs1_sha256);
              t.script.signature_schemes.push_back(SignatureScheme::rsa_pkcs1_sha1);
              t.script.signature_schemes.push_back(SignatureScheme::ecdsa_sha1);
              look_at_authentication(t, [&](const Authentication& a) {
                  const auto value = static_cast<unsigned>(a.verify.algorithm);
                  t.demand((value & 0xff) != 1 && (value >> 8) != 2, "algorithm is of TLS 1.3");
              });
          }},
    Check{"server-signature-verifies",
          "The CertificateVerify signs the transcript under the server's context string",
          must("8446 §4.4.3",
               "The context string for a server signature is \"TLS 1.3, server CertificateVerify\"."),
          {},
          [](AsClient13& t) { demand_signature(t, "the signature verifies"); }},
    Check{"server-finished-verifies",
          "The Finished covers the whole handshake",
          rule::finished_verified13,
          {},
          [](AsClient13& t) {
              t.client().send_client_hello();
              t.client().expect_server_hello();
              t.client().expect_encrypted_extensions();
              while (t.ok() && t.us().peek() && t.us().peek()->type == ContentType::handshake &&
                     static_cast<HandshakeType>(t.us().peek()->bytes[0]) != HandshakeType::finished)
                  (void)t.us().expect_message(static_cast<HandshakeType>(t.us().peek()->bytes[0]));
              const ByteVector expected = t.us().finished_data(Role::server);
              const auto finished = t.us().expect<messages::Finished>();
              t.demand(std::ranges::equal(finished.verify_data, expected),
                       "verify_data is the HMAC of the transcript");
          }},
};

} // namespace

Group server_flight13() {
    return {"Servers, TLS 1.3: what they send", hellos};
}

} // namespace pavise::conform
