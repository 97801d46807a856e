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

// As sealed_pass, by the bare calls alone.
ByteVector bare_pass(const Case& of, std::size_t content_size) {
    const std::size_t inner_size = content_size + of.inner_type_size;
    const std::size_t record_size = record::header_size + inner_size + tag_size;
    ByteVector pass(records_in_a_pass * record_size, 0x17);
    BareAead aead(of, Botan::Cipher_Dir::Encryption);
    for (std::size_t i = 0; i < records_in_a_pass; ++i) aead.seal(&pass[i * record_size], inner_size, i);
    return pass;
}

} // namespace

record::Key record_key(const Case& of, AeadUse use) {
    return {.id = of.id,
            .aead = must(crypto::botan_provider().aead(of.id, use, key_of(of.id))),
            .iv = FixedSecret<crypto::aead_nonce_size>(Bytes(iv))};
}

ByteVector sealed_pass(const Case& of, std::size_t content_size) {
    const ByteVector content(content_size, 0x17);
    record::RecordWriter writer;
    writer.install(must(record::WriteProtection::tls13(record_key(of, AeadUse::seal))));
    ByteVector pass;
    for (std::size_t i = 0; i < records_in_a_pass; ++i) {
        if (!writer.write(ContentType::application_data, content)) give_up("cannot seal");
        pass.insert(pass.end(), writer.pending().begin(), writer.pending().end());
        writer.consume(writer.pending().size());
    }
    return pass;
}

void report(benchmark::State& state, std::size_t content_size) {
    state.SetBytesProcessed(static_cast<std::int64_t>(static_cast<std::size_t>(state.iterations()) *
                                                      records_in_a_pass * content_size));
}

void open_bare(benchmark::State& state, const Case& of, std::size_t content_size) {
    const ByteVector pass = bare_pass(of, content_size);
    const std::size_t record_size = pass.size() / records_in_a_pass;
    const auto place = std::make_unique<AlignedRecord>();
    BareAead aead(of, Botan::Cipher_Dir::Decryption);
    Stopwatch watch;
    for (auto _ : state) {
        for (std::size_t i = 0; i < records_in_a_pass; ++i) {
            std::copy_n(pass.data() + i * record_size, record_size, place->record());
            watch.start();
            aead.open(place->record(), content_size + of.inner_type_size, i);
            watch.stop();
        }
        state.SetIterationTime(watch.take_typical_total());
    }
    report(state, content_size);
}

void seal_bare(benchmark::State& state, const Case& of, std::size_t content_size) {
    const auto place = std::make_unique<AlignedRecord>();
    BareAead aead(of, Botan::Cipher_Dir::Encryption);
    Stopwatch watch;
    std::uint64_t number = 0;
    for (auto _ : state) {
        for (std::size_t i = 0; i < records_in_a_pass; ++i) {
            watch.start();
            aead.seal(place->record(), content_size + of.inner_type_size, number++);
            watch.stop();
        }
        state.SetIterationTime(watch.take_typical_total());
    }
    report(state, content_size);
}

void register_all(std::span<const Subject> subjects, std::span<const Case> of_cases,
                  std::span<const std::size_t> content_sizes) {
    for (const Case& of : of_cases)
        for (const std::size_t size : content_sizes)
            for (const Subject& subject : subjects)
                benchmark::RegisterBenchmark((std::string(subject.scenario) + "/" + of.name + "/" +
                                              std::to_string(size) + "/" + subject.name)
                                                 .c_str(),
                                             subject.run, of, size)
                    ->UseManualTime();
}

} // namespace pavise::bench
