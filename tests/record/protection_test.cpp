#include "support.hpp"

namespace pavise::record::testing {
namespace {

// RFC 8448 §3: the application traffic keys, and every record under them.
struct Rfc8448 {
    ByteVector client_key = from_hex("17422dda596ed5d9acd890e3c63f5051");
    ByteVector client_iv = from_hex("5b78923dee08579033e523d9");
    ByteVector server_key = from_hex("9f02283b6c9c07efc26bb9f2ac92e356");
    ByteVector server_iv = from_hex("cf782b88dd83549aadf1e984");
    ByteVector data; // 00 01 … 31

    Rfc8448() {
        for (std::uint8_t i = 0; i < 50; ++i) data.push_back(i);
    }
};
constexpr std::string_view client_data_record =
    "1703030043a23f7054b62c94d0affafe8228ba55cbefacea42f914aa66bcab3f2b9819a8a5b46b395bd54a9a20441e2b62974e1f"
    "5a6292a2977014bd1e3deae63aeebb21694915e4";
constexpr std::string_view server_data_record =
    "17030300432e937e11ef4ac740e538ad36005fc4a46932fc3225d05f82aa1b36e30efaf97d90e6dffc602dcb501a59a8fcc49c4b"
    "f2e5f0a21c0047c2abf332540dd032e167c2955d";
constexpr std::string_view client_close_record = "1703030013c9872760655666b74d7ff1153efd6db6d0b0e3";
constexpr std::string_view server_close_record = "1703030013b58fd67166ebf599d24720cfbe7efa7a8864a9";

TEST(Protection, seals_the_records_of_rfc8448_section_3) {
    const Rfc8448 rfc;
    const ByteVector close_notify{1, 0};
    auto client = must(
        WriteProtection::tls13(make_key(AeadId::aes_128_gcm, AeadUse::seal, rfc.client_key, rfc.client_iv)));
    EXPECT_EQ(to_hex(sealed(client, ContentType::application_data, rfc.data)), client_data_record);
    EXPECT_EQ(to_hex(sealed(client, ContentType::alert, close_notify)), client_close_record);
    // The server's NewSessionTicket was record 0.
    auto server = must(WriteProtection::tls13(
        make_key(AeadId::aes_128_gcm, AeadUse::seal, rfc.server_key, rfc.server_iv), 1));
    EXPECT_EQ(to_hex(sealed(server, ContentType::application_data, rfc.data)), server_data_record);
    EXPECT_EQ(to_hex(sealed(server, ContentType::alert, close_notify)), server_close_record);
}

TEST(Protection, opens_the_records_of_rfc8448_section_3) {
    const Rfc8448 rfc;
    RecordReader reader;
    reader.install(must(ReadProtection::tls13(
        make_key(AeadId::aes_128_gcm, AeadUse::open, rfc.server_key, rfc.server_iv), 1)));
    const Trace trace =
        read_all(reader, joined({from_hex(server_data_record), from_hex(server_close_record)}));
    EXPECT_EQ(trace, (Trace{{{ContentType::application_data, rfc.data, Provenance::authenticated},
                             {ContentType::alert, {1, 0}, Provenance::authenticated}},
                            std::nullopt}));
}

TEST(Protection, opens_what_it_sealed_whatever_the_aead_and_the_length) {
    for (const Epoch& epoch : every_epoch) {
        WriteProtection writing = epoch.writing();
        ReadProtection reading = epoch.reading();
        for (const std::size_t size : Sizes{0, 1, 2, 15, 16, 17, 255, 256, 1400, 16383, 16384}) {
            const ByteVector content = pattern(size);
            ByteVector record = sealed(writing, ContentType::application_data, content);
            const Opened opened = must(reading.open(record));
            EXPECT_EQ(opened.type, ContentType::application_data);
            EXPECT_EQ(ByteVector(opened.content.begin(), opened.content.end()), content);
        }
        EXPECT_EQ(reading.sequence_number(), 11u);
    }
}

// RFC 5288 §3 and RFC 5246 §6.2.3.3 by hand: explicit nonce = sequence number, additional data.
TEST(Protection, tls12_gcm_is_laid_out_as_rfc5288_says) {
    const ByteVector key = pattern(16), salt = pattern(4, 9), content = pattern(30);
    auto writing =
        must(WriteProtection::tls12(make_key(AeadId::aes_128_gcm, AeadUse::seal, key, salt), 0x030405));
    const ByteVector record = sealed(writing, ContentType::handshake, content);
    EXPECT_EQ(to_hex(Bytes(record).first(13)), "16030300360000000000030405");

    auto aead = must(crypto::botan_provider().aead(AeadId::aes_128_gcm, AeadUse::open, key));
    const ByteVector nonce = joined({salt, from_hex("0000000000030405")});
    const ByteVector associated_data = from_hex("0000000000030405160303001e");
    ByteVector data(record.begin() + 13, record.end() - 16);
    ASSERT_TRUE(aead->open(nonce, associated_data, data, Bytes(record).last(16)));
    EXPECT_EQ(data, content);
}

// RFC 7905 §2: the sequence number XORed into the IV; nothing of it is sent.
TEST(Protection, tls12_chacha20_is_laid_out_as_rfc7905_says) {
    const ByteVector key = pattern(32), iv = from_hex("000000000000000000000000"), content = pattern(30);
    auto writing = must(WriteProtection::tls12(make_key(AeadId::chacha20_poly1305, AeadUse::seal, key, iv),
                                               0x0102030405060708));
    const ByteVector record = sealed(writing, ContentType::application_data, content);
    EXPECT_EQ(to_hex(Bytes(record).first(5)), "170303002e");

    auto aead = must(crypto::botan_provider().aead(AeadId::chacha20_poly1305, AeadUse::open, key));
    ByteVector data(record.begin() + 5, record.end() - 16);
    ASSERT_TRUE(aead->open(from_hex("000000000102030405060708"), from_hex("0102030405060708170303001e"), data,
                           Bytes(record).last(16)));
    EXPECT_EQ(data, content);
}

TEST(Protection, no_two_records_of_a_tls12_key_share_a_nonce) {
    const Epoch epoch{Version::tls12};
    WriteProtection writing = epoch.writing();
    for (std::uint8_t i = 0; i < 10; ++i) {
        const ByteVector record = sealed(writing, ContentType::application_data, {});
        EXPECT_EQ(to_hex(Bytes(record).subspan(5, 8)), to_hex(ByteVector{0, 0, 0, 0, 0, 0, 0, i}));
    }
}

TEST(Protection, an_iv_of_the_wrong_length_is_refused) {
    const auto key = [](AeadId id, std::size_t iv_size) { return make_key(id, AeadUse::seal, iv_size, 1); };
    EXPECT_FALSE(WriteProtection::tls13(key(AeadId::aes_128_gcm, 4)));
    EXPECT_FALSE(WriteProtection::tls12(key(AeadId::aes_128_gcm, 12)));
    EXPECT_FALSE(ReadProtection::tls12(key(AeadId::chacha20_poly1305, 4)));
    EXPECT_FALSE(ReadProtection::tls13(Key{.id = AeadId::aes_128_gcm, .aead = nullptr, .iv = {}}));
}

TEST(Protection, the_sequence_number_never_wraps) {
    // The last number that is used, 2^64 - 2, and the one after it.
    for (const Version version : {Version::tls13, Version::tls12}) {
        const Epoch epoch{version, AeadId::chacha20_poly1305, 1, max_sequence_number};
        WriteProtection writing = epoch.writing();
        ReadProtection reading = epoch.reading();
        ByteVector record = sealed(writing, ContentType::application_data, pattern(5));
        EXPECT_TRUE(reading.open(record));
        EXPECT_EQ(writing.seal(ContentType::application_data, record, 5).error().code,
                  ErrorCode::sequence_exhausted);
        EXPECT_EQ(reading.open(record).error().code, ErrorCode::sequence_exhausted);
        EXPECT_EQ(writing.sequence_number(), UINT64_MAX);
        EXPECT_EQ(reading.sequence_number(), UINT64_MAX);
    }
}

TEST(Protection, a_key_seals_as_many_records_as_its_aead_allows) {
    for (const Epoch& of : every_epoch) {
        if (of.id == AeadId::chacha20_poly1305) continue; // its limit is the sequence number's
        Epoch epoch = of;
        epoch.first_sequence_number = key_limit(epoch.id).most - 1;
        WriteProtection writing = epoch.writing();
        ByteVector record = sealed(writing, ContentType::application_data, pattern(5));
        EXPECT_EQ(writing.seal(ContentType::application_data, record, 5).error().code,
                  ErrorCode::aead_limit_reached);
        // The receiver keeps no such count: how much is safe to send is the sender's business.
        ReadProtection reading = epoch.reading();
        EXPECT_TRUE(reading.open(record));
    }
}

TEST(Protection, a_key_update_is_due_before_the_limit) {
    for (const AeadId id : {AeadId::aes_128_gcm, AeadId::aes_256_gcm, AeadId::chacha20_poly1305,
                            AeadId::aes_128_ccm, AeadId::aes_128_ccm_8}) {
        const KeyLimit limit = key_limit(id);
        EXPECT_LT(limit.update_after, limit.most);
        const Epoch epoch{Version::tls13, id, 1, limit.update_after - 1};
        WriteProtection writing = epoch.writing();
        EXPECT_EQ(writing.records_until_key_update(), 1u);
        sealed(writing, ContentType::application_data, {});
        EXPECT_EQ(writing.records_until_key_update(), 0u);
        sealed(writing, ContentType::application_data, {});
        EXPECT_EQ(writing.records_until_key_update(), 0u);
    }
    EXPECT_EQ((Epoch{Version::tls12, AeadId::aes_128_gcm, 1, 1u << 24}.writing().records_until_key_update()),
              UINT64_MAX);
}

TEST(Protection, the_limit_of_aes_gcm_is_two_to_the_24_and_a_half) {
    const std::uint64_t limit = key_limit(AeadId::aes_128_gcm).most;
    EXPECT_LE(limit * limit, std::uint64_t{1} << 49);
    EXPECT_GT((limit + 1) * (limit + 1), std::uint64_t{1} << 49);
}

TEST(Protection, padding_is_found_wherever_it_begins) {
    const Epoch epoch;
    WriteProtection writing = epoch.writing();
    ReadProtection reading = epoch.reading();
    for (std::size_t size = 0; size < 34; ++size) {
        for (std::size_t padding = 0; padding < 34; ++padding) {
            ByteVector content = pattern(size);
            if (size > 2) content[size - 1] = content[size / 2] = 0; // zeros that are not padding
            ByteVector record = sealed(writing, ContentType::handshake, content, padding);
            const Opened opened = must(reading.open(record));
            ASSERT_EQ(opened.type, ContentType::handshake);
            ASSERT_EQ(ByteVector(opened.content.begin(), opened.content.end()), content);
            ASSERT_EQ(opened.inner_size, size + 1 + padding);
        }
    }
}

TEST(Protection, an_inner_plaintext_of_zeros_has_no_content_type) {
    const Epoch epoch;
    for (const std::size_t size : Sizes{0, 1, 7, 8, 9, 16384}) {
        WriteProtection writing = epoch.writing();
        ReadProtection reading = epoch.reading();
        ByteVector record = sealed(writing, ContentType::invalid, ByteVector(size));
        EXPECT_EQ(reading.open(record).error().code, ErrorCode::no_content_type);
    }
}

// One alert and one way for every record that is not authentic: too short for a tag, truncated, changed
// anywhere.
TEST(Protection, whatever_is_wrong_with_a_record_is_bad_record_mac) {
    for (const Epoch& epoch : every_epoch) {
        WriteProtection writing = epoch.writing();
        ReadProtection reading = epoch.reading();
        const ByteVector record = sealed(writing, ContentType::application_data, pattern(20));
        for (std::size_t size = header_size; size < record.size(); ++size) {
            ByteVector shorter(record.begin(), record.begin() + static_cast<std::ptrdiff_t>(size));
            EXPECT_EQ(reading.open(shorter).error().code, ErrorCode::bad_record_mac) << size;
        }
        for (std::size_t at = 0; at < record.size(); ++at) {
            for (const std::uint8_t flip : ByteVector{0x01, 0x80}) {
                ByteVector changed = record;
                changed[at] = static_cast<std::uint8_t>(changed[at] ^ flip);
                // The length of TLS 1.2's additional data is that of the plaintext at hand, not the header's.
                const bool in_length = at == 3 || at == 4;
                if (epoch.version == Version::tls12 && in_length) continue;
                EXPECT_EQ(reading.open(changed).error().code, ErrorCode::bad_record_mac) << at;
            }
        }
        // None of them was counted: the true one still opens.
        ByteVector untouched = record;
        EXPECT_TRUE(reading.open(untouched));
    }
}

TEST(Protection, nothing_of_a_bad_record_is_left_to_read) {
    for (const Epoch& epoch : every_epoch) {
        WriteProtection writing = epoch.writing();
        ByteVector record = sealed(writing, ContentType::application_data, pattern(40));
        record.back() ^= 1;
        EXPECT_FALSE(epoch.reading().open(record));
        const Bytes data = Bytes(record).subspan(writing.content_offset(), 40);
        EXPECT_EQ(ByteVector(data.begin(), data.end()), ByteVector(40));
    }
}

TEST(Protection, replayed_and_swapped_records_are_refused) {
    for (const Epoch& epoch : every_epoch) {
        WriteProtection writing = epoch.writing();
        const ByteVector first = sealed(writing, ContentType::application_data, pattern(8));
        const ByteVector second = sealed(writing, ContentType::application_data, pattern(9));
        EXPECT_EQ(read_all(epoch, second).error, ErrorCode::bad_record_mac);
        const Trace replayed = read_all(epoch, joined({first, first}));
        EXPECT_EQ(replayed.records.size(), 1u);
        EXPECT_EQ(replayed.error, ErrorCode::bad_record_mac);
        EXPECT_EQ(read_all(epoch, joined({first, second})).error, std::nullopt);
    }
}

} // namespace
} // namespace pavise::record::testing
