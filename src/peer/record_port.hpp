// The records of a scripted peer: it seals and sends whatever it is told, and reads as strictly as the
// product.
#pragma once

#include "crypto/cipher_suite.hpp"
#include "peer/cbc_records.hpp"
#include "peer/link.hpp"
#include "record/reader.hpp"

#include <optional>
#include <vector>

namespace pavise::peer {

// A record in the clear, with any type, version and length.
ByteVector plaintext_record(ContentType type, ProtocolVersion version, Bytes fragment);

// A record's header as it came.
struct RecordHeader {
    ContentType type;
    ProtocolVersion version;
    std::size_t length;
};

// Where the records of a stream begin and end, whether or not a reader will take them.
class RecordBounds {
    ByteVector header_;       // of the record under way, while it is not whole
    std::size_t to_come_ = 0; // of its fragment

  public:
    // Goes on to where the header, or the fragment, under way ends, and drops what was passed; a header that
    // is whole by then.
    std::optional<RecordHeader> pass(Bytes& bytes);
    bool between_records() const noexcept { return header_.empty() && to_come_ == 0; }
};

class RecordPort {
    Link& link_;
    const crypto::Provider& provider_;
    std::optional<record::WriteProtection> writing_;
    std::optional<CbcSealer> sealing_;
    record::RecordReader reader_;
    std::optional<CbcOpener> opening_; // instead of the reader, which knows no such records
    ByteVector incoming_;              // from the link, not yet in the reader
    ByteVector last_record_;           // as it came
    ByteVector opened_;                // the same, opened in place
    std::vector<RecordHeader> headers_;
    RecordBounds received_; // what came from the link
    RecordBounds read_;     // what went into the reader

  public:
    RecordPort(Link& link, const crypto::Provider& provider);

    void send_bytes(Bytes bytes) { link_.send(bytes); }
    // One record under the present write keys; in the clear before there are any. The type may be any, the
    // content may be too long, and `padding` zeros follow it (RFC 8446 §5.4).
    Result<ByteVector> seal(ContentType type, Bytes content, std::size_t padding = 0);
    // The same with CBC. bad_argument under other keys.
    Result<ByteVector> seal_cbc(ContentType type, Bytes content, const CbcDraft& draft);
    // The next record from the other side; nothing when no more comes. The view is valid until the next call.
    Result<std::optional<record::Record>> receive();

    Status write_with(const crypto::Suite13& suite, crypto::Hmac& hmac, Bytes traffic_secret);
    Status read_with(const crypto::Suite13& suite, crypto::Hmac& hmac, Bytes traffic_secret);
    // Of any version.
    void write_with(record::WriteProtection protection) { writing_ = std::move(protection); }
    void write_with(CbcSealer sealer) { sealing_ = std::move(sealer); }
    void read_with(record::ReadProtection protection) { reader_.install(std::move(protection)); }
    void read_with(CbcOpener opener) { opening_ = std::move(opener); }
    // Early data that is not accepted (RFC 8446 §4.2.10).
    void skip_undecryptable(std::size_t most) { reader_.skip_undecryptable(most); }
    void write_in_the_clear() { writing_.reset(); }
    bool reads_protected() const noexcept { return reader_.is_protected() || opening_; }
    bool writes_protected() const noexcept { return writing_ || sealing_; }
    bool is_over() const { return link_.is_over() && incoming_.empty(); }
    const std::vector<RecordHeader>& headers() const noexcept { return headers_; }
    // The record that receive() returned last, as it came.
    const ByteVector& last_record() const noexcept { return last_record_; }

  private:
    // More from the link; whether there was any.
    bool fetch();
    void feed_reader();
    Result<std::optional<record::Record>> receive_cbc();
    Result<record::Key> key(const crypto::Suite13& suite, crypto::AeadUse use, crypto::Hmac& hmac,
                            Bytes traffic_secret) const;
};

} // namespace pavise::peer
