// What single extensions refuse, and the alerts that follow.
#include "messages/extension/all.hpp"
#include "vectors/hex.hpp"

#include <gtest/gtest.h>

namespace pavise::messages {
namespace {

using vectors::from_hex;

template <class X> ErrorCode error_of(const std::string& hex) {
    const ByteVector body = from_hex(hex);
    const auto parsed = X::parse(body);
    EXPECT_FALSE(parsed) << hex;
    return parsed ? ErrorCode::internal : parsed.error().code;
}

template <class X> bool accepts(const std::string& hex) {
    const ByteVector body = from_hex(hex);
    return X::parse(body).has_value();
}

// A server_name with one host name of so many letters.
ByteVector server_name_of(std::size_t size) {
    const ByteVector name(size, 'a');
    ByteVector body;
    wire::Writer writer(body);
    ServerName{name}.write(writer);
    return body;
}

TEST(ServerName, is_exactly_one_host_name) {
    const ByteVector body = from_hex("0006"
                                     "00"
                                     "0003"
                                     "612e62");
    const auto name = ServerName::parse(body);
    ASSERT_TRUE(name);
    EXPECT_EQ(as_text(name->host_name), "a.b");
    EXPECT_EQ(error_of<ServerName>("0008"
                                   "00"
                                   "000161"
                                   "00"
                                   "000162"),
              ErrorCode::bad_server_name);
    // Names of types that nobody defined yet are skipped (RFC 6066 §3), but no type may come twice.
    for (const char* const hex : {"00080000016101000162", "00080100016200000161"}) {
        const ByteVector with_unknown = from_hex(hex);
        const auto beside = ServerName::parse(with_unknown);
        ASSERT_TRUE(beside);
        EXPECT_EQ(as_text(beside->host_name), "a");
    }
    EXPECT_EQ(error_of<ServerName>("000c"
                                   "01000161"
                                   "00000162"
                                   "01000163"),
              ErrorCode::bad_server_name);
    EXPECT_EQ(error_of<ServerName>("0004"
                                   "01"
                                   "000161"),
              ErrorCode::bad_server_name);
    EXPECT_EQ(error_of<ServerName>("0006"
                                   "00"
                                   "0003"
                                   "610062"),
              ErrorCode::bad_server_name);
    EXPECT_EQ(error_of<ServerName>("0003"
                                   "00"
                                   "0000"),
              ErrorCode::bad_vector_length);
    EXPECT_EQ(error_of<ServerName>("0000"), ErrorCode::bad_vector_length);
    EXPECT_TRUE(ServerName::parse(server_name_of(ServerName::max_host_name_size)));
    EXPECT_EQ(ServerName::parse(server_name_of(ServerName::max_host_name_size + 1)).error().code,
              ErrorCode::bad_server_name);
}

TEST(ListExtension, refuses_empty_lists_and_half_values) {
    EXPECT_EQ(error_of<SupportedGroups>("0000"), ErrorCode::bad_vector_length);
    EXPECT_EQ(error_of<SupportedGroups>("0003001d00"), ErrorCode::bad_vector_length);
    EXPECT_EQ(error_of<SignatureAlgorithms>("0000"), ErrorCode::bad_vector_length);
    EXPECT_EQ(error_of<SupportedVersions>("00"), ErrorCode::bad_vector_length);
    EXPECT_EQ(error_of<SupportedVersions>("03030403"), ErrorCode::bad_vector_length);
    EXPECT_EQ(error_of<PskKeyExchangeModes>("00"), ErrorCode::bad_vector_length);
    EXPECT_EQ(error_of<CompressCertificate>("00"), ErrorCode::bad_vector_length);
    EXPECT_EQ(error_of<EchOuterExtensions>("00"), ErrorCode::bad_vector_length);
    // Values that nobody knows are kept.
    EXPECT_TRUE(accepts<SupportedGroups>("00040a0affff"));
}

TEST(KeyShare, has_one_share_for_a_group) {
    EXPECT_TRUE(accepts<KeyShareClientHello>("0000")); // asks for a HelloRetryRequest (RFC 8446 §4.2.8)
    EXPECT_EQ(error_of<KeyShareClientHello>("0004"
                                            "001d0000"),
              ErrorCode::bad_vector_length);
    EXPECT_EQ(error_of<KeyShareClientHello>("000f"
                                            "001d000101"
                                            "0017000102"
                                            "001d000103"),
              ErrorCode::duplicate_key_share);
    EXPECT_EQ(alert_of(Error{ErrorCode::duplicate_key_share}), AlertDescription::illegal_parameter);
    const ByteVector body = from_hex("000a"
                                     "001d000101"
                                     "0017000102");
    const auto shares = KeyShareClientHello::parse(body);
    ASSERT_TRUE(shares);
    EXPECT_EQ(shares->find(NamedGroup::secp256r1)->front(), 2);
    EXPECT_FALSE(shares->find(NamedGroup::x448));
}

TEST(PreSharedKey, has_a_binder_for_every_identity) {
    const std::string identity = "0001aa"
                                 "00000000";
    const std::string binder = "20" + std::string(64, '0');
    EXPECT_TRUE(accepts<OfferedPsks>("0007" + identity + "0021" + binder));
    EXPECT_EQ(error_of<OfferedPsks>("000e" + identity + identity + "0021" + binder),
              ErrorCode::psk_binder_count);
    EXPECT_EQ(error_of<OfferedPsks>("0007" + identity + "0042" + binder + binder),
              ErrorCode::psk_binder_count);
    EXPECT_EQ(alert_of(Error{ErrorCode::psk_binder_count}), AlertDescription::illegal_parameter);
    // Lower bounds: no identity, an empty one, no binder, one of 31 bytes.
    EXPECT_EQ(error_of<OfferedPsks>("0000"
                                    "0021" +
                                    binder),
              ErrorCode::bad_vector_length);
    EXPECT_EQ(error_of<OfferedPsks>("0007"
                                    "0000"
                                    "0000000000"
                                    "0021" +
                                    binder),
              ErrorCode::bad_vector_length);
    EXPECT_EQ(error_of<OfferedPsks>("0007" + identity + "0000"), ErrorCode::bad_vector_length);
    EXPECT_EQ(error_of<OfferedPsks>("0007" + identity +
                                    "0021"
                                    "1f" +
                                    std::string(64, '0')),
              ErrorCode::bad_vector_length);
}

TEST(PreSharedKey, knows_where_its_binders_begin) {
    const std::string binders = "0042"
                                "20" +
                                std::string(64, '0') + "20" + std::string(64, '0');
    const ByteVector body = from_hex("000e"
                                     "0001aa00000000"
                                     "0001bb00000000" +
                                     binders);
    const auto psks = OfferedPsks::parse(body);
    ASSERT_TRUE(psks);
    EXPECT_EQ(psks->binders_size(), binders.size() / 2);
}

TEST(Alpn, has_no_empty_names_and_one_answer) {
    EXPECT_EQ(error_of<AlpnProtocols>("0000"), ErrorCode::bad_vector_length);
    EXPECT_EQ(error_of<AlpnProtocols>("0004"
                                      "00"
                                      "026832"),
              ErrorCode::bad_vector_length);
    EXPECT_EQ(error_of<AlpnSelected>("0000"), ErrorCode::bad_vector_length);
    EXPECT_EQ(error_of<AlpnSelected>("0005"
                                     "026832"
                                     "0161"),
              ErrorCode::not_one_protocol);
    EXPECT_EQ(alert_of(Error{ErrorCode::not_one_protocol}), AlertDescription::illegal_parameter);
}

TEST(StatusRequest, checks_ocsp_and_leaves_other_types_alone) {
    EXPECT_EQ(error_of<StatusRequest>("01"
                                      "0003000000"
                                      "0000"),
              ErrorCode::bad_vector_length);
    EXPECT_TRUE(accepts<StatusRequest>("02"
                                       "aabbcc"));
    EXPECT_EQ(error_of<OcspStaple>("02"
                                   "000001aa"),
              ErrorCode::invalid_enum_value);
    EXPECT_EQ(error_of<OcspStaple>("01"
                                   "000000"),
              ErrorCode::bad_vector_length);
    ByteVector out;
    wire::Writer writer(out);
    StatusRequest{}.write(writer);
    EXPECT_EQ(out, from_hex("0100000000"));
}

TEST(RecordSizeLimit, is_at_least_64) {
    EXPECT_TRUE(accepts<RecordSizeLimit>("0040"));
    EXPECT_EQ(error_of<RecordSizeLimit>("003f"), ErrorCode::bad_record_size_limit);
    EXPECT_EQ(alert_of(Error{ErrorCode::bad_record_size_limit}), AlertDescription::illegal_parameter);
}

TEST(MaxFragmentLength, is_one_of_four) {
    EXPECT_EQ(error_of<MaxFragmentLength>("00"), ErrorCode::bad_max_fragment_length);
    EXPECT_EQ(error_of<MaxFragmentLength>("05"), ErrorCode::bad_max_fragment_length);
    EXPECT_EQ(MaxFragmentLength::parse(from_hex("01"))->length(), 512u);
    EXPECT_EQ(MaxFragmentLength::parse(from_hex("04"))->length(), 4096u);
    EXPECT_EQ(alert_of(Error{ErrorCode::bad_max_fragment_length}), AlertDescription::illegal_parameter);
}

TEST(OpaqueLists, have_lower_bounds) {
    EXPECT_EQ(error_of<SctList>("0000"), ErrorCode::bad_vector_length);
    EXPECT_EQ(error_of<SctList>("00020000"), ErrorCode::bad_vector_length);
    EXPECT_EQ(error_of<CertificateAuthorities>("0000"), ErrorCode::bad_vector_length);
    EXPECT_EQ(error_of<CertificateAuthorities>("00020000"), ErrorCode::bad_vector_length);
    EXPECT_TRUE(accepts<OidFilters>("0000"));
    EXPECT_EQ(error_of<OidFilters>("0003000000"), ErrorCode::bad_vector_length);
    EXPECT_EQ(error_of<Cookie>("0000"), ErrorCode::bad_vector_length);
    EXPECT_EQ(error_of<EchRetryConfigs>("0000"), ErrorCode::bad_vector_length);
}

TEST(Padding, is_made_of_zeros) {
    EXPECT_EQ(Padding::parse(from_hex("0000"))->length, 2u);
    EXPECT_EQ(error_of<Padding>("0001"), ErrorCode::padding_not_zero);
}

TEST(EncryptedClientHello, is_inner_or_outer) {
    EXPECT_TRUE(accepts<EncryptedClientHello>("01"));
    EXPECT_EQ(error_of<EncryptedClientHello>("0100"), ErrorCode::trailing_bytes);
    EXPECT_EQ(error_of<EncryptedClientHello>("02"), ErrorCode::invalid_enum_value);
    EXPECT_EQ(alert_of(Error{ErrorCode::invalid_enum_value}), AlertDescription::illegal_parameter);
    EXPECT_EQ(error_of<EncryptedClientHello>("00"
                                             "00010003"
                                             "2a"
                                             "0000"
                                             "0000"),
              ErrorCode::bad_vector_length);
}

TEST(DelegatedCredential, signs_the_credential_alone) {
    const ByteVector body = from_hex("00093a80"
                                     "0807"
                                     "000003303132"
                                     "0403"
                                     "0002f0f1");
    const auto credential = DelegatedCredential::parse(body);
    ASSERT_TRUE(credential);
    ByteVector out;
    wire::Writer writer(out);
    credential->write_credential(writer);
    EXPECT_EQ(out, from_hex("00093a80"
                            "0807"
                            "000003303132"));
}

} // namespace
} // namespace pavise::messages
