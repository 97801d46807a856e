#include "conform/explore.hpp"

#include "conform/as_client.hpp"
#include "conform/as_server.hpp"
#include "crypto/cipher_suite.hpp"
#include "messages/extension/alpn.hpp"
#include "messages/extension/early_data.hpp"
#include "messages/extension/key_share.hpp"
#include "messages/extension/negotiation.hpp"
#include "messages/extension/pre_shared_key.hpp"
#include "messages/extension/sizes.hpp"
#include "messages/new_session_ticket13.hpp"

#include <algorithm>

namespace pavise::conform {

namespace {

constexpr std::array groups13{NamedGroup::x25519,           NamedGroup::secp256r1, NamedGroup::secp384r1,
                              NamedGroup::secp521r1,        NamedGroup::x448,      NamedGroup::ffdhe2048,
                              NamedGroup::x25519_ml_kem_768};
constexpr std::array curves12{NamedGroup::x25519, NamedGroup::secp256r1, NamedGroup::secp384r1,
                              NamedGroup::secp521r1, NamedGroup::x448};
constexpr std::array protocols{"http/1.1", "h2", "pavise-conform"};

std::vector<CipherSuite> all_suites13() {
    std::vector<CipherSuite> ids;
    for (const auto& suite : crypto::suites13()) ids.push_back(suite.id);
    return ids;
}

// Those that the scripted peers of TLS 1.2 speak: ECDHE with a certificate and an AEAD.
std::vector<CipherSuite> all_suites12() {
    std::vector<CipherSuite> ids;
    for (const auto& suite : crypto::suites12())
        if (suite.key_exchange == crypto::KeyExchange12::ecdhe &&
            suite.authentication != crypto::Authentication12::psk &&
            std::holds_alternative<crypto::AeadId>(suite.protection))
            ids.push_back(suite.id);
    return ids;
}

std::vector<CipherSuite> all_cbc_suites() {
    std::vector<CipherSuite> ids;
    for (const auto& suite : crypto::suites12())
        if (peer::is_cbc(suite.id)) ids.push_back(suite.id);
    return ids;
}

// The suite that it chooses where CBC alone is offered, and the MAC is where we want it; nothing where it
// does not.
std::optional<CipherSuite> server_takes_cbc(Setting& setting, peer::MacOrder order) {
    AsClient12 trial(setting);
    trial.script.cipher_suites = all_cbc_suites();
    trial.script.mac_order = order;
    trial.connect();
    if (!trial.ok() || trial.client().mac_order() != order) return std::nullopt;
    return trial.client().server_hello().cipher_suite;
}
// The same for a client that offers such suites.
std::optional<CipherSuite> client_takes_cbc(Setting& setting, const Profile& profile, peer::MacOrder order) {
    const auto suites = all_cbc_suites();
    const auto& offered = profile.client_hello.cipher_suites;
    if (std::ranges::find_first_of(offered, suites) == offered.end()) return std::nullopt;
    if (order == peer::MacOrder::encrypt_then_mac && !profile.offers(ExtensionType::encrypt_then_mac))
        return std::nullopt;
    AsServer12 trial(setting);
    trial.script.cipher_suites = suites;
    trial.script.mac_order = order;
    trial.connect();
    if (!trial.ok() || !trial.server().suite12()) return std::nullopt;
    return trial.server().suite12()->id;
}

// ---------------------------------------------------------------- servers, TLS 1.3

// Whether a hello with this offer alone leads to a ServerHello.
bool takes13(Setting& setting, const std::vector<CipherSuite>& suites, NamedGroup group) {
    AsClient13 trial(setting);
    trial.script.cipher_suites = suites;
    trial.script.groups = {group};
    trial.client().send_client_hello();
    trial.client().expect_server_hello();
    return trial.ok();
}

// Of all groups in one hello some servers insist on their favourite: it goes to the front, so that legal
// hellos are answered at once.
void favour_the_servers_group(Setting& setting) {
    auto& groups = setting.profile.groups13;
    AsClient13 trial(setting);
    trial.client().send_client_hello();
    const auto retry = trial.client().expect_hello_retry_request();
    if (!trial.ok()) return;
    const auto wanted = retry.extensions.get<messages::KeyShareHelloRetryRequest>();
    if (!wanted || !*wanted) return;
    const auto place = std::ranges::find(groups, (*wanted)->value);
    if (place != groups.end()) std::rotate(groups.begin(), place, place + 1);
}

void learn_answer(AsClient13& trial, Profile& profile) {
    auto& client = trial.client();
    profile.compatibility_records = client.change_cipher_specs() > 0;
    client.send_data(trial.setting().probe.request);
    for (;;) {
        const auto event = client.next();
        if (!event) return;
        if (event->type == ContentType::application_data && !event->bytes.empty()) {
            profile.talks = true;
            return;
        }
        if (event->type != ContentType::handshake ||
            static_cast<HandshakeType>(event->bytes[0]) != HandshakeType::new_session_ticket)
            continue;
        profile.tickets13 = true;
        const auto ticket = messages::parse_body<messages::NewSessionTicket>(
            Bytes(event->bytes).subspan(messages::handshake_header_size));
        if (!ticket) continue;
        const auto early = ticket->extensions.get<messages::MaxEarlyDataSize>();
        if (early && *early) profile.max_early_data = (*early)->value;
    }
}

void explore_connection13(Setting& setting) {
    Profile& profile = setting.profile;
    AsClient13 trial(setting);
    auto& client = trial.client();
    Hello hello = trial.hello();
    peer::ScriptedClient::allow_psks(hello);
    hello.extensions.add(messages::RecordSizeLimit{16385});
    client.send_client_hello(hello);
    client.expect_server_hello();
    const auto encrypted = client.peek();
    if (encrypted && encrypted->type == ContentType::handshake) {
        const auto parsed = messages::parse_body<messages::EncryptedExtensions>(
            Bytes(encrypted->bytes).subspan(messages::handshake_header_size));
        if (parsed) profile.record_size_limit = parsed->extensions.contains(ExtensionType::record_size_limit);
    }
    client.expect_rest_of_flight();
    profile.requests_certificate13 = client.certificate_request().has_value();
    client.send_second_flight();
    if (trial.ok()) learn_answer(trial, profile);
}

void explore_alpn(Setting& setting) {
    for (const std::string protocol : protocols) {
        AsClient13 trial(setting);
        trial.script.alpn_protocols = {protocol};
        trial.client().send_client_hello();
        trial.client().expect_server_hello();
        const auto extensions = trial.client().expect_encrypted_extensions();
        if (trial.ok() &&
            extensions.extensions.contains(ExtensionType::application_layer_protocol_negotiation)) {
            setting.profile.alpn = protocol;
            return;
        }
    }
}

// Whether it takes the external key that we were given, in this mode.
bool takes_external_psk(Setting& setting, PskKeyExchangeMode mode) {
    if (!setting.external_psk) return false;
    AsClient13 trial(setting);
    trial.offer_only_suites_of(*setting.external_psk);
    Hello hello = trial.hello();
    peer::ScriptedClient::allow_psks(hello, {mode});
    trial.client().offer_psk(hello, *setting.external_psk);
    trial.client().send_client_hello(hello);
    const auto answer = trial.client().expect_server_hello();
    return trial.ok() && answer.extensions.contains(ExtensionType::pre_shared_key);
}

void explore_server13(Setting& setting) {
    Profile& profile = setting.profile;
    for (const NamedGroup group : groups13)
        if (takes13(setting, all_suites13(), group)) profile.groups13.push_back(group);
    if (profile.groups13.empty()) return;
    for (const CipherSuite suite : all_suites13())
        if (takes13(setting, {suite}, profile.groups13.front())) profile.suites13.push_back(suite);
    profile.tls13 = !profile.suites13.empty();
    if (!profile.tls13) return;
    favour_the_servers_group(setting);
    explore_connection13(setting);
    explore_alpn(setting);
    profile.external_psk_dhe_ke = takes_external_psk(setting, PskKeyExchangeMode::psk_dhe_ke);
    profile.external_psk_ke = takes_external_psk(setting, PskKeyExchangeMode::psk_ke);
    AsClient13 resuming(setting);
    if (profile.tickets13) {
        const auto offer = resuming.ticket();
        Hello hello = resuming.hello();
        peer::ScriptedClient::allow_psks(hello, {PskKeyExchangeMode::psk_ke});
        resuming.client().offer_psk(hello, offer);
        resuming.client().send_client_hello(hello);
        const auto answer = resuming.client().expect_server_hello();
        profile.psk_ke = resuming.ok() && answer.extensions.contains(ExtensionType::pre_shared_key);
    }
}

// ---------------------------------------------------------------- servers, TLS 1.2

bool takes12(Setting& setting, const std::vector<CipherSuite>& suites) {
    AsClient12 trial(setting);
    trial.script.cipher_suites = suites;
    trial.script.groups.assign(curves12.begin(), curves12.end());
    trial.client().send_client_hello();
    trial.expect_flight();
    return trial.ok();
}

// Whether the server's share is of the first of these groups.
bool takes12(Setting& setting, const std::vector<CipherSuite>& suites,
             const std::vector<NamedGroup>& groups) {
    AsClient12 trial(setting);
    trial.script.cipher_suites = suites;
    trial.script.groups = groups;
    trial.client().send_client_hello();
    trial.expect_flight();
    return trial.ok() && trial.client().server_key_exchange().params.named_curve == groups.front();
}

void explore_server12(Setting& setting) {
    Profile& profile = setting.profile;
    for (const CipherSuite suite : all_suites12())
        if (takes12(setting, {suite})) profile.suites12.push_back(suite);
    profile.tls12 = !profile.suites12.empty();
    if (!profile.tls12) return;
    // The groups of a hello also say which curves a certificate may have (RFC 8422 §5.1.1): those of the
    // usual ones stand behind the one that is asked about.
    for (const NamedGroup group : curves12)
        if (takes12(setting, profile.suites12,
                    {group, NamedGroup::secp256r1, NamedGroup::secp384r1, NamedGroup::secp521r1}))
            profile.groups12.push_back(group);
    profile.mac_then_encrypt12 = server_takes_cbc(setting, peer::MacOrder::mac_then_encrypt);
    profile.encrypt_then_mac12 = server_takes_cbc(setting, peer::MacOrder::encrypt_then_mac);
    AsClient12 trial(setting);
    auto& client = trial.client();
    Hello hello = trial.hello();
    hello.extensions.add(ExtensionType::session_ticket, {});
    hello.extensions.add(messages::MaxFragmentLength{4});
    client.send_client_hello(hello);
    trial.expect_flight();
    if (!trial.ok()) return;
    const auto& extensions = client.server_hello().extensions;
    profile.extended_master_secret = extensions.contains(ExtensionType::extended_master_secret);
    profile.secure_renegotiation = extensions.contains(ExtensionType::renegotiation_info);
    profile.max_fragment_length = extensions.contains(ExtensionType::max_fragment_length);
    profile.requests_certificate12 = client.certificate_request().has_value();
    client.send_second_flight();
    client.expect_second_flight();
    if (!trial.ok()) return;
    profile.tickets12 = !client.session().ticket.empty();
    profile.session_ids12 = !profile.tickets12 && !client.session().session_id.empty();
    if (profile.tls13) return; // which has told whether it talks
    client.send_data(setting.probe.request);
    const auto event = client.next();
    profile.talks = event && event->type == ContentType::application_data;
}

// ---------------------------------------------------------------- clients

template <class Extension, class Values, class Known>
void take_known(const peer::ClientHelloDraft& hello, Values& values, const Known& known) {
    const ByteVector block = hello.extensions.block();
    const auto offered = messages::Extensions::from_block(block).get<Extension>();
    if (!offered || !*offered) return;
    for (const auto value : (*offered)->values)
        if (std::ranges::find(known, value) != known.end()) values.push_back(value);
}

void read_hello(const peer::ClientHelloDraft& hello, Profile& profile) {
    profile.client_hello = hello;
    const auto ours13 = all_suites13();
    const auto ours12 = all_suites12();
    for (const CipherSuite suite : hello.cipher_suites) {
        if (std::ranges::find(ours13, suite) != ours13.end()) profile.suites13.push_back(suite);
        if (std::ranges::find(ours12, suite) != ours12.end()) profile.suites12.push_back(suite);
    }
    take_known<messages::SupportedGroups>(hello, profile.groups13, groups13);
    take_known<messages::SupportedGroups>(hello, profile.groups12, curves12);
    profile.extended_master_secret = profile.offers(ExtensionType::extended_master_secret);
    profile.secure_renegotiation =
        profile.offers(ExtensionType::renegotiation_info) ||
        std::ranges::count(hello.cipher_suites, CipherSuite::TLS_EMPTY_RENEGOTIATION_INFO_SCSV) > 0;
    profile.record_size_limit = profile.offers(ExtensionType::record_size_limit);
    profile.max_fragment_length = profile.offers(ExtensionType::max_fragment_length);
    const ByteVector block = hello.extensions.block();
    const auto protocols_offered = messages::Extensions::from_block(block).get<messages::AlpnProtocols>();
    if (protocols_offered && *protocols_offered)
        for (const auto& name : (*protocols_offered)->names) {
            profile.alpn = as_text(name.bytes);
            break;
        }
}

// Where the hello offers the external key that we were given.
std::optional<std::uint16_t> place_of(const peer::PskOffer& psk, const peer::ClientHelloDraft& hello) {
    const ByteVector block = hello.extensions.block();
    const auto offered = messages::Extensions::from_block(block).get<messages::OfferedPsks>();
    if (!offered || !*offered) return std::nullopt;
    std::uint16_t place = 0;
    for (const auto& identity : (*offered)->identities) {
        if (std::ranges::equal(identity.identity, psk.identity)) return place;
        ++place;
    }
    return std::nullopt;
}

// A ticket that allows early data, and what it stands for.
std::optional<peer::PskOffer> give_ticket(AsServer13& trial) {
    auto& server = trial.server();
    peer::NewSessionTicketDraft draft;
    draft.extensions.add(messages::MaxEarlyDataSize{1u << 14});
    const ByteVector key = server.send_ticket(draft);
    server.send_alert(AlertDescription::close_notify, AlertLevel::warning);
    while (server.ok() && server.next()) {
    } // to the end of the connection, in which it may be kept
    if (!server.suite()) return std::nullopt;
    return peer::PskOffer{.identity = draft.ticket,
                          .key = key,
                          .obfuscated_ticket_age = draft.ticket_age_add,
                          .kind = schedule::PskKind::resumption,
                          .suite = server.suite()->id};
}

// Whether it sends application data by itself.
template <class Server> bool talks_first(Server& server) {
    const auto event = server.next();
    return event && event->type == ContentType::application_data && !event->bytes.empty();
}

} // namespace

void explore_server(Setting& setting) {
    setting.profile = Profile();
    explore_server13(setting);
    explore_server12(setting);
}

void explore_client(Setting& setting) {
    setting.profile = Profile();
    Profile profile;
    {
        AsServer13 trial(setting);
        trial.hello();
        if (!trial.ok()) return;
        read_hello(trial.server().client_hello(), profile);
        if (setting.external_psk)
            profile.external_psk_place = place_of(*setting.external_psk, profile.client_hello);
    }
    {
        AsServer13 trial(setting);
        trial.connect();
        profile.tls13 = trial.ok();
        if (profile.tls13) profile.talks = talks_first(trial.server());
        if (trial.ok()) profile.ticket = give_ticket(trial);
    }
    if (profile.ticket) {
        AsServer13 trial(setting);
        trial.hello();
        const auto& hello = trial.server().client_hello();
        if (trial.ok()) profile.ticket_place = place_of(*profile.ticket, hello);
        if (profile.ticket_place) profile.client_hello = hello;
    }
    {
        AsServer12 trial(setting);
        trial.connect();
        profile.tls12 = trial.ok();
        if (profile.tls12 && !profile.tls13) profile.talks = talks_first(trial.server());
    }
    if (profile.tls12) {
        profile.mac_then_encrypt12 = client_takes_cbc(setting, profile, peer::MacOrder::mac_then_encrypt);
        profile.encrypt_then_mac12 = client_takes_cbc(setting, profile, peer::MacOrder::encrypt_then_mac);
    }
    setting.profile = std::move(profile);
}

// ---------------------------------------------------------------- in words

std::string Profile::describe() const {
    std::string text;
    const auto line = [&](std::string_view name, const std::string& value) {
        text += std::string(name) + ": " + (value.empty() ? "none" : value) + "\n";
    };
    const auto list = [](const auto& values) {
        std::string names;
        for (const auto value : values) names += (names.empty() ? "" : ", ") + pavise::name_of(value);
        return names;
    };
    const auto flags = [](std::initializer_list<std::pair<bool, std::string_view>> pairs) {
        std::string names;
        for (const auto& [set, name] : pairs)
            if (set) names += (names.empty() ? "" : ", ") + std::string(name);
        return names;
    };
    line("versions", flags({{tls13, "TLS 1.3"}, {tls12, "TLS 1.2"}}));
    line("suites of TLS 1.3", list(suites13));
    line("groups of TLS 1.3", list(groups13));
    line("suites of TLS 1.2", list(suites12));
    line("groups of TLS 1.2", list(groups12));
    if (mac_then_encrypt12) line("CBC, MAC then encrypt", pavise::name_of(*mac_then_encrypt12));
    if (encrypt_then_mac12) line("CBC, encrypt then MAC", pavise::name_of(*encrypt_then_mac12));
    line("also", flags({{tickets13, "tickets (1.3)"},
                        {max_early_data > 0, "early data"},
                        {psk_ke, "psk_ke"},
                        {ticket_place.has_value(), "comes back with a ticket"},
                        {external_psk_dhe_ke || external_psk_ke || external_psk_place, "the external key"},
                        {tickets12, "tickets (1.2)"},
                        {session_ids12, "session ids (1.2)"},
                        {extended_master_secret, "extended_master_secret"},
                        {secure_renegotiation, "renegotiation_info"},
                        {requests_certificate13 || requests_certificate12, "asks for a client certificate"},
                        {record_size_limit, "record_size_limit"},
                        {max_fragment_length, "max_fragment_length"},
                        {talks, "application data"}}));
    if (!alpn.empty()) line("ALPN", alpn);
    return text;
}

} // namespace pavise::conform
