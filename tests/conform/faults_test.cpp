// Checks can fail: each of them does with a peer that has the fault that it looks for, and passes with one
// that does not.
#include "faults.hpp"
#include "subjects.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <map>
#include <sstream>

namespace pavise::testing {

namespace {

using conform::Check;
using conform::Outcome;
using conform::Verdict;

std::vector<Subject> every_subject(Role role) {
    std::vector<Subject> subjects;
    if (role == Role::server)
        for (const ServerKind kind : every_server_kind) subjects.push_back(server_subject(kind));
    else
        for (const ClientKind kind : every_client_kind) subjects.push_back(client_subject(kind));
    subjects.push_back(scripted_subject(role));
    return subjects;
}

Outcome run_with(const Fault& fault, const Check& check, Subject& subject) {
    FaultyPeer faulty(fault);
    subject.setting.saboteur = &faulty;
    subject.target->set_hook(&faulty);
    Outcome outcome = conform::run_check(check, subject.setting);
    std::fflush(stdout);
    subject.setting.saboteur = nullptr;
    subject.target->set_hook(nullptr);
    return outcome;
}

// The first subject with which the check passes; nullptr where there is none.
Subject* passing(const Check& check, std::vector<Subject>& subjects) {
    const Fault none{};
    for (Subject& subject : subjects)
        if (run_with(none, check, subject).verdict == Verdict::pass) return &subject;
    return nullptr;
}

// The faults by name.
std::map<std::string_view, const Fault*> every_fault() {
    std::map<std::string_view, const Fault*> faults;
    for (const auto& some : {faults_of_reaction(), faults_of_servers(), faults_of_clients()})
        for (const Fault* fault : some) EXPECT_TRUE(faults.emplace(fault->name, fault).second) << fault->name;
    return faults;
}

// "id: name, name" in each line of proofs.txt.
std::map<std::string, std::vector<std::string>> read_proofs() {
    std::map<std::string, std::vector<std::string>> proofs;
    std::ifstream file(PAVISE_CONFORM_PROOFS);
    for (std::string line; std::getline(file, line);) {
        const std::size_t colon = line.find(':');
        if (line.starts_with('#') || colon == std::string::npos) continue;
        std::istringstream words(line.substr(colon + 1));
        auto& names = proofs[line.substr(0, colon)];
        EXPECT_TRUE(names.empty()) << "twice: " << line;
        for (std::string word; words >> word;) {
            if (word.ends_with(',')) word.pop_back();
            names.push_back(word);
        }
    }
    return proofs;
}

void expect_failure(const Check& check, Subject& subject, const Fault& fault) {
    const Outcome outcome = run_with(fault, check, subject);
    EXPECT_EQ(outcome.verdict, Verdict::fail)
        << check.id() << " with a peer that " << fault.what << " [" << fault.name
        << "]: " << conform::name_of(outcome.verdict) << ", " << outcome.reason;
}

void expect_proven(Role role) {
    const auto faults = every_fault();
    const auto proofs = read_proofs();
    auto subjects = every_subject(role);
    for (const auto& group : conform::catalogue())
        for (const Check& check : group.checks) {
            if (check.role() != role) continue;
            Subject* subject = passing(check, subjects);
            if (subject == nullptr) {
                ADD_FAILURE() << check.id() << " passes with no subject";
                for (Subject& s : subjects)
                    std::printf("  %s\n", conform::run_check(check, s.setting).reason.c_str());
                continue;
            }
            const auto line = proofs.find(check.id());
            if (line == proofs.end() || line->second.empty()) {
                ADD_FAILURE() << check.id() << " has no faulty peer in proofs.txt";
                continue;
            }
            for (const std::string& name : line->second) {
                const auto fault = faults.find(name);
                if (fault != faults.end())
                    expect_failure(check, *subject, *fault->second);
                else
                    ADD_FAILURE() << name << " is no fault";
            }
        }
}

TEST(ConformFaults, EveryLineOfTheTableIsOfACheck) {
    for (const auto& [id, names] : read_proofs()) EXPECT_NE(conform::find_check(id), nullptr) << id;
}

TEST(ConformFaults, EveryCheckOfServersCanFail) {
    expect_proven(Role::server);
}

TEST(ConformFaults, EveryCheckOfClientsCanFail) {
    expect_proven(Role::client);
}

} // namespace

} // namespace pavise::testing
