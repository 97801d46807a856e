// The shim: the program that BoringSSL's test runner starts for every test. It connects to the runner, speaks
// TLS through Pavise as its flags say, and reports by its exit code and by the name of the error, between
// colons, on standard error: ":record_overflow:".
#include "exchange.hpp"
#include "expectations.hpp"

#include <cstdio>

#include <unistd.h>

namespace pavise::bogo {

namespace {

// A shim that hangs dies by itself, whatever it hangs in.
constexpr unsigned longest_life_seconds = 120;

// Names the error as the runner's config maps it.
std::string report(Error error) {
    std::string name = ":" + std::string(name_of(error.code)) + ":";
    if (error.code == ErrorCode::alert_received)
        name += std::string(name_of(static_cast<AlertDescription>(error.detail))) + ":";
    return name + " " + describe(error);
}

void run_connection(const Options& options, const Options& retry, Turn turn, World& world) {
    Link link(options, retry, world);
    try {
        exchange(options, retry, turn, world, link);
    } catch (const TlsFailure& failure) {
        link.leave();
        const Negotiated& negotiated = link.connection().negotiated();
        const bool retried = negotiated.early_data == EarlyDataStatus::rejected;
        if (failure.error().code == ErrorCode::ech_rejected)
            check_ech_rejection(retried ? retry : options, negotiated);
        throw;
    } catch (...) {
        link.leave();
        throw;
    }
    link.leave();
}

void run(const CommandLine& line) {
    if (line.initial.is_handshaker_supported) {
        std::puts("No");
        return;
    }
    World world;
    for (unsigned i = 0; i <= line.initial.resume_count; ++i) {
        const Turn turn = i == 0 ? Turn::first : Turn::resumption;
        const Options& options = turn == Turn::first ? line.initial : line.resume;
        if (turn == Turn::resumption && !options.server && !world.session)
            throw Stop(ExitCode::failure, "there is no session to offer");
        change_ticket_keys(options, turn, world);
        run_connection(options, line.retry, turn, world);
        world.clock.advance(std::chrono::seconds(options.resumption_delay));
    }
}

ExitCode guarded_run(const std::vector<std::string>& arguments) {
    std::string text;
    ExitCode code = ExitCode::failure;
    try {
        run(parse_command_line(arguments));
        return ExitCode::success;
    } catch (const TlsFailure& failure) {
        text = report(failure.error());
    } catch (const Stop& stop) {
        text = stop.what();
        code = stop.code();
    } catch (const std::exception& unforeseen) {
        text = unforeseen.what();
        code = ExitCode::must_fail;
    }
    std::fprintf(stderr, "%s\n", text.c_str());
    return code;
}

} // namespace

} // namespace pavise::bogo

int main(int count, char** arguments) {
    alarm(pavise::bogo::longest_life_seconds);
    return static_cast<int>(pavise::bogo::guarded_run({arguments + 1, arguments + count}));
}
