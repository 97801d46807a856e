// Faults of peers, as data: what a peer does that breaks a rule. Pavise's own server and client are made
// faulty with them: in what they send, by a Tap, so that a lie is in the transcript and under good keys; in
// what they do about what they are sent, between them and the check.
#pragma once

#include "conform/trial.hpp"
#include "local_target.hpp"

namespace pavise::testing {

using MaybeEvent = std::optional<peer::Event>;

struct Fault {
    std::string_view name; // "says-nothing"
    std::string_view what; // with such a peer: "a peer that says nothing"
    // A handshake message that is about to be sent, the nth of its type since the check began.
    void (*message)(HandshakeType type, ByteVector& message, std::size_t nth) = nullptr;
    // Bytes that were sent.
    void (*bytes)(ByteVector& bytes) = nullptr;
    // What it says once it counts, the nth event; nothing: silence.
    void (*event)(MaybeEvent& event, std::size_t nth) = nullptr;
    // Headers of the records that it sent.
    void (*header)(peer::RecordHeader& header) = nullptr;
    // Records that it sent, as they came; and the one before.
    void (*record)(ByteVector& record, const ByteVector& before) = nullptr;
    bool keeps_open = false;             // once it counts the connection does not end
    bool from_the_start = false;         // it always counts
    bool echoes_any_session_id = false;  // as if every session were resumed
    bool repeats_pre_shared_key = false; // the first hello's in the second
};

// The length in the header, after a change of the body.
void put_length_right(ByteVector& message);

// Carries a fault out, in one run of one check.
class FaultyPeer final : public conform::Saboteur, public TargetHook {
    const Fault& fault_;
    bool counts_ = false;
    std::size_t events_ = 0;
    std::array<std::size_t, 256> sent_{};
    ByteVector session_id_;     // of the ClientHello that it received
    ByteVector pre_shared_key_; // of the first ClientHello that it sent
    ByteVector last_record_;
    std::optional<NamedGroup> claimed_;

  public:
    explicit FaultyPeer(const Fault& fault) : fault_(fault), counts_(fault.from_the_start) {}

    // A hello for a group of which Pavise knows the name alone is made one for x25519, and so is the answer.
    void outgoing(ByteVector& message) override;
    void begin() override { counts_ = true; }
    bool hides_end() const override { return counts_ && fault_.keeps_open; }
    void incoming(MaybeEvent& event) override;
    void incoming_header(peer::RecordHeader& header) override {
        if (fault_.header != nullptr) fault_.header(header);
    }
    void incoming_record(ByteVector& record) override {
        if (fault_.record != nullptr) fault_.record(record, last_record_);
        last_record_ = record;
    }
    void change_sent(ByteVector& bytes) override {
        if (fault_.bytes != nullptr) fault_.bytes(bytes);
    }
    void on_message(Direction direction, Bytes message) noexcept override;
    void rewrite_outgoing(HandshakeType type, ByteVector& message) noexcept override;
};

// Every fault there is.
std::vector<const Fault*> faults_of_reaction();
std::vector<const Fault*> faults_of_servers();
std::vector<const Fault*> faults_of_clients();

} // namespace pavise::testing
