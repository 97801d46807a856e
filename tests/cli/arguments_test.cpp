#include "cli/arguments.hpp"

#include <gtest/gtest.h>

#include <array>

namespace pavise::cli {
namespace {

constexpr std::array operands{Operand{"WHERE", "a place"}};
constexpr std::array options{
    Option{"--port", "N", "a number", Occurs::exactly_once},
    Option{"--file", "FILE", "a file", Occurs::any_number},
    Option{"--name", "NAME", "a name"},
    Option{"--fast", "", "a switch"},
};
constexpr Usage usage{"try", "tries things", operands, options, "The end."};

Outcome<Arguments> parse(std::vector<const char*> words) {
    return Arguments::parse(usage, words);
}

std::string complaint(std::vector<const char*> words) {
    const auto arguments = parse(std::move(words));
    if (arguments) return "(none)";
    EXPECT_EQ(arguments.problem().status, Exit::usage);
    return arguments.problem().text.substr(0, arguments.problem().text.find('\n'));
}

TEST(Arguments, values_come_as_the_next_word_or_behind_an_equals_sign) {
    auto arguments = parse({"--port", "1", "here", "--file=a", "--fast", "--file", "b=c", "--name="});
    ASSERT_TRUE(arguments);
    EXPECT_EQ(arguments->value("--port"), "1");
    EXPECT_EQ(arguments->values("--file"), (std::vector<std::string_view>{"a", "b=c"}));
    EXPECT_EQ(arguments->value("--name"), "");
    EXPECT_TRUE(arguments->has("--fast"));
    EXPECT_EQ(arguments->operand(0), "here");
}

TEST(Arguments, two_dashes_end_the_options_and_a_value_may_look_like_one) {
    auto arguments = parse({"--port", "--fast", "--", "--name"});
    ASSERT_TRUE(arguments);
    EXPECT_EQ(arguments->value("--port"), "--fast");
    EXPECT_FALSE(arguments->has("--fast"));
    EXPECT_EQ(arguments->operand(0), "--name");
    EXPECT_FALSE(arguments->value("--name"));
}

TEST(Arguments, each_mistake_is_named) {
    EXPECT_EQ(complaint({"--port", "1", "here", "--prot", "2"}), "unknown option '--prot'");
    EXPECT_EQ(complaint({"--port", "1", "here", "-x"}), "unknown option '-x'");
    EXPECT_EQ(complaint({"--port", "1", "--port=2", "here"}), "option '--port' is given twice");
    EXPECT_EQ(complaint({"--fast=yes", "--port=1", "here"}), "option '--fast' takes no value");
    EXPECT_EQ(complaint({"here", "--port"}), "option '--port' wants a value: N");
    EXPECT_EQ(complaint({"here"}), "missing option --port N");
    EXPECT_EQ(complaint({"--port=1"}), "missing WHERE");
    EXPECT_EQ(complaint({"--port=1", "here", "there"}), "unexpected argument 'there'");
}

TEST(Arguments, numbers_are_bounded_and_all_digits) {
    const auto number = [](const char* text) {
        auto arguments = parse({"here", "--port", text});
        auto out = arguments->number("--port", 1, 10, 5);
        return out ? std::to_string(*out) : out.problem().text;
    };
    EXPECT_EQ(number("1"), "1");
    EXPECT_EQ(number("10"), "10");
    for (const char* text : {"0", "11", "", "1x", "-1", "99999999999999999999"})
        EXPECT_EQ(number(text),
                  "option '--port' wants a number from 1 to 10, not '" + std::string(text) + "'");
    auto arguments = parse({"here", "--port=1"});
    ASSERT_TRUE(arguments);
    EXPECT_EQ(*arguments->number("--name", 1, 10, 5), 5u);
}

TEST(Arguments, help_needs_nothing_else_and_shows_the_whole_table) {
    auto arguments = parse({"--help"});
    ASSERT_TRUE(arguments);
    EXPECT_TRUE(arguments->help_wanted());
    EXPECT_EQ(help_text(usage), "usage: pavise try [OPTIONS] WHERE\n"
                                "\n"
                                "tries things\n"
                                "\n"
                                "  WHERE        a place\n"
                                "  --port N     a number (required)\n"
                                "  --file FILE  a file (may be repeated)\n"
                                "  --name NAME  a name\n"
                                "  --fast       a switch\n"
                                "  --help       show this\n"
                                "\n"
                                "The end.\n");
}

} // namespace
} // namespace pavise::cli
