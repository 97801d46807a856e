// The records of a scripted peer: it seals and sends whatever it is told, and reads as strictly as the
// product.
#pragma once

#include "crypto/cipher_suite.hpp"
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

class RecordPort {
    Link& link_;
    const crypto::Provider& provider_;
    std::optional<record::WriteProtection> writing_;
    record::RecordReader reader_;
    ByteVector incoming_; // from the link, not yet in the reader
    std::vector<RecordHeader> headers_;
    ByteVector header_bytes_; // of the header that is not whole yet
    std::size_t to_skip_ = 0; // of the fragment behind the last header

  public:
    RecordPort(Link& link, const crypto::Provider& provider);

    void send_bytes(Bytes bytes) { link_.send(bytes); }
    // One record under the present write keys; in the clear before there are any. The type may be any, the
    // content may be too long, and `padding` zeros follow it (RFC 8446 §5.4).
    Result<ByteVector> seal(ContentType type, Bytes content, std::size_t padding = 0);
    // The next record from the other side; nothing when no more comes. The view is valid until the next call.
    Result<std::optional<record::Record>> receive();

    Status write_with(const crypto::Suite13& suite, crypto::Hmac& hmac, Bytes traffic_secret);
    Status read_with(const crypto::Suite13& suite, crypto::Hmac& hmac, Bytes traffic_secret);
    // Of any version.
    void write_with(record::WriteProtection protection) { writing_ = std::move(protection); }
    void read_with(record::ReadProtection protection) { reader_.install(std::move(protection)); }
    void write_in_the_clear() { writing_.reset(); }
    bool reads_protected() const noexcept { return reader_.is_protected(); }
    bool writes_protected() const noexcept { return writing_.has_value(); }
    bool is_over() const { return link_.is_over() && incoming_.empty(); }
    const std::vector<RecordHeader>& headers() const noexcept { return headers_; }

  private:
    void note_headers(Bytes bytes);
    Result<record::Key> key(const crypto::Suite13& suite, crypto::AeadUse use, crypto::Hmac& hmac,
                            Bytes traffic_secret) const;
};

} // namespace pavise::peer
