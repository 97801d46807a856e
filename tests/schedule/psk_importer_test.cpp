#include "schedule/psk_importer.hpp"

#include "schedule/support.hpp"

namespace pavise::schedule {
namespace {

using namespace testing;

struct ImporterVector {
    std::string_view identity;
    std::string_view context;
    std::string_view key;
    HashId hash;
    HashId target;
    std::string_view imported_identity;
    std::string_view imported_key;
};

// RFC 9258 has no vectors. These were computed apart from this code, and are what other implementations get.
constexpr std::array importer_vectors{
    ImporterVector{"psk1", "context1", "4142434441424344414243444142434441424344414243444142434441424344",
                   HashId::sha256, HashId::sha256, "000470736b310008636f6e746578743103040001",
                   "77cfa040c1e1ca63f0cd989dbefb28f5129625b08ce4f258bb825a9b0a4642a0"},
    ImporterVector{"psk1", "context1", "4142434441424344414243444142434441424344414243444142434441424344",
                   HashId::sha256, HashId::sha384, "000470736b310008636f6e746578743103040002",
                   "3cb0eb3c10863c51a674df9f7b5900b47aa9353ba35c475b7ff6ad53f868ea97"
                   "ee896b7b54460853340f699b91949d8d"},
    ImporterVector{"psk1", "", "4142434441424344414243444142434441424344414243444142434441424344",
                   HashId::sha256, HashId::sha256, "000470736b31000003040001",
                   "f38b065c368f79497cd9b2615d047e3415b62ce43b7eb6e1d0474cb5636fedb0"},
    ImporterVector{
        "psk2", "context2",
        "454647484546474845464748454647484546474845464748454647484546474845464748454647484546474845464748",
        HashId::sha384, HashId::sha384, "000470736b320008636f6e746578743203040002",
        "fbc3670da40a25dfbe8132b2840a412a7fb3a93846c3111ee45609fe68b70d5c"
        "9dfabdfdb3268a52a604de3c33b65f1d"},
};

TEST(ImportPsk, gives_the_values_of_others) {
    for (const ImporterVector& vector : importer_vectors) {
        const ByteVector key = from_hex(vector.key);
        const auto imported =
            import_psk(provider(), {as_bytes(vector.identity), as_bytes(vector.context), key, vector.hash},
                       ProtocolVersion::tls_1_3, vector.target);
        ASSERT_TRUE(imported);
        EXPECT_EQ(to_hex(imported->identity), vector.imported_identity);
        EXPECT_EQ(to_hex(imported->key.view()), vector.imported_key);
        EXPECT_EQ(imported->hash, vector.target);
    }
}

Result<ImportedPsk> import_sizes(std::size_t identity, std::size_t context, std::size_t key,
                                 HashId target = HashId::sha256) {
    const ByteVector identity_bytes(identity, 1);
    const ByteVector context_bytes(context, 2);
    const ByteVector key_bytes(key, 3);
    return import_psk(provider(), {identity_bytes, context_bytes, key_bytes}, ProtocolVersion::tls_1_3,
                      target);
}

TEST(ImportPsk, takes_what_fits_a_psk_identity) {
    constexpr std::size_t fields = 2 + 2 + 2 + 2; // lengths of identity and context, protocol, KDF
    EXPECT_TRUE(import_sizes(1, 65'535 - fields - 1, 1));
    EXPECT_EQ(error_of(import_sizes(1, 65'535 - fields, 1)), ErrorCode::bad_argument);
    EXPECT_EQ(error_of(import_sizes(65'536, 0, 1)), ErrorCode::bad_argument);
    EXPECT_EQ(error_of(import_sizes(0, 1, 1)), ErrorCode::bad_argument);
    EXPECT_EQ(error_of(import_sizes(1, 1, 0)), ErrorCode::bad_argument);
}

TEST(ImportPsk, knows_the_hashes_that_have_an_identifier) {
    EXPECT_EQ(error_of(import_sizes(1, 0, 1, HashId::sha512)), ErrorCode::not_supported);
    EXPECT_EQ(error_of(import_sizes(1, 0, 1, HashId::sha1)), ErrorCode::not_supported);
}

} // namespace
} // namespace pavise::schedule
