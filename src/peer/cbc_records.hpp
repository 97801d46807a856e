// Records of AES-CBC with HMAC, as TLS 1.2 has them: with the MAC inside what is enciphered (RFC 5246
// §6.2.3.2) or behind it (RFC 7366 §3). The product speaks the second alone. What is scripted speaks both,
// and makes records that no legal peer makes.
#pragma once

#include "crypto/provider.hpp"
#include "record/protection.hpp"

#include <functional>
#include <optional>

namespace pavise::peer {

enum class MacOrder : std::uint8_t { mac_then_encrypt, encrypt_then_mac };

// What a record has beyond what its content needs.
struct CbcDraft {
    // Blocks of padding more than are needed to fill the last one.
    std::size_t more_blocks = 0;
    // Changes what is about to be enciphered: content, MAC (where it is inside), padding and its length.
    std::function<void(MutableBytes plaintext)> change{};
    // A whole plaintext to be enciphered instead, of any number of blocks. There is no MAC in it.
    ByteVector plaintext{};
    // Where the MAC is, if not where it was agreed to be.
    std::optional<MacOrder> order{};
};
// RFC 5246 §6.2.3.2: "The padding MAY be any length up to 255 bytes": with the byte that says so, 16 blocks.
// The content needs one of them, in part or whole.
inline constexpr std::size_t most_more_blocks = 15;

class CbcSealer {
    record::CbcKey key_;
    MacOrder order_;
    Rng* rng_;
    std::uint64_t sequence_number_ = 0;

  public:
    // `rng` makes the IVs, and outlives this.
    CbcSealer(record::CbcKey key, MacOrder order, Rng& rng) :
        key_(std::move(key)),
        order_(order),
        rng_(&rng) {}
    Result<ByteVector> seal(ContentType type, Bytes content, const CbcDraft& draft = {});
};

// Opens records with the MAC inside, in no constant time: for tests and tools alone.
class CbcOpener {
    record::CbcKey key_;
    std::uint64_t sequence_number_ = 0;

  public:
    explicit CbcOpener(record::CbcKey key) : key_(std::move(key)) {}
    // A whole record, in place. bad_record_mac for whatever is wrong with MAC and padding; then, as a record
    // layer judges: record_overflow, empty_record, unknown_content_type.
    Result<record::Opened> open(MutableBytes record);
};

} // namespace pavise::peer
