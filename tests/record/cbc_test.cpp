// CBC with encrypt-then-MAC (RFC 7366): one check before any decryption, one error for whatever is wrong.
#include "support.hpp"

#include <set>

namespace pavise::record::testing {
namespace {

constexpr std::size_t iv_size = crypto::cbc_block_size;

std::vector<Epoch> cbc_epochs() {
    using crypto::CbcId;
    using crypto::HashId;
    std::vector<Epoch> epochs;
    for (const crypto::CbcMac cbc :
         {crypto::CbcMac{CbcId::aes_128, HashId::sha1}, crypto::CbcMac{CbcId::aes_128, HashId::sha256},
          crypto::CbcMac{CbcId::aes_256, HashId::sha384}}) {
        Epoch epoch{Version::tls12};
        epoch.cbc = cbc;
        epochs.push_back(epoch);
    }
    return epochs;
}

std::size_t mac_size(const Epoch& epoch) {
    return crypto::digest_size(epoch.cbc->mac);
}

// The MAC of record 0 by hand: "MAC(MAC_write_key, seq_num + TLSCipherText.type + TLSCipherText.version +
// TLSCipherText.length + IV + ENC(content + padding + padding_length))" (RFC 7366 §3).
ByteVector mac_of(const Epoch& epoch, Bytes record) {
    const Bytes covered = record.subspan(header_size, record.size() - header_size - mac_size(epoch));
    const CbcKey key = epoch.cbc_key(crypto::AeadUse::seal);
    const ByteVector length{static_cast<std::uint8_t>(covered.size() >> 8),
                            static_cast<std::uint8_t>(covered.size())};
    key.mac->update(joined({ByteVector(8, 0), ByteVector(record.begin(), record.begin() + 3), length}));
    key.mac->update(covered);
    ByteVector mac(mac_size(epoch));
    must(key.mac->finish(mac));
    return mac;
}

// Record 0 around any plaintext of whole blocks, padding included, with a true MAC.
ByteVector record_around(const Epoch& epoch, ByteVector plaintext) {
    const ByteVector iv = pattern(iv_size, 77);
    must(epoch.cbc_key(crypto::AeadUse::seal).cbc->encrypt(iv, plaintext));
    const std::size_t length = iv.size() + plaintext.size() + mac_size(epoch);
    ByteVector record = joined(
        {ByteVector{23, 3, 3, static_cast<std::uint8_t>(length >> 8), static_cast<std::uint8_t>(length)}, iv,
         plaintext, ByteVector(mac_size(epoch))});
    const ByteVector mac = mac_of(epoch, record);
    std::copy(mac.begin(), mac.end(), record.end() - static_cast<std::ptrdiff_t>(mac.size()));
    return record;
}

void expect_refused(const Epoch& epoch, ByteVector record) {
    ReadProtection reading = epoch.reading();
    const auto opened = reading.open(record);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, ErrorCode::bad_record_mac);
}

TEST(Cbc, opens_what_it_sealed_whatever_the_length) {
    for (const Epoch& epoch : cbc_epochs()) {
        WriteProtection writing = epoch.writing();
        ReadProtection reading = epoch.reading();
        for (const std::size_t size : {0u, 1u, 14u, 15u, 16u, 17u, 255u, 256u, 16383u, 16384u}) {
            const ByteVector content = pattern(size);
            ByteVector record = sealed(writing, ContentType::application_data, content);
            EXPECT_EQ((record.size() - header_size - mac_size(epoch)) % iv_size, 0u);
            const Opened opened = must(reading.open(record));
            EXPECT_EQ(ByteVector(opened.content.begin(), opened.content.end()), content);
        }
    }
}

TEST(Cbc, the_mac_covers_what_rfc7366_says) {
    for (const Epoch& epoch : cbc_epochs()) {
        WriteProtection writing = epoch.writing();
        const ByteVector record = sealed(writing, ContentType::handshake, pattern(100));
        const Bytes mac = Bytes(record).last(mac_size(epoch));
        EXPECT_EQ(ByteVector(mac.begin(), mac.end()), mac_of(epoch, record));
    }
}

TEST(Cbc, every_changed_byte_is_found) {
    for (const Epoch& epoch : cbc_epochs()) {
        WriteProtection writing = epoch.writing();
        const ByteVector record = sealed(writing, ContentType::application_data, pattern(40));
        for (std::size_t i = 0; i < record.size(); ++i) {
            if (i == 3 || i == 4) continue; // the length frames the record
            SCOPED_TRACE(i);
            ByteVector changed = record;
            changed[i] ^= 1;
            expect_refused(epoch, changed);
        }
    }
}

// The peer itself would have to make it: nobody else can compute the MAC.
TEST(Cbc, bad_padding_under_a_true_mac_is_the_same_error) {
    for (const Epoch& epoch : cbc_epochs()) {
        ByteVector good(16, 3);
        good[11] = 3;
        ReadProtection reading = epoch.reading();
        ByteVector record = record_around(epoch, good);
        EXPECT_EQ(must(reading.open(record)).content.size(), 12u);
        for (const std::size_t at : {12u, 13u, 14u}) {
            ByteVector padding = good;
            padding[at] ^= 1;
            expect_refused(epoch, record_around(epoch, padding));
        }
        expect_refused(epoch, record_around(epoch, ByteVector(16, 16))); // longer than the record
        expect_refused(epoch, record_around(epoch, ByteVector(32, 255)));
    }
}

// RFC 5246 §6.2.3.2: the padding "may be any length up to 255 bytes".
TEST(Cbc, padding_of_a_whole_record_and_of_256_bytes) {
    for (const Epoch& epoch : cbc_epochs())
        for (const std::size_t size : {16u, 256u}) {
            ReadProtection reading = epoch.reading();
            ByteVector record = record_around(epoch, ByteVector(size, static_cast<std::uint8_t>(size - 1)));
            EXPECT_EQ(must(reading.open(record)).content.size(), 0u);
        }
}

TEST(Cbc, records_too_short_or_of_no_whole_blocks) {
    for (const Epoch& epoch : cbc_epochs()) {
        WriteProtection writing = epoch.writing();
        const ByteVector record = sealed(writing, ContentType::application_data, pattern(40));
        for (std::size_t size = header_size; size < record.size(); ++size)
            expect_refused(epoch,
                           ByteVector(record.begin(), record.begin() + static_cast<std::ptrdiff_t>(size)));
    }
}

// RFC 5246 §6.2.3.2: the IV "MUST be unpredictable": no two are equal.
TEST(Cbc, each_record_has_an_iv_of_its_own) {
    for (const Epoch& epoch : cbc_epochs()) {
        WriteProtection writing = epoch.writing();
        std::set<ByteVector> seen;
        for (int i = 0; i < 50; ++i) {
            const ByteVector record = sealed(writing, ContentType::application_data, pattern(5));
            seen.insert(ByteVector(record.begin() + header_size, record.begin() + header_size + iv_size));
        }
        EXPECT_EQ(seen.size(), 50u);
    }
}

} // namespace
} // namespace pavise::record::testing
