// What libFuzzer and AFL++ call. `--list` prints the targets, `--write-seeds FOLDER` and `--write-dictionary
// FILE` write what one of them begins with.
#include "dictionary.hpp"
#include "shape/mutator.hpp"
#include "target.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

extern "C" {
int LLVMFuzzerInitialize(int* argc, char*** argv);
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most,
                                    unsigned int seed);
std::size_t LLVMFuzzerCustomCrossOver(const std::uint8_t* one, std::size_t one_size,
                                      const std::uint8_t* other, std::size_t other_size, std::uint8_t* out,
                                      std::size_t most, unsigned int seed);
// Of the profile runtime, where coverage is counted.
__attribute__((weak)) void __llvm_profile_reset_counters(void);
// libFuzzer's own; another driver that never asks for custom mutation has none.
__attribute__((weak)) std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);
}

namespace {

using namespace pavise::fuzz;
using pavise::Bytes;
using pavise::ByteVector;

const Target* chosen = nullptr;

void list_targets() {
    for (const Target& target : all_targets())
        std::printf("%-26s %s\n", target.name.c_str(), target.what.c_str());
}

void write_seeds(const Target& target, const std::filesystem::path& folder) {
    std::filesystem::create_directories(folder);
    std::size_t number = 0;
    for (const ByteVector& seed : target.seeds) {
        std::ofstream file(folder / ("seed-" + std::to_string(number++)), std::ios::binary);
        file << pavise::as_text(seed);
    }
}

void write_dictionary(const Target& target, const std::filesystem::path& path) {
    std::ofstream file(path, std::ios::binary);
    if (target.words != nullptr) file << dictionary_of(target.words());
}

const Target* choose(const char* program) {
    // The environment is read before any thread exists. NOLINTNEXTLINE(concurrency-mt-unsafe)
    if (const char* name = std::getenv("PAVISE_FUZZ_TARGET"); name != nullptr) return target_named(name);
    return target_named(std::filesystem::path(program).filename().string());
}

[[noreturn]] void leave(int status) {
    std::exit(status); // NOLINT(concurrency-mt-unsafe): no thread exists yet
}

void mutate_plainly(ByteVector& bytes, std::size_t most) {
    const std::size_t size = bytes.size();
    bytes.resize(most);
    if (most > 0) bytes.resize(LLVMFuzzerMutate(bytes.data(), size, most));
}

// 0 where the tree does not fit.
std::size_t put(const Node& tree, std::uint8_t* out, std::size_t most) {
    const ByteVector bytes = written(tree);
    if (bytes.empty() || bytes.size() > most) return 0;
    std::ranges::copy(bytes, out);
    return bytes.size();
}

// Of so many mutations one is libFuzzer's own, on plain bytes: no shape foresees everything.
constexpr std::size_t plain_of = 4;

} // namespace

int LLVMFuzzerInitialize(int* argc, char*** argv) {
    if (*argc == 2 && std::string_view((*argv)[1]) == "--list") {
        list_targets();
        leave(0);
    }
    chosen = choose((*argv)[0]);
    if (chosen == nullptr) {
        std::fprintf(stderr, "PAVISE_FUZZ_TARGET names no target; --list prints them\n");
        leave(2);
    }
    const std::string_view option = *argc == 3 ? (*argv)[1] : "";
    if (option == "--write-seeds") write_seeds(*chosen, (*argv)[2]);
    if (option == "--write-dictionary") write_dictionary(*chosen, (*argv)[2]);
    if (option.starts_with("--write-")) leave(0);
    // What is counted is what inputs reach, not what the seeds of all targets took to be made.
    if (__llvm_profile_reset_counters != nullptr) __llvm_profile_reset_counters();
    return 0;
}

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    chosen->run({data, size});
    return 0;
}

std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most,
                                    unsigned int seed) {
    Dice dice(seed);
    if (chosen->shape && dice.roll(plain_of) != 0) {
        if (auto tree = chosen->shape(Bytes(data, size))) {
            mutate(*tree, dice, mutate_plainly);
            if (const std::size_t written = put(*tree, data, most); written != 0) return written;
        }
    }
    return LLVMFuzzerMutate(data, size, most);
}

std::size_t LLVMFuzzerCustomCrossOver(const std::uint8_t* one, std::size_t one_size,
                                      const std::uint8_t* other, std::size_t other_size, std::uint8_t* out,
                                      std::size_t most, unsigned int seed) {
    Dice dice(seed);
    if (chosen->shape) {
        auto tree = chosen->shape(Bytes(one, one_size));
        auto source = chosen->shape(Bytes(other, other_size));
        if (tree && source) {
            cross(*tree, *source, dice);
            return put(*tree, out, most);
        }
    }
    // The beginning of one and the end of the other.
    const std::size_t head = one_size == 0 ? 0 : dice.roll(one_size);
    const std::size_t tail = other_size == 0 ? 0 : dice.roll(other_size);
    const std::size_t kept = std::min(head, most);
    const std::size_t added = std::min(tail, most - kept);
    std::copy_n(one, kept, out);
    std::copy_n(other + (other_size - tail), added, out + kept);
    return kept + added;
}
