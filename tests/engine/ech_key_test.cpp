// EchKeys: made, written, read and refused (RFC 9849 §4, §6.1.7; RFC 9934).
#include "base/pem.hpp"
#include "handshake/ech_config.hpp"
#include "support/ech.hpp"

namespace pavise::testing {
namespace {

ErrorCode error_of_terms(const EchConfigTerms& terms) {
    SeededRng rng(1);
    const auto key = EchKey::generate(terms, rng);
    return key ? ErrorCode{} : key.error().code;
}

EchConfigTerms terms_for(std::string name) {
    EchConfigTerms terms;
    terms.public_name = std::move(name);
    return terms;
}

TEST(EchKey, says_in_its_config_what_it_was_told) {
    SeededRng rng(1);
    EchConfigTerms terms = terms_for("public.example");
    terms.config_id = 200;
    terms.maximum_name_length = 64;
    const auto key = EchKey::generate(terms, rng);
    ASSERT_TRUE(key);
    const std::vector keys{*key};
    const auto list = ech_config_list(keys);
    ASSERT_TRUE(list);
    EXPECT_EQ(*ech_public_name(*list), "public.example");
    const auto choice = handshake::choose_ech_config(*list);
    ASSERT_TRUE(choice && *choice);
    EXPECT_EQ((*choice)->config_id, 200);
    EXPECT_EQ((*choice)->maximum_name_length, 64);
    EXPECT_TRUE(std::ranges::equal((*choice)->config, key->config()));
}

TEST(EchKey, draws_a_config_id) {
    SeededRng rng(1);
    const auto one = EchKey::generate(terms_for("a.test"), rng);
    const auto two = EchKey::generate(terms_for("a.test"), rng);
    ASSERT_TRUE(one && two);
    EXPECT_NE(one->data()->config_id, two->data()->config_id);
}

TEST(EchKey, refuses_terms_that_clients_would_ignore) {
    using enum ErrorCode;
    EXPECT_EQ(error_of_terms(terms_for("")), bad_ech_public_name);
    EXPECT_EQ(error_of_terms(terms_for("192.0.2.1")), bad_ech_public_name);
    EchConfigTerms terms = terms_for("a.test");
    terms.cipher_suites.clear();
    EXPECT_EQ(error_of_terms(terms), bad_argument);
    terms.cipher_suites = {{0x0001, 0xffff}};
    EXPECT_EQ(error_of_terms(terms), not_supported);
    terms = terms_for("a.test");
    terms.kem = static_cast<EchKem>(0x0012);
    EXPECT_EQ(error_of_terms(terms), not_supported);
    // public_name<1..255>
    std::string longest;
    while (longest.size() < 250) longest += "abcd.";
    longest += "abcde";
    ASSERT_EQ(longest.size(), 255u);
    EXPECT_EQ(error_of_terms(terms_for(longest)), ErrorCode{});
    EXPECT_EQ(error_of_terms(terms_for(longest + "f")), bad_ech_public_name);
}

TEST(EchPublicName, is_a_host_name_and_no_number) {
    using handshake::is_ech_public_name;
    const std::string label63(63, 'a');
    for (const std::string& name : {std::string("a"), std::string("a.b-c.D9"), label63 + ".test",
                                    std::string("1.2.3.4x"), std::string("0y"), std::string("x0.a")})
        EXPECT_TRUE(is_ech_public_name(name)) << name;
    for (const std::string& name :
         {std::string(""), std::string("."), std::string("a."), std::string(".a"), std::string("a..b"),
          label63 + "a.test", std::string("under_score.test"), std::string("-a.test"), std::string("a-.test"),
          std::string("1.2.3.4"), std::string("a.7"), std::string("a.0x"), std::string("0X1f"),
          std::string("a.0xAf09"), std::string("\xc3\xa4.test")})
        EXPECT_FALSE(is_ech_public_name(name)) << name;
}

TEST(EchKey, comes_back_from_its_parts) {
    for (const EchKem kem : {EchKem::x25519, EchKem::p256}) {
        const EchKey key = new_ech_key(3, 4, kem);
        const Bytes secret = key.data()->private_key.view();
        ASSERT_TRUE(EchKey::from_parts(key.config(), secret));
        ByteVector other(secret.begin(), secret.end());
        other[5] ^= 1;
        EXPECT_EQ(EchKey::from_parts(key.config(), other).error().code, ErrorCode::ech_key_does_not_match);
        EXPECT_EQ(EchKey::from_parts(key.config(), secret.first(31)).error().code,
                  ErrorCode::ech_key_does_not_match);
        ByteVector cut(key.config().begin(), key.config().end() - 1);
        EXPECT_EQ(EchKey::from_parts(cut, secret).error().code, ErrorCode::malformed_ech_configs);
        ByteVector longer(key.config().begin(), key.config().end());
        longer.push_back(0);
        EXPECT_EQ(EchKey::from_parts(longer, secret).error().code, ErrorCode::malformed_ech_configs);
        ByteVector unknown(key.config().begin(), key.config().end());
        unknown[1] ^= 1; // the version
        EXPECT_EQ(EchKey::from_parts(unknown, secret).error().code, ErrorCode::not_supported);
    }
}

TEST(EchKey, comes_back_from_its_file) {
    for (const EchKem kem : {EchKem::x25519, EchKem::p256}) {
        const EchKey key = new_ech_key(3, 4, kem);
        const auto keys = EchKey::load(as_bytes(key.pem()));
        ASSERT_TRUE(keys) << describe(keys.error());
        ASSERT_EQ(keys->size(), 1u);
        EXPECT_TRUE(std::ranges::equal(keys->front().config(), key.config()));
        EXPECT_TRUE(
            std::ranges::equal(keys->front().data()->private_key.view(), key.data()->private_key.view()));
        const auto list = read_ech_config_list(as_bytes(key.pem()));
        ASSERT_TRUE(list);
        EXPECT_EQ(*list, ech_list({key}));
    }
}

// As `openssl genpkey -algorithm X25519` writes a key: what else stands in the file does no harm.
TEST(EchKey, takes_the_config_of_a_list_that_its_key_fits) {
    const EchKey ours = new_ech_key(3, 4);
    const EchKey theirs = new_ech_key(5, 6);
    const std::string pem = ours.pem();
    const std::string key_alone = pem.substr(0, pem.find("-----BEGIN ECHCONFIG"));
    const auto with = [&](const ByteVector& list) {
        return EchKey::load(as_bytes(key_alone + write_pem("ECHCONFIG", list)));
    };
    const auto both = with(ech_list({theirs, ours}));
    ASSERT_TRUE(both);
    ASSERT_EQ(both->size(), 1u);
    EXPECT_EQ(both->front().data()->config_id, 3);
    EXPECT_EQ(with(ech_list({theirs})).error().code, ErrorCode::ech_key_does_not_match);
    EXPECT_EQ(with({0, 4, 1, 2}).error().code, ErrorCode::malformed_ech_configs);
    EXPECT_EQ(EchKey::load(as_bytes(key_alone)).error().code, ErrorCode::malformed_ech_configs);
    EXPECT_EQ(EchKey::load(as_bytes(write_pem("ECHCONFIG", ech_list({ours})))).error().code,
              ErrorCode::key_not_found);
    EXPECT_EQ(EchKey::load(as_bytes(write_pem("PRIVATE KEY", ByteVector{0x30, 1}) +
                                    write_pem("ECHCONFIG", ech_list({ours}))))
                  .error()
                  .code,
              ErrorCode::key_malformed);
    EXPECT_EQ(EchKey::load(as_bytes("-----BEGIN PRIVATE KEY-----\n")).error().code, ErrorCode::malformed_pem);
}

TEST(EchConfigList, is_read_in_three_forms) {
    const ByteVector list = ech_list({ech_key(), unknown_ech_key()});
    EXPECT_EQ(*read_ech_config_list(list), list);
    const std::string pem = write_pem("ECHCONFIG", list);
    EXPECT_EQ(*read_ech_config_list(as_bytes(pem)), list);
    std::string base64;
    for (std::size_t at = pem.find('\n') + 1; pem[at] != '-'; ++at)
        if (pem[at] != '\n') base64 += pem[at];
    EXPECT_EQ(*read_ech_config_list(as_bytes(base64)), list);
    EXPECT_EQ(*read_ech_config_list(as_bytes("\"" + base64 + "\"\n")), list);
    for (const std::string_view bad : {"", " \n", "AAAA", "no base64!", "-----BEGIN ECHCONFIG-----\nAAAA\n"})
        EXPECT_FALSE(read_ech_config_list(as_bytes(bad))) << bad;
    EXPECT_EQ(read_ech_config_list(as_bytes("AAAA")).error().code, ErrorCode::malformed_ech_configs);
}

TEST(EchConfigList, of_nothing) {
    EXPECT_EQ(ech_config_list({}).error().code, ErrorCode::bad_argument);
    const std::vector empty{EchKey()};
    EXPECT_EQ(ech_config_list(empty).error().code, ErrorCode::bad_argument);
    EXPECT_TRUE(EchKey().config().empty());
    EXPECT_TRUE(EchKey().pem().empty());
    EXPECT_TRUE(EchKey().retired().config().empty());
}

// ---------------------------------------------------------------- what a client ignores (§4, §4.2, §6.1)

messages::EchConfigContents contents_of(const EchKey& key) {
    return *messages::EchConfigContents::parse(key.config().subspan(4));
}
ByteVector list_with(const messages::EchConfigContents& contents) {
    ByteVector body;
    wire::Writer body_writer(body);
    contents.write(body_writer);
    ByteVector config;
    wire::Writer config_writer(config);
    messages::EchConfig{messages::EchConfig::known_version, body}.write(config_writer);
    ByteVector list;
    wire::Writer(list).vector16(config);
    return list;
}
bool usable(const messages::EchConfigContents& contents) {
    const auto choice = handshake::choose_ech_config(list_with(contents));
    EXPECT_TRUE(choice);
    return choice && choice->has_value();
}

TEST(EchChoice, passes_over_what_it_cannot_use) {
    const auto good = contents_of(ech_key());
    EXPECT_TRUE(usable(good));

    auto config = good;
    config.kem_id = 0x6666;
    EXPECT_FALSE(usable(config));

    config = good;
    const std::vector<messages::HpkeSymmetricCipherSuite> unknown{{0x1111, 0x2222}, {0x0001, 0x2222}};
    config.cipher_suites = unknown;
    EXPECT_FALSE(usable(config));

    config = good;
    config.public_key = good.public_key.first(31);
    EXPECT_FALSE(usable(config));

    config = good;
    config.public_name = as_bytes("192.0.2.1");
    EXPECT_FALSE(usable(config));
    EXPECT_EQ(ech_public_name(list_with(config)).error().code, ErrorCode::no_usable_ech_config);

    config = good;
    const ByteVector optional_extension{0x1a, 0x1a, 0, 1, 9};
    config.extensions = messages::Extensions::from_block(optional_extension);
    EXPECT_TRUE(usable(config));
    const ByteVector mandatory_extension{0x9a, 0x9a, 0, 0};
    config.extensions = messages::Extensions::from_block(mandatory_extension);
    EXPECT_FALSE(usable(config));
}

TEST(EchChoice, takes_the_first_suite_that_it_knows) {
    auto config = contents_of(ech_key());
    const std::vector<messages::HpkeSymmetricCipherSuite> suites{
        {0x1111, 0x0001}, {0x0001, 0x2222}, {0x0002, 0x0003}, {0x0001, 0x0001}};
    config.cipher_suites = suites;
    const auto choice = handshake::choose_ech_config(list_with(config));
    ASSERT_TRUE(choice && *choice);
    EXPECT_EQ((*choice)->suite.kdf, schedule::HpkeKdf::hkdf_sha384);
    EXPECT_EQ((*choice)->suite.aead, schedule::HpkeAead::chacha20_poly1305);
}

TEST(EchChoice, a_broken_config_of_the_known_version_breaks_the_list) {
    ByteVector list = ech_list({ech_key()});
    const std::size_t name_length_at = list.size() - 2 - ech_public_name_of_tests.size() - 1;
    list.at(name_length_at) += 1;
    EXPECT_EQ(handshake::choose_ech_config(list).error().code, ErrorCode::malformed_ech_configs);
}

} // namespace
} // namespace pavise::testing
