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
    if (!writing_) return plaintext_record(type, ProtocolVersion::tls_1_2, content);
    ByteVector record(writing_->sealed_size(content.size(), padding));
    std::ranges::copy(content, record.begin() + static_cast<std::ptrdiff_t>(writing_->content_offset()));
    PAVISE_TRY(writing_->seal(type, record, content.size()));
    return record;
}

Result<std::optional<record::Record>> RecordPort::receive() {
    for (;;) {
        PAVISE_LET(const auto record, reader_.next());
        if (record) return record;
        if (incoming_.empty()) {
            incoming_ = link_.receive();
            note_headers(incoming_);
        }
        if (incoming_.empty()) return std::optional<record::Record>();
        const std::size_t taken = reader_.feed(incoming_);
        incoming_.erase(incoming_.begin(), incoming_.begin() + static_cast<std::ptrdiff_t>(taken));
    }
}

// The stream as a row of records, whether or not the reader will take them.
void RecordPort::note_headers(Bytes bytes) {
    while (!bytes.empty()) {
        if (to_skip_ > 0) {
            const std::size_t count = std::min(to_skip_, bytes.size());
            to_skip_ -= count;
            bytes = bytes.subspan(count);
            continue;
        }
        header_bytes_.push_back(bytes[0]);
        bytes = bytes.subspan(1);
        if (header_bytes_.size() < record::header_size) continue;
        const auto u16 = [&](std::size_t at) {
            return static_cast<std::uint16_t>(header_bytes_[at] << 8 | header_bytes_[at + 1]);
        };
        headers_.push_back(
            {static_cast<ContentType>(header_bytes_[0]), static_cast<ProtocolVersion>(u16(1)), u16(3)});
        to_skip_ = headers_.back().length;
        header_bytes_.clear();
    }
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
