#include "messages/extension_table.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>

namespace pavise::messages {
namespace {

using enum ExtensionType;
using enum MessageKind;

constexpr auto unknown = static_cast<ExtensionType>(0x7a7a);
constexpr std::array all_kinds{client_hello,        server_hello, hello_retry_request, encrypted_extensions,
                               certificate_request, certificate,  new_session_ticket,  server_hello12};

ByteVector block_of(std::initializer_list<ExtensionType> types) {
    ByteVector block;
    wire::Writer writer(block);
    for (const ExtensionType type : types) Extension{type, {}}.write(writer);
    return block;
}

// RFC 8446 §4.2's table, copied by hand, for the extensions of it that Pavise knows.
const std::map<ExtensionType, std::string> rfc8446_table = {
    {server_name, "CH, EE"},
    {max_fragment_length, "CH, EE"},
    {status_request, "CH, CR, CT"},
    {supported_groups, "CH, EE"},
    {signature_algorithms, "CH, CR"},
    {application_layer_protocol_negotiation, "CH, EE"},
    {signed_certificate_timestamp, "CH, CR, CT"},
    {client_certificate_type, "CH, EE"},
    {server_certificate_type, "CH, EE"},
    {padding, "CH"},
    {key_share, "CH, SH, HRR"},
    {pre_shared_key, "CH, SH"},
    {psk_key_exchange_modes, "CH"},
    {early_data, "CH, EE, NST"},
    {cookie, "CH, HRR"},
    {supported_versions, "CH, SH, HRR"},
    {certificate_authorities, "CH, CR"},
    {oid_filters, "CR"},
    {post_handshake_auth, "CH"},
    {signature_algorithms_cert, "CH, CR"},
};

TEST(ExtensionTable, is_that_of_rfc_8446) {
    const std::pair<MessageKind, const char*> columns[] = {
        {client_hello, "CH"},         {server_hello, "SH"},        {hello_retry_request, "HRR"},
        {encrypted_extensions, "EE"}, {certificate_request, "CR"}, {certificate, "CT"},
        {new_session_ticket, "NST"}};
    for (const auto& [type, cells] : rfc8446_table) {
        std::string derived;
        for (const char* in_rfc_order : {"CH", "SH", "HRR", "EE", "CR", "CT", "NST"})
            for (const auto& [kind, column] : columns)
                if (column == std::string(in_rfc_order) && is_allowed(type, kind))
                    derived += (derived.empty() ? "" : ", ") + std::string(column);
        EXPECT_EQ(derived, cells) << name_of(type);
    }
}

TEST(ExtensionTable, refuses_what_we_recognise_in_the_wrong_message) {
    for (const MessageKind kind : all_kinds) {
        for (const ExtensionRow& row : extension_table) {
            const ByteVector block = block_of({unknown, row.type});
            const Status status = check_allowed(Extensions::from_block(block), kind);
            EXPECT_EQ(status.has_value(), is_allowed(row.type, kind)) << name_of(row.type);
            if (!status) {
                EXPECT_EQ(status.error(),
                          (Error{ErrorCode::misplaced_extension, static_cast<std::uint16_t>(row.type)}));
                EXPECT_EQ(alert_of(status.error()), AlertDescription::illegal_parameter);
            }
        }
    }
    EXPECT_FALSE(is_allowed(oid_filters, client_hello));
    EXPECT_FALSE(is_allowed(ech_outer_extensions, client_hello));
    EXPECT_FALSE(is_allowed(supported_versions, server_hello12));
    EXPECT_FALSE(is_allowed(renegotiation_info, server_hello));
    EXPECT_TRUE(is_allowed(renegotiation_info, server_hello12));
}

// struct {} in the message (RFC 8446 §4.2.6, §4.2.10; RFC 6066 §3, §8; RFC 5077 §3.2; RFC 7366 §2; RFC 7627
// §5.1), by hand; in other messages the same extensions have contents.
TEST(ExtensionTable, refuses_contents_of_what_has_none) {
    const std::pair<MessageKind, std::vector<ExtensionType>> table[] = {
        {client_hello, {early_data, post_handshake_auth, encrypt_then_mac, extended_master_secret}},
        {encrypted_extensions, {server_name, early_data}},
        {server_hello12,
         {server_name, status_request, session_ticket, encrypt_then_mac, extended_master_secret}},
    };
    const auto block_with = [](ExtensionType type, bool filled) {
        const auto number = static_cast<std::uint16_t>(type);
        ByteVector block{static_cast<std::uint8_t>(number >> 8), static_cast<std::uint8_t>(number), 0, 0};
        if (filled) {
            block[3] = 1;
            block.push_back(0);
        }
        return block;
    };
    for (const MessageKind kind : all_kinds)
        for (const ExtensionRow& row : extension_table) {
            if (!is_allowed(row.type, kind)) continue;
            const bool is_empty = std::ranges::any_of(table, [&](const auto& entry) {
                return entry.first == kind && std::ranges::find(entry.second, row.type) != entry.second.end();
            });
            EXPECT_TRUE(check_allowed(Extensions::from_block(block_with(row.type, false)), kind));
            const Status filled = check_allowed(Extensions::from_block(block_with(row.type, true)), kind);
            EXPECT_EQ(filled.has_value(), !is_empty) << name_of(row.type);
            if (filled) continue;
            EXPECT_EQ(filled.error(),
                      (Error{ErrorCode::trailing_bytes, static_cast<std::uint16_t>(row.type)}));
            EXPECT_EQ(alert_of(filled.error()), AlertDescription::decode_error);
        }
}

TEST(ExtensionTable, ignores_what_we_do_not_know_where_nothing_was_asked) {
    const ByteVector block = block_of({unknown, static_cast<ExtensionType>(0x1a1a)});
    for (const MessageKind kind : {client_hello, certificate_request, new_session_ticket}) {
        EXPECT_TRUE(check_allowed(Extensions::from_block(block), kind));
        EXPECT_TRUE(refuse_unsolicited(Extensions::from_block(block), kind, {}));
    }
}

TEST(ExtensionTable, refuses_answers_to_nothing) {
    const ExtensionSet offered{key_share, supported_versions};
    for (const MessageKind kind :
         {server_hello, hello_retry_request, encrypted_extensions, certificate, server_hello12}) {
        EXPECT_TRUE(refuse_unsolicited(Extensions::from_block(block_of({})), kind, {}));
        const ByteVector solicited = block_of({supported_versions, key_share});
        EXPECT_TRUE(refuse_unsolicited(Extensions::from_block(solicited), kind, offered));
        for (const ExtensionType type : {server_name, unknown, static_cast<ExtensionType>(0x0a0a)}) {
            const ByteVector block = block_of({key_share, type});
            const Status status = refuse_unsolicited(Extensions::from_block(block), kind, offered);
            ASSERT_FALSE(status);
            EXPECT_EQ(status.error(),
                      (Error{ErrorCode::unsolicited_extension, static_cast<std::uint16_t>(type)}));
            EXPECT_EQ(alert_of(status.error()), AlertDescription::unsupported_extension);
        }
    }
}

TEST(ExtensionTable, lets_a_hello_retry_request_alone_bring_a_cookie) {
    const ByteVector block = block_of({cookie});
    EXPECT_TRUE(refuse_unsolicited(Extensions::from_block(block), hello_retry_request, {}));
    EXPECT_FALSE(refuse_unsolicited(Extensions::from_block(block), server_hello, {}));
    EXPECT_FALSE(refuse_unsolicited(Extensions::from_block(block), encrypted_extensions, {}));
}

TEST(ExtensionSet, holds_what_the_table_knows) {
    const ByteVector block = block_of({server_name, unknown, renegotiation_info});
    ExtensionSet set = ExtensionSet::of(Extensions::from_block(block));
    EXPECT_EQ(set, (ExtensionSet{server_name, renegotiation_info}));
    EXPECT_TRUE(set.contains(server_name));
    EXPECT_FALSE(set.contains(unknown));
    EXPECT_FALSE(set.contains(cookie));
    set.erase(server_name);
    set.erase(unknown);
    EXPECT_FALSE(set.contains(server_name));
    EXPECT_FALSE(set.empty());
    set.insert(unknown);
    set.erase(renegotiation_info);
    EXPECT_TRUE(set.empty());
    for (const ExtensionRow& row : extension_table) {
        set.insert(row.type);
        EXPECT_TRUE(set.contains(row.type));
    }
}

} // namespace
} // namespace pavise::messages
