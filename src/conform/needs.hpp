// What checks need of the other side, by name.
#pragma once

#include "conform/check.hpp"

#include <algorithm>

namespace pavise::conform::need {

// Of either role.
inline constexpr Need alpn{[](const Profile& p) { return !p.alpn.empty(); },
                           "no ALPN protocol was agreed on"};
inline constexpr Need extended_master_secret{[](const Profile& p) { return p.extended_master_secret; },
                                             "it does not know extended_master_secret"};
inline constexpr Need secure_renegotiation{[](const Profile& p) { return p.secure_renegotiation; },
                                           "it does not know renegotiation_info"};
inline constexpr Need record_size_limit{[](const Profile& p) { return p.record_size_limit; },
                                        "it does not know record_size_limit"};
inline constexpr Need both_versions{[](const Profile& p) { return p.tls12 && p.tls13; },
                                    "it does not speak both TLS 1.2 and TLS 1.3"};
inline constexpr Need talks{[](const Profile& p) { return p.talks; }, "it sends no application data"};
inline constexpr Need two_groups13{[](const Profile& p) { return p.groups13.size() > 1; },
                                   "it knows one group alone"};
inline constexpr Need two_suites13{[](const Profile& p) { return p.suites13.size() > 1; },
                                   "it knows one cipher suite of TLS 1.3 alone"};

// Servers.
inline constexpr Need tickets13{[](const Profile& p) { return p.tickets13; },
                                "it gives no tickets in TLS 1.3"};
inline constexpr Need external_psk{[](const Profile& p) {
                                       return p.external_psk_dhe_ke || p.external_psk_ke ||
                                              p.external_psk_place.has_value();
                                   },
                                   "no external key was named that it uses (--psk)"};
inline constexpr Need external_psk_dhe_ke{[](const Profile& p) { return p.external_psk_dhe_ke; },
                                          "no external key was named that it takes by psk_dhe_ke (--psk)"};
inline constexpr Need external_psk_ke{[](const Profile& p) { return p.external_psk_ke; },
                                      "no external key was named that it takes by psk_ke (--psk)"};
inline constexpr Need early_data{[](const Profile& p) { return p.max_early_data > 0; },
                                 "it takes no early data"};
inline constexpr Need sessions12{[](const Profile& p) { return p.tickets12 || p.session_ids12; },
                                 "it resumes no sessions of TLS 1.2"};
inline constexpr Need tickets12{[](const Profile& p) { return p.tickets12; },
                                "it gives no tickets in TLS 1.2"};
inline constexpr Need mac_then_encrypt{[](const Profile& p) { return p.mac_then_encrypt12.has_value(); },
                                       "it takes no CBC suite without encrypt_then_mac"};
inline constexpr Need encrypt_then_mac{[](const Profile& p) { return p.encrypt_then_mac12.has_value(); },
                                       "it takes no CBC suite with encrypt_then_mac"};
inline constexpr Need asks_for_certificate13{[](const Profile& p) { return p.requests_certificate13; },
                                             "it asks for no client certificate"};
inline constexpr Need asks_for_certificate12{[](const Profile& p) { return p.requests_certificate12; },
                                             "it asks for no client certificate"};
inline constexpr Need x25519{
    [](const Profile& p) { return std::ranges::count(p.groups13, NamedGroup::x25519) > 0; },
    "it does not know x25519"};
inline constexpr Need secp256r1{
    [](const Profile& p) { return std::ranges::count(p.groups13, NamedGroup::secp256r1) > 0; },
    "it does not know secp256r1"};

// Clients: what their hello offers.
inline constexpr Need offers_alpn{
    [](const Profile& p) { return p.offers(ExtensionType::application_layer_protocol_negotiation); },
    "it does not offer ALPN"};
inline constexpr Need known_ticket{[](const Profile& p) { return p.ticket_place.has_value(); },
                                   "it does not come back with a ticket that we gave it"};
inline constexpr Need offers_psk{[](const Profile& p) { return p.offers(ExtensionType::pre_shared_key); },
                                 "it offers no pre-shared key"};

} // namespace pavise::conform::need
