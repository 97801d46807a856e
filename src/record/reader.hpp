// The receiving half of the record layer. It owns the receive buffer; the socket reads straight into it,
// records are opened in place, and what next() returns is a view into it.
//
//   auto space = reader.prepare();
//   reader.commit(read(fd, space.data(), space.size()));
//   while (auto record = next()) …
//
// Sans-IO, deterministic, shares nothing with the writer: a reading and a writing thread may run at once,
// each on its own half. A reader is used by one thread at a time.
//
// Memory: nothing is held before the first prepare(). The buffer is kept while data flows, so that in steady
// state a record costs no allocation and no copy; release_idle() gives it back, and is meant to be called
// when the connection goes to sleep (the socket would block). Allocation failure throws std::bad_alloc, from
// prepare() and feed() only.
#pragma once

#include "record/buffer.hpp"
#include "record/protection.hpp"

#include <optional>

namespace pavise::record {

// Whether a record came under the protection of keys that the peer knows. A close_notify that did not is no
// proof of anything (RFC 8446 §6.1).
enum class Provenance : std::uint8_t { unprotected, authenticated };

struct Record {
    ContentType type; // change_cipher_spec, alert, handshake or application_data
    // In place; valid, and writable for the caller, until the next call of next(), prepare() or feed().
    MutableBytes fragment;
    Provenance provenance;
};

// What an unprotected change_cipher_spec record is worth at this moment: RFC 8446 §5 (dropped between the
// first ClientHello and the peer's Finished, else unexpected_message), RFC 5246 §7.1. The reader checks its
// form and hands it out; counting and dropping it is the caller's business.
enum class ChangeCipherSpecs : std::uint8_t { refused, accepted };

class RecordReader {
  public:
    RecordReader() noexcept = default;

    // ---- bytes in

    // Space for the next bytes from the transport. Never empty after next() returned nothing; may be empty
    // while a complete record waits for next().
    MutableBytes prepare();
    // Takes over the first `count` bytes of the space that prepare() returned last.
    void commit(std::size_t count) noexcept;
    // The copying way in: takes as many bytes as there is space for, and returns how many.
    std::size_t feed(Bytes bytes);

    // ---- records out

    // The next record; nothing when more bytes are needed. A header is judged as soon as its five bytes are
    // there. After an error every further call returns the same error.
    Result<std::optional<Record>> next() noexcept;

    // ---- what the handshake decides

    // From the next record on, also for bytes that are already buffered. The caller makes sure that no
    // handshake message was left unfinished (RFC 8446 §5.1).
    void install(ReadProtection protection) noexcept;
    void set_change_cipher_specs(ChangeCipherSpecs policy) noexcept { change_cipher_specs_ = policy; }
    // RFC 8449 §4: the limit that we announced; in TLS 1.3 it counts the content type and the padding too.
    // Holds for protected records. Fails with bad_argument outside [64, 2^14 + 1].
    Status set_record_size_limit(std::size_t limit) noexcept;
    // RFC 6066 §4: the negotiated max_fragment_length, for the content of every record from now on.
    // Fails with bad_argument outside [64, 2^14].
    Status set_max_fragment_length(std::size_t limit) noexcept;
    // Rejected early data (RFC 8446 §4.2.10). Without protection (after a HelloRetryRequest) application_data
    // records are skipped until another record comes; with protection, records that cannot be opened are
    // skipped until one can. More than `max_bytes` of skipped content is too_much_early_data; a skipped
    // record counts as at least one byte.
    void skip_undecryptable(std::size_t max_bytes) noexcept;

    // ---- what the caller may want to know

    // The record that next() is going to judge, as it came; empty while it is not whole.
    Bytes whole_record() const noexcept;

    // Bytes received that next() has not returned: at the end of the stream, a record was cut off when not 0.
    std::size_t buffered() const noexcept { return buffer_.size(); }
    bool is_protected() const noexcept { return protection_.has_value(); }
    // Records opened under the present key. 0 without protection.
    std::uint64_t records_opened() const noexcept { return protection_ ? protection_->sequence_number() : 0; }
    // Bytes of memory held.
    std::size_t capacity() const noexcept { return buffer_.capacity(); }

    // Gives the buffer back when nothing is in it. Views that next() returned end here.
    void release_idle() noexcept;

  private:
    struct Header {
        ContentType type;
        std::size_t length;
    };
    // What is to be done with a record, as its header tells.
    enum class Treatment : std::uint8_t { pass, open, skip };

    Header header() const noexcept;
    Status judge_first_bytes() const noexcept;
    Result<Treatment> judge(Header header) const noexcept;
    Result<Treatment> judge_unprotected(Header header) const noexcept;
    Result<Treatment> judge_change_cipher_spec(Header header) const noexcept;
    Result<std::optional<Record>> treat(Treatment treatment, MutableBytes record) noexcept;
    Result<std::optional<Record>> pass(MutableBytes record) noexcept;
    Result<std::optional<Record>> open(MutableBytes record) noexcept;
    Status judge_opened(const Opened& opened) const noexcept;
    Status skip(std::size_t length) noexcept;
    std::size_t max_inner_size() const noexcept;

    Buffer buffer_;
    std::optional<ReadProtection> protection_;
    std::optional<Error> failure_;
    std::size_t offered_ = 0; // what prepare() returned last
    std::size_t record_size_limit_ = max_inner_plaintext_size;
    std::size_t max_fragment_length_ = max_plaintext_size;
    std::optional<std::size_t> skippable_; // content bytes that may yet be skipped
    ChangeCipherSpecs change_cipher_specs_ = ChangeCipherSpecs::refused;
    bool filled_ = false;        // the transport once had at least as much as a small buffer takes
    bool began_ = false;         // a record was accepted: diagnosis of the first bytes is over
    bool authenticated_ = false; // a protected record was opened: the peer has keys
};

} // namespace pavise::record
