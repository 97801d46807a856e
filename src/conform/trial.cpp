#include "conform/trial.hpp"

#include "conform/pattern.hpp"
#include "conform/runner.hpp"

#include <algorithm>

namespace pavise::conform {

namespace {

// A connection on which nothing was ever opened.
class DeadLink final : public peer::Link {
  public:
    void send(Bytes) override {}
    ByteVector receive() override { return {}; }
    bool is_over() const override { return true; }
};

bool is_fatal(const peer::Event& alert) {
    return alert.bytes.size() != 2 || alert.bytes[0] != static_cast<std::uint8_t>(AlertLevel::warning);
}

} // namespace

std::string Check::id() const {
    const std::string prefix = std::string(role() == Role::server ? "s" : "c") +
                               (version() == ProtocolVersion::tls_1_3 ? "13-" : "12-");
    return prefix + std::string(name);
}

std::string_view name_of(Verdict verdict) noexcept {
    switch (verdict) {
    case Verdict::pass: return "pass";
    case Verdict::fail: return "fail";
    case Verdict::not_applicable: return "not applicable";
    case Verdict::inconclusive: return "inconclusive";
    }
    return "";
}

std::string_view name_of(Level level) noexcept {
    return level == Level::must ? "MUST" : "SHOULD";
}

std::string names_of(const Alerts& alerts) {
    if (alerts.empty()) return "a fatal alert";
    std::string text;
    for (const AlertDescription alert : alerts)
        text += (text.empty() ? "alert " : " or ") + std::string(name_of(alert));
    return text;
}

void Trial::decide(Verdict verdict, std::string reason) {
    if (decided_) return;
    decided_ = true;
    outcome_.verdict = verdict;
    outcome_.reason = std::move(reason);
}

void Trial::expects(std::string what) {
    if (outcome_.expected.empty()) outcome_.expected = std::move(what);
}

void Trial::from_here() {
    // What went wrong before stays without a verdict.
    if (!counts_ && link_ != nullptr && !us().ok()) return;
    count();
}

void Trial::count() {
    if (!std::exchange(counts_, true) && setting_.saboteur != nullptr) setting_.saboteur->begin();
}

bool Trial::is_over() {
    return us().is_over() && (setting_.saboteur == nullptr || !setting_.saboteur->hides_end());
}

void Trial::demand(bool holds, std::string_view what) {
    count();
    expects(std::string(what));
    if (ok() && !holds) fails("not so: " + std::string(what));
}

peer::Link& Trial::connect_link() {
    link_.reset();
    if (!decided_) link_ = setting_.target->open();
    if (link_ == nullptr) {
        is_inconclusive(std::string(no_connection) + setting_.target->complaint());
        link_ = std::make_unique<DeadLink>();
    }
    return *link_;
}

void Trial::keep_journal() {
    const auto& lines = us().journal();
    outcome_.journal.insert(outcome_.journal.end(), lines.begin(), lines.end());
}

bool Trial::matches_probe(std::string_view text) const {
    if (setting_.probe.expected.empty()) return !text.empty();
    std::string problem;
    const auto pattern = Pattern::of(setting_.probe.expected, problem);
    return pattern && pattern->fits(text);
}

void Trial::refused(const Alerts& alerts) {
    expects("the connection is ended with " + names_of(alerts) + ", or without any");
    from_here();
    // More than this is no leftover of what was under way.
    constexpr int most_events = 64;
    std::string last;
    for (int i = 0; ok(); ++i) {
        const auto event = us().next();
        if (!us().ok()) return refused_unreadably(last);
        if (i == most_events) return fails("the other side went on");
        if (!event && is_over()) return passes("the connection was ended without an alert");
        if (!event)
            return fails(last.empty() ? "nothing came, and the connection stays open"
                                      : "the connection stays open; what came last is " + last);
        // A server speaks when it is spoken to; what a client says may have been under way.
        // Records that we have no keys for say nothing.
        if (event->type == ContentType::application_data && !event->bytes.empty() &&
            us().role() == Role::client && us().reads_protected())
            return fails("the other side went on: it sent application data");
        if (event->type != ContentType::alert) {
            last = peer::describe(event);
            if (event->type == ContentType::handshake &&
                static_cast<HandshakeType>(event->bytes[0]) == HandshakeType::finished)
                finished_came();
            continue;
        }
        if (event->bytes.size() != 2) return fails("an alert came that has not two bytes");
        const auto description = static_cast<AlertDescription>(event->bytes[1]);
        // Who closes says nothing more, though he may wait for the other side to close too.
        if (description == AlertDescription::close_notify) return passes("alert close_notify");
        if (!is_fatal(*event)) continue;
        if (alerts.empty() || std::ranges::find(alerts, description) != alerts.end())
            return passes("alert " + std::string(pavise::name_of(description)));
        return fails("alert " + std::string(pavise::name_of(description)) + " came instead");
    }
}

void Trial::refused_unreadably(const std::string& last) {
    // Where nothing came before, finish() says what this is.
    if (!last.empty()) fails("it went on with " + last + "; then: " + us().complaint());
}

void Trial::refused_or_ignored() {
    expects("the connection is ended, or goes on");
    from_here();
    us().send_alert(AlertDescription::close_notify, AlertLevel::warning);
    while (ok()) {
        const auto event = us().next();
        if (!us().ok() || (!event && is_over())) return;
        if (!event) return fails("nothing came after close_notify");
    }
}

void Trial::close_notify_answered() {
    expects("the connection is ended without a fatal alert");
    from_here();
    while (ok()) {
        const auto event = us().next();
        if (!us().ok()) return;
        if (!event && is_over()) return;
        if (!event) return is_inconclusive("nothing came after close_notify, and the connection stays open");
        if (event->type != ContentType::alert || event->bytes.size() != 2) continue;
        const auto description = static_cast<AlertDescription>(event->bytes[1]);
        if (description == AlertDescription::close_notify) return;
        return fails("alert " + std::string(pavise::name_of(description)) + " came");
    }
}

Outcome Trial::finish() {
    peer::Peer& last = us();
    // Servers that speak HTTP on the same port look at the first byte, and do not ask TLS about another one
    // than that of a handshake record.
    if (last.complaint().find(text_of(ErrorCode::plaintext_is_http)) != std::string::npos)
        does_not_apply("it takes for HTTP what does not begin like a handshake");
    if (!decided_ && !last.ok()) {
        if (counts_)
            fails(last.complaint());
        else
            is_inconclusive("before it came to what is checked: " + last.complaint());
    }
    if (!decided_) passes();
    keep_journal();
    link_.reset();
    return std::move(outcome_);
}

} // namespace pavise::conform
