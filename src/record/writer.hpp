// The sending half of the record layer. It owns the outgoing buffer: records are built and sealed in it, and
// the transport writes straight from it.
//
// Sans-IO, deterministic, shares nothing with the reader. A writer is used by one thread at a time.
//
// Memory: nothing is held before the first record. The buffer is kept while data flows, so that in steady
// state a record costs no allocation; release_idle() gives it back once everything went out. Allocation
// failure throws std::bad_alloc, from write() and reserve() only.
#pragma once

#include "record/buffer.hpp"
#include "record/protection.hpp"

#include <optional>

namespace pavise::record {

// RFC 8446 §5.4: hides the length of what is sent. TLS 1.3 only.
struct PaddingPolicy {
    // TLSInnerPlaintext is padded with zeros to a multiple of `block` bytes, as far as the record limits
    // allow. 1: no padding. 2^14 + 1 or more: every record has the largest size.
    std::size_t block = 1;
};

class RecordWriter {
  public:
    // `budget`: bytes of output that may wait for the transport. At least one full record.
    explicit RecordWriter(std::size_t budget = default_output_budget) noexcept;

    // ---- data in

    // Fragments and seals `content`: one copy. Handshake messages, alerts and change_cipher_spec are taken
    // beyond the budget (the engine bounds them); application data that room() does not cover is refused
    // whole, with bad_argument. Empty application data makes one empty record; other empty content is
    // bad_argument. change_cipher_spec is never protected under TLS 1.3 (RFC 8446 §5). Errors:
    // aead_limit_reached, sequence_exhausted: the writer is of no further use without a new key.
    Status write(ContentType type, Bytes content);

    // The copying-free way in: space for up to `want` bytes of content inside a record under construction;
    // less where limits or budget give less, empty when there is no room. Valid until the next call of any
    // other function but pending() and consume(). Fill it and call seal_reserved(), or let it lapse.
    MutableBytes reserve(std::size_t want);
    // Seals the first `used` bytes of the reserved space as one record. bad_argument without a reservation,
    // with more than it gave, or with no content for another type than application_data.
    Status seal_reserved(ContentType type, std::size_t used) noexcept;

    // Whether seal_reserved() could seal this much application data.
    bool has_reserved(std::size_t used) const noexcept { return reserved_ && used <= *reserved_; }
    // The reserved space; empty without a reservation.
    Bytes reserved() noexcept {
        return reserved_ ? Bytes(buffer_.tail().subspan(content_offset(), *reserved_)) : Bytes();
    }

    // How many bytes of application data write() takes now: 0 means wait for the transport.
    std::size_t room() const noexcept;
    // Whether all of these fit: what is cheaper to ask than room().
    bool takes(std::size_t content_size) const noexcept;

    // ---- bytes out

    // Records ready for the transport, in one piece. Valid until the next call of write() or reserve(), or of
    // consume() for what that consumes.
    Bytes pending() const noexcept { return buffer_.view(); }
    // Says that the transport took the first `count` bytes of pending().
    void consume(std::size_t count) noexcept;

    // ---- what the handshake decides

    // From the next record on. Records that wait keep the protection they have.
    void install(WriteProtection protection) noexcept;
    // The next record is unprotected again: the second ClientHello after early data (RFC 8446 §4.1.2).
    // Records that wait keep the protection they have.
    void drop_protection() noexcept { protection_.reset(); }
    bool is_protected() const noexcept { return protection_.has_value(); }
    // legacy_record_version of unprotected records: tls_1_0 for an initial ClientHello, else tls_1_2, the
    // default (RFC 8446 §5.1).
    void set_plaintext_version(ProtocolVersion version) noexcept { plaintext_version_ = version; }
    // RFC 8449 §4: the limit that the peer announced; in TLS 1.3 it counts the content type and the padding.
    // Holds for protected records. Fails with bad_argument below 64; values above the protocol's limit mean
    // nothing more.
    Status set_record_size_limit(std::size_t limit) noexcept;
    // Largest content of any record: RFC 6066's max_fragment_length, or smaller records for latency's sake.
    // Fails with bad_argument outside [64, 2^14].
    Status set_max_fragment_length(std::size_t limit) noexcept;
    void set_padding(PaddingPolicy policy) noexcept;

    // Records until the caller has to send a KeyUpdate (RFC 8446 §5.5, RFC 9846 §5.5); 0 when it is due.
    // UINT64_MAX without keys and in TLS 1.2.
    std::uint64_t records_until_key_update() const noexcept;
    // The number of the next record under the present key.
    std::uint64_t records_sealed() const noexcept { return protection_ ? protection_->sequence_number() : 0; }
    // Largest content of one record under the present limits.
    std::size_t max_content() const noexcept;

    // Bytes of memory held.
    std::size_t capacity() const noexcept { return buffer_.capacity(); }
    // Gives the buffer back when nothing waits in it. A reservation lapses.
    void release_idle() noexcept;

  private:
    std::size_t free_bytes() const noexcept;
    std::size_t content_fitting(std::size_t bytes) const noexcept;
    std::size_t content_offset() const noexcept;
    std::size_t record_size(std::size_t content_size) const noexcept;
    std::size_t max_inner_size() const noexcept;
    std::size_t padding_for(std::size_t content_size) const noexcept;
    void make_room(std::size_t size);
    Status write_record(ContentType type, Bytes content);
    void write_unprotected_header(ContentType type, MutableBytes record) const noexcept;

    Buffer buffer_;
    std::optional<WriteProtection> protection_;
    std::optional<std::size_t>
        reserved_; // content bytes of the record under construction behind the buffer's end
    std::size_t budget_;
    std::size_t record_size_limit_ = max_inner_plaintext_size;
    std::size_t max_fragment_length_ = max_plaintext_size;
    PaddingPolicy padding_;
    ProtocolVersion plaintext_version_ = ProtocolVersion::tls_1_2;
};

} // namespace pavise::record
