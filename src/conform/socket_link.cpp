#include "conform/socket_link.hpp"

#include "net/failure.hpp"

#include <array>
#include <cerrno>
#include <csignal>
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

// A child process with its output and errors at /dev/null.
class Child {
    pid_t pid_ = -1;
    net::Descriptor input_;

  public:
    explicit Child(const std::vector<std::string>& words) {
        std::array<int, 2> ends{-1, -1};
        if (::pipe2(ends.data(), O_CLOEXEC) != 0) return;
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
        if (posix_spawnp(&pid_, arguments[0], &actions, nullptr, arguments.data(), environ) != 0) pid_ = -1;
        posix_spawn_file_actions_destroy(&actions);
    }
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;
    ~Child() {
        if (pid_ < 0) return;
        ::kill(pid_, SIGTERM);
        const auto end = SteadyClock::now() + time_to_end;
        while (::waitpid(pid_, nullptr, WNOHANG) == 0) {
            if (SteadyClock::now() > end) {
                ::kill(pid_, SIGKILL);
                ::waitpid(pid_, nullptr, 0);
                return;
            }
            std::this_thread::sleep_for(Milliseconds(1));
        }
    }
    bool started() const { return pid_ >= 0; }
};

class ClientLink final : public SocketLink {
    std::unique_ptr<Child> child_;

  public:
    ClientLink(net::Socket socket, Milliseconds patience, std::unique_ptr<Child> child) :
        SocketLink(std::move(socket), patience),
        child_(std::move(child)) {}
};

} // namespace

void SocketLink::send(Bytes bytes) {
    // An other side that has ended the connection takes nothing more; what it said last can still be read.
    if (!bytes.empty()) (void)socket_.write_all(bytes, net::Deadline::after(patience_));
}

ByteVector SocketLink::receive() {
    ByteVector bytes(read_size);
    if (over_) return {};
    const auto count = socket_.read(bytes, net::Deadline::after(patience_));
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
    if (!child->started()) {
        complaint_ = words_.front() + " cannot be started";
        return nullptr;
    }
    auto accepted = listener_.accept(net::Deadline::after(time_to_start));
    if (!accepted) {
        complaint_ = net::explain(accepted.error(), words_.front());
        return nullptr;
    }
    return std::make_unique<ClientLink>(std::move(accepted->socket), pace_.patience, std::move(child));
}

} // namespace pavise::conform
