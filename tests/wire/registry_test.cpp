#include <pavise/registry.hpp>

#include <gtest/gtest.h>

namespace pavise {
namespace {

TEST(Registry, names_what_it_knows_and_prints_the_rest_in_hex) {
    EXPECT_EQ(name_of(CipherSuite::TLS_AES_128_GCM_SHA256), "TLS_AES_128_GCM_SHA256");
    EXPECT_EQ(name_of(static_cast<CipherSuite>(0xabcd)), "0xabcd");
    EXPECT_EQ(name_of(NamedGroup::x25519_ml_kem_768), "X25519MLKEM768");
    EXPECT_EQ(name_of(static_cast<HandshakeType>(99)), "0x63");
    EXPECT_EQ(name_of(ExtensionType::encrypted_client_hello), "encrypted_client_hello");
}

TEST(Registry, knows_the_sixteen_grease_values) {
    int count = 0;
    for (unsigned v = 0; v < 0x10000; ++v) count += is_grease(static_cast<std::uint16_t>(v)) ? 1 : 0;
    EXPECT_EQ(count, 16);
    EXPECT_TRUE(is_grease(0x0a0a));
    EXPECT_TRUE(is_grease(0xfafa));
    EXPECT_FALSE(is_grease(0x0a1a));
}

} // namespace
} // namespace pavise
