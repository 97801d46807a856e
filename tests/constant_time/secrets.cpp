// Secrets that valgrind holds for undefined: it then complains of every branch, and of every address, that
// depends on one. Each case is one place where time could tell a secret; the controls are what it must find.
//
// The AEADs compare tags inside Botan, which says to valgrind that the verdict is public where it was built
// to: their cases are there with such a Botan alone (meson's option botan:valgrind).
//
//   valgrind secrets CASE      one case
//   secrets                    the names of all, and whether each is a control
#include "base/secret.hpp"
#include "handshake/proof13.hpp"
#include "handshake/psk.hpp"
#include "record/padding.hpp"
#include "record/protection.hpp"
#include "schedule/key_schedule12.hpp"
#include "schedule/key_schedule13.hpp"
#include "schedule/ticket_keys.hpp"
#include "schedule/traffic_keys.hpp"

#include <algorithm>
#include <cstdio>
#include <string_view>
#include <valgrind/memcheck.h>

namespace pavise {

// The linker gives calls of constant_time_equal() to the second one of these (--wrap). That two values differ
// is no secret any more once the comparison has said so; where they do is.
#define PAVISE_EQUAL_SYMBOL "_ZN6pavise19constant_time_equalESt4spanIKhLm18446744073709551615EES2_"
bool real_equal(Bytes a, Bytes b) noexcept __asm__("__real_" PAVISE_EQUAL_SYMBOL);
bool declassified_equal(Bytes a, Bytes b) noexcept __asm__("__wrap_" PAVISE_EQUAL_SYMBOL);
bool declassified_equal(Bytes a, Bytes b) noexcept {
    bool equal = real_equal(a, b);
    VALGRIND_MAKE_MEM_DEFINED(&equal, sizeof equal);
    return equal;
}

namespace {

ByteVector secret_bytes(std::size_t size, std::uint8_t value) {
    ByteVector secret(size, value);
    VALGRIND_MAKE_MEM_UNDEFINED(secret.data(), secret.size());
    return secret;
}

bool compare_in_constant_time() {
    return !constant_time_equal(secret_bytes(32, 1), secret_bytes(32, 2));
}

// RFC 8446 §4.4.4: the expected verify_data comes of a secret, and how much of it a guess has right must not
// show.
bool finished() {
    const auto hmac = crypto::botan_provider().hmac(crypto::HashId::sha256);
    const ByteVector guess(32, 1);
    const auto verified = handshake::verify_finished({guess}, **hmac, secret_bytes(32, 3), ByteVector(32, 4));
    return !verified && verified.error().code == ErrorCode::finished_mismatch;
}

// RFC 8446 §4.2.11.2, as a server judges it.
bool binder() {
    handshake::Psk psk{schedule::PskKind::external, {},      SecretVector(secret_bytes(32, 5)),
                       crypto::HashId::sha256,      nullptr, {}};
    const auto expected =
        handshake::binder(crypto::botan_provider(), psk, nullptr, as_bytes("a truncated ClientHello"));
    return expected && !constant_time_equal(ByteVector(32, 1), expected->view());
}

// RFC 8446 §5.4: where the padding begins says how long the content is, which is what it is there to hide.
bool padding() {
    for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{7}, std::size_t{300}}) {
        ByteVector inner = secret_bytes(size, 0);
        if (size > 5) inner[size / 2] = 23;
        VALGRIND_MAKE_MEM_UNDEFINED(inner.data(), inner.size());
        std::size_t found = record::size_without_padding_in_constant_time(inner);
        VALGRIND_MAKE_MEM_DEFINED(&found, sizeof found);
        if (found != (size > 5 ? size / 2 + 1 : 0)) return false;
    }
    return true;
}

// RFC 8446 §7.1 from the (EC)DHE secret to the keys of the records, and §7.2's next generation.
bool key_schedule_13() {
    const ByteVector hash(32, 6);
    auto early = schedule::EarlyStage::start(crypto::botan_provider(), crypto::HashId::sha256);
    if (!early) return false;
    auto handshake = std::move(*early).to_handshake(secret_bytes(32, 7));
    if (!handshake || !handshake->traffic_secrets(hash)) return false;
    auto master = std::move(*handshake).to_master();
    if (!master) return false;
    const auto traffic = master->application_traffic_secrets(hash);
    if (!traffic) return false;
    const auto next = schedule::next_traffic_secret(master->hmac(), traffic->client.view());
    return next && schedule::traffic_keys(master->hmac(), crypto::AeadId::aes_256_gcm, next->view()) &&
           master->exporter_master_secret(hash) && master->resumption_master_secret(hash);
}

// RFC 5246 §8.1 and §6.3, RFC 7627 §4; and the Finished of §7.4.9, compared as a peer's is.
bool key_schedule_12() {
    const auto hmac = crypto::botan_provider().hmac(crypto::HashId::sha256);
    const ByteVector hash(32, 8), random(32, 9);
    const auto master = schedule::extended_master_secret(**hmac, secret_bytes(32, 10), hash);
    if (!master || !schedule::key_block(**hmac, master->view(), {random, random}, {0, 32, 4})) return false;
    const auto verify_data = schedule::client_verify_data(**hmac, master->view(), hash);
    return verify_data && !constant_time_equal(ByteVector(verify_data->size(), 1), *verify_data);
}

#ifdef PAVISE_BOTAN_FOR_VALGRIND

// What goes over the wire is nobody's secret, whatever it was made of.
void publish(MutableBytes bytes) {
    VALGRIND_MAKE_MEM_DEFINED(bytes.data(), bytes.size());
}

// A receiver acts by the type of what it opened: the content stays a secret.
class ShowsTheType final : public crypto::Aead {
    std::unique_ptr<crypto::Aead> inner_;

  public:
    explicit ShowsTheType(std::unique_ptr<crypto::Aead> inner) noexcept : inner_(std::move(inner)) {}
    Status seal(Bytes nonce, Bytes associated_data, MutableBytes data, MutableBytes tag) noexcept override {
        return inner_->seal(nonce, associated_data, data, tag);
    }
    Status open(Bytes nonce, Bytes associated_data, MutableBytes data, Bytes tag) noexcept override {
        const Status opened = inner_->open(nonce, associated_data, data, tag);
        publish(data.last(1));
        return opened;
    }
};

record::Key secret_key(crypto::AeadId id, crypto::AeadUse use, std::size_t iv_size) {
    auto aead = crypto::botan_provider().aead(id, use, secret_bytes(crypto::aead_key_size(id), 11));
    return {id, std::make_unique<ShowsTheType>(std::move(*aead)),
            FixedSecret<crypto::aead_nonce_size>(secret_bytes(iv_size, 12))};
}

// Seals a secret, and opens it twice: as it was, and with one bit of its tag changed. Key and IV are secrets.
bool through_records(record::WriteProtection writer, record::ReadProtection reader,
                     record::ReadProtection deceived) {
    constexpr std::size_t size = 300;
    ByteVector record(writer.sealed_size(size, 0));
    std::ranges::copy(secret_bytes(size, 13),
                      record.begin() + static_cast<std::ptrdiff_t>(writer.content_offset()));
    if (!writer.seal(ContentType::application_data, record, size)) return false;
    publish(record);
    ByteVector forged = record;
    forged.back() ^= 1;
    const auto opened = reader.open(record);
    const auto refused = deceived.open(forged);
    return opened && opened->content.size() == size && !refused &&
           refused.error().code == ErrorCode::bad_record_mac;
}

template <crypto::AeadId id> bool record_13() {
    const auto key = [](crypto::AeadUse use) { return secret_key(id, use, crypto::aead_nonce_size); };
    return through_records(*record::WriteProtection::tls13(key(crypto::AeadUse::seal)),
                           *record::ReadProtection::tls13(key(crypto::AeadUse::open)),
                           *record::ReadProtection::tls13(key(crypto::AeadUse::open)));
}

template <crypto::AeadId id> bool record_12() {
    constexpr std::size_t iv_size = id == crypto::AeadId::chacha20_poly1305 ? crypto::aead_nonce_size : 4;
    const auto key = [](crypto::AeadUse use) { return secret_key(id, use, iv_size); };
    return through_records(*record::WriteProtection::tls12(key(crypto::AeadUse::seal)),
                           *record::ReadProtection::tls12(key(crypto::AeadUse::open)),
                           *record::ReadProtection::tls12(key(crypto::AeadUse::open)));
}

class CountingRng final : public Rng {
    std::uint8_t next_ = 0;

  public:
    Status fill(MutableBytes out) noexcept override {
        for (std::uint8_t& byte : out) byte = next_++;
        return {};
    }
};

// RFC 5077 §4: whether a ticket was altered is told, and nothing of the key or of the state.
bool ticket() {
    CountingRng rng;
    const Timestamp now{};
    auto ring = schedule::TicketKeyRing::create(crypto::botan_provider(), rng, now);
    if (!ring) return false;
    schedule::TicketKey key;
    key.secret = FixedSecret<schedule::ticket_key_secret_size>(secret_bytes(32, 14));
    if (!(*ring)->set_keys(std::span(&key, 1), now)) return false;
    auto sealed = (*ring)->seal(secret_bytes(100, 15), as_bytes("use"), now, rng);
    if (!sealed) return false;
    publish(*sealed);
    ByteVector forged = *sealed;
    forged[schedule::ticket_key_name_size + schedule::ticket_seed_size] ^= 1;
    return (*ring)->open(*sealed, as_bytes("use"), now) && !(*ring)->open(forged, as_bytes("use"), now);
}

// A tag that is compared byte by byte, which is what an AEAD must not do.
bool control_of_tag() {
    auto aead = crypto::botan_provider().aead(crypto::AeadId::aes_128_gcm, crypto::AeadUse::seal,
                                              secret_bytes(16, 16));
    ByteVector data(20, 1), tag(crypto::aead_tag_size(crypto::AeadId::aes_128_gcm));
    if (!(*aead)->seal(ByteVector(crypto::aead_nonce_size, 2), {}, data, tag)) return false;
    return !std::ranges::equal(tag, ByteVector(tag.size(), 3));
}

#endif

// ---- what has to be found

bool control_of_comparison() {
    return !std::ranges::equal(secret_bytes(32, 1), secret_bytes(32, 2));
}

bool control_of_result() {
    return !real_equal(secret_bytes(32, 1), secret_bytes(32, 2));
}

bool control_of_padding() {
    const ByteVector inner = secret_bytes(100, 0);
    std::size_t size = inner.size();
    while (size > 0 && inner[size - 1] == 0) --size;
    return size == 0;
}

enum class Kind : std::uint8_t { sound, control };

struct Case {
    std::string_view name;
    bool (*run)();
    Kind kind = Kind::sound;
};
using crypto::AeadId;
constexpr Case cases[] = {
    {"comparison", compare_in_constant_time},
    {"finished", finished},
    {"binder", binder},
    {"padding", padding},
    {"key-schedule-13", key_schedule_13},
    {"key-schedule-12", key_schedule_12},
#ifdef PAVISE_BOTAN_FOR_VALGRIND
    {"record-13-aes-128-gcm", record_13<AeadId::aes_128_gcm>},
    {"record-13-aes-256-gcm", record_13<AeadId::aes_256_gcm>},
    {"record-13-chacha20-poly1305", record_13<AeadId::chacha20_poly1305>},
    {"record-13-aes-128-ccm", record_13<AeadId::aes_128_ccm>},
    {"record-12-aes-128-gcm", record_12<AeadId::aes_128_gcm>},
    {"record-12-chacha20-poly1305", record_12<AeadId::chacha20_poly1305>},
    {"ticket", ticket},
    {"control-of-tag", control_of_tag, Kind::control},
#endif
    {"control-of-comparison", control_of_comparison, Kind::control},
    {"control-of-result", control_of_result, Kind::control},
    {"control-of-padding", control_of_padding, Kind::control},
};

} // namespace
} // namespace pavise

int main(int count, char** words) {
    if (count < 2) {
        for (const pavise::Case& one : pavise::cases)
            std::printf("%s %s\n", one.kind == pavise::Kind::control ? "control" : "sound",
                        std::string(one.name).c_str());
        return 0;
    }
    for (const pavise::Case& one : pavise::cases)
        if (one.name == words[1]) {
            if (one.run()) return 0;
            std::fputs("the case itself went wrong\n", stderr);
            return 3;
        }
    std::fprintf(stderr, "there is no case %s: secrets without a word names them\n", words[1]);
    return 2;
}
