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

void send_alert(Link& link) {
    if (auto refused = link.connection().refuse(AlertDescription::decompression_failure); !refused)
        throw TlsFailure(refused.error());
    link.flush();
}

// Data that is looked at stays until it is read.
void check_peek(Link& link) {
    const Bytes first = link.connection().data();
    const Bytes second = link.connection().data();
    if (first.data() != second.data() || first.size() != second.size())
        stop_unexpected("the data changed without being read");
}

// The connection and what is known of it so far.
class Exchange {
    const Options* options_;
    const Options& retry_;
    Turn turn_;
    Link& link_;
    bool checked_ = false; // the handshake is complete, and is as expected

    Channel& connection() { return link_.connection(); }
    void export_keys();
    void show_tls_unique();
    void export_between_reads();
    void greet();
    bool write_early_data();
    void complete_handshake();
    void look_at_handshake();
    void echo();

  public:
    Exchange(const Options& options, const Options& retry, Turn turn, Link& link) :
        options_(&options),
        retry_(retry),
        turn_(turn),
        link_(link) {}
    void run();
    const Options& options() const noexcept { return *options_; }
};

void Exchange::look_at_handshake() {
    if (checked_ || !connection().handshake_complete()) return;
    checked_ = true;
    const bool rejected = connection().negotiated().early_data == EarlyDataStatus::rejected;
    if (options_->server || !rejected) {
        if (!options_->implicit_handshake)
            check_handshake(*options_, connection(), link_.credentials(), turn_);
        return;
    }
    if (!options_->expect_reject_early_data) stop_unexpected("early data is rejected");
    // From here on it is another exchange in the runner's eyes.
    options_ = &retry_;
    check_handshake(*options_, connection(), link_.credentials(), turn_);
}

void Exchange::complete_handshake() {
    link_.handshake();
    look_at_handshake();
}

// What follows the ClientHello in the first flight. Says whether there was any.
bool Exchange::write_early_data() {
    const bool offered = connection().early_data_room() != 0;
    if (offered && options_->expect_no_offer_early_data) stop_unexpected("early data is offered");
    const bool wanted = options_->expect_accept_early_data || options_->expect_reject_early_data;
    if (!offered && wanted && !link_.refused_session()) stop_unexpected("early data is not offered");
    if (!offered || !options_->shim_writes_first) return false;
    if (options_->early_write_after_message != 0) link_.handshake_until(options_->early_write_after_message);
    greet();
    return true;
}

void Exchange::greet() {
    if (options_->read_with_unfinished_write)
        return link_.write_and_hold(as_bytes(options_->shim_initial_write));
    if (!options_->shim_writes_first) return;
    for (unsigned i = 0; i < options_->repeat_shim_initial_write; ++i)
        link_.write_all(as_bytes(options_->shim_initial_write));
}

void Exchange::export_keys() {
    if (options_->export_keying_material == 0) return;
    ByteVector keys(options_->export_keying_material);
    std::optional<Bytes> context;
    if (options_->use_export_context) context = as_bytes(options_->export_context);
    if (auto exported = connection().export_keying_material(options_->export_label, context, keys); !exported)
        throw TlsFailure(exported.error());
    link_.write_all(keys);
}

void Exchange::show_tls_unique() {
    if (!options_->tls_unique) return;
    const auto binding = connection().channel_binding("tls-unique");
    if (!binding) throw TlsFailure(binding.error());
    link_.write_all(*binding);
}

void Exchange::export_between_reads() {
    std::uint8_t byte = 0;
    const auto exported = connection().export_keying_material("label", {}, {&byte, 1});
    if (!exported) throw TlsFailure(exported.error());
}

// Sends back what comes, inverted, until the peer closes.
void Exchange::echo() {
    bool write_unfinished = options_->read_with_unfinished_write;
    for (;;) {
        if (options_->key_update_before_read) update_keys(link_);
        const End end = link_.wait_for_data();
        look_at_handshake();
        if (end != End::none) return;
        if (options_->peek_then_read) check_peek(link_);
        if (options_->use_exporter_between_reads) export_between_reads();
        const Bytes data = connection().data();
        ByteVector reply(data.begin(), data.begin() + static_cast<std::ptrdiff_t>(
                                                          std::min(options_->read_size, data.size())));
        if (auto read = connection().data_read(reply.size()); !read) throw TlsFailure(read.error());
        if (std::exchange(write_unfinished, false)) link_.flush();
        if (options_->key_update) update_keys(link_);
        for (std::uint8_t& byte : reply) byte ^= 0xff;
        link_.write_all(reply);
    }
}

void Exchange::run() {
    const Options& at_first = *options_;
    link_.begin();
    const bool wrote_early = !at_first.server && write_early_data();
    const bool writes = at_first.shim_writes_first || at_first.write_different_record_sizes ||
                        at_first.read_with_unfinished_write;
    if (!at_first.implicit_handshake || writes) complete_handshake();
    if (options_->handshake_twice || options_->no_op_extra_handshake) link_.handshake();
    export_keys();
    show_tls_unique();
    if (options_->send_alert) return send_alert(link_);
    if (options_->write_different_record_sizes) return write_different_record_sizes(link_);
    if (!wrote_early || options_ != &at_first) greet();
    if (!options_->shim_shuts_down) echo();
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

} // namespace

void exchange(const Options& options, const Options& retry, Turn turn, World& world, Link& link) {
    Exchange the_exchange(options, retry, turn, link);
    the_exchange.run();
    const std::vector<Session> sessions = link.connection().take_sessions();
    check_sessions(the_exchange.options(), link.connection(), sessions);
    if (turn == Turn::first) check_kept_sessions(options, world);
    world.session = sessions.empty() ? Session() : sessions.back();
    if (!options.send_alert) shut_down(the_exchange.options(), link);
    check_trace(options, link.connection(), link.trace());
}

} // namespace pavise::bogo
