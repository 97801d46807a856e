// Pre-shared keys and tickets, as servers of TLS 1.3 have to handle them.
#include "conform/groups.hpp"
#include "conform/needs.hpp"
#include "conform/server/psks.hpp"
#include "conform/server/tickets.hpp"
#include "messages/extension/key_share.hpp"
#include "messages/extension/negotiation.hpp"

#include <algorithm>

namespace pavise::conform {

namespace {

using enum AlertDescription;

// The ticket offered with this change to what stands in pre_shared_key.
template <class Change> void refuse_changed(AsClient13& t, Change change, const Alerts& alerts) {
    const auto ticket = t.ticket();
    if (!t.ok()) return;
    Hello hello = resuming(t, ticket);
    Offered offered = Offered::of(hello);
    change(offered);
    hello.extensions.set(ExtensionType::pre_shared_key, offered.body());
    t.client().send_client_hello(hello);
    t.refused(alerts);
}

// The ServerHello that resumes, where the server does.
messages::ServerHello expect_resumption(AsClient13& t) {
    const auto answer = t.client().expect_server_hello();
    if (t.ok() && !answer.extensions.contains(ExtensionType::pre_shared_key))
        t.does_not_apply("the server did not resume");
    return answer;
}

constexpr std::array psks{
    Check{"psk-resumed",
          "A ticket is taken, or a full handshake follows",
          must("8446 §4.6.1", "The client MAY use this PSK for future handshakes by including the ticket "
                              "value in the \"pre_shared_key\" extension in "
                              "its ClientHello"),
          {need::tickets13},
          &with_ticket<[](AsClient13& t, const Ticket& ticket) {
              const Hello hello = resuming(t, ticket);
              t.from_here();
              t.client().send_client_hello(hello);
              t.accepted();
          }>},
    Check{
        "psk-unknown",
        "A ticket that the server cannot know is ignored",
        should("8446 §4.2.11",
               "If no acceptable PSKs are found, the server SHOULD perform a non-PSK handshake if possible."),
        {},
        [](AsClient13& t) {
            const Hello hello = resuming(t, unknown_ticket());
            t.from_here();
            t.client().send_client_hello(hello);
            t.accepted();
        }},
    Check{"psk-unknown-before-known",
          "A ticket that the server cannot know is passed over for one that it gave",
          should("8446 §4.2.11", "Any unknown PSKs (e.g., ones not in the PSK database or encrypted with an "
                                 "unknown key) SHOULD simply be ignored."),
          {need::tickets13},
          &with_ticket<[](AsClient13& t, const Ticket& ticket) {
              Hello hello = t.hello();
              t.client().offer_psks(hello, {unknown_ticket_like(ticket), ticket});
              t.from_here();
              t.client().send_client_hello(hello);
              t.accepted();
          }>},
    Check{"psk-altered-ticket",
          "An altered ticket is not taken",
          must("8446 §4.6.1",
               "It MAY be either a database lookup key or a self-encrypted and self-authenticated value."),
          {need::tickets13},
          [](AsClient13& t) {
              auto ticket = t.ticket();
              if (!t.ok() || ticket.identity.empty()) return;
              ticket.identity[ticket.identity.size() / 2] ^= 1;
              t.client().send_client_hello(resuming(t, ticket));
              not_taken(t);
          }},
    Check{"psk-binder-wrong",
          "A binder that does not verify is refused",
          binder_fails,
          {need::tickets13},
          [](AsClient13& t) {
              refuse_changed(t, [](Offered& o) { o.binders.at(0).back() ^= 1; }, binder_alerts());
          }},
    Check{"psk-binder-zero",
          "A binder of zeros is refused",
          binder_rule,
          {need::tickets13},
          [](AsClient13& t) {
              refuse_changed(
                  t, [](Offered& o) { std::ranges::fill(o.binders.at(0), std::uint8_t{0}); },
                  binder_alerts());
          }},
    Check{"psk-binder-external",
          "A binder under the label of external keys is refused for a ticket",
          must("8446 §4.2.11.2",
               "The PSK binder value forms a binding between a PSK and the current handshake"),
          {need::tickets13},
          [](AsClient13& t) {
              auto ticket = t.ticket();
              if (!t.ok()) return;
              ticket.kind = schedule::PskKind::external;
              t.client().send_client_hello(resuming(t, ticket));
              t.refused(binder_alerts());
          }},
    Check{"psk-binder-short",
          "A binder that lacks a byte is refused",
          binder_fails,
          {need::tickets13},
          [](AsClient13& t) {
              refuse_changed(
                  t,
                  [](Offered& o) {
                      o.binders.at(0).resize(32);
                      o.binders.at(0).pop_back();
                  },
                  binders_alerts());
          }},
    Check{"psk-binder-missing",
          "Fewer binders than identities are refused",
          must("8446 §4.2.11", "binders: A series of HMAC values, one for each value in the identities list "
                               "and in the same order"),
          {need::tickets13},
          [](AsClient13& t) {
              refuse_changed(
                  t,
                  [](Offered& o) {
                      o.identities.push_back(repeated(40, 9));
                      o.ages.push_back(1);
                  },
                  binders_alerts());
          }},
    Check{"psk-binder-too-many",
          "More binders than identities are refused",
          must("8446 §4.2.11", "one for each value in the identities list and in the same order"),
          {need::tickets13},
          [](AsClient13& t) {
              refuse_changed(t, [](Offered& o) { o.binders.push_back(repeated(32, 3)); }, binders_alerts());
          }},
    Check{"psk-no-identity",
          "pre_shared_key without identities is refused",
          must("8446 §4.2.11", "PskIdentity identities<7..2^16-1>;"),
          {},
          [](AsClient13& t) {
              Hello hello = t.hello();
              peer::ScriptedClient::allow_psks(hello);
              hello.extensions.add(ExtensionType::pre_shared_key, bytes({0, 0, 0, 0}));
              t.client().send_client_hello(hello);
              t.refused({decode_error, illegal_parameter});
          }},
    Check{"psk-empty",
          "An empty pre_shared_key is refused",
          must("8446 §6.2", "decode_error: A message could not be decoded because some field was out of the "
                            "specified range or the length of the "
                            "message was incorrect."),
          {},
          [](AsClient13& t) {
              Hello hello = t.hello();
              peer::ScriptedClient::allow_psks(hello);
              hello.extensions.add(ExtensionType::pre_shared_key, {});
              t.client().send_client_hello(hello);
              t.refused({decode_error, illegal_parameter});
          }},
    Check{"psk-not-last",
          "pre_shared_key that is not the last extension is refused",
          must("8446 §4.2.11", "Servers MUST check that it is the last extension and otherwise fail the "
                               "handshake with an \"illegal_parameter\" alert."),
          {},
          [](AsClient13& t) {
              Hello hello = resuming(t, unknown_ticket());
              hello.extensions.add(unknown_extension, bytes({1}));
              t.client().send_client_hello(hello);
              t.refused({illegal_parameter});
          }},
    Check{"psk-without-modes",
          "pre_shared_key without psk_key_exchange_modes is refused",
          must("8446 §4.2.9", "If clients offer \"pre_shared_key\" without a \"psk_key_exchange_modes\" "
                              "extension, servers MUST abort the handshake."),
          {},
          [](AsClient13& t) {
              Hello hello = resuming(t, unknown_ticket());
              hello.extensions.remove(ExtensionType::psk_key_exchange_modes);
              t.client().send_client_hello(hello);
              t.refused();
          }},
    Check{
        "psk-unknown-mode",
        "A ticket is not taken where only unknown modes are offered",
        must("8446 §4.2.9", "Servers MUST NOT select a key exchange mode that is not listed by the client."),
        {need::tickets13},
        &with_ticket<[](AsClient13& t, const Ticket& ticket) {
            Hello hello = t.hello();
            hello.extensions.set(ExtensionType::psk_key_exchange_modes, bytes({1, 0x6b}));
            t.client().offer_psk(hello, ticket);
            t.client().send_client_hello(hello);
            not_taken(t);
        }>},
    Check{"psk-no-modes-in-list",
          "An empty list of modes is refused",
          must("8446 §4.2.9", "PskKeyExchangeMode ke_modes<1..255>;"),
          {},
          [](AsClient13& t) {
              t.refuses({decode_error, illegal_parameter}, [](Hello& h) {
                  h.extensions.set(ExtensionType::psk_key_exchange_modes, bytes({0}));
              });
          }},
    Check{"psk-dhe-has-share",
          "With psk_dhe_ke the ServerHello holds a key share",
          must("8446 §4.2.9", "In this mode, the client and server MUST supply \"key_share\" values as "
                              "described in Section 4.2.8."),
          {need::tickets13},
          &with_ticket<[](AsClient13& t, const Ticket& ticket) {
              t.client().send_client_hello(resuming(t, ticket));
              const auto answer = expect_resumption(t);
              t.demand(answer.extensions.contains(ExtensionType::key_share), "key_share is there");
          }>},
    Check{"psk-ke-has-no-share",
          "With psk_ke the ServerHello holds no key share",
          must("8446 §4.2.9", "In this mode, the server MUST NOT supply a \"key_share\" value."),
          {need::tickets13, Need{[](const Profile& p) { return p.psk_ke; }, "it does not resume by psk_ke"}},
          &with_ticket<[](AsClient13& t, const Ticket& ticket) {
              Hello hello = t.hello();
              peer::ScriptedClient::allow_psks(hello, {PskKeyExchangeMode::psk_ke});
              t.client().offer_psk(hello, ticket);
              t.client().send_client_hello(hello);
              const auto answer = t.client().expect_server_hello();
              t.demand(!answer.extensions.contains(ExtensionType::key_share), "key_share is not there");
          }>},
    Check{"psk-selected-in-range",
          "The selected identity is one of those that were offered",
          must("8446 §4.2.11", "Clients MUST verify that the server's selected_identity is within the range "
                               "supplied by the client"),
          {need::tickets13},
          &with_ticket<[](AsClient13& t, const Ticket& ticket) {
              t.client().send_client_hello(resuming(t, ticket));
              const auto answer = t.us().expect<messages::ServerHello>();
              const auto selected = answer.extensions.get<messages::SelectedPsk>();
              t.demand(selected && (!*selected || (*selected)->value == 0), "selected_identity is 0");
          }>},
    Check{"psk-same-hash",
          "A ticket is not taken with a suite of another hash",
          must("8446 §4.6.1", "Any ticket MUST only be resumed with a cipher suite that has the same KDF "
                              "hash algorithm as that used to establish the "
                              "original connection."),
          {need::tickets13, need::two_suites13},
          &with_ticket<[](AsClient13& t, const Ticket& ticket) {
              const auto first = crypto::suite13(ticket.suite);
              Hello hello = t.hello();
              std::erase_if(hello.cipher_suites, [&](CipherSuite id) {
                  const auto suite = crypto::suite13(id);
                  return !suite || !first || suite->hash == first->hash;
              });
              if (hello.cipher_suites.empty()) return t.does_not_apply("it has suites of one hash alone");
              t.client().offer_psk(hello, ticket);
              t.client().send_client_hello(hello);
              not_taken(t);
          }>},
    Check{"psk-no-certificate",
          "A resumed handshake has no Certificate",
          must("8446 §2.2", "As the server is authenticating via a PSK, it does not send a Certificate or a "
                            "CertificateVerify message."),
          {need::tickets13},
          &with_ticket<[](AsClient13& t, const Ticket& ticket) {
              t.client().send_client_hello(resuming(t, ticket));
              (void)expect_resumption(t);
              if (!t.ok()) return;
              t.client().expect_encrypted_extensions();
              t.from_here();
              (void)t.us().expect_message(HandshakeType::finished);
          }>},
    Check{"psk-after-retry",
          "A ticket is taken after a HelloRetryRequest",
          must("8446 §4.1.2", "Updating the \"pre_shared_key\" extension if present by recomputing the "
                              "\"obfuscated_ticket_age\" and binder values"),
          {need::tickets13},
          &with_ticket<[](AsClient13& t, const Ticket& ticket) {
              after_retry(t, ticket, [&](const Hello&, Hello second) {
                  t.client().offer_psk(second, ticket);
                  t.from_here();
                  t.client().send_client_hello(second);
                  t.accepted();
              });
          }>},
    Check{"psk-old-binder-after-retry",
          "The first hello's binder is refused after a HelloRetryRequest",
          must("8446 §4.2.11.2",
               "Each entry in the binders list is computed as an HMAC over a transcript hash"),
          {need::tickets13},
          &with_ticket<&refuse_old_binder>},
};

// ---------------------------------------------------------------- tickets

template <class Look> void look_at_tickets(AsClient13& t, Look look) {
    t.connect_for_tickets();
    if (t.us().peek()) t.from_here(); // the reader refuses one of no bytes
    const auto ticket = t.us().expect<messages::NewSessionTicket>();
    if (t.ok()) look(ticket);
}

constexpr std::array tickets{
    Check{"ticket-lifetime",
          "A ticket lives for at most seven days",
          must("8446 §4.6.1", "Servers MUST NOT use any value greater than 604800 seconds (7 days)."),
          {need::tickets13},
          [](AsClient13& t) {
              look_at_tickets(t, [&](const auto& ticket) {
                  t.demand(ticket.ticket_lifetime <= 604800, "ticket_lifetime is at most 604800");
              });
          }},
    Check{"ticket-not-empty",
          "A ticket is not empty",
          must("8446 §4.6.1", "opaque ticket<1..2^16-1>;"),
          {need::tickets13},
          [](AsClient13& t) {
              look_at_tickets(
                  t, [&](const auto& ticket) { t.demand(!ticket.ticket.empty(), "ticket is not empty"); });
          }},
    Check{"ticket-age-add-is-new",
          "Two tickets have two values of ticket_age_add",
          must("8446 §4.6.1", "The server MUST generate a fresh value for each ticket it sends."),
          {need::tickets13},
          [](AsClient13& t) {
              const auto first = t.ticket();
              if (!t.ok()) return;
              const auto second = t.ticket();
              t.demand(first.obfuscated_ticket_age != second.obfuscated_ticket_age, "ticket_age_add differs");
          }},
    Check{
        "ticket-nonce-is-new",
        "Tickets of one connection have nonces of their own",
        must("8446 §4.6.1",
             "ticket_nonce: A per-ticket value that is unique across all tickets issued on this connection."),
        {need::tickets13},
        [](AsClient13& t) {
            t.connect_for_tickets();
            const auto first = t.us().expect<messages::NewSessionTicket>();
            if (!t.ok()) return;
            const auto& event = t.us().peek();
            if (!event || event->type != ContentType::handshake) return t.does_not_apply("one ticket came");
            const auto second = t.us().expect<messages::NewSessionTicket>();
            t.demand(!std::ranges::equal(first.ticket_nonce, second.ticket_nonce), "ticket_nonce differs");
            t.demand(!std::ranges::equal(first.ticket, second.ticket), "the tickets differ");
        }},
    Check{"ticket-extensions",
          "A ticket holds early_data, or what nobody knows",
          must("8446 §4.6.1", "The sole extension currently defined for NewSessionTicket is \"early_data\", "
                              "indicating that the ticket may be used to send "
                              "0-RTT data"),
          {need::tickets13},
          [](AsClient13& t) {
              look_at_tickets(t, [&](const auto& ticket) {
                  for (const auto& extension : ticket.extensions)
                      t.demand(extension.type == ExtensionType::early_data ||
                                   static_cast<unsigned>(extension.type) > 60,
                               "early_data alone, of the extensions of TLS 1.3");
              });
          }},
    Check{"ticket-for-other-name",
          "A ticket that is offered with another name is taken, or passed over",
          must("8446 §4.2.11", "In TLS 1.3, the SNI value is always explicitly specified in the resumption "
                               "handshake, and there is no need "
                               "for the server to associate an SNI value with the ticket."),
          {need::tickets13},
          &with_ticket<[](AsClient13& t, const Ticket& ticket) {
              t.script.server_name = "another-name.invalid";
              t.reconnect();
              t.client().send_client_hello(resuming(t, ticket));
              t.expects("a connection that works, or alert unrecognized_name");
              t.from_here();
              const auto& event = t.us().peek();
              if (!event || event->type != ContentType::handshake)
                  return t.refused({unrecognized_name, handshake_failure, illegal_parameter});
              t.accepted();
          }>},
};

} // namespace

Group server_psks() {
    return {"Servers, TLS 1.3: pre-shared keys", psks};
}
Group server_tickets13() {
    return {"Servers, TLS 1.3: tickets", tickets};
}
} // namespace pavise::conform
