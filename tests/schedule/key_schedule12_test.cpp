#include "schedule/key_schedule12.hpp"

#include "schedule/support.hpp"

namespace pavise::schedule {
namespace {

using namespace testing;

struct PrfVector {
    HashId hash;
    std::string_view secret;
    std::string_view seed;
    std::string_view output;
};

// The vectors of the TLS working group's list, "TLS 1.2 Test vectors", label "test label":
// https://mailarchive.ietf.org/arch/msg/tls/fzVCzk-z3FShgGJ6DOXqM1ydxms
constexpr std::array prf_vectors{
    PrfVector{
        HashId::sha256, "9bbe436ba940f017b17652849a71db35", "a0ba9f936cda311827a6f796ffd5198c",
        "e3f229ba727be17b8d122620557cd453c2aab21d07c3d495329b52d4e61edb5a6b301791e90d35c9c9a46b4e14baf9af"
        "0fa022f7077def17abfd3797c0564bab4fbc91666e9def9b97fce34f796789baa48082d122ee42c5a72e5a5110fff701"
        "87347b66"},
    PrfVector{
        HashId::sha384, "b80b733d6ceefcdc71566ea48e5567df", "cd665cf6a8447dd6ff8b27555edb7465",
        "7b0c18e9ced410ed1804f2cfa34a336a1c14dffb4900bb5fd7942107e81c83cde9ca0faa60be9fe34f82b1233c9146a0"
        "e534cb400fed2700884f9dc236f80edd8bfa961144c9e8d792eca722a7b32fc3d416d473ebc2c5fd4abfdad05d918425"
        "9b5bf8cd4d90fa0d31e2dec479e4f1a26066f2eea9a69236a3e52655c9e9aee691c8f3a26854308d5eaa3be85e099070"
        "3d73e56f"},
};

TEST(Prf, gives_the_published_values) {
    for (const PrfVector& vector : prf_vectors) {
        const auto hmac = make_hmac(vector.hash);
        const ByteVector seed = from_hex(vector.seed);
        ByteVector out(vector.output.size() / 2);
        ASSERT_TRUE(prf(*hmac, from_hex(vector.secret), "test label", seed, {}, out));
        EXPECT_EQ(to_hex(out), vector.output);
        // The seed's two parts are one string.
        ASSERT_TRUE(prf(*hmac, from_hex(vector.secret), "test label", Bytes(seed).first(5),
                        Bytes(seed).subspan(5), out));
        EXPECT_EQ(to_hex(out), vector.output);
    }
}

// No RFC has vectors for what follows: the values were computed apart from this code, by the formulas of RFC
// 5246, RFC 7627 and RFC 5705, from the randoms 00…1f and 20…3f and the premaster secret 40…6f.
struct Derived {
    HashId hash;
    std::string_view master_secret;
    std::string_view extended_master_secret;
    std::string_view key_block; // of 40 bytes
    std::string_view client_verify_data;
    std::string_view server_verify_data;
    std::string_view exported_without_context;
    std::string_view exported_with_empty_context;
    std::string_view exported_with_context;
};

constexpr std::array derived{
    Derived{
        HashId::sha256,
        "b7276583292f1c56bdad491e16167fb49309b0ec6bec9eb056534d90deebf7f14c877b04f4d04bba8d69693b4e06d36e",
        "bd2b54c5299b381d891504a1f850fcb9d1f733486bad17e49ad25171b2d9593e2d35982cafc77a2617603efd1a7eb846",
        "2d6450846a51e5165fc2633c23dd87cac12763b3bbd1ab7eabb2f58bed0f651edad75b4e34d6a059",
        "54c497e2bdb22b04655a962f", "dcd97f9215c0142470ca126d",
        "1641fef996a1cb3c5035a4bfda514fb333af575785152d87",
        "3110df304d6a27eb10ce26e8a86a83cfeb88900f762aa424",
        "fe8c6516c8edd09d71d1510a655ef9fc8e3905bef3f745f0"},
    Derived{
        HashId::sha384,
        "318f1538f383c73abd78027c0fa723a4e577d92aa4863f45039532a42f6b70b5c14b0a6da5168543fac8c0875dff411f",
        "ca4bc97688cb6504f3c23b2174301b75cbaba6a26958543153022c08afd9e1c66bc2e4a8b8bc7c5bc426fbb2cad12e0d",
        "0c1bf3dd6137b1b282cb179cc277baef5e767ba08cca8da5e0ac066c8c059262a8c5b90f5930c4e1",
        "ff74448765ae3c33c07d7cd2", "0982ad1ddb59462564e31b23",
        "9679b751131927e4670db03a1eb340ce80801a910dcdc319",
        "20b656a8507b2ca79be4a38e2b9f0295a4b615efce5a397a",
        "198fd088781e8ee03604c7f2703fdf6c8f26146f53b95a52"},
};

class KeySchedule12 : public ::testing::TestWithParam<Derived> {
  protected:
    const Derived& expected = GetParam();
    std::unique_ptr<crypto::Hmac> hmac = make_hmac(expected.hash);
    ByteVector client_random = counting_bytes(32);
    ByteVector server_random = counting_bytes(32, 32);
    HelloRandoms randoms{client_random, server_random};
    ByteVector pre_master_secret = counting_bytes(48, 64);
    ByteVector master = from_hex(expected.master_secret);

    crypto::Digest session_hash() const {
        const auto hash = provider().hash(expected.hash);
        (*hash)->update(as_bytes("session"));
        return *(*hash)->digest();
    }
    std::string exported(std::string_view label, std::optional<Bytes> context) {
        ByteVector out(24);
        const Status status = export_keying_material12(*hmac, master, randoms, label, context, out);
        return status ? to_hex(out) : std::string(name_of(status.error().code));
    }
};

INSTANTIATE_TEST_SUITE_P(Hash, KeySchedule12, ::testing::ValuesIn(derived), [](const auto& test) {
    return test.param.hash == HashId::sha256 ? "sha256" : "sha384";
});

TEST_P(KeySchedule12, derives_the_master_secrets) {
    EXPECT_EQ(hex_of(master_secret(*hmac, pre_master_secret, randoms)), expected.master_secret);
    EXPECT_EQ(hex_of(extended_master_secret(*hmac, pre_master_secret, session_hash())),
              expected.extended_master_secret);
}

TEST_P(KeySchedule12, cuts_the_key_block) {
    const auto aead = key_block(*hmac, master, randoms, {.mac_key = 0, .key = 16, .fixed_iv = 4});
    ASSERT_TRUE(aead);
    EXPECT_EQ(to_hex(aead->client.key.view()) + to_hex(aead->server.key.view()) +
                  to_hex(aead->client.fixed_iv.view()) + to_hex(aead->server.fixed_iv.view()),
              expected.key_block);
    EXPECT_TRUE(aead->client.mac_key.empty());

    const auto cbc = key_block(*hmac, master, randoms, {.mac_key = 10, .key = 10, .fixed_iv = 0});
    ASSERT_TRUE(cbc);
    EXPECT_EQ(to_hex(cbc->client.mac_key.view()) + to_hex(cbc->server.mac_key.view()) +
                  to_hex(cbc->client.key.view()) + to_hex(cbc->server.key.view()),
              expected.key_block);
}

TEST_P(KeySchedule12, makes_key_blocks_up_to_the_largest_suite) {
    EXPECT_TRUE(key_block(*hmac, master, randoms, {.mac_key = 48, .key = 32, .fixed_iv = 12}));
    for (const KeyBlockSizes& too_large : {KeyBlockSizes{49, 32, 12}, {48, 33, 12}, {48, 32, 13}})
        EXPECT_EQ(error_of(key_block(*hmac, master, randoms, too_large)), ErrorCode::bad_argument);
}

TEST_P(KeySchedule12, computes_both_finished) {
    const auto client = client_verify_data(*hmac, master, session_hash());
    const auto server = server_verify_data(*hmac, master, session_hash());
    ASSERT_TRUE(client && server);
    EXPECT_EQ(to_hex(*client), expected.client_verify_data);
    EXPECT_EQ(to_hex(*server), expected.server_verify_data);
}

TEST_P(KeySchedule12, exports_keying_material) {
    EXPECT_EQ(exported("EXPORTER-Pavise-Test", std::nullopt), expected.exported_without_context);
    EXPECT_EQ(exported("EXPORTER-Pavise-Test", Bytes()), expected.exported_with_empty_context);
    EXPECT_EQ(exported("EXPORTER-Pavise-Test", as_bytes("context")), expected.exported_with_context);
}

// RFC 5705 §4: whoever could export under a label of the handshake would get the master secret or the keys.
TEST_P(KeySchedule12, exports_nothing_under_a_label_of_the_handshake) {
    for (const std::string_view label :
         {"master secret", "extended master secret", "key expansion", "client finished", "server finished"})
        EXPECT_EQ(exported(label, std::nullopt), "bad_argument") << label;
}

TEST_P(KeySchedule12, exports_with_contexts_up_to_their_length_field) {
    EXPECT_EQ(exported("EXPORTER-Pavise-Test", ByteVector(65'535)).size(), 48u);
    EXPECT_EQ(exported("EXPORTER-Pavise-Test", ByteVector(65'536)), "bad_argument");
}

TEST(PskPreMasterSecret, is_that_of_rfc4279) {
    EXPECT_EQ(hex_of(psk_pre_master_secret(from_hex("aabbcc"), from_hex("0102"))), "0003aabbcc00020102");
    EXPECT_EQ(hex_of(plain_psk_pre_master_secret(from_hex("010203"))), "00030000000003010203");
}

TEST(PskPreMasterSecret, takes_what_its_length_fields_can_carry) {
    EXPECT_TRUE(psk_pre_master_secret(ByteVector(65'535), ByteVector(65'535)));
    EXPECT_EQ(error_of(psk_pre_master_secret(ByteVector(65'536), ByteVector(1))), ErrorCode::bad_argument);
    EXPECT_EQ(error_of(psk_pre_master_secret(ByteVector(1), ByteVector(65'536))), ErrorCode::bad_argument);
    EXPECT_EQ(error_of(psk_pre_master_secret(ByteVector(1), {})), ErrorCode::bad_argument);
}

} // namespace
} // namespace pavise::schedule
