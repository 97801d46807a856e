#include "schedule/hpke.hpp"

#include "schedule/support.hpp"

namespace pavise::schedule {
namespace {

using namespace testing;

struct Vector {
    HpkeSuite suite;
    std::string_view sender_input;   // ikmE
    std::string_view receiver_input; // ikmR
    std::string_view private_key;    // skRm
    std::string_view public_key;     // pkRm
    std::string_view enc;
    std::string_view ciphertext_0; // with the tag
    std::string_view ciphertext_1;
    std::string_view ciphertext_255;
    std::string_view ciphertext_256;
    std::string_view exported_empty; // 32 bytes for the contexts "", 00 and "TestContext"
    std::string_view exported_zero;
    std::string_view exported_text;
};

// The base mode of every suite that is supported.
constexpr std::array vectors9180{
    // RFC 9180 A.1.1
    Vector{{HpkeKem::x25519_hkdf_sha256, HpkeKdf::hkdf_sha256, HpkeAead::aes_128_gcm},
           "7268600d403fce431561aef583ee1613527cff655c1343f29812e66706df3234",
           "6db9df30aa07dd42ee5e8181afdb977e538f5e1fec8a06223f33f7013e525037",
           "4612c550263fc8ad58375df3f557aac531d26850903e55a9f23f21d8534e8ac8",
           "3948cfe0ad1ddb695d780e59077195da6c56506b027329794ab02bca80815c4d",
           "37fda3567bdbd628e88668c3c8d7e97d1d1253b6d4ea6d44c150f741f1bf4431",
           "f938558b5d72f1a23810b4be2ab4f84331acc02fc97babc53a52ae8218a355a9"
           "6d8770ac83d07bea87e13c512a",
           "af2d7e9ac9ae7e270f46ba1f975be53c09f8d875bdc8535458c2494e8a6eab25"
           "1c03d0c22a56b8ca42c2063b84",
           "7175db9717964058640a3a11fb9007941a5d1757fda1a6935c805c21af32505b"
           "f106deefec4a49ac38d71c9e0a",
           "957f9800542b0b8891badb026d79cc54597cb2d225b54c00c5238c25d05c30e3"
           "fbeda97d2e0e1aba483a2df9f2",
           "3853fe2b4035195a573ffc53856e77058e15d9ea064de3e59f4961d0095250ee",
           "2e8f0b54673c7029649d4eb9d5e33bf1872cf76d623ff164ac185da9e88c21a5",
           "e9e43065102c3836401bed8c3c3c75ae46be1639869391d62c61f1ec7af54931"},
    // RFC 9180 A.2.1
    Vector{{HpkeKem::x25519_hkdf_sha256, HpkeKdf::hkdf_sha256, HpkeAead::chacha20_poly1305},
           "909a9b35d3dc4713a5e72a4da274b55d3d3821a37e5d099e74a647db583a904b",
           "1ac01f181fdf9f352797655161c58b75c656a6cc2716dcb66372da835542e1df",
           "8057991eef8f1f1af18f4a9491d16a1ce333f695d4db8e38da75975c4478e0fb",
           "4310ee97d88cc1f088a5576c77ab0cf5c3ac797f3d95139c6c84b5429c59662a",
           "1afa08d3dec047a643885163f1180476fa7ddb54c6a8029ea33f95796bf2ac4a",
           "1c5250d8034ec2b784ba2cfd69dbdb8af406cfe3ff938e131f0def8c8b60b4db"
           "21993c62ce81883d2dd1b51a28",
           "6b53c051e4199c518de79594e1c4ab18b96f081549d45ce015be002090bb119e"
           "85285337cc95ba5f59992dc98c",
           "18ab939d63ddec9f6ac2b60d61d36a7375d2070c9b683861110757062c52b888"
           "0a5f6b3936da9cd6c23ef2a95c",
           "7a4a13e9ef23978e2c520fd4d2e757514ae160cd0cd05e556ef692370ca53076"
           "214c0c40d4c728d6ed9e727a5b",
           "4bbd6243b8bb54cec311fac9df81841b6fd61f56538a775e7c80a9f40160606e",
           "8c1df14732580e5501b00f82b10a1647b40713191b7c1240ac80e2b68808ba69",
           "5acb09211139c43b3090489a9da433e8a30ee7188ba8b0a9a1ccf0c229283e53"},
    // RFC 9180 A.3.1
    Vector{{HpkeKem::p256_hkdf_sha256, HpkeKdf::hkdf_sha256, HpkeAead::aes_128_gcm},
           "4270e54ffd08d79d5928020af4686d8f6b7d35dbe470265f1f5aa22816ce860e",
           "668b37171f1072f3cf12ea8a236a45df23fc13b82af3609ad1e354f6ef817550",
           "f3ce7fdae57e1a310d87f1ebbde6f328be0a99cdbcadf4d6589cf29de4b8ffd2",
           "04fe8c19ce0905191ebc298a9245792531f26f0cece2460639e8bc39cb7f706a"
           "826a779b4cf969b8a0e539c7f62fb3d30ad6aa8f80e30f1d128aafd68a2ce72e"
           "a0",
           "04a92719c6195d5085104f469a8b9814d5838ff72b60501e2c4466e5e67b325a"
           "c98536d7b61a1af4b78e5b7f951c0900be863c403ce65c9bfcb9382657222d18"
           "c4",
           "5ad590bb8baa577f8619db35a36311226a896e7342a6d836d8b7bcd2f20b6c7f"
           "9076ac232e3ab2523f39513434",
           "fa6f037b47fc21826b610172ca9637e82d6e5801eb31cbd3748271affd4ecb06"
           "646e0329cbdf3c3cd655b28e82",
           "2ad71c85bf3f45c6eca301426289854b31448bcf8a8ccb1deef3ebd87f60848a"
           "a53c538c30a4dac71d619ee2cd",
           "10f179686aa2caec1758c8e554513f16472bd0a11e2a907dde0b212cbe87d74f"
           "367f8ffe5e41cd3e9962a6afb2",
           "5e9bc3d236e1911d95e65b576a8a86d478fb827e8bdfe77b741b289890490d4d",
           "6cff87658931bda83dc857e6353efe4987a201b849658d9b047aab4cf216e796",
           "d8f1ea7942adbba7412c6d431c62d01371ea476b823eb697e1f6e6cae1dab85a"},
    // RFC 9180 A.4.1
    Vector{{HpkeKem::p256_hkdf_sha256, HpkeKdf::hkdf_sha512, HpkeAead::aes_128_gcm},
           "4ab11a9dd78c39668f7038f921ffc0993b368171d3ddde8031501ee1e08c4c9a",
           "ea9ff7cc5b2705b188841c7ace169290ff312a9cb31467784ca92d7a2e6e1be8",
           "3ac8530ad1b01885960fab38cf3cdc4f7aef121eaa239f222623614b4079fb38",
           "04085aa5b665dc3826f9650ccbcc471be268c8ada866422f739e2d531d4a8818"
           "a9466bc6b449357096232919ec4fe9070ccbac4aac30f4a1a53efcf7af90610e"
           "dd",
           "0493ed86735bdfb978cc055c98b45695ad7ce61ce748f4dd63c525a3b8d53a15"
           "565c6897888070070c1579db1f86aaa56deb8297e64db7e8924e72866f9a4725"
           "80",
           "d3cf4984931484a080f74c1bb2a6782700dc1fef9abe8442e44a6f09044c8890"
           "7200b332003543754eb51917ba",
           "d14414555a47269dfead9fbf26abb303365e40709a4ed16eaefe1f2070f1ddeb"
           "1bdd94d9e41186f124e0acc62d",
           "be5da649469efbad0fb950366a82a73fefeda5f652ec7d3731fac6c4ffa21a70"
           "04d2ab8a04e13621bd3629547d",
           "62092672f5328a0dde095e57435edf7457ace60b26ee44c9291110ec135cb0e1"
           "4b85594e4fea11247d937deb62",
           "a32186b8946f61aeead1c093fe614945f85833b165b28c46bf271abf16b57208",
           "84998b304a0ea2f11809398755f0abd5f9d2c141d1822def79dd15c194803c2a",
           "93fb9411430b2cfa2cf0bed448c46922a5be9beff20e2e621df7e4655852edbc"},
};

constexpr std::string_view info = "Ode on a Grecian Urn";
constexpr std::string_view plaintext = "Beauty is truth, truth beauty";

// Gives out the bytes it was made with.
class FixedRng final : public Rng {
    ByteVector bytes_;

  public:
    explicit FixedRng(ByteVector bytes) : bytes_(std::move(bytes)) {}
    Status fill(MutableBytes out) noexcept override {
        if (out.size() != bytes_.size()) return fail(ErrorCode::random_source_failed);
        std::copy(bytes_.begin(), bytes_.end(), out.begin());
        return {};
    }
};

HpkeSender sender_of(const Vector& row) {
    FixedRng rng(from_hex(row.sender_input));
    auto sender = hpke_setup_sender(provider(), row.suite, from_hex(row.public_key), as_bytes(info), rng);
    if (!sender) throw std::runtime_error("no sender");
    return *std::move(sender);
}

HpkeContext receiver_of(const Vector& row) {
    auto receiver = hpke_setup_receiver(provider(), row.suite, from_hex(row.enc), from_hex(row.private_key),
                                        as_bytes(info));
    if (!receiver) throw std::runtime_error("no receiver");
    return *std::move(receiver);
}

// What the RFC's vectors give as associated data.
ByteVector count(unsigned number) {
    const std::string text = "Count-" + std::to_string(number);
    return {text.begin(), text.end()};
}

TEST(Hpke, gives_the_keys_ciphertexts_and_exports_of_rfc_9180) {
    for (const Vector& row : vectors9180) {
        const auto pair = hpke_derive_key_pair(provider(), row.suite.kem, from_hex(row.receiver_input));
        ASSERT_TRUE(pair);
        EXPECT_EQ(to_hex(pair->private_key.view()), row.private_key);
        EXPECT_EQ(to_hex(pair->public_key), row.public_key);
        EXPECT_EQ(pair->public_key.size(), hpke_public_key_size(row.suite.kem));
        HpkeSender sender = sender_of(row);
        EXPECT_EQ(to_hex(sender.enc), row.enc);
        HpkeContext receiver = receiver_of(row);
        for (unsigned number = 0; number <= 256; ++number) {
            ByteVector message(plaintext.begin(), plaintext.end());
            message.resize(plaintext.size() + hpke_tag_size);
            const auto data = std::span(message).first(plaintext.size());
            const auto tag = std::span(message).subspan(plaintext.size());
            ASSERT_TRUE(sender.context.seal(count(number), data, tag));
            if (number == 0) {
                EXPECT_EQ(to_hex(message), row.ciphertext_0);
            }
            if (number == 1) {
                EXPECT_EQ(to_hex(message), row.ciphertext_1);
            }
            if (number == 255) {
                EXPECT_EQ(to_hex(message), row.ciphertext_255);
            }
            if (number == 256) {
                EXPECT_EQ(to_hex(message), row.ciphertext_256);
            }
            ASSERT_TRUE(receiver.open(count(number), data, tag));
            EXPECT_EQ(as_text(data), plaintext);
        }
        for (HpkeContext* context : {&sender.context, &receiver}) {
            ByteVector out(32);
            ASSERT_TRUE(context->export_secret({}, out));
            EXPECT_EQ(to_hex(out), row.exported_empty);
            ASSERT_TRUE(context->export_secret(ByteVector{0}, out));
            EXPECT_EQ(to_hex(out), row.exported_zero);
            ASSERT_TRUE(context->export_secret(as_bytes("TestContext"), out));
            EXPECT_EQ(to_hex(out), row.exported_text);
        }
    }
}

TEST(Hpke, stays_at_a_message_that_does_not_open) {
    const Vector& row = vectors9180.front();
    HpkeContext receiver = receiver_of(row);
    const ByteVector whole = from_hex(row.ciphertext_0);
    const auto attempt = [&](ByteVector message, unsigned number) {
        const auto data = std::span(message).first(plaintext.size());
        return receiver.open(count(number), data, std::span(message).subspan(plaintext.size()));
    };
    ByteVector flipped = whole;
    flipped[3] ^= 1;
    EXPECT_EQ(error_of(attempt(flipped, 0)), ErrorCode::bad_record_mac);
    EXPECT_EQ(error_of(attempt(whole, 1)), ErrorCode::bad_record_mac);
    EXPECT_TRUE(attempt(whole, 0));
    EXPECT_EQ(error_of(attempt(whole, 0)), ErrorCode::bad_record_mac); // it is the turn of number 1
    EXPECT_TRUE(attempt(from_hex(row.ciphertext_1), 1));
}

TEST(Hpke, has_one_direction) {
    const Vector& row = vectors9180.front();
    HpkeSender sender = sender_of(row);
    HpkeContext receiver = receiver_of(row);
    ByteVector data(10);
    ByteVector tag(hpke_tag_size);
    EXPECT_EQ(error_of(sender.context.open({}, data, tag)), ErrorCode::internal);
    EXPECT_EQ(error_of(receiver.seal({}, data, tag)), ErrorCode::internal);
}

TEST(Hpke, refuses_keys_and_suites_that_are_none) {
    const Vector& row = vectors9180[2]; // P-256
    const HpkeSuite suite = row.suite;
    ByteVector off_curve = from_hex(row.public_key);
    off_curve.back() ^= 1;
    EXPECT_EQ(error_of(hpke_setup_sender(provider(), suite, off_curve, {}, system_rng())),
              ErrorCode::bad_key_share);
    EXPECT_EQ(error_of(hpke_setup_sender(provider(), suite, ByteVector(64), {}, system_rng())),
              ErrorCode::bad_key_share);
    EXPECT_EQ(error_of(hpke_setup_receiver(provider(), suite, off_curve, from_hex(row.private_key), {})),
              ErrorCode::bad_key_share);
    EXPECT_EQ(error_of(hpke_setup_receiver(provider(), suite, from_hex(row.enc), ByteVector(31), {})),
              ErrorCode::bad_argument);
    // X25519: a point of small order gives zero, which Decap must refuse (RFC 9180 §7.1.4).
    EXPECT_EQ(error_of(hpke_setup_receiver(provider(), vectors9180[0].suite, ByteVector(32),
                                           ByteVector(32, 1), {})),
              ErrorCode::bad_key_share);
    for (const HpkeSuite unknown :
         {HpkeSuite{HpkeKem(0x0021), suite.kdf, suite.aead}, HpkeSuite{suite.kem, HpkeKdf(0), suite.aead},
          HpkeSuite{suite.kem, suite.kdf, HpkeAead(0xffff)}}) {
        EXPECT_FALSE(hpke_supports(unknown));
        EXPECT_EQ(
            error_of(hpke_setup_sender(provider(), unknown, from_hex(row.public_key), {}, system_rng())),
            ErrorCode::not_supported);
        EXPECT_EQ(error_of(hpke_setup_receiver(provider(), unknown, from_hex(row.enc),
                                               from_hex(row.private_key), {})),
                  ErrorCode::not_supported);
    }
}

TEST(Hpke, exports_up_to_255_blocks) {
    HpkeContext receiver = receiver_of(vectors9180.front());
    ByteVector most(255 * 32);
    EXPECT_TRUE(receiver.export_secret({}, most));
    ByteVector too_many(255 * 32 + 1);
    EXPECT_EQ(error_of(receiver.export_secret({}, too_many)), ErrorCode::bad_argument);
}

TEST(Hpke, makes_key_pairs_whose_halves_belong_together) {
    for (const HpkeKem kem : {HpkeKem::p256_hkdf_sha256, HpkeKem::x25519_hkdf_sha256}) {
        const auto pair = hpke_generate_key_pair(provider(), kem, system_rng());
        ASSERT_TRUE(pair);
        const auto public_key = hpke_public_key(provider(), kem, pair->private_key.view());
        ASSERT_TRUE(public_key);
        EXPECT_EQ(to_hex(*public_key), to_hex(pair->public_key));
    }
    EXPECT_EQ(error_of(hpke_generate_key_pair(provider(), HpkeKem(0), system_rng())),
              ErrorCode::not_supported);
}

} // namespace
} // namespace pavise::schedule
