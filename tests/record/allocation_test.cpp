// In steady state a record costs no allocation: in either direction, whatever its size.
#include "support.hpp"

#include "../crypto/allocation_counter.hpp"

namespace pavise::record::testing {
namespace {

using crypto::testing::allocation_count;

// CCM buffers the whole record inside Botan and is exempt, as crypto/provider.hpp says.
const Epoch epochs[] = {
    {Version::tls13, AeadId::aes_128_gcm},       {Version::tls13, AeadId::aes_256_gcm},
    {Version::tls13, AeadId::chacha20_poly1305}, {Version::tls12, AeadId::aes_128_gcm},
    {Version::tls12, AeadId::aes_256_gcm},       {Version::tls12, AeadId::chacha20_poly1305}};
constexpr std::size_t sizes[] = {0, 1, 64, 1400, 16384};

// Brings everything that waits in the writer to the reader, which it counts on to take it at once.
std::size_t carry(RecordWriter& writer, RecordReader& reader) {
    std::size_t received = 0;
    while (!writer.pending().empty()) {
        const MutableBytes space = reader.prepare();
        const std::size_t count = std::min(space.size(), writer.pending().size());
        std::copy_n(writer.pending().begin(), count, space.begin());
        reader.commit(count);
        writer.consume(count);
        for (;;) {
            const auto next = reader.next();
            if (!next) return SIZE_MAX;
            if (!*next) break;
            received += (*next)->fragment.size();
        }
    }
    return received;
}

template <class Send> void expect_no_allocation(const Epoch& epoch, Send send) {
    RecordWriter writer;
    RecordReader reader;
    writer.install(epoch.writing());
    reader.install(epoch.reading());
    const ByteVector content = pattern(16384);
    const auto round = [&](std::size_t size) {
        bool sent = true;
        for (int i = 0; i < 3; ++i) sent = send(writer, Bytes(content).first(size)) && sent;
        return sent && carry(writer, reader) == 3 * size;
    };
    for (const std::size_t size : sizes) ASSERT_TRUE(round(size)); // buffers grow to their size
    const std::size_t before = allocation_count();
    bool good = true;
    for (int i = 0; i < 20; ++i)
        for (const std::size_t size : sizes) good = round(size) && good;
    EXPECT_EQ(allocation_count() - before, 0u);
    EXPECT_TRUE(good);
}

TEST(Allocations, none_for_a_record_that_is_written_and_read) {
    for (const Epoch& epoch : epochs)
        expect_no_allocation(epoch, [](RecordWriter& writer, Bytes content) {
            return writer.write(ContentType::application_data, content).has_value();
        });
}

TEST(Allocations, none_for_a_reserved_record) {
    for (const Epoch& epoch : epochs)
        expect_no_allocation(epoch, [](RecordWriter& writer, Bytes content) {
            const MutableBytes space = writer.reserve(16384);
            if (space.size() < content.size()) return false;
            std::copy(content.begin(), content.end(), space.begin());
            return writer.seal_reserved(ContentType::application_data, content.size()).has_value();
        });
}

TEST(Allocations, are_seen_by_this_test) {
    const std::size_t before = allocation_count();
    RecordReader reader;
    reader.prepare();
    EXPECT_EQ(allocation_count() - before, 1u);
    RecordWriter writer;
    must(writer.write(ContentType::handshake, ByteVector{1}));
    EXPECT_GE(allocation_count() - before, 2u);
}

} // namespace
} // namespace pavise::record::testing
