// Peer: one side of a TLS connection, played by a script that may send anything in any order.
//
// A script reads like the RFC's prose. Each line is a step; what a step needs (keys, transcript) it takes
// from the steps before it. Nothing is enforced on what is sent. What is received has to be what the script
// expects: the first time it is not, the peer keeps a complaint and all further steps do nothing, so that a
// script needs no checks between its lines, only one at its end:
//
//     peer.send_server_hello();
//     peer.send_encrypted_extensions();
//     peer.send_certificate();
//     peer.send_finished(); // no CertificateVerify
//     peer.expect_alert(AlertDescription::unexpected_message);
//     EXPECT_TRUE(peer.ok()) << peer.complaint();
//
// This is what roles and versions share; client.hpp and server.hpp hold the legal flights of TLS 1.3 that
// scripts deviate from, client12.hpp and server12.hpp those of TLS 1.2. Bytes in, bytes out: a Link carries
// them.
#pragma once

#include "peer/draft.hpp"
#include "peer/record_port.hpp"
#include "peer/secrets13.hpp"

#include <pavise/alert.hpp>

#include <deque>
#include <string>

namespace pavise::peer {

// What came from the other side: a whole handshake message, an alert, a record of application data.
struct Event {
    ContentType type;
    ByteVector bytes;
};
// Event and silence in words, for complaints.
std::string describe(const std::optional<Event>& event);

// What changes the messages and events of a peer on their way, for tests that want a faulty other side and
// for fuzzers that want a faulty self.
class Meddler {
  public:
    virtual ~Meddler() = default;
    // Handshake messages with their headers, as the script sends them in one go: what stands there afterwards
    // goes out, and enters the transcript. Empty: nothing goes out.
    virtual void outgoing(ByteVector& /*messages*/) {}
    // Bytes as they would go to the link.
    virtual void outgoing_bytes(ByteVector& /*bytes*/) {}
    // The header of a record that came.
    virtual void incoming_header(RecordHeader& /*header*/) {}
    // A record as it came, for a script that looks at it.
    virtual void incoming_record(ByteVector& /*record*/) {}
    // What came from the other side; nothing: silence.
    virtual void incoming(std::optional<Event>& /*event*/) {}
};

class Peer {
    Role role_;
    const crypto::Provider& provider_;
    Rng& rng_;
    RecordPort port_;
    std::string complaint_;
    std::optional<Error> error_;      // what the complaint is about, if it is of an error
    ByteVector handshake_in_;         // of a message that is not whole yet
    std::deque<ByteVector> messages_; // that were received: views into them stay valid
    std::optional<Event> looked_at_;  // by peek(), still to come
    ByteVector transcript_;
    std::optional<crypto::Suite13> suite_;
    std::optional<Secrets13> secrets_;
    ByteVector psk_;
    std::size_t change_cipher_specs_ = 0;
    std::size_t events_ = 0; // that came
    std::vector<std::string> journal_;
    Meddler* meddler_ = nullptr;

  public:
    Peer(Role role, Link& link, const crypto::Provider& provider, Rng& rng);
    virtual ~Peer() = default;
    Peer(const Peer&) = delete;
    Peer& operator=(const Peer&) = delete;

    // ---- how the script goes
    bool ok() const { return complaint_.empty(); }
    // What went otherwise than the script says; empty while nothing did.
    const std::string& complaint() const { return complaint_; }
    // The error that it is about, where what came could not be read.
    const std::optional<Error>& error() const { return error_; }
    void complain(std::string what);
    // What was sent and what came, a line each, in their order.
    const std::vector<std::string>& journal() const { return journal_; }
    void note(std::string line) { journal_.push_back(std::move(line)); }
    // Not owned; nullptr: nobody.
    void set_meddler(Meddler* meddler) { meddler_ = meddler; }

    // ---- bytes and records out
    void send_bytes(Bytes bytes);
    // In the clear, whatever keys there are.
    void send_raw_record(ContentType type, ProtocolVersion version, Bytes fragment);
    // Under the present keys; in the clear before there are any.
    void send_record(ContentType type, Bytes content, std::size_t padding = 0);
    // The same record, not sent: to be damaged, held back, or sent with others.
    ByteVector seal(ContentType type, Bytes content, std::size_t padding = 0);
    void send_change_cipher_spec(std::uint8_t value = 1);
    void send_alert(AlertDescription description, AlertLevel level = AlertLevel::fatal);
    void send_data(std::string_view text);

    // ---- handshake messages out: a draft, a message, or bytes with their header; they enter the transcript
    template <class Message> void send(const Message& message) { send_message(bytes_of(message)); }
    // In records of these sizes; what is left after the last goes into one more.
    template <class Message>
    void send_fragmented(const Message& message, const std::vector<std::size_t>& sizes) {
        send_pieces(bytes_of(message), sizes);
    }
    // In one record.
    template <class... Message> void send_together(const Message&... messages) {
        ByteVector all;
        (append(all, bytes_of(messages)), ...);
        send_message(all);
    }
    void send_message(Bytes message);

    // ---- in
    // The next event; nothing where the other side is silent. change_cipher_spec records are left out in
    // TLS 1.3.
    std::optional<Event> next();
    // The same, which stays the next one.
    const std::optional<Event>& peek();
    // The next event is a message of this type: its body, valid as long as the peer. It enters the
    // transcript.
    Bytes expect_message(HandshakeType type);
    template <messages::Message M> M expect() { return parse<M>(expect_message(M::type)); }
    void expect_alert(AlertDescription description);
    void expect_data(std::string_view text);
    void expect_silence();
    // Whether the other side has ended the connection: nothing more will come, not even late.
    bool is_over() const { return port_.is_over(); }
    // Whether what comes is opened with keys.
    bool reads_protected() const { return port_.reads_protected(); }
    // The headers of the records that came so far.
    std::vector<RecordHeader> record_headers() const;
    // The record that the last event came in, or its last part, as it came.
    ByteVector last_record() const;
    // How many change_cipher_spec records came so far.
    std::size_t change_cipher_specs() const { return change_cipher_specs_; }

    // ---- transcript and keys
    void add_to_transcript(Bytes message) { append(transcript_, message); }
    const ByteVector& transcript() const { return transcript_; }
    crypto::Digest transcript_hash();
    // ClientHello1 becomes a message_hash (RFC 8446 §4.4.1). Wants the suite.
    void restart_transcript();
    void use_suite(CipherSuite suite);
    const std::optional<crypto::Suite13>& suite() const { return suite_; }
    // Both sides agreed on a pre-shared key: the handshake keys will come from it too.
    void use_psk(Bytes psk) { psk_.assign(psk.begin(), psk.end()); }
    bool uses_psk() const { return !psk_.empty(); }
    // The binder of a ClientHello that is cut before its binders (RFC 8446 §4.2.11.2), behind what the
    // transcript holds.
    ByteVector binder(schedule::PskKind kind, crypto::HashId hash, Bytes psk, Bytes truncated_hello);
    // The keys of early data, from `psk` and the transcript so far, which ends with the ClientHello: to write
    // them as a client, to read them as a server (RFC 8446 §4.2.10).
    void use_early_data_keys(CipherSuite suite, Bytes psk);
    // Over the transcript so far, which ends with the ServerHello; then nothing is protected yet.
    void derive_handshake_keys(Bytes shared_secret);
    // Over the transcript so far, which ends with the server's Finished.
    void derive_application_keys();
    // Over the transcript so far, which ends with the client's Finished.
    void derive_resumption_secret();
    // The key that a ticket with this nonce stands for.
    ByteVector ticket_psk(Bytes nonce);
    void write_with(Epoch epoch);
    void read_with(Epoch epoch);
    // The next generation, after a KeyUpdate.
    void update_write_keys();
    void update_read_keys();
    // verify_data over the transcript so far.
    ByteVector finished_data(Role sender);

    Role role() const { return role_; }
    Rng& rng() const { return rng_; }
    const crypto::Provider& provider() const { return provider_; }

  protected:
    static void append(ByteVector& to, Bytes bytes) { to.insert(to.end(), bytes.begin(), bytes.end()); }
    Role other() const { return role_ == Role::client ? Role::server : Role::client; }
    // The next message of this type without its coming into the transcript, header included.
    Bytes receive_message(HandshakeType type);
    template <messages::Message M> M parse(Bytes body) {
        if (!ok()) return {};
        auto message = messages::parse_body<M>(body);
        if (message) return *std::move(message);
        complain_of(message.error(), "reading a message");
        return {};
    }
    // The value, or a complaint and an empty one.
    template <class T> T must(Result<T> result, std::string_view doing) {
        if (result) return *std::move(result);
        complain_of(result.error(), doing);
        return T();
    }
    void must(const Status& status, std::string_view doing) {
        if (!status) complain_of(status.error(), doing);
    }
    void complain_of(Error error, std::string_view doing);
    crypto::Digest hash_transcript(crypto::HashId id, Bytes behind);
    RecordPort& port() { return port_; }
    // TLS 1.2: change_cipher_spec is an event like any other.
    bool change_cipher_spec_is_an_event_ = false;

  private:
    void put(Bytes bytes);
    template <class Message> static ByteVector bytes_of(const Message& message) {
        if constexpr (messages::Message<Message>)
            return written(message);
        else if constexpr (requires { message.message(); })
            return message.message();
        else
            return ByteVector(message.begin(), message.end());
    }
    void send_pieces(Bytes message, const std::vector<std::size_t>& sizes);
    std::optional<Event> read_event();
    std::optional<Event> take_message();
};

} // namespace pavise::peer
