// What an SSLSession refers to: filled by its connection as tickets come.
#pragma once

#include "ssl/settings.hpp"

#include <pavise/session.hpp>

#include <mutex>

namespace pavise::ssl {

struct SessionSlot {
    std::shared_ptr<ContextState> context; // sessions of one context are not used in another
    Timestamp began{};
    ByteVector fallback_id{}; // until there is a session
    // Under what the peer was believed: a session is not offered where more is asked for now.
    VerifyMode verify_mode = CERT_NONE;
    VerifyFlags verify_flags{};
    bool check_hostname = false;

    Session get() const {
        const std::lock_guard lock(mutex_);
        return session_;
    }
    void set(Session session) {
        const std::lock_guard lock(mutex_);
        session_ = std::move(session);
    }
    bool fits(const Settings& settings) const noexcept {
        return verify_mode == settings.verify_mode && verify_flags == settings.verify_flags &&
               check_hostname == settings.check_hostname;
    }

  private:
    mutable std::mutex mutex_;
    Session session_{};
};

// A new slot for connections of `context`, which were verified as `settings` say.
std::shared_ptr<SessionSlot> make_session_slot(std::shared_ptr<ContextState> context,
                                               const Settings& settings);

} // namespace pavise::ssl
