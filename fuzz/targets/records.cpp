// The record reader on bytes that nobody wrote.
#include "dictionary.hpp"
#include "record/reader.hpp"
#include "shape/tls.hpp"
#include "target.hpp"

#include <algorithm>

namespace pavise::fuzz {

namespace {

constexpr std::size_t max_plaintext = 1 << 14; // RFC 8446 §5.1

bool is_record_type(ContentType type) {
    return type == ContentType::change_cipher_spec || type == ContentType::alert ||
           type == ContentType::handshake || type == ContentType::application_data;
}

// Records until more bytes are needed or one is refused; counts the content.
void read_records(record::RecordReader& reader, record::ChangeCipherSpecs policy, std::size_t& content) {
    for (;;) {
        const auto record = reader.next();
        if (!record) {
            const auto again = reader.next();
            must_hold(!again && again.error() == record.error(), "a reader repeats its error");
            return;
        }
        if (!*record) return;
        must_hold(is_record_type((*record)->type), "only types of records come out");
        must_hold(policy == record::ChangeCipherSpecs::accepted ||
                      (*record)->type != ContentType::change_cipher_spec,
                  "what is refused does not come out");
        must_hold((*record)->fragment.size() <= max_plaintext, "no fragment is longer than 2^14");
        must_hold((*record)->provenance == record::Provenance::unprotected, "nothing was protected");
        content += (*record)->fragment.size();
    }
}

// The first byte says in how large pieces the rest comes.
void read_in_pieces(Bytes bytes, record::ChangeCipherSpecs policy) {
    Input input(bytes);
    const std::size_t piece = std::size_t{input.byte()} + 1;
    record::RecordReader reader;
    reader.set_change_cipher_specs(policy);
    std::size_t content = 0;
    std::size_t fed = 0;
    while (!input.empty()) {
        const Bytes next = input.take(piece);
        const std::size_t taken = reader.feed(next);
        fed += taken;
        read_records(reader, policy, content);
        if (taken < next.size()) break;
    }
    must_hold(content <= fed, "no more content than bytes");
}

const ByteVector handshake_record{0x00, 22, 3, 1, 0, 4, 1, 0, 0, 0};
const ByteVector mixed_records{0x02, 20, 3, 3, 0, 1, 1, 21, 3, 3, 0, 2, 1, 0, 23, 3, 3, 0, 1, 0};

} // namespace

void add_record_targets(std::vector<Target>& targets) {
    targets.push_back({"record-reader",
                       "the record reader, cut anywhere, with change_cipher_spec tolerated",
                       [](Bytes bytes) { read_in_pieces(bytes, record::ChangeCipherSpecs::accepted); },
                       {handshake_record, mixed_records},
                       behind(1, records_shape),
                       tls_words});
    targets.push_back({"record-reader-strict",
                       "the record reader where change_cipher_spec is refused",
                       [](Bytes bytes) { read_in_pieces(bytes, record::ChangeCipherSpecs::refused); },
                       {handshake_record, mixed_records},
                       behind(1, records_shape),
                       tls_words});
}

} // namespace pavise::fuzz
