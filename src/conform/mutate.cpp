#include "conform/mutate.hpp"

#include "conform/as_client.hpp"
#include "conform/as_server.hpp"

#include <pavise/testing/environment.hpp>

#include <algorithm>
#include <array>

namespace pavise::conform {

namespace {

constexpr std::size_t most_mutations = 3;
// Handshake messages and writes of a connection that a mutation may hit.
constexpr std::uint32_t most_units = 8;
// A run whose other side answers for ever is cut off.
constexpr int most_events = 200;
constexpr int most_attempts = 3;

std::uint32_t draw(Rng& rng) {
    std::array<std::uint8_t, 4> bytes{};
    (void)rng.fill(bytes);
    return std::uint32_t{bytes[0]} << 24 | std::uint32_t{bytes[1]} << 16 | std::uint32_t{bytes[2]} << 8 |
           bytes[3];
}

std::string_view name_of(MutationKind kind) {
    constexpr std::array<std::string_view, 7> names{"flip",   "set",  "cut",   "extend",
                                                    "repeat", "drop", "length"};
    return names[static_cast<std::size_t>(kind)];
}

void apply(const Mutation& mutation, ByteVector& bytes) {
    if (bytes.empty()) return;
    const std::size_t place = mutation.place % bytes.size();
    switch (mutation.kind) {
    case MutationKind::flip: bytes[place] ^= static_cast<std::uint8_t>(mutation.value | 1); break;
    case MutationKind::set: bytes[place] = mutation.value; break;
    case MutationKind::cut: bytes.resize(place); break;
    case MutationKind::extend: bytes.insert(bytes.end(), 1 + mutation.value % 40, mutation.value); break;
    case MutationKind::repeat: {
        const ByteVector once = bytes;
        bytes.insert(bytes.end(), once.begin(), once.end());
        break;
    }
    case MutationKind::drop: bytes.clear(); break;
    case MutationKind::length: // of the message or record, and of nothing else
        bytes[std::min<std::size_t>(3, bytes.size() - 1)] ^= static_cast<std::uint8_t>(mutation.value | 1);
        break;
    }
}

// Carries a plan out, and knows what must not be accepted any more.
class Mutator final : public Saboteur {
    const std::vector<Mutation>& mutations_;
    std::size_t messages_ = 0;
    std::size_t writes_ = 0;
    bool decisive_ = false;

  public:
    explicit Mutator(const std::vector<Mutation>& mutations) : mutations_(mutations) {}

    void outgoing(ByteVector& messages) override {
        const std::size_t unit = messages_++;
        const ByteVector before = messages;
        for (const Mutation& mutation : mutations_)
            if (mutation.layer == Mutation::Layer::message && mutation.unit == unit)
                apply(mutation, messages);
        // A hello may be changed into another legal one; what follows it is all bound by Finished or its own
        // form.
        if (messages != before && unit > 0) decisive_ = true;
    }
    void outgoing_bytes(ByteVector& bytes) override {
        const std::size_t unit = writes_++;
        const ByteVector before = bytes;
        for (const Mutation& mutation : mutations_)
            if (mutation.layer == Mutation::Layer::wire && mutation.unit == unit) apply(mutation, bytes);
        const bool is_protected =
            !before.empty() && before[0] == static_cast<std::uint8_t>(ContentType::application_data);
        if (bytes != before && is_protected) decisive_ = true;
    }
    // Whether a connection that works nevertheless is a fault.
    bool decisive() const { return decisive_; }
};

struct Ran {
    bool over = false;
    bool answered = false;
    bool in_the_clear = false;
    std::vector<std::string> journal;
};

template <class As> void watch(As& trial, Ran& ran) {
    peer::Peer& us = trial.us();
    for (int i = 0; us.ok() && i < most_events; ++i) {
        const auto event = us.next();
        if (!event) break;
        if (event->type != ContentType::application_data || event->bytes.empty()) continue;
        if (us.reads_protected())
            ran.answered = true;
        else
            ran.in_the_clear =
                ran.in_the_clear || as_text(event->bytes).find("HTTP/1") != std::string_view::npos;
    }
    ran.over = us.is_over();
    ran.journal = us.journal();
}

template <class As> Ran run_once(Setting& setting, bool is_server) {
    Ran ran;
    As trial(setting);
    trial.connect();
    if (is_server && trial.us().ok()) trial.us().send_data(setting.probe.request);
    watch(trial, ran);
    return ran;
}

Ran run_one(Setting& setting, Role role, bool tls13) {
    if (role == Role::server)
        return tls13 ? run_once<AsClient13>(setting, true) : run_once<AsClient12>(setting, true);
    return tls13 ? run_once<AsServer13>(setting, false) : run_once<AsServer12>(setting, false);
}

// Whether a legal connection still works.
bool still_works(Setting& setting, Role role, bool tls13) {
    setting.saboteur = nullptr;
    const auto connected = [&](auto&& trial) {
        trial.connect();
        return trial.us().ok();
    };
    if (role == Role::server) return tls13 ? connected(AsClient13(setting)) : connected(AsClient12(setting));
    return tls13 ? connected(AsServer13(setting)) : connected(AsServer12(setting));
}

struct Judged {
    std::string what; // empty: nothing is wrong
    Ran ran;
};

Judged judge(Setting& setting, const MutationPlan& plan, const std::vector<Mutation>& mutations,
             std::uint64_t run) {
    const bool tls13 = setting.profile.tls13 && (!setting.profile.tls12 || run % 2 == 0);
    testing::SeededRng rng(plan.seed ^ (run * 0x9e3779b97f4a7c15));
    Rng* const before = std::exchange(setting.rng, &rng);
    Mutator mutator(mutations);
    setting.saboteur = &mutator;
    Judged judged{{}, run_one(setting, plan.role, tls13)};
    setting.saboteur = nullptr;
    setting.rng = before;
    if (judged.ran.in_the_clear) judged.what = "application data came in the clear";
    // What a client says by itself it says before it can know of a change to the last messages.
    if (judged.ran.answered && mutator.decisive() && plan.role == Role::server)
        judged.what = "a changed handshake was accepted";
    // A side that is only slow is given time.
    bool works = false;
    for (int attempt = 0; !works && attempt < most_attempts; ++attempt)
        works = still_works(setting, plan.role, tls13);
    if (!works) judged.what = "it no longer completes a legal handshake";
    return judged;
}

// As few of the mutations as still show it.
std::vector<Mutation> reduced(Setting& setting, const MutationPlan& plan, std::vector<Mutation> mutations,
                              std::uint64_t run) {
    for (std::size_t i = 0; mutations.size() > 1 && i < mutations.size();) {
        std::vector<Mutation> fewer = mutations;
        fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(i));
        if (judge(setting, plan, fewer, run).what.empty())
            ++i;
        else
            mutations = std::move(fewer);
    }
    return mutations;
}

} // namespace

std::string Mutation::describe() const {
    return std::string(layer == Layer::message ? "message " : "write ") + std::to_string(unit) + ": " +
           std::string(name_of(kind)) + " at " + std::to_string(place) + " by " + std::to_string(value);
}

std::vector<Mutation> mutations_of(std::uint64_t seed, std::uint64_t run) {
    testing::SeededRng rng(seed * 0x2545f4914f6cdd1d + run);
    std::vector<Mutation> mutations(1 + draw(rng) % most_mutations);
    for (Mutation& mutation : mutations) {
        mutation.layer = draw(rng) % 3 == 0 ? Mutation::Layer::wire : Mutation::Layer::message;
        mutation.unit = draw(rng) % most_units;
        mutation.kind = static_cast<MutationKind>(draw(rng) % 7);
        mutation.place = draw(rng) % 600;
        mutation.value = static_cast<std::uint8_t>(draw(rng));
    }
    return mutations;
}

MutationReport run_mutations(Setting& setting, const MutationPlan& plan,
                             const std::function<void(const MutationReport&)>& on_run) {
    MutationReport report;
    for (std::uint64_t run = 0; run < plan.runs; ++run) {
        const auto mutations = mutations_of(plan.seed, run);
        Judged judged = judge(setting, plan, mutations, run);
        ++report.runs;
        ++(judged.ran.answered ? report.accepted : judged.ran.over ? report.ended : report.waiting);
        if (!judged.what.empty())
            report.findings.push_back(
                {run, reduced(setting, plan, mutations, run), judged.what, judged.ran.journal});
        if (on_run) on_run(report);
    }
    return report;
}

std::string text_report(const MutationReport& report, const MutationPlan& plan) {
    std::string text;
    for (const MutationFinding& finding : report.findings) {
        text += "run " + std::to_string(finding.run) + " of seed " + std::to_string(plan.seed) + ": " +
                finding.what + "\n";
        for (const Mutation& mutation : finding.mutations) text += "    " + mutation.describe() + "\n";
        for (const std::string& line : finding.journal) text += "      " + line + "\n";
    }
    return text + std::to_string(report.runs) + " mutated connections: " + std::to_string(report.ended) +
           " ended by the other side, " + std::to_string(report.waiting) + " left waiting, " +
           std::to_string(report.accepted) + " unharmed, " + std::to_string(report.findings.size()) +
           " findings\n";
}

} // namespace pavise::conform
