#include "conform/socket_link.hpp"

#include "net/failure.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <system_error>
#include <thread>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>

extern "C" char** environ; // NOLINT(readability-redundant-declaration): POSIX has it declared by the program

namespace pavise::conform {

namespace {

using SteadyClock = std::chrono::steady_clock;

// Records of the largest size come in one piece.
constexpr std::size_t read_size = 1u << 16;
constexpr Milliseconds time_to_start{10000};
// A program that was told to end and does not is ended.
constexpr Milliseconds time_to_end{2000};
// A program that has ended may have left another one behind that connects.
constexpr Milliseconds time_after_the_end{300};
constexpr Milliseconds between_looks{20};
// A connection lives for so many times the patience; a check waits for a handful of things.
constexpr int longest_connection = 30;

void keep_pace(SteadyClock::time_point& next, const Pace& pace) {
    if (pace.connections_per_second <= 0) return;
    std::this_thread::sleep_until(next);
    next = SteadyClock::now() + std::chrono::duration_cast<SteadyClock::duration>(
                                    std::chrono::duration<double>(1 / pace.connections_per_second));
}

std::string replaced(std::string text, std::string_view what, std::string_view by) {
    for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
        text.replace(at, what.size(), by);
    return text;
}

// What a program finds on its standard input, which stays open: one that relays it has something to say, and
// does not leave before we do.
constexpr std::string_view spoken_to = "GET / HTTP/1.0\r\n\r\n";

// The client that is running, which whoever ends us by a signal ends too.
std::atomic<pid_t> running{-1};
static_assert(std::atomic<pid_t>::is_always_lock_free); // [support.signal]/3
constexpr std::array ending_signals{SIGINT, SIGTERM, SIGHUP};

extern "C" void pavise_end_client_too(int signal) {
    if (const pid_t pid = running.load(std::memory_order_relaxed); pid > 0) ::kill(pid, SIGTERM);
    (void)std::raise(signal); // whose effect is the usual one by now
}

// For as long as the process lives: where no client is running the effect is the usual one.
bool take_ending_signals() noexcept {
    struct sigaction act{};
    act.sa_handler = pavise_end_client_too;
    act.sa_flags = static_cast<int>(SA_RESETHAND);
    for (const int signal : ending_signals) {
        struct sigaction before{};
        ::sigaction(signal, nullptr, &before);
        if (before.sa_handler == SIG_DFL) ::sigaction(signal, &act, nullptr);
    }
    return true;
}

} // namespace

// A child process with its output and errors at /dev/null.
class Child {
    pid_t pid_ = -1;
    net::Descriptor input_;
    int error_ = 0;             // why it could not be started
    std::optional<int> status_; // of one that has ended

    // No signal ends us between the start of the client and our knowing its number.
    void start(const std::vector<char*>& arguments, const posix_spawn_file_actions_t& actions) {
        sigset_t held;
        sigset_t usual;
        sigemptyset(&held);
        for (const int signal : ending_signals) sigaddset(&held, signal);
        ::pthread_sigmask(SIG_BLOCK, &held, &usual);
        posix_spawnattr_t attributes;
        posix_spawnattr_init(&attributes);
        posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
        posix_spawnattr_setsigmask(&attributes, &usual);
        error_ = posix_spawnp(&pid_, arguments[0], &actions, &attributes, arguments.data(), environ);
        if (error_ != 0) pid_ = -1;
        posix_spawnattr_destroy(&attributes);
        running = pid_;
        ::pthread_sigmask(SIG_SETMASK, &usual, nullptr);
    }
    // Its number may be another's by now.
    void forget() noexcept {
        pid_t ours = pid_;
        running.compare_exchange_strong(ours, -1);
    }

  public:
    explicit Child(const std::vector<std::string>& words) {
        [[maybe_unused]] static const bool taken = take_ending_signals();
        std::array<int, 2> ends{-1, -1};
        if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
            error_ = errno;
            return;
        }
        const net::Descriptor reading(ends[0]);
        input_ = net::Descriptor(ends[1]);
        if (::write(input_.get(), spoken_to.data(), spoken_to.size()) < 0) return;
        std::vector<char*> arguments;
        // posix_spawnp takes them as not const, and does not change them.
        for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
        arguments.push_back(nullptr);
        posix_spawn_file_actions_t actions;
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_adddup2(&actions, reading.get(), 0);
        posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
        start(arguments, actions);
        posix_spawn_file_actions_destroy(&actions);
    }
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;
    ~Child() {
        if (pid_ < 0 || has_ended()) return;
        ::kill(pid_, SIGTERM);
        const auto end = net::Deadline::after(time_to_end);
        while (!has_ended()) {
            if (end.passed()) {
                ::kill(pid_, SIGKILL);
                ::waitpid(pid_, nullptr, 0);
                forget();
                return;
            }
            std::this_thread::sleep_for(Milliseconds(1));
        }
    }
    bool started() const { return pid_ >= 0; }
    bool has_ended() {
        int status = 0;
        if (!status_ && ::waitpid(pid_, &status, WNOHANG) == pid_) {
            status_ = status;
            forget();
        }
        return status_.has_value();
    }
    // What is wrong with it, in words.
    std::string complaint() const {
        if (!started()) return "cannot be started: " + std::generic_category().message(error_);
        if (!status_)
            return "did not connect within " + std::to_string(time_to_start.count() / 1000) + " seconds";
        if (WIFSIGNALED(*status_))
            return "ended by signal " + std::to_string(WTERMSIG(*status_)) + " before it connected";
        return "ended with status " + std::to_string(WEXITSTATUS(*status_)) + " before it connected";
    }
};

namespace {

class ClientLink final : public SocketLink {
    std::unique_ptr<Child> child_;

  public:
    ClientLink(net::Socket socket, Milliseconds patience, std::unique_ptr<Child> child) :
        SocketLink(std::move(socket), patience),
        child_(std::move(child)) {}
    // The client waits for our end before it comes to its own; then ~Child() waits for it.
    ~ClientLink() override { end(); }
    ClientLink(const ClientLink&) = delete;
    ClientLink& operator=(const ClientLink&) = delete;
};

} // namespace

SocketLink::SocketLink(net::Socket socket, Milliseconds patience) :
    socket_(std::move(socket)),
    patience_(patience),
    end_(net::Deadline::after(patience * longest_connection)) {}

void SocketLink::send(Bytes bytes) {
    // An other side that has ended the connection takes nothing more; what it said last can still be read.
    if (!bytes.empty()) (void)socket_.write_all(bytes, net::Deadline::after(patience_));
}

ByteVector SocketLink::receive() {
    ByteVector bytes(read_size);
    if (over_) return {};
    const auto count = socket_.read(bytes, std::min(end_, net::Deadline::after(patience_)));
    bytes.resize(count ? *count : 0);
    over_ = count ? *count == 0 : count.error().code != ErrorCode::deadline_passed;
    return bytes;
}

std::unique_ptr<peer::Link> ServerTarget::open() {
    keep_pace(next_, pace_);
    auto socket = net::connect_to_any(addresses_, net::Deadline::after(time_to_start));
    if (!socket) {
        complaint_ = net::explain(socket.error(), addresses_.empty() ? "" : net::to_text(addresses_.front()));
        return nullptr;
    }
    return std::make_unique<SocketLink>(*std::move(socket), pace_.patience);
}

ClientTarget::ClientTarget(net::Listener listener, std::vector<std::string> command, std::string_view ca_file,
                           const Pace& pace) :
    listener_(std::move(listener)),
    words_(std::move(command)),
    pace_(pace) {
    for (std::string& word : words_) {
        word = replaced(std::move(word), "{port}", std::to_string(listener_.address().port()));
        word = replaced(std::move(word), "{cafile}", ca_file);
    }
}

std::unique_ptr<peer::Link> ClientTarget::open() {
    keep_pace(next_, pace_);
    auto child = std::make_unique<Child>(words_);
    Result<std::optional<net::Accepted>> accepted = std::optional<net::Accepted>();
    if (child->started()) accepted = await(*child);
    if (!accepted || !*accepted) {
        complaint_ = accepted ? words_.front() + " " + child->complaint()
                              : net::explain(accepted.error(), words_.front());
        return nullptr;
    }
    return std::make_unique<ClientLink>(std::move((*accepted)->socket), pace_.patience, std::move(child));
}

Result<std::optional<net::Accepted>> ClientTarget::await(Child& child) {
    const auto end = net::Deadline::after(time_to_start);
    std::optional<net::Deadline> after_the_end;
    for (;;) {
        auto accepted = listener_.accept(net::Deadline::after(between_looks));
        if (accepted) return std::optional(*std::move(accepted));
        if (accepted.error().code != ErrorCode::deadline_passed) return Unexpected{accepted.error()};
        if (!after_the_end && child.has_ended()) after_the_end = net::Deadline::after(time_after_the_end);
        if (end.passed() || (after_the_end && after_the_end->passed())) return std::nullopt;
    }
}

} // namespace pavise::conform
