// What a client sends that it must not.
#include "fault_edits.hpp"

namespace pavise::testing {

// It has a name because lambdas are template arguments below: those of two files without one would have the
// same symbols with clang.
namespace of_clients {
namespace {

using enum ExtensionType;

// ---- ClientHello
const Fault client_of_tls11{.name = "client-of-tls11",
                            .what = "says TLS 1.1 in legacy_version",
                            .message = &set_version<client_hello>};
const Fault no_versions{.name = "no-versions",
                        .what = "leaves supported_versions out",
                        .message = &without<client_hello, supported_versions>};
const Fault old_versions{.name = "old-versions",
                         .what = "offers TLS 1.1",
                         .message = with<client_hello, supported_versions, 6, 3, 4, 3, 3, 3, 2>};
// Behind the suites: the length of the compression methods.
std::size_t compression_at(const ByteVector& hello) {
    const std::size_t suites = behind_session_id(hello);
    return suites + 2 + (std::size_t{hello[suites]} << 8 | hello[suites + 1]);
}
const Fault offers_compression{.name = "offers-compression",
                               .what = "offers compression",
                               .message = &in<client_hello, [](ByteVector& m) {
                                   const std::size_t at = compression_at(m);
                                   ++m[at];
                                   m.insert(m.begin() + static_cast<std::ptrdiff_t>(at) + 1, 1);
                               }>};
const Fault only_compression{.name = "only-compression",
                             .what = "does not offer the null compression",
                             .message =
                                 &in<client_hello, [](ByteVector& m) { m[compression_at(m) + 1] = 1; }>};
const Fault short_session_id{.name = "short-session-id",
                             .what = "sends a session id of 31 bytes",
                             .message = &in<client_hello, [](ByteVector& m) {
                                 --m[session_id_length_at];
                                 m.erase(m.begin() + session_id_length_at + 1);
                             }>};
const Fault no_groups{.name = "no-groups",
                      .what = "leaves supported_groups out",
                      .message = &without<client_hello, supported_groups>};
const Fault no_schemes{.name = "no-schemes",
                       .what = "leaves signature_algorithms out",
                       .message = &without<client_hello, signature_algorithms>};
const Fault share_of_no_group{.name = "share-of-no-group",
                              .what = "sends a share of a group that it does not list",
                              .message = with<client_hello, supported_groups, 0, 2, 0, 23>};
const Fault two_shares{.name = "two-shares",
                       .what = "sends two shares of one group",
                       .message = with<client_hello, key_share, 0, 10, 0, 29, 0, 1, 5, 0, 29, 0, 1, 5>};
const Fault short_share{.name = "short-share",
                        .what = "sends a share that is too short",
                        .message = with<client_hello, key_share, 0, 5, 0, 29, 0, 1, 5>};
const Fault psk_not_last{
    .name = "psk-not-last",
    .what = "sends an extension behind pre_shared_key",
    .message = &in<client_hello, [](ByteVector& m) { add_extension(m, unknown_extension, {}); }>};
const Fault odd_binders{.name = "odd-binders",
                        .what = "sends a binder that is no hash",
                        .message = &in<client_hello, [](ByteVector& m) {
                            // The identities and their length, the binders' length, the first one's.
                            ByteVector body = extension_body(m, pre_shared_key);
                            const std::size_t binders_at = 2 + (std::size_t{body[0]} << 8 | body[1]);
                            ++body[binders_at + 1];
                            ++body[binders_at + 2];
                            body.insert(body.begin() + static_cast<std::ptrdiff_t>(binders_at) + 3, 7);
                            set_extension(m, pre_shared_key, body);
                        }>};
const Fault binds_badly{.name = "binds-badly",
                        .what = "sends a binder that does not verify",
                        .message = &last_byte_changed<client_hello>};
const Fault external_age{.name = "external-age",
                         .what = "says how old an external key is",
                         .message = &in<client_hello, [](ByteVector& m) {
                             // The identities' length, the first one's, the identity.
                             ByteVector body = extension_body(m, pre_shared_key);
                             body[4 + (std::size_t{body[2]} << 8 | body[3])] = 1;
                             set_extension(m, pre_shared_key, body);
                         }>};
const Fault repeats_pre_shared_key{.name = "repeats-pre-shared-key",
                                   .what = "sends the same pre_shared_key after a HelloRetryRequest",
                                   .repeats_pre_shared_key = true};
const Fault no_modes{.name = "no-modes",
                     .what = "leaves psk_key_exchange_modes out",
                     .message = &without<client_hello, psk_key_exchange_modes>};
const Fault cookie_of_its_own{.name = "cookie-of-its-own",
                              .what = "sends a cookie that it was not given",
                              .message = with<client_hello, cookie, 0, 1, 7>};
const Fault same_extension_twice{.name = "same-extension-twice",
                                 .what = "sends an extension twice",
                                 .message = &in<client_hello, [](ByteVector& m) {
                                     add_extension(m, unknown_extension, {});
                                     add_extension(m, unknown_extension, {});
                                 }>};
const Fault extension_of_servers{.name = "extension-of-servers",
                                 .what = "sends oid_filters",
                                 .message = with<client_hello, oid_filters, 0, 0>};
const Fault no_host_name{.name = "no-host-name",
                         .what = "sends a server_name that names nobody",
                         .message = with<client_hello, server_name>};
const Fault old_suites{
    .name = "old-suites",
    .what = "offers RC4",
    .message = &in<client_hello, [](ByteVector& m) { put16(m, behind_session_id(m) + 2, 0x0005); }>};
const Fault old_schemes{.name = "old-schemes",
                        .what = "offers MD5",
                        .message = with<client_hello, signature_algorithms, 0, 4, 4, 3, 1, 1>};
const Fault truncates_hmac{
    .name = "truncates-hmac", .what = "offers truncated_hmac", .message = with<client_hello, truncated_hmac>};
const Fault repeats_client_random{.name = "repeats-client-random",
                                  .what = "always sends the same random",
                                  .message = &same_random<client_hello>};
const Fault old_shares_again{.name = "old-shares-again",
                             .what = "sends two shares after a HelloRetryRequest",
                             .message = &in_second<client_hello, [](ByteVector& m) {
                                 ByteVector body = extension_body(m, key_share);
                                 body.insert(body.end(), {0x5a, 0x5a, 0, 1, 0});
                                 put16(body, 0, static_cast<unsigned>(body.size() - 2));
                                 set_extension(m, key_share, body);
                             }>};
const Fault changed_hello{.name = "changed-hello",
                          .what = "sends another random after a HelloRetryRequest",
                          .message = &in_second<client_hello, [](ByteVector& m) { m[random_at] ^= 1; }>};
const Fault other_cookie{
    .name = "other-cookie",
    .what = "sends another cookie back",
    .message = &in_second<client_hello, [](ByteVector& m) { set_extension(m, cookie, {0, 1, 7}); }>};
const Fault no_renegotiation_offer{.name = "no-renegotiation-offer",
                                   .what = "offers no secure renegotiation",
                                   .message = &in<client_hello, [](ByteVector& m) {
                                       remove_extension(m, renegotiation_info);
                                       constexpr std::array<std::uint8_t, 2> scsv{0x00, 0xff};
                                       const std::size_t suites = behind_session_id(m);
                                       for (std::size_t at = suites + 2; at + 1 < compression_at(m); at += 2)
                                           if (m[at] == scsv[0] && m[at + 1] == scsv[1]) put16(m, at, 0x4a4a);
                                   }>};
const Fault no_extended_master_secret_offer{.name = "no-extended-master-secret-offer",
                                            .what = "does not offer extended_master_secret",
                                            .message = &without<client_hello, extended_master_secret>};
const Fault compressed_points_offer{.name = "compressed-points-offer",
                                    .what = "knows compressed points alone",
                                    .message = with<client_hello, ec_point_formats, 1, 1>};
const Fault early_data_without_key{.name = "early-data-without-key",
                                   .what = "sends early data without a key",
                                   .message = &in<client_hello, [](ByteVector& m) {
                                       remove_extension(m, pre_shared_key);
                                       set_extension(m, early_data, {});
                                   }>};
const Fault never_ends_early_data{.name = "never-ends-early-data",
                                  .what = "sends no EndOfEarlyData",
                                  .message = &left_out<end_of_early_data>};
const Fault ends_early_data{.name = "ends-early-data",
                            .what = "sends EndOfEarlyData that nobody waits for",
                            .message = [](HandshakeType type, ByteVector& m, std::size_t) {
                                if (type != finished) return;
                                const ByteVector end = peer::written(end_of_early_data, {});
                                m.insert(m.begin(), end.begin(), end.end());
                            }};
const Fault early_data_again{.name = "early-data-again",
                             .what = "offers early data after a HelloRetryRequest",
                             .message = with_in_second<client_hello, early_data>};
const Fault another_ticket_age{.name = "another-ticket-age",
                               .what = "says another age than the ticket's",
                               .message = &in<client_hello, [](ByteVector& m) {
                                   ByteVector body = extension_body(m, pre_shared_key);
                                   body[4 + (std::size_t{body[2]} << 8 | body[3])] ^= 0x80;
                                   set_extension(m, pre_shared_key, body);
                               }>};
const Fault answers_in_context{.name = "answers-in-context",
                               .what = "answers a request in another context",
                               .message = &in<certificate, [](ByteVector& m) {
                                   if (m[4] != 0) {
                                       m[5] ^= 1;
                                   } else {
                                       m[4] = 1;
                                       m.insert(m.begin() + 5, 7);
                                   }
                               }>};

} // namespace
} // namespace of_clients

std::vector<const Fault*> faults_of_clients() {
    using namespace of_clients;
    return {&client_of_tls11,
            &no_versions,
            &old_versions,
            &offers_compression,
            &only_compression,
            &short_session_id,
            &no_groups,
            &no_schemes,
            &share_of_no_group,
            &two_shares,
            &short_share,
            &psk_not_last,
            &odd_binders,
            &binds_badly,
            &external_age,
            &repeats_pre_shared_key,
            &no_modes,
            &cookie_of_its_own,
            &same_extension_twice,
            &extension_of_servers,
            &no_host_name,
            &old_suites,
            &old_schemes,
            &truncates_hmac,
            &repeats_client_random,
            &old_shares_again,
            &changed_hello,
            &other_cookie,
            &no_renegotiation_offer,
            &no_extended_master_secret_offer,
            &compressed_points_offer,
            &early_data_without_key,
            &never_ends_early_data,
            &ends_early_data,
            &early_data_again,
            &another_ticket_age,
            &answers_in_context};
}

} // namespace pavise::testing
