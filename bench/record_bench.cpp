// The record layer against the bare Botan calls that it cannot do without: associated data, nonce, the same
// number of bytes, the tag. What is missing to 100 % is ours.
//
//   open/…      one record opened in place: by RecordReader out of its own buffer, and by Botan
//   seal/…      one record sealed in place: by RecordWriter in a reserved record, with write()'s one copy,
//   and by Botan
#include "bare.hpp"

#include "record/reader.hpp"

namespace pavise::bench {
namespace {

using crypto::AeadUse;

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

constexpr std::size_t content_sizes[] = {16384, 1400, 256, 64};
constexpr Subject subjects[] = {{"open", "bare", open_bare},
                                {"open", "reader", open_records},
                                {"seal", "bare", seal_bare},
                                {"seal", "reserved", seal_reserved},
                                {"seal", "copied", seal_copied}};

} // namespace
} // namespace pavise::bench

int main(int argc, char** argv) {
    pavise::bench::register_all(pavise::bench::subjects, pavise::bench::cases, pavise::bench::content_sizes);
    return pavise::bench::run_with_ratios(argc, argv);
}
