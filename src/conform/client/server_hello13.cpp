// The ServerHello of TLS 1.3, as clients have to take or refuse it.
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

// A body that parses, or does not, in the place of the extension's.
template <ExtensionType type> void cut(ExtensionsDraft& extensions) {
    const ByteVector block = extensions.block();
    const auto body = messages::Extensions::from_block(block).find(type);
    if (body && !body->empty()) extensions.set(type, ByteVector(body->begin(), body->end() - 1));
}

// The share of the ServerHello with its bytes changed.
template <class Change>
void refuse_share(AsServer13& t, NamedGroup group, Change change, const Alerts& alerts) {
    t.hello();
    auto hello = t.server().server_hello(group);
    const ByteVector block = hello.extensions.block();
    const auto share = messages::Extensions::from_block(block).get<messages::KeyShareServerHello>();
    if (!share || !*share) return t.does_not_apply("the client sends no key share of " + name_of(group));
    ByteVector value((*share)->server_share.key_exchange.begin(), (*share)->server_share.key_exchange.end());
    change(value);
    hello.extensions.set(messages::KeyShareServerHello{{group, value}});
    t.server().send_server_hello_alone(hello);
    t.refused(alerts);
}

template <int last> void sentinel_13(AsServer13& t) {
    t.hello();
    auto hello = t.server().server_hello();
    constexpr std::array<std::uint8_t, 8> sentinel{0x44, 0x4f, 0x57, 0x4e, 0x47, 0x52, 0x44, last};
    std::ranges::copy(sentinel, hello.random.end() - sentinel.size());
    t.from_here();
    t.server().send_server_hello(hello);
    t.accepted();
}

// What a server of TLS 1.2 would send.
template <int last> void downgraded(AsServer13& t) {
    t.hello();
    auto hello = t.server().server_hello();
    constexpr std::array<std::uint8_t, 8> sentinel{0x44, 0x4f, 0x57, 0x4e, 0x47, 0x52, 0x44, last};
    std::ranges::copy(sentinel, hello.random.end() - sentinel.size());
    if (last == 0) hello.legacy_version = ProtocolVersion::tls_1_1;
    hello.extensions = {};
    if (!t.profile().suites12.empty()) hello.cipher_suite = t.profile().suites12.front();
    t.server().send_server_hello_alone(hello);
    t.refused(last == 1 ? Alerts{illegal_parameter} : Alerts{illegal_parameter, protocol_version});
}

constexpr std::array hellos{
    Check{"server-hello-sentinel",
          "A downgrade's sentinel in a hello of TLS 1.3 means nothing",
          must("8446 §4.1.3", "TLS 1.3 clients receiving a ServerHello indicating TLS 1.2 or below MUST "
                              "check that the last 8 bytes are not equal to "
                              "either of these values."),
          {},
          &sentinel_13<1>},
    Check{"server-hello-fragmented",
          "A ServerHello in several records is put together",
          rule::messages_in_pieces13,
          {},
          [](AsServer13& t) {
              t.hello();
              const auto hello = t.server().server_hello();
              t.from_here();
              t.us().send_fragmented(hello, {1, 1, 1, 1, 1, 32});
              t.us().use_suite(hello.cipher_suite);
              t.us().derive_handshake_keys(t.server().shared_secret());
              t.us().write_with(peer::Epoch::handshake);
              t.us().read_with(peer::Epoch::handshake);
              t.accepted();
          }},
    Check{"server-hello-session-id",
          "A session id that is not the client's is refused",
          must("8446 §4.1.3", "A client which receives a legacy_session_id_echo field that does not match "
                              "what it sent in the ClientHello MUST abort the "
                              "handshake with an \"illegal_parameter\" alert."),
          {},
          [](AsServer13& t) {
              t.refuses({illegal_parameter},
                        [](ServerHelloDraft& h) { h.legacy_session_id_echo = repeated(32, 7); });
          }},
    Check{"server-hello-other-length-of-session-id",
          "A session id of another length than the client's is refused",
          must("8446 §4.1.3", "A client which receives a legacy_session_id_echo field that does not match "
                              "what it sent in the ClientHello MUST abort the "
                              "handshake with an \"illegal_parameter\" alert."),
          {},
          [](AsServer13& t) {
              t.refuses({illegal_parameter}, [](ServerHelloDraft& h) {
                  h.legacy_session_id_echo.resize(h.legacy_session_id_echo.empty() ? 1 : 0);
              });
          }},
    Check{"server-hello-suite-not-offered",
          "A suite that was not offered is refused",
          must("8446 §4.1.3", "A client which receives a cipher suite that was not offered MUST abort the "
                              "handshake with an \"illegal_parameter\" alert."),
          {},
          [](AsServer13& t) {
              t.refuses({illegal_parameter, handshake_failure},
                        [](ServerHelloDraft& h) { h.cipher_suite = CipherSuite::TLS_AES_128_CCM_8_SHA256; });
          }},
    Check{"server-hello-suite-of-12",
          "A suite of TLS 1.2 is refused in TLS 1.3",
          must("8446 §B.4", "Although TLS 1.3 uses the same cipher suite space as previous versions of TLS, "
                            "TLS 1.3 cipher suites are defined differently, only "
                            "specifying the symmetric ciphers, and cannot be used for TLS 1.2."),
          {},
          [](AsServer13& t) {
              t.refuses({illegal_parameter, handshake_failure}, [](ServerHelloDraft& h) {
                  h.cipher_suite = CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256;
              });
          }},
    Check{"server-hello-compression",
          "A compression method is refused",
          must("8446 §4.1.3", "A single byte which MUST have the value 0."),
          {},
          [](AsServer13& t) {
              t.refuses({illegal_parameter, decode_error},
                        [](ServerHelloDraft& h) { h.legacy_compression_method = 1; });
          }},
    Check{"server-hello-unknown-version",
          "A version that was not offered is refused",
          must("8446 §4.2.1",
               "If the \"supported_versions\" extension in the ServerHello contains a version not offered by "
               "the client or contains a version prior to TLS "
               "1.3, the client MUST abort the handshake with an \"illegal_parameter\" alert."),
          {},
          [](AsServer13& t) {
              t.refuses({illegal_parameter, protocol_version}, [](ServerHelloDraft& h) {
                  h.extensions.set(ExtensionType::supported_versions, bytes({3, 9}));
              });
          }},
    Check{"server-hello-version-12-in-extension",
          "TLS 1.2 in supported_versions is refused",
          must("8446 §4.2.1", "contains a version prior to TLS 1.3, the client MUST abort the handshake with "
                              "an \"illegal_parameter\" alert."),
          {},
          [](AsServer13& t) {
              t.refuses({illegal_parameter, protocol_version}, [](ServerHelloDraft& h) {
                  h.extensions.set(ExtensionType::supported_versions, bytes({3, 3}));
              });
          }},
    Check{"server-hello-long-version",
          "A supported_versions of three bytes is refused",
          rule::cannot_be_parsed,
          {},
          [](AsServer13& t) {
              t.refuses({decode_error, illegal_parameter}, [](ServerHelloDraft& h) {
                  h.extensions.set(ExtensionType::supported_versions, bytes({3, 4, 0}));
              });
          }},
    Check{"server-hello-two-versions",
          "supported_versions twice is refused",
          rule::extensions_once,
          {},
          [](AsServer13& t) {
              t.refuses({decode_error, illegal_parameter, unsupported_extension}, [](ServerHelloDraft& h) {
                  h.extensions.add(ExtensionType::supported_versions, bytes({3, 4}));
              });
          }},
    Check{"server-hello-no-share",
          "A ServerHello without key_share is refused",
          must("8446 §9.2", "\"key_share\" is REQUIRED for DHE or ECDHE key exchange."),
          {},
          [](AsServer13& t) {
              t.refuses({missing_extension, illegal_parameter, handshake_failure},
                        [](ServerHelloDraft& h) { h.extensions.remove(ExtensionType::key_share); });
          }},
    Check{"server-hello-unknown-group",
          "A share of a group that nobody knows is refused",
          must("8446 §4.2.8", "This value MUST be in the same group as the KeyShareEntry value offered by "
                              "the client that the server has selected for the negotiated "
                              "key exchange."),
          {},
          [](AsServer13& t) {
              t.refuses({illegal_parameter, handshake_failure}, [](ServerHelloDraft& h) {
                  h.extensions.set(ExtensionType::key_share, bytes({0x5a, 0x5a, 0, 1, 0}));
              });
          }},
    Check{"server-hello-group-without-share",
          "A share of a group that the client sent none of is refused",
          must("8446 §4.2.8", "Servers MUST NOT send a KeyShareEntry for any group not indicated in the "
                              "client's \"supported_groups\" extension"),
          {},
          [](AsServer13& t) {
              // brainpoolP256r1tls13, which has its own code point and is offered by few.
              t.refuses({illegal_parameter, handshake_failure}, [](ServerHelloDraft& h) {
                  h.extensions.set(ExtensionType::key_share,
                                   joined({bytes({0, 0x1f, 0, 65, 4}), repeated(64, 1)}));
              });
          }},
    Check{"server-hello-cut-share",
          "A key_share that ends too soon is refused",
          rule::cannot_be_parsed,
          {},
          [](AsServer13& t) {
              t.refuses({decode_error, illegal_parameter},
                        [](ServerHelloDraft& h) { cut<ExtensionType::key_share>(h.extensions); });
          }},
    Check{"server-hello-share-p256-off-curve",
          "A point that is not on secp256r1 is refused",
          must("8446 §4.2.8.2", "For the curves secp256r1, secp384r1, and secp521r1, peers MUST validate "
                                "each other's public value Q by ensuring that the point is a "
                                "valid point on the elliptic curve."),
          {},
          [](AsServer13& t) {
              refuse_share(t, NamedGroup::secp256r1, [](ByteVector& s) { s.back() ^= 1; },
                           {illegal_parameter});
          }},
    Check{"server-hello-share-x25519-zero",
          "A share of x25519 of zeros is refused",
          must("8446 §7.4.2", "Implementations MUST check whether the computed Diffie-Hellman shared secret "
                              "is the all-zero value and abort if so, as described in Section 6 "
                              "of [RFC7748]."),
          {},
          [](AsServer13& t) {
              refuse_share(t, NamedGroup::x25519,
                           [](ByteVector& s) { std::ranges::fill(s, std::uint8_t{0}); },
                           {illegal_parameter, handshake_failure});
          }},
    Check{"server-hello-share-x25519-short",
          "A share of x25519 of 31 bytes is refused",
          must("8446 §4.2.8.2", "32 bytes for X25519 and 56 bytes for X448."),
          {},
          [](AsServer13& t) {
              refuse_share(t, NamedGroup::x25519, [](ByteVector& s) { s.pop_back(); },
                           {illegal_parameter, decode_error});
          }},
    Check{"server-hello-share-mlkem-short",
          "A ciphertext of X25519MLKEM768 that lacks a byte is refused",
          must("draft-ietf-tls-ecdhe-mlkem §4.2",
               "the client MUST check if the ciphertext length matches the selected group, and abort with an "
               "illegal_parameter alert if it "
               "does not."),
          {},
          [](AsServer13& t) {
              refuse_share(t, NamedGroup::x25519_ml_kem_768, [](ByteVector& s) { s.pop_back(); },
                           {illegal_parameter, decode_error});
          }},
    Check{"server-hello-unasked-psk",
          "A pre_shared_key that was not offered is refused",
          rule::unsolicited13,
          {Need{[](const Profile& p) { return !p.offers(ExtensionType::pre_shared_key); },
                "it offers a pre-shared key"}},
          [](AsServer13& t) {
              t.refuses({unsupported_extension, illegal_parameter}, [](ServerHelloDraft& h) {
                  h.extensions.add(ExtensionType::pre_shared_key, bytes({0, 0}));
              });
          }},
    Check{"server-hello-misplaced-extension",
          "ALPN in a ServerHello is refused",
          rule::misplaced13,
          {},
          [](AsServer13& t) {
              t.refuses({illegal_parameter, unsupported_extension}, [](ServerHelloDraft& h) {
                  h.extensions.add(messages::AlpnSelected{as_bytes("http/1.1")});
              });
          }},
    Check{"server-hello-groups",
          "supported_groups in a ServerHello is refused",
          rule::misplaced13,
          {},
          [](AsServer13& t) {
              t.refuses({illegal_parameter, unsupported_extension}, [](ServerHelloDraft& h) {
                  h.extensions.add(ExtensionType::supported_groups, bytes({0, 2, 0, 29}));
              });
          }},
    Check{"server-hello-ssl3",
          "A ServerHello of SSL 3.0 is refused",
          must("8446 §D.5", "Any endpoint receiving a Hello message with ClientHello.legacy_version or "
                            "ServerHello.legacy_version set to 0x0300 MUST abort the handshake with a "
                            "\"protocol_version\" alert."),
          {},
          [](AsServer13& t) {
              t.hello();
              auto hello = t.server().server_hello();
              hello.legacy_version = ProtocolVersion::ssl_3_0;
              hello.extensions = {};
              t.server().send_server_hello_alone(hello);
              t.refused({protocol_version, illegal_parameter});
          }},
    Check{
        "downgrade-to-12",
        "A downgrade to TLS 1.2 that its sentinel gives away is refused",
        must("8446 §4.1.3",
             "If a match is found, the client MUST abort the handshake with an \"illegal_parameter\" alert."),
        {need::both_versions},
        &downgraded<1>},
    Check{"downgrade-to-11",
          "A ServerHello of TLS 1.1 is refused",
          must("8996 §5", "TLS 1.1 MUST NOT be used."),
          {},
          &downgraded<0>},
    Check{"server-hello-then-more",
          "Bytes behind the ServerHello in the same record are refused",
          must("8446 §5.1", "Because the ClientHello, EndOfEarlyData, ServerHello, Finished, and KeyUpdate "
                            "messages can immediately precede a key change, implementations MUST "
                            "send these messages in alignment with a record boundary."),
          {},
          [](AsServer13& t) {
              t.hello();
              t.us().send_message(
                  joined({t.server().server_hello().message(), t.server().encrypted_extensions().message()}));
              t.refused({unexpected_message});
          }},
    Check{"first-encrypted-extensions",
          "EncryptedExtensions instead of a ServerHello are refused",
          rule::unexpected_order13,
          {},
          [](AsServer13& t) {
              t.hello();
              t.us().send(t.server().encrypted_extensions());
              t.refused({unexpected_message});
          }},
    Check{"first-certificate",
          "A Certificate instead of a ServerHello is refused",
          rule::unexpected_order13,
          {},
          [](AsServer13& t) {
              t.hello();
              t.us().send(t.server().certificate());
              t.refused({unexpected_message});
          }},
    Check{"first-finished",
          "A Finished instead of a ServerHello is refused",
          rule::unexpected_order13,
          {},
          [](AsServer13& t) {
              t.hello();
              t.us().send_message(peer::written(HandshakeType::finished, repeated(32)));
              t.refused({unexpected_message});
          }},
    Check{"first-application-data",
          "Application data instead of a ServerHello is refused",
          rule::unexpected_order13,
          {},
          [](AsServer13& t) {
              t.hello();
              t.us().send_raw_record(ContentType::application_data, ProtocolVersion::tls_1_2,
                                     repeated(20, 1));
              t.refused({unexpected_message});
          }},
    Check{"first-key-update",
          "A KeyUpdate instead of a ServerHello is refused",
          rule::key_update_after_finished,
          {},
          [](AsServer13& t) {
              t.hello();
              t.us().send_message(peer::written(HandshakeType::key_update, bytes({0})));
              t.refused({unexpected_message});
          }},
    Check{"first-alert",
          "A fatal alert instead of a ServerHello ends the connection",
          must("8446 §6.2", "Upon transmission or receipt of a fatal alert message, both parties MUST "
                            "immediately close the connection."),
          {},
          [](AsServer13& t) {
              t.hello();
              t.us().send_alert(handshake_failure);
              t.refused();
          }},
};

} // namespace

Group client_server_hellos13() {
    return {"Clients, TLS 1.3: ServerHello", hellos};
}

} // namespace pavise::conform
