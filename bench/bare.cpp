#include "bare.hpp"

#include <botan/aead.h>

#include <algorithm>
#include <string>

namespace pavise::bench {
namespace {

using crypto::AeadId;
using crypto::AeadUse;

constexpr std::size_t tag_size = 16;

const ByteVector& key_of(AeadId id) {
    static const ByteVector bytes(crypto::max_aead_key_size, 0x42);
    static ByteVector key;
    key.assign(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(crypto::aead_key_size(id)));
    return key;
}
constexpr std::uint8_t iv[crypto::aead_nonce_size] = {7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7};

// The limit: Botan's object and nothing around it.
class BareAead {
    std::unique_ptr<Botan::AEAD_Mode> mode_;
    Botan::secure_vector<std::uint8_t> tag_;

    void start(const std::uint8_t* header, std::uint64_t number) {
        std::uint8_t nonce[sizeof iv];
        std::copy(std::begin(iv), std::end(iv), nonce);
        for (std::size_t i = 0; i < 8; ++i)
            nonce[4 + i] = static_cast<std::uint8_t>(nonce[4 + i] ^ number >> (56 - 8 * i));
        mode_->set_associated_data(std::span(header, record::header_size));
        mode_->start(nonce);
    }

  public:
    BareAead(const Case& of, Botan::Cipher_Dir direction) :
        mode_(Botan::AEAD_Mode::create_or_throw(of.botan_name, direction)) {
        mode_->set_key(key_of(of.id));
        tag_.reserve(tag_size);
    }
    void open(std::uint8_t* record, std::size_t inner_size, std::uint64_t number) {
        start(record, number);
        mode_->process(std::span(record + record::header_size, inner_size));
        tag_.assign(record + record::header_size + inner_size,
                    record + record::header_size + inner_size + tag_size);
        mode_->finish(tag_);
    }
    void seal(std::uint8_t* record, std::size_t inner_size, std::uint64_t number) {
        start(record, number);
        mode_->process(std::span(record + record::header_size, inner_size));
        tag_.clear();
        mode_->finish(tag_);
        std::copy_n(tag_.begin(), tag_size, record + record::header_size + inner_size);
    }
};

// A record's place whose content begins on a cache line, as in the buffers of the record layer.
class AlignedRecord {
    alignas(64) std::uint8_t bytes_[64 + record::max_plaintext_size + record::max_expansion_13];

  public:
    std::uint8_t* record() { return bytes_ + 64 - record::header_size; }
};

// As sealed_records, by the bare calls alone.
ByteVector bare_records(const Case& of, std::size_t content_size) {
    const std::size_t inner_size = content_size + of.inner_type_size;
    const std::size_t record_size = record::header_size + inner_size + tag_size;
    ByteVector pass(records_in_a_turn * record_size, 0x17);
    BareAead aead(of, Botan::Cipher_Dir::Encryption);
    for (std::size_t i = 0; i < records_in_a_turn; ++i) aead.seal(&pass[i * record_size], inner_size, i);
    return pass;
}

} // namespace

record::Key record_key(const Case& of, AeadUse use) {
    return {.id = of.id,
            .aead = must(crypto::botan_provider().aead(of.id, use, key_of(of.id))),
            .iv = FixedSecret<crypto::aead_nonce_size>(Bytes(iv))};
}

ByteVector sealed_records(const Case& of, std::size_t content_size) {
    const ByteVector content(content_size, 0x17);
    record::RecordWriter writer;
    writer.install(must(record::WriteProtection::tls13(record_key(of, AeadUse::seal))));
    ByteVector pass;
    for (std::size_t i = 0; i < records_in_a_turn; ++i) {
        if (!writer.write(ContentType::application_data, content)) give_up("cannot seal");
        pass.insert(pass.end(), writer.pending().begin(), writer.pending().end());
        writer.consume(writer.pending().size());
    }
    return pass;
}

Contestant opens_bare(const Case& of, std::size_t content_size) {
    struct State {
        ByteVector records;
        AlignedRecord place;
        BareAead aead;
    };
    const auto state = std::make_shared<State>(
        State{bare_records(of, content_size), {}, BareAead(of, Botan::Cipher_Dir::Decryption)});
    return {
        "bare", [state, inner_size = content_size + of.inner_type_size] {
            const std::size_t record_size = state->records.size() / records_in_a_turn;
            std::size_t number = 0;
            return typical_of(records_in_a_turn, [&]() -> Taken {
                std::copy_n(state->records.data() + number * record_size, record_size, state->place.record());
                return {seconds_of([&] { state->aead.open(state->place.record(), inner_size, number++); })};
            });
        }};
}

Contestant seals_bare(const Case& of, std::size_t content_size) {
    struct State {
        AlignedRecord place;
        BareAead aead;
        std::uint64_t number = 0;
    };
    const auto state = std::make_shared<State>(State{{}, BareAead(of, Botan::Cipher_Dir::Encryption)});
    return {"bare", [state, inner_size = content_size + of.inner_type_size] {
                return typical_of(records_in_a_turn, [&]() -> Taken {
                    return {seconds_of(
                        [&] { state->aead.seal(state->place.record(), inner_size, state->number++); })};
                });
            }};
}

void register_records(const char* name, std::vector<MakeContestant> contestants,
                      std::span<const Case> of_cases, std::span<const std::size_t> content_sizes) {
    for (const Case& of : of_cases)
        for (const std::size_t size : content_sizes)
            register_scenario({std::string(name) + "/" + of.name + "/" + std::to_string(size),
                               {"each"},
                               [contestants, of, size] {
                                   std::vector<Contestant> made;
                                   for (const MakeContestant make : contestants)
                                       made.push_back(make(of, size));
                                   return made;
                               },
                               size});
}

} // namespace pavise::bench
