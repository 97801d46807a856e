// A captured TLS conversation: records out of bytes, messages out of records, keys out of the key log.
#include "cli/trace.hpp"

#include "cli/annotation.hpp"
#include "messages/client_hello.hpp"
#include "messages/encrypted_extensions.hpp"
#include "messages/message.hpp"
#include "messages/server_hello.hpp"
#include "record/limits.hpp"
#include "schedule/key_log.hpp"

#include <algorithm>

namespace pavise::cli {

namespace {

using schedule::key_log_label::client_application_traffic_secret_0;
using schedule::key_log_label::client_early_traffic_secret;
using schedule::key_log_label::client_handshake_traffic_secret;
using schedule::key_log_label::server_application_traffic_secret_0;
using schedule::key_log_label::server_handshake_traffic_secret;

constexpr std::size_t record_header_size = 5;
constexpr std::size_t handshake_header = 4;

// How far one sender has come.
struct Direction {
    ByteVector pending{};   // not a whole record yet, or one that has to wait
    ByteVector handshake{}; // of a message that is not whole yet
    std::optional<record::ReadProtection> opening{};
    ByteVector secret{}; // TLS 1.3: that the keys come from
    bool encrypted = false;
    std::size_t sealed = 0; // records that could not be opened
};

class Tracer {
    const Conversation& conversation_;
    const KeyLogFile& key_log_;
    Annotator annotator_;
    Direction client_;
    Direction server_;
    std::optional<OpeningPair> keys12_;
    ByteVector client_random_;
    ByteVector server_random_;
    ProtocolVersion version_{};
    CipherSuite suite_{};
    bool early_data_offered_ = false;
    bool early_data_read_ = false; // EncryptedExtensions told whether it was accepted
    bool early_data_accepted_ = false;
    bool broken_ = false;
    std::string out_;

    Direction& of(Sender sender) { return sender == Sender::client ? client_ : server_; }
    void say(Sender sender, const std::string& text) {
        out_ += (sender == Sender::client ? "--> " : "<-- ") + text;
        if (!out_.ends_with('\n')) out_ += '\n';
    }

    // ---- keys

    void use13(Direction& direction, std::string_view label) {
        direction.encrypted = true;
        direction.opening.reset();
        const auto secret = key_log_.find(label, client_random_);
        if (!secret) return;
        direction.secret.assign(secret->begin(), secret->end());
        if (auto opening = opening13(suite_, direction.secret)) direction.opening = *std::move(opening);
    }
    void update13(Direction& direction) {
        if (direction.secret.empty()) return;
        auto next = next_secret(suite_, direction.secret);
        direction.opening.reset();
        if (!next) return;
        direction.secret = *std::move(next);
        if (auto opening = opening13(suite_, direction.secret)) direction.opening = *std::move(opening);
    }
    void use12(Sender sender) {
        Direction& direction = of(sender);
        direction.encrypted = true;
        const auto master = key_log_.find(schedule::key_log_label::client_random, client_random_);
        if (!keys12_ && master)
            if (auto keys = opening12(suite_, *master, client_random_, server_random_))
                keys12_ = *std::move(keys);
        if (!keys12_) return;
        direction.opening = std::move(sender == Sender::client ? keys12_->client : keys12_->server);
    }

    // ---- messages

    void client_hello(Bytes body) {
        const auto hello = messages::parse_body<messages::ClientHello>(body);
        if (!hello) return;
        client_random_.assign(hello->random.begin(), hello->random.end());
        early_data_offered_ = hello->extensions.contains(ExtensionType::early_data);
        early_data_read_ = false;
    }
    void server_hello(Bytes body) {
        const auto hello = messages::parse_body<messages::ServerHello>(body);
        if (!hello) return;
        version_ = hello->extensions.contains(ExtensionType::supported_versions) ? ProtocolVersion::tls_1_3
                                                                                 : hello->legacy_version;
        suite_ = hello->cipher_suite;
        if (hello->is_hello_retry_request()) return;
        server_random_.assign(hello->random.begin(), hello->random.end());
        if (version_ != ProtocolVersion::tls_1_3) return;
        use13(server_, server_handshake_traffic_secret);
        if (!early_data_offered_) use13(client_, client_handshake_traffic_secret);
    }
    // Only now it is known under which keys the client goes on.
    void encrypted_extensions(Bytes body) {
        const auto message = messages::parse_body<messages::EncryptedExtensions>(body);
        early_data_accepted_ = message && message->extensions.contains(ExtensionType::early_data);
        early_data_read_ = true;
        if (early_data_offered_)
            use13(client_,
                  early_data_accepted_ ? client_early_traffic_secret : client_handshake_traffic_secret);
    }
    void finished(Sender sender) {
        if (version_ != ProtocolVersion::tls_1_3) return;
        use13(of(sender), sender == Sender::client ? client_application_traffic_secret_0
                                                   : server_application_traffic_secret_0);
    }

    void message(Sender sender, Bytes whole) {
        say(sender, annotator_.message(whole));
        const Bytes body = whole.subspan(handshake_header);
        switch (static_cast<HandshakeType>(whole[0])) {
        case HandshakeType::client_hello: return client_hello(body);
        case HandshakeType::server_hello: return server_hello(body);
        case HandshakeType::encrypted_extensions: return encrypted_extensions(body);
        case HandshakeType::end_of_early_data: return use13(client_, client_handshake_traffic_secret);
        case HandshakeType::finished: return finished(sender);
        case HandshakeType::key_update: return update13(of(sender));
        default: return;
        }
    }
    void handshake(Sender sender, Bytes fragment) {
        ByteVector& bytes = of(sender).handshake;
        bytes.insert(bytes.end(), fragment.begin(), fragment.end());
        while (bytes.size() >= handshake_header) {
            const std::size_t size =
                handshake_header + (std::size_t{bytes[1]} << 16 | std::size_t{bytes[2]} << 8 | bytes[3]);
            if (bytes.size() < size) return;
            const ByteVector whole(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
            bytes.erase(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
            message(sender, whole);
        }
    }

    // ---- records

    void content(Sender sender, ContentType type, Bytes bytes) {
        switch (type) {
        case ContentType::handshake: return handshake(sender, bytes);
        case ContentType::alert: return say(sender, annotator_.alert(bytes));
        case ContentType::application_data:
            return say(sender, "application_data, " + std::to_string(bytes.size()) + " bytes");
        default: return say(sender, name_of(type));
        }
    }
    void sealed(Sender sender, ContentType type, std::size_t size) {
        ++of(sender).sealed;
        say(sender, "sealed " + name_of(type) + " record, " + std::to_string(size) + " bytes");
    }
    void record(Sender sender, MutableBytes bytes) {
        Direction& direction = of(sender);
        const auto type = static_cast<ContentType>(bytes[0]);
        if (type == ContentType::change_cipher_spec) {
            say(sender, "change_cipher_spec");
            if (version_ != ProtocolVersion::tls_1_3 && !server_random_.empty()) use12(sender);
            return;
        }
        // In TLS 1.3 an alert of a side that has no keys yet is in the clear.
        const bool plain13 = version_ == ProtocolVersion::tls_1_3 && type != ContentType::application_data;
        if (!direction.encrypted || plain13) return content(sender, type, bytes.subspan(record_header_size));
        if (!direction.opening) return sealed(sender, type, bytes.size());
        ByteVector copy(bytes.begin(), bytes.end()); // what cannot be opened is wiped
        const auto opened = direction.opening->open(copy);
        if (opened) return content(sender, opened->type, opened->content);
        // Early data that the server did not take stands before the handshake's own records.
        if (sender == Sender::client && early_data_offered_ && !early_data_accepted_)
            return say(sender, "rejected early data, " + std::to_string(bytes.size()) + " bytes");
        sealed(sender, type, bytes.size());
    }

    // Whether the client's sealed records have to wait for what the server says of early data.
    bool must_wait(Sender sender, ContentType type) const {
        return sender == Sender::client && early_data_offered_ && !early_data_read_ && !client_.encrypted &&
               type == ContentType::application_data && !broken_;
    }
    void records(Sender sender) {
        Direction& direction = of(sender);
        std::size_t at = 0;
        while (direction.pending.size() - at >= record_header_size && !broken_) {
            const MutableBytes rest = MutableBytes(direction.pending).subspan(at);
            const std::size_t size = record_header_size + (std::size_t{rest[3]} << 8 | rest[4]);
            const auto type = static_cast<ContentType>(rest[0]);
            if (rest[0] < 20 || rest[0] > 24 || rest[1] != 3) {
                broken_ = true;
                if (!out_.empty()) say(sender, "what follows is no TLS record");
                break;
            }
            if (rest.size() < size || must_wait(sender, type)) break;
            record(sender, rest.first(size));
            at += size;
        }
        direction.pending.erase(direction.pending.begin(),
                                direction.pending.begin() + static_cast<std::ptrdiff_t>(at));
    }

  public:
    Tracer(const Conversation& conversation, const KeyLogFile& key_log) :
        conversation_(conversation),
        key_log_(key_log) {}

    std::string run() {
        for (const Chunk& chunk : conversation_.chunks) {
            ByteVector& pending = of(chunk.sender).pending;
            pending.insert(pending.end(), chunk.bytes.begin(), chunk.bytes.end());
            records(chunk.sender);
            if (chunk.sender == Sender::server) records(Sender::client); // what waited
        }
        early_data_read_ = true; // nothing more comes that could tell
        if (!client_.encrypted && !client_.pending.empty()) client_.encrypted = true;
        records(Sender::client);
        if (out_.empty()) return {};
        std::string head = conversation_.client + " --> " + conversation_.server + "\n";
        if (client_.sealed + server_.sealed > 0)
            out_ += std::to_string(client_.sealed + server_.sealed) + " records stayed sealed: " +
                    (key_log_.size() == 0 ? "no key log was given (--keylog)"
                                          : "the key log has no fitting secret") +
                    "\n";
        if (conversation_.has_gap) out_ += "packets are missing from the capture: the rest is left out\n";
        return head + out_;
    }
};

} // namespace

std::string trace_of(const Conversation& conversation, const KeyLogFile& key_log) {
    return Tracer(conversation, key_log).run();
}

} // namespace pavise::cli
