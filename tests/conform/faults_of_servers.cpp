// What a server sends that it must not.
#include "fault_edits.hpp"

namespace pavise::testing {

// It has a name because lambdas are template arguments below: those of two files without one would have the
// same symbols with clang.
namespace of_servers {
namespace {

using enum ExtensionType;

// ---- ServerHello and HelloRetryRequest
const Fault old_version{
    .name = "old-version", .what = "answers with TLS 1.1", .message = &set_version<server_hello>};
const Fault no_selected_version{.name = "no-selected-version",
                                .what = "leaves supported_versions out",
                                .message = &without<server_hello, supported_versions>};
const Fault compresses{.name = "compresses",
                       .what = "selects a compression method",
                       .message = &in<server_hello, [](ByteVector& m) { m[behind_session_id(m) + 2] = 1; }>};
const Fault selects_other_suite{
    .name = "selects-other-suite",
    .what = "selects a suite that was not offered",
    .message = &in<server_hello, [](ByteVector& m) { put16(m, behind_session_id(m), 0x1305); }>};
const Fault selects_grease{
    .name = "selects-grease",
    .what = "selects a suite of GREASE",
    .message = &in<server_hello, [](ByteVector& m) { put16(m, behind_session_id(m), 0x4a4a); }>};
const Fault changes_suite{.name = "changes-suite",
                          .what = "selects another suite the second time",
                          .message = &in_second<server_hello, [](ByteVector& m) {
                              // One of the same hash.
                              const std::size_t at = behind_session_id(m);
                              put16(m, at,
                                    m[at] == 0x13 ? (m[at + 1] == 1 ? 0x1303 : 0x1301)
                                                  : (m[at + 1] == 0x2b ? 0xcca9 : 0xc02b));
                          }>};
const Fault shares_another_group{.name = "shares-another-group",
                                 .what = "sends a share of a group that was not offered",
                                 .message = &in<server_hello, [](ByteVector& m) {
                                     ByteVector share{0, 0x1f, 0, 65};
                                     share.resize(4 + 65, 4);
                                     set_extension(m, key_share, share);
                                 }>};
const Fault asks_for_unknown_group{.name = "asks-for-unknown-group",
                                   .what = "asks for a group that was not offered",
                                   .message = &in<server_hello, [](ByteVector& m) {
                                       if (is_retry(m)) set_extension(m, key_share, {0, 0x1f});
                                   }>};
const Fault adds_to_server_hello{.name = "adds-to-server-hello",
                                 .what = "sends an extension that nobody asked for",
                                 .message = with<server_hello, unknown_extension>};
const Fault repeats_server_random{.name = "repeats-server-random",
                                  .what = "always sends the same random",
                                  .message = &same_random<server_hello>};
const Fault repeats_share{.name = "repeats-share",
                          .what = "always sends the same key share",
                          .message = [](HandshakeType type, ByteVector& m, std::size_t) {
                              if (type == server_hello) {
                                  ByteVector share{0, 29, 0, 32};
                                  share.resize(4 + 32, 9);
                                  set_extension(m, key_share, share);
                                  put_length_right(m);
                              }
                              // curve_type, named_curve, the length of the point
                              if (type == server_key_exchange) fill(m, 4 + 1 + 2 + 1, m[4 + 1 + 2], 9);
                          }};
const Fault marks_a_downgrade{
    .name = "marks-a-downgrade",
    .what = "marks TLS 1.3 as a downgrade",
    .message = &in<server_hello, [](ByteVector& m) {
        constexpr std::array<std::uint8_t, 8> sentinel{0x44, 0x4f, 0x57, 0x4e, 0x47, 0x52, 0x44, 1};
        std::ranges::copy(sentinel, m.begin() + random_at + random_size - sentinel.size());
    }>};
const Fault marks_no_downgrade{
    .name = "marks-no-downgrade",
    .what = "does not mark a downgrade",
    .message = &in<server_hello, [](ByteVector& m) { fill(m, random_at + random_size - 8, 8, 7); }>};
const Fault changes_session_id{.name = "changes-session-id",
                               .what = "does not echo the session id",
                               .message = &in<server_hello, [](ByteVector& m) {
                                   if (m[session_id_length_at] != 0) m[session_id_length_at + 1] ^= 1;
                               }>};
const Fault retries_twice{.name = "retries-twice",
                          .what = "sends a second HelloRetryRequest",
                          .message = &in_second<server_hello, [](ByteVector& m) {
                              std::ranges::copy(messages::hello_retry_request_random, m.begin() + random_at);
                              set_extension(m, key_share, {0, 24});
                          }>};
const Fault renegotiation_info_full{.name = "renegotiation-info-full",
                                    .what = "sends renegotiation_info with contents",
                                    .message = with<server_hello, renegotiation_info, 2, 7, 7>};
const Fault no_renegotiation_info{.name = "no-renegotiation-info",
                                  .what = "leaves renegotiation_info out",
                                  .message = &without<server_hello, renegotiation_info>};
const Fault no_extended_master_secret{.name = "no-extended-master-secret",
                                      .what = "leaves extended_master_secret out",
                                      .message = &without<server_hello, extended_master_secret>};
const Fault compressed_points{.name = "compressed-points",
                              .what = "knows compressed points alone",
                              .message = with<server_hello, ec_point_formats, 1, 1>};
const Fault gives_tickets_unasked{.name = "gives-tickets-unasked",
                                  .what = "announces a ticket that nobody asked for",
                                  .message = with<server_hello, session_ticket>};
const Fault macs_an_aead{.name = "macs-an-aead",
                         .what = "agrees on encrypt_then_mac where it must not",
                         .message = with<server_hello, encrypt_then_mac>};
const Fault selects_another_protocol{
    .name = "selects-another-protocol",
    .what = "selects a protocol that was not offered",
    .message = [](HandshakeType type, ByteVector& m, std::size_t) {
        if (type != server_hello && type != encrypted_extensions) return;
        if (extension_body(m, application_layer_protocol_negotiation).empty()) return;
        set_extension(m, application_layer_protocol_negotiation, {0, 3, 2, 'x', 'y'});
        put_length_right(m);
    }};
const Fault takes_any_psk{.name = "takes-any-psk",
                          .what = "takes any pre-shared key",
                          .message = with_in_second<server_hello, pre_shared_key, 0, 0>};
const Fault selects_no_identity{.name = "selects-no-identity",
                                .what = "selects an identity that was not offered",
                                .message = with_in_second<server_hello, pre_shared_key, 0, 9>};
const Fault no_share{.name = "no-share",
                     .what = "sends no key share",
                     .message =
                         &in_second<server_hello, [](ByteVector& m) { remove_extension(m, key_share); }>};
const Fault share_with_psk_ke{.name = "share-with-psk-ke",
                              .what = "sends a key share that was not agreed on",
                              .message = &in_second<server_hello, [](ByteVector& m) {
                                  ByteVector share{0, 29, 0, 32};
                                  share.resize(4 + 32, 9);
                                  set_extension(m, key_share, share);
                              }>};
// The same in the first connection, which an external key is taken in.
const Fault takes_any_key{.name = "takes-any-key",
                          .what = "takes any external key",
                          .message = with<server_hello, pre_shared_key, 0, 0>};
const Fault no_share_with_key{.name = "no-share-with-key",
                              .what = "sends no key share with an external key",
                              .message = &without<server_hello, key_share>};
const Fault share_with_key_alone{.name = "share-with-key-alone",
                                 .what = "sends a key share with an external key alone",
                                 .message = with<server_hello, key_share, 0, 29, 0, 1, 9>};
const Fault resumes_everything{
    .name = "resumes-everything", .what = "resumes whatever is offered", .echoes_any_session_id = true};

// ---- EncryptedExtensions and what follows
const Fault adds_to_encrypted_extensions{.name = "adds-to-encrypted-extensions",
                                         .what = "sends an extension that nobody asked for",
                                         .message = with<encrypted_extensions, unknown_extension>};
const Fault misplaces_key_share{.name = "misplaces-key-share",
                                .what = "sends key_share in EncryptedExtensions",
                                .message = with<encrypted_extensions, key_share, 0, 29>};
const Fault names_itself{.name = "names-itself",
                         .what = "sends server_name with contents",
                         .message = with<encrypted_extensions, server_name, 0>};
const Fault accepts_early_data{.name = "accepts-early-data",
                               .what = "accepts early data where it must not",
                               .message = with<encrypted_extensions, early_data>};
const Fault no_schemes_in_request{.name = "no-schemes-in-request",
                                  .what = "asks for a certificate without signature_algorithms",
                                  .message = &without<certificate_request, signature_algorithms>};

std::size_t u24_at(const ByteVector& bytes, std::size_t at) {
    return std::size_t{bytes[at]} << 16 | std::size_t{bytes[at + 1]} << 8 | bytes[at + 2];
}
void put24(ByteVector& bytes, std::size_t at, std::size_t value) {
    bytes[at] = static_cast<std::uint8_t>(value >> 16 & 0xff);
    put16(bytes, at + 1, value & 0xffff);
}
// Of TLS 1.3: the context's length, which is 0, the list's length, and the first certificate's length.
constexpr std::size_t list_length_at = 4 + 1;
constexpr std::size_t entry_at = list_length_at + 3;

const Fault no_certificates{.name = "no-certificates",
                            .what = "sends a Certificate without certificates",
                            .message =
                                &in<certificate, [](ByteVector& m) { m.assign({11, 0, 0, 0, 0, 0, 0, 0}); }>};
const Fault certificate_in_context{.name = "certificate-in-context",
                                   .what = "sends a Certificate with a context",
                                   .message = &in<certificate, [](ByteVector& m) {
                                       m[4] = 1;
                                       m.insert(m.begin() + 5, 7);
                                   }>};
const Fault certificate_extension{.name = "certificate-extension",
                                  .what = "sends an extension of a certificate that nobody asked for",
                                  .message = &in<certificate, [](ByteVector& m) {
                                      const std::size_t extensions_at = entry_at + 3 + u24_at(m, entry_at);
                                      const ByteVector extension{0xfe, 0, 0, 0};
                                      m.insert(m.begin() + static_cast<std::ptrdiff_t>(extensions_at) + 2,
                                               extension.begin(), extension.end());
                                      put16(m, extensions_at, 4);
                                      put24(m, list_length_at, u24_at(m, list_length_at) + 4);
                                  }>};
const Fault another_certificate_first{.name = "another-certificate-first",
                                      .what = "sends another certificate before its own",
                                      .message = &in<certificate, [](ByteVector& m) {
                                          const auto& der = authority().der;
                                          ByteVector entry(3);
                                          put24(entry, 0, der.size());
                                          entry.insert(entry.end(), der.begin(), der.end());
                                          entry.insert(entry.end(), {0, 0});
                                          m.insert(m.begin() + entry_at, entry.begin(), entry.end());
                                          put24(m, list_length_at, u24_at(m, list_length_at) + entry.size());
                                      }>};
// The scheme comes first in a CertificateVerify, and behind the point in a ServerKeyExchange.
template <unsigned scheme> void sign_with(HandshakeType type, ByteVector& m, std::size_t) {
    if (type == certificate_verify) put16(m, 4, scheme);
    if (type == server_key_exchange) put16(m, 4 + 1 + 2 + 1 + std::size_t{m[4 + 1 + 2]}, scheme);
}
const Fault signs_with_grease{.name = "signs-with-grease",
                              .what = "signs by a scheme that was not offered",
                              .message = &sign_with<0x6a6a>};
const Fault signs_with_sha1{
    .name = "signs-with-sha1", .what = "signs with SHA-1", .message = &sign_with<0x0203>};
const Fault signs_badly{.name = "signs-badly",
                        .what = "sends signatures that do not verify",
                        .message = [](HandshakeType type, ByteVector& m, std::size_t) {
                            if (type == certificate_verify || type == server_key_exchange) m.back() ^= 1;
                        }};
const Fault unknown_curve{.name = "unknown-curve",
                          .what = "uses a curve that was not offered",
                          .message = &in<server_key_exchange, [](ByteVector& m) { put16(m, 5, 0x1f); }>};
const Fault status_unasked{.name = "status-unasked",
                           .what = "sends a CertificateStatus that nobody asked for",
                           .message = &behind<certificate, certificate_status, 8>};
const Fault certificates_with_psk{.name = "certificates-with-psk",
                                  .what = "sends a Certificate under a pre-shared key",
                                  .message = [](HandshakeType type, ByteVector& m, std::size_t nth) {
                                      if (nth == 1)
                                          behind<encrypted_extensions, certificate, 8>(type, m, nth);
                                  }};
const Fault certificates_with_key{.name = "certificates-with-key",
                                  .what = "sends a Certificate under an external key",
                                  .message = &behind<encrypted_extensions, certificate, 8>};

// ---- tickets: lifetime, age_add, nonce, ticket, extensions
constexpr std::size_t age_add_at = 4 + 4;
constexpr std::size_t nonce_length_at = age_add_at + 4;
const Fault no_ticket{.name = "no-ticket",
                      .what = "announces a ticket and sends none",
                      .message = &left_out<new_session_ticket>};
const Fault long_lived_tickets{.name = "long-lived-tickets",
                               .what = "gives tickets for more than seven days",
                               .message = &in<new_session_ticket, [](ByteVector& m) { m[4] = 1; }>};
const Fault repeats_age_add{.name = "repeats-age-add",
                            .what = "adds the same to the age of every ticket",
                            .message =
                                &in<new_session_ticket, [](ByteVector& m) { fill(m, age_add_at, 4, 3); }>};
const Fault repeats_nonce{
    .name = "repeats-nonce",
    .what = "gives every ticket the same nonce",
    .message =
        &in<new_session_ticket, [](ByteVector& m) { fill(m, nonce_length_at + 1, m[nonce_length_at], 3); }>};
const Fault empty_tickets{.name = "empty-tickets",
                          .what = "gives empty tickets",
                          .message = &in<new_session_ticket, [](ByteVector& m) {
                              m.resize(nonce_length_at + 1 + m[nonce_length_at]);
                              m.insert(m.end(), {0, 0, 0, 0});
                          }>};
const Fault ticket_extensions{.name = "ticket-extensions",
                              .what = "gives tickets with an extension of a ClientHello",
                              .message = &in<new_session_ticket, [](ByteVector& m) {
                                  const std::size_t ticket_at = nonce_length_at + 1 + m[nonce_length_at];
                                  m.resize(ticket_at + 2 +
                                           (std::size_t{m[ticket_at]} << 8 | m[ticket_at + 1]));
                                  m.insert(m.end(), {0, 4, 0, 10, 0, 0});
                              }>};
const Fault asks_for_key_updates{.name = "asks-for-key-updates",
                                 .what = "answers a KeyUpdate by a request for another",
                                 .message = &in<key_update, [](ByteVector& m) { m[4] = 1; }>};

const Fault no_compatibility{
    .name = "no-compatibility", .what = "sends no change_cipher_spec", .bytes = [](ByteVector& bytes) {
        constexpr std::array<std::uint8_t, 6> record{20, 3, 3, 0, 1, 1};
        const auto found = std::ranges::search(bytes, record);
        bytes.erase(found.begin(), found.end());
    }};
const Fault renegotiates{
    .name = "renegotiates", .what = "renegotiates", .event = [](MaybeEvent& event, std::size_t) {
        event = peer::Event{ContentType::handshake, peer::written(server_hello, ByteVector(70, 3))};
    }};

} // namespace
} // namespace of_servers

std::vector<const Fault*> faults_of_servers() {
    using namespace of_servers;
    return {&old_version,
            &no_selected_version,
            &compresses,
            &selects_other_suite,
            &selects_grease,
            &changes_suite,
            &shares_another_group,
            &asks_for_unknown_group,
            &adds_to_server_hello,
            &repeats_server_random,
            &repeats_share,
            &marks_a_downgrade,
            &marks_no_downgrade,
            &changes_session_id,
            &retries_twice,
            &renegotiation_info_full,
            &no_renegotiation_info,
            &no_extended_master_secret,
            &compressed_points,
            &gives_tickets_unasked,
            &macs_an_aead,
            &selects_another_protocol,
            &takes_any_psk,
            &selects_no_identity,
            &no_share,
            &share_with_psk_ke,
            &takes_any_key,
            &no_share_with_key,
            &share_with_key_alone,
            &resumes_everything,
            &adds_to_encrypted_extensions,
            &misplaces_key_share,
            &names_itself,
            &accepts_early_data,
            &no_schemes_in_request,
            &no_certificates,
            &certificate_in_context,
            &certificate_extension,
            &another_certificate_first,
            &signs_with_grease,
            &signs_with_sha1,
            &signs_badly,
            &unknown_curve,
            &status_unasked,
            &certificates_with_psk,
            &certificates_with_key,
            &no_ticket,
            &long_lived_tickets,
            &repeats_age_add,
            &repeats_nonce,
            &empty_tickets,
            &ticket_extensions,
            &asks_for_key_updates,
            &no_compatibility,
            &renegotiates};
}

} // namespace pavise::testing
