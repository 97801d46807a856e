// The reader as a framer: fragmentation, lengths, epochs, memory.
#include "support.hpp"

namespace pavise::record::testing {
namespace {

// A header that announces `length` bytes, which do not follow.
ByteVector header(ContentType type, std::size_t length) {
    return {static_cast<std::uint8_t>(type), 3, 3, static_cast<std::uint8_t>(length >> 8),
            static_cast<std::uint8_t>(length)};
}

// What the reader says to the header alone: an error, or nothing yet.
std::optional<ErrorCode> verdict_on_header(RecordReader& reader, ContentType type, std::size_t length) {
    reader.feed(header(type, length));
    Trace trace;
    drain(reader, trace);
    EXPECT_TRUE(trace.records.empty());
    return trace.error;
}
std::optional<ErrorCode> verdict_on_header(const Epoch& epoch, std::size_t length) {
    RecordReader reader;
    reader.install(epoch.reading());
    return verdict_on_header(reader, ContentType::application_data, length);
}

TEST(Reader, gives_the_same_records_however_the_bytes_arrive) {
    for (const Epoch& epoch : every_epoch) {
        WriteProtection writing = epoch.writing();
        ByteVector stream;
        for (const std::size_t size :
             Sizes{1, 0, 5000, 40, 16384, 2, 16384, 300, 0, 9000, 4095, 4096, 4097, 1}) {
            const ByteVector record = sealed(writing, ContentType::application_data, pattern(size));
            stream.insert(stream.end(), record.begin(), record.end());
        }
        const Trace whole = read_all(epoch, stream);
        EXPECT_EQ(whole.records.size(), 14u);
        EXPECT_EQ(whole.error, std::nullopt);
        for (const std::size_t piece : Sizes{1, 2, 3, 5, 7, 64, 1000, 4096, 16406, 16407, 20000}) {
            RecordReader reader;
            reader.install(epoch.reading());
            EXPECT_EQ(read_all(reader, stream, piece), whole) << piece;
            EXPECT_EQ(reader.buffered(), 0u);
            EXPECT_EQ(reader.records_opened(), 14u);
        }
    }
}

TEST(Reader, fails_the_same_way_however_the_bytes_arrive) {
    const Epoch epoch;
    WriteProtection writing = epoch.writing();
    ByteVector bad = sealed(writing, ContentType::application_data, pattern(50));
    const ByteVector good = sealed(writing, ContentType::application_data, pattern(60));
    const auto stream_with = [&](Bytes first) { return joined({first, good}); };
    bad[20] ^= 1;
    const ByteVector streams[] = {stream_with(bad), stream_with(header(ContentType::application_data, 17000)),
                                  stream_with(unprotected(ContentType::handshake, pattern(5))),
                                  stream_with(unprotected(99, pattern(5)))};
    for (const ByteVector& stream : streams) {
        const Trace whole = read_all(epoch, stream);
        EXPECT_TRUE(whole.error);
        for (const std::size_t piece : Sizes{1, 2, 5, 6, 21}) {
            RecordReader reader;
            reader.install(epoch.reading());
            EXPECT_EQ(read_all(reader, stream, piece), whole) << piece;
        }
    }
}

TEST(Reader, says_the_same_error_again) {
    RecordReader reader;
    reader.feed(unprotected(99, pattern(5)));
    EXPECT_EQ(reader.next().error().code, ErrorCode::unknown_content_type);
    reader.feed(unprotected(ContentType::handshake, pattern(5)));
    EXPECT_EQ(reader.next().error(), (Error{ErrorCode::unknown_content_type, 99}));
    EXPECT_EQ(reader.next().error(), (Error{ErrorCode::unknown_content_type, 99}));
}

TEST(Reader, every_changed_byte_of_a_protected_record_ends_the_connection) {
    for (const Epoch& epoch : every_epoch) {
        WriteProtection writing = epoch.writing();
        const ByteVector record = sealed(writing, ContentType::application_data, pattern(20));
        for (std::size_t at = 0; at < record.size(); ++at) {
            ByteVector changed = record;
            changed[at] ^= 0x10;
            RecordReader reader;
            reader.install(epoch.reading());
            // What a longer length waits for.
            const Trace trace = read_all(reader, joined({changed, ByteVector(5000)}));
            EXPECT_TRUE(trace.error) << at;
            EXPECT_TRUE(trace.records.empty()) << at;
            if (at >= header_size) {
                EXPECT_EQ(trace.error, ErrorCode::bad_record_mac);
            }
        }
    }
}

// ---- lengths, at N and N + 1, judged by the header alone

TEST(Reader, unprotected_records_hold_at_most_2_to_the_14) {
    for (const ContentType type :
         {ContentType::handshake, ContentType::alert, ContentType::application_data}) {
        RecordReader at_limit, beyond;
        EXPECT_EQ(verdict_on_header(at_limit, type, 16384), std::nullopt);
        EXPECT_EQ(verdict_on_header(beyond, type, 16385), ErrorCode::record_overflow);
    }
    RecordReader reader;
    const ByteVector content = pattern(16384);
    EXPECT_EQ(read_all(reader, unprotected(ContentType::handshake, content)),
              only_record(ContentType::handshake, content, Provenance::unprotected));
}

TEST(Reader, protected_records_are_at_most_256_or_2048_bytes_longer) {
    EXPECT_EQ(verdict_on_header(Epoch{Version::tls13}, 16640), std::nullopt);
    EXPECT_EQ(verdict_on_header(Epoch{Version::tls13}, 16641), ErrorCode::record_overflow);
    EXPECT_EQ(verdict_on_header(Epoch{Version::tls12}, 18432), std::nullopt);
    EXPECT_EQ(verdict_on_header(Epoch{Version::tls12}, 18433), ErrorCode::record_overflow);
}

TEST(Reader, the_inner_plaintext_is_at_most_2_to_the_14_and_1) {
    const Epoch epoch;
    const auto verdict = [&](std::size_t size, std::size_t padding) {
        WriteProtection writing = epoch.writing();
        return read_all(epoch, sealed(writing, ContentType::application_data, pattern(size), padding)).error;
    };
    EXPECT_EQ(verdict(16384, 0), std::nullopt);
    EXPECT_EQ(verdict(16385, 0), ErrorCode::record_overflow);
    EXPECT_EQ(verdict(16383, 1), std::nullopt);
    EXPECT_EQ(verdict(16384, 1), ErrorCode::record_overflow);
    EXPECT_EQ(verdict(0, 16384), std::nullopt);
    EXPECT_EQ(verdict(0, 16385), ErrorCode::record_overflow);

    const Epoch tls12{Version::tls12};
    WriteProtection writing = tls12.writing();
    EXPECT_EQ(read_all(tls12, sealed(writing, ContentType::application_data, pattern(16384))).error,
              std::nullopt);
    writing = tls12.writing();
    EXPECT_EQ(read_all(tls12, sealed(writing, ContentType::application_data, pattern(16385))).error,
              ErrorCode::record_overflow);
}

TEST(Reader, record_size_limit_counts_the_inner_plaintext) {
    const auto verdict = [](Version version, std::size_t size, std::size_t padding) {
        const Epoch epoch{version};
        RecordReader reader;
        reader.install(epoch.reading());
        must(reader.set_record_size_limit(64));
        WriteProtection writing = epoch.writing();
        return read_all(reader, sealed(writing, ContentType::handshake, pattern(size), padding)).error;
    };
    EXPECT_EQ(verdict(Version::tls13, 63, 0), std::nullopt);
    EXPECT_EQ(verdict(Version::tls13, 64, 0), ErrorCode::record_overflow);
    EXPECT_EQ(verdict(Version::tls13, 10, 53), std::nullopt);
    EXPECT_EQ(verdict(Version::tls13, 10, 54), ErrorCode::record_overflow);
    EXPECT_EQ(verdict(Version::tls12, 64, 0), std::nullopt);
    EXPECT_EQ(verdict(Version::tls12, 65, 0), ErrorCode::record_overflow);
}

TEST(Reader, record_size_limit_bounds_what_is_buffered) {
    for (const auto& [version, most] : {std::pair(Version::tls13, 63 + 256), {Version::tls12, 64 + 2048}}) {
        for (const int beyond : {0, 1}) {
            RecordReader reader;
            reader.install(Epoch{version}.reading());
            must(reader.set_record_size_limit(64));
            const auto length = static_cast<std::size_t>(most + beyond);
            EXPECT_EQ(verdict_on_header(reader, ContentType::application_data, length) ==
                          ErrorCode::record_overflow,
                      beyond == 1);
        }
    }
    // It says nothing about unprotected records (RFC 8449 §4).
    RecordReader reader;
    must(reader.set_record_size_limit(64));
    EXPECT_EQ(read_all(reader, unprotected(ContentType::handshake, pattern(65))).error, std::nullopt);
}

TEST(Reader, limits_have_limits) {
    RecordReader reader;
    EXPECT_FALSE(reader.set_record_size_limit(63));
    EXPECT_TRUE(reader.set_record_size_limit(64));
    EXPECT_TRUE(reader.set_record_size_limit(16385));
    EXPECT_EQ(reader.set_record_size_limit(16386).error().code, ErrorCode::bad_argument);
    EXPECT_FALSE(reader.set_max_fragment_length(63));
    EXPECT_TRUE(reader.set_max_fragment_length(64));
    EXPECT_TRUE(reader.set_max_fragment_length(16384));
    EXPECT_EQ(reader.set_max_fragment_length(16385).error().code, ErrorCode::bad_argument);
}

TEST(Reader, max_fragment_length_holds_for_every_record) {
    for (const std::size_t size : Sizes{512, 513}) {
        const auto expected = size == 512 ? std::nullopt : std::optional(ErrorCode::record_overflow);
        RecordReader reader;
        must(reader.set_max_fragment_length(512));
        EXPECT_EQ(read_all(reader, unprotected(ContentType::handshake, pattern(size))).error, expected);
        for (const Epoch& epoch : every_epoch) {
            RecordReader protected_reader;
            protected_reader.install(epoch.reading());
            must(protected_reader.set_max_fragment_length(512));
            WriteProtection writing = epoch.writing();
            EXPECT_EQ(
                read_all(protected_reader, sealed(writing, ContentType::handshake, pattern(size))).error,
                expected);
        }
    }
}

// ---- epochs

TEST(Reader, buffered_records_are_opened_with_the_keys_installed_meanwhile) {
    const Epoch handshake{Version::tls13, AeadId::aes_128_gcm, 1};
    const Epoch application{Version::tls13, AeadId::chacha20_poly1305, 2};
    WriteProtection first = handshake.writing(), second = application.writing();
    const ByteVector stream = joined({unprotected(ContentType::handshake, pattern(90)),
                                      sealed(first, ContentType::handshake, pattern(700)),
                                      sealed(second, ContentType::application_data, pattern(30))});
    for (const std::size_t piece : {std::size_t{1}, stream.size()}) {
        RecordReader reader;
        Trace trace;
        for (std::size_t at = 0; at < stream.size(); at += piece) {
            reader.feed(Bytes(stream).subspan(at, std::min(piece, stream.size() - at)));
            for (;;) {
                auto next = must(reader.next());
                if (!next) break;
                trace.records.push_back(
                    {next->type, {next->fragment.begin(), next->fragment.end()}, next->provenance});
                if (trace.records.size() == 1) reader.install(handshake.reading());
                if (trace.records.size() == 2) reader.install(application.reading());
            }
        }
        ASSERT_EQ(trace.records.size(), 3u);
        EXPECT_EQ(trace.records[0].provenance, Provenance::unprotected);
        EXPECT_EQ(trace.records[1].content, pattern(700));
        EXPECT_EQ(trace.records[2].content, pattern(30));
        EXPECT_EQ(reader.records_opened(), 1u);
    }
}

TEST(Reader, a_header_is_judged_by_the_keys_of_its_record) {
    // Legal as a plaintext record of this length; under the keys installed since, it is not.
    RecordReader reader;
    reader.feed(header(ContentType::handshake, 100));
    EXPECT_FALSE(must(reader.next()).has_value());
    reader.install(Epoch{}.reading());
    EXPECT_EQ(reader.next().error().code, ErrorCode::record_not_protected);
}

TEST(Reader, the_end_of_the_stream_inside_a_record_can_be_seen) {
    RecordReader reader;
    const ByteVector record = unprotected(ContentType::handshake, pattern(5));
    reader.feed(joined({record, Bytes(record).first(7)}));
    EXPECT_TRUE(must(reader.next()).has_value());
    EXPECT_FALSE(must(reader.next()).has_value());
    EXPECT_EQ(reader.buffered(), 7u);
}

// ---- memory

TEST(Reader, holds_no_memory_before_and_after_use) {
    RecordReader reader;
    EXPECT_EQ(reader.capacity(), 0u);
    EXPECT_FALSE(must(reader.next()).has_value());
    reader.feed(unprotected(ContentType::handshake, pattern(5)));
    EXPECT_EQ(reader.capacity(), small_receive_buffer);
    reader.release_idle(); // a record waits
    EXPECT_EQ(reader.capacity(), small_receive_buffer);
    EXPECT_TRUE(must(reader.next()).has_value());
    reader.release_idle();
    EXPECT_EQ(reader.capacity(), 0u);
    EXPECT_FALSE(reader.prepare().empty());
}

TEST(Reader, grows_when_a_record_needs_it_and_when_the_transport_has_more) {
    RecordReader for_record;
    for_record.feed(header(ContentType::handshake, 4086)); // 5 + 4086 + the next header are 4096
    for_record.prepare();
    EXPECT_EQ(for_record.capacity(), small_receive_buffer);
    RecordReader for_long_record;
    for_long_record.feed(header(ContentType::handshake, 4087));
    for_long_record.prepare();
    EXPECT_EQ(for_long_record.capacity(), large_receive_buffer);

    RecordReader for_burst;
    ByteVector burst;
    while (burst.size() < 3 * small_receive_buffer) {
        const ByteVector record = unprotected(ContentType::handshake, pattern(20));
        burst.insert(burst.end(), record.begin(), record.end());
    }
    EXPECT_EQ(read_all(for_burst, burst).error, std::nullopt);
    EXPECT_EQ(for_burst.capacity(), large_receive_buffer);
}

TEST(Reader, a_header_alone_cannot_make_it_hold_more_than_one_record) {
    RecordReader reader;
    reader.feed(header(ContentType::application_data, 65535));
    reader.prepare();
    EXPECT_LE(reader.capacity(), max_receive_buffer);
    EXPECT_EQ(reader.next().error().code, ErrorCode::record_overflow);
}

TEST(Reader, opens_records_where_the_transport_put_them) {
    const Epoch epoch;
    WriteProtection writing = epoch.writing();
    RecordReader reader;
    reader.install(epoch.reading());
    ByteVector stream;
    for (int i = 0; i < 8; ++i) {
        const ByteVector record = sealed(writing, ContentType::application_data, pattern(100));
        stream.insert(stream.end(), record.begin(), record.end());
    }
    const MutableBytes space = reader.prepare();
    ASSERT_GE(space.size(), stream.size());
    std::copy(stream.begin(), stream.end(), space.begin());
    reader.commit(stream.size());
    for (std::size_t i = 0; i < 8; ++i) {
        const auto record = must(reader.next());
        ASSERT_TRUE(record);
        EXPECT_EQ(record->fragment.data(), space.data() + i * stream.size() / 8 + header_size);
    }
}

TEST(Reader, moves_nothing_while_a_complete_record_waits) {
    RecordReader reader;
    const ByteVector record = unprotected(ContentType::handshake, pattern(20));
    reader.feed(joined({record, record, record}));
    const std::uint8_t* first = must(reader.next())->fragment.data();
    reader.prepare();
    EXPECT_EQ(must(reader.next())->fragment.data(), first + record.size());
    reader.feed(record);
    EXPECT_EQ(must(reader.next())->fragment.data(), first + 2 * record.size());
    EXPECT_EQ(must(reader.next())->fragment.data(), first + 3 * record.size());
    reader.feed(record); // nothing waits: back to the front
    EXPECT_EQ(must(reader.next())->fragment.data(), first);
}

// So that the record after a large one begins at the front of the buffer, and nothing has to be moved there.
TEST(Reader, a_large_record_is_read_up_to_the_header_of_the_next) {
    const Epoch epoch;
    WriteProtection writing = epoch.writing();
    const ByteVector record = sealed(writing, ContentType::application_data, pattern(16384));
    RecordReader reader;
    reader.install(epoch.reading());
    reader.feed(Bytes(record).first(header_size));
    EXPECT_EQ(reader.prepare().size(), record.size());
    reader.feed(Bytes(record).subspan(header_size));
    EXPECT_EQ(reader.prepare().size() + record.size(), reader.capacity()) << "a complete record waits";
    ASSERT_TRUE(must(reader.next()));
    EXPECT_EQ(reader.prepare().size(), reader.capacity());
}

} // namespace
} // namespace pavise::record::testing
