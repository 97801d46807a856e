// The record layer against the bare Botan calls that it cannot do without: associated data, nonce, the same
// number of bytes, the tag. What is missing to 100 % is ours.
//
//   open/…      one record opened in place: by RecordReader out of its own buffer, and by Botan
//   seal/…      one record sealed in place: by RecordWriter in a reserved record, with write()'s one copy,
//   and by Botan
#include "ratios.hpp"

#include "record/reader.hpp"
#include "record/writer.hpp"

#include <benchmark/benchmark.h>
#include <botan/aead.h>

#include <algorithm>
#include <cstdlib>
#include <string>

namespace pavise::bench {
namespace {

using crypto::AeadId;
using crypto::AeadUse;

constexpr std::size_t tag_size = 16;
// Records of one pass under one key: enough that the ciphertext does not sit in the first-level cache before
// it is brought, as it would not when it came from a socket.
constexpr std::size_t records_in_a_pass = 64;

struct Case {
    const char* name;
    const char* botan_name;
    AeadId id;
};
constexpr Case cases[] = {{"AES-128-GCM", "AES-128/GCM", AeadId::aes_128_gcm},
                          {"AES-256-GCM", "AES-256/GCM", AeadId::aes_256_gcm},
                          {"ChaCha20-Poly1305", "ChaCha20Poly1305", AeadId::chacha20_poly1305}};
constexpr std::size_t content_sizes[] = {16384, 1400, 256, 64};

[[noreturn]] void give_up(const char* what) {
    std::fprintf(stderr, "record-bench: %s\n", what);
    std::exit(1);
}
template <class T> T must(Result<T> result) {
    if (!result) give_up(describe(result.error()).c_str());
    return *std::move(result);
}

const ByteVector& key_of(AeadId id) {
    static const ByteVector bytes(crypto::max_aead_key_size, 0x42);
    static ByteVector key;
    key.assign(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(crypto::aead_key_size(id)));
    return key;
}
constexpr std::uint8_t iv[crypto::aead_nonce_size] = {7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7};

record::Key record_key(const Case& of, AeadUse use) {
    return {.id = of.id,
            .aead = must(crypto::botan_provider().aead(of.id, use, key_of(of.id))),
            .iv = FixedSecret<crypto::aead_nonce_size>(Bytes(iv))};
}

// A pass of sealed records, back to back.
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

void report(benchmark::State& state, std::size_t content_size) {
    state.SetBytesProcessed(static_cast<std::int64_t>(static_cast<std::size_t>(state.iterations()) *
                                                      records_in_a_pass * content_size));
}

void open_bare(benchmark::State& state, const Case& of, std::size_t content_size) {
    const ByteVector pass = sealed_pass(of, content_size);
    const std::size_t record_size = pass.size() / records_in_a_pass;
    const auto place = std::make_unique<AlignedRecord>();
    BareAead aead(of, Botan::Cipher_Dir::Decryption);
    Stopwatch watch;
    for (auto _ : state) {
        for (std::size_t i = 0; i < records_in_a_pass; ++i) {
            std::copy_n(pass.data() + i * record_size, record_size, place->record());
            watch.start();
            aead.open(place->record(), content_size + 1, i);
            watch.stop();
        }
        state.SetIterationTime(watch.take_typical_total());
    }
    report(state, content_size);
}

void open_records(benchmark::State& state, const Case& of, std::size_t content_size) {
    const ByteVector pass = sealed_pass(of, content_size);
    const std::size_t record_size = pass.size() / records_in_a_pass;
    record::RecordReader reader;
    Stopwatch watch;
    for (auto _ : state) {
        reader.install(must(record::ReadProtection::tls13(record_key(of, AeadUse::open))));
        for (std::size_t i = 0; i < records_in_a_pass; ++i) {
            // The transport's part, which the bare calls have no counterpart for.
            Bytes arriving = Bytes(pass).subspan(i * record_size, record_size);
            while (!arriving.empty()) arriving = arriving.subspan(reader.feed(arriving));
            watch.start();
            const auto next = reader.next();
            watch.stop();
            if (!next || !*next || (*next)->fragment.size() != content_size) give_up("a record did not open");
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
            aead.seal(place->record(), content_size + 1, number++);
            watch.stop();
        }
        state.SetIterationTime(watch.take_typical_total());
    }
    report(state, content_size);
}

void seal_reserved(benchmark::State& state, const Case& of, std::size_t content_size) {
    record::RecordWriter writer;
    writer.install(must(record::WriteProtection::tls13(record_key(of, AeadUse::seal))));
    Stopwatch watch;
    for (auto _ : state) {
        for (std::size_t i = 0; i < records_in_a_pass; ++i) {
            watch.start();
            const bool reserved = writer.reserve(content_size).size() == content_size;
            const Status sealed = writer.seal_reserved(ContentType::application_data, content_size);
            watch.stop();
            if (!reserved || !sealed) give_up("a reserved record was not sealed");
            writer.consume(writer.pending().size());
        }
        if (writer.records_until_key_update() < records_in_a_pass)
            writer.install(must(record::WriteProtection::tls13(record_key(of, AeadUse::seal))));
        state.SetIterationTime(watch.take_typical_total());
    }
    report(state, content_size);
}

void seal_copied(benchmark::State& state, const Case& of, std::size_t content_size) {
    const ByteVector content(content_size, 0x17);
    record::RecordWriter writer;
    writer.install(must(record::WriteProtection::tls13(record_key(of, AeadUse::seal))));
    Stopwatch watch;
    for (auto _ : state) {
        for (std::size_t i = 0; i < records_in_a_pass; ++i) {
            watch.start();
            const Status written = writer.write(ContentType::application_data, content);
            watch.stop();
            if (!written) give_up("a record was not written");
            writer.consume(writer.pending().size());
        }
        if (writer.records_until_key_update() < records_in_a_pass)
            writer.install(must(record::WriteProtection::tls13(record_key(of, AeadUse::seal))));
        state.SetIterationTime(watch.take_typical_total());
    }
    report(state, content_size);
}

void register_all() {
    struct Subject {
        const char* scenario;
        const char* name;
        void (*run)(benchmark::State&, const Case&, std::size_t);
    };
    constexpr Subject subjects[] = {{"open", "bare", open_bare},
                                    {"open", "reader", open_records},
                                    {"seal", "bare", seal_bare},
                                    {"seal", "reserved", seal_reserved},
                                    {"seal", "copied", seal_copied}};
    for (const Case& of : cases)
        for (const std::size_t size : content_sizes)
            for (const Subject& subject : subjects)
                benchmark::RegisterBenchmark((std::string(subject.scenario) + "/" + of.name + "/" +
                                              std::to_string(size) + "/" + subject.name)
                                                 .c_str(),
                                             subject.run, of, size)
                    ->UseManualTime();
}

} // namespace
} // namespace pavise::bench

int main(int argc, char** argv) {
    pavise::bench::register_all();
    return pavise::bench::run_with_ratios(argc, argv);
}
