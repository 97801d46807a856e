// What libFuzzer and AFL++ call. `--list` prints the targets; `--write-seeds FOLDER` writes those of one
// target as files.
#include "target.hpp"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace {

using pavise::fuzz::Target;

const Target* chosen = nullptr;

void list_targets() {
    for (const Target& target : pavise::fuzz::all_targets())
        std::printf("%-38s %s\n", target.name.c_str(), target.what.c_str());
}

void write_seeds(const Target& target, const std::filesystem::path& folder) {
    std::filesystem::create_directories(folder);
    std::size_t number = 0;
    for (const pavise::ByteVector& seed : target.seeds) {
        std::ofstream file(folder / ("seed-" + std::to_string(number++)), std::ios::binary);
        file << pavise::as_text(seed);
    }
}

const Target* choose(const char* program) {
    // The environment is read before any thread exists. NOLINTNEXTLINE(concurrency-mt-unsafe)
    if (const char* name = std::getenv("PAVISE_FUZZ_TARGET"); name != nullptr)
        return pavise::fuzz::target_named(name);
    return pavise::fuzz::target_named(std::filesystem::path(program).filename().string());
}

} // namespace

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
    if (*argc == 2 && std::string_view((*argv)[1]) == "--list") {
        list_targets();
        std::exit(0); // NOLINT(concurrency-mt-unsafe): no thread exists yet
    }
    chosen = choose((*argv)[0]);
    if (chosen == nullptr) {
        std::fprintf(stderr, "PAVISE_FUZZ_TARGET names no target; --list prints them\n");
        std::exit(2); // NOLINT(concurrency-mt-unsafe): no thread exists yet
    }
    if (*argc == 3 && std::string_view((*argv)[1]) == "--write-seeds") {
        write_seeds(*chosen, (*argv)[2]);
        std::exit(0); // NOLINT(concurrency-mt-unsafe): no thread exists yet
    }
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    chosen->run({data, size});
    return 0;
}
