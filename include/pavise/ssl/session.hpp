// SSLSession: what a client needs to resume.
#pragma once

#include <pavise/bytes_like.hpp>
#include <pavise/export.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <system_error>

namespace pavise::ssl {

struct SessionSlot;
class SSLContext;

// A handle. In TLS 1.3 a session can be resumed once the server's tickets have come, which is after the
// handshake: the handle follows its connection, so that one taken early becomes resumable as data is read.
// Thread-safe.
class PAVISE_EXPORT SSLSession {
    std::shared_ptr<SessionSlot> slot_; // never null: what was moved from is still the same session

  public:
    SSLSession(const SSLSession&) noexcept = default;
    SSLSession& operator=(const SSLSession&) noexcept = default;
    ~SSLSession() = default;
    explicit SSLSession(std::shared_ptr<SessionSlot> slot) noexcept;

    // Differs for every session; 32 bytes.
    ByteVector id() const;
    std::int64_t time() const;                 // when it began, in seconds since the epoch
    std::int64_t timeout() const;              // for how many seconds it can be resumed
    std::int64_t ticket_lifetime_hint() const; // what the server said of that; 0: nothing
    bool has_ticket() const;

    // The session with its secret, for storage; empty where there is nothing to resume yet.
    ByteVector serialise() const;
    // For connections of this context. SSLError where the bytes are no session.
    static SSLSession deserialise(const SSLContext& context, BytesLike bytes);
    static std::optional<SSLSession> deserialise(const SSLContext& context, BytesLike bytes,
                                                 std::error_code& code);
    // Beyond Python: how many bytes of early data the server takes with it; 0: none.
    std::uint32_t max_early_data() const;

    friend bool operator==(const SSLSession& a, const SSLSession& b) { return a.id() == b.id(); }
    const std::shared_ptr<SessionSlot>& slot() const noexcept { return slot_; }
};

} // namespace pavise::ssl
