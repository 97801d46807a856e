#include "support.hpp"

namespace pavise::record::testing {
namespace {

ByteVector pending(const RecordWriter& writer) {
    return {writer.pending().begin(), writer.pending().end()};
}

// The lengths of the fragments that wait.
Sizes fragment_lengths(const RecordWriter& writer) {
    Sizes lengths;
    Bytes rest = writer.pending();
    while (rest.size() >= header_size) {
        lengths.push_back(static_cast<std::size_t>(rest[3] << 8 | rest[4]));
        rest = rest.subspan(header_size + lengths.back());
    }
    EXPECT_TRUE(rest.empty());
    return lengths;
}

Trace read_back(const Epoch& epoch, const RecordWriter& writer) {
    return read_all(epoch, writer.pending());
}

ByteVector content_of(const Trace& trace) {
    EXPECT_EQ(trace.error, std::nullopt);
    ByteVector content;
    for (const Seen& seen : trace.records)
        content.insert(content.end(), seen.content.begin(), seen.content.end());
    return content;
}

TEST(Writer, writes_plain_records_before_it_has_keys) {
    RecordWriter writer;
    must(writer.write(ContentType::handshake, ByteVector{1, 2, 3}));
    must(writer.write(ContentType::alert, ByteVector{2, 40}));
    EXPECT_EQ(to_hex(writer.pending()), "1603030003010203"
                                        "15030300020228");
    EXPECT_EQ(writer.records_until_key_update(), UINT64_MAX);
}

// RFC 8446 §5.1: 0x0301 in an initial ClientHello, 0x0303 in everything else.
TEST(Writer, the_first_client_hello_may_carry_another_version) {
    RecordWriter writer;
    writer.set_plaintext_version(ProtocolVersion::tls_1_0);
    must(writer.write(ContentType::handshake, pattern(16385)));
    EXPECT_EQ(to_hex(writer.pending().first(5)), "1603014000");
    EXPECT_EQ(to_hex(writer.pending().subspan(5 + 16384, 5)), "1603010001");
    writer.consume(writer.pending().size());
    must(writer.write(ContentType::change_cipher_spec, pattern(1)));
    EXPECT_EQ(to_hex(writer.pending().first(5)), "1403030001");
    writer.consume(writer.pending().size());
    writer.set_plaintext_version(ProtocolVersion::tls_1_2);
    must(writer.write(ContentType::handshake, pattern(1)));
    EXPECT_EQ(to_hex(writer.pending().first(5)), "1603030001");
    writer.consume(writer.pending().size());
    writer.set_plaintext_version(ProtocolVersion::tls_1_0);
    writer.install(Epoch{}.writing());
    must(writer.write(ContentType::handshake, pattern(1)));
    EXPECT_EQ(to_hex(writer.pending().first(5)), "1703030012");
}

TEST(Writer, cuts_content_into_records_of_at_most_2_to_the_14) {
    for (const auto& [size, lengths] :
         {std::pair(16384, Sizes{16384}), {16385, {16384, 1}}, {32768, {16384, 16384}}}) {
        RecordWriter writer;
        must(writer.write(ContentType::handshake, pattern(static_cast<std::size_t>(size))));
        EXPECT_EQ(fragment_lengths(writer), lengths);
    }
    for (const Epoch& epoch : every_epoch) {
        RecordWriter writer;
        writer.install(epoch.writing());
        const ByteVector content = pattern(40'000);
        must(writer.write(ContentType::application_data, content));
        const Trace trace = read_back(epoch, writer);
        ASSERT_EQ(trace.records.size(), 3u);
        EXPECT_EQ(trace.records[0].content.size(), 16384u);
        EXPECT_EQ(content_of(trace), content);
        EXPECT_EQ(writer.records_sealed(), 3u);
    }
}

TEST(Writer, keeps_the_limits_of_the_peer) {
    const auto lengths = [](const Epoch& epoch, std::size_t size) {
        RecordWriter writer;
        writer.install(epoch.writing());
        must(writer.set_record_size_limit(100));
        must(writer.write(ContentType::application_data, pattern(size)));
        Sizes contents;
        for (const Seen& seen : read_back(epoch, writer).records) contents.push_back(seen.content.size());
        return contents;
    };
    // RFC 8449 §4: in TLS 1.3 the limit counts the content type.
    EXPECT_EQ(lengths(Epoch{Version::tls13}, 99), (Sizes{99}));
    EXPECT_EQ(lengths(Epoch{Version::tls13}, 100), (Sizes{99, 1}));
    EXPECT_EQ(lengths(Epoch{Version::tls12}, 100), (Sizes{100}));
    EXPECT_EQ(lengths(Epoch{Version::tls12}, 101), (Sizes{100, 1}));
}

TEST(Writer, a_record_size_limit_leaves_unprotected_records_alone) {
    RecordWriter writer;
    must(writer.set_record_size_limit(64));
    must(writer.write(ContentType::handshake, pattern(500)));
    EXPECT_EQ(fragment_lengths(writer), (Sizes{500}));
}

TEST(Writer, max_fragment_length_holds_for_every_record) {
    RecordWriter writer;
    must(writer.set_max_fragment_length(512));
    must(writer.write(ContentType::handshake, pattern(513)));
    EXPECT_EQ(fragment_lengths(writer), (Sizes{512, 1}));
    writer.consume(writer.pending().size());
    writer.install(Epoch{}.writing());
    must(writer.write(ContentType::application_data, pattern(513)));
    EXPECT_EQ(fragment_lengths(writer), (Sizes{512 + 17, 1 + 17}));
}

TEST(Writer, limits_have_limits) {
    RecordWriter writer;
    EXPECT_EQ(writer.set_record_size_limit(63).error().code, ErrorCode::bad_argument);
    EXPECT_TRUE(writer.set_record_size_limit(64));
    EXPECT_TRUE(writer.set_record_size_limit(65535));
    EXPECT_EQ(writer.max_content(), 16384u);
    EXPECT_EQ(writer.set_max_fragment_length(63).error().code, ErrorCode::bad_argument);
    EXPECT_TRUE(writer.set_max_fragment_length(64));
    EXPECT_TRUE(writer.set_max_fragment_length(16384));
    EXPECT_EQ(writer.set_max_fragment_length(16385).error().code, ErrorCode::bad_argument);
}

TEST(Writer, refuses_empty_records_but_of_application_data) {
    RecordWriter writer;
    for (const ContentType type :
         {ContentType::handshake, ContentType::alert, ContentType::change_cipher_spec})
        EXPECT_EQ(writer.write(type, {}).error().code, ErrorCode::bad_argument);
    EXPECT_TRUE(writer.pending().empty());
    writer.install(Epoch{}.writing());
    must(writer.write(ContentType::application_data, {}));
    EXPECT_EQ(read_back(Epoch{}, writer), only_record(ContentType::application_data, {}));
}

// RFC 8446 §5, §D.4: it is there for middleboxes to see.
TEST(Writer, change_cipher_spec_is_never_protected_in_tls13) {
    for (const Version version : {Version::tls13, Version::tls12}) {
        RecordWriter writer;
        writer.install(Epoch{version}.writing());
        must(writer.write(ContentType::change_cipher_spec, ByteVector{1}));
        EXPECT_EQ(to_hex(writer.pending()) == "140303000101", version == Version::tls13);
        EXPECT_EQ(writer.records_sealed(), version == Version::tls13 ? 0u : 1u);
    }
}

TEST(Writer, records_that_wait_keep_their_keys) {
    const Epoch first, second{.number = 2};
    RecordWriter writer;
    must(writer.write(ContentType::handshake, pattern(10)));
    writer.install(first.writing());
    must(writer.write(ContentType::handshake, pattern(20)));
    writer.install(second.writing());
    must(writer.write(ContentType::application_data, pattern(30)));
    EXPECT_EQ(writer.records_sealed(), 1u);

    RecordReader reader;
    reader.feed(writer.pending());
    EXPECT_EQ(must(reader.next())->fragment.size(), 10u);
    reader.install(first.reading());
    EXPECT_EQ(must(reader.next())->fragment.size(), 20u);
    reader.install(second.reading());
    EXPECT_EQ(must(reader.next())->fragment.size(), 30u);
}

TEST(Writer, stops_at_the_limits_of_its_key) {
    for (const auto& [id, first, error] :
         {std::tuple(AeadId::aes_128_gcm, key_limit(AeadId::aes_128_gcm).most - 2,
                     ErrorCode::aead_limit_reached),
          {AeadId::chacha20_poly1305, max_sequence_number - 1, ErrorCode::sequence_exhausted}}) {
        RecordWriter writer;
        writer.install(Epoch{Version::tls13, id, 1, first}.writing());
        EXPECT_EQ(writer.records_until_key_update(), 0u);
        must(writer.write(ContentType::application_data, pattern(1)));
        must(writer.write(ContentType::application_data, pattern(1)));
        const ByteVector before = pending(writer);
        EXPECT_EQ(writer.write(ContentType::application_data, pattern(1)).error().code, error);
        EXPECT_FALSE(writer.reserve(1).empty());
        EXPECT_EQ(writer.seal_reserved(ContentType::application_data, 1).error().code, error);
        EXPECT_EQ(pending(writer), before);
    }
}

// ---- padding

TEST(Padding, fills_the_inner_plaintext_to_a_multiple_of_the_block) {
    for (const auto& [size, inner] :
         {std::pair(0, 256), {255, 256}, {256, 512}, {16383, 16384}, {16384, 16385}}) {
        const auto content = static_cast<std::size_t>(size);
        RecordWriter writer;
        writer.install(Epoch{}.writing());
        writer.set_padding({.block = 256});
        must(writer.write(ContentType::application_data, pattern(content)));
        EXPECT_EQ(fragment_lengths(writer), (std::vector{static_cast<std::size_t>(inner) + 16}));
        EXPECT_EQ(read_back(Epoch{}, writer), only_record(ContentType::application_data, pattern(content)));
    }
}

TEST(Padding, stays_within_the_limits_of_the_peer) {
    RecordWriter writer;
    writer.install(Epoch{}.writing());
    must(writer.set_record_size_limit(100));
    writer.set_padding({.block = 64});
    for (const std::size_t size : Sizes{10, 70, 99})
        must(writer.write(ContentType::application_data, pattern(size)));
    EXPECT_EQ(fragment_lengths(writer), (Sizes{64 + 16, 100 + 16, 100 + 16}));
    RecordReader reader;
    reader.install(Epoch{}.reading());
    must(reader.set_record_size_limit(100));
    EXPECT_EQ(read_all(reader, writer.pending()).error, std::nullopt);
}

TEST(Padding, of_the_largest_block_makes_all_records_alike) {
    RecordWriter writer;
    writer.install(Epoch{}.writing());
    writer.set_padding({.block = SIZE_MAX});
    must(writer.write(ContentType::alert, ByteVector{1, 0}));
    must(writer.write(ContentType::application_data, pattern(16384)));
    EXPECT_EQ(fragment_lengths(writer), (Sizes{16401, 16401}));
    EXPECT_EQ(read_back(Epoch{}, writer).records.size(), 2u);
}

TEST(Padding, does_not_exist_in_tls12) {
    RecordWriter writer;
    writer.set_padding({.block = 256});
    must(writer.write(ContentType::handshake, pattern(5)));
    writer.install(Epoch{Version::tls12}.writing());
    must(writer.write(ContentType::application_data, pattern(5)));
    EXPECT_EQ(fragment_lengths(writer), (Sizes{5, 5 + 8 + 16}));
}

// ---- reserved records

TEST(Reserved, makes_the_record_that_write_makes) {
    for (const Epoch& epoch : every_epoch) {
        for (const std::size_t size : Sizes{0, 1, 1400, 16384}) {
            RecordWriter writing, reserving;
            writing.install(epoch.writing());
            reserving.install(epoch.writing());
            const ByteVector content = pattern(size);
            must(writing.write(ContentType::application_data, content));
            const MutableBytes space = reserving.reserve(16384);
            ASSERT_EQ(space.size(), 16384u);
            std::copy(content.begin(), content.end(), space.begin());
            must(reserving.seal_reserved(ContentType::application_data, size));
            EXPECT_EQ(pending(reserving), pending(writing));
        }
    }
}

TEST(Reserved, content_is_sealed_where_it_was_written) {
    RecordWriter writer;
    writer.install(Epoch{}.writing());
    const MutableBytes space = writer.reserve(100);
    ASSERT_EQ(space.size(), 100u);
    must(writer.seal_reserved(ContentType::application_data, 100));
    EXPECT_EQ(writer.pending().data() + header_size, space.data());
}

TEST(Reserved, gives_no_more_than_one_record_and_the_budget) {
    RecordWriter writer(2 * (16384 + 22));
    writer.install(Epoch{}.writing());
    EXPECT_EQ(writer.reserve(50'000).size(), 16384u);
    must(writer.seal_reserved(ContentType::application_data, 16384));
    EXPECT_EQ(writer.reserve(50'000).size(), 16384u);
    must(writer.seal_reserved(ContentType::application_data, 16284));
    EXPECT_EQ(writer.reserve(50'000).size(), 100u - 22);
    must(writer.seal_reserved(ContentType::application_data, 78));
    EXPECT_TRUE(writer.reserve(1).empty());
    EXPECT_EQ(writer.room(), 0u);
    writer.consume(writer.pending().size());
    EXPECT_EQ(writer.reserve(50'000).size(), 16384u);
}

TEST(Reserved, a_reservation_serves_once_and_lapses) {
    RecordWriter writer;
    writer.install(Epoch{}.writing());
    EXPECT_EQ(writer.seal_reserved(ContentType::application_data, 0).error().code, ErrorCode::bad_argument);
    EXPECT_TRUE(writer.reserve(0).empty());
    EXPECT_EQ(writer.seal_reserved(ContentType::application_data, 0).error().code, ErrorCode::bad_argument);
    const auto lapsed_after = [&](auto&& call) {
        EXPECT_EQ(writer.reserve(10).size(), 10u);
        call();
        return !writer.seal_reserved(ContentType::application_data, 10);
    };
    EXPECT_TRUE(lapsed_after([&] { must(writer.seal_reserved(ContentType::application_data, 10)); }));
    EXPECT_TRUE(lapsed_after([&] { must(writer.write(ContentType::alert, ByteVector{1, 0})); }));
    EXPECT_TRUE(lapsed_after([&] { writer.install(Epoch{}.writing()); }));
    EXPECT_TRUE(lapsed_after([&] { writer.set_padding({.block = 64}); }));
    EXPECT_TRUE(lapsed_after([&] { must(writer.set_record_size_limit(64)); }));
    EXPECT_TRUE(lapsed_after([&] { must(writer.set_max_fragment_length(64)); }));
    writer.consume(writer.pending().size());
    EXPECT_TRUE(lapsed_after([&] { writer.release_idle(); }));
    EXPECT_EQ(writer.reserve(10).size(), 10u);
    EXPECT_FALSE(writer.seal_reserved(ContentType::application_data, 11)) << "more than was given";
    EXPECT_FALSE(writer.seal_reserved(ContentType::handshake, 0)) << "an empty handshake record";
}

TEST(Reserved, outlives_the_transport_taking_what_waits) {
    RecordWriter writer;
    writer.install(Epoch{}.writing());
    must(writer.write(ContentType::application_data, pattern(50)));
    const MutableBytes space = writer.reserve(20);
    const ByteVector content = pattern(20, 77);
    std::copy(content.begin(), content.end(), space.begin());
    RecordReader reader;
    reader.install(Epoch{}.reading());
    EXPECT_EQ(content_of(read_all(reader, writer.pending())), pattern(50));
    writer.consume(writer.pending().size());
    must(writer.seal_reserved(ContentType::application_data, 20));
    EXPECT_EQ(content_of(read_all(reader, writer.pending())), content);
}

// ---- budget

TEST(Budget, room_is_exactly_what_write_takes) {
    for (const Epoch& epoch : every_epoch) {
        for (const std::size_t block : Sizes{1, 2, 64, 1000, 20'000}) {
            for (const std::size_t limit : Sizes{64, 1000, 16385}) {
                for (const std::size_t before : Sizes{0, 1, 5000, 16384}) {
                    for (const std::size_t budget : Sizes{16645, 20'000, 40'001}) {
                        RecordWriter writer(budget);
                        writer.install(epoch.writing());
                        must(writer.set_record_size_limit(limit));
                        writer.set_padding({.block = block});
                        const ByteVector bytes = pattern(50'000);
                        const Bytes all = bytes;
                        if (before > writer.room()) continue;
                        must(writer.write(ContentType::application_data, all.first(before)));
                        const std::size_t room = writer.room();
                        const std::size_t waiting = writer.pending().size();
                        ASSERT_FALSE(writer.write(ContentType::application_data, all.first(room + 1)));
                        ASSERT_EQ(writer.pending().size(), waiting) << "refused whole";
                        if (room != 0) must(writer.write(ContentType::application_data, all.first(room)));
                        ASSERT_LE(writer.pending().size(), budget);
                        ASSERT_EQ(writer.room(), 0u);
                        ASSERT_LE(writer.capacity(), budget);
                    }
                }
            }
        }
    }
}

TEST(Budget, an_unprotected_writer_has_room_too) {
    RecordWriter writer(16645);
    EXPECT_EQ(writer.room(), 16384u + 251);
    must(writer.write(ContentType::application_data, pattern(16384 + 251)));
    EXPECT_EQ(writer.pending().size(), 16645u);
    EXPECT_EQ(writer.write(ContentType::application_data, {}).error().code, ErrorCode::bad_argument);
}

TEST(Budget, is_at_least_one_full_record) {
    RecordWriter writer(1);
    writer.install(Epoch{}.writing());
    EXPECT_GE(writer.room(), 16384u);
}

TEST(Budget, handshake_messages_and_alerts_pass_it) {
    RecordWriter writer(16645);
    writer.install(Epoch{}.writing());
    must(writer.write(ContentType::handshake, pattern(60'000)));
    EXPECT_EQ(writer.room(), 0u);
    must(writer.write(ContentType::alert, ByteVector{2, 80}));
    EXPECT_EQ(writer.write(ContentType::application_data, pattern(1)).error().code, ErrorCode::bad_argument);
    const Trace trace = read_back(Epoch{}, writer);
    EXPECT_EQ(trace.error, std::nullopt);
    EXPECT_EQ(trace.records.back().type, ContentType::alert);
    writer.consume(writer.pending().size());
    EXPECT_GE(writer.room(), 16384u);
}

// A transport that takes a little at a time: the stream stays whole, waiting output stays within the budget,
// and room always comes back.
TEST(Budget, survives_a_slow_transport) {
    for (const std::size_t piece : Sizes{1000, 5000, 16405, 16407, 30'000}) {
        const Epoch epoch;
        RecordWriter writer(40'000);
        RecordReader reader;
        writer.install(epoch.writing());
        reader.install(epoch.reading());
        const ByteVector content = pattern(500'000);
        Bytes rest = content;
        ByteVector received;
        while (!rest.empty() || !writer.pending().empty()) {
            const Bytes now = rest.first(std::min({rest.size(), writer.room(), std::size_t{16384}}));
            if (!now.empty()) must(writer.write(ContentType::application_data, now));
            rest = rest.subspan(now.size());
            ASSERT_LE(writer.pending().size(), 40'000u);
            ASSERT_LE(writer.capacity(), 40'000u);
            const std::size_t out = std::min(piece, writer.pending().size());
            const ByteVector more = content_of(read_all(reader, writer.pending().first(out)));
            received.insert(received.end(), more.begin(), more.end());
            writer.consume(out);
        }
        EXPECT_EQ(received, content);
    }
}

TEST(Budget, memory_is_held_only_while_output_waits) {
    RecordWriter writer;
    EXPECT_EQ(writer.capacity(), 0u);
    EXPECT_GT(writer.room(), 0u);
    EXPECT_EQ(writer.capacity(), 0u);
    must(writer.write(ContentType::handshake, pattern(100)));
    EXPECT_LE(writer.capacity(), 2048u);
    writer.release_idle(); // output waits
    EXPECT_EQ(writer.pending().size(), 105u);
    writer.consume(105);
    writer.release_idle();
    EXPECT_EQ(writer.capacity(), 0u);
    must(writer.write(ContentType::handshake, pattern(100)));
    EXPECT_EQ(writer.pending().size(), 105u);
}

} // namespace
} // namespace pavise::record::testing
