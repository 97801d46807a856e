// Files of pre-shared keys, of ticket keys and of Diffie-Hellman parameters.
#include "base/der.hpp"
#include "base/pem.hpp"
#include "cli/config_options.hpp"
#include "cli/files.hpp"
#include "cli/ticket_key_file.hpp"
#include "schedule/ticket_keys.hpp"

#include <algorithm>
#include <set>
#include <tuple>

namespace pavise::cli {

namespace {

std::optional<std::uint8_t> hex_digit(char c) {
    if (c >= '0' && c <= '9') return static_cast<std::uint8_t>(c - '0');
    if (c >= 'a' && c <= 'f') return static_cast<std::uint8_t>(c - 'a' + 10);
    if (c >= 'A' && c <= 'F') return static_cast<std::uint8_t>(c - 'A' + 10);
    return std::nullopt;
}

std::optional<ByteVector> bytes_of_hex(std::string_view text) {
    if (text.size() % 2 != 0) return std::nullopt;
    ByteVector bytes;
    for (std::size_t i = 0; i < text.size(); i += 2) {
        const auto high = hex_digit(text[i]);
        const auto low = hex_digit(text[i + 1]);
        if (!high || !low) return std::nullopt;
        bytes.push_back(static_cast<std::uint8_t>(*high << 4 | *low));
    }
    return bytes;
}

// A file of lines, of which empty ones and those that begin with '#' say nothing. `take` is given each of the
// others and its number, and returns what is wrong with it.
template <class Take> std::optional<Problem> take_lines(std::string_view text, const Take& take) {
    for (std::size_t number = 1; !text.empty(); ++number) {
        const std::size_t end = text.find('\n');
        std::string_view line = text.substr(0, end);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
        if (line.empty() || line.front() == '#') continue;
        if (std::optional<Problem> problem = take(line, number)) return problem;
    }
    return std::nullopt;
}

std::string place(std::string_view path, std::size_t line) {
    return std::string(path) + ": line " + std::to_string(line);
}

// IDENTITY:KEY; an identity may have colons of its own.
std::optional<ExternalPsk> psk_of_line(std::string_view line) {
    const std::size_t colon = line.rfind(':');
    if (colon == std::string_view::npos || colon == 0) return std::nullopt;
    auto key = bytes_of_hex(line.substr(colon + 1));
    if (!key || key->empty()) return std::nullopt;
    const Bytes identity = as_bytes(line.substr(0, colon));
    return ExternalPsk{ByteVector(identity.begin(), identity.end()), *std::move(key)};
}

// What goes with a key, behind it: hash=NAME, context=HEX.
struct PskWords {
    std::optional<std::string_view> hash;
    std::optional<std::string_view> context;
};

// Takes the words off the end of a line: what is before them is the key's, whose identity may have spaces.
PskWords take_psk_words(std::string_view& line) {
    constexpr std::string_view hash = "hash=";
    constexpr std::string_view context = "context=";
    PskWords words;
    while (true) {
        const std::size_t space = line.rfind(' ');
        if (space == std::string_view::npos) return words;
        const std::string_view word = line.substr(space + 1);
        if (word.starts_with(hash) && !words.hash)
            words.hash = word.substr(hash.size());
        else if (word.starts_with(context) && !words.context)
            words.context = word.substr(context.size());
        else if (!word.empty())
            return words;
        line = line.substr(0, space);
    }
}

// What no handshake could use, said where its place is known.
std::optional<std::string> excess_of(const ExternalPsk& psk) {
    // opaque identity<1..2^16-1> (RFC 8446 §4.2.11), and opaque psk<0..2^16-1> of TLS 1.2 (RFC 4279 §2)
    constexpr std::size_t longest = 65535;
    // An ImportedIdentity is an identity itself: two length fields, two numbers (RFC 9258 §3.1).
    constexpr std::size_t frame = 8;
    if (psk.key.size() > longest) return "the key is longer than " + std::to_string(longest) + " bytes";
    const std::size_t around = psk.kind == ExternalPsk::Kind::imported ? frame : 0;
    if (psk.identity.size() + psk.context.size() + around <= longest) return std::nullopt;
    return std::string(around == 0 ? "the identity is" : "identity and context are together") +
           " longer than " + std::to_string(longest - around) + " bytes";
}

Outcome<ExternalPsk> psk_from(std::string_view line, ExternalPsk::Kind kind, const std::string& where) {
    const PskWords words = take_psk_words(line);
    auto psk = psk_of_line(line);
    if (!psk) return misuse(where + " is not IDENTITY:KEY, with the key in hexadecimal");
    psk->kind = kind;
    if (words.hash) {
        if (*words.hash != "sha256" && *words.hash != "sha384")
            return misuse(where + ": hash= wants sha256 or sha384");
        if (*words.hash == "sha384") psk->suite_hash = CipherSuite::TLS_AES_256_GCM_SHA384;
    }
    if (words.context) {
        auto context = bytes_of_hex(*words.context);
        if (!context) return misuse(where + ": context= wants hexadecimal digits");
        if (kind != ExternalPsk::Kind::imported)
            return misuse(where + ": a context is for keys that are imported: --imported-psk");
        psk->context = *std::move(context);
    }
    if (const auto excess = excess_of(*psk)) return misuse(where + ": " + *excess);
    return *std::move(psk);
}

// What the peer tells keys apart by: of an imported one the identity and the context (RFC 9258 §3.1), of a
// plain one the identity, among those of its hash.
using PskName = std::tuple<ByteVector, ByteVector, CipherSuite>;

PskName name_of(const ExternalPsk& psk) {
    const bool imported = psk.kind == ExternalPsk::Kind::imported;
    return {psk.identity, psk.context, imported ? CipherSuite{} : psk.suite_hash};
}

std::optional<Problem> add_psks(std::string_view path, ExternalPsk::Kind kind,
                                std::vector<ExternalPsk>& psks) {
    auto file = read_secret_file(path);
    if (!file) return file.problem();
    const std::size_t before = psks.size();
    std::set<PskName> names;
    auto problem = take_lines(as_text(file->view()),
                              [&](std::string_view line, std::size_t number) -> std::optional<Problem> {
                                  auto psk = psk_from(line, kind, place(path, number));
                                  if (!psk) return psk.problem();
                                  if (!names.insert(name_of(*psk)).second)
                                      return misuse(place(path, number) + ": another key has this name");
                                  psks.push_back(*std::move(psk));
                                  return std::nullopt;
                              });
    if (problem) return problem;
    if (psks.size() == before) return misuse(std::string(path) + ": there is no key in it");
    return std::nullopt;
}

// NAME:SECRET, in hexadecimal.
std::optional<TicketKeys::Key> ticket_key_of_line(std::string_view line) {
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    const auto name = bytes_of_hex(line.substr(0, colon));
    auto secret = bytes_of_hex(line.substr(colon + 1));
    if (!name || name->size() != TicketKeys::name_size || !secret ||
        secret->size() != TicketKeys::secret_size)
        return std::nullopt;
    TicketKeys::Key key{};
    std::ranges::copy(*name, key.name.begin());
    std::ranges::copy(*secret, key.secret.begin());
    secure_wipe(*secret);
    return key;
}

// Wiped at the end.
struct TicketKeyList {
    std::vector<TicketKeys::Key> keys;

    TicketKeyList() { keys.reserve(schedule::max_ticket_keys); } // none is left behind when it grows
    TicketKeyList(const TicketKeyList&) = delete;
    TicketKeyList& operator=(const TicketKeyList&) = delete;
    ~TicketKeyList() {
        for (TicketKeys::Key& key : keys) secure_wipe(key.secret);
    }
};

std::optional<Problem> add_ticket_key(std::string_view line, const std::string& where, TicketKeyList& list) {
    auto key = ticket_key_of_line(line);
    if (!key)
        return misuse(where + " is not NAME:SECRET, 32 hexadecimal digits and 64\nto make one: "
                              "echo $(openssl rand -hex 16):$(openssl rand -hex 32)");
    if (std::ranges::all_of(key->secret, [](std::uint8_t byte) { return byte == 0; }))
        return misuse(where + ": a secret of zeros is none");
    if (std::ranges::find(list.keys, key->name, &TicketKeys::Key::name) != list.keys.end())
        return misuse(where + ": another key has this name");
    if (list.keys.size() == schedule::max_ticket_keys)
        return misuse(where + ": there are more than " + std::to_string(schedule::max_ticket_keys) + " keys");
    list.keys.push_back(*key);
    secure_wipe(key->secret);
    return std::nullopt;
}

// Without the zero that keeps a DER INTEGER positive.
ByteVector magnitude(Bytes integer) {
    const auto first = std::ranges::find_if(integer, [](std::uint8_t byte) { return byte != 0; });
    return {first, integer.end()};
}

// PKCS #3: DHParameter ::= SEQUENCE { prime INTEGER, base INTEGER, privateValueLength INTEGER OPTIONAL }
Result<DhParameters> read_dh_parameters(Bytes contents) {
    der::Reader outer(contents);
    PAVISE_LET(der::Reader parameters, outer.sequence());
    PAVISE_TRY(outer.finish());
    PAVISE_LET(const Bytes prime, parameters.integer());
    PAVISE_LET(const Bytes base, parameters.integer());
    PAVISE_TRY(parameters.optional(der::Tag::integer));
    PAVISE_TRY(parameters.finish());
    return DhParameters{magnitude(prime), magnitude(base)};
}

// Their encoding; nothing where a file of PEM blocks has none.
Result<std::optional<ByteVector>> dh_parameters_in(Bytes file) {
    if (!looks_like_pem(file)) return std::optional<ByteVector>({file.begin(), file.end()});
    PAVISE_LET(const std::vector<PemBlock> blocks, read_pem(as_text(file)));
    const auto block = std::ranges::find(blocks, "DH PARAMETERS", &PemBlock::label);
    if (block == blocks.end()) return std::optional<ByteVector>();
    const Bytes contents = block->contents.view();
    return std::optional<ByteVector>({contents.begin(), contents.end()});
}

} // namespace

Outcome<ExternalPsk> plain_psk_from(std::string_view line, const std::string& where) {
    return psk_from(line, ExternalPsk::Kind::plain, where);
}

Outcome<std::vector<ExternalPsk>> psks_from(const Arguments& arguments) {
    std::vector<ExternalPsk> psks;
    for (const auto& [option, kind] : {std::pair{option_psk.name, ExternalPsk::Kind::plain},
                                       {option_imported_psk.name, ExternalPsk::Kind::imported}})
        if (const auto path = arguments.value(option))
            if (auto problem = add_psks(*path, kind, psks)) return *std::move(problem);
    return psks;
}

Outcome<std::size_t> read_ticket_keys(std::string_view path, TicketKeys& keys, Timestamp now) {
    auto file = read_secret_file(path);
    if (!file) return file.problem();
    TicketKeyList list;
    auto problem = take_lines(as_text(file->view()), [&](std::string_view line, std::size_t number) {
        return add_ticket_key(line, place(path, number), list);
    });
    if (problem) return *std::move(problem);
    if (list.keys.empty()) return misuse(std::string(path) + ": there is no key in it");
    const Status set = keys.set(list.keys, now);
    if (!set) return misuse(std::string(path) + ": " + describe(set.error()));
    return list.keys.size();
}

Outcome<DhParameters> dh_parameters_from_file(std::string_view path) {
    auto file = read_file(path);
    if (!file) return file.problem();
    const std::string complaint = std::string(path) + ": no Diffie-Hellman parameters: ";
    const auto encoding = dh_parameters_in(file->view());
    if (!encoding) return misuse(complaint + describe(encoding.error()));
    if (!*encoding)
        return misuse(complaint + "there is no block 'DH PARAMETERS' in it\nto make one: "
                                  "openssl genpkey -genparam -algorithm DH -pkeyopt group:ffdhe2048");
    auto parameters = read_dh_parameters(**encoding);
    if (!parameters) return misuse(complaint + describe(parameters.error()));
    return *std::move(parameters);
}

} // namespace pavise::cli
