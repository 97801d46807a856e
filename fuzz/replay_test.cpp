// Every target on its seeds and on the inputs that are kept of it: what was found once stays found.
#include "target.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

namespace pavise::fuzz {
namespace {

const std::filesystem::path corpus = PAVISE_FUZZ_CORPUS;

ByteVector contents_of(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// TARGET.pack: each input behind its length in four bytes (tools/fuzz.py).
std::vector<ByteVector> inputs_of(const std::string& target) {
    const ByteVector pack = contents_of(corpus / (target + ".pack"));
    std::vector<ByteVector> inputs;
    for (Input rest(pack); !rest.empty();) {
        const std::size_t high = rest.word();
        const std::size_t length = high << 16 | rest.word();
        const Bytes one = rest.take(length);
        EXPECT_EQ(one.size(), length) << "the pack of " << target << " is cut off";
        inputs.emplace_back(one.begin(), one.end());
    }
    return inputs;
}

class Replay : public ::testing::TestWithParam<Target> {};

TEST_P(Replay, corpus_and_seeds) {
    GetParam().run({});
    for (const ByteVector& seed : GetParam().seeds) GetParam().run(seed);
    const auto inputs = inputs_of(GetParam().name);
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        SCOPED_TRACE(i);
        GetParam().run(inputs[i]);
    }
    EXPECT_FALSE(GetParam().seeds.empty() && inputs.empty()) << "nothing to begin from";
}

std::string test_name(const ::testing::TestParamInfo<Target>& target) {
    std::string name = target.param.name;
    std::ranges::replace_if(
        name, [](char c) { return std::isalnum(static_cast<unsigned char>(c)) == 0; }, '_');
    return name;
}

INSTANTIATE_TEST_SUITE_P(Fuzz, Replay, ::testing::ValuesIn(all_targets()), test_name);

TEST(FuzzTargets, have_names_of_their_own) {
    std::set<std::string> names;
    for (const Target& target : all_targets()) EXPECT_TRUE(names.insert(target.name).second) << target.name;
    EXPECT_GE(names.size(), 25u);
}

// A pack whose target is gone is replayed by nobody. Those of the differential have one where a foreign
// library is.
TEST(FuzzTargets, own_every_pack_of_the_corpus) {
    std::uintmax_t size = 0;
    for (const auto& entry : std::filesystem::directory_iterator(corpus)) {
        if (entry.path().extension() != ".pack") continue;
        const std::string name = entry.path().stem().string();
        EXPECT_TRUE(name.starts_with("foreign-") || target_named(name) != nullptr) << entry.path();
        size += entry.file_size();
    }
    EXPECT_LE(size, std::uintmax_t{3} << 20) << "all corpora together stay within 3 MiB";
}

} // namespace
} // namespace pavise::fuzz
