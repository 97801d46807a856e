#include "cli/drive.hpp"

#include "base/try.hpp"

#include <algorithm>

namespace pavise::cli {

Status push(Connection& connection, net::Socket& socket) {
    for (Bytes output = connection.output(); !output.empty(); output = connection.output()) {
        PAVISE_LET(const std::size_t count, socket.try_write(output));
        if (count == 0) break;
        connection.output_sent(count);
    }
    return {};
}

Result<Pulled> pull(Connection& connection, net::Socket& socket) {
    PAVISE_LET(const std::optional<std::size_t> count, socket.try_read(connection.receive_space()));
    if (!count) return Pulled::nothing;
    if (*count == 0) {
        PAVISE_TRY(connection.transport_closed());
        return Pulled::end;
    }
    PAVISE_TRY(connection.received(*count));
    return Pulled::bytes;
}

Stream::Stream(Connection connection, net::Socket socket) noexcept :
    connection_(std::move(connection)),
    socket_(std::move(socket)) {}

Status Stream::send_output(net::Deadline deadline) {
    for (Bytes output = connection_.output(); !output.empty(); output = connection_.output()) {
        PAVISE_LET(const std::size_t count, socket_.write(output, deadline));
        connection_.output_sent(count);
    }
    return {};
}

Status Stream::exchange(net::Deadline deadline) {
    const Status sent = send_output(deadline);
    if (!sent && sent.error().code != ErrorCode::write_failed) return sent;
    const auto count = socket_.read(connection_.receive_space(), deadline);
    if (!count) return Unexpected(sent ? count.error() : sent.error());
    if (*count == 0) return connection_.transport_closed();
    return connection_.received(*count);
}

Status Stream::shake_hands(net::Deadline deadline) {
    while (!connection_.handshake_complete()) PAVISE_TRY(exchange(deadline));
    return send_output(deadline);
}

Status Stream::write_all(Bytes bytes, net::Deadline deadline) {
    while (!bytes.empty()) {
        PAVISE_LET(const std::size_t count, connection_.write(bytes));
        bytes = bytes.subspan(count);
        PAVISE_TRY(send_output(deadline));
    }
    return {};
}

Result<std::size_t> Stream::read(MutableBytes into, net::Deadline deadline) {
    while (connection_.data().empty()) {
        if (connection_.peer_closed()) return std::size_t{0};
        PAVISE_TRY(exchange(deadline));
    }
    const Bytes data = connection_.data().first(std::min(connection_.data().size(), into.size()));
    std::ranges::copy(data, into.begin());
    PAVISE_TRY(connection_.data_read(data.size()));
    return data.size();
}

void Stream::part() {
    const net::Deadline deadline = net::Deadline::after(drain_time);
    if (!connection_.error()) (void)connection_.close();
    // Nobody is left to be told of a failure here.
    if (send_output(deadline) && socket_.shutdown_write()) (void)socket_.drain(drain_limit, deadline);
    socket_.close();
}

} // namespace pavise::cli
