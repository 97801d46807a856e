// What single messages refuse and mean.
#include "messages/extension/all.hpp"
#include "messages/handshake_messages.hpp"
#include "vectors/hex.hpp"

#include <gtest/gtest.h>

namespace pavise::messages {
namespace {

using vectors::from_hex;

const std::string version_and_random = "0303" + std::string(64, '0');

template <class M> ErrorCode error_of(const std::string& hex) {
    const ByteVector body = from_hex(hex);
    const auto parsed = parse_body<M>(body);
    EXPECT_FALSE(parsed) << hex;
    return parsed ? ErrorCode::internal : parsed.error().code;
}

template <class M> bool accepts(const std::string& hex) {
    const ByteVector body = from_hex(hex);
    return parse_body<M>(body).has_value();
}

std::string repeated(const std::string& hex, std::size_t count) {
    std::string all;
    for (std::size_t i = 0; i < count; ++i) all += hex;
    return all;
}

std::string u24(std::size_t value) {
    const ByteVector bytes{static_cast<std::uint8_t>(value >> 16), static_cast<std::uint8_t>(value >> 8),
                           static_cast<std::uint8_t>(value)};
    return vectors::to_hex(bytes);
}

TEST(WriteMessage, puts_type_and_length_before_the_body) {
    ByteVector out;
    wire::Writer writer(out);
    write_message(writer, KeyUpdate{KeyUpdateRequest::update_requested});
    write_message(writer, EndOfEarlyData{});
    EXPECT_EQ(out, from_hex("1800000101"
                            "05000000"));
}

TEST(ClientHello, holds_its_vectors_to_their_bounds) {
    const std::string rest = "0002130101"
                             "00";
    EXPECT_TRUE(accepts<ClientHello>(version_and_random + "20" + repeated("aa", 32) + rest));
    EXPECT_EQ(error_of<ClientHello>(version_and_random + "21" + repeated("aa", 33) + rest),
              ErrorCode::bad_vector_length);
    EXPECT_EQ(error_of<ClientHello>(version_and_random + "00"
                                                         "0000"
                                                         "0100"),
              ErrorCode::bad_vector_length);
    EXPECT_EQ(error_of<ClientHello>(version_and_random + "00"
                                                         "0003130113"
                                                         "0100"),
              ErrorCode::bad_vector_length);
    EXPECT_EQ(error_of<ClientHello>(version_and_random + "00"
                                                         "00021301"
                                                         "00"),
              ErrorCode::bad_vector_length);
}

TEST(ClientHello, may_have_an_empty_block_or_none) {
    const ByteVector without = from_hex(version_and_random + "00"
                                                             "0002c02f"
                                                             "0100");
    ByteVector with = without;
    with.insert(with.end(), {0, 0});
    EXPECT_FALSE(parse_body<ClientHello>(without)->extensions.present());
    EXPECT_TRUE(parse_body<ClientHello>(with)->extensions.present());
}

TEST(ServerHello, tells_a_hello_retry_request_by_its_random) {
    ServerHello hello;
    EXPECT_FALSE(hello.is_hello_retry_request());
    hello.random = hello_retry_request_random;
    EXPECT_TRUE(hello.is_hello_retry_request());
    hello.random[31] = 0;
    EXPECT_FALSE(hello.is_hello_retry_request());
    EXPECT_EQ(error_of<ServerHello>(version_and_random + "21" + repeated("aa", 33) + "130100"),
              ErrorCode::bad_vector_length);
}

TEST(ServerHello, carries_downgrade_sentinels_at_the_end_of_its_random) {
    Random random{};
    EXPECT_FALSE(ends_with(random, downgrade_to_tls12));
    std::copy(downgrade_to_tls12.begin(), downgrade_to_tls12.end(), random.end() - 8);
    EXPECT_TRUE(ends_with(random, downgrade_to_tls12));
    EXPECT_FALSE(ends_with(random, downgrade_to_tls11));
    EXPECT_EQ(as_text(Bytes(downgrade_to_tls11).first(7)), "DOWNGRD");
}

TEST(CertificateRequest, has_extensions) {
    EXPECT_EQ(error_of<CertificateRequest>("00"
                                           "0000"),
              ErrorCode::bad_vector_length);
}

TEST(Certificate, has_a_bounded_number_of_entries_none_of_them_empty) {
    const std::string entry = "00000130"
                              "0000";
    const auto with = [&](std::size_t count) { return "00" + u24(count * 6) + repeated(entry, count); };
    EXPECT_TRUE(accepts<Certificate>(with(0)));
    EXPECT_TRUE(accepts<Certificate>(with(max_certificates)));
    EXPECT_EQ(error_of<Certificate>(with(max_certificates + 1)), ErrorCode::too_many_certificates);
    EXPECT_EQ(error_of<Certificate>("00"
                                    "000005"
                                    "000000"
                                    "0000"),
              ErrorCode::bad_vector_length);
    EXPECT_EQ(error_of<Certificate>("00"
                                    "00000e"
                                    "00000130"
                                    "0008"
                                    "0005000000050000"),
              ErrorCode::duplicate_extension);
}

TEST(Certificate12, has_a_bounded_number_of_entries_none_of_them_empty) {
    const auto with = [&](std::size_t count) { return u24(count * 4) + repeated("00000130", count); };
    EXPECT_TRUE(accepts<Certificate12>(with(0)));
    EXPECT_TRUE(accepts<Certificate12>(with(max_certificates)));
    EXPECT_EQ(error_of<Certificate12>(with(max_certificates + 1)), ErrorCode::too_many_certificates);
    EXPECT_EQ(error_of<Certificate12>("000003"
                                      "000000"),
              ErrorCode::bad_vector_length);
    EXPECT_TRUE(accepts<RawPublicKeyCertificate12>("000000")); // a client that has none
}

TEST(CompressedCertificate, says_no_more_than_a_certificate_may_have) {
    EXPECT_TRUE(accepts<CompressedCertificate>("0001" + u24(max_certificate_message_size) + "000001aa"));
    EXPECT_EQ(error_of<CompressedCertificate>("0001" + u24(max_certificate_message_size + 1) + "000001aa"),
              ErrorCode::certificate_bomb);
    EXPECT_EQ(alert_of(Error{ErrorCode::certificate_bomb}), AlertDescription::bad_certificate);
    EXPECT_EQ(error_of<CompressedCertificate>("0001"
                                              "000010"
                                              "000000"),
              ErrorCode::bad_vector_length);
}

TEST(Finished, has_the_length_that_the_handshake_asks_for) {
    const ByteVector data(32);
    EXPECT_TRUE(Finished{data}.has_length(32));
    for (const std::size_t length : {std::size_t{31}, std::size_t{33}, verify_data_length12}) {
        const Status status = Finished{data}.has_length(length);
        ASSERT_FALSE(status);
        EXPECT_EQ(alert_of(status.error()), AlertDescription::decode_error);
    }
}

TEST(KeyUpdate, is_zero_or_one) {
    EXPECT_TRUE(accepts<KeyUpdate>("00"));
    EXPECT_TRUE(accepts<KeyUpdate>("01"));
    EXPECT_EQ(error_of<KeyUpdate>("02"), ErrorCode::bad_key_update);
    EXPECT_EQ(alert_of(Error{ErrorCode::bad_key_update}), AlertDescription::illegal_parameter);
}

TEST(NewSessionTicket, has_a_ticket) {
    EXPECT_EQ(error_of<NewSessionTicket>("00000000"
                                         "00000000"
                                         "00"
                                         "0000"
                                         "0000"),
              ErrorCode::bad_vector_length);
    EXPECT_TRUE(accepts<NewSessionTicket12>("00000000"
                                            "0000")); // the server changed its mind (RFC 5077 §3.3)
}

TEST(CertificateRequest12, lists_types_and_schemes) {
    EXPECT_TRUE(accepts<CertificateRequest12>("0101"
                                              "00020401"
                                              "0000"));
    EXPECT_EQ(error_of<CertificateRequest12>("00"
                                             "00020401"
                                             "0000"),
              ErrorCode::bad_vector_length);
    EXPECT_EQ(error_of<CertificateRequest12>("0101"
                                             "0000"
                                             "0000"),
              ErrorCode::bad_vector_length);
    EXPECT_EQ(error_of<CertificateRequest12>("0101"
                                             "0003040104"
                                             "0000"),
              ErrorCode::bad_vector_length);
}

TEST(CertificateStatus, is_ocsp_alone) {
    EXPECT_EQ(error_of<CertificateStatus>("02"
                                          "000001aa"),
              ErrorCode::invalid_enum_value);
    EXPECT_EQ(error_of<CertificateStatus>("01"
                                          "000000"),
              ErrorCode::bad_vector_length);
}

TEST(ServerKeyExchange, keeps_the_bytes_that_are_signed) {
    const ByteVector body = from_hex("03"
                                     "001d"
                                     "020405"
                                     "0804"
                                     "0001a0");
    const auto exchange = EcdheServerKeyExchange::parse(body);
    ASSERT_TRUE(exchange);
    EXPECT_EQ(exchange->signed_params.data(), body.data());
    EXPECT_EQ(exchange->signed_params.size(), 6u);
    EXPECT_EQ(exchange->signature.algorithm, SignatureScheme::rsa_pss_rsae_sha256);
}

TEST(ServerKeyExchange, has_named_curves_and_no_empty_numbers) {
    const ByteVector explicit_prime = from_hex("01"
                                               "001d"
                                               "020405"
                                               "0804"
                                               "0001a0");
    EXPECT_EQ(EcdheServerKeyExchange::parse(explicit_prime).error().code, ErrorCode::invalid_enum_value);
    const ByteVector no_point = from_hex("03"
                                         "001d"
                                         "00"
                                         "0804"
                                         "0001a0");
    EXPECT_EQ(EcdheServerKeyExchange::parse(no_point).error().code, ErrorCode::bad_vector_length);
    for (const char* numbers : {"0000"
                                "000102"
                                "000109",
                                "0001fd"
                                "0000"
                                "000109",
                                "0001fd"
                                "000102"
                                "0000"})
        EXPECT_EQ(DheServerKeyExchange::parse(from_hex(std::string(numbers) + "08040001a0")).error().code,
                  ErrorCode::bad_vector_length);
}

TEST(ClientKeyExchange, has_no_empty_share) {
    EXPECT_EQ(EcdheClientKeyExchange::parse(from_hex("00")).error().code, ErrorCode::bad_vector_length);
    EXPECT_EQ(DheClientKeyExchange::parse(from_hex("0000")).error().code, ErrorCode::bad_vector_length);
    EXPECT_TRUE(PskClientKeyExchange::parse(from_hex("0000")));
}

} // namespace
} // namespace pavise::messages
