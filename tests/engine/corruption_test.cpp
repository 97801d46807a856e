// The traces of RFC 8448 with one byte changed, or with their end missing: whichever byte it is, nobody is
// connected, nothing crashes, and the peer gets an alert that the RFC has for it.
#include "engine/rfc8448_side.hpp"
#include "support/poisoned.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace pavise::testing {
namespace {

using vectors::rfc8448::Record;

constexpr ContentType application_data = ContentType::application_data;
constexpr std::size_t record_version_low_byte = 2;

// What a peer that sends garbage may hear (RFC 8446 §6.2): never internal_error.
constexpr AlertDescription legal_alerts[] = {
    AlertDescription::unexpected_message,     AlertDescription::bad_record_mac,
    AlertDescription::record_overflow,        AlertDescription::handshake_failure,
    AlertDescription::illegal_parameter,      AlertDescription::decode_error,
    AlertDescription::decrypt_error,          AlertDescription::protocol_version,
    AlertDescription::missing_extension,      AlertDescription::unsupported_extension,
    AlertDescription::unsupported_certificate};

void expect_legal_failure(Connection& connection) {
    const Error error = *connection.error();
    const auto alert = alert_of(error);
    // A changed alert is a received alert, which is not answered.
    EXPECT_TRUE(error.code == ErrorCode::alert_received ||
                (alert && std::ranges::count(legal_alerts, *alert) == 1))
        << describe(error);
    expect_poisoned(connection, error.code);
}

// The records of one side's peer, and how many of them are the handshake's.
struct Peer {
    std::vector<ByteVector> records;
    std::size_t handshake = 0;

    Peer(const Trace& trace, Role role) {
        bool finished = false; // our Finished (client) or the client's (server) is out
        for (const Record& record : trace.records) {
            const ByteVector bytes = from_hex(record.bytes);
            const bool is_protected = bytes[0] == static_cast<std::uint8_t>(application_data);
            if (!is_ours(record, role)) {
                records.push_back(bytes);
                if (!finished) ++handshake;
            }
            finished = finished || (is_protected && record.sender == vectors::rfc8448::Sender::client);
        }
    }
};

// Feeds records until one is refused.
Status feed_all(TraceSide& side, const std::vector<ByteVector>& records) {
    for (const ByteVector& record : records)
        if (auto fed = side.feed(record); !fed) return fed;
    return {};
}

// RFC 8446 §5.1: legacy_record_version "MUST be ignored for all purposes" where nothing protects it.
bool is_ignored(const ByteVector& record, std::size_t byte) {
    return record[0] != static_cast<std::uint8_t>(application_data) && byte == record_version_low_byte;
}

void flip_each_byte(const Trace& trace, Role role, std::size_t records) {
    const Peer peer(trace, role);
    for (std::size_t r = 0; r < std::min(records, peer.records.size()); ++r)
        for (std::size_t b = 0; b < peer.records[r].size(); ++b) {
            SCOPED_TRACE("record " + std::to_string(r) + " byte " + std::to_string(b));
            auto changed = peer.records;
            changed[r][b] ^= static_cast<std::uint8_t>(1u << b % 8);
            TraceSide side(trace, role);
            const Status fed = feed_all(side, changed);
            if (is_ignored(peer.records[r], b)) {
                EXPECT_TRUE(fed && side.connection().handshake_complete());
                continue;
            }
            EXPECT_EQ(side.connection().handshake_complete(), r >= peer.handshake);
            if (r < peer.handshake) {
                EXPECT_TRUE(side.received().empty());
            }
            // A longer length lets the rest of the trace be taken for one record, and wait for more.
            if (fed) {
                const ErrorCode cut = side.connection().handshake_complete()
                                          ? ErrorCode::truncated_connection
                                          : ErrorCode::ended_during_handshake;
                EXPECT_EQ(side.connection().transport_closed().error().code, cut);
                continue;
            }
            expect_legal_failure(side.connection());
        }
}

TEST(Corruption, of_every_byte_that_a_client_gets) {
    flip_each_byte(vectors::rfc8448::simple_1rtt, Role::client, SIZE_MAX);
    flip_each_byte(vectors::rfc8448::hello_retry_request, Role::client, 2);
    flip_each_byte(vectors::rfc8448::compatibility_mode, Role::client, 2);
}

TEST(Corruption, of_every_byte_that_a_server_gets) {
    flip_each_byte(vectors::rfc8448::simple_1rtt, Role::server, SIZE_MAX);
    flip_each_byte(vectors::rfc8448::hello_retry_request, Role::server, 2);
    flip_each_byte(vectors::rfc8448::compatibility_mode, Role::server, 2);
}

TEST(Corruption, an_end_anywhere_in_the_handshake_is_a_truncation) {
    for (const Role role : {Role::client, Role::server}) {
        const Trace& trace = vectors::rfc8448::simple_1rtt;
        Peer peer(trace, role);
        peer.records.resize(peer.handshake);
        ByteVector stream;
        for (const ByteVector& record : peer.records)
            stream.insert(stream.end(), record.begin(), record.end());
        constexpr std::size_t stride = 3;
        for (std::size_t size = 0; size < stream.size(); size += stride) {
            SCOPED_TRACE("after " + std::to_string(size) + " bytes");
            TraceSide side(trace, role);
            ASSERT_TRUE(side.feed(Bytes(stream).first(size)));
            EXPECT_FALSE(side.connection().handshake_complete());
            EXPECT_FALSE(side.connection().transport_closed());
            expect_poisoned(side.connection(), ErrorCode::ended_during_handshake);
        }
    }
}

TEST(Corruption, a_record_left_out_doubled_or_moved_is_refused) {
    for (const Role role : {Role::client, Role::server}) {
        const Trace& trace = vectors::rfc8448::simple_1rtt;
        const Peer peer(trace, role);
        std::vector<std::vector<ByteVector>> sequences;
        for (std::size_t r = 0; r + 1 < peer.records.size(); ++r) {
            auto without = peer.records;
            without.erase(without.begin() + static_cast<std::ptrdiff_t>(r));
            sequences.push_back(std::move(without));
            auto doubled = peer.records;
            doubled.insert(doubled.begin() + static_cast<std::ptrdiff_t>(r), peer.records[r]);
            sequences.push_back(std::move(doubled));
            auto moved = peer.records;
            std::swap(moved[r], moved[r + 1]);
            sequences.push_back(std::move(moved));
        }
        for (const auto& sequence : sequences) {
            TraceSide side(trace, role);
            EXPECT_FALSE(feed_all(side, sequence));
            ASSERT_TRUE(side.connection().error());
            expect_legal_failure(side.connection());
        }
    }
}

} // namespace
} // namespace pavise::testing
