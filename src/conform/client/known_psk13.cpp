// Pre-shared keys that we know, as clients of TLS 1.3 offer and use them: one that was agreed on elsewhere,
// and that the person who asks has named, and that of a ticket that we gave ourselves to a client that comes
// back.
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

using schedule::PskKind;
using enum AlertDescription;

template <PskKind kind> constexpr bool is_external = kind == PskKind::external;

template <PskKind kind> const peer::PskOffer& key_of(AsServer13& t) {
    return is_external<kind> ? *t.setting().external_psk : *t.profile().ticket;
}
template <PskKind kind> std::uint16_t place_of(AsServer13& t) {
    return (is_external<kind> ? t.profile().external_psk_place : t.profile().ticket_place).value_or(0);
}
template <PskKind kind> crypto::HashId hash_of(AsServer13& t) {
    const auto suite = crypto::suite13(key_of<kind>(t).suite);
    return suite ? suite->hash : crypto::HashId::sha256;
}

// Before the client comes: the suites that fit the key.
template <PskKind kind> void use_suites_of_key(AsServer13& t) {
    std::erase_if(t.script.cipher_suites, [&](CipherSuite id) {
        const auto suite = crypto::suite13(id);
        return !suite || suite->hash != hash_of<kind>(t);
    });
}

// The hello that comes next, before it is in the transcript: whether the binder of our key is that of what
// stands before the binders.
template <PskKind kind> bool binder_verifies(AsServer13& t) {
    const auto& event = t.us().peek();
    if (!event || event->type != ContentType::handshake) return false;
    const Bytes message = event->bytes;
    const auto hello =
        messages::parse_body<messages::ClientHello>(message.subspan(messages::handshake_header_size));
    if (!hello) return false;
    const auto offered = hello->extensions.get<messages::OfferedPsks>();
    if (!offered || !*offered) return false;
    const ByteVector expected = t.us().binder(kind, hash_of<kind>(t), key_of<kind>(t).key,
                                              message.first(message.size() - (*offered)->binders_size()));
    std::uint16_t place = 0;
    for (const auto& binder : (*offered)->binders)
        if (place++ == place_of<kind>(t)) return std::ranges::equal(binder.bytes, expected);
    return false;
}

// The client's hello came, and a ServerHello that takes the key went out.
template <PskKind kind> void take_key(AsServer13& t) {
    use_suites_of_key<kind>(t);
    t.hello();
    if (!t.ok()) return;
    t.server().send_server_hello(t.server().server_hello_with_psk(place_of<kind>(t), key_of<kind>(t).key));
}

// … without a key exchange.
template <PskKind kind> void take_key_alone(AsServer13& t) {
    use_suites_of_key<kind>(t);
    t.hello();
    if (!t.ok()) return;
    const ByteVector block = t.server().client_hello().extensions.block();
    const auto modes = messages::Extensions::from_block(block).get<messages::PskKeyExchangeModes>();
    if (!modes || !*modes || !(*modes)->values.contains(PskKeyExchangeMode::psk_ke))
        return t.does_not_apply("it offers psk_dhe_ke alone");
    auto hello = t.server().server_hello_with_psk(place_of<kind>(t), key_of<kind>(t).key);
    hello.extensions.remove(ExtensionType::key_share);
    t.server().send_server_hello_alone(hello);
    if (!t.server().client_hello().legacy_session_id.empty()) t.us().send_change_cipher_spec();
    t.us().use_suite(hello.cipher_suite);
    t.us().derive_handshake_keys(schedule::hash_length_zeros(hash_of<kind>(t)));
    t.us().write_with(peer::Epoch::handshake);
    t.us().read_with(peer::Epoch::handshake);
}

// ---------------------------------------------------------------- scripts

template <PskKind kind> void has_true_binder(AsServer13& t) {
    t.demand(binder_verifies<kind>(t), "the binder is that of the key and the hello");
}

template <PskKind kind> void has_true_binder_after_retry(AsServer13& t) {
    use_suites_of_key<kind>(t);
    if (!t.request_retry()) return;
    t.demand(binder_verifies<kind>(t), "the binder is that of the key, the first hello and the second");
}

// The obfuscated_ticket_age of our key.
template <PskKind kind> std::optional<std::uint32_t> age_in_hello(AsServer13& t) {
    const auto hello = t.server().expect_client_hello();
    const auto offered = hello.extensions.get<messages::OfferedPsks>();
    if (!t.ok() || !offered || !*offered) return std::nullopt;
    std::uint16_t place = 0;
    for (const auto& identity : (*offered)->identities)
        if (place++ == place_of<kind>(t)) return identity.obfuscated_ticket_age;
    return std::nullopt;
}

void says_no_age(AsServer13& t) {
    t.demand(age_in_hello<PskKind::external>(t) == 0u, "obfuscated_ticket_age is 0");
}

void says_true_age(AsServer13& t) {
    // We gave it since this run began.
    constexpr std::uint32_t longest_run = 24 * 3600 * 1000;
    const auto age = age_in_hello<PskKind::resumption>(t);
    t.demand(age && *age - t.profile().ticket->obfuscated_ticket_age < longest_run,
             "obfuscated_ticket_age, without ticket_age_add, is the time since the ticket was given");
}

template <PskKind kind> void uses_key(AsServer13& t) {
    take_key<kind>(t);
    t.accepted();
}
template <PskKind kind> void uses_key_alone(AsServer13& t) {
    take_key_alone<kind>(t);
    t.accepted();
}

template <PskKind kind> void refuses_certificate(AsServer13& t) {
    take_key<kind>(t);
    t.server().send_encrypted_extensions();
    t.server().send_certificate();
    t.refused({unexpected_message});
}
template <PskKind kind> void refuses_certificate_request(AsServer13& t) {
    take_key<kind>(t);
    t.server().send_encrypted_extensions();
    t.server().send_certificate_request();
    t.refused({unexpected_message});
}
template <PskKind kind> void refuses_finished(AsServer13& t) {
    take_key<kind>(t);
    t.server().send_encrypted_extensions();
    auto finished = t.server().finished();
    if (t.ok()) finished.verify_data.back() ^= 1;
    t.us().send(finished);
    t.refused({decrypt_error});
}

// ---------------------------------------------------------------- the checks

// Each has a name for either kind.
struct Names {
    std::string_view external;
    std::string_view ticket;
};
template <PskKind kind>
constexpr Check check(const Names& names, std::string_view title, const Rule& rule,
                      void (*script)(AsServer13&)) {
    return {is_external<kind> ? names.external : names.ticket,
            title,
            rule,
            {is_external<kind> ? need::external_psk : need::known_ticket},
            script};
}

template <PskKind kind>
constexpr std::array checks{
    check<kind>({"external-psk-binder", "ticket-psk-binder"}, "The binder of the key verifies",
                must("8446 §4.2.11.2",
                     "Each entry in the binders list is computed as an HMAC over a transcript "
                     "hash (see Section 4.4.1) containing a partial ClientHello up to and "
                     "including the PreSharedKeyExtension.identities field."),
                &has_true_binder<kind>),
    check<kind>({"external-psk-binder-after-retry", "ticket-psk-binder-after-retry"},
                "After a HelloRetryRequest the binder is over both hellos",
                must("8446 §4.2.11.2",
                     "If the handshake includes a HelloRetryRequest, the initial ClientHello and "
                     "HelloRetryRequest are included in the transcript along with the new ClientHello."),
                &has_true_binder_after_retry<kind>),
    is_external<kind>
        ? check<kind>({"external-psk-age", ""}, "The age of the external key is 0",
                      should("8446 §4.2.11",
                             "For identities established externally, an obfuscated_ticket_age "
                             "of 0 SHOULD be used, and servers MUST ignore the value."),
                      &says_no_age)
        : check<kind>(
              {"", "ticket-psk-age"}, "The age of the ticket is that since it was given",
              must("8446 §4.2.11.1",
                   "The \"obfuscated_ticket_age\" field of each PskIdentity contains an obfuscated "
                   "version of the ticket age formed by taking the age in milliseconds and adding the "
                   "\"ticket_age_add\" value that was included with the ticket"),
              &says_true_age),
    check<kind>({"external-psk-taken", "ticket-psk-taken"}, "The key is used where the server takes it",
                must("8446 §4.2.11", "In order to accept PSK key establishment, the server sends a "
                                     "\"pre_shared_key\" extension indicating the selected identity."),
                &uses_key<kind>),
    check<kind>({"external-psk-taken-alone", "ticket-psk-taken-alone"},
                "The key is used without a key exchange where psk_ke was offered",
                must("8446 §4.2.9", "In this mode, the server MUST NOT supply a \"key_share\" value."),
                &uses_key_alone<kind>),
    check<kind>({"external-psk-certificate", "ticket-psk-certificate"},
                "A Certificate is refused where the key is used",
                must("8446 §2.2", "As the server is authenticating via a PSK, it does not send a Certificate "
                                  "or a CertificateVerify message."),
                &refuses_certificate<kind>),
    check<kind>({"external-psk-certificate-request", "ticket-psk-certificate-request"},
                "A CertificateRequest is refused where the key is used",
                must("8446 §4.3.2", "Servers which are authenticating with a PSK MUST NOT send the "
                                    "CertificateRequest message in the main handshake"),
                &refuses_certificate_request<kind>),
    check<kind>({"external-psk-finished", "ticket-psk-finished"},
                "A Finished that does not verify is refused where the key is used", rule::finished_verified13,
                &refuses_finished<kind>),
};

} // namespace

Group client_external_psks() {
    return {"Clients, TLS 1.3: external pre-shared keys", checks<PskKind::external>};
}
Group client_known_tickets() {
    return {"Clients, TLS 1.3: our own tickets", checks<PskKind::resumption>};
}

} // namespace pavise::conform
