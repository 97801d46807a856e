// What a client of TLS 1.3 sends.
#include "conform/as_server.hpp"
#include "conform/groups.hpp"
#include "conform/needs.hpp"
#include "conform/rules.hpp"
#include "messages/certificate_verify.hpp"
#include "messages/extension/alpn.hpp"
#include "messages/extension/key_share.hpp"
#include "messages/extension/negotiation.hpp"
#include "messages/extension/pre_shared_key.hpp"
#include "messages/extension/server_name.hpp"
#include "messages/finished.hpp"
#include "peer/proof.hpp"

#include <algorithm>
#include <set>

namespace pavise::conform {

namespace {

using enum AlertDescription;

template <class Look> void look(AsServer13& t, Look look) {
    const auto hello = t.server().expect_client_hello();
    if (t.ok()) look(hello);
}

template <ExtensionType type> bool is_there(const messages::ClientHello& hello) {
    return hello.extensions.contains(type);
}

// The first extension that stands for nothing (RFC 8701).
std::optional<ExtensionType> grease_of(const peer::ClientHelloDraft& hello) {
    const ByteVector block = hello.extensions.block();
    for (const auto& extension : messages::Extensions::from_block(block))
        if (is_grease(static_cast<std::uint16_t>(extension.type))) return extension.type;
    return std::nullopt;
}

constexpr std::array hellos{
    Check{"hello-legacy-version",
          "legacy_version is 0x0303",
          must("8446 §4.1.2",
               "the legacy_version field MUST be set to 0x0303, which is the version number for TLS 1.2."),
          {},
          [](AsServer13& t) {
              look(t, [&](const auto& h) {
                  t.demand(h.legacy_version == ProtocolVersion::tls_1_2, "legacy_version is 0x0303");
              });
          }},
    Check{"hello-versions",
          "supported_versions lists TLS 1.3",
          must("8446 §4.2.1", "Implementations of this specification MUST send this extension in the "
                              "ClientHello containing all versions of TLS which they are prepared to "
                              "negotiate"),
          {},
          [](AsServer13& t) {
              look(t, [&](const auto& h) {
                  const auto versions = h.extensions.template get<messages::SupportedVersions>();
                  t.demand(versions && *versions && (*versions)->values.contains(ProtocolVersion::tls_1_3),
                           "0x0304 is listed");
              });
          }},
    Check{"hello-no-old-versions",
          "No version before TLS 1.2 is offered",
          must("8996 §5", "Negotiation of TLS 1.1 from any version of TLS MUST NOT be permitted."),
          {},
          [](AsServer13& t) {
              look(t, [&](const auto& h) {
                  const auto versions = h.extensions.template get<messages::SupportedVersions>();
                  t.demand(versions && *versions && !(*versions)->values.contains(ProtocolVersion::tls_1_0) &&
                               !(*versions)->values.contains(ProtocolVersion::tls_1_1) &&
                               !(*versions)->values.contains(ProtocolVersion::ssl_3_0),
                           "neither 0x0300, 0x0301 nor 0x0302 is listed");
              });
          }},
    Check{"hello-compression",
          "The only compression method is null",
          must("8446 §4.1.2", "For every TLS 1.3 ClientHello, this vector MUST contain exactly one byte, set "
                              "to zero, which corresponds to the \"null\" compression method in "
                              "prior versions of TLS."),
          {},
          [](AsServer13& t) {
              look(t, [&](const auto& h) {
                  t.demand(std::ranges::equal(h.legacy_compression_methods, bytes({0})),
                           "legacy_compression_methods is 00");
              });
          }},
    Check{"hello-session-id",
          "The session id has 32 bytes, or none",
          must("8446 §4.1.2", "In compatibility mode (see Appendix D.4), this field MUST be non-empty, so a "
                              "client not offering a pre-TLS 1.3 session MUST generate a new 32-byte "
                              "value."),
          {},
          [](AsServer13& t) {
              look(t, [&](const auto& h) {
                  t.demand(h.legacy_session_id.empty() || h.legacy_session_id.size() == 32,
                           "legacy_session_id has 0 or 32 bytes");
              });
          }},
    Check{"hello-groups-and-shares",
          "supported_groups and key_share come together",
          must("8446 §9.2", "If containing a \"supported_groups\" extension, it MUST also contain a "
                            "\"key_share\" extension, and vice versa."),
          {},
          [](AsServer13& t) {
              look(t, [&](const auto& h) {
                  t.demand(is_there<ExtensionType::supported_groups>(h) ==
                               is_there<ExtensionType::key_share>(h),
                           "both are there, or none");
              });
          }},
    Check{"hello-schemes",
          "signature_algorithms is there",
          must("8446 §4.2.3", "Clients which desire the server to authenticate itself via a certificate MUST "
                              "send the \"signature_algorithms\" extension."),
          {},
          [](AsServer13& t) {
              look(t, [&](const auto& h) {
                  t.demand(is_there<ExtensionType::signature_algorithms>(h), "signature_algorithms is there");
              });
          }},
    Check{"hello-shares-of-groups",
          "Every key share is of a group that is offered, in the same order",
          must("8446 §4.2.8", "Each KeyShareEntry value MUST correspond to a group offered in the "
                              "\"supported_groups\" extension and MUST appear in the same order."),
          {},
          [](AsServer13& t) {
              look(t, [&](const auto& h) {
                  const auto groups = h.extensions.template get<messages::SupportedGroups>();
                  const auto shares = h.extensions.template get<messages::KeyShareClientHello>();
                  if (!groups || !*groups || !shares || !*shares)
                      return t.does_not_apply("there are no groups and shares");
                  std::vector<NamedGroup> order_of_groups((*groups)->values.begin(), (*groups)->values.end());
                  auto from = order_of_groups.begin();
                  for (const auto& share : (*shares)->client_shares) {
                      from = std::find(from, order_of_groups.end(), share.group);
                      t.demand(from != order_of_groups.end(), "the shares follow the groups");
                      if (from == order_of_groups.end()) return;
                  }
              });
          }},
    Check{"hello-shares-once",
          "No group has two key shares",
          must("8446 §4.2.8", "Clients MUST NOT offer multiple KeyShareEntry values for the same group."),
          {},
          [](AsServer13& t) {
              look(t, [&](const auto& h) {
                  // The reader refuses two shares of one group.
                  const auto shares = h.extensions.template get<messages::KeyShareClientHello>();
                  t.demand(bool(shares), "every group has one share");
              });
          }},
    Check{"hello-share-length",
          "The shares have the length of their group",
          must("8446 §4.2.8.2", "32 bytes for X25519 and 56 bytes for X448."),
          {},
          [](AsServer13& t) {
              look(t, [&](const auto& h) {
                  const auto shares = h.extensions.template get<messages::KeyShareClientHello>();
                  if (!shares || !*shares) return;
                  const auto has = [&](NamedGroup group, std::size_t size) {
                      const auto share = (*shares)->find(group);
                      t.demand(!share || share->size() == size,
                               name_of(group) + " has " + std::to_string(size) + " bytes");
                  };
                  has(NamedGroup::x25519, 32);
                  has(NamedGroup::x448, 56);
                  has(NamedGroup::secp256r1, 65);
                  has(NamedGroup::secp384r1, 97);
                  has(NamedGroup::secp521r1, 133);
                  has(NamedGroup::x25519_ml_kem_768, 1216);
              });
          }},
    Check{"hello-psk-last",
          "pre_shared_key is the last extension, or absent",
          must("8446 §4.2.11",
               "The \"pre_shared_key\" extension MUST be the last extension in the ClientHello"),
          {need::offers_psk},
          [](AsServer13& t) {
              // The reader refuses one that is not.
              t.from_here();
              look(t, [&](const auto& h) {
                  ExtensionType last{};
                  for (const auto& extension : h.extensions) last = extension.type;
                  t.demand(!is_there<ExtensionType::pre_shared_key>(h) ||
                               last == ExtensionType::pre_shared_key,
                           "it is the last");
              });
          }},
    Check{"hello-psk-with-modes",
          "pre_shared_key comes with psk_key_exchange_modes",
          must("8446 §4.2.9", "A client MUST provide a \"psk_key_exchange_modes\" extension if it offers a "
                              "\"pre_shared_key\" extension."),
          {need::offers_psk},
          [](AsServer13& t) {
              look(t, [&](const auto& h) {
                  t.demand(!is_there<ExtensionType::pre_shared_key>(h) ||
                               is_there<ExtensionType::psk_key_exchange_modes>(h),
                           "both are there");
              });
          }},
    Check{"hello-no-cookie",
          "There is no cookie in a first hello",
          must("8446 §4.2.2",
               "Clients MUST NOT use cookies in their initial ClientHello in subsequent connections."),
          {},
          [](AsServer13& t) {
              look(t, [&](const auto& h) { t.demand(!is_there<ExtensionType::cookie>(h), "no cookie"); });
          }},
    Check{"hello-extensions-once",
          "No extension comes twice",
          rule::extensions_once,
          {},
          [](AsServer13& t) {
              t.from_here();
              look(t, [&](const auto& h) {
                  std::set<ExtensionType> seen;
                  for (const auto& extension : h.extensions)
                      t.demand(seen.insert(extension.type).second, "every type comes once");
              });
          }},
    Check{"hello-no-server-extensions",
          "The hello holds no extension of CertificateRequest",
          must("8446 §4.2.5", "This extension, if provided by the server, MUST only be sent in the "
                              "CertificateRequest message."),
          {},
          [](AsServer13& t) {
              look(t, [&](const auto& h) {
                  t.demand(!is_there<ExtensionType::oid_filters>(h), "oid_filters is not there");
              });
          }},
    Check{"hello-server-name",
          "server_name is one host name",
          should("8446 §4.4.2.2", "As servers MAY require the presence of the \"server_name\" extension, "
                                  "clients SHOULD send this extension, when applicable."),
          {Need{[](const Profile& p) { return p.offers(ExtensionType::server_name); },
                "it was given no name to send"}},
          [](AsServer13& t) {
              look(t, [&](const auto& h) {
                  const auto name = h.extensions.template get<messages::ServerName>();
                  t.demand(name && *name && !(*name)->host_name.empty(), "one host name");
              });
          }},
    Check{"hello-no-old-suites",
          "No suite of RC4, of NULL or for export is offered",
          must("8446 §D.5", "Implementations MUST NOT offer or negotiate RC4 cipher suites for any version "
                            "of TLS for any reason."),
          {},
          [](AsServer13& t) {
              look(t, [&](const auto& h) {
                  constexpr std::array old{0x0001, 0x0002, 0x0003, 0x0004, 0x0005, 0x0006,
                                           0x0008, 0x0014, 0x0018, 0x003b, 0xc007, 0xc011};
                  for (const int suite : old)
                      t.demand(!h.cipher_suites.contains(static_cast<CipherSuite>(suite)),
                               "none of these suites is listed");
              });
          }},
    Check{"hello-no-old-schemes",
          "No scheme of MD5 is offered",
          must("8446 §4.2.3", "They MUST NOT be offered or negotiated by any implementation.  In particular, "
                              "MD5 [SLOTH], SHA-224, and DSA MUST NOT be used."),
          {},
          [](AsServer13& t) {
              look(t, [&](const auto& h) {
                  const auto schemes = h.extensions.template get<messages::SignatureAlgorithms>();
                  if (!schemes || !*schemes) return;
                  for (const SignatureScheme scheme : (*schemes)->values)
                      t.demand(is_grease(static_cast<std::uint16_t>(scheme)) ||
                                   ((static_cast<unsigned>(scheme) >> 8) != 1 &&
                                    (static_cast<unsigned>(scheme) & 0xff) != 2),
                               "neither MD5 nor DSA is listed");
              });
          }},
    Check{
        "hello-no-truncated-hmac",
        "truncated_hmac is not offered",
        must("8446 §D.5",
             "Implementations MUST NOT use the Truncated HMAC extension, defined in Section 7 of [RFC6066]"),
        {},
        [](AsServer13& t) {
            look(t, [&](const auto& h) {
                t.demand(!is_there<ExtensionType::truncated_hmac>(h), "truncated_hmac is not there");
            });
        }},
    Check{"hello-record-version",
          "The hello comes under record version 0x0301 or 0x0303",
          must("8446 §5.1", "MUST be set to 0x0303 for all records generated by a TLS 1.3 implementation "
                            "other than an initial ClientHello (i.e., one not generated after a "
                            "HelloRetryRequest), where it MAY also be 0x0301 for compatibility purposes."),
          {},
          [](AsServer13& t) {
              look(t, [&](const auto&) {
                  const auto version = t.us().record_headers().front().version;
                  t.demand(version == ProtocolVersion::tls_1_0 || version == ProtocolVersion::tls_1_2,
                           "legacy_record_version is 0x0301 or 0x0303");
              });
          }},
    Check{"hello-random-is-new",
          "Two connections have two randoms and two shares",
          must("8446 §4.1.2", "random: 32 bytes generated by a secure random number generator."),
          {},
          [](AsServer13& t) {
              const auto first = t.server().expect_client_hello().random;
              if (!t.ok()) return;
              const auto second = t.reconnect().expect_client_hello().random;
              t.demand(first != second, "the randoms differ");
          }},
    Check{"records-version",
          "The records after the hello have version 0x0303",
          must("8446 §5.2", "The legacy_record_version field is always 0x0303."),
          {},
          [](AsServer13& t) {
              t.connect();
              if (!t.ok()) return;
              bool first = true;
              for (const auto& header : t.us().record_headers())
                  t.demand(std::exchange(first, false) || header.version == ProtocolVersion::tls_1_2,
                           "legacy_record_version is 0x0303");
          }},
    Check{"records-length",
          "No record is too long, and none is empty",
          must("8446 §5.2", "The length MUST NOT exceed 2^14 + 256 bytes."),
          {},
          [](AsServer13& t) {
              t.connect();
              if (!t.ok()) return;
              for (const auto& header : t.us().record_headers())
                  t.demand(header.length > 0 && header.length <= (1u << 14) + 256,
                           "lengths are from 1 to 2^14 + 256");
          }},
    Check{"finished-verifies",
          "The client's Finished covers the whole handshake",
          rule::finished_verified13,
          {},
          [](AsServer13& t) {
              t.begin();
              t.server().send_rest_of_flight();
              t.from_here();
              t.server().expect_finished();
          }},
    Check{"grease-is-not-known",
          "What the client sends as GREASE is refused where a server selects it",
          must("8701 §3.1", "Clients MUST reject GREASE values when negotiated by the server."),
          {Need{[](const Profile& p) { return grease_of(p.client_hello).has_value(); },
                "it sends no GREASE extensions"}},
          [](AsServer13& t) {
              t.begin();
              auto answer = t.server().encrypted_extensions();
              if (!t.ok()) return;
              if (const auto type = grease_of(t.server().client_hello())) answer.extensions.add(*type, {});
              t.server().send(answer);
              t.refused({unsupported_extension, illegal_parameter});
          }},
};

} // namespace

Group client_hellos13() {
    return {"Clients, TLS 1.3: what they send", hellos};
}

} // namespace pavise::conform
