#include "exchange.hpp"

#include "expectations.hpp"

#include <algorithm>

namespace pavise::bogo {

namespace {

void update_keys(Link& link) {
    if (auto updated = link.connection().update_keys(KeyUpdateScope::ours); !updated)
        throw TlsFailure(updated.error());
}

// Records of every size around the limits of one record.
void write_different_record_sizes(Link& link) {
    constexpr std::size_t sizes[] = {0, 1, 255, 256, 257, 16383, 16384, 16385, 32767, 32768, 32769};
    for (const std::size_t size : sizes) link.write_all(ByteVector(size, 0x42));
}

// Data that is looked at stays until it is read.
void check_peek(Link& link) {
    const Bytes first = link.connection().data();
    const Bytes second = link.connection().data();
    if (first.data() != second.data() || first.size() != second.size())
        stop_unexpected("the data changed without being read");
}

// Sends back what comes, inverted, until the peer closes.
void echo(const Options& options, Link& link) {
    bool write_unfinished = options.read_with_unfinished_write;
    for (;;) {
        if (options.key_update_before_read) update_keys(link);
        if (link.wait_for_data() != End::none) return;
        if (!link.connection().handshake_complete()) stop_unexpected("data before the handshake was complete");
        if (options.peek_then_read) check_peek(link);
        const Bytes data = link.connection().data();
        ByteVector reply(data.begin(), data.begin() + static_cast<std::ptrdiff_t>(std::min(options.read_size, data.size())));
        if (auto read = link.connection().data_read(reply.size()); !read) throw TlsFailure(read.error());
        if (std::exchange(write_unfinished, false)) link.flush();
        if (options.key_update) update_keys(link);
        for (std::uint8_t& byte : reply) byte ^= 0xff;
        link.write_all(reply);
    }
}

// Our side ends first: nothing but the peer's close_notify may come then.
void shut_down_first(Link& link) {
    if (auto closed = link.connection().close(); !closed) throw TlsFailure(closed.error());
    link.flush();
    switch (link.wait_for_data()) {
    case End::close_notify: return;
    case End::cut: throw TlsFailure(Error{ErrorCode::truncated_connection});
    case End::none: throw Stop(ExitCode::failure, ":application_data_on_shutdown:");
    }
}

void shut_down(const Options& options, Link& link) {
    if (!options.check_close_notify) return; // quietly
    if (options.shim_shuts_down) return shut_down_first(link);
    if (!link.connection().peer_closed()) throw TlsFailure(Error{ErrorCode::truncated_connection});
    if (auto closed = link.connection().close(); !closed) throw TlsFailure(closed.error());
    link.flush();
}

void send_alert(Link& link) {
    if (auto refused = link.connection().refuse(AlertDescription::decompression_failure); !refused)
        throw TlsFailure(refused.error());
    link.flush();
}

} // namespace

void exchange(const Options& options, Link& link) {
    if (!options.implicit_handshake) {
        link.handshake();
        check_handshake(options, link.connection(), link.credentials());
        if (options.handshake_twice || options.no_op_extra_handshake) link.handshake();
    }
    if (options.send_alert) return send_alert(link);
    const bool writes =
        options.shim_writes_first || options.write_different_record_sizes || options.read_with_unfinished_write;
    if (writes) link.handshake();
    if (options.write_different_record_sizes) {
        write_different_record_sizes(link);
    } else {
        const Bytes greeting = as_bytes(options.shim_initial_write);
        if (options.read_with_unfinished_write)
            link.write_and_hold(greeting);
        else if (options.shim_writes_first)
            for (unsigned i = 0; i < options.repeat_shim_initial_write; ++i) link.write_all(greeting);
        if (!options.shim_shuts_down) echo(options, link);
    }
    shut_down(options, link);
    check_trace(options, link.trace());
}

} // namespace pavise::bogo
