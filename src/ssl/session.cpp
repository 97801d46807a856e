#include "ssl/session_slot.hpp"
#include "trust/fingerprint.hpp"

#include <pavise/ssl/errors.hpp>
#include <pavise/ssl/functions.hpp>
#include <pavise/ssl/session.hpp>

namespace pavise::ssl {

namespace {

constexpr int id_size = 32;
constexpr std::int64_t default_timeout = 7200; // as Python has it

std::int64_t seconds(Timestamp time) {
    return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

std::int64_t lifetime_of(const Session& session) {
    return std::chrono::duration_cast<std::chrono::seconds>(session.expires_at() - session.received_at())
        .count();
}

} // namespace

std::shared_ptr<SessionSlot> make_session_slot(std::shared_ptr<ContextState> context,
                                               const Settings& settings) {
    auto slot = std::make_shared<SessionSlot>();
    slot->context = std::move(context);
    slot->began = system_clock().now();
    slot->fallback_id = RAND_bytes(id_size);
    slot->verify_mode = settings.verify_mode;
    slot->verify_flags = settings.verify_flags;
    slot->check_hostname = settings.check_hostname;
    return slot;
}

SSLSession::SSLSession(std::shared_ptr<SessionSlot> slot) noexcept : slot_(std::move(slot)) {}

ByteVector SSLSession::id() const {
    const Session session = slot_->get();
    if (!session) return slot_->fallback_id;
    const ByteVector bytes = session.serialise();
    const auto digest = trust::sha256(bytes);
    return digest ? ByteVector(digest->begin(), digest->end()) : slot_->fallback_id;
}

std::int64_t SSLSession::time() const {
    const Session session = slot_->get();
    return seconds(session ? session.received_at() : slot_->began);
}

std::int64_t SSLSession::timeout() const {
    const Session session = slot_->get();
    return session ? lifetime_of(session) : default_timeout;
}

std::int64_t SSLSession::ticket_lifetime_hint() const {
    const Session session = slot_->get();
    return session ? lifetime_of(session) : 0;
}

bool SSLSession::has_ticket() const {
    return static_cast<bool>(slot_->get());
}

ByteVector SSLSession::serialise() const {
    return slot_->get().serialise();
}

std::optional<SSLSession> SSLSession::deserialise(const SSLContext& context, BytesLike bytes,
                                                  std::error_code& code) {
    auto session = Session::deserialise(bytes.view());
    code = session ? std::error_code() : make_error_code(session.error());
    if (!session) return std::nullopt;
    auto slot = make_session_slot(context.state(), *context.state()->settings());
    slot->set(*std::move(session));
    return SSLSession(std::move(slot));
}

std::uint32_t SSLSession::max_early_data() const {
    const Session session = slot_->get();
    return session ? session.max_early_data_size() : 0;
}

SSLSession SSLSession::deserialise(const SSLContext& context, BytesLike bytes) {
    auto session = Session::deserialise(bytes.view());
    if (!session) throw SSLError(describe(session.error()));
    auto slot = make_session_slot(context.state(), *context.state()->settings());
    slot->set(*std::move(session));
    return SSLSession(std::move(slot));
}

} // namespace pavise::ssl
