#include "record/protection.hpp"

#include "base/try.hpp"
#include "record/padding.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <optional>

namespace pavise::record {
namespace {

constexpr std::size_t explicit_nonce_size = 8;        // RFC 5288 §3: GCMNonce.nonce_explicit
constexpr std::size_t implicit_nonce_size = 4;        // RFC 5288 §3: GCMNonce.salt
constexpr std::uint16_t version_on_the_wire = 0x0303; // RFC 8446 §5.2, RFC 5246 §6.2.3

// In network byte order. Loops over single bytes are not made into one swap by every compiler, and this
// stands in the way of every record.
std::uint64_t swapped(std::uint64_t value) noexcept {
    return std::endian::native == std::endian::little ? __builtin_bswap64(value) : value;
}
void store64(std::uint8_t* out, std::uint64_t value) noexcept {
    value = swapped(value);
    std::memcpy(out, &value, sizeof value);
}
std::uint64_t load64(const std::uint8_t* in) noexcept {
    std::uint64_t value = 0;
    std::memcpy(&value, in, sizeof value);
    return swapped(value);
}

void write_header(MutableBytes record, ContentType type) noexcept {
    const std::size_t length = record.size() - header_size;
    record[0] = static_cast<std::uint8_t>(type);
    record[1] = static_cast<std::uint8_t>(version_on_the_wire >> 8);
    record[2] = static_cast<std::uint8_t>(version_on_the_wire & 0xff);
    record[3] = static_cast<std::uint8_t>(length >> 8);
    record[4] = static_cast<std::uint8_t>(length);
}

// RFC 8446 §5.4: the last byte that is not zero is the content type. Most records have no padding, and of
// those one look at the last byte is enough. In one that has, the time must not tell how much: that is what
// the padding is there to hide.
std::size_t size_without_padding(Bytes inner) noexcept {
    if (!inner.empty() && inner.back() != 0) return inner.size();
    return size_without_padding_in_constant_time(inner);
}

Form form12_of(crypto::AeadId id) noexcept {
    return id == crypto::AeadId::chacha20_poly1305 ? Form::tls12_implicit_nonce : Form::tls12_explicit_nonce;
}

// Whether key and form fit; a mistake of ours where not.
Status check(const Key& key, Form form) noexcept {
    const std::size_t iv_size =
        form == Form::tls12_explicit_nonce ? implicit_nonce_size : crypto::aead_nonce_size;
    if (key.aead == nullptr || key.iv.size() != iv_size) return fail(ErrorCode::internal);
    return {};
}

} // namespace

Protection::Protection(Form form, Key key, std::uint64_t first_sequence_number) noexcept :
    aead_(std::move(key.aead)),
    sequence_number_(first_sequence_number),
    iv_(std::move(key.iv)),
    limit_(key_limit(key.id)),
    tag_size_(static_cast<std::uint8_t>(crypto::aead_tag_size(key.id))),
    form_(form) {}

Protection::Protection(CbcKey key, std::uint64_t first_sequence_number) noexcept :
    cbc_(std::move(key)),
    sequence_number_(first_sequence_number),
    limit_(no_key_limit),
    tag_size_(static_cast<std::uint8_t>(crypto::digest_size(cbc_.mac->hash()))),
    form_(Form::tls12_encrypt_then_mac) {}

Status Protection::compute_mac(Bytes header, Bytes covered, MutableBytes mac) noexcept {
    // seq_num, type, version and the length of what the MAC covers: RFC 7366 §3 takes TLSCiphertext.length
    // before the MAC was added.
    const AssociatedData12 prefix = associated_data_12(header, covered.size());
    cbc_.mac->update(prefix);
    cbc_.mac->update(covered);
    return cbc_.mac->finish(mac);
}

Protection::Nonce Protection::xored_nonce() const noexcept {
    Nonce nonce;
    const std::uint8_t* const iv = iv_.view().data();
    std::memcpy(nonce.data(), iv, 4);
    store64(nonce.data() + 4, load64(iv + 4) ^ sequence_number_);
    return nonce;
}

Protection::Nonce Protection::nonce_with(Bytes explicit_part) const noexcept {
    Nonce nonce;
    const Bytes salt = iv_.view();
    std::copy_n(salt.begin(), implicit_nonce_size, nonce.begin());
    std::copy_n(explicit_part.begin(), explicit_nonce_size, nonce.begin() + implicit_nonce_size);
    return nonce;
}

Protection::AssociatedData12 Protection::associated_data_12(Bytes header,
                                                            std::size_t content_size) const noexcept {
    AssociatedData12 data;
    store64(data.data(), sequence_number_);
    std::copy_n(header.begin(), 3, data.begin() + 8);
    data[11] = static_cast<std::uint8_t>(content_size >> 8);
    data[12] = static_cast<std::uint8_t>(content_size);
    return data;
}

Result<ReadProtection> ReadProtection::tls13(Key key, std::uint64_t first_sequence_number) noexcept {
    PAVISE_TRY(check(key, Form::tls13));
    return ReadProtection(Form::tls13, std::move(key), first_sequence_number);
}

Result<ReadProtection> ReadProtection::tls12(Key key, std::uint64_t first_sequence_number) noexcept {
    const Form form = form12_of(key.id);
    PAVISE_TRY(check(key, form));
    return ReadProtection(form, std::move(key), first_sequence_number);
}

Result<ReadProtection> ReadProtection::tls12_cbc(CbcKey key, std::uint64_t first_sequence_number) noexcept {
    if (key.cbc == nullptr || key.mac == nullptr) return fail(ErrorCode::internal);
    return ReadProtection(std::move(key), first_sequence_number);
}

Result<Opened> ReadProtection::open(MutableBytes record) noexcept {
    if (sequence_number_ > max_sequence_number) return fail(ErrorCode::sequence_exhausted);
    if (form_ == Form::tls12_encrypt_then_mac) return open12_cbc(record);
    if (record.size() < header_size + prefix_size() + tag_size_) return fail(ErrorCode::bad_record_mac);
    return form_ == Form::tls13 ? open13(record) : open12(record);
}

Result<Opened> ReadProtection::open13(MutableBytes record) noexcept {
    const Nonce nonce = xored_nonce();
    const Bytes header = record.first(header_size); // RFC 8446 §5.2: as it came
    const MutableBytes inner = record.subspan(header_size, record.size() - header_size - tag_size_);
    PAVISE_TRY(aead_->open(nonce, header, inner, record.last(tag_size_)));
    ++sequence_number_;
    const std::size_t size = size_without_padding(inner);
    // RFC 8446 §5.4: "If a receiving implementation does not find a non-zero octet in the cleartext, it MUST
    // terminate the connection with an "unexpected_message" alert."
    if (size == 0) return fail(ErrorCode::no_content_type);
    return Opened{static_cast<ContentType>(inner[size - 1]), inner.first(size - 1), inner.size()};
}

Result<Opened> ReadProtection::open12(MutableBytes record) noexcept {
    const std::size_t content_at = header_size + prefix_size();
    const MutableBytes content = record.subspan(content_at, record.size() - content_at - tag_size_);
    const Nonce nonce = form_ == Form::tls12_explicit_nonce
                            ? nonce_with(record.subspan(header_size, explicit_nonce_size))
                            : xored_nonce();
    const AssociatedData12 associated_data = associated_data_12(record.first(header_size), content.size());
    PAVISE_TRY(aead_->open(nonce, associated_data, content, record.last(tag_size_)));
    ++sequence_number_;
    return Opened{static_cast<ContentType>(record[0]), content, content.size()};
}

// "the MAC … is verified … before any decryption": one check and one error, whatever is wrong, so that
// nothing can be learnt from the padding (RFC 7366 §3).
Result<Opened> ReadProtection::open12_cbc(MutableBytes record) noexcept {
    constexpr std::size_t block = crypto::cbc_block_size;
    if (record.size() < header_size + 2 * block + tag_size_) return fail(ErrorCode::bad_record_mac);
    const MutableBytes covered = record.subspan(header_size, record.size() - header_size - tag_size_);
    if (covered.size() % block != 0) return fail(ErrorCode::bad_record_mac);
    std::array<std::uint8_t, crypto::max_digest_size> expected{};
    const MutableBytes mac = MutableBytes(expected).first(tag_size_);
    PAVISE_TRY(compute_mac(record.first(header_size), covered, mac));
    if (!constant_time_equal(mac, record.last(tag_size_))) return fail(ErrorCode::bad_record_mac);

    const MutableBytes inner = covered.subspan(block);
    PAVISE_TRY(cbc_.cbc->decrypt(covered.first(block), inner));
    // RFC 5246 §6.2.3.2: "Each uint8 in the padding data vector MUST be filled with the padding length
    // value." What the peer itself has authenticated is no oracle.
    const std::size_t padding = std::size_t{inner.back()} + 1;
    const bool well_padded = padding <= inner.size() &&
                             std::ranges::all_of(inner.last(std::min(padding, inner.size())),
                                                 [&](std::uint8_t byte) { return byte == inner.back(); });
    if (!well_padded) {
        secure_wipe(inner);
        return fail(ErrorCode::bad_record_mac);
    }
    ++sequence_number_;
    const MutableBytes content = inner.first(inner.size() - padding);
    return Opened{static_cast<ContentType>(record[0]), content, content.size()};
}

Result<WriteProtection> WriteProtection::tls13(Key key, std::uint64_t first_sequence_number) noexcept {
    PAVISE_TRY(check(key, Form::tls13));
    return WriteProtection(Form::tls13, std::move(key), first_sequence_number);
}

Result<WriteProtection> WriteProtection::tls12(Key key, std::uint64_t first_sequence_number) noexcept {
    const Form form = form12_of(key.id);
    PAVISE_TRY(check(key, form));
    return WriteProtection(form, std::move(key), first_sequence_number);
}

Result<WriteProtection> WriteProtection::tls12_cbc(CbcKey key, Rng& rng,
                                                   std::uint64_t first_sequence_number) noexcept {
    if (key.cbc == nullptr || key.mac == nullptr) return fail(ErrorCode::internal);
    WriteProtection protection(std::move(key), first_sequence_number);
    protection.rng_ = &rng;
    return protection;
}

Status WriteProtection::seal(ContentType type, MutableBytes record, std::size_t content_size) noexcept {
    if (sequence_number_ > max_sequence_number) return fail(ErrorCode::sequence_exhausted);
    if (sequence_number_ >= limit_.most) return fail(ErrorCode::aead_limit_reached);
    if (form_ == Form::tls12_encrypt_then_mac) return seal12_cbc(type, record, content_size);
    return form_ == Form::tls13 ? seal13(type, record, content_size) : seal12(type, record, content_size);
}

Status WriteProtection::seal13(ContentType type, MutableBytes record, std::size_t content_size) noexcept {
    // RFC 8446 §5.2: opaque_type is always application_data.
    write_header(record, ContentType::application_data);
    const MutableBytes inner = record.subspan(header_size, record.size() - header_size - tag_size_);
    inner[content_size] = static_cast<std::uint8_t>(type);
    const MutableBytes padding = inner.subspan(content_size + 1);
    if (!padding.empty()) std::memset(padding.data(), 0, padding.size());
    const Nonce nonce = xored_nonce();
    PAVISE_TRY(aead_->seal(nonce, record.first(header_size), inner, record.last(tag_size_)));
    ++sequence_number_;
    return {};
}

Status WriteProtection::seal12(ContentType type, MutableBytes record, std::size_t content_size) noexcept {
    write_header(record, type);
    const AssociatedData12 associated_data = associated_data_12(record.first(header_size), content_size);
    Nonce nonce = xored_nonce();
    if (form_ == Form::tls12_explicit_nonce) {
        // RFC 5288 §3: unique for each record of a key. The sequence number is, and a random one is not.
        const MutableBytes explicit_nonce = record.subspan(header_size, explicit_nonce_size);
        store64(explicit_nonce.data(), sequence_number_);
        nonce = nonce_with(explicit_nonce);
    }
    PAVISE_TRY(aead_->seal(nonce, associated_data, record.subspan(content_offset(), content_size),
                           record.last(tag_size_)));
    ++sequence_number_;
    return {};
}

Status WriteProtection::seal12_cbc(ContentType type, MutableBytes record, std::size_t content_size) noexcept {
    write_header(record, type);
    const MutableBytes covered = record.subspan(header_size, record.size() - header_size - tag_size_);
    const MutableBytes iv = covered.first(crypto::cbc_block_size);
    const MutableBytes inner = covered.subspan(crypto::cbc_block_size);
    // RFC 5246 §6.2.3.2: the IV "MUST be unpredictable".
    PAVISE_TRY(rng_->fill(iv));
    const MutableBytes padding = inner.subspan(content_size);
    std::memset(padding.data(), static_cast<int>(padding.size() - 1), padding.size());
    PAVISE_TRY(cbc_.cbc->encrypt(iv, inner));
    PAVISE_TRY(compute_mac(record.first(header_size), covered, record.last(tag_size_)));
    ++sequence_number_;
    return {};
}

std::uint64_t WriteProtection::records_until_key_update() const noexcept {
    if (form_ != Form::tls13) return UINT64_MAX;
    const std::uint64_t due = limit_.update_after;
    return due - std::min(due, sequence_number_);
}

} // namespace pavise::record
