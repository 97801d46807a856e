// What the command writes as JSON, and the tables that pavise scan judges by.
#include "cli/json.hpp"
#include "cli/probe.hpp"
#include "cli/suites.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace pavise::cli {
namespace {

TEST(Json, values_and_structure) {
    JsonWriter json;
    json.begin_object().member("a", 1).member("b", true).member("c", "text").key("d").begin_array();
    json.value(0.5).null().begin_object().end_object().begin_array().end_array().end_array().end_object();
    EXPECT_EQ(json.text(),
              "{\n  \"a\": 1,\n  \"b\": true,\n  \"c\": \"text\",\n  \"d\": [\n    0.500,\n    null,\n"
              "    {},\n    []\n  ]\n}\n");
}

// RFC 8259 §7, §8.1: control characters are escaped, and what is no UTF-8 is replaced.
TEST(Json, text_of_a_peer_is_made_harmless) {
    const auto written = [](std::string_view text) {
        JsonWriter json;
        return json.value(text).text();
    };
    EXPECT_EQ(written("\"\\\n\t\x7f"), "\"\\\"\\\\\\n\\u0009\\u007f\"\n");
    EXPECT_EQ(written("\xc3\xa4\xe2\x82\xac\xf0\x9f\x94\x92"), "\"\xc3\xa4\xe2\x82\xac\xf0\x9f\x94\x92\"\n");
    for (const std::string_view bad : {"\xff", "\xc0\x80", "\xed\xa0\x80", "\xf5\x80\x80\x80", "\xc3"})
        EXPECT_EQ(written(bad).substr(0, 4), "\"\xef\xbf\xbd") << bad;
}

TEST(Suites, registry_has_names_for_all_and_no_name_twice) {
    std::vector<std::string> names;
    for (const ProtocolVersion version : {ProtocolVersion::tls_1_2, ProtocolVersion::tls_1_3})
        for (const CipherSuite suite : every_suite(version)) {
            names.push_back(suite_name(suite));
            // Where the engine's own registry has a name, it is the same.
            if (name_of(suite).starts_with("TLS_")) {
                EXPECT_EQ(name_of(suite), suite_name(suite));
            }
        }
    EXPECT_GT(names.size(), 340u);
    std::ranges::sort(names);
    EXPECT_EQ(std::ranges::adjacent_find(names), names.end());
    EXPECT_EQ(suite_name(static_cast<CipherSuite>(0xfafa)), "0xfafa");
}

TEST(Suites, are_judged_by_their_worst_part) {
    const auto grade = [](std::uint16_t value) { return judge(static_cast<CipherSuite>(value)).grade; };
    EXPECT_EQ(grade(0x1301), Grade::good);
    EXPECT_EQ(grade(0xc02f), Grade::good);
    EXPECT_EQ(grade(0xc013), Grade::weak);                                      // CBC
    EXPECT_EQ(grade(0x009c), Grade::weak);                                      // RSA key transport
    EXPECT_EQ(grade(0x000a), Grade::weak);                                      // 3DES
    EXPECT_EQ(grade(0x0005), Grade::bad);                                       // RC4
    EXPECT_EQ(grade(0x0034), Grade::bad);                                       // anonymous
    EXPECT_EQ(grade(0xc0b4), Grade::bad);                                       // integrity alone (RFC 9150)
    EXPECT_EQ(judge(static_cast<CipherSuite>(0x0001)).reason, "no encryption"); // and MD5
}

// Whatever a server answers, an answer is read, and every beginning of it is no answer yet or a whole one.
TEST(Probe, reads_any_beginning_of_an_answer) {
    ByteVector hello(38, 0);
    hello[0] = hello[1] = 3;
    ByteVector record{22, 3, 3, 0, 42, 2, 0, 0, 38};
    record.insert(record.end(), hello.begin(), hello.end());
    EXPECT_EQ(read_answer(record).outcome, ProbeOutcome::server_hello);
    EXPECT_FALSE(flight_is_complete(record)); // TLS 1.2: its flight goes on
    for (std::size_t size = 0; size < record.size(); ++size) {
        EXPECT_EQ(read_answer(Bytes(record).first(size)).outcome, ProbeOutcome::closed) << size;
        EXPECT_FALSE(flight_is_complete(Bytes(record).first(size))) << size;
    }
    const ByteVector alert{21, 3, 3, 0, 2, 2, 40};
    EXPECT_EQ(read_answer(alert).alert, AlertDescription::handshake_failure);
    EXPECT_TRUE(flight_is_complete(alert));
    EXPECT_EQ(read_answer(as_bytes("HTTP/1.1 400")).outcome, ProbeOutcome::not_tls);
}

} // namespace
} // namespace pavise::cli
