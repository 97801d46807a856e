// Command lines: one table per verb, from which both the parser and `--help` work, so that neither knows an
// option that the other does not.
//
// Long options only: `--name VALUE` or `--name=VALUE`. `--` ends the options. `--help` and `-h` are known
// everywhere.
#pragma once

#include "cli/outcome.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pavise::cli {

enum class Occurs : std::uint8_t { at_most_once, exactly_once, any_number };

struct Option {
    std::string_view name;  // "--cafile"
    std::string_view value; // what it takes, as --help calls it ("FILE"); empty: a switch
    std::string_view help;
    Occurs occurs = Occurs::at_most_once;
};

struct Operand {
    std::string_view name; // "HOST:PORT"
    std::string_view help;
    Occurs occurs = Occurs::exactly_once; // any_number: the last one, once or more
};

struct Usage {
    std::string_view verb;             // "connect"
    std::string_view summary;          // one line, as `pavise --help` lists it
    std::span<const Operand> operands; // all required, in this order
    std::span<const Option> options;
    std::string_view notes; // the end of --help
};

// What was given. Views into the command line. Asking for a name that is not in the table is a mistake of
// ours and ends the program (assert).
class Arguments {
    struct Given {
        const Option* option;
        std::string_view value;
    };
    const Usage* usage_;
    std::vector<Given> given_;
    std::vector<std::string_view> operands_;
    bool help_ = false;

    friend class ArgumentParser;
    explicit Arguments(const Usage& usage) noexcept : usage_(&usage) {}
    const Option& row(std::string_view name) const noexcept;

  public:
    // Errors (usage): an unknown option, a missing or unexpected value, a missing or surplus operand.
    // With --help the rest is not checked.
    static Outcome<Arguments> parse(const Usage& usage, std::span<const char* const> words);

    const Usage& usage() const noexcept { return *usage_; }
    bool help_wanted() const noexcept { return help_; }
    bool has(std::string_view name) const noexcept;
    std::optional<std::string_view> value(std::string_view name) const noexcept;
    std::vector<std::string_view> values(std::string_view name) const;
    // Decimal digits. Errors (usage): names the option and the range.
    Outcome<std::uint64_t> number(std::string_view name, std::uint64_t least, std::uint64_t most,
                                  std::uint64_t otherwise) const;
    std::string_view operand(std::size_t index) const noexcept { return operands_[index]; }
    std::span<const std::string_view> operands() const noexcept { return operands_; }
};

// The text of `pavise VERB --help`.
std::string help_text(const Usage& usage);

} // namespace pavise::cli
