#include "cli/tls_stream.hpp"

#include "base/try.hpp"
#include "cli/drive.hpp"

#include <array>

namespace pavise::cli {

using ssl::SSL_ERROR_WANT_READ;

namespace {

// What is read from the socket at a time: a record of full length and its header.
constexpr std::size_t block_size = (16u << 10) + 256;

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

Status TlsStream::send_output(net::Deadline deadline) {
    for (Bytes output = next_output(); !output.empty(); output = next_output()) {
        PAVISE_LET(const std::size_t count, socket_.write(output, deadline));
        sent_ += count;
    }
    return {};
}

Status TlsStream::exchange(net::Deadline deadline) {
    const Status sent = send_output(deadline);
    if (!sent && sent.error().code != ErrorCode::write_failed) return sent;
    std::array<std::uint8_t, block_size> block;
    const auto count = socket_.read(block, deadline);
    if (!count) return Unexpected(sent ? count.error() : sent.error());
    if (*count == 0)
        incoming_.write_eof();
    else
        incoming_.write(Bytes(block).first(*count));
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

void TlsStream::part() {
    const net::Deadline deadline = net::Deadline::after(drain_time);
    std::error_code ignored; // a connection that failed has said why
    if (object_->version())
        object_->close_sending(ignored);
    else
        object_->refuse(ssl::ALERT_DESCRIPTION_USER_CANCELLED, ignored);
    // Nobody is left to be told of a failure here.
    if (send_output(deadline) && socket_.shutdown_write()) (void)socket_.drain(drain_limit, deadline);
    socket_.close();
}

} // namespace pavise::cli
