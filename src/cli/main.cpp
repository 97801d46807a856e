#include "cli/verb.hpp"

#include <csignal>

#include <fcntl.h>
#include <unistd.h>

namespace {

// Where standard input, output or error is closed, the next socket or file would take its number: what is
// said would go to the peer or into the file. Nothing is in their place instead.
void fill_standard_descriptors() {
    for (;;) {
        const int fd = ::open("/dev/null", O_RDWR);
        if (fd <= STDERR_FILENO && fd >= 0) continue;
        if (fd >= 0) ::close(fd);
        return;
    }
}

} // namespace

int main(int argc, char** argv) {
    fill_standard_descriptors();
    // A reader that goes away (pavise connect … | head) is an error of a write, not the end of the process.
    std::signal(SIGPIPE, SIG_IGN);
    const std::span<const char* const> words(argv, static_cast<std::size_t>(argc));
    return static_cast<int>(pavise::cli::run_command(words.subspan(argc > 0 ? 1 : 0)));
}
