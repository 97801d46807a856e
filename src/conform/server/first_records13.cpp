// What a server of TLS 1.3 does with something else than a ClientHello.
#include "conform/as_client.hpp"
#include "conform/groups.hpp"
#include "conform/needs.hpp"
#include "conform/rules.hpp"
#include "messages/extension/key_share.hpp"
#include "messages/extension/negotiation.hpp"

namespace pavise::conform {

namespace {

using enum AlertDescription;

constexpr Rule first_message = must("8446 §4.1.2", "When a client first connects to a server, it is REQUIRED "
                                                   "to send the ClientHello as its first TLS message.");

template <ExtensionType type> void longer(Hello& hello) {
    const ByteVector block = hello.extensions.block();
    const auto body = messages::Extensions::from_block(block).find(type);
    if (body) hello.extensions.set(type, joined({*body, bytes({0})}));
}

void send_first(AsClient13& t, ContentType type, Bytes fragment, const Alerts& alerts) {
    t.us().send_raw_record(type, ProtocolVersion::tls_1_2, fragment);
    t.refused(alerts);
}

constexpr std::array first_records{
    Check{"first-unknown-type",
          "A record of an unknown type instead of a ClientHello is refused",
          must("8446 §5", "If a TLS implementation receives an unexpected record type, it MUST terminate the "
                          "connection with an "
                          "\"unexpected_message\" alert."),
          {},
          [](AsClient13& t) {
              send_first(t, static_cast<ContentType>(99), repeated(20, 1),
                         {unexpected_message, decode_error, protocol_version});
          }},
    Check{"first-application-data",
          "Application data instead of a ClientHello is refused",
          first_message,
          {},
          [](AsClient13& t) {
              send_first(t, ContentType::application_data, repeated(20, 1), {unexpected_message});
          }},
    Check{"first-change-cipher-spec",
          "change_cipher_spec before the ClientHello is refused, or dropped by a stateless server",
          must("8446 §5", "If an implementation detects a change_cipher_spec record received before the "
                          "first ClientHello message or "
                          "after the peer's Finished message, it MUST be treated as an unexpected record "
                          "type (though stateless "
                          "servers may not be able to distinguish these cases from allowed cases)."),
          {},
          [](AsClient13& t) {
              t.us().send_change_cipher_spec();
              t.client().send_client_hello();
              t.expects("alert unexpected_message, or ServerHello");
              t.from_here();
              const auto& event = t.us().peek();
              if (!event || event->type != ContentType::handshake) t.refused({unexpected_message});
          }},
    Check{"first-alert-of-one-byte",
          "Half an alert instead of a ClientHello is refused",
          rule::cannot_be_parsed,
          {},
          [](AsClient13& t) {
              t.us().send_raw_record(ContentType::alert, ProtocolVersion::tls_1_2, bytes({2}));
              t.us().send_raw_record(ContentType::alert, ProtocolVersion::tls_1_2, bytes({40}));
              t.refused({unexpected_message, decode_error, illegal_parameter});
          }},
    Check{"first-empty-handshake",
          "An empty handshake record is refused, or ignored",
          must("8446 §5.1", "Implementations MUST NOT send zero-length fragments of Handshake types, even if "
                            "those fragments contain "
                            "padding."),
          {},
          [](AsClient13& t) {
              // What whoever receives one does is left open before there is protection.
              t.us().send_raw_record(ContentType::handshake, ProtocolVersion::tls_1_2, {});
              t.client().send_client_hello();
              t.expects("an alert, or ServerHello");
              t.from_here();
              const auto& event = t.us().peek();
              if (!event || event->type != ContentType::handshake)
                  t.refused({unexpected_message, decode_error, illegal_parameter});
          }},
    Check{"first-record-too-long",
          "A record of more than 2^14 bytes is refused",
          must("8446 §5.1", "An endpoint that receives a record that exceeds this length MUST terminate the "
                            "connection with a "
                            "\"record_overflow\" alert."),
          {},
          [](AsClient13& t) {
              // The longest protected record is longer, and some look at no more than that.
              t.us().send_raw_record(ContentType::handshake, ProtocolVersion::tls_1_2,
                                     joined({bytes({1, 0, 0x60, 0}), repeated((1u << 14) + 3000)}));
              t.refused({record_overflow, decode_error, illegal_parameter});
          }},
    Check{"first-server-hello",
          "A ServerHello instead of a ClientHello is refused",
          rule::unexpected_order13,
          {},
          [](AsClient13& t) {
              send_first(t, ContentType::handshake, peer::written(HandshakeType::server_hello, repeated(60)),
                         {unexpected_message});
          }},
    Check{"first-finished",
          "A Finished instead of a ClientHello is refused",
          first_message,
          {},
          [](AsClient13& t) {
              send_first(t, ContentType::handshake, peer::written(HandshakeType::finished, repeated(32)),
                         {unexpected_message});
          }},
    Check{"first-certificate",
          "A Certificate instead of a ClientHello is refused",
          rule::unexpected_order13,
          {},
          [](AsClient13& t) {
              send_first(t, ContentType::handshake, peer::written(HandshakeType::certificate, repeated(8)),
                         {unexpected_message});
          }},
    Check{"first-key-update",
          "A KeyUpdate instead of a ClientHello is refused",
          rule::key_update_after_finished,
          {},
          [](AsClient13& t) {
              send_first(t, ContentType::handshake, peer::written(HandshakeType::key_update, bytes({0})),
                         {unexpected_message});
          }},
    Check{"first-unknown-message",
          "A handshake message of an unknown type is refused",
          rule::unexpected_order13,
          {},
          [](AsClient13& t) {
              send_first(t, ContentType::handshake,
                         peer::written(static_cast<HandshakeType>(77), repeated(8)), {unexpected_message});
          }},
    Check{"first-interleaved",
          "A record of application data inside a fragmented ClientHello is refused",
          must("8446 §5.1", "Handshake messages MUST NOT be interleaved with other record types."),
          {},
          [](AsClient13& t) {
              const ByteVector hello = t.hello().message();
              t.us().send_raw_record(ContentType::handshake, ProtocolVersion::tls_1_2,
                                     Bytes(hello).first(50));
              t.us().send_raw_record(ContentType::application_data, ProtocolVersion::tls_1_2, bytes({1}));
              t.us().send_raw_record(ContentType::handshake, ProtocolVersion::tls_1_2,
                                     Bytes(hello).subspan(50));
              t.refused({unexpected_message});
          }},
    Check{"first-alert-interleaved",
          "An alert inside a fragmented ClientHello is refused",
          must("8446 §5.1", "That is, if a handshake message is split over two or more records, there MUST "
                            "NOT be any other records "
                            "between them."),
          {},
          [](AsClient13& t) {
              const ByteVector hello = t.hello().message();
              t.us().send_raw_record(ContentType::handshake, ProtocolVersion::tls_1_2,
                                     Bytes(hello).first(50));
              t.us().send_raw_record(ContentType::alert, ProtocolVersion::tls_1_2, bytes({2, 80}));
              t.us().send_raw_record(ContentType::handshake, ProtocolVersion::tls_1_2,
                                     Bytes(hello).subspan(50));
              t.refused();
          }},
    Check{"first-bytes-behind-hello",
          "Handshake bytes behind the ClientHello in the same record are refused",
          must("8446 §5.1", "Because the ClientHello, EndOfEarlyData, ServerHello, Finished, and KeyUpdate "
                            "messages can immediately "
                            "precede a key change, implementations MUST send these messages in alignment "
                            "with a record boundary."),
          {},
          [](AsClient13& t) {
              t.us().send_message(
                  joined({t.hello().message(), peer::written(HandshakeType::finished, repeated(32))}));
              t.refused({unexpected_message});
          }},
    Check{"first-part-behind-hello",
          "A part of a message behind the ClientHello in the same record is refused",
          rule::aligned_with_records,
          {},
          [](AsClient13& t) {
              Hello hello = t.hello();
              t.client().use_client_hello(hello);
              t.us().send_message(joined({hello.message(), bytes({20})}));
              t.refused({unexpected_message});
          }},
};

} // namespace

Group server_first_records13() {
    return {"Servers, TLS 1.3: something else than a ClientHello", first_records};
}

} // namespace pavise::conform
