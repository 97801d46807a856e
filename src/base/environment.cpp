#include <pavise/environment.hpp>

#include <cerrno>
#include <sys/random.h>

namespace pavise {

Rng::~Rng() = default;
Clock::~Clock() = default;

namespace {

class SystemRng final : public Rng {
  public:
    Status fill(MutableBytes out) noexcept override {
        while (!out.empty()) {
            const ssize_t count = ::getrandom(out.data(), out.size(), 0);
            if (count < 0 && errno == EINTR) continue;
            if (count <= 0) return fail(ErrorCode::random_source_failed, static_cast<std::uint16_t>(errno));
            out = out.subspan(static_cast<std::size_t>(count));
        }
        return {};
    }
};

class SystemClock final : public Clock {
  public:
    Timestamp now() noexcept override {
        return std::chrono::floor<Milliseconds>(std::chrono::system_clock::now());
    }
};

} // namespace

Rng& system_rng() noexcept {
    static SystemRng rng;
    return rng;
}

Clock& system_clock() noexcept {
    static SystemClock clock;
    return clock;
}

} // namespace pavise
