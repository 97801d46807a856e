// Private keys in their containers, and certificates that were compressed.
#include "compress/compress.hpp"
#include "crypto/pkcs12.hpp"
#include "crypto/signing_key.hpp"
#include "dictionary.hpp"
#include "shape/der.hpp"
#include "target.hpp"
#include "world.hpp"

#include <algorithm>

namespace pavise::fuzz {

namespace {

Result<SecretVector> password() {
    return SecretVector(as_bytes("secret"));
}

// Whatever loads signs, is written as PKCS#8, and is then the same key again.
void read_key(Bytes file) {
    const auto key = crypto::load_signing_key(file, password);
    if (!key) return;
    const auto der = (*key)->pkcs8_der();
    must_hold(der.has_value(), "a key that was read can be written");
    const auto again = crypto::load_signing_key(der->view());
    must_hold(again &&
                  std::ranges::equal((*again)->subject_public_key_info(), (*key)->subject_public_key_info()),
              "a key that was written is read as the same key");
}

void read_container(Bytes file) {
    const auto contents = crypto::read_pkcs12(file, password);
    if (!contents) return;
    must_hold(!contents->private_key_info.view().empty(), "there is a key in what was read");
}

constexpr std::size_t most_plain = 1 << 17; // what a compressed certificate may become (RFC 8879 §4)

// The first byte names the algorithm, the next three the length that the sender claims.
void decompress(Bytes bytes) {
    Input input(bytes);
    const auto algorithms = compress::algorithms();
    const auto algorithm = algorithms[input.byte() % algorithms.size()];
    const std::size_t claimed = (std::size_t{input.byte()} << 16 | input.word()) % most_plain;
    const Bytes contents = input.rest();
    const auto plain = compress::decompress(algorithm, contents, claimed);
    if (!plain) return;
    must_hold(plain->size() == claimed, "as long as it was said to be");
    must_hold(!compress::decompress(algorithm, contents, claimed + 1), "one length alone is right");
    const auto packed = compress::compress(algorithm, *plain);
    must_hold(packed.has_value(), "what came out can be compressed");
    const auto again = compress::decompress(algorithm, *packed, plain->size());
    must_hold(again && *again == *plain, "what is compressed comes out again");
}

ByteVector key_of(crypto::KeyType type) {
    testing::SeededRng rng(13);
    const auto key = crypto::generate_signing_key(type, rng);
    must_hold(key.has_value(), "a key can be made");
    const auto der = (*key)->pkcs8_der();
    return {der->view().begin(), der->view().end()};
}

std::vector<ByteVector> compressed_seeds() {
    std::vector<ByteVector> seeds;
    const ByteVector plain(300, 0x42);
    std::uint8_t index = 0;
    for (const auto algorithm : compress::algorithms()) {
        ByteVector seed{index++, 0, 300 >> 8, 300 & 0xff};
        const auto packed = compress::compress(algorithm, plain);
        must_hold(packed.has_value(), "these bytes can be compressed");
        seed.insert(seed.end(), packed->begin(), packed->end());
        seeds.push_back(std::move(seed));
    }
    return seeds;
}

} // namespace

void add_key_targets(std::vector<Target>& targets) {
    targets.push_back({"private-key",
                       "a private key in PKCS#8, PKCS#1 or SEC1, encrypted or not",
                       read_key,
                       {key_of(crypto::KeyType::ecdsa_p256), key_of(crypto::KeyType::ed25519)},
                       der_shape,
                       der_words});
    targets.push_back({"pkcs12",
                       "a PKCS#12 file under a password",
                       read_container,
                       {{0x30, 0x03, 0x02, 0x01, 0x03}},
                       der_shape,
                       der_words});
    targets.push_back({"decompress", "a compressed certificate, and the length that is claimed for it",
                       decompress, compressed_seeds()});
}

} // namespace pavise::fuzz
