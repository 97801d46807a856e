// Mutations: legal handshakes and sessions of which a few messages or records are changed at random,
// reproducibly. The other side has to end the connection or go on waiting, and to serve the next one as if
// nothing had been.
#pragma once

#include "conform/trial.hpp"

#include <cstdint>
#include <functional>

namespace pavise::conform {

enum class MutationKind : std::uint8_t { flip, set, cut, extend, repeat, drop, length };

// One change: of a handshake message before it is protected, or of bytes as they go out.
struct Mutation {
    enum class Layer : std::uint8_t { message, wire };
    Layer layer = Layer::message;
    std::size_t unit = 0; // which message, or which write
    MutationKind kind = MutationKind::flip;
    std::uint32_t place = 0;
    std::uint8_t value = 1;

    std::string describe() const;
};

struct MutationFinding {
    std::uint64_t run = 0;           // 0 to N - 1
    std::vector<Mutation> mutations; // as few as show it
    std::string what;
    std::vector<std::string> journal;
};

struct MutationReport {
    std::uint64_t runs = 0;
    std::uint64_t ended = 0;    // connections that the other side ended
    std::uint64_t waiting = 0;  // that it left open, waiting for more
    std::uint64_t accepted = 0; // that worked: what was changed did not matter
    std::vector<MutationFinding> findings;
};

struct MutationPlan {
    std::uint64_t runs = 0;
    std::uint64_t seed = 0;
    Role role = Role::server; // of the other side
};

// What run `run` of a seed changes.
std::vector<Mutation> mutations_of(std::uint64_t seed, std::uint64_t run);

// Precondition: setting.profile was explored. `on_run` is called after each run.
MutationReport run_mutations(Setting& setting, const MutationPlan& plan,
                             const std::function<void(const MutationReport&)>& on_run);
std::string text_report(const MutationReport& report, const MutationPlan& plan);

} // namespace pavise::conform
