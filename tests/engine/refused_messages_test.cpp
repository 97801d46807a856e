// Handshake messages that break a rule, each changed on its way out of an honest peer: the other side refuses
// it with the RFC's alert, says so to its peer, and stays refused.
#include "support/message_edit.hpp"
#include "support/pair.hpp"
#include "support/poisoned.hpp"
#include "support/rewriting_tap.hpp"

#include <gtest/gtest.h>

namespace pavise::testing {
namespace {

using Change = std::function<void(ByteVector&)>;
using enum ExtensionType;

struct Row {
    const char* name;
    Role sender;
    HandshakeType type;
    Change change;
    ErrorCode refusal;
    // What else the case needs.
    std::function<void(PairConfig&)> prepare = [](PairConfig&) {};
    friend void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }
};

Change set(std::size_t at, std::uint8_t value) {
    return [=](ByteVector& m) { m.at(at) = value; };
}
Change flip_last() {
    return [](ByteVector& m) { m.back() ^= 1; };
}
Change append() {
    return [](ByteVector& m) { m.push_back(0); };
}
Change cut() {
    return [](ByteVector& m) { m.pop_back(); };
}
Change add(ExtensionType type, ByteVector body = {}) {
    return [=](ByteVector& m) { add_extension(m, type, body); };
}
Change without(ExtensionType type) {
    return [=](ByteVector& m) { remove_extension(m, type); };
}
Change with(ExtensionType type, ByteVector body) {
    return [=](ByteVector& m) { replace_extension(m, type, body); };
}
// A key share of `size` equal bytes, as a ServerHello has it.
Change share(std::uint16_t group, std::size_t size, std::uint8_t value) {
    ByteVector body{static_cast<std::uint8_t>(group >> 8), static_cast<std::uint8_t>(group & 0xff),
                    static_cast<std::uint8_t>(size >> 8), static_cast<std::uint8_t>(size & 0xff)};
    body.insert(body.end(), size, value);
    return with(key_share, body);
}
// Changes the second message of its type alone.
Change second(Change change) {
    auto count = std::make_shared<int>(0);
    return [=](ByteVector& m) {
        if (++*count == 2) change(m);
    };
}

void ask_for_client(PairConfig& config) {
    config.server.client_verification = PeerVerification::required;
    config.client.credentials = {client_credential(crypto::KeyType::ecdsa_p256)};
}
void retry(PairConfig& config) {
    config.client.groups = config.server.groups = {NamedGroup::x25519};
    config.client.key_shares = 0;
}
void x25519_alone(PairConfig& config) {
    config.client.groups = {NamedGroup::x25519};
}
void offer_protocols(PairConfig& config) {
    config.client.alpn_protocols = config.server.alpn_protocols = {"h2", "http/1.1"};
}
void without_grease(PairConfig& config) {
    config.client.grease = Grease::off;
}

class RefusedMessage : public ::testing::TestWithParam<Row> {};

TEST_P(RefusedMessage, gets_its_alert) {
    const Row& row = GetParam();
    RewritingTap tap(row.type, row.change);
    PairConfig config;
    config.client.versions = config.server.versions = {ProtocolVersion::tls_1_3, ProtocolVersion::tls_1_3};
    row.prepare(config);
    (row.sender == Role::client ? config.client_hooks : config.server_hooks).tap = &tap;
    Pair pair(std::move(config));
    pair.pump();
    Connection& sender = row.sender == Role::client ? pair.client : pair.server;
    Connection& receiver = row.sender == Role::client ? pair.server : pair.client;
    EXPECT_FALSE(receiver.handshake_complete());
    expect_poisoned(receiver, row.refusal);
    const auto alert = alert_of(*receiver.error());
    ASSERT_TRUE(alert);
    expect_poisoned(sender, ErrorCode::alert_received);
    EXPECT_EQ(sender.error()->detail, static_cast<std::uint16_t>(*alert)) << name_of(*alert);
    EXPECT_TRUE(receiver.output().empty()); // one alert, and no other
    EXPECT_TRUE(sender.output().empty());   // which is not answered
}

constexpr auto from_server = Role::server;
constexpr auto from_client = Role::client;

const Row server_hellos[] = {
    {"legacy_version", from_server, HandshakeType::server_hello, set(5, 4), ErrorCode::bad_legacy_version},
    {"another_session_id", from_server, HandshakeType::server_hello,
     [](ByteVector& m) { m.at(session_id_length_at + 1) ^= 1; }, ErrorCode::session_id_not_echoed},
    {"another_suite", from_server, HandshakeType::server_hello,
     [](ByteVector& m) { m.at(behind_session_id(m) + 1) = 4; }, ErrorCode::suite_not_offered},
    {"compression", from_server, HandshakeType::server_hello,
     [](ByteVector& m) { m.at(behind_session_id(m) + 2) = 1; }, ErrorCode::compression_selected},
    {"version_1_2_selected", from_server, HandshakeType::server_hello, with(supported_versions, {3, 3}),
     ErrorCode::version_not_offered},
    {"unknown_version_selected", from_server, HandshakeType::server_hello, with(supported_versions, {3, 5}),
     ErrorCode::version_not_offered},
    {"older_version", from_server, HandshakeType::server_hello, without(supported_versions),
     ErrorCode::unsupported_version},
    {"older_version_with_sentinel", from_server, HandshakeType::server_hello,
     [](ByteVector& m) {
         remove_extension(m, supported_versions);
         const ByteVector sentinel{0x44, 0x4f, 0x57, 0x4e, 0x47, 0x52, 0x44, 1};
         std::copy(sentinel.begin(), sentinel.end(), m.begin() + 4 + 2 + 24);
     },
     ErrorCode::downgrade_detected},
    {"no_key_share", from_server, HandshakeType::server_hello, without(key_share),
     ErrorCode::missing_key_share},
    {"group_without_share", from_server, HandshakeType::server_hello, share(0x0017, 65, 4),
     ErrorCode::group_not_offered},
    {"short_share", from_server, HandshakeType::server_hello, share(0x001d, 31, 9), ErrorCode::bad_key_share,
     x25519_alone},
    {"share_giving_zero", from_server, HandshakeType::server_hello, share(0x001d, 32, 0),
     ErrorCode::bad_key_share, x25519_alone},
    {"extension_twice", from_server, HandshakeType::server_hello, add(supported_versions, {3, 4}),
     ErrorCode::duplicate_extension},
    {"unsolicited_extension", from_server, HandshakeType::server_hello, add(cookie, {0, 1, 7}),
     ErrorCode::unsolicited_extension},
    {"unknown_extension", from_server, HandshakeType::server_hello, add(ExtensionType(0xfafa)),
     ErrorCode::unsolicited_extension},
    {"misplaced_extension", from_server, HandshakeType::server_hello, add(server_name),
     ErrorCode::misplaced_extension},
    {"byte_too_many", from_server, HandshakeType::server_hello, append(), ErrorCode::trailing_bytes},
    {"byte_too_few", from_server, HandshakeType::server_hello, cut(), ErrorCode::truncated},
    {"retry_without_change", from_server, HandshakeType::server_hello, without(key_share),
     ErrorCode::retry_changes_nothing, retry},
    {"retry_for_a_group_not_offered", from_server, HandshakeType::server_hello, with(key_share, {0, 0x17}),
     ErrorCode::retry_group, retry},
    {"retry_without_version", from_server, HandshakeType::server_hello, without(supported_versions),
     ErrorCode::missing_supported_versions, retry},
    {"suite_changed_after_retry", from_server, HandshakeType::server_hello,
     second([](ByteVector& m) { m.at(behind_session_id(m) + 1) ^= 3; }), ErrorCode::suite_changed, retry},
};

const Row server_flights[] = {
    {"encrypted_extension_not_offered", from_server, HandshakeType::encrypted_extensions, add(early_data),
     ErrorCode::unsolicited_extension},
    {"misplaced_encrypted_extension", from_server, HandshakeType::encrypted_extensions,
     add(supported_versions, {3, 4}), ErrorCode::misplaced_extension},
    {"protocol_without_offer", from_server, HandshakeType::encrypted_extensions,
     add(application_layer_protocol_negotiation, {0, 3, 2, 'h', '2'}), ErrorCode::unsolicited_extension},
    {"protocol_not_offered", from_server, HandshakeType::encrypted_extensions,
     with(application_layer_protocol_negotiation, {0, 3, 2, 'h', '3'}), ErrorCode::alpn_not_offered,
     offer_protocols},
    {"two_protocols", from_server, HandshakeType::encrypted_extensions,
     with(application_layer_protocol_negotiation, {0, 6, 2, 'h', '2', 2, 'h', '2'}),
     ErrorCode::not_one_protocol, offer_protocols},
    {"encrypted_extensions_with_a_byte_too_many", from_server, HandshakeType::encrypted_extensions, append(),
     ErrorCode::trailing_bytes},
    {"request_with_context", from_server, HandshakeType::certificate_request,
     [](ByteVector& m) {
         m[4] = 1;
         m.insert(m.begin() + 5, 9);
     },
     ErrorCode::certificate_request_context, ask_for_client},
    {"request_without_algorithms", from_server, HandshakeType::certificate_request,
     [](ByteVector& m) {
         remove_extension(m, signature_algorithms);
         add_extension(m, signature_algorithms_cert, {0, 2, 4, 3});
     },
     ErrorCode::missing_signature_algorithms, ask_for_client},
    {"certificate_with_context", from_server, HandshakeType::certificate,
     [](ByteVector& m) {
         m[4] = 1;
         m.insert(m.begin() + 5, 9);
     },
     ErrorCode::certificate_request_context},
    {"no_certificate", from_server, HandshakeType::certificate,
     [](ByteVector& m) { m = {11, 0, 0, 4, 0, 0, 0, 0}; }, ErrorCode::empty_certificate_list},
    {"no_certificate_that_can_be_read", from_server, HandshakeType::certificate,
     [](ByteVector& m) { m = {11, 0, 0, 0, 0, 0, 0, 6, 0, 0, 1, 0x30, 0, 0}; },
     ErrorCode::malformed_certificate},
    {"certificate_with_unsolicited_extension", from_server, HandshakeType::certificate,
     [](ByteVector& m) {
         const ByteVector status{0, 5, 0, 0};
         m.back() = 4; // of the last entry's extensions
         m.insert(m.end(), status.begin(), status.end());
         const std::size_t list = (std::size_t{m[6]} << 8 | m[7]) + status.size();
         m[6] = static_cast<std::uint8_t>(list >> 8);
         m[7] = static_cast<std::uint8_t>(list & 0xff);
     },
     ErrorCode::unsolicited_extension},
    {"signature_scheme_of_tls_1_2", from_server, HandshakeType::certificate_verify,
     [](ByteVector& m) { m[4] = 4, m[5] = 1; }, ErrorCode::scheme_does_not_fit_key},
    {"signature_scheme_of_another_curve", from_server, HandshakeType::certificate_verify,
     [](ByteVector& m) { m[4] = 5, m[5] = 3; }, ErrorCode::scheme_does_not_fit_key},
    {"signature_with_a_changed_bit", from_server, HandshakeType::certificate_verify, flip_last(),
     ErrorCode::bad_signature},
    {"signature_of_no_bytes", from_server, HandshakeType::certificate_verify,
     [](ByteVector& m) {
         m.resize(8);
         m[6] = m[7] = 0;
     },
     ErrorCode::bad_signature},
    {"finished_with_a_changed_bit", from_server, HandshakeType::finished, flip_last(),
     ErrorCode::finished_mismatch},
    {"finished_a_byte_short", from_server, HandshakeType::finished, cut(), ErrorCode::bad_finished_length},
    {"finished_a_byte_long", from_server, HandshakeType::finished, append(), ErrorCode::bad_finished_length},
    {"finished_longer_than_any", from_server, HandshakeType::finished,
     [](ByteVector& m) { m.resize(4 + 65); }, ErrorCode::message_too_long},
    {"key_update_in_place_of_finished", from_server, HandshakeType::finished, set(0, 24),
     ErrorCode::unexpected_message},
    {"ticket_in_place_of_finished", from_server, HandshakeType::finished, set(0, 4),
     ErrorCode::unexpected_message},
    {"second_server_hello", from_server, HandshakeType::encrypted_extensions, set(0, 2),
     ErrorCode::unexpected_message},
    {"certificate_verify_before_certificate", from_server, HandshakeType::certificate, set(0, 15),
     ErrorCode::unexpected_message},
    {"finished_without_certificate_verify", from_server, HandshakeType::certificate_verify, set(0, 20),
     ErrorCode::unexpected_message},
};

const Row client_hellos[] = {
    {"ssl_3", from_client, HandshakeType::client_hello, set(5, 0), ErrorCode::unsupported_version},
    {"tls_1_2_alone", from_client, HandshakeType::client_hello, without(supported_versions),
     ErrorCode::unsupported_version},
    {"no_version_of_ours", from_client, HandshakeType::client_hello,
     with(supported_versions, {4, 3, 2, 3, 1}), ErrorCode::unsupported_version},
    {"compression_offered", from_client, HandshakeType::client_hello,
     [](ByteVector& m) {
         const std::size_t suites = behind_session_id(m);
         m.at(suites + 2 + (std::size_t{m[suites]} << 8 | m[suites + 1]) + 1) = 1;
     },
     ErrorCode::compression_offered},
    {"no_signature_algorithms", from_client, HandshakeType::client_hello, without(signature_algorithms),
     ErrorCode::missing_signature_algorithms},
    {"no_supported_groups", from_client, HandshakeType::client_hello, without(supported_groups),
     ErrorCode::missing_supported_groups},
    {"no_key_share_extension", from_client, HandshakeType::client_hello, without(key_share),
     ErrorCode::missing_key_share},
    {"share_of_a_group_not_listed", from_client, HandshakeType::client_hello,
     with(supported_groups, {0, 2, 0, 0x17}), ErrorCode::share_without_group, without_grease},
    {"signature_algorithms_of_sha_1_alone", from_client, HandshakeType::client_hello,
     with(signature_algorithms, {0, 2, 2, 1}), ErrorCode::no_common_signature_scheme},
    {"hello_with_a_byte_too_many", from_client, HandshakeType::client_hello, append(),
     ErrorCode::trailing_bytes},
    {"hello_cut_short", from_client, HandshakeType::client_hello, cut(), ErrorCode::truncated},
    {"hello_with_an_extension_twice", from_client, HandshakeType::client_hello, add(server_name),
     ErrorCode::duplicate_extension},
    {"name_with_a_zero", from_client, HandshakeType::client_hello,
     with(server_name, {0, 6, 0, 0, 3, 'a', 0, 'b'}), ErrorCode::bad_server_name},
    {"empty_protocol_name", from_client, HandshakeType::client_hello,
     add(application_layer_protocol_negotiation, {0, 1, 0}), ErrorCode::bad_vector_length,
     [](PairConfig& config) { config.server.alpn_protocols = {"h2"}; }},
    {"extension_of_another_message", from_client, HandshakeType::client_hello, add(oid_filters, {0, 0}),
     ErrorCode::misplaced_extension},
    {"hello_changed_after_retry", from_client, HandshakeType::client_hello, second([](ByteVector& m) {
         m.at(20) ^= 1; // random
     }),
     ErrorCode::hello_changed, retry},
    {"extension_added_after_retry", from_client, HandshakeType::client_hello,
     second(add(post_handshake_auth)), ErrorCode::hello_changed, retry},
    {"cookie_that_nobody_gave", from_client, HandshakeType::client_hello, second(add(cookie, {0, 1, 7})),
     ErrorCode::cookie_not_echoed, retry},
    {"early_data_after_retry", from_client, HandshakeType::client_hello, second(add(early_data)),
     ErrorCode::early_data_after_retry, retry},
    {"no_share_after_retry", from_client, HandshakeType::client_hello, second(with(key_share, {0, 0})),
     ErrorCode::retry_not_answered, retry},
};

const Row client_flights[] = {
    {"client_finished_with_a_changed_bit", from_client, HandshakeType::finished, flip_last(),
     ErrorCode::finished_mismatch},
    {"client_finished_cut", from_client, HandshakeType::finished, cut(), ErrorCode::bad_finished_length},
    {"certificate_that_nobody_asked_for", from_client, HandshakeType::finished, set(0, 11),
     ErrorCode::unexpected_message},
    {"client_certificate_with_context", from_client, HandshakeType::certificate,
     [](ByteVector& m) {
         m[4] = 1;
         m.insert(m.begin() + 5, 9);
     },
     ErrorCode::certificate_request_context, ask_for_client},
    {"client_signature_with_a_changed_bit", from_client, HandshakeType::certificate_verify, flip_last(),
     ErrorCode::bad_signature, ask_for_client},
    {"client_signature_of_tls_1_2", from_client, HandshakeType::certificate_verify,
     [](ByteVector& m) { m[4] = 4, m[5] = 1; }, ErrorCode::scheme_does_not_fit_key, ask_for_client},
    {"no_client_signature", from_client, HandshakeType::certificate_verify, set(0, 20),
     ErrorCode::unexpected_message, ask_for_client},
    {"no_client_certificate_message", from_client, HandshakeType::certificate, set(0, 20),
     ErrorCode::unexpected_message, ask_for_client},
};

std::string name_of_row(const ::testing::TestParamInfo<Row>& row) {
    return row.param.name;
}
INSTANTIATE_TEST_SUITE_P(ServerHello, RefusedMessage, ::testing::ValuesIn(server_hellos), name_of_row);
INSTANTIATE_TEST_SUITE_P(ServerFlight, RefusedMessage, ::testing::ValuesIn(server_flights), name_of_row);
INSTANTIATE_TEST_SUITE_P(ClientHello, RefusedMessage, ::testing::ValuesIn(client_hellos), name_of_row);
INSTANTIATE_TEST_SUITE_P(ClientFlight, RefusedMessage, ::testing::ValuesIn(client_flights), name_of_row);

} // namespace
} // namespace pavise::testing
