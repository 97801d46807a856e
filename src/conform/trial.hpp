// Trial: what the scripts of both roles and versions share. A script prepares, says from_here() on what
// counts, and ends with what the other side has to do: refuse, go on, or have sent something in particular.
//
// What goes wrong while a script prepares makes the check inconclusive; what goes wrong from where it counts
// makes it fail. A script that ends without either passes.
#pragma once

#include "conform/check.hpp"
#include "conform/target.hpp"
#include "peer/client.hpp"

#include <initializer_list>
#include <memory>

namespace pavise::conform {

// Alerts that are right in one place; none: any fatal alert is.
using Alerts = std::vector<AlertDescription>;

// What to ask the other side's application, to see that a connection works.
struct Probe {
    std::string request = "GET / HTTP/1.0\r\n\r\n"; // to a server
    std::string expected;                           // a regular expression; empty: any data will do
};

// What makes the other side faulty, for tests that show that a check can fail.
class Saboteur : public peer::Meddler {
  public:
    // What counts begins.
    virtual void begin() {}
    // Whether the end of the connection is to stay unknown.
    virtual bool hides_end() const { return false; }
};

// What all checks of one run have in common. Not owned: target, rng, saboteur.
struct Setting {
    Target* target = nullptr;
    Rng* rng = nullptr;
    Profile profile;
    Probe probe;
    std::string server_name = "localhost"; // sent as SNI; empty: none
    Credential server_credential;          // when we are the server
    Credential client_credential;          // when we are the client, and are asked
    // An external key that the other side knows too.
    std::optional<peer::PskOffer> external_psk{};
    Saboteur* saboteur = nullptr;
};

class Trial {
    Setting& setting_;
    Outcome outcome_;
    bool counts_ = false;
    bool decided_ = false;
    std::unique_ptr<peer::Link> link_;

  public:
    explicit Trial(Setting& setting) : setting_(setting) {}
    virtual ~Trial() = default;
    Trial(const Trial&) = delete;
    Trial& operator=(const Trial&) = delete;

    const Profile& profile() const { return setting_.profile; }
    const Setting& setting() const { return setting_; }

    // ---- how a script judges; the first judgement stays
    // What goes otherwise than the script says is the other side's fault from here on.
    void from_here();
    void expects(std::string what);
    void passes(std::string reason = {}) { decide(Verdict::pass, std::move(reason)); }
    void fails(std::string reason) { decide(Verdict::fail, std::move(reason)); }
    void does_not_apply(std::string reason) { decide(Verdict::not_applicable, std::move(reason)); }
    void is_inconclusive(std::string reason) { decide(Verdict::inconclusive, std::move(reason)); }
    // Fails unless it holds.
    void demand(bool holds, std::string_view what);
    bool decided() const { return decided_; }
    // Whether the other side has ended the connection.
    bool is_over();
    // Whether the script goes on as it should.
    bool ok() { return !decided_ && us().ok(); }

    // ---- what the other side has to do now
    // End the connection: with one of these alerts, or without any (RFC 8446 §6.2: "the implementation MUST
    // send alert X if it sends any alert"). What was under way is skipped.
    void refused(const Alerts& alerts);
    // End the connection: with whatever alert, or none.
    void refused() { refused({}); }
    // End the connection, at once or when close_notify follows.
    void refused_or_ignored();
    // Not end the connection: the next event is not a fatal alert.
    void close_notify_answered();

    // The end of a script.
    Outcome finish();

    // Our side of the present connection.
    virtual peer::Peer& us() = 0;

  protected:
    // A new connection to the other side. Where there is none the outcome is decided.
    peer::Link& connect_link();
    // Takes over the journal of a peer that is about to go.
    void keep_journal();
    // Whether an answer is the one that was asked for.
    bool matches_probe(std::string_view text) const;

  private:
    // A Finished came where an end of the connection was to come.
    virtual void finished_came() {}
    void decide(Verdict verdict, std::string reason);
    void count();
    // What came instead of an end cannot be read.
    void refused_unreadably(const std::string& last);
};

std::string names_of(const Alerts& alerts);

} // namespace pavise::conform
