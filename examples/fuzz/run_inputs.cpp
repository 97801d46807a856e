// Runs a fuzz target without a fuzzer: on the files that are named, or on a few inputs of its own.
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

void run(const std::string& input) {
    const std::vector<std::uint8_t> bytes(input.begin(), input.end());
    LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
}

} // namespace

int main(int argc, char** argv) {
    int count = 0;
    for (int i = 1; i < argc; ++i, ++count) {
        std::ifstream file(argv[i], std::ios::binary);
        run({std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()});
    }
    if (argc == 1)
        for (const char* input :
             {"", "\x10put 3\nabcget\nquit\n", "\x01put 5000\n", "\x02get\nput 12\nhello world\nget\n"}) {
            run(input);
            ++count;
        }
    std::printf("%d passed, 0 failed\n", count);
    return 0;
}
