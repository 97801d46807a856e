// A fuzz target: a name, and what is done with a fuzzer's bytes. All targets live in one program; it runs the
// one that PAVISE_FUZZ_TARGET, or its own file name, names.
#pragma once

#include "shape/tree.hpp"

#include <functional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace pavise::fuzz {

struct Target {
    std::string name;
    std::string what;                // one line, for `--list`
    std::function<void(Bytes)> run;  // ends the process where something is not as it must be
    std::vector<ByteVector> seeds{}; // inputs that get somewhere, besides those of corpus/NAME
    Shape shape{};                   // of its inputs, for mutation part by part; none: plain bytes
    const std::vector<ByteVector>& (*words)() = nullptr; // its dictionary

    // For GoogleTest, which would print the bytes of this struct.
    friend std::ostream& operator<<(std::ostream& out, const Target& target) { return out << target.name; }
};

// By room; each adds its own.
void add_message_targets(std::vector<Target>& targets);
void add_ech_targets(std::vector<Target>& targets);
void add_record_targets(std::vector<Target>& targets);
void add_connection_targets(std::vector<Target>& targets);
void add_script_targets(std::vector<Target>& targets);
void add_quic_targets(std::vector<Target>& targets);
void add_stored_targets(std::vector<Target>& targets);
void add_trust_targets(std::vector<Target>& targets);
void add_key_targets(std::vector<Target>& targets);
void add_facade_targets(std::vector<Target>& targets);
void add_foreign_targets(std::vector<Target>& targets);

const std::vector<Target>& all_targets();
const Target* target_named(std::string_view name);

// Ends the process, saying what did not hold, unless it does: what a fuzzer reports as a finding.
void must_hold(bool invariant, const char* words);

// A fuzzer's bytes, taken from the front; zeros where they are used up.
class Input {
    Bytes rest_;

  public:
    explicit Input(Bytes bytes) noexcept : rest_(bytes) {}
    bool empty() const noexcept { return rest_.empty(); }
    std::uint8_t byte() noexcept {
        if (rest_.empty()) return 0;
        const std::uint8_t first = rest_.front();
        rest_ = rest_.subspan(1);
        return first;
    }
    std::uint16_t word() noexcept {
        const std::uint16_t high = byte();
        return static_cast<std::uint16_t>(high << 8 | byte());
    }
    Bytes take(std::size_t count) noexcept {
        const Bytes front = rest_.first(count < rest_.size() ? count : rest_.size());
        rest_ = rest_.subspan(front.size());
        return front;
    }
    Bytes rest() noexcept { return take(rest_.size()); }
};

} // namespace pavise::fuzz
