// Pre-shared keys as clients of TLS 1.3 offer them, and what they have to make of a server's answer. We do
// not know the keys: they are of sessions with another server, or were agreed on elsewhere.
#include "conform/as_server.hpp"
#include "conform/groups.hpp"
#include "conform/needs.hpp"
#include "crypto/cipher_suite.hpp"
#include "messages/certificate13.hpp"
#include "messages/certificate_verify.hpp"
#include "messages/extension/pre_shared_key.hpp"

#include <algorithm>

namespace pavise::conform {

namespace {

using peer::ServerHelloDraft;
using enum AlertDescription;

constexpr Rule consistent =
    must("8446 §4.2.11", "If these values are not consistent, the client MUST abort the handshake with an "
                         "\"illegal_parameter\" alert.");

// How long the first binder of the client's hello is: that of its PSK's hash.
std::size_t first_binder_size(AsServer13& t) {
    const ByteVector block = t.server().client_hello().extensions.block();
    const auto psks = messages::Extensions::from_block(block).get<messages::OfferedPsks>();
    if (psks && *psks)
        for (const auto& binder : (*psks)->binders) return binder.bytes.size();
    t.does_not_apply("it offers no pre-shared key");
    return 0;
}

// The first suite that the client offers and whose hash fits that size, or does not.
std::optional<CipherSuite> suite_by_hash(AsServer13& t, std::size_t size,
                                         bool (*fits)(std::size_t, std::size_t)) {
    for (const CipherSuite id : t.profile().suites13)
        if (const auto suite = crypto::suite13(id); suite && fits(crypto::digest_size(suite->hash), size))
            return id;
    t.does_not_apply("it offers no suite of such a hash");
    return std::nullopt;
}
bool is_same(std::size_t one, std::size_t other) {
    return one == other;
}
bool is_other(std::size_t one, std::size_t other) {
    return one != other;
}

constexpr std::array psks{
    Check{"psk-declined",
          "Where the server takes none of its pre-shared keys a full handshake follows",
          must("8446 §4.2.11",
               "If no acceptable PSKs are found, the server SHOULD perform a non-PSK handshake if possible."),
          {need::offers_psk},
          [](AsServer13& t) { t.accepts([](ServerHelloDraft&) {}); }},
    Check{"psk-out-of-range",
          "An identity that was not offered is refused",
          must("8446 §4.2.11", "Clients MUST verify that the server's selected_identity is within the range "
                               "supplied by the client"),
          {need::offers_psk},
          [](AsServer13& t) {
              t.refuses({illegal_parameter}, [](ServerHelloDraft& h) {
                  h.extensions.add(ExtensionType::pre_shared_key, bytes({0xff, 0xfe}));
              });
          }},
    Check{"psk-answer-too-long",
          "A selected identity of three bytes is refused",
          must("8446 §6",
               "Peers which receive a message which cannot be parsed according to the syntax (e.g., "
               "have a length extending beyond the message boundary or contain an out-of-range "
               "length) MUST terminate the connection with a \"decode_error\" alert."),
          {need::offers_psk},
          [](AsServer13& t) {
              t.refuses({decode_error, illegal_parameter}, [](ServerHelloDraft& h) {
                  h.extensions.add(ExtensionType::pre_shared_key, bytes({0, 0, 0}));
              });
          }},
    Check{"psk-without-share",
          "A pre-shared key without a key share is refused where psk_dhe_ke alone was offered",
          consistent,
          {need::offers_psk},
          [](AsServer13& t) {
              t.hello();
              const ByteVector block = t.server().client_hello().extensions.block();
              const auto modes =
                  messages::Extensions::from_block(block).find(ExtensionType::psk_key_exchange_modes);
              if (!modes || !std::ranges::equal(*modes, bytes({1, 1})))
                  return t.does_not_apply("it offers psk_ke too");
              auto hello = t.server().server_hello();
              hello.extensions.remove(ExtensionType::key_share);
              hello.extensions.add(ExtensionType::pre_shared_key, bytes({0, 0}));
              t.server().send_server_hello_alone(hello);
              t.refused({illegal_parameter, missing_extension});
          }},
    Check{"psk-other-hash",
          "A pre-shared key with a suite of another hash is refused",
          consistent,
          {need::offers_psk, need::two_suites13},
          [](AsServer13& t) {
              t.hello();
              const auto suite = suite_by_hash(t, first_binder_size(t), &is_other);
              if (!t.ok()) return;
              auto hello = t.server().server_hello();
              hello.cipher_suite = *suite;
              hello.extensions.add(ExtensionType::pre_shared_key, bytes({0, 0}));
              t.server().send_server_hello(hello);
              t.refused({illegal_parameter});
          }},
    Check{"psk-unknown-to-server",
          "A server that does not know the pre-shared key that it takes is refused",
          must("8446 §5.2", "If the decryption fails, the receiver MUST terminate the connection with a "
                            "\"bad_record_mac\" alert."),
          {need::offers_psk},
          [](AsServer13& t) {
              t.hello();
              const auto suite = suite_by_hash(t, first_binder_size(t), &is_same);
              if (!t.ok()) return;
              auto hello = t.server().server_hello_with_psk(0, repeated(32, 0x2a));
              hello.cipher_suite = *suite;
              t.server().send_server_hello_alone(hello);
              t.us().use_suite(*suite);
              t.us().derive_handshake_keys(t.server().shared_secret());
              t.us().write_with(peer::Epoch::handshake);
              t.server().send_rest_of_flight();
              // Its alert is under keys that come from the pre-shared key too: all that we see is the end.
              t.refused();
          }},
    Check{"psk-binder-size",
          "Every binder has the length of a hash",
          must("8446 §4.2.11", "opaque PskBinderEntry<32..255>;"),
          {need::offers_psk},
          [](AsServer13& t) {
              // The reader refuses shorter ones.
              t.from_here();
              const auto hello = t.server().expect_client_hello();
              const auto offered = hello.extensions.get<messages::OfferedPsks>();
              t.demand(bool(offered), "pre_shared_key can be read");
              if (!offered || !*offered) return;
              for (const auto& binder : (*offered)->binders)
                  t.demand(binder.bytes.size() == 32 || binder.bytes.size() == 48,
                           "binders have 32 or 48 bytes");
          }},
    Check{"psk-new-binder-after-retry",
          "After a HelloRetryRequest pre_shared_key comes with another binder, or not at all",
          must("8446 §4.1.2", "Updating the \"pre_shared_key\" extension if present by recomputing the "
                              "\"obfuscated_ticket_age\" and binder values"),
          {need::offers_psk},
          [](AsServer13& t) {
              if (!t.request_retry()) return;
              const ByteVector before = t.server().client_hello().extensions.block();
              const auto second = t.server().expect_client_hello();
              const auto first_psks =
                  messages::Extensions::from_block(before).find(ExtensionType::pre_shared_key);
              const auto second_psks = second.extensions.find(ExtensionType::pre_shared_key);
              t.demand(!second_psks || !first_psks || !std::ranges::equal(*first_psks, *second_psks),
                       "the binders were computed again");
          }},
};

// ---------------------------------------------------------------- authentication after the handshake

inline constexpr Need offers_authentication{
    [](const Profile& p) { return p.offers(ExtensionType::post_handshake_auth); },
    "it does not offer post_handshake_auth"};

void request_later(AsServer13& t, peer::CertificateRequestDraft draft) {
    t.connect();
    draft.certificate_request_context = bytes({1, 2, 3, 4});
    t.us().send(draft);
}

constexpr std::array late_authentications{
    Check{"post-auth-answered",
          "A CertificateRequest after the handshake is answered",
          must("8446 §4.6.2",
               "The client MUST respond with the appropriate Authentication messages (see Section 4.4)."),
          {offers_authentication},
          [](AsServer13& t) {
              request_later(t, t.server().certificate_request());
              t.from_here();
              const auto certificate = t.us().expect<messages::Certificate>();
              t.demand(std::ranges::equal(certificate.certificate_request_context, bytes({1, 2, 3, 4})),
                       "the context is that of the request");
              if (!certificate.certificate_list.empty())
                  (void)t.us().expect_message(HandshakeType::certificate_verify);
              (void)t.us().expect_message(HandshakeType::finished);
          }},
    Check{"post-auth-no-schemes",
          "A late CertificateRequest without signature_algorithms is refused",
          must("8446 §4.3.2", "The \"signature_algorithms\" extension MUST be specified, and other "
                              "extensions may optionally be included if defined for this message."),
          {offers_authentication},
          [](AsServer13& t) {
              auto draft = t.server().certificate_request();
              draft.extensions.remove(ExtensionType::signature_algorithms);
              request_later(t, draft);
              t.refused({missing_extension, illegal_parameter, decode_error});
          }},
};

} // namespace

Group client_psks() {
    return {"Clients, TLS 1.3: pre-shared keys", psks};
}
Group client_late_authentications() {
    return {"Clients, TLS 1.3: authentication after the handshake", late_authentications};
}

} // namespace pavise::conform
