#include "record/reader.hpp"

#include "base/try.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

namespace pavise::record {
namespace {

constexpr std::uint8_t major_version = 3; // of every version from SSL 3.0 to TLS 1.3 (RFC 5246 §E.1)

bool is_known(ContentType type) noexcept {
    switch (type) {
    case ContentType::change_cipher_spec:
    case ContentType::alert:
    case ContentType::handshake:
    case ContentType::application_data: return true;
    case ContentType::invalid:
    case ContentType::heartbeat: break; // RFC 6520: never negotiated here
    }
    return false;
}

// Whether the first five bytes begin a request or an answer of HTTP.
bool looks_like_http(Bytes start) noexcept {
    using namespace std::string_view_literals;
    constexpr std::array beginnings{"GET "sv,  "HEAD "sv, "POST "sv, "PUT "sv,  "DELET"sv, "OPTIO"sv,
                                    "TRACE"sv, "CONNE"sv, "PATCH"sv, "HTTP/"sv, "PRI *"sv};
    const std::string_view text = as_text(start);
    return std::any_of(beginnings.begin(), beginnings.end(),
                       [text](std::string_view beginning) { return text.starts_with(beginning); });
}

// RFC 5246 §E.2: a two-byte length with its highest bit set, then msg_type 1.
bool looks_like_ssl2_hello(Bytes start) noexcept {
    return (start[0] & 0x80) != 0 && start[2] == 1;
}

std::size_t length_of(Bytes header) noexcept {
    return static_cast<std::size_t>(header[3]) << 8 | header[4];
}

} // namespace

// ---- bytes in

MutableBytes RecordReader::prepare() {
    const Bytes held = buffer_.view();
    std::size_t record_size = 0; // 0: not known yet
    if (held.size() >= header_size) {
        // A length that the limits forbid is for next() to refuse; it must not cost memory here.
        record_size = std::min(header_size + length_of(held), max_receive_buffer - header_size);
        if (held.size() >= record_size) {
            offered_ = 0;
            return buffer_.tail();
        }
    }
    // Together with the header of the next record, so that its size is known when it is read.
    const std::size_t wanted =
        std::max(filled_ ? large_receive_buffer : small_receive_buffer, record_size + header_size);
    if (buffer_.capacity() < wanted)
        buffer_.grow(record_size + header_size > small_receive_buffer ? std::max(wanted, large_receive_buffer)
                                                                      : wanted);
    else
        buffer_.compact();

    MutableBytes space = buffer_.tail();
    offered_ = space.size();
    if (record_size >= large_record_size) {
        space = space.first(std::min(space.size(), record_size + header_size - held.size()));
        offered_ = 0; // a filled one says nothing
    }
    return space;
}

void RecordReader::commit(std::size_t count) noexcept {
    if (offered_ != 0 && count >= offered_) filled_ = true;
    offered_ = 0;
    buffer_.extend(count);
}

std::size_t RecordReader::feed(Bytes bytes) {
    std::size_t taken = 0;
    while (taken < bytes.size()) {
        const MutableBytes space = prepare();
        if (space.empty()) break;
        const std::size_t count = std::min(space.size(), bytes.size() - taken);
        std::memcpy(space.data(), bytes.data() + taken, count);
        commit(count);
        taken += count;
    }
    return taken;
}

void RecordReader::release_idle() noexcept {
    if (!buffer_.empty()) return;
    buffer_.release();
    filled_ = false;
    offered_ = 0;
}

// ---- records out

Result<std::optional<Record>> RecordReader::next() noexcept {
    if (failure_) return Unexpected(*failure_);
    while (buffer_.size() >= header_size) {
        const Header header = this->header();
        const Result<Treatment> treatment = judge(header);
        if (!treatment) {
            failure_ = treatment.error();
            return Unexpected(*failure_);
        }
        const std::size_t record_size = header_size + header.length;
        if (buffer_.size() < record_size) break;
        const MutableBytes record = buffer_.mutable_view().first(record_size);
        buffer_.drop(record_size);
        began_ = true;
        Result<std::optional<Record>> treated = treat(*treatment, record);
        if (!treated) failure_ = treated.error();
        if (!treated || treated->has_value()) return treated;
    }
    return std::optional<Record>();
}

Bytes RecordReader::whole_record() const noexcept {
    const Bytes bytes = buffer_.view();
    if (bytes.size() < header_size || bytes.size() < header_size + length_of(bytes)) return {};
    return bytes.first(header_size + length_of(bytes));
}

RecordReader::Header RecordReader::header() const noexcept {
    const Bytes start = buffer_.view();
    return {static_cast<ContentType>(start[0]), length_of(start)};
}

Status RecordReader::judge_first_bytes() const noexcept {
    const Bytes start = buffer_.view().first(header_size);
    if (looks_like_http(start)) return fail(ErrorCode::plaintext_is_http);
    if (looks_like_ssl2_hello(start)) return fail(ErrorCode::bad_record_version);
    return {};
}

Result<RecordReader::Treatment> RecordReader::judge(Header header) const noexcept {
    if (!is_known(header.type)) {
        if (!began_) PAVISE_TRY(judge_first_bytes());
        // RFC 8446 §5: "If a TLS implementation receives an unexpected record type, it MUST terminate the
        // connection with an "unexpected_message" alert."
        return fail(ErrorCode::unknown_content_type, static_cast<std::uint16_t>(header.type));
    }
    // RFC 8446 §5.1: the rest of legacy_record_version "MUST be ignored for all purposes".
    if (buffer_.view()[1] != major_version) return fail(ErrorCode::bad_record_version);
    if (!protection_) return judge_unprotected(header);
    if (protection_->form() == Form::tls13 && header.type != ContentType::application_data) {
        if (header.type == ContentType::change_cipher_spec) return judge_change_cipher_spec(header);
        // A peer that could not follow us to these keys has no other way to say so (RFC 8446 §6: alerts
        // are protected "as specified by the current connection state"). Once it has used its keys, it has.
        if (header.type == ContentType::alert && header.length == alert_size && !authenticated_)
            return Treatment::pass;
        return fail(ErrorCode::record_not_protected);
    }
    // In TLS 1.3 the limit for the inner plaintext includes its type, and so does the expansion.
    // Early data that is skipped was sent before the peer knew of any limit of ours (RFC 8449 §4).
    const std::size_t content =
        skippable_ ? max_plaintext_size : max_inner_size() - protection_->inner_type_size();
    const std::size_t most = content + protection_->max_expansion();
    if (header.length > most) return fail(ErrorCode::record_overflow);
    return Treatment::open;
}

Result<RecordReader::Treatment> RecordReader::judge_unprotected(Header header) const noexcept {
    if (header.type == ContentType::change_cipher_spec) return judge_change_cipher_spec(header);
    if (header.type == ContentType::application_data && skippable_) {
        if (header.length > max_plaintext_size + max_expansion_13) return fail(ErrorCode::record_overflow);
        return Treatment::skip;
    }
    if (header.length > max_fragment_length_) return fail(ErrorCode::record_overflow);
    // RFC 8446 §5.1: "Implementations MUST NOT send zero-length fragments of Handshake types", "Alert"
    // likewise.
    if (header.length == 0 && header.type != ContentType::application_data)
        return fail(ErrorCode::empty_record);
    return Treatment::pass;
}

Result<RecordReader::Treatment> RecordReader::judge_change_cipher_spec(Header header) const noexcept {
    if (change_cipher_specs_ == ChangeCipherSpecs::refused || header.length != 1)
        return fail(ErrorCode::unexpected_change_cipher_spec);
    return Treatment::pass;
}

Result<std::optional<Record>> RecordReader::treat(Treatment treatment, MutableBytes record) noexcept {
    switch (treatment) {
    case Treatment::pass: return pass(record);
    case Treatment::open: return open(record);
    case Treatment::skip: break;
    }
    PAVISE_TRY(skip(record.size() - header_size));
    return std::optional<Record>();
}

Result<std::optional<Record>> RecordReader::pass(MutableBytes record) noexcept {
    const auto type = static_cast<ContentType>(record[0]);
    const MutableBytes fragment = record.subspan(header_size);
    if (type == ContentType::change_cipher_spec) {
        // RFC 8446 §5: "consisting of the single byte value 0x01"; any other value is unexpected_message.
        if (fragment[0] != 1) return fail(ErrorCode::unexpected_change_cipher_spec);
    } else if (!protection_) {
        skippable_.reset(); // RFC 8446 §4.2.10: the second ClientHello ends the early data
    }
    return std::optional(Record{type, fragment, Provenance::unprotected});
}

Result<std::optional<Record>> RecordReader::open(MutableBytes record) noexcept {
    const Result<Opened> opened = protection_->open(record);
    if (!opened && skippable_ && opened.error().code == ErrorCode::bad_record_mac) {
        PAVISE_TRY(skip(record.size() - header_size));
        return std::optional<Record>();
    }
    if (!opened) return Unexpected(opened.error());
    skippable_.reset();
    authenticated_ = true;
    PAVISE_TRY(judge_opened(*opened));
    return std::optional(Record{opened->type, opened->content, Provenance::authenticated});
}

Status RecordReader::judge_opened(const Opened& opened) const noexcept {
    if (opened.inner_size > max_inner_size() || opened.content.size() > max_fragment_length_)
        return fail(ErrorCode::record_overflow);
    switch (opened.type) {
    case ContentType::application_data: return {};
    case ContentType::alert:
    case ContentType::handshake:
        if (opened.content.empty()) return fail(ErrorCode::empty_record);
        return {};
    case ContentType::change_cipher_spec: return fail(ErrorCode::unexpected_change_cipher_spec);
    case ContentType::invalid:
    case ContentType::heartbeat: break;
    }
    return fail(ErrorCode::unknown_content_type, static_cast<std::uint16_t>(opened.type));
}

Status RecordReader::skip(std::size_t length) noexcept {
    // What the peer counts is the content (RFC 8446 §4.6.1: max_early_data_size). Its padding cannot be told
    // apart.
    const std::size_t content = length - std::min(length, least_expansion_13);
    const std::size_t cost = std::max<std::size_t>(content, 1);
    if (cost > *skippable_) return fail(ErrorCode::too_much_early_data);
    *skippable_ -= cost;
    return {};
}

// ---- what the handshake decides

void RecordReader::install(ReadProtection protection) noexcept {
    protection_ = std::move(protection);
}

Status RecordReader::set_record_size_limit(std::size_t limit) noexcept {
    if (limit < min_record_size_limit || limit > max_inner_plaintext_size)
        return fail(ErrorCode::bad_argument);
    record_size_limit_ = limit;
    return {};
}

Status RecordReader::set_max_fragment_length(std::size_t limit) noexcept {
    if (limit < min_record_size_limit || limit > max_plaintext_size) return fail(ErrorCode::bad_argument);
    max_fragment_length_ = limit;
    return {};
}

void RecordReader::skip_undecryptable(std::size_t max_bytes) noexcept {
    skippable_ = max_bytes;
}

std::size_t RecordReader::max_inner_size() const noexcept {
    return std::min(record_size_limit_, max_plaintext_size + protection_->inner_type_size());
}

} // namespace pavise::record
