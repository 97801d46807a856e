// Which records the reader lets through, and when: first bytes, types, change_cipher_spec, unprotected
// alerts, rejected early data.
#include "support.hpp"

namespace pavise::record::testing {
namespace {

Trace verdict_on(Bytes stream) {
    RecordReader reader;
    return read_all(reader, stream);
}
Trace verdict_on(std::string_view text) {
    return verdict_on(as_bytes(text));
}

const ByteVector close_notify{1, 0};
const ByteVector ccs = unprotected(ContentType::change_cipher_spec, ByteVector{1});

// ---- the first bytes

TEST(FirstBytes, http_is_recognised) {
    for (const std::string_view text :
         {"GET / HTTP/1.1\r\n", "HEAD / HTTP/1.1\r\n", "POST /x", "PUT /x HTTP", "DELETE /", "OPTIONS *",
          "TRACE /", "CONNECT a:443", "PATCH /", "HTTP/1.1 400 Bad Request", "PRI * HTTP/2.0"})
        EXPECT_EQ(verdict_on(text), only_error(ErrorCode::plaintext_is_http)) << text;
    // Four bytes are no verdict yet.
    EXPECT_EQ(verdict_on("GET "), Trace{});
}

TEST(FirstBytes, an_ssl2_hello_is_another_version) {
    EXPECT_EQ(verdict_on(from_hex("802e010002001500000010")), only_error(ErrorCode::bad_record_version));
}

TEST(FirstBytes, other_bytes_are_an_unknown_type) {
    EXPECT_EQ(verdict_on("SSH-2.0-OpenSSH"), only_error(ErrorCode::unknown_content_type));
    EXPECT_EQ(verdict_on("220 mail ESMTP"), only_error(ErrorCode::unknown_content_type));
    EXPECT_EQ(verdict_on(ByteVector(5)), only_error(ErrorCode::unknown_content_type));
}

TEST(FirstBytes, are_diagnosed_only_at_the_beginning) {
    const ByteVector first = unprotected(ContentType::handshake, pattern(3));
    EXPECT_EQ(verdict_on(joined({first, as_bytes("GET / HTTP/1.1")})).error, ErrorCode::unknown_content_type);
}

TEST(RecordVersion, only_its_major_part_matters) {
    const ByteVector content = pattern(3);
    for (const std::uint16_t version : Versions{0x0300, 0x0301, 0x0302, 0x0303, 0x0304, 0x03ff})
        EXPECT_EQ(verdict_on(unprotected(ContentType::handshake, content, version)),
                  only_record(ContentType::handshake, content, Provenance::unprotected));
    for (const std::uint16_t version : Versions{0x0000, 0x0002, 0x0203, 0x0403, 0xfefd})
        EXPECT_EQ(verdict_on(unprotected(ContentType::handshake, content, version)),
                  only_error(ErrorCode::bad_record_version));
}

// ---- types and empty records

TEST(ContentTypes, unknown_ones_are_refused_in_every_state) {
    for (const std::uint8_t type : ByteVector{0, 1, 19, 24, 25, 128, 255}) {
        const ByteVector record = unprotected(type, pattern(30));
        EXPECT_EQ(verdict_on(record), only_error(ErrorCode::unknown_content_type));
        for (const Epoch& epoch : every_epoch)
            EXPECT_EQ(read_all(epoch, record), only_error(ErrorCode::unknown_content_type));
    }
}

TEST(ContentTypes, unknown_ones_are_refused_inside_the_protection) {
    const Epoch epoch;
    for (const std::uint8_t type : ByteVector{1, 19, 24, 25, 255}) {
        WriteProtection writing = epoch.writing();
        EXPECT_EQ(read_all(epoch, sealed(writing, static_cast<ContentType>(type), pattern(3))),
                  only_error(ErrorCode::unknown_content_type));
    }
    WriteProtection writing = epoch.writing();
    EXPECT_EQ(read_all(epoch, sealed(writing, ContentType::invalid, ByteVector(8))),
              only_error(ErrorCode::no_content_type));
}

TEST(EmptyRecords, only_application_data_may_be_empty) {
    for (const ContentType type : {ContentType::handshake, ContentType::alert}) {
        EXPECT_EQ(verdict_on(unprotected(type, {})), only_error(ErrorCode::empty_record));
        for (const Epoch& epoch : every_epoch) {
            WriteProtection writing = epoch.writing();
            EXPECT_EQ(read_all(epoch, sealed(writing, type, {})), only_error(ErrorCode::empty_record));
        }
    }
    EXPECT_EQ(verdict_on(unprotected(ContentType::application_data, {})),
              only_record(ContentType::application_data, {}, Provenance::unprotected));
    for (const Epoch& epoch : every_epoch) {
        WriteProtection writing = epoch.writing();
        EXPECT_EQ(read_all(epoch, sealed(writing, ContentType::application_data, {})),
                  only_record(ContentType::application_data, {}));
    }
}

TEST(Protected, other_records_must_be_too) {
    const Epoch epoch;
    EXPECT_EQ(read_all(epoch, unprotected(ContentType::handshake, pattern(50))),
              only_error(ErrorCode::record_not_protected));
    EXPECT_EQ(read_all(epoch, unprotected(ContentType::application_data, pattern(50))),
              only_error(ErrorCode::bad_record_mac));
    for (const ContentType type : {ContentType::handshake, ContentType::alert, ContentType::application_data})
        EXPECT_EQ(read_all(Epoch{Version::tls12}, unprotected(type, pattern(50))),
                  only_error(ErrorCode::bad_record_mac));
}

// ---- change_cipher_spec

TEST(ChangeCipherSpec, is_refused_until_the_caller_accepts_it) {
    EXPECT_EQ(verdict_on(ccs), only_error(ErrorCode::unexpected_change_cipher_spec));
    EXPECT_EQ(read_all(Epoch{}, ccs), only_error(ErrorCode::unexpected_change_cipher_spec));
}

TEST(ChangeCipherSpec, when_accepted_it_is_the_one_byte_1) {
    const auto verdict = [](Bytes content, bool with_keys) {
        RecordReader reader;
        if (with_keys) reader.install(Epoch{}.reading());
        reader.set_change_cipher_specs(ChangeCipherSpecs::accepted);
        return read_all(reader, unprotected(ContentType::change_cipher_spec, content));
    };
    for (const bool with_keys : {false, true}) {
        EXPECT_EQ(verdict(ByteVector{1}, with_keys),
                  only_record(ContentType::change_cipher_spec, ByteVector{1}, Provenance::unprotected));
        for (const ByteVector& content : {ByteVector{}, ByteVector{0}, ByteVector{2}, ByteVector{1, 1}})
            EXPECT_EQ(verdict(content, with_keys), only_error(ErrorCode::unexpected_change_cipher_spec));
    }
}

TEST(ChangeCipherSpec, is_refused_again_when_the_caller_says_so) {
    RecordReader reader;
    reader.set_change_cipher_specs(ChangeCipherSpecs::accepted);
    EXPECT_EQ(read_all(reader, ccs).records.size(), 1u);
    reader.set_change_cipher_specs(ChangeCipherSpecs::refused);
    EXPECT_EQ(read_all(reader, ccs), only_error(ErrorCode::unexpected_change_cipher_spec));
}

TEST(ChangeCipherSpec, is_never_accepted_under_protection) {
    for (const Epoch& epoch : every_epoch) {
        WriteProtection writing = epoch.writing();
        RecordReader reader;
        reader.install(epoch.reading());
        reader.set_change_cipher_specs(ChangeCipherSpecs::accepted);
        EXPECT_EQ(read_all(reader, sealed(writing, ContentType::change_cipher_spec, ByteVector{1})),
                  only_error(ErrorCode::unexpected_change_cipher_spec));
    }
}

// ---- alerts without protection, after it began (RFC 8446 §6)

TEST(UnprotectedAlert, passes_until_the_peer_has_used_its_keys) {
    const Epoch epoch;
    const ByteVector alert = unprotected(ContentType::alert, close_notify);
    EXPECT_EQ(read_all(epoch, alert), only_record(ContentType::alert, close_notify, Provenance::unprotected));
    WriteProtection writing = epoch.writing();
    const Trace trace = read_all(epoch, joined({sealed(writing, ContentType::handshake, pattern(3)), alert}));
    EXPECT_EQ(trace.records.size(), 1u);
    EXPECT_EQ(trace.error, ErrorCode::record_not_protected);
}

TEST(UnprotectedAlert, does_not_pass_after_a_further_change_of_keys) {
    const Epoch epoch, later{.number = 2};
    WriteProtection writing = epoch.writing();
    RecordReader reader;
    reader.install(epoch.reading());
    EXPECT_EQ(read_all(reader, sealed(writing, ContentType::handshake, pattern(3))).error, std::nullopt);
    reader.install(later.reading());
    EXPECT_EQ(read_all(reader, unprotected(ContentType::alert, close_notify)),
              only_error(ErrorCode::record_not_protected));
}

TEST(UnprotectedAlert, has_two_bytes) {
    for (const std::size_t size : Sizes{0, 1, 3, 19})
        EXPECT_EQ(read_all(Epoch{}, unprotected(ContentType::alert, pattern(size))),
                  only_error(ErrorCode::record_not_protected));
}

TEST(UnprotectedAlert, never_passes_in_tls12) {
    EXPECT_EQ(read_all(Epoch{Version::tls12}, unprotected(ContentType::alert, close_notify)),
              only_error(ErrorCode::bad_record_mac));
}

// ---- rejected early data (RFC 8446 §4.2.10)

struct EarlyData : ::testing::Test {
    const Epoch early{.number = 9};
    const Epoch handshake{.number = 1};
    WriteProtection early_writing = early.writing();
    WriteProtection handshake_writing = handshake.writing();
    RecordReader reader;

    ByteVector early_record(std::size_t size) {
        return sealed(early_writing, ContentType::application_data, pattern(size));
    }
    ByteVector finished() { return sealed(handshake_writing, ContentType::handshake, pattern(36)); }
    static ByteVector second_client_hello() { return unprotected(ContentType::handshake, pattern(200)); }
};

TEST_F(EarlyData, is_skipped_until_a_record_opens) {
    reader.install(handshake.reading());
    reader.skip_undecryptable(1000);
    const ByteVector stream = joined({early_record(300), early_record(0), early_record(600), finished()});
    EXPECT_EQ(read_all(reader, stream, 7), only_record(ContentType::handshake, pattern(36)));
    EXPECT_EQ(reader.records_opened(), 1u) << "skipped records have no number";
    // From here on a bad record is a bad record.
    EXPECT_EQ(read_all(reader, early_record(1)), only_error(ErrorCode::bad_record_mac));
}

TEST_F(EarlyData, is_skipped_before_the_second_client_hello) {
    reader.set_change_cipher_specs(ChangeCipherSpecs::accepted);
    reader.skip_undecryptable(1000);
    const Trace trace = read_all(
        reader, joined({early_record(300), ccs, early_record(600), second_client_hello(), early_record(5)}));
    ASSERT_EQ(trace.records.size(), 3u);
    EXPECT_EQ(trace.records[0].type, ContentType::change_cipher_spec);
    EXPECT_EQ(trace.records[1].type, ContentType::handshake);
    // Skipping has ended; whatever comes is handed on.
    EXPECT_EQ(trace.records[2].type, ContentType::application_data);
}

TEST_F(EarlyData, is_skipped_up_to_its_limit) {
    for (const bool with_keys : {false, true}) {
        for (const std::size_t last : Sizes{100, 101}) {
            early_writing = early.writing();
            handshake_writing = handshake.writing();
            RecordReader limited;
            if (with_keys) limited.install(handshake.reading());
            limited.skip_undecryptable(300);
            const Trace trace = read_all(limited, joined({early_record(200), early_record(last),
                                                          with_keys ? finished() : second_client_hello()}));
            if (last == 100)
                EXPECT_EQ(trace.records.size(), 1u);
            else
                EXPECT_EQ(trace, only_error(ErrorCode::too_much_early_data));
        }
    }
}

TEST_F(EarlyData, empty_records_draw_on_the_limit_too) {
    for (const std::size_t count : Sizes{10, 11}) {
        RecordReader limited;
        limited.install(handshake.reading());
        limited.skip_undecryptable(10);
        ByteVector stream;
        for (std::size_t i = 0; i < count; ++i) {
            const ByteVector record = early_record(0);
            stream.insert(stream.end(), record.begin(), record.end());
        }
        EXPECT_EQ(read_all(limited, stream),
                  count == 10 ? Trace{} : only_error(ErrorCode::too_much_early_data));
    }
}

TEST_F(EarlyData, records_too_long_or_too_short_are_no_early_data) {
    reader.skip_undecryptable(100'000);
    EXPECT_EQ(read_all(reader, ByteVector{23, 3, 3, 0x41, 0x01}), only_error(ErrorCode::record_overflow));
    // A record without room for a tag can only be skipped.
    RecordReader with_keys;
    with_keys.install(handshake.reading());
    with_keys.skip_undecryptable(10);
    EXPECT_EQ(
        read_all(with_keys, joined({unprotected(ContentType::application_data, pattern(3)), finished()})),
        only_record(ContentType::handshake, pattern(36)));
}

TEST_F(EarlyData, is_not_skipped_unasked) {
    reader.install(handshake.reading());
    EXPECT_EQ(read_all(reader, early_record(10)), only_error(ErrorCode::bad_record_mac));
}

} // namespace
} // namespace pavise::record::testing
