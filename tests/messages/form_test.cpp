// What holds for every message and every extension.
#include "forms.hpp"
#include "vectors/hex.hpp"

#include <gtest/gtest.h>

namespace pavise::messages {
namespace {

using vectors::to_hex;

std::optional<AlertDescription> alert_from(Bytes bytes, const Form& form) {
    const auto result = form.rewrite(bytes);
    return result ? std::nullopt : alert_of(result.error());
}

class EveryForm : public ::testing::TestWithParam<Form> {};

TEST_P(EveryForm, is_written_back_to_the_same_bytes) {
    const auto rewritten = GetParam().rewrite(GetParam().sample);
    ASSERT_TRUE(rewritten) << describe(rewritten.error());
    EXPECT_EQ(to_hex(*rewritten), to_hex(GetParam().sample));
}

TEST_P(EveryForm, is_a_decode_error_when_cut_at_any_byte) {
    const Form& form = GetParam();
    std::size_t complete = 0;
    for (std::size_t size = 0; size < form.sample.size(); ++size) {
        // Copied, so that a sanitizer sees a read behind the end.
        const ByteVector prefix(form.sample.begin(), form.sample.begin() + static_cast<std::ptrdiff_t>(size));
        const auto rewritten = form.rewrite(prefix);
        if (rewritten) {
            EXPECT_EQ(*rewritten, prefix);
            ++complete;
        } else {
            EXPECT_EQ(alert_of(rewritten.error()), AlertDescription::decode_error) << size;
        }
    }
    EXPECT_EQ(complete, form.open_ended ? form.sample.size() : form.complete_prefixes);
}

TEST_P(EveryForm, is_a_decode_error_with_a_byte_too_many) {
    const Form& form = GetParam();
    ByteVector longer = form.sample;
    longer.push_back(0);
    // For hellos without extensions the byte is the first half of a block's length.
    if (form.open_ended)
        EXPECT_TRUE(form.rewrite(longer));
    else
        EXPECT_EQ(alert_from(longer, form), AlertDescription::decode_error);
}

TEST_P(EveryForm, is_read_back_as_it_was_written_whatever_it_holds) {
    const Form& form = GetParam();
    for (std::uint32_t seed = 0; seed < 50; ++seed) {
        Generator generator(seed);
        const ByteVector bytes = form.make(generator);
        const auto rewritten = form.rewrite(bytes);
        ASSERT_TRUE(rewritten) << seed << ": " << describe(rewritten.error());
        ASSERT_EQ(*rewritten, bytes) << seed;
    }
}

// A mutation of a valid message, at a byte that the seed chooses: the byte changed, taken out, or doubled.
ByteVector mutated(ByteVector bytes, Generator& generator) {
    if (bytes.empty()) return {generator.value<std::uint8_t>()};
    const auto place = bytes.begin() + static_cast<std::ptrdiff_t>(generator.between(0, bytes.size() - 1));
    switch (generator.between(0, 3)) {
    case 0: *place = static_cast<std::uint8_t>(*place ^ 1u << generator.between(0, 7)); break;
    case 1: *place = generator.value<std::uint8_t>(); break;
    case 2: bytes.erase(place); break;
    default: bytes.insert(place, *place); break;
    }
    return bytes;
}

TEST_P(EveryForm, is_refused_or_kept_as_it_came_after_a_mutation) {
    const Form& form = GetParam();
    for (std::uint32_t seed = 0; seed < 200; ++seed) {
        Generator generator(seed);
        ByteVector bytes = seed % 4 == 0 ? form.sample : form.make(generator);
        for (std::size_t count = generator.between(1, 3); count > 0; --count)
            bytes = mutated(bytes, generator);
        const auto rewritten = form.rewrite(bytes);
        if (rewritten)
            ASSERT_TRUE(form.keeps(bytes, *rewritten)) << seed << ": " << to_hex(bytes);
        else
            ASSERT_TRUE(alert_of(rewritten.error())) << seed << ": " << describe(rewritten.error());
    }
}

INSTANTIATE_TEST_SUITE_P(Messages, EveryForm, ::testing::ValuesIn(all_forms()),
                         [](const auto& instance) { return instance.param.name; });

} // namespace

// GoogleTest prints parameters of failing tests.
void PrintTo(const Form& form, std::ostream* out) {
    *out << form.name;
}

} // namespace pavise::messages
