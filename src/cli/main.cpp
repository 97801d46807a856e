#include "cli/verb.hpp"

#include <csignal>

int main(int argc, char** argv) {
    // A reader that goes away (pavise connect … | head) is an error of a write, not the end of the process.
    std::signal(SIGPIPE, SIG_IGN);
    const std::span<const char* const> words(argv, static_cast<std::size_t>(argc));
    return static_cast<int>(pavise::cli::run_command(words.subspan(argc > 0 ? 1 : 0)));
}
