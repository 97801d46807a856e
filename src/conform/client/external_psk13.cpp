// A key that server and client were given by other means, as clients of TLS 1.3 offer it and use it. Which
// one, the person who asks has to say.
#include "conform/as_server.hpp"
#include "conform/groups.hpp"
#include "conform/needs.hpp"
#include "conform/rules.hpp"
#include "crypto/cipher_suite.hpp"
#include "messages/extension/negotiation.hpp"
#include "messages/extension/pre_shared_key.hpp"

#include <algorithm>

namespace pavise::conform {

namespace {

using enum AlertDescription;

const peer::PskOffer& key_of(AsServer13& t) {
    return *t.setting().external_psk;
}
crypto::HashId hash_of(AsServer13& t) {
    const auto suite = crypto::suite13(key_of(t).suite);
    return suite ? suite->hash : crypto::HashId::sha256;
}
std::uint16_t place_of(AsServer13& t) {
    return t.profile().external_psk_place.value_or(0);
}

// Before the client comes: the suites that fit the key.
void use_suites_of_key(AsServer13& t) {
    std::erase_if(t.script.cipher_suites, [&](CipherSuite id) {
        const auto suite = crypto::suite13(id);
        return !suite || suite->hash != hash_of(t);
    });
}

// The hello that comes next, before it is in the transcript: whether the binder of our key is that of what
// stands before the binders.
bool binder_verifies(AsServer13& t) {
    const auto& event = t.us().peek();
    if (!event || event->type != ContentType::handshake) return false;
    const Bytes message = event->bytes;
    const auto hello =
        messages::parse_body<messages::ClientHello>(message.subspan(messages::handshake_header_size));
    if (!hello) return false;
    const auto offered = hello->extensions.get<messages::OfferedPsks>();
    if (!offered || !*offered) return false;
    const ByteVector expected = t.us().binder(schedule::PskKind::external, hash_of(t), key_of(t).key,
                                              message.first(message.size() - (*offered)->binders_size()));
    std::uint16_t place = 0;
    for (const auto& binder : (*offered)->binders)
        if (place++ == place_of(t)) return std::ranges::equal(binder.bytes, expected);
    return false;
}

// The client's hello came, and a ServerHello that takes the key went out.
void take_key(AsServer13& t) {
    use_suites_of_key(t);
    t.hello();
    if (t.ok()) t.server().send_server_hello(t.server().server_hello_with_psk(place_of(t), key_of(t).key));
}

// … without a key exchange.
void take_key_alone(AsServer13& t) {
    use_suites_of_key(t);
    t.hello();
    if (!t.ok()) return;
    const ByteVector block = t.server().client_hello().extensions.block();
    const auto modes = messages::Extensions::from_block(block).get<messages::PskKeyExchangeModes>();
    if (!modes || !*modes || !(*modes)->values.contains(PskKeyExchangeMode::psk_ke))
        return t.does_not_apply("it offers psk_dhe_ke alone");
    auto hello = t.server().server_hello_with_psk(place_of(t), key_of(t).key);
    hello.extensions.remove(ExtensionType::key_share);
    t.server().send_server_hello_alone(hello);
    if (!t.server().client_hello().legacy_session_id.empty()) t.us().send_change_cipher_spec();
    t.us().use_suite(hello.cipher_suite);
    t.us().derive_handshake_keys(schedule::hash_length_zeros(hash_of(t)));
    t.us().write_with(peer::Epoch::handshake);
    t.us().read_with(peer::Epoch::handshake);
}

constexpr std::array external_psks{
    Check{"external-psk-binder",
          "The binder of the external key verifies",
          must("8446 §4.2.11.2",
               "Each entry in the binders list is computed as an HMAC over a transcript hash (see Section "
               "4.4.1) containing a partial ClientHello up to and including the "
               "PreSharedKeyExtension.identities field."),
          {need::external_psk},
          [](AsServer13& t) { t.demand(binder_verifies(t), "the binder is that of the key and the hello"); }},
    Check{"external-psk-binder-after-retry",
          "After a HelloRetryRequest the binder is over both hellos",
          must("8446 §4.2.11.2",
               "If the handshake includes a HelloRetryRequest, the initial ClientHello and HelloRetryRequest "
               "are included in the transcript along with the new ClientHello."),
          {need::external_psk},
          [](AsServer13& t) {
              use_suites_of_key(t);
              t.hello();
              if (!t.ok()) return;
              const auto group = t.group_without_share();
              if (!group)
                  return t.does_not_apply("the client sends a key share for every group that it offers");
              t.server().send_hello_retry_request(t.server().hello_retry_request(*group));
              t.demand(binder_verifies(t), "the binder is that of the key, the first hello and the second");
          }},
    Check{"external-psk-age",
          "The age of the external key is 0",
          should("8446 §4.2.11",
                 "For identities established externally, an obfuscated_ticket_age of 0 SHOULD "
                 "be used, and servers MUST ignore the value."),
          {need::external_psk},
          [](AsServer13& t) {
              const auto hello = t.server().expect_client_hello();
              const auto offered = hello.extensions.get<messages::OfferedPsks>();
              if (!t.ok() || !offered || !*offered) return;
              std::uint16_t place = 0;
              for (const auto& identity : (*offered)->identities)
                  if (place++ == place_of(t))
                      t.demand(identity.obfuscated_ticket_age == 0, "obfuscated_ticket_age is 0");
          }},
    Check{"external-psk-taken",
          "The external key is used where the server takes it",
          must("8446 §4.2.11", "In order to accept PSK key establishment, the server sends a "
                               "\"pre_shared_key\" extension indicating the selected identity."),
          {need::external_psk},
          [](AsServer13& t) {
              take_key(t);
              t.accepted();
          }},
    Check{"external-psk-taken-alone",
          "The external key is used without a key exchange where psk_ke was offered",
          must("8446 §4.2.9", "In this mode, the server MUST NOT supply a \"key_share\" value."),
          {need::external_psk},
          [](AsServer13& t) {
              take_key_alone(t);
              t.accepted();
          }},
    Check{"external-psk-certificate",
          "A Certificate is refused where the external key is used",
          must("8446 §2.2", "As the server is authenticating via a PSK, it does not send a Certificate or a "
                            "CertificateVerify message."),
          {need::external_psk},
          [](AsServer13& t) {
              take_key(t);
              t.server().send_encrypted_extensions();
              t.server().send_certificate();
              t.refused({unexpected_message});
          }},
    Check{"external-psk-certificate-request",
          "A CertificateRequest is refused where the external key is used",
          must("8446 §4.3.2", "Servers which are authenticating with a PSK MUST NOT send the "
                              "CertificateRequest message in the main handshake"),
          {need::external_psk},
          [](AsServer13& t) {
              take_key(t);
              t.server().send_encrypted_extensions();
              t.server().send_certificate_request();
              t.refused({unexpected_message});
          }},
    Check{"external-psk-finished",
          "A Finished that does not verify is refused where the external key is used",
          rule::finished_verified13,
          {need::external_psk},
          [](AsServer13& t) {
              take_key(t);
              t.server().send_encrypted_extensions();
              auto finished = t.server().finished();
              if (t.ok()) finished.verify_data.back() ^= 1;
              t.us().send(finished);
              t.refused({decrypt_error});
          }},
};

} // namespace

Group client_external_psks() {
    return {"Clients, TLS 1.3: external pre-shared keys", external_psks};
}

} // namespace pavise::conform
