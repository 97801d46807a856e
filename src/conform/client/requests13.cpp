// Requests for a certificate, and tickets, as clients of TLS 1.3 have to handle them.
#include "conform/as_server.hpp"
#include "conform/groups.hpp"
#include "conform/needs.hpp"
#include "conform/rules.hpp"
#include "messages/certificate13.hpp"
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

void request(AsServer13& t, const peer::CertificateRequestDraft& request) {
    t.begin();
    t.server().send_encrypted_extensions();
    t.us().send(request);
}

void finish_after_request(AsServer13& t) {
    t.server().send_certificate();
    t.server().send_certificate_verify();
    t.server().send_finished();
}

constexpr std::array requests{
    Check{"request-answered",
          "A CertificateRequest is answered with a Certificate, which may be empty",
          must("8446 §4.4.2",
               "If the server requests client authentication but no suitable certificate is available, the "
               "client MUST send a Certificate message containing no certificates"),
          {},
          [](AsServer13& t) {
              request(t, t.server().certificate_request());
              finish_after_request(t);
              t.from_here();
              t.server().expect_client_certificate_and_finished();
          }},
    Check{"request-context-empty",
          "The Certificate that answers has the context of the request",
          must("8446 §4.4.2", "If this message is in response to a CertificateRequest, the value of "
                              "certificate_request_context in that message."),
          {},
          [](AsServer13& t) {
              request(t, t.server().certificate_request());
              finish_after_request(t);
              const auto certificate = t.us().expect<messages::Certificate>();
              t.demand(certificate.certificate_request_context.empty(), "the context is empty");
          }},
    Check{"request-unknown-extension",
          "An unknown extension of a CertificateRequest is ignored",
          must("8446 §4.3.2", "Clients MUST ignore unrecognized extensions."),
          {},
          [](AsServer13& t) {
              auto draft = t.server().certificate_request();
              draft.extensions.add(grease_extension, bytes({1, 2}));
              request(t, draft);
              finish_after_request(t);
              t.from_here();
              t.server().expect_client_certificate_and_finished();
          }},
    Check{"request-unknown-schemes",
          "Unknown schemes of a CertificateRequest are ignored",
          must("8701 §4.2", "Clients MUST correctly ignore unknown values offered by the server and attempt "
                            "to negotiate with one of the remaining parameters."),
          {},
          [](AsServer13& t) {
              auto draft = t.server().certificate_request();
              draft.extensions.set(ExtensionType::signature_algorithms,
                                   bytes({0, 8, 0x6a, 0x6a, 4, 3, 8, 4, 8, 7}));
              request(t, draft);
              finish_after_request(t);
              t.from_here();
              t.server().expect_client_certificate_and_finished();
          }},
    Check{"request-no-schemes",
          "A CertificateRequest without signature_algorithms is refused",
          must("8446 §4.3.2", "The \"signature_algorithms\" extension MUST be specified, and other "
                              "extensions may optionally be included if defined for this message."),
          {},
          [](AsServer13& t) {
              auto draft = t.server().certificate_request();
              draft.extensions.remove(ExtensionType::signature_algorithms);
              request(t, draft);
              t.refused({missing_extension, illegal_parameter, decode_error});
          }},
    Check{"request-twice",
          "A second CertificateRequest is refused",
          rule::unexpected_order13,
          {},
          [](AsServer13& t) {
              request(t, t.server().certificate_request());
              t.server().send_certificate_request();
              t.refused({unexpected_message});
          }},
    Check{"request-after-certificate",
          "A CertificateRequest after the Certificate is refused",
          must("8446 §4.3.2", "This message, if sent, MUST follow EncryptedExtensions."),
          {},
          [](AsServer13& t) {
              t.begin();
              t.server().send_encrypted_extensions();
              t.server().send_certificate();
              t.server().send_certificate_request();
              t.refused({unexpected_message});
          }},
    Check{"request-trailing-byte",
          "A byte behind a CertificateRequest is refused",
          rule::cannot_be_parsed,
          {},
          [](AsServer13& t) {
              t.begin();
              t.server().send_encrypted_extensions();
              const ByteVector message = t.server().certificate_request().message();
              t.us().send_message(peer::written(HandshakeType::certificate_request,
                                                joined({Bytes(message).subspan(4), bytes({0})})));
              t.refused({decode_error, illegal_parameter});
          }},
    Check{"request-afterwards",
          "A CertificateRequest after the handshake is refused where it was not allowed",
          must("8446 §4.6.2",
               "A client that receives a CertificateRequest message without having sent the "
               "\"post_handshake_auth\" extension MUST send an \"unexpected_message\" fatal alert."),
          {Need{[](const Profile& p) { return !p.offers(ExtensionType::post_handshake_auth); },
                "it offers post_handshake_auth"}},
          [](AsServer13& t) {
              t.connect();
              auto draft = t.server().certificate_request();
              draft.certificate_request_context = bytes({1, 2, 3, 4});
              t.us().send(draft);
              t.refused({unexpected_message});
          }},
};

constexpr std::array tickets{
    Check{"ticket-taken",
          "A NewSessionTicket is taken",
          must("8446 §4.6.1", "At any time after the server has received the client Finished message, it MAY "
                              "send a NewSessionTicket message."),
          {},
          [](AsServer13& t) {
              t.connect();
              t.from_here();
              t.server().send_ticket();
              t.serves();
          }},
    Check{"ticket-many",
          "Several tickets are taken",
          must("8446 §4.6.1", "Servers MAY send multiple tickets on a single connection"),
          {},
          [](AsServer13& t) {
              t.connect();
              t.from_here();
              for (int i = 0; i < 5; ++i) {
                  peer::NewSessionTicketDraft ticket;
                  ticket.ticket_nonce = bytes({i});
                  t.server().send_ticket(ticket);
              }
              t.serves();
          }},
    Check{"ticket-lifetime-zero",
          "A ticket that is to be thrown away at once is taken",
          must("8446 §4.6.1", "The value of zero indicates that the ticket should be discarded immediately."),
          {},
          [](AsServer13& t) {
              t.connect();
              t.from_here();
              peer::NewSessionTicketDraft ticket;
              ticket.ticket_lifetime = 0;
              t.server().send_ticket(ticket);
              t.serves();
          }},
    Check{"ticket-unknown-extension",
          "An unknown extension of a ticket is ignored",
          must("8446 §4.6.1", "Clients MUST ignore unrecognized extensions."),
          {},
          [](AsServer13& t) {
              t.connect();
              t.from_here();
              peer::NewSessionTicketDraft ticket;
              ticket.extensions.add(grease_extension, bytes({1}));
              t.server().send_ticket(ticket);
              t.serves();
          }},
    Check{"ticket-in-pieces",
          "A ticket in several records is put together",
          rule::messages_in_pieces13,
          {},
          [](AsServer13& t) {
              t.connect();
              t.from_here();
              t.us().send_fragmented(peer::NewSessionTicketDraft{}, {1, 3, 9});
              t.serves();
          }},
    Check{"ticket-empty",
          "A ticket of no bytes is refused",
          must("8446 §4.6.1", "opaque ticket<1..2^16-1>;"),
          {},
          [](AsServer13& t) {
              t.connect();
              peer::NewSessionTicketDraft ticket;
              ticket.ticket.clear();
              t.us().send(ticket);
              t.refused({decode_error, illegal_parameter});
          }},
    Check{"ticket-trailing-byte",
          "A byte behind a ticket is refused",
          rule::cannot_be_parsed,
          {},
          [](AsServer13& t) {
              t.connect();
              const ByteVector message = peer::NewSessionTicketDraft{}.message();
              t.us().send_message(peer::written(HandshakeType::new_session_ticket,
                                                joined({Bytes(message).subspan(4), bytes({0})})));
              t.refused({decode_error, illegal_parameter});
          }},
    Check{"ticket-cut",
          "A ticket that ends too soon is refused",
          rule::cannot_be_parsed,
          {},
          [](AsServer13& t) {
              t.connect();
              t.us().send_message(
                  peer::written(HandshakeType::new_session_ticket, bytes({0, 0, 1, 0, 0, 0})));
              t.refused({decode_error, illegal_parameter});
          }},
};

} // namespace

Group client_requests13() {
    return {"Clients, TLS 1.3: requests for a certificate", requests};
}

Group client_tickets13() {
    return {"Clients, TLS 1.3: tickets", tickets};
}

} // namespace pavise::conform
