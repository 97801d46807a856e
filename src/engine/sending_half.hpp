// The sending half of a connection: application data, handshake messages and alerts into records.
//
// After the handshake it belongs to the thread that sends. The receiving half reaches it through the Mailbox
// alone.
#pragma once

#include "crypto/cipher_suite.hpp"
#include "crypto/provider.hpp"
#include "engine/mailbox.hpp"
#include "handshake/transport.hpp"
#include "record/writer.hpp"
#include "wire/tap.hpp"

#include <pavise/engine.hpp>

#include <atomic>

namespace pavise::engine {

class SendingHalf {
    const crypto::Provider& provider_;
    Mailbox& mailbox_;
    wire::Tap* tap_;
    record::RecordWriter writer_;
    ByteVector handshake_; // messages of one flight, gathered so that they share records
    std::optional<crypto::Suite13> suite_;
    HashSecret traffic_secret_; // of the application level, for the next key update
    std::unique_ptr<crypto::Hmac> hmac_;
    std::atomic<bool> alert_queued_{false};
    std::size_t max_fragment_ = record::max_plaintext_size;
    std::size_t early_room_ = 0; // bytes of early data that may yet be written
    std::atomic<bool> open_{false};
    std::atomic<bool> closed_{false};

  public:
    SendingHalf(const crypto::Provider& provider, Mailbox& mailbox, wire::Tap* tap) :
        provider_(provider),
        mailbox_(mailbox),
        tap_(tap) {}

    // ---- for the handshake
    void set_padding(RecordPadding padding) noexcept;
    // Of every record from now on, whatever larger ones the peer would take. Nothing: no limit of ours.
    Status set_max_fragment(std::optional<std::uint16_t> most) noexcept;
    // RFC 8446 §5.1: 0x0301 in the record of an initial ClientHello, for old servers' sake; else 0x0303.
    void set_hello_version(ProtocolVersion version) noexcept { writer_.set_plaintext_version(version); }
    void queue_handshake(Bytes message) {
        constexpr std::size_t usual_flight_size = 2048;
        if (handshake_.capacity() == 0) handshake_.reserve(usual_flight_size);
        handshake_.insert(handshake_.end(), message.begin(), message.end());
    }
    Status send_change_cipher_spec();
    Status install(handshake::Level level, const crypto::Suite13& suite, Bytes secret, crypto::Hmac& hmac,
                   std::uint64_t first_sequence_number = 0);
    Status install12(const crypto::Suite12& suite, const schedule::WriteKeys& keys, Rng& rng);
    Status limit_records(const handshake::RecordSizes& sizes);
    // Application data may be written as early data, this many bytes.
    void allow_early_data(std::size_t bytes) noexcept { early_room_ = bytes; }
    std::size_t early_data_room() const noexcept { return is_open() ? 0 : early_room_; }
    void drop_keys() noexcept { writer_.drop_protection(); }
    // Application data may be written from now on.
    void open() noexcept { open_.store(true, std::memory_order_release); }

    // ---- for the application
    Result<std::size_t> write(Bytes data);
    Result<MutableBytes> reserve(std::size_t want);
    Status commit(std::size_t used);
    Status close();
    Status cancel();
    Status update_keys(KeyUpdateScope scope);
    // A failure whose alert is not queued yet.
    bool alert_due() const noexcept {
        return mailbox_.failure() && !alert_queued_.load(std::memory_order_acquire);
    }
    bool is_open() const noexcept { return open_.load(std::memory_order_acquire); }
    bool is_closed() const noexcept { return closed_.load(std::memory_order_acquire); }

    // ---- for the transport
    // Queues what is due (a gathered flight, an answer to a KeyUpdate, the alert of a failure) and shows the
    // output.
    Bytes output();
    void output_sent(std::size_t count) noexcept { writer_.consume(count); }
    void release_idle() noexcept { writer_.release_idle(); }

  private:
    Status flush_handshake();
    Status settle();
    Status or_fail(Status status);
    Status ready_to_write();
    Status send_key_update(KeyUpdateRequest request);
    Status send_authentication(Authentication authentication);
    Status queue_alert(AlertLevel level, AlertDescription description);
    Status write_record(ContentType type, Bytes content);
    void show_records(ContentType type, std::size_t before);
    void queue_alert_of_failure();
};

} // namespace pavise::engine
