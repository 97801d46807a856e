// HelloRetryRequest and key shares, as servers of TLS 1.3 have to handle them.
#include "conform/as_client.hpp"
#include "conform/groups.hpp"
#include "conform/needs.hpp"
#include "conform/rules.hpp"
#include "messages/extension/cookie.hpp"
#include "messages/extension/key_share.hpp"
#include "messages/extension/negotiation.hpp"

#include <algorithm>

namespace pavise::conform {

namespace {

using enum AlertDescription;

constexpr Rule same_hello =
    must("8446 §4.1.2",
         "In that case, the client MUST send the same ClientHello without modification, except as follows:");
constexpr Rule on_the_curve = must(
    "8446 §4.2.8.2",
    "For the curves secp256r1, secp384r1, and secp521r1, peers MUST validate each other's public value Q by "
    "ensuring that the point is a valid point on the elliptic curve.");
constexpr Rule not_zero =
    must("8446 §7.4.2",
         "Implementations MUST check whether the computed Diffie-Hellman shared secret is the all-zero "
         "value and abort if so, as described in Section 6 of [RFC7748].");

// A hello with one share of this group and these bytes.
void send_share(AsClient13& t, NamedGroup group, const ByteVector& share,
                const Alerts& alerts = {illegal_parameter}) {
    t.script.groups = {group};
    Hello hello = t.hello();
    const messages::KeyShareEntry entry{group, share};
    hello.extensions.set(messages::KeyShareClientHello{std::span(&entry, 1)});
    t.client().send_client_hello(hello);
    t.refused(alerts);
}

// A legal share of the group, to be changed.
ByteVector legal_share(AsClient13& t, NamedGroup group) {
    auto share = crypto::botan_provider().generate_key_share(group, *t.setting().rng);
    if (!share || *share == nullptr) {
        t.is_inconclusive("no key share of " + name_of(group) + " can be made");
        return {};
    }
    const Bytes value = (*share)->public_value();
    return {value.begin(), value.end()};
}

template <NamedGroup group, class Change> void send_changed_share(AsClient13& t, Change change) {
    ByteVector share = legal_share(t, group);
    if (share.empty()) return;
    change(share);
    send_share(t, group, share, {illegal_parameter, decode_error});
}

template <NamedGroup group> void shortened(AsClient13& t) {
    send_changed_share<group>(t, [](ByteVector& share) { share.pop_back(); });
}
template <NamedGroup group> void lengthened(AsClient13& t) {
    send_changed_share<group>(t, [](ByteVector& share) { share.push_back(0); });
}
template <NamedGroup group> void off_the_curve(AsClient13& t) {
    send_changed_share<group>(t, [](ByteVector& share) { share.back() ^= 1; });
}
template <NamedGroup group, std::size_t size> void zero(AsClient13& t) {
    send_share(t, group, repeated(size), {illegal_parameter, decode_error});
}

// The same of a group that we do not compute with: whether the server knows it is seen by its asking for it.
void send_share_on_request(AsClient13& t, NamedGroup group, const ByteVector& share) {
    Hello hello = t.hello();
    const std::vector<NamedGroup> groups{group};
    hello.extensions.set(messages::SupportedGroups{groups});
    hello.extensions.set(ExtensionType::key_share, bytes({0, 0}));
    t.client().send_client_hello(hello);
    const auto& event = t.us().peek();
    if (!event || event->type != ContentType::handshake)
        return t.does_not_apply("it does not know " + name_of(group));
    const auto retry = t.client().expect_hello_retry_request();
    if (!t.ok()) return;
    const auto cookie = retry.extensions.get<messages::Cookie>();
    if (cookie && *cookie) hello.extensions.add(**cookie);
    const messages::KeyShareEntry entry{group, share};
    hello.extensions.set(messages::KeyShareClientHello{std::span(&entry, 1)});
    t.client().send_client_hello(hello);
    t.refused({illegal_parameter, decode_error});
}

template <NamedGroup group>
constexpr Need knows{[](const Profile& p) { return std::ranges::count(p.groups13, group) > 0; },
                     "it does not know the group"};

constexpr std::array shares{
    Check{"share-p256-off-curve",
          "A point that is not on secp256r1 is refused",
          on_the_curve,
          {knows<NamedGroup::secp256r1>},
          &off_the_curve<NamedGroup::secp256r1>},
    Check{"share-p384-off-curve",
          "A point that is not on secp384r1 is refused",
          on_the_curve,
          {knows<NamedGroup::secp384r1>},
          &off_the_curve<NamedGroup::secp384r1>},
    Check{"share-p521-off-curve",
          "A point that is not on secp521r1 is refused",
          on_the_curve,
          {knows<NamedGroup::secp521r1>},
          &off_the_curve<NamedGroup::secp521r1>},
    Check{"share-p256-short",
          "A share of secp256r1 that lacks a byte is refused",
          on_the_curve,
          {knows<NamedGroup::secp256r1>},
          &shortened<NamedGroup::secp256r1>},
    Check{"share-p256-long",
          "A share of secp256r1 with a byte too many is refused",
          on_the_curve,
          {knows<NamedGroup::secp256r1>},
          &lengthened<NamedGroup::secp256r1>},
    Check{"share-p256-infinity",
          "The point at infinity of secp256r1 is refused",
          on_the_curve,
          {knows<NamedGroup::secp256r1>},
          [](AsClient13& t) {
              send_share(t, NamedGroup::secp256r1, bytes({0}), {illegal_parameter, decode_error});
          }},
    Check{"share-p256-zero",
          "The point (0, 0) of secp256r1 is refused",
          on_the_curve,
          {knows<NamedGroup::secp256r1>},
          [](AsClient13& t) {
              send_share(t, NamedGroup::secp256r1, joined({bytes({4}), repeated(64)}),
                         {illegal_parameter, decode_error});
          }},
    Check{"share-p256-compressed",
          "A compressed point is refused",
          must("8446 §4.2.8.2", "Note: Versions of TLS prior to 1.3 permitted point format negotiation; TLS "
                                "1.3 removes this feature in "
                                "favor of a single point format for each curve."),
          {knows<NamedGroup::secp256r1>},
          [](AsClient13& t) {
              send_changed_share<NamedGroup::secp256r1>(t, [](ByteVector& share) {
                  share[0] = static_cast<std::uint8_t>(2 + (share.back() & 1));
                  share.resize(33);
              });
          }},
    Check{"share-p256-hybrid",
          "A point in the hybrid form is refused",
          must("8446 §4.2.8.2", "uint8 legacy_form = 4;"),
          {knows<NamedGroup::secp256r1>},
          [](AsClient13& t) {
              send_changed_share<NamedGroup::secp256r1>(
                  t, [](ByteVector& share) { share[0] = static_cast<std::uint8_t>(6 + (share.back() & 1)); });
          }},
    Check{"share-x25519-zero",
          "A share of x25519 of zeros is refused",
          not_zero,
          {knows<NamedGroup::x25519>},
          &zero<NamedGroup::x25519, 32>},
    Check{"share-x25519-one",
          "A share of x25519 of small order is refused",
          not_zero,
          {knows<NamedGroup::x25519>},
          [](AsClient13& t) { send_share(t, NamedGroup::x25519, joined({bytes({1}), repeated(31)})); }},
    Check{"share-x25519-short",
          "A share of x25519 of 31 bytes is refused",
          must("8446 §4.2.8.2",
               "For X25519 and X448, the contents of the public value are the byte string inputs and outputs "
               "of the "
               "corresponding functions defined in [RFC7748]: 32 bytes for X25519 and 56 bytes for X448."),
          {knows<NamedGroup::x25519>},
          &shortened<NamedGroup::x25519>},
    Check{"share-x25519-long",
          "A share of x25519 of 33 bytes is refused",
          must("8446 §4.2.8.2", "32 bytes for X25519 and 56 bytes for X448."),
          {knows<NamedGroup::x25519>},
          &lengthened<NamedGroup::x25519>},
    Check{"share-x448-zero",
          "A share of x448 of zeros is refused",
          not_zero,
          {},
          [](AsClient13& t) { send_share_on_request(t, NamedGroup::x448, repeated(56)); }},
    Check{
        "share-ffdhe-one",
        "A finite-field share of 1 is refused",
        must("8446 §4.2.8.1", "Peers MUST validate each other's public key Y by ensuring that 1 < Y < p-1."),
        {},
        [](AsClient13& t) {
            send_share_on_request(t, NamedGroup::ffdhe2048, joined({repeated(255), bytes({1})}));
        }},
    Check{"share-ffdhe-short",
          "A finite-field share without its leading zeros is refused",
          // The sentence binds who sends; nothing is said of who receives.
          should(
              "8446 §4.2.8.1",
              "encoded as a big-endian integer and padded to the left with zeros to the size of p in bytes."),
          {},
          [](AsClient13& t) { send_share_on_request(t, NamedGroup::ffdhe2048, repeated(255, 2)); }},
    Check{"share-mlkem-short",
          "A share of X25519MLKEM768 that lacks a byte is refused",
          must("draft-ietf-tls-ecdhe-mlkem §4.1",
               "the server MUST perform the encapsulation key check described in Section 7.2 of "
               "[NIST-FIPS-203] on the client's encapsulation key, and abort with an illegal_parameter alert "
               "if it fails."),
          {knows<NamedGroup::x25519_ml_kem_768>},
          &shortened<NamedGroup::x25519_ml_kem_768>},
    Check{"share-mlkem-bad-key",
          "An encapsulation key whose numbers are out of range is refused",
          must("draft-ietf-tls-ecdhe-mlkem §4.1",
               "the server MUST perform the encapsulation key check described in Section 7.2 of "
               "[NIST-FIPS-203] on the client's encapsulation key, and abort with an illegal_parameter alert "
               "if it fails."),
          {knows<NamedGroup::x25519_ml_kem_768>},
          [](AsClient13& t) {
              // FIPS 203 §7.2: coefficients are below q = 3329; 0xfff is not.
              send_changed_share<NamedGroup::x25519_ml_kem_768>(
                  t, [](ByteVector& share) { std::fill_n(share.begin(), 3, std::uint8_t{0xff}); });
          }},
    Check{"share-empty",
          "A share of no bytes is refused",
          must("8446 §4.2.8", "opaque key_exchange<1..2^16-1>;"),
          {},
          [](AsClient13& t) {
              const NamedGroup group = t.script.groups.front();
              send_share(t, group, {}, {illegal_parameter, decode_error});
          }},
    Check{"share-twice",
          "Two shares of one group are refused, or the first is used",
          must("8446 §4.2.8", "Clients MUST NOT offer multiple KeyShareEntry values for the same group."),
          {},
          [](AsClient13& t) {
              // "Servers MAY check for violations of these rules and abort the handshake" (§4.2.8).
              Hello hello = t.hello();
              const ByteVector block = hello.extensions.block();
              const auto offered =
                  messages::Extensions::from_block(block).get<messages::KeyShareClientHello>();
              if (!offered || !*offered) return;
              std::vector<messages::KeyShareEntry> twice;
              for (const auto& share : (*offered)->client_shares) twice.insert(twice.end(), 2, share);
              hello.extensions.set(messages::KeyShareClientHello{twice});
              t.client().send_client_hello(hello);
              t.expects("ServerHello, or alert illegal_parameter");
              t.from_here();
              const auto& event = t.us().peek();
              if (event && event->type == ContentType::handshake) return t.accepted();
              t.refused({illegal_parameter});
          }},
    Check{"share-not-in-groups",
          "A share of a group that supported_groups does not list is refused, or not used",
          must("8446 §4.2.8",
               "Clients MUST NOT offer any KeyShareEntry values for groups not listed in the client's "
               "\"supported_groups\" extension."),
          {need::two_groups13},
          [](AsClient13& t) {
              Hello hello = t.hello();
              const std::vector<NamedGroup> other{t.script.groups[1]};
              hello.extensions.set(messages::SupportedGroups{other});
              t.client().send_client_hello(hello);
              t.expects("HelloRetryRequest, or alert illegal_parameter");
              t.from_here();
              const auto& event = t.us().peek();
              if (!event || event->type != ContentType::handshake)
                  return t.refused({illegal_parameter, handshake_failure});
              const auto answer = t.client().expect_hello_retry_request();
              t.demand(t.ok(), "the share that must not be used is not used");
              (void)answer;
          }},
};

// ---------------------------------------------------------------- HelloRetryRequest

template <class Look> void look_at_retry(AsClient13& t, Look look) {
    const auto retry = t.be_retried();
    if (t.ok()) look(retry);
}

constexpr std::array retries{
    Check{"retry-without-share",
          "A hello without shares is answered with a HelloRetryRequest",
          must("8446 §4.1.1", "If the server selects an (EC)DHE group and the client did not offer a "
                              "compatible \"key_share\" extension in "
                              "the initial ClientHello, the server MUST respond with a HelloRetryRequest "
                              "(Section 4.1.4) message."),
          {},
          [](AsClient13& t) {
              t.expects("HelloRetryRequest");
              t.from_here();
              (void)t.be_retried();
          }},
    Check{"retry-completed",
          "After a HelloRetryRequest the handshake is completed",
          must("8446 §4.1.4", "The server will send this message in response to a ClientHello message if it "
                              "is able to find an acceptable "
                              "set of parameters but the ClientHello does not contain sufficient information "
                              "to proceed with the "
                              "handshake."),
          {},
          [](AsClient13& t) {
              const auto retry = t.be_retried();
              t.from_here();
              if (t.ok()) t.client().send_client_hello(t.client().second_client_hello(retry));
              t.accepted();
          }},
    Check{"retry-unknown-share",
          "A hello whose only share is of an unknown group is answered with a HelloRetryRequest",
          must("8446 §4.2.8", "This vector MAY be empty if the client is requesting a HelloRetryRequest."),
          {},
          [](AsClient13& t) {
              Hello hello = t.hello();
              std::vector<NamedGroup> groups = t.script.groups;
              groups.insert(groups.begin(), grease_group);
              hello.extensions.set(messages::SupportedGroups{groups});
              hello.extensions.set(ExtensionType::key_share, bytes({0, 5, 0x5a, 0x5a, 0, 1, 0}));
              t.from_here();
              t.client().send_client_hello(hello);
              const auto retry = t.client().expect_hello_retry_request();
              if (t.ok()) t.client().send_client_hello(t.client().second_client_hello(retry));
              t.accepted();
          }},
    Check{"retry-version",
          "A HelloRetryRequest holds supported_versions with TLS 1.3",
          must("8446 §4.1.4", "The server's extensions MUST contain \"supported_versions\"."),
          {},
          [](AsClient13& t) {
              look_at_retry(t, [&](const messages::ServerHello& retry) {
                  const auto version = retry.extensions.get<messages::SelectedVersion>();
                  t.demand(version && *version && (*version)->value == ProtocolVersion::tls_1_3,
                           "supported_versions selects TLS 1.3");
              });
          }},
    Check{"retry-legacy-version",
          "The legacy_version of a HelloRetryRequest is 0x0303",
          must("8446 §4.2.1", "It MUST set the ServerHello.legacy_version field to 0x0303 (TLS 1.2)."),
          {},
          [](AsClient13& t) {
              look_at_retry(t, [&](const messages::ServerHello& retry) {
                  t.demand(retry.legacy_version == ProtocolVersion::tls_1_2, "legacy_version is 0x0303");
              });
          }},
    Check{"retry-session-id",
          "A HelloRetryRequest echoes the session id",
          must("8446 §4.1.4",
               "the HelloRetryRequest has the same format as a ServerHello message, and the legacy_version, "
               "legacy_session_id_echo, cipher_suite, and legacy_compression_method fields have the same "
               "meaning."),
          {},
          [](AsClient13& t) {
              look_at_retry(t, [&](const messages::ServerHello& retry) {
                  // In the hello that was sent: behind the header, the version, the random and its length.
                  const ByteVector hello = t.client().client_hello_bytes();
                  constexpr std::size_t length_at = messages::handshake_header_size + 2 + 32;
                  t.demand(std::ranges::equal(retry.legacy_session_id_echo,
                                              Bytes(hello).subspan(length_at + 1, hello[length_at])),
                           "legacy_session_id_echo is the client's legacy_session_id");
              });
          }},
    Check{"retry-suite",
          "The cipher suite of a HelloRetryRequest was offered",
          must("8446 §4.1.3", "cipher_suite: The single cipher suite selected by the server from the list in "
                              "ClientHello.cipher_suites."),
          {},
          [](AsClient13& t) {
              Hello hello = t.hello();
              hello.extensions.set(ExtensionType::key_share, bytes({0, 0}));
              t.client().send_client_hello(hello);
              // As it comes: a suite that we do not know either is what this looks for.
              const auto retry = t.us().expect<messages::ServerHello>();
              if (t.ok() && !retry.is_hello_retry_request())
                  return t.does_not_apply("no HelloRetryRequest came");
              t.demand(std::ranges::count(t.script.cipher_suites, retry.cipher_suite) > 0,
                       "cipher_suite is one that was offered");
          }},
    Check{"retry-group",
          "The group of a HelloRetryRequest was offered",
          must("8446 §4.2.8", "selected_group: The mutually supported group the server intends to negotiate "
                              "and is requesting a retried "
                              "ClientHello/KeyShare for."),
          {},
          [](AsClient13& t) {
              look_at_retry(t, [&](const messages::ServerHello& retry) {
                  const auto group = retry.extensions.get<messages::KeyShareHelloRetryRequest>();
                  t.demand(group && *group && std::ranges::count(t.script.groups, (*group)->value) > 0,
                           "selected_group is one that was offered");
              });
          }},
    Check{"retry-extensions",
          "A HelloRetryRequest holds only what was offered, and a cookie",
          must("8446 §4.1.4", "As with the ServerHello, a HelloRetryRequest MUST NOT contain any extensions "
                              "that were not first offered by "
                              "the client in its ClientHello, with the exception of optionally the "
                              "\"cookie\" (see Section 4.2.2) "
                              "extension."),
          {},
          [](AsClient13& t) {
              look_at_retry(t, [&](const messages::ServerHello& retry) {
                  for (const auto& extension : retry.extensions)
                      t.demand(extension.type == ExtensionType::supported_versions ||
                                   extension.type == ExtensionType::key_share ||
                                   extension.type == ExtensionType::cookie,
                               "supported_versions, key_share and cookie alone");
              });
          }},
    Check{"retry-same-suite",
          "The ServerHello after a HelloRetryRequest selects the same cipher suite",
          must("8446 §4.1.4", "Servers MUST ensure that they negotiate the same cipher suite when receiving "
                              "a conformant updated "
                              "ClientHello"),
          {},
          [](AsClient13& t) {
              const auto retry = t.be_retried();
              if (!t.ok()) return;
              t.client().send_client_hello(t.client().second_client_hello(retry));
              const auto hello = t.client().expect_server_hello();
              t.demand(hello.cipher_suite == retry.cipher_suite,
                       "cipher_suite is that of the HelloRetryRequest");
          }},
    Check{"retry-same-group",
          "The ServerHello after a HelloRetryRequest uses the group that was asked for",
          must("8446 §4.2.8", "This value MUST be in the same group as the KeyShareEntry value offered by "
                              "the client that the server has "
                              "selected for the negotiated key exchange."),
          {},
          [](AsClient13& t) {
              const auto retry = t.be_retried();
              if (!t.ok()) return;
              const auto group = retry.extensions.get<messages::KeyShareHelloRetryRequest>();
              t.client().send_client_hello(t.client().second_client_hello(retry));
              const auto hello = t.client().expect_server_hello();
              const auto share = hello.extensions.get<messages::KeyShareServerHello>();
              t.demand(group && *group && share && *share && (*share)->server_share.group == (*group)->value,
                       "the share is of the group that the HelloRetryRequest asked for");
          }},
    Check{"retry-second-without-share",
          "A second hello without the share that was asked for is refused",
          must("8446 §4.2.8", "Otherwise, when sending the new ClientHello, the client MUST replace the "
                              "original \"key_share\" extension with "
                              "one containing only a new KeyShareEntry for the group indicated in the "
                              "selected_group field of the "
                              "triggering HelloRetryRequest."),
          {},
          [](AsClient13& t) {
              t.refuses_second(
                  {illegal_parameter, handshake_failure, unexpected_message, decode_error, missing_extension},
                  [](Hello& h) { h.extensions.set(ExtensionType::key_share, bytes({0, 0})); });
          }},
    Check{"retry-second-other-share",
          "A second hello with a share of another group is refused",
          must("8446 §4.2.8", "If using (EC)DHE key establishment, servers offer exactly one KeyShareEntry "
                              "in the ServerHello."),
          {},
          [](AsClient13& t) {
              t.refuses_second({illegal_parameter, handshake_failure, unexpected_message}, [](Hello& h) {
                  h.extensions.set(ExtensionType::key_share, bytes({0, 5, 0x5a, 0x5a, 0, 1, 0}));
              });
          }},
    Check{"retry-second-no-key-share",
          "A second hello without key_share is refused",
          same_hello,
          {},
          [](AsClient13& t) {
              t.refuses_second({illegal_parameter, missing_extension, handshake_failure},
                               [](Hello& h) { h.extensions.remove(ExtensionType::key_share); });
          }},
    Check{"retry-second-other-suite",
          "A second hello without the suite that was selected is refused",
          same_hello,
          {},
          [](AsClient13& t) {
              t.refuses_second({illegal_parameter, handshake_failure, insufficient_security},
                               [](Hello& h) { h.cipher_suites = {grease_suite}; });
          }},
    Check{"retry-second-other-version",
          "A second hello that no longer offers TLS 1.3 is refused",
          must("8446 §4.1.4", "The value of selected_version in the HelloRetryRequest \"supported_versions\" "
                              "extension MUST be retained in the "
                              "ServerHello"),
          {},
          [](AsClient13& t) {
              t.refuses_second(
                  {illegal_parameter, protocol_version, handshake_failure, unexpected_message},
                  [](Hello& h) { h.extensions.set(ExtensionType::supported_versions, bytes({2, 3, 3})); });
          }},
    Check{"retry-second-early-data",
          "A second hello with early_data is refused, or its early data is not accepted",
          must("8446 §4.2.10",
               "A client MUST NOT include the \"early_data\" extension in its followup ClientHello."),
          {},
          [](AsClient13& t) {
              const auto retry = t.be_retried();
              if (!t.ok()) return;
              Hello second = t.client().second_client_hello(retry);
              second.extensions.add(ExtensionType::early_data, {});
              t.client().send_client_hello(second);
              t.expects("an alert, or EncryptedExtensions without early_data");
              t.from_here();
              const auto& event = t.us().peek();
              if (!event || event->type != ContentType::handshake) return t.refused();
              t.client().expect_server_hello();
              const auto encrypted = t.client().expect_encrypted_extensions();
              t.demand(!encrypted.extensions.contains(ExtensionType::early_data),
                       "early_data is not accepted");
          }},
    Check{"retry-not-repeated",
          "No second HelloRetryRequest comes",
          must("8446 §4.1.4", "If a client receives a second HelloRetryRequest in the same connection (i.e., "
                              "where the ClientHello was "
                              "itself in response to a HelloRetryRequest), it MUST abort the handshake with "
                              "an \"unexpected_message\" "
                              "alert."),
          {},
          [](AsClient13& t) {
              const auto retry = t.be_retried();
              if (!t.ok()) return;
              t.from_here();
              t.client().send_client_hello(t.client().second_client_hello(retry));
              (void)t.client().expect_server_hello();
          }},
    Check{"retry-other-message",
          "Something else than a second ClientHello after a HelloRetryRequest is refused",
          rule::unexpected_order13,
          {},
          [](AsClient13& t) {
              (void)t.be_retried();
              t.us().send_message(peer::written(HandshakeType::finished, repeated(32)));
              t.refused({unexpected_message, illegal_parameter});
          }},
    Check{"retry-compatibility-record",
          "change_cipher_spec after the HelloRetryRequest is dropped",
          must("8446 §D.4", "Either side can send change_cipher_spec at any time during the handshake, as "
                            "they must be ignored by the peer"),
          {},
          [](AsClient13& t) {
              const auto retry = t.be_retried();
              if (!t.ok()) return;
              t.from_here();
              t.us().send_change_cipher_spec();
              t.client().send_client_hello(t.client().second_client_hello(retry));
              t.accepted();
          }},
    Check{"retry-cookie-unasked",
          "A cookie in the first hello is refused, or ignored",
          must("8446 §4.2.2",
               "Clients MUST NOT use cookies in their initial ClientHello in subsequent connections."),
          {},
          [](AsClient13& t) {
              Hello hello = t.hello();
              hello.extensions.add(messages::Cookie{as_bytes("from another day")});
              t.client().send_client_hello(hello);
              t.expects("ServerHello, or an alert");
              t.from_here();
              const auto& event = t.us().peek();
              if (event && event->type == ContentType::handshake) return t.accepted();
              t.refused();
          }},
};

} // namespace

Group server_key_shares13() {
    return {"Servers, TLS 1.3: key shares", shares};
}
Group server_retries() {
    return {"Servers, TLS 1.3: HelloRetryRequest", retries};
}

} // namespace pavise::conform
