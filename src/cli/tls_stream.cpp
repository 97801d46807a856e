#include "cli/tls_stream.hpp"

#include "base/try.hpp"
#include "cli/drive.hpp"
#include "net/failure.hpp"

#include <array>
#include <cerrno>
#include <utility>

#include <poll.h>

namespace pavise::cli {

using ssl::SSL_ERROR_WANT_READ;

namespace {

// What is read from the socket at a time: a record of full length and its header.
constexpr std::size_t block_size = (16u << 10) + 256;

// Instead of drain_time, where the user wants to go or has waited long enough.
constexpr std::chrono::milliseconds short_drain_time{200};

} // namespace

Error error_in(const std::error_code& code) noexcept {
    // The facade's own refusals are of calls that are not made here.
    return ssl::error_of(code).value_or(Error{ErrorCode::internal});
}

Result<TlsStream> TlsStream::client(const ssl::SSLContext& context, const ssl::WrapBioOptions& options) {
    TlsStream stream;
    std::error_code code;
    stream.object_ = context.wrap_bio(stream.incoming_, stream.outgoing_, options, code);
    if (code) return Unexpected(error_in(code));
    return stream;
}

// What is to be sent; empty: nothing.
Bytes TlsStream::next_output() {
    if (sent_ == output_.size()) {
        output_ = outgoing_.read();
        sent_ = 0;
    }
    return Bytes(output_).subspan(sent_);
}

// ---------------------------------------------------------------- steps that never wait

Status TlsStream::update_keys(KeyUpdateScope scope) {
    std::error_code code;
    object_->update_keys(scope, code);
    if (!code) object_->write(std::string_view(), code); // which takes the KeyUpdate along
    if (code) return Unexpected(error_in(code));
    return {};
}

Status TlsStream::push() {
    for (Bytes output = next_output(); !output.empty(); output = next_output()) {
        PAVISE_LET(const std::size_t count, socket_.try_write(output));
        if (count == 0) break;
        sent_ += count;
    }
    return {};
}

Status TlsStream::pull() {
    std::array<std::uint8_t, block_size> block;
    PAVISE_LET(const std::optional<std::size_t> count, socket_.try_read(block));
    if (!count) return {};
    if (*count == 0)
        incoming_.write_eof();
    else
        incoming_.write(Bytes(block).first(*count));
    return {};
}

// ---------------------------------------------------------------- the blocking loop

Unexpected TlsStream::interrupted() noexcept {
    given_up_ = true;
    return fail(ErrorCode::poll_failed, EINTR);
}

Status TlsStream::wait_until(net::Readiness readiness, net::Deadline deadline) {
    std::array<pollfd, 2> entries{
        {{socket_.fd(), static_cast<short>(readiness), 0}, {given_up_ ? -1 : interruption_fd(), POLLIN, 0}}};
    // Looked at first: a peer that always has one more byte does not stretch the deadline.
    while (!deadline.passed()) {
        const int count = ::poll(entries.data(), entries.size(), deadline.poll_timeout());
        if (count < 0 && errno != EINTR) return net::fail_with_errno(ErrorCode::poll_failed);
        if (count > 0 && entries[1].revents != 0) return interrupted();
        if (count > 0) return {};
    }
    given_up_ = true;
    return fail(ErrorCode::deadline_passed);
}

Status TlsStream::send_output(net::Deadline deadline) {
    for (Bytes output = next_output(); !output.empty(); output = next_output()) {
        PAVISE_LET(const std::size_t count, socket_.try_write(output));
        if (count == 0) PAVISE_TRY(wait_until(net::Readiness::writable, deadline));
        sent_ += count;
    }
    return {};
}

Status TlsStream::exchange(net::Deadline deadline) {
    const Status sent = send_output(deadline);
    if (!sent && sent.error().code != ErrorCode::write_failed) return sent;
    if (const Status ready = wait_until(net::Readiness::readable, deadline); !ready)
        return Unexpected(sent ? ready.error() : sent.error());
    if (const Status pulled = pull(); !pulled) return Unexpected(sent ? pulled.error() : sent.error());
    return {};
}

Status TlsStream::prepare() {
    std::error_code code;
    object_->do_handshake(code);
    if (code != SSL_ERROR_WANT_READ) return Unexpected(error_in(code));
    return {};
}

Status TlsStream::shake_hands(net::Deadline deadline) {
    for (;;) {
        std::error_code code;
        object_->do_handshake(code);
        if (!code) return send_output(deadline);
        if (code != SSL_ERROR_WANT_READ) return Unexpected(error_in(code));
        PAVISE_TRY(exchange(deadline));
    }
}

Status TlsStream::write_all(Bytes bytes, net::Deadline deadline) {
    while (!bytes.empty()) {
        std::error_code code;
        bytes = bytes.subspan(object_->write(bytes, code));
        if (code) return Unexpected(error_in(code));
        PAVISE_TRY(send_output(deadline));
    }
    return {};
}

Result<std::size_t> TlsStream::read(MutableBytes into, net::Deadline deadline) {
    for (;;) {
        std::error_code code;
        const std::size_t count = object_->read_into(into, code);
        if (!code) return count;
        if (code != SSL_ERROR_WANT_READ) return Unexpected(error_in(code));
        PAVISE_TRY(exchange(deadline));
    }
}

void TlsStream::drain(net::Deadline deadline) {
    std::array<std::uint8_t, block_size> sink;
    for (std::size_t total = 0; total < drain_limit && wait_until(net::Readiness::readable, deadline);) {
        const auto count = socket_.try_read(sink);
        if (!count || *count == std::size_t{0}) return;
        total += count->value_or(0);
    }
}

void TlsStream::part() {
    const bool in_haste = std::exchange(given_up_, true); // what is said goes out, whatever signal comes
    const net::Deadline deadline = net::Deadline::after(in_haste ? short_drain_time : drain_time);
    std::error_code ignored; // a connection that failed has said why
    if (object_->version())
        object_->close_sending(ignored);
    else
        object_->refuse(ssl::ALERT_DESCRIPTION_USER_CANCELLED, ignored);
    // Nobody is left to be told of a failure here.
    if (send_output(deadline) && socket_.shutdown_write()) {
        given_up_ = in_haste;
        drain(deadline);
    }
    socket_.close();
}

} // namespace pavise::cli
