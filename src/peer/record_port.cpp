#include "peer/record_port.hpp"

#include "base/try.hpp"
#include "schedule/traffic_keys.hpp"
#include "wire/writer.hpp"

#include <algorithm>

namespace pavise::peer {

ByteVector plaintext_record(ContentType type, ProtocolVersion version, Bytes fragment) {
    ByteVector bytes;
    wire::Writer writer(bytes);
    writer.u8(static_cast<std::uint8_t>(type));
    writer.u16(static_cast<std::uint16_t>(version));
    writer.vector16(fragment);
    return bytes;
}

RecordPort::RecordPort(Link& link, const crypto::Provider& provider) : link_(link), provider_(provider) {
    reader_.set_change_cipher_specs(record::ChangeCipherSpecs::accepted);
}

Result<ByteVector> RecordPort::seal(ContentType type, Bytes content, std::size_t padding) {
    if (sealing_) return sealing_->seal(type, content);
    if (!writing_) return plaintext_record(type, ProtocolVersion::tls_1_2, content);
    ByteVector record(writing_->sealed_size(content.size(), padding));
    std::ranges::copy(content, record.begin() + static_cast<std::ptrdiff_t>(writing_->content_offset()));
    PAVISE_TRY(writing_->seal(type, record, content.size()));
    return record;
}

Result<ByteVector> RecordPort::seal_cbc(ContentType type, Bytes content, const CbcDraft& draft) {
    if (!sealing_) return fail(ErrorCode::bad_argument);
    return sealing_->seal(type, content, draft);
}

Result<std::optional<record::Record>> RecordPort::receive() {
    if (opening_) return receive_cbc();
    for (;;) {
        if (const Bytes whole = reader_.whole_record(); !whole.empty())
            last_record_.assign(whole.begin(), whole.end());
        PAVISE_LET(const auto record, reader_.next());
        if (record) return record;
        if (incoming_.empty() && !fetch()) return std::optional<record::Record>();
        feed_reader();
    }
}

bool RecordPort::fetch() {
    const ByteVector bytes = link_.receive();
    incoming_.insert(incoming_.end(), bytes.begin(), bytes.end());
    for (Bytes rest = bytes; !rest.empty();)
        if (const auto header = received_.pass(rest)) headers_.push_back(*header);
    return !bytes.empty();
}

// No more than one record at a time: what follows it may be under keys that the reader does not know.
void RecordPort::feed_reader() {
    RecordBounds ahead = read_;
    Bytes rest = incoming_;
    ahead.pass(rest);
    while (!rest.empty() && !ahead.between_records()) ahead.pass(rest);
    const std::size_t taken = reader_.feed(Bytes(incoming_).first(incoming_.size() - rest.size()));
    for (Bytes bytes = Bytes(incoming_).first(taken); !bytes.empty();) read_.pass(bytes);
    incoming_.erase(incoming_.begin(), incoming_.begin() + static_cast<std::ptrdiff_t>(taken));
}

Result<std::optional<record::Record>> RecordPort::receive_cbc() {
    for (;;) {
        RecordBounds record;
        Bytes rest = incoming_;
        if (!rest.empty()) record.pass(rest);
        if (!rest.empty() && !record.between_records()) record.pass(rest);
        if (rest.size() < incoming_.size() && record.between_records()) {
            const auto end = incoming_.end() - static_cast<std::ptrdiff_t>(rest.size());
            last_record_.assign(incoming_.begin(), end);
            opened_ = last_record_;
            incoming_.erase(incoming_.begin(), end);
            PAVISE_LET(const record::Opened opened, opening_->open(opened_));
            return std::optional(
                record::Record{opened.type, opened.content, record::Provenance::authenticated});
        }
        if (!fetch()) return std::optional<record::Record>();
    }
}

std::optional<RecordHeader> RecordBounds::pass(Bytes& bytes) {
    const std::size_t left = to_come_ > 0 ? to_come_ : record::header_size - header_.size();
    const Bytes passed = bytes.first(std::min(left, bytes.size()));
    bytes = bytes.subspan(passed.size());
    if (to_come_ > 0) {
        to_come_ -= passed.size();
        return std::nullopt;
    }
    header_.insert(header_.end(), passed.begin(), passed.end());
    if (header_.size() < record::header_size) return std::nullopt;
    const auto u16 = [&](std::size_t at) {
        return static_cast<std::uint16_t>(header_[at] << 8 | header_[at + 1]);
    };
    const RecordHeader header{static_cast<ContentType>(header_[0]), static_cast<ProtocolVersion>(u16(1)),
                              u16(3)};
    to_come_ = header.length;
    header_.clear();
    return header;
}

Result<record::Key> RecordPort::key(const crypto::Suite13& suite, crypto::AeadUse use, crypto::Hmac& hmac,
                                    Bytes traffic_secret) const {
    PAVISE_LET(schedule::TrafficKeys keys, schedule::traffic_keys(hmac, suite.aead, traffic_secret));
    PAVISE_LET(auto aead, provider_.aead(suite.aead, use, keys.key.view()));
    return record::Key{suite.aead, std::move(aead), std::move(keys.iv)};
}

Status RecordPort::write_with(const crypto::Suite13& suite, crypto::Hmac& hmac, Bytes traffic_secret) {
    PAVISE_LET(record::Key sealing, key(suite, crypto::AeadUse::seal, hmac, traffic_secret));
    PAVISE_LET(writing_, record::WriteProtection::tls13(std::move(sealing)));
    return {};
}

Status RecordPort::read_with(const crypto::Suite13& suite, crypto::Hmac& hmac, Bytes traffic_secret) {
    PAVISE_LET(record::Key opening, key(suite, crypto::AeadUse::open, hmac, traffic_secret));
    PAVISE_LET(auto protection, record::ReadProtection::tls13(std::move(opening)));
    reader_.install(std::move(protection));
    return {};
}

} // namespace pavise::peer
