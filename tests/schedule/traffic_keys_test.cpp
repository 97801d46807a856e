#include "schedule/traffic_keys.hpp"

#include "schedule/support.hpp"
#include "vectors/rfc8448.hpp"

namespace pavise::schedule {
namespace {

using namespace testing;
using crypto::AeadId;

struct QuicSecret {
    std::string_view label;
    std::string_view secret;
    std::string_view key;
    std::string_view iv;
    std::string_view header_protection;
};

// RFC 9001 A.1: the Initial secrets of the connection ID 8394c8f03e515708.
constexpr std::array rfc9001_initial{
    QuicSecret{"client in", "c00cf151ca5be075ed0ebfb5c80323c42d6b7db67881289af4008f1f6c357aea",
               "1f369613dd76d5467730efcbe3b1a22d", "fa044b2f42a3fd3b46fb255c",
               "9f50449e04a0e810283a1e9933adedd2"},
    QuicSecret{"server in", "3c199828fd139efd216c155ad844cc81fb82fa8d7446fa7d78be803acdda951b",
               "cf3a5331653c364c88f0f379b6067e37", "0ac1493ca1905853b0bba03e",
               "c206b8d9b9f0f37644430b490eeaa314"},
};

TEST(QuicKeys, are_those_of_rfc9001_a1) {
    const auto hmac = make_hmac(HashId::sha256);
    HashSecret initial(32);
    ASSERT_TRUE(hkdf_extract(*hmac, from_hex("38762cf7f55934b34d179ae6a4c80cadccbb7f0a"),
                             from_hex("8394c8f03e515708"), initial.mutable_view()));
    EXPECT_EQ(to_hex(initial.view()), "7db5df06e7a69e432496adedb00851923595221596ae2ae9fb8115c1e9ed0a44");
    for (const QuicSecret& expected : rfc9001_initial) {
        const auto secret = derive_secret(*hmac, initial.view(), expected.label, {});
        EXPECT_EQ(hex_of(secret), expected.secret);
        const auto keys = traffic_keys(*hmac, AeadId::aes_128_gcm, secret->view(), quic_labels);
        ASSERT_TRUE(keys);
        EXPECT_EQ(to_hex(keys->key.view()), expected.key);
        EXPECT_EQ(to_hex(keys->iv.view()), expected.iv);
        EXPECT_EQ(hex_of(header_protection_key(*hmac, AeadId::aes_128_gcm, secret->view())),
                  expected.header_protection);
    }
}

// RFC 9001 A.5, with a key update.
TEST(QuicKeys, are_those_of_rfc9001_a5) {
    const auto hmac = make_hmac(HashId::sha256);
    const ByteVector secret = from_hex("9ac312a7f877468ebe69422748ad00a15443f18203a07d6060f688f30f21632b");
    const auto keys = traffic_keys(*hmac, AeadId::chacha20_poly1305, secret, quic_labels);
    ASSERT_TRUE(keys);
    EXPECT_EQ(to_hex(keys->key.view()), "c6d98ff3441c3fe1b2182094f69caa2ed4b716b65488960a7a984979fb23e1c8");
    EXPECT_EQ(to_hex(keys->iv.view()), "e0459b3474bdd0e44a41c144");
    EXPECT_EQ(hex_of(header_protection_key(*hmac, AeadId::chacha20_poly1305, secret)),
              "25a282b9e82f06f21f488917a4fc8f1b73573685608597d0efcb076b0ab7a7a4");
    EXPECT_EQ(hex_of(next_traffic_secret(*hmac, secret, quic_labels)),
              "1223504755036d556342ee9361d253421a826c9ecdf3c7148684b36b714881f9");
}

// RFC 9369 A.1: the client's Initial keys of version 2.
TEST(QuicKeys, of_version_2_are_those_of_rfc9369_a1) {
    const auto hmac = make_hmac(HashId::sha256);
    const ByteVector secret = from_hex("14ec9d6eb9fd7af83bf5a668bc17a7e283766aade7ecd0891f70f9ff7f4bf47b");
    const auto keys = traffic_keys(*hmac, AeadId::aes_128_gcm, secret, quic_v2_labels);
    ASSERT_TRUE(keys);
    EXPECT_EQ(to_hex(keys->key.view()), "8b1a0bc121284290a29e0971b5cd045d");
    EXPECT_EQ(to_hex(keys->iv.view()), "91f73e2351d8fa91660e909f");
    EXPECT_EQ(
        hex_of(header_protection_key(*hmac, AeadId::aes_128_gcm, secret, quic_v2_header_protection_label)),
        "45b95e15235d6f45a6b19cbcb0294ba9");
}

// No RFC has vectors for what follows: the values were computed apart from this code, by the formulas of RFC
// 8446.

TEST(NextTrafficSecret, follows_rfc8446_7_2) {
    const auto hmac = make_hmac(HashId::sha256);
    EXPECT_EQ(hex_of(next_traffic_secret(
                  *hmac, from_hex(vectors::rfc8448::simple_1rtt.client_application_traffic_secret))),
              "fcdfcc72725aaee48bf64e4fd8b749cdbdbab39d90da0b26e2245ca6ea167207");
}

std::string exported(HashId hash, Bytes secret, std::string_view label, std::string_view context,
                     std::size_t size) {
    ByteVector out(size);
    const Status status = export_keying_material(provider(), hash, secret, label, as_bytes(context), out);
    return status ? to_hex(out) : std::string(name_of(status.error().code));
}

TEST(ExportKeyingMaterial, follows_rfc8446_7_5) {
    const ByteVector secret = from_hex(vectors::rfc8448::simple_1rtt.exporter_master_secret);
    EXPECT_EQ(exported(HashId::sha256, secret, "EXPORTER-Channel-Binding", "", 32),
              "e3b0946bf2f4668144f22872e0afd51dc9608638c6f9b2584b98c6cd3a4affad");
    EXPECT_EQ(exported(HashId::sha256, secret, "EXPORTER-Pavise-Test", "context", 80),
              "f4fac0d022cffe7d40493bae262181fca06a85ab2521c032912da3d988038df9315e85ad474ad266"
              "c34bffcfa9007cad124a1d549070920482226408ffeac23cdd43ee96b0201f5a9e0d95eb64079c3f");
    EXPECT_EQ(exported(HashId::sha384, counting_bytes(48), "EXPORTER-Channel-Binding", "", 32),
              "611c8f80782a86df99c005b09cafa11d5c3ef90ffcfbaa44cd1eda33d03ccdee");
}

TEST(ExportKeyingMaterial, refuses_what_hkdf_cannot_carry) {
    const ByteVector secret(32, 1);
    EXPECT_EQ(exported(HashId::sha256, secret, std::string(249, 'l'), "", 1).size(), 2u);
    EXPECT_EQ(exported(HashId::sha256, secret, std::string(250, 'l'), "", 1), "bad_argument");
    EXPECT_EQ(exported(HashId::sha256, secret, "", "", 1), "bad_argument");
    EXPECT_EQ(exported(HashId::sha256, secret, "label", std::string(70'000, 'c'), 1).size(), 2u);
    EXPECT_EQ(exported(HashId::sha256, secret, "label", "", 255 * 32).size(), 2u * 255 * 32);
    EXPECT_EQ(exported(HashId::sha256, secret, "label", "", 255 * 32 + 1), "bad_argument");
}

} // namespace
} // namespace pavise::schedule
