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

Contestant opens(const Case& of, std::size_t content_size) {
    struct State {
        ByteVector records;
        record::RecordReader reader;
    };
    const auto state = std::make_shared<State>(State{sealed_records(of, content_size), {}});
    return {"reader", [state, of, content_size] {
                const std::size_t record_size = state->records.size() / records_in_a_turn;
                state->reader.install(must(record::ReadProtection::tls13(record_key(of, AeadUse::open))));
                std::size_t number = 0;
                return typical_of(records_in_a_turn, [&]() -> Taken {
                    // The transport's part, which the bare calls have no counterpart for.
                    Bytes arriving = Bytes(state->records).subspan(number++ * record_size, record_size);
                    while (!arriving.empty()) arriving = arriving.subspan(state->reader.feed(arriving));
                    bool opened = false;
                    const double taken = seconds_of([&] {
                        const auto next = state->reader.next();
                        opened = next && *next && (*next)->fragment.size() == content_size;
                    });
                    if (!opened) give_up("a record did not open");
                    return {taken};
                });
            }};
}

// `write` is what is measured.
template <class Write> Contestant seals(const char* name, const Case& of, Write write) {
    const auto writer = std::make_shared<record::RecordWriter>();
    return {name, [writer, of, write] {
                writer->install(must(record::WriteProtection::tls13(record_key(of, AeadUse::seal))));
                return typical_of(records_in_a_turn, [&]() -> Taken {
                    bool written = false;
                    const double taken = seconds_of([&] { written = write(*writer); });
                    if (!written) give_up("a record was not sealed");
                    writer->consume(writer->pending().size());
                    return {taken};
                });
            }};
}

Contestant seals_reserved(const Case& of, std::size_t content_size) {
    return seals("reserved", of, [content_size](record::RecordWriter& writer) {
        return writer.reserve(content_size).size() == content_size &&
               writer.seal_reserved(ContentType::application_data, content_size).has_value();
    });
}

Contestant seals_copied(const Case& of, std::size_t content_size) {
    return seals("copied", of, [content = ByteVector(content_size, 0x17)](record::RecordWriter& writer) {
        return writer.write(ContentType::application_data, content).has_value();
    });
}

constexpr std::size_t content_sizes[] = {16384, 1400, 256, 64};

} // namespace
} // namespace pavise::bench

int main(int argc, char** argv) {
    using namespace pavise::bench;
    register_records("open", {opens, opens_bare}, cases, content_sizes);
    register_records("seal", {seals_reserved, seals_copied, seals_bare}, cases, content_sizes);
    return run_side_by_side(argc, argv);
}
