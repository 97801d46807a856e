// A key that server and client were given by other means, as servers of TLS 1.3 have to handle it. Which one,
// the person who asks has to say.
#include "conform/groups.hpp"
#include "conform/needs.hpp"
#include "conform/server/psks.hpp"
#include "crypto/cipher_suite.hpp"

#include <algorithm>

namespace pavise::conform {

namespace {

using peer::PskOffer;

const PskOffer& key_of(AsClient13& t) {
    return *t.setting().external_psk;
}

// The mode in which the server takes it, the one with a key exchange first.
PskKeyExchangeMode mode_of(AsClient13& t) {
    return t.profile().external_psk_dhe_ke ? PskKeyExchangeMode::psk_dhe_ke : PskKeyExchangeMode::psk_ke;
}

// A hello that offers the key in this mode, with the suites that it fits.
Hello offering(AsClient13& t, const PskOffer& psk, PskKeyExchangeMode mode) {
    t.offer_only_suites_of(psk);
    Hello hello = t.hello();
    peer::ScriptedClient::allow_psks(hello, {mode});
    t.client().offer_psk(hello, psk);
    return hello;
}
Hello offering(AsClient13& t, const PskOffer& psk) {
    return offering(t, psk, mode_of(t));
}
Hello offering(AsClient13& t) {
    return offering(t, key_of(t));
}

// The key is taken with this hello, and the connection works.
void takes(AsClient13& t, const Hello& hello) {
    t.from_here();
    t.client().send_client_hello(hello);
    const auto answer = t.client().expect_server_hello();
    t.demand(answer.extensions.contains(ExtensionType::pre_shared_key), "pre_shared_key comes back");
    t.client().expect_rest_of_flight();
    t.client().send_second_flight();
    t.serves();
}

template <class Change> void refuse_changed(AsClient13& t, const Alerts& alerts, Change change) {
    Hello hello = offering(t);
    Offered offered = Offered::of(hello);
    change(offered);
    hello.extensions.set(ExtensionType::pre_shared_key, offered.body());
    t.client().send_client_hello(hello);
    t.refused(alerts);
}

// With a binder that was made from another key or under another label.
template <class Change> void refuse_binder_of(AsClient13& t, Change change) {
    PskOffer psk = key_of(t);
    change(psk);
    t.client().send_client_hello(offering(t, psk));
    t.refused(binder_alerts());
}

void binder_over_whole_hello(AsClient13& t) {
    Hello hello = offering(t);
    const auto suite = crypto::suite13(key_of(t).suite);
    Offered offered = Offered::of(hello);
    offered.binders.at(0) = t.us().binder(key_of(t).kind, suite->hash, key_of(t).key, hello.message());
    hello.extensions.set(ExtensionType::pre_shared_key, offered.body());
    t.client().send_client_hello(hello);
    t.refused(binder_alerts());
}

constexpr Rule hash_of_the_key =
    must("8446 §4.2.11",
         "For externally established PSKs, the Hash algorithm MUST be set when the PSK is established or "
         "default to SHA-256 if no such algorithm is defined.");
constexpr Rule age_ignored = must(
    "8446 §4.2.11", "For identities established externally, an obfuscated_ticket_age of 0 SHOULD be used, "
                    "and servers MUST ignore the value.");
constexpr Rule binder_binds =
    must("8446 §4.2.11.2", "The PSK binder value forms a binding between a PSK and the current handshake");
constexpr Rule binder_covers =
    must("8446 §4.2.11.2",
         "Each entry in the binders list is computed as an HMAC over a transcript hash (see Section 4.4.1) "
         "containing a partial ClientHello up to and including the PreSharedKeyExtension.identities field.");
constexpr Rule binder_covers_retry = must(
    "8446 §4.2.11.2", "If the handshake includes a HelloRetryRequest, the initial ClientHello and "
                      "HelloRetryRequest are included in the transcript along with the new ClientHello.");
constexpr Rule as_many_binders =
    must("8446 §4.2.11", "one for each value in the identities list and in the same order");

constexpr std::array external_psks{
    Check{"external-psk-taken",
          "The external key is taken, and the connection works",
          hash_of_the_key,
          {need::external_psk},
          [](AsClient13& t) { takes(t, offering(t)); }},
    Check{"external-psk-age",
          "The age of an external key is ignored",
          age_ignored,
          {need::external_psk},
          [](AsClient13& t) {
              PskOffer psk = key_of(t);
              psk.obfuscated_ticket_age = 86'400'000;
              takes(t, offering(t, psk));
          }},
    Check{"external-psk-greatest-age",
          "The greatest age of an external key is ignored",
          age_ignored,
          {need::external_psk},
          [](AsClient13& t) {
              PskOffer psk = key_of(t);
              psk.obfuscated_ticket_age = 0xffffffff;
              takes(t, offering(t, psk));
          }},
    Check{"external-psk-behind-unknown",
          "An unknown identity is passed over for the external key",
          should("8446 §4.2.11", "Any unknown PSKs (e.g., ones not in the PSK database or encrypted with an "
                                 "unknown key) SHOULD simply be ignored."),
          {need::external_psk},
          [](AsClient13& t) {
              PskOffer unknown = key_of(t);
              unknown.identity = repeated(40, 0x75);
              t.offer_only_suites_of(key_of(t));
              Hello hello = t.hello();
              peer::ScriptedClient::allow_psks(hello, {mode_of(t)});
              t.client().offer_psks(hello, {unknown, key_of(t)});
              t.from_here();
              t.client().send_client_hello(hello);
              t.accepted();
          }},
    Check{"external-psk-unknown-identity",
          "Another identity with the same key is not taken",
          binder_rule,
          {need::external_psk},
          [](AsClient13& t) {
              PskOffer psk = key_of(t);
              psk.identity.push_back('x');
              t.client().send_client_hello(offering(t, psk));
              not_taken(t);
          }},
    Check{"external-psk-binder-wrong",
          "A binder that does not verify is refused",
          binder_fails,
          {need::external_psk},
          [](AsClient13& t) {
              refuse_changed(t, binder_alerts(), [](Offered& o) { o.binders.at(0).back() ^= 1; });
          }},
    Check{"external-psk-binder-zero",
          "A binder of zeros is refused",
          binder_rule,
          {need::external_psk},
          [](AsClient13& t) {
              refuse_changed(t, binder_alerts(),
                             [](Offered& o) { std::ranges::fill(o.binders.at(0), std::uint8_t{0}); });
          }},
    Check{"external-psk-binder-of-other-key",
          "A binder of another key is refused",
          binder_fails,
          {need::external_psk},
          [](AsClient13& t) { refuse_binder_of(t, [](PskOffer& psk) { psk.key.front() ^= 1; }); }},
    Check{"external-psk-binder-of-ticket",
          "A binder under the label of tickets is refused for an external key",
          must("8446 §7.1", "the label is \"ext binder\" for external PSKs (those provisioned "
                            "outside of TLS) and \"res binder\" for resumption PSKs"),
          {need::external_psk},
          [](AsClient13& t) {
              refuse_binder_of(t, [](PskOffer& psk) { psk.kind = schedule::PskKind::resumption; });
          }},
    Check{"external-psk-binder-of-other-hello",
          "A binder is refused where the hello was changed behind it",
          binder_binds,
          {need::external_psk},
          [](AsClient13& t) {
              Hello hello = offering(t);
              hello.random.front() ^= 1;
              t.client().send_client_hello(hello);
              t.refused(binder_alerts());
          }},
    Check{"external-psk-binder-over-whole-hello",
          "A binder over the hello with its binders is refused",
          binder_covers,
          {need::external_psk},
          &binder_over_whole_hello},
    Check{"external-psk-binder-short",
          "A binder that lacks a byte is refused",
          binder_fails,
          {need::external_psk},
          [](AsClient13& t) {
              refuse_changed(t, binders_alerts(), [](Offered& o) { o.binders.at(0).pop_back(); });
          }},
    Check{"external-psk-binder-long",
          "A binder with a byte more is refused",
          binder_fails,
          {need::external_psk},
          [](AsClient13& t) {
              refuse_changed(t, binders_alerts(), [](Offered& o) { o.binders.at(0).push_back(0); });
          }},
    Check{"external-psk-binder-missing",
          "Fewer binders than identities are refused",
          as_many_binders,
          {need::external_psk},
          [](AsClient13& t) {
              refuse_changed(t, binders_alerts(), [](Offered& o) {
                  o.identities.push_back(repeated(40, 9));
                  o.ages.push_back(0);
              });
          }},
    Check{"external-psk-binder-too-many",
          "More binders than identities are refused",
          as_many_binders,
          {need::external_psk},
          [](AsClient13& t) {
              refuse_changed(t, binders_alerts(), [](Offered& o) { o.binders.push_back(repeated(32, 3)); });
          }},
    Check{"external-psk-after-retry",
          "The external key is taken after a HelloRetryRequest",
          binder_covers_retry,
          {need::external_psk_dhe_ke},
          [](AsClient13& t) {
              t.offer_only_suites_of(key_of(t));
              after_retry(t, key_of(t), [&](const Hello&, Hello second) {
                  t.client().offer_psk(second, key_of(t));
                  takes(t, second);
              });
          }},
    Check{"external-psk-old-binder-after-retry",
          "The first hello's binder is refused after a HelloRetryRequest",
          binder_covers_retry,
          {need::external_psk_dhe_ke},
          [](AsClient13& t) {
              t.offer_only_suites_of(key_of(t));
              refuse_old_binder(t, key_of(t));
          }},
    Check{"external-psk-other-hash",
          "The external key is not taken with a suite of another hash",
          must("8446 §4.2.11", "The server MUST ensure that it selects a compatible PSK (if any) and cipher "
                               "suite."),
          {need::external_psk, need::two_suites13},
          [](AsClient13& t) {
              const auto all = t.script.cipher_suites;
              t.offer_only_suites_of(key_of(t));
              std::vector<CipherSuite> others;
              for (const CipherSuite suite : all)
                  if (std::ranges::find(t.script.cipher_suites, suite) == t.script.cipher_suites.end())
                      others.push_back(suite);
              if (others.empty()) return t.does_not_apply("it has suites of one hash alone");
              t.script.cipher_suites = others;
              Hello hello = t.hello();
              peer::ScriptedClient::allow_psks(hello, {mode_of(t)});
              t.client().offer_psk(hello, key_of(t));
              t.client().send_client_hello(hello);
              not_taken(t);
          }},
    Check{"external-psk-dhe-has-share",
          "With psk_dhe_ke the ServerHello holds a key share",
          must("8446 §4.2.9", "In this mode, the client and server MUST supply \"key_share\" values as "
                              "described in Section 4.2.8."),
          {need::external_psk_dhe_ke},
          [](AsClient13& t) {
              t.client().send_client_hello(offering(t, key_of(t), PskKeyExchangeMode::psk_dhe_ke));
              const auto answer = t.client().expect_server_hello();
              t.demand(answer.extensions.contains(ExtensionType::key_share), "key_share is there");
          }},
    Check{"external-psk-ke-has-no-share",
          "With psk_ke the ServerHello holds no key share",
          must("8446 §4.2.9", "In this mode, the server MUST NOT supply a \"key_share\" value."),
          {need::external_psk_ke},
          [](AsClient13& t) {
              t.client().send_client_hello(offering(t, key_of(t), PskKeyExchangeMode::psk_ke));
              const auto answer = t.us().expect<messages::ServerHello>();
              t.demand(!answer.extensions.contains(ExtensionType::key_share), "key_share is not there");
          }},
    Check{
        "external-psk-unknown-mode",
        "The external key is not taken where only unknown modes are offered",
        must("8446 §4.2.9", "Servers MUST NOT select a key exchange mode that is not listed by the client."),
        {need::external_psk},
        [](AsClient13& t) {
            t.offer_only_suites_of(key_of(t));
            Hello hello = t.hello();
            hello.extensions.set(ExtensionType::psk_key_exchange_modes, bytes({1, 0x6b}));
            t.client().offer_psk(hello, key_of(t));
            t.client().send_client_hello(hello);
            not_taken(t);
        }},
    Check{"external-psk-without-modes",
          "The external key without psk_key_exchange_modes is refused",
          must("8446 §4.2.9", "If clients offer \"pre_shared_key\" without a \"psk_key_exchange_modes\" "
                              "extension, servers MUST abort the handshake."),
          {need::external_psk},
          [](AsClient13& t) {
              Hello hello = offering(t);
              hello.extensions.remove(ExtensionType::psk_key_exchange_modes);
              t.client().send_client_hello(hello);
              t.refused();
          }},
    Check{"external-psk-no-certificate",
          "A handshake by the external key has no Certificate",
          must("8446 §2.2", "As the server is authenticating via a PSK, it does not send a Certificate or a "
                            "CertificateVerify message."),
          {need::external_psk},
          [](AsClient13& t) {
              t.client().send_client_hello(offering(t));
              const auto answer = t.client().expect_server_hello();
              if (t.ok() && !answer.extensions.contains(ExtensionType::pre_shared_key))
                  return t.does_not_apply("the server did not take the key");
              t.client().expect_encrypted_extensions();
              t.from_here();
              (void)t.us().expect_message(HandshakeType::finished);
          }},
};

} // namespace

Group server_external_psks() {
    return {"Servers, TLS 1.3: external pre-shared keys", external_psks};
}

} // namespace pavise::conform
