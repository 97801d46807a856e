// Where the environment names a folder (PAVISE_TRANSCRIPTS), the connections of the tests leave there what
// they received: the corpora of the fuzz targets are made from it (docs/fuzzing.md).
#pragma once

#include <pavise/config.hpp>
#include <pavise/testing/transcript.hpp>

#include <memory>

namespace pavise::testing {

// Stands before the test's own tap, which it tells everything.
class TranscriptFiles final : public Tap {
    Role role_;
    Tap* inner_;
    TranscriptTap transcript_;

  public:
    TranscriptFiles(Role role, Tap* inner) : role_(role), inner_(inner) {}
    TranscriptFiles(const TranscriptFiles&) = delete;
    TranscriptFiles& operator=(const TranscriptFiles&) = delete;
    // Writes ROLE-wire-HASH, and ROLE-message-HASH for each handshake message.
    ~TranscriptFiles() override;

    // Puts itself into `tap` where transcripts are wanted; else nothing is there and nothing changes.
    static std::unique_ptr<TranscriptFiles> before(Tap*& tap, Role role);

    void on_record(Direction direction, RecordProtection protection, Bytes wire) noexcept override;
    void on_content(Direction direction, ContentType type, Bytes content) noexcept override;
    void on_message(Direction direction, Bytes message) noexcept override;
    void on_inner_client_hello(Direction direction, Bytes message) noexcept override;
    void on_secret(std::string_view label, Bytes client_random, Bytes secret) noexcept override;
    void on_transition(std::size_t from, std::size_t input, std::size_t to) noexcept override;
    void rewrite_outgoing(HandshakeType type, ByteVector& message) noexcept override;
    void rewrite_encoded_inner_hello(ByteVector& encoded) noexcept override;
};

} // namespace pavise::testing
