#include "scripted_target.hpp"

#include <algorithm>
#include <array>

namespace pavise::testing {

namespace {

// The way between a scripted peer and who drives it.
class Pipe final : public peer::Link {
  public:
    ByteVector in;
    ByteVector out;
    void send(Bytes bytes) override { out.insert(out.end(), bytes.begin(), bytes.end()); }
    ByteVector receive() override { return std::exchange(in, {}); }
};

// Hands the messages of a scripted peer to the hook that makes it faulty.
class Rewriter final : public peer::Meddler {
    TargetHook* hook_;

  public:
    explicit Rewriter(TargetHook* hook) : hook_(hook) {}
    void outgoing(ByteVector& message) override {
        if (hook_ != nullptr) hook_->rewrite_outgoing(static_cast<HandshakeType>(message[0]), message);
    }
};

std::vector<CipherSuite> suites() {
    return {CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
            CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256};
}

peer::ScriptedServer12 make(const peer::Server12Script*, Pipe& pipe, Rng& rng) {
    peer::Server12Script script;
    script.cipher_suites = suites();
    script.mac_order = peer::MacOrder::mac_then_encrypt;
    script.credential = server_credential(crypto::KeyType::ecdsa_p256);
    return {std::move(script), pipe, crypto::botan_provider(), rng};
}
peer::ScriptedClient12 make(const peer::Client12Script*, Pipe& pipe, Rng& rng) {
    peer::Client12Script script;
    script.server_name = std::string(server_name);
    script.cipher_suites = suites();
    script.mac_order = peer::MacOrder::mac_then_encrypt;
    return {std::move(script), pipe, crypto::botan_provider(), rng};
}

// What both roles share: they go on by one message at a time, and are over with the first alert.
template <class Peer, class Script> class ScriptedLink : public peer::Link {
    Pipe pipe_;
    TargetHook* hook_;
    Rewriter rewriter_;
    bool over_ = false;

  protected:
    Peer peer_;
    bool connected_ = false;

    // The next message of the handshake has come: the step that takes it.
    virtual void step() = 0;
    void end_with(AlertDescription description, AlertLevel level = AlertLevel::fatal) {
        const ByteVector record =
            peer_.seal(ContentType::alert,
                       std::array{static_cast<std::uint8_t>(level), static_cast<std::uint8_t>(description)});
        pipe_.send(record);
        over_ = true;
    }
    void act() {
        while (!over_ && peer_.peek()) {
            if (peer_.peek()->type == ContentType::alert)
                end_with(AlertDescription::close_notify, AlertLevel::warning);
            else if (connected_)
                answer(*peer_.next());
            else
                step();
            if (!peer_.ok()) break;
        }
        if (!over_ && !peer_.ok())
            end_with(peer_.error() ? alert_of(*peer_.error()).value_or(AlertDescription::internal_error)
                                   : AlertDescription::unexpected_message);
    }

  public:
    ScriptedLink(TargetHook* hook, Rng& rng) :
        hook_(hook),
        rewriter_(hook),
        peer_(make(static_cast<const Script*>(nullptr), pipe_, rng)) {
        peer_.set_meddler(&rewriter_);
    }
    void send(Bytes bytes) override {
        if (over_) return;
        pipe_.in.insert(pipe_.in.end(), bytes.begin(), bytes.end());
        act();
    }
    ByteVector receive() override {
        ByteVector bytes = std::exchange(pipe_.out, {});
        if (hook_ != nullptr && !bytes.empty()) hook_->change_sent(bytes);
        return bytes;
    }
    bool is_over() const override { return over_ && pipe_.out.empty(); }

  private:
    void answer(const peer::Event& event) {
        if (event.type != ContentType::application_data)
            end_with(AlertDescription::unexpected_message);
        else if (!event.bytes.empty() && peer_.role() == Role::server)
            peer_.send_data("hello\n");
    }
};

class ServerLink final : public ScriptedLink<peer::ScriptedServer12, peer::Server12Script> {
    enum class Expects { client_hello, key_exchange, change_cipher_spec, finished } expects_{};

    void step() override {
        switch (expects_) {
        case Expects::client_hello: return take_hello();
        case Expects::key_exchange:
            expects_ = Expects::change_cipher_spec;
            return peer_.expect_client_key_exchange();
        case Expects::change_cipher_spec:
            expects_ = Expects::finished;
            return peer_.expect_change_cipher_spec();
        case Expects::finished: break;
        }
        peer_.expect_finished12();
        peer_.send_second_flight();
        connected_ = true;
    }
    void take_hello() {
        const auto hello = peer_.expect_client_hello();
        const bool has_suite = std::ranges::any_of(
            suites(), [&](CipherSuite suite) { return peer_.ok() && hello.cipher_suites.contains(suite); });
        if (peer_.ok() && !has_suite) return end_with(AlertDescription::handshake_failure);
        peer_.send_server_hello();
        peer_.send_rest_of_flight();
        expects_ = Expects::key_exchange;
    }

  public:
    using ScriptedLink::ScriptedLink;
};

class ClientLink final : public ScriptedLink<peer::ScriptedClient12, peer::Client12Script> {
    enum class Expects {
        server_hello,
        certificate,
        key_exchange,
        hello_done,
        change_cipher_spec,
        finished
    } expects_{};

    void step() override {
        switch (std::exchange(expects_, static_cast<Expects>(static_cast<int>(expects_) + 1))) {
        case Expects::server_hello: peer_.expect_server_hello(); return;
        case Expects::certificate: peer_.expect_certificate(); return;
        case Expects::key_exchange: peer_.expect_server_key_exchange(); return;
        case Expects::hello_done:
            peer_.expect_message(HandshakeType::server_hello_done);
            return peer_.send_second_flight();
        case Expects::change_cipher_spec: return peer_.expect_change_cipher_spec();
        case Expects::finished: break;
        }
        peer_.expect_finished12();
        connected_ = true;
        peer_.send_data("hello\n");
    }

  public:
    ClientLink(TargetHook* hook, Rng& rng) : ScriptedLink(hook, rng) { peer_.send_client_hello(); }
};

} // namespace

std::unique_ptr<peer::Link> ScriptedTarget::open() {
    if (role_ == Role::server) return std::make_unique<ServerLink>(hook_, rng_);
    return std::make_unique<ClientLink>(hook_, rng_);
}

} // namespace pavise::testing
