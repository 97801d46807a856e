#include "peer/cbc_records.hpp"

#include "base/try.hpp"
#include "peer/record_port.hpp"
#include "wire/writer.hpp"

#include <algorithm>

namespace pavise::peer {

namespace {

constexpr std::size_t block = crypto::cbc_block_size;

// MAC(seq_num + type + version + length + what it covers): the content (RFC 5246 §6.2.3.1), or IV and
// ciphertext (RFC 7366 §3).
Result<ByteVector> mac_of(crypto::Hmac& hmac, std::uint64_t sequence_number, ContentType type,
                          Bytes covered) {
    ByteVector prefix;
    wire::Writer writer(prefix);
    writer.u64(sequence_number);
    writer.u8(static_cast<std::uint8_t>(type));
    writer.u16(static_cast<std::uint16_t>(ProtocolVersion::tls_1_2));
    writer.u16(static_cast<std::uint16_t>(covered.size()));
    hmac.update(prefix);
    hmac.update(covered);
    ByteVector mac(crypto::digest_size(hmac.hash()));
    PAVISE_TRY(hmac.finish(mac));
    return mac;
}

void append(ByteVector& to, Bytes bytes) {
    to.insert(to.end(), bytes.begin(), bytes.end());
}

void pad(ByteVector& plaintext, std::size_t more_blocks) {
    const std::size_t size = (plaintext.size() / block + 1 + more_blocks) * block;
    plaintext.resize(size, static_cast<std::uint8_t>(size - plaintext.size() - 1));
}

bool is_well_padded(Bytes plaintext) {
    const std::size_t padding = std::size_t{plaintext.back()} + 1;
    return padding <= plaintext.size() &&
           std::ranges::all_of(plaintext.last(padding),
                               [&](std::uint8_t byte) { return byte == plaintext.back(); });
}

Status judge(ContentType type, Bytes content) {
    if (content.size() > record::max_plaintext_size) return fail(ErrorCode::record_overflow);
    if (type == ContentType::application_data) return {};
    if (type != ContentType::alert && type != ContentType::handshake)
        return fail(ErrorCode::unknown_content_type, static_cast<std::uint16_t>(type));
    if (content.empty()) return fail(ErrorCode::empty_record);
    return {};
}

} // namespace

Result<ByteVector> CbcSealer::seal(ContentType type, Bytes content, const CbcDraft& draft) {
    const MacOrder order = draft.order.value_or(order_);
    ByteVector plaintext = draft.plaintext;
    if (plaintext.empty()) {
        append(plaintext, content);
        if (order == MacOrder::mac_then_encrypt) {
            PAVISE_LET(const ByteVector mac, mac_of(*key_.mac, sequence_number_, type, content));
            append(plaintext, mac);
        }
        pad(plaintext, draft.more_blocks);
    }
    if (draft.change) draft.change(plaintext);
    ByteVector fragment(block);
    PAVISE_TRY(rng_->fill(fragment));
    PAVISE_TRY(key_.cbc->encrypt(fragment, plaintext));
    append(fragment, plaintext);
    if (order == MacOrder::encrypt_then_mac) {
        PAVISE_LET(const ByteVector mac, mac_of(*key_.mac, sequence_number_, type, fragment));
        append(fragment, mac);
    }
    ++sequence_number_;
    return plaintext_record(type, ProtocolVersion::tls_1_2, fragment);
}

Result<record::Opened> CbcOpener::open(MutableBytes record) {
    const auto type = static_cast<ContentType>(record[0]);
    const MutableBytes fragment = record.subspan(record::header_size);
    if (fragment.size() > record::max_plaintext_size + record::max_expansion_12)
        return fail(ErrorCode::record_overflow);
    if (fragment.size() < 2 * block || fragment.size() % block != 0) return fail(ErrorCode::bad_record_mac);
    const MutableBytes plaintext = fragment.subspan(block);
    PAVISE_TRY(key_.cbc->decrypt(fragment.first(block), plaintext));
    const std::size_t mac_size = crypto::digest_size(key_.mac->hash());
    const std::size_t behind_content = mac_size + plaintext.back() + 1;
    if (!is_well_padded(plaintext) || behind_content > plaintext.size())
        return fail(ErrorCode::bad_record_mac);
    const MutableBytes content = plaintext.first(plaintext.size() - behind_content);
    PAVISE_LET(const ByteVector expected, mac_of(*key_.mac, sequence_number_, type, content));
    if (!std::ranges::equal(expected, plaintext.subspan(content.size(), mac_size)))
        return fail(ErrorCode::bad_record_mac);
    ++sequence_number_;
    PAVISE_TRY(judge(type, content));
    return record::Opened{type, content, content.size()};
}

} // namespace pavise::peer
