// Every check can fail: for each of them there is a fault of the other side that it finds.
//
// The faults are made between Pavise, which has none, and the check: what Pavise answers is held back,
// exchanged, or changed in one place. First those that break a whole class of checks, then, where a check
// looks at something in particular, each byte of what comes until the check says so.
#include "subjects.hpp"

#include <gtest/gtest.h>

namespace pavise::testing {

namespace {

using conform::Check;
using conform::Outcome;
using conform::Saboteur;
using conform::Verdict;

bool fails(const Check& check, Subject& subject, Saboteur& saboteur) {
    subject.setting.saboteur = &saboteur;
    const Outcome outcome = conform::run_check(check, subject.setting);
    subject.setting.saboteur = nullptr;
    return outcome.verdict == Verdict::fail;
}

// From where it counts on, the other side says nothing any more.
class Silent final : public Saboteur {
    bool begun_ = false;

  public:
    void begin() override { begun_ = true; }
    bool hides_end() const override { return begun_; }
    void incoming(std::optional<peer::Event>& event) override {
        if (begun_) event.reset();
    }
};

// From where it counts on, everything that comes is this.
class Replaced final : public Saboteur {
    peer::Event event_;
    bool begun_ = false;

  public:
    explicit Replaced(peer::Event event) : event_(std::move(event)) {}
    void begin() override { begun_ = true; }
    void incoming(std::optional<peer::Event>& event) override {
        if (begun_) event = event_;
    }
};

// One byte of what comes is another.
class Changed final : public Saboteur {
    std::size_t event_;
    std::size_t byte_;
    std::uint8_t with_;
    std::size_t count_ = 0;
    bool reached_ = false;

  public:
    Changed(std::size_t event, std::size_t byte, std::uint8_t with) :
        event_(event),
        byte_(byte),
        with_(with) {}
    void incoming(std::optional<peer::Event>& event) override {
        if (!event || count_++ != event_ || byte_ >= event->bytes.size()) return;
        event->bytes[byte_] ^= with_;
        reached_ = true;
    }
    bool reached() const { return reached_; }
};

bool a_changed_byte_fails(const Check& check, Subject& subject) {
    constexpr std::size_t most_events = 12;
    constexpr std::size_t most_bytes = 400;
    for (std::size_t event = 0; event < most_events; ++event)
        for (std::size_t byte = 0; byte < most_bytes; ++byte) {
            Changed changed(event, byte, 0x01);
            Changed inverted(event, byte, 0xff);
            if (fails(check, subject, changed) || fails(check, subject, inverted)) return true;
            if (!changed.reached()) break;
        }
    return false;
}

bool can_fail(const Check& check, Subject& subject) {
    Silent silent;
    Replaced alert({ContentType::alert, {2, static_cast<std::uint8_t>(AlertDescription::access_denied)}});
    Replaced data({ContentType::application_data, {1, 2, 3}});
    return fails(check, subject, silent) || fails(check, subject, alert) || fails(check, subject, data) ||
           a_changed_byte_fails(check, subject);
}

void expect_all_can_fail(std::vector<Subject> subjects, Role role) {
    for (const conform::Group& group : conform::catalogue())
        for (const Check& check : group.checks) {
            if (check.role() != role) continue;
            bool applies = false;
            bool failed = false;
            for (Subject& subject : subjects) {
                applies = conform::run_check(check, subject.setting).verdict != Verdict::not_applicable;
                failed = applies && can_fail(check, subject);
                if (failed) break;
            }
            EXPECT_TRUE(failed) << check.id()
                                << (applies ? ": no fault makes it fail" : ": applies to no subject");
        }
}

TEST(ConformFaults, EveryCheckOfServersFindsOne) {
    std::vector<Subject> subjects;
    for (const ServerKind kind : {ServerKind::plain, ServerKind::asking})
        subjects.push_back(server_subject(kind));
    expect_all_can_fail(std::move(subjects), Role::server);
}

TEST(ConformFaults, EveryCheckOfClientsFindsOne) {
    std::vector<Subject> subjects;
    subjects.push_back(client_subject());
    expect_all_can_fail(std::move(subjects), Role::client);
}

} // namespace

} // namespace pavise::testing
