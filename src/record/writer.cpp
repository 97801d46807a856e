#include "record/writer.hpp"

#include "base/try.hpp"

#include <algorithm>
#include <cstring>

namespace pavise::record {
namespace {

// The first allocation: enough for a ClientHello or a few answers.
constexpr std::size_t small_output_buffer = 2048;

} // namespace

RecordWriter::RecordWriter(std::size_t budget) noexcept :
    budget_(std::max(budget, header_size + max_plaintext_size + max_expansion_13)) {}

// ---- sizes

std::size_t RecordWriter::content_offset() const noexcept {
    return protection_ ? protection_->content_offset() : header_size;
}

// RFC 8446 §5.4 and RFC 8449 §4: padding counts towards the limits.
std::size_t RecordWriter::max_inner_size() const noexcept {
    return std::min(record_size_limit_, max_fragment_length_ + protection_->inner_type_size());
}

std::size_t RecordWriter::max_content() const noexcept {
    return protection_ ? max_inner_size() - protection_->inner_type_size() : max_fragment_length_;
}

std::size_t RecordWriter::padding_for(std::size_t content_size) const noexcept {
    if (padding_.block <= 1 || !protection_ || protection_->form() != Form::tls13) return 0;
    const std::size_t inner_size = content_size + protection_->inner_type_size();
    const std::size_t odd = inner_size % padding_.block;
    return odd == 0 ? 0 : std::min(padding_.block - odd, max_inner_size() - inner_size);
}

std::size_t RecordWriter::record_size(std::size_t content_size) const noexcept {
    if (!protection_) return header_size + content_size;
    return protection_->sealed_size(content_size, padding_for(content_size));
}

// What the budget leaves. Where waiting output stands behind a longer stretch that already went out, it can
// be moved to the front at less than a byte moved for each byte sent; otherwise only the space behind it
// counts, so that a slow transport does not make us move the same bytes again and again.
std::size_t RecordWriter::free_bytes() const noexcept {
    const std::size_t waiting = buffer_.size();
    const std::size_t used = buffer_.dropped() >= waiting ? waiting : buffer_.dropped() + waiting;
    return budget_ - std::min(used, budget_);
}

// The largest content of one record that is no longer than `bytes`.
std::size_t RecordWriter::content_fitting(std::size_t bytes) const noexcept {
    if (record_size(max_content()) <= bytes) return max_content();
    const std::size_t unpadded = record_size(0) - padding_for(0);
    if (bytes <= unpadded) return 0;
    std::size_t content = bytes - unpadded;
    if (padding_for(content) != 0) {
        const std::size_t type_size = protection_->inner_type_size();
        const std::size_t inner_size = content + type_size;
        const std::size_t blocks = inner_size - inner_size % padding_.block;
        content = blocks - std::min(blocks, type_size);
    }
    return content;
}

std::size_t RecordWriter::room() const noexcept {
    const std::size_t free = free_bytes();
    const std::size_t full_record = record_size(max_content());
    return free / full_record * max_content() + content_fitting(free % full_record);
}

bool RecordWriter::takes(std::size_t content_size) const noexcept {
    const std::size_t free = free_bytes();
    if (content_size <= max_content() && record_size(content_size) <= free) return true;
    return content_size != 0 && content_size <= room();
}

void RecordWriter::make_room(std::size_t size) {
    if (buffer_.empty()) buffer_.compact();
    if (buffer_.tail().size() >= size) return;
    const std::size_t wanted = buffer_.size() + size;
    if (buffer_.dropped() >= buffer_.size() && wanted <= buffer_.capacity()) return buffer_.compact();
    const std::size_t doubled = std::min(std::max(2 * buffer_.capacity(), small_output_buffer), budget_);
    buffer_.grow(std::max(wanted, doubled));
}

// ---- data in

Status RecordWriter::write(ContentType type, Bytes content) {
    reserved_.reset();
    if (type == ContentType::application_data) {
        if (!takes(content.size())) return fail(ErrorCode::bad_argument);
    } else if (content.empty()) {
        return fail(ErrorCode::bad_argument); // RFC 8446 §5.1: handshake and alert records are not empty
    }
    do {
        const std::size_t count = std::min(content.size(), max_content());
        PAVISE_TRY(write_record(type, content.first(count)));
        content = content.subspan(count);
    } while (!content.empty());
    return {};
}

Status RecordWriter::write_record(ContentType type, Bytes content) {
    // RFC 8446 §5: change_cipher_spec exists in TLS 1.3 for middleboxes, which have to see it.
    const bool in_the_clear =
        type == ContentType::change_cipher_spec && protection_ && protection_->form() == Form::tls13;
    const std::size_t size = in_the_clear ? header_size + content.size() : record_size(content.size());
    make_room(size);
    const MutableBytes record = buffer_.tail().first(size);
    const std::size_t content_at = in_the_clear ? header_size : content_offset();
    if (!content.empty()) std::memcpy(record.data() + content_at, content.data(), content.size());
    if (protection_ && !in_the_clear)
        PAVISE_TRY(protection_->seal(type, record, content.size()));
    else
        write_unprotected_header(type, record);
    buffer_.extend(size);
    return {};
}

void RecordWriter::write_unprotected_header(ContentType type, MutableBytes record) const noexcept {
    const std::size_t length = record.size() - header_size;
    // "MUST be set to 0x0303 for all records generated by a TLS 1.3 implementation other than an initial
    // ClientHello" (RFC 8446 §5.1): a change_cipher_spec may follow right behind it (§D.4).
    const auto version = static_cast<std::uint16_t>(
        type == ContentType::handshake ? plaintext_version_ : ProtocolVersion::tls_1_2);
    record[0] = static_cast<std::uint8_t>(type);
    record[1] = static_cast<std::uint8_t>(version >> 8);
    record[2] = static_cast<std::uint8_t>(version & 0xff);
    record[3] = static_cast<std::uint8_t>(length >> 8);
    record[4] = static_cast<std::uint8_t>(length);
}

MutableBytes RecordWriter::reserve(std::size_t want) {
    reserved_.reset();
    const std::size_t count = std::min({want, max_content(), content_fitting(free_bytes())});
    if (count == 0) return {};
    make_room(record_size(count));
    reserved_ = count;
    return buffer_.tail().subspan(content_offset(), count);
}

Status RecordWriter::seal_reserved(ContentType type, std::size_t used) noexcept {
    if (!reserved_ || used > *reserved_) return fail(ErrorCode::bad_argument);
    if (used == 0 && type != ContentType::application_data) return fail(ErrorCode::bad_argument);
    reserved_.reset();
    const MutableBytes record = buffer_.tail().first(record_size(used));
    if (protection_)
        PAVISE_TRY(protection_->seal(type, record, used));
    else
        write_unprotected_header(type, record);
    buffer_.extend(record.size());
    return {};
}

// ---- bytes out

void RecordWriter::consume(std::size_t count) noexcept {
    buffer_.drop(count);
}

void RecordWriter::release_idle() noexcept {
    if (!buffer_.empty()) return;
    reserved_.reset();
    buffer_.release();
}

// ---- what the handshake decides

void RecordWriter::install(WriteProtection protection) noexcept {
    reserved_.reset();
    protection_ = std::move(protection);
}

Status RecordWriter::set_record_size_limit(std::size_t limit) noexcept {
    if (limit < min_record_size_limit) return fail(ErrorCode::bad_argument);
    reserved_.reset();
    record_size_limit_ = std::min(limit, max_inner_plaintext_size);
    return {};
}

Status RecordWriter::set_max_fragment_length(std::size_t limit) noexcept {
    if (limit < min_record_size_limit || limit > max_plaintext_size) return fail(ErrorCode::bad_argument);
    reserved_.reset();
    max_fragment_length_ = limit;
    return {};
}

void RecordWriter::set_padding(PaddingPolicy policy) noexcept {
    reserved_.reset();
    padding_ = policy;
}

std::uint64_t RecordWriter::records_until_key_update() const noexcept {
    return protection_ ? protection_->records_until_key_update() : UINT64_MAX;
}

} // namespace pavise::record
