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

std::vector<std::filesystem::path> inputs_of(const std::string& target) {
    std::vector<std::filesystem::path> files;
    if (!std::filesystem::is_directory(corpus / target)) return files;
    for (const auto& entry : std::filesystem::directory_iterator(corpus / target))
        files.push_back(entry.path());
    std::ranges::sort(files);
    return files;
}

class Replay : public ::testing::TestWithParam<Target> {};

TEST_P(Replay, corpus_and_seeds) {
    GetParam().run({});
    for (const ByteVector& seed : GetParam().seeds) GetParam().run(seed);
    const auto files = inputs_of(GetParam().name);
    for (const auto& file : files) {
        SCOPED_TRACE(file.string());
        GetParam().run(contents_of(file));
    }
    EXPECT_FALSE(GetParam().seeds.empty() && files.empty()) << "nothing to begin from";
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

TEST(FuzzTargets, own_every_folder_of_the_corpus) {
    for (const auto& entry : std::filesystem::directory_iterator(corpus)) {
        if (!entry.is_directory()) continue;
        EXPECT_NE(target_named(entry.path().filename().string()), nullptr) << entry.path();
    }
}

} // namespace
} // namespace pavise::fuzz
