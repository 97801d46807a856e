// Record protection: one direction of one epoch. It owns the key, the static IV and the sequence number, and
// knows how the record of its protocol version is laid out around the AEAD:
//
//   TLS 1.3 (RFC 8446 §5.2)        header | {content | type | zeros} tag
//   TLS 1.2 GCM, CCM (RFC 5288)    header | explicit nonce | {content} tag
//   TLS 1.2 ChaCha20 (RFC 7905)    header | {content} tag
//   TLS 1.2 CBC (RFC 7366)         header | IV | {content | padding} MAC
//
// Whole records go in and come out, in place; buffers are the callers' business.
#pragma once

#include "crypto/provider.hpp"
#include "record/limits.hpp"

#include <array>
#include <memory>

namespace pavise::record {

enum class Form : std::uint8_t {
    tls13,
    tls12_explicit_nonce,   // GCM (RFC 5288 §3) and CCM (RFC 6655 §3): 8 bytes of nonce in each record
    tls12_implicit_nonce,   // ChaCha20-Poly1305 (RFC 7905 §2)
    tls12_encrypt_then_mac, // CBC (RFC 7366 §3): an IV in each record, and a MAC over what was enciphered
};

// A key ready for records.
struct Key {
    crypto::AeadId id;
    std::unique_ptr<crypto::Aead> aead;
    // The static IV (RFC 8446 §5.3): 12 bytes; in TLS 1.2 with GCM and CCM the 4 bytes of salt.
    FixedSecret<crypto::aead_nonce_size> iv;
};

// The same for CBC. `mac` has its key.
struct CbcKey {
    std::unique_ptr<crypto::Cbc> cbc;
    std::unique_ptr<crypto::Hmac> mac;
};

// What reading and writing have in common.
class Protection {
  public:
    Form form() const noexcept { return form_; }
    // The number of the next record; records protected so far, when the epoch began at 0.
    std::uint64_t sequence_number() const noexcept { return sequence_number_; }
    // Bytes between header and content.
    std::size_t prefix_size() const noexcept {
        if (form_ == Form::tls12_encrypt_then_mac) return crypto::cbc_block_size;
        return form_ == Form::tls12_explicit_nonce ? 8 : 0;
    }
    // How much longer than the content TLSCiphertext.length can be.
    std::size_t max_expansion() const noexcept {
        return form_ == Form::tls13 ? max_expansion_13 : max_expansion_12;
    }
    // The content type inside the protection counts towards RFC 8449's limit: 1 in TLS 1.3.
    std::size_t inner_type_size() const noexcept { return form_ == Form::tls13 ? 1 : 0; }

  protected:
    Protection(Form form, Key key, std::uint64_t first_sequence_number) noexcept;
    Protection(CbcKey key, std::uint64_t first_sequence_number) noexcept;
    ~Protection() = default;
    Protection(Protection&&) noexcept = default;
    Protection& operator=(Protection&&) noexcept = default;

    using Nonce = std::array<std::uint8_t, crypto::aead_nonce_size>;
    // RFC 8446 §5.3 and RFC 7905 §2: the sequence number, padded on the left, XORed with the IV.
    Nonce xored_nonce() const noexcept;
    // RFC 5288 §3: salt, then what the record carries.
    Nonce nonce_with(Bytes explicit_part) const noexcept;
    // RFC 5246 §6.2.3.3: seq_num, type, version, length of the plaintext.
    using AssociatedData12 = std::array<std::uint8_t, 13>;
    AssociatedData12 associated_data_12(Bytes header, std::size_t content_size) const noexcept;

    // The MAC of a record whose header and `covered` bytes (IV and ciphertext) stand in it (RFC 7366 §3).
    Status compute_mac(Bytes header, Bytes covered, MutableBytes mac) noexcept;

    std::unique_ptr<crypto::Aead> aead_;
    CbcKey cbc_; // instead of the AEAD, in its form
    std::uint64_t sequence_number_;
    FixedSecret<crypto::aead_nonce_size> iv_;
    KeyLimit limit_;
    std::uint8_t tag_size_; // of the AEAD's tag, or of the MAC
    Form form_;
};

// A record's content after its protection was removed.
struct Opened {
    ContentType type;
    MutableBytes content;   // lies inside the record that was opened
    std::size_t inner_size; // content, and in TLS 1.3 type and padding: what RFC 8449 limits
};

class ReadProtection : public Protection {
  public:
    // `first_sequence_number` other than 0 takes up an epoch in its middle.
    // Fails with internal where the IV has not the length of the form.
    static Result<ReadProtection> tls13(Key key, std::uint64_t first_sequence_number = 0) noexcept;
    static Result<ReadProtection> tls12(Key key, std::uint64_t first_sequence_number = 0) noexcept;
    static Result<ReadProtection> tls12_cbc(CbcKey key, std::uint64_t first_sequence_number = 0) noexcept;

    // Opens one whole record (header and fragment) in place. A record that fails is not counted and its bytes
    // are wiped. Errors: bad_record_mac for whatever is wrong before the tag was verified, no_content_type,
    // sequence_exhausted. What the content type and lengths may be, the reader judges.
    Result<Opened> open(MutableBytes record) noexcept;

  private:
    using Protection::Protection;
    Result<Opened> open13(MutableBytes record) noexcept;
    Result<Opened> open12(MutableBytes record) noexcept;
    Result<Opened> open12_cbc(MutableBytes record) noexcept;
};

class WriteProtection : public Protection {
  public:
    static Result<WriteProtection> tls13(Key key, std::uint64_t first_sequence_number = 0) noexcept;
    static Result<WriteProtection> tls12(Key key, std::uint64_t first_sequence_number = 0) noexcept;
    // `rng` makes the IVs, and outlives this.
    static Result<WriteProtection> tls12_cbc(CbcKey key, Rng& rng,
                                             std::uint64_t first_sequence_number = 0) noexcept;

    // Where the content lies in a record.
    std::size_t content_offset() const noexcept { return header_size + prefix_size(); }
    // The size of a whole record.
    std::size_t sealed_size(std::size_t content_size, std::size_t padding) const noexcept {
        return content_offset() + inner_size(content_size) + padding + tag_size_;
    }
    // Writes header, prefix, type, padding and tag around the content, which is already in its place, and
    // protects it. What `record` is larger than sealed_size(content_size, 0) is padding. Preconditions: it is
    // no smaller, and no larger but in TLS 1.3; the limits of §5.1 and §5.4 are kept. Errors:
    // sequence_exhausted, aead_limit_reached; then nothing was written.
    Status seal(ContentType type, MutableBytes record, std::size_t content_size) noexcept;

    // Records until the key has to be changed (RFC 8446 §5.5; RFC 9846 §5.5: a MUST); 0 when it is due.
    // UINT64_MAX in TLS 1.2, which cannot change it.
    std::uint64_t records_until_key_update() const noexcept;

  private:
    using Protection::Protection;
    // What is enciphered: in TLS 1.3 with the content type, in CBC with the padding (RFC 5246 §6.2.3.2: at
    // least one byte, up to a whole block).
    std::size_t inner_size(std::size_t content_size) const noexcept {
        if (form_ != Form::tls12_encrypt_then_mac) return content_size + inner_type_size();
        return (content_size / crypto::cbc_block_size + 1) * crypto::cbc_block_size;
    }
    Status seal13(ContentType type, MutableBytes record, std::size_t content_size) noexcept;
    Status seal12(ContentType type, MutableBytes record, std::size_t content_size) noexcept;
    Status seal12_cbc(ContentType type, MutableBytes record, std::size_t content_size) noexcept;

    Rng* rng_ = nullptr; // CBC alone
};

} // namespace pavise::record
