// Mistakes of the record layer, as a whole connection shows them.
#include "regress/support.hpp"

#include "messages/key_update.hpp"
#include "record/limits.hpp"

namespace pavise::testing {
namespace {

using enum AlertDescription;
using namespace std::string_view_literals;

ByteVector filled(std::size_t size, std::uint8_t byte = 0x61) {
    return ByteVector(size, byte);
}

// Runs `row` with a client and with a server that are connected to their scripts.
template <class Row> void with_both_roles(Row row) {
    ClientUnderTest client;
    expect_connected(client);
    row(client);
    ServerUnderTest server;
    expect_connected(server);
    row(server);
}

// ---------------------------------------------------------------- other records inside of a message
// "if a handshake message is split over two or more records, there MUST NOT be any other records between
// them" (RFC 8446 §5.1).

template <class Send> void interleave_during_handshake(Send send) {
    ClientUnderTest client;
    client.peer.expect_client_hello();
    client.peer.send_server_hello();
    client.peer.send_record(ContentType::handshake, ByteVector{8, 0, 0});
    send(client.peer);
    expect_refused(client, ErrorCode::interleaved_handshake, unexpected_message);

    ServerUnderTest server;
    server.peer.send_client_hello();
    server.peer.expect_flight();
    server.peer.begin_second_flight();
    server.peer.send_record(ContentType::handshake, ByteVector{20, 0});
    send(server.peer);
    expect_refused(server, ErrorCode::interleaved_handshake, unexpected_message);
}

template <class Send> void interleave_afterwards(Send send) {
    with_both_roles([&](auto& test) {
        test.peer.send_record(ContentType::handshake, ByteVector{24, 0, 0});
        send(test.peer);
        expect_refused(test, ErrorCode::interleaved_handshake, unexpected_message);
    });
}

TEST(InterleavedRecords, change_cipher_spec_in_a_message) {
    interleave_during_handshake([](peer::Peer& peer) { peer.send_change_cipher_spec(); });
}
TEST(InterleavedRecords, application_data_in_a_message) {
    interleave_afterwards([](peer::Peer& peer) { peer.send_data("x"); });
    interleave_afterwards([](peer::Peer& peer) { peer.send_data(""); });
}
TEST(InterleavedRecords, user_canceled_in_a_message) {
    const auto cancel = [](peer::Peer& peer) { peer.send_alert(user_canceled, AlertLevel::warning); };
    interleave_during_handshake(cancel);
    interleave_afterwards(cancel);
}
TEST(InterleavedRecords, close_notify_in_a_message) {
    interleave_afterwards([](peer::Peer& peer) { peer.send_alert(close_notify, AlertLevel::warning); });
}
// A fatal alert ends the connection wherever it stands.
TEST(InterleavedRecords, fatal_alert_in_a_message_is_heard) {
    with_both_roles([](auto& test) {
        test.peer.send_record(ContentType::handshake, ByteVector{24, 0, 0});
        test.peer.send_alert(internal_error);
        expect_refused(test, ErrorCode::alert_received, std::nullopt);
    });
}

// ---------------------------------------------------------------- empty records
// "Implementations MUST NOT send zero-length fragments of Handshake types, even if those fragments contain
// padding"; nor of alerts (RFC 8446 §5.1, §5.4).

TEST(EmptyRecords, of_handshake_and_alert_are_refused_in_the_clear) {
    for (const ContentType type : {ContentType::handshake, ContentType::alert}) {
        ClientUnderTest client;
        client.peer.expect_client_hello();
        client.peer.send_raw_record(type, ProtocolVersion::tls_1_2, {});
        expect_refused(client, ErrorCode::empty_record, unexpected_message);

        ServerUnderTest server;
        server.peer.send_raw_record(type, ProtocolVersion::tls_1_2, {});
        expect_refused(server, ErrorCode::empty_record, unexpected_message);
    }
}

TEST(EmptyRecords, of_handshake_and_alert_are_refused_under_protection) {
    for (const ContentType type : {ContentType::handshake, ContentType::alert})
        for (const std::size_t padding : {0u, 100u})
            with_both_roles([&](auto& test) {
                test.peer.send_record(type, {}, padding);
                expect_refused(test, ErrorCode::empty_record, unexpected_message);
            });
}

// ---------------------------------------------------------------- records that are too long
// RFC 8446 §5.1, §5.2, §5.4.

TEST(RecordOverflow, in_the_clear) {
    ClientUnderTest client;
    client.peer.expect_client_hello();
    client.peer.send_raw_record(ContentType::handshake, ProtocolVersion::tls_1_2,
                                filled(record::max_plaintext_size + 1));
    expect_refused(client, ErrorCode::record_overflow, record_overflow);

    ServerUnderTest server;
    server.peer.send_raw_record(ContentType::handshake, ProtocolVersion::tls_1_2,
                                filled(record::max_plaintext_size + 1));
    expect_refused(server, ErrorCode::record_overflow, record_overflow);
}

// The header alone condemns it: nobody waits for 64 KiB.
TEST(RecordOverflow, is_told_from_the_header) {
    with_both_roles([](auto& test) {
        const std::size_t length = record::max_plaintext_size + record::max_expansion_13 + 1;
        test.peer.send_bytes(ByteVector{23, 3, 3, static_cast<std::uint8_t>(length >> 8),
                                        static_cast<std::uint8_t>(length & 0xff)});
        expect_refused(test, ErrorCode::record_overflow, record_overflow);
    });
}

TEST(RecordOverflow, of_the_inner_plaintext) {
    with_both_roles([](auto& test) {
        test.peer.send_record(ContentType::application_data, filled(record::max_plaintext_size + 1));
        expect_refused(test, ErrorCode::record_overflow, record_overflow);
    });
}

TEST(RecordOverflow, of_the_inner_plaintext_by_its_padding) {
    with_both_roles([](auto& test) {
        test.peer.send_record(ContentType::application_data, filled(100), record::max_plaintext_size);
        expect_refused(test, ErrorCode::record_overflow, record_overflow);
    });
}

TEST(RecordOverflow, the_largest_records_are_taken) {
    with_both_roles([](auto& test) {
        test.peer.send_record(ContentType::application_data, filled(record::max_plaintext_size));
        test.peer.send_record(ContentType::application_data, filled(100), record::max_plaintext_size - 100);
        EXPECT_EQ(test.link.application_data(), filled(record::max_plaintext_size + 100));
        EXPECT_FALSE(test.connection.error());
    });
}

// ---------------------------------------------------------------- records that cannot be opened
// One error, one alert, one way for all: nothing tells an attacker what was wrong (Lucky13, POODLE,
// CVE-2016-2107 lived from the difference).

TEST(DamagedRecords, all_look_alike) {
    const auto damage = [](auto change) {
        with_both_roles([&](auto& test) {
            ByteVector record = test.peer.seal(ContentType::application_data, filled(50), 14);
            change(record);
            test.peer.send_bytes(record);
            expect_refused(test, ErrorCode::bad_record_mac, bad_record_mac);
        });
    };
    damage([](ByteVector& record) { record.back() ^= 1; });              // tag
    damage([](ByteVector& record) { record[5] ^= 1; });                  // content
    damage([](ByteVector& record) { record[5 + 50] ^= 0x80; });          // inner type
    damage([](ByteVector& record) { record[record.size() - 17] ^= 1; }); // padding
    damage([](ByteVector& record) { record[2] ^= 1; });                  // header: authenticated, too
    damage([](ByteVector& record) {
        record.resize(5 + 16);
        record[3] = 0;
        record[4] = 16; // a tag and nothing else
    });
    damage([](ByteVector& record) {
        record.resize(5 + 1);
        record[3] = 0;
        record[4] = 1; // shorter than a tag
    });
    damage([](ByteVector& record) {
        record.resize(5);
        record[3] = 0;
        record[4] = 0;
    });
}

TEST(DamagedRecords, a_record_counts_once_and_in_its_order) {
    with_both_roles([](auto& test) { // replayed
        const ByteVector record = test.peer.seal(ContentType::handshake, ByteVector{});
        (void)record;
        const ByteVector empty = test.peer.seal(ContentType::application_data, {});
        test.peer.send_bytes(empty); // its sequence number is one ahead
        expect_refused(test, ErrorCode::bad_record_mac, bad_record_mac);
    });
}

TEST(DamagedRecords, a_replayed_record_is_refused) {
    with_both_roles([](auto& test) {
        const ByteVector empty = test.peer.seal(ContentType::application_data, {});
        test.peer.send_bytes(empty);
        EXPECT_FALSE(test.connection.error());
        test.peer.send_bytes(empty);
        expect_refused(test, ErrorCode::bad_record_mac, bad_record_mac);
    });
}

// ---------------------------------------------------------------- what is inside of a protected record
// RFC 8446 §5.4. Botan 3eaa95c6f.

TEST(InnerPlaintext, of_nothing_but_zeros_is_refused) {
    for (const std::size_t zeros : {0u, 1u, 1000u})
        with_both_roles([&](auto& test) {
            test.peer.send_record(ContentType::invalid, {}, zeros);
            expect_refused(test, ErrorCode::no_content_type, unexpected_message);
        });
}

TEST(InnerPlaintext, of_an_unknown_type_is_refused) {
    for (const int type : {1, 19, 24, 25, 26, 255})
        with_both_roles([&](auto& test) {
            test.peer.send_record(static_cast<ContentType>(type), filled(3));
            expect_refused(test, ErrorCode::unknown_content_type, unexpected_message);
        });
}

TEST(InnerPlaintext, of_padding_up_to_the_limit_is_taken_off) {
    with_both_roles([](auto& test) {
        for (const std::size_t padding : {1u, 7u, 8u, 255u, 16000u})
            test.peer.send_record(ContentType::application_data, as_bytes("x"), padding);
        EXPECT_EQ(as_text(test.link.application_data()), "xxxxx");
    });
}

// ---------------------------------------------------------------- records in the clear after protection
// began

TEST(UnprotectedRecords, are_refused_once_there_are_keys) {
    for (const ContentType type : {ContentType::handshake, ContentType::alert})
        with_both_roles([&](auto& test) {
            test.peer.send_raw_record(type, ProtocolVersion::tls_1_2, ByteVector{1, 0});
            expect_refused(test, ErrorCode::record_not_protected, unexpected_message);
        });
}

// A close_notify that anybody could have sent ends nothing: that would be a truncation (RFC 8446 §6.1).
TEST(UnprotectedRecords, close_notify_in_the_clear_closes_nothing) {
    with_both_roles([](auto& test) {
        test.peer.send_raw_record(ContentType::alert, ProtocolVersion::tls_1_2, ByteVector{1, 0});
        EXPECT_FALSE(test.connection.peer_closed());
        expect_refused(test, ErrorCode::record_not_protected, unexpected_message);
    });
}

TEST(UnprotectedRecords, application_data_outside_of_protection_does_not_open) {
    with_both_roles([](auto& test) {
        test.peer.send_raw_record(ContentType::application_data, ProtocolVersion::tls_1_2, filled(40));
        expect_refused(test, ErrorCode::bad_record_mac, bad_record_mac);
    });
}

// Before the peer has used its keys it may not have them: its alert is heard, and ends the handshake; it does
// not pass for an orderly end.
TEST(UnprotectedRecords, an_alert_of_a_peer_without_keys_is_heard) {
    ClientUnderTest client;
    client.peer.expect_client_hello();
    client.peer.send_server_hello();
    client.peer.send_raw_record(ContentType::alert, ProtocolVersion::tls_1_2, ByteVector{2, 80});
    expect_refused(client, ErrorCode::alert_received, std::nullopt);

    ServerUnderTest server;
    server.peer.send_client_hello();
    server.peer.expect_flight();
    server.peer.send_raw_record(ContentType::alert, ProtocolVersion::tls_1_2, ByteVector{1, 0});
    expect_refused(server, ErrorCode::closed_during_handshake, std::nullopt);
}

// ---------------------------------------------------------------- what is no TLS at all
// STARTTLS injection (CVE-2011-0411, "NO STARTTLS" 2021), CVE-2023-40217: bytes from before the handshake
// must never pass for data of the connection.

TEST(PlaintextBeforeTheHandshake, never_becomes_application_data) {
    for (const std::string_view text :
         {"220 ready for TLS\r\n"sv, "a001 LOGIN me secret\r\n"sv, "\x17\x03\x03\x00\x01x"sv, "RSET\r\n"sv}) {
        ServerUnderTest server;
        server.link.send(as_bytes(text));
        server.peer.send_client_hello();
        EXPECT_TRUE(server.connection.error()) << text;
        EXPECT_TRUE(server.link.application_data().empty());
        EXPECT_FALSE(server.connection.handshake_complete());

        ClientUnderTest client;
        client.link.send(as_bytes(text));
        client.peer.connect();
        EXPECT_TRUE(client.connection.error()) << text;
        EXPECT_TRUE(client.link.application_data().empty());
    }
}

TEST(PlaintextBeforeTheHandshake, http_is_told_apart) {
    ServerUnderTest server;
    server.link.send(as_bytes("GET / HTTP/1.1\r\nHost: server.test\r\n\r\n"));
    expect_refused(server, ErrorCode::plaintext_is_http, protocol_version);

    ClientUnderTest client;
    client.peer.expect_client_hello();
    client.link.send(as_bytes("HTTP/1.1 400 Bad Request\r\n\r\n"));
    expect_refused(client, ErrorCode::plaintext_is_http, protocol_version);
}

} // namespace
} // namespace pavise::testing
