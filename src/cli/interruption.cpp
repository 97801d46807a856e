#include "cli/interruption.hpp"

#include <atomic>
#include <cerrno>

#include <fcntl.h>
#include <unistd.h>

namespace pavise::cli {

namespace {

// What a signal handler may use; -1 while there is no Interruption.
std::atomic<int> pipe_to_write{-1};
std::atomic<int> signal_that_came{0};
static_assert(std::atomic<int>::is_always_lock_free); // [support.signal]/3

extern "C" void pavise_note_signal(int signal) {
    const int problem = errno;
    signal_that_came.store(signal, std::memory_order_relaxed);
    const char byte = 0;
    // A pipe that is full has already said it.
    [[maybe_unused]] const ssize_t count = ::write(pipe_to_write.load(std::memory_order_relaxed), &byte, 1);
    errno = problem;
}

} // namespace

Interruption::Interruption() noexcept {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0) return;
    reading_ = net::Descriptor(ends[0]);
    writing_ = net::Descriptor(ends[1]);
    signal_that_came = 0;
    pipe_to_write = writing_.get();
    struct sigaction note{};
    note.sa_handler = pavise_note_signal;
    // Once; and no SA_RESTART, so that a write to a terminal that takes nothing ends too.
    note.sa_flags = static_cast<int>(SA_RESETHAND);
    for (std::size_t i = 0; i < signals.size(); ++i) {
        ::sigaction(signals[i], nullptr, &before_[i]);
        if (before_[i].sa_handler != SIG_IGN) ::sigaction(signals[i], &note, nullptr);
    }
}

Interruption::~Interruption() {
    if (!reading_) return;
    for (std::size_t i = 0; i < signals.size(); ++i) ::sigaction(signals[i], &before_[i], nullptr);
    pipe_to_write = -1;
    if (const int signal = signal_that_came.exchange(0); signal != 0) (void)std::raise(signal);
}

} // namespace pavise::cli
