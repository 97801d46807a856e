// A machine that runs: it puts messages together from fragments, asks the state whether it takes them, and
// steps.
#pragma once

#include "handshake/handshake.hpp"
#include "handshake/handshake12.hpp"
#include "handshake/machine.hpp"

namespace pavise::handshake {

template <class M> class Running : public Handshake {
    ByteVector pending_; // bytes not handled yet: part of a message, or messages behind a decision
    // How many bytes make the next step: a header, or a whole message. A peer that drips is not looked at
    // each time.
    std::size_t needed_ = messages::handshake_header_size;

  protected:
    typename M::State state_;
    typename M::Context context_;

    Running(typename M::State state, typename M::Context context) :
        state_(std::move(state)),
        context_(std::move(context)) {}

    template <class S> bool is() const noexcept { return std::holds_alternative<S>(state_); }
    template <class Answer> Status resume_with(const Answer& answer) {
        context_.exchange.set_message({}, pending_.size());
        PAVISE_TRY(resume<M>(state_, answer, context_));
        return handle_pending();
    }
    Status poison(Error error) {
        state_.template emplace<Poisoned>(Poisoned{error});
        return Unexpected(error);
    }

    // Whether a change_cipher_spec that the state does not expect is dropped: TLS 1.2 was not chosen, and
    // TLS 1.3 is possible.
    virtual bool ignores_change_cipher_spec() const = 0;
    // Whether a HelloRequest is dropped: the one message "not bound by these ordering rules" (RFC 5246 §7.4).
    virtual bool ignores_hello_request() const { return false; }

  private:
    // "This message MUST NOT be included in the message hashes" (RFC 5246 §7.4.1.1): it leaves no trace but
    // in the budget.
    Status drop_hello_request() {
        context_.exchange.note_dropped_hello_request();
        const Status status = context_.exchange.budget.draw();
        return status ? status : poison(status.error());
    }
    // Handles the whole messages at the front of `bytes`; says how many bytes that were.
    Result<std::size_t> handle(Bytes bytes) {
        std::size_t handled = 0;
        needed_ = messages::handshake_header_size;
        while (!is_suspended<M>(state_) && bytes.size() - handled >= messages::handshake_header_size) {
            const Bytes rest = bytes.subspan(handled);
            const auto type = static_cast<HandshakeType>(rest[0]);
            const std::size_t length = std::size_t{rest[1]} << 16 | std::size_t{rest[2]} << 8 | rest[3];
            switch (admits<M>(state_, type, length)) {
            case Admission::unexpected:
                if (type == HandshakeType::hello_request && length == 0 && ignores_hello_request()) {
                    if (auto status = drop_hello_request(); !status) return Unexpected(status.error());
                    handled += messages::handshake_header_size;
                    continue;
                }
                return Unexpected(
                    poison({ErrorCode::unexpected_message, static_cast<std::uint16_t>(type)}).error());
            case Admission::too_long:
                return Unexpected(
                    poison({ErrorCode::message_too_long, static_cast<std::uint16_t>(type)}).error());
            case Admission::admitted: break;
            }
            const std::size_t size = messages::handshake_header_size + length;
            if (rest.size() < size) {
                needed_ = size;
                break;
            }
            context_.exchange.set_message(rest.first(size), rest.size() - size);
            PAVISE_TRY(
                step<M>(state_, type, rest.subspan(messages::handshake_header_size, length), context_));
            handled += size;
        }
        return handled;
    }
    Status handle_pending() {
        if (pending_.size() < needed_) return {};
        PAVISE_LET(const std::size_t handled, handle(pending_));
        pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(handled));
        if (pending_.empty()) pending_ = ByteVector();
        return {};
    }

  public:
    Status receive(Bytes bytes) final {
        if (const Poisoned* poisoned = std::get_if<Poisoned>(&state_)) return Unexpected(poisoned->why);
        if (pending_.empty() && !is_suspended<M>(state_)) { // the common case: whole messages, no copy
            PAVISE_LET(const std::size_t handled, handle(bytes));
            bytes = bytes.subspan(handled);
            pending_.assign(bytes.begin(), bytes.end());
            return {};
        }
        pending_.insert(pending_.end(), bytes.begin(), bytes.end());
        return handle_pending();
    }
    Status receive_change_cipher_spec() final {
        if (!accepts<M, ChangeCipherSpec>(state_) && ignores_change_cipher_spec()) {
            context_.exchange.note_dropped_change_cipher_spec();
            return context_.exchange.budget.draw();
        }
        context_.exchange.set_message({}, pending_.size());
        return receive_signal<M>(state_, ChangeCipherSpec{}, ErrorCode::unexpected_change_cipher_spec,
                                 context_);
    }
    bool message_in_progress() const final { return !pending_.empty(); }
    Level read_level() const final { return context_.exchange.read_level(); }
    Exchange& exchange() final { return context_.exchange; }
    const PendingSignature* pending_signature() const final {
        return context_.signature ? &*context_.signature : nullptr;
    }
};

} // namespace pavise::handshake
