// A handshake and the data behind it, over what the runner speaks: TLS records, or its mock of QUIC.
#pragma once

#include "engine/access.hpp"

#include <pavise/engine.hpp>
#include <pavise/quic.hpp>

#include <memory>

namespace pavise::bogo {

// The calls of Connection, by their names.
class Channel {
  public:
    Channel() = default;
    Channel(const Channel&) = delete;
    Channel& operator=(const Channel&) = delete;
    virtual ~Channel() = default;

    // ---- the transport and the application
    virtual bool wants_input() const = 0;
    virtual MutableBytes receive_space() = 0;
    virtual Status received(std::size_t count) = 0;
    virtual Status transport_closed() = 0;
    virtual Bytes output() = 0;
    virtual void output_sent(std::size_t count) = 0;
    virtual Bytes data() = 0;
    virtual Status data_read(std::size_t count) = 0;
    virtual Result<std::size_t> write(Bytes data) = 0;
    virtual std::size_t early_data_room() const = 0;
    virtual bool peer_closed() const = 0;
    virtual Status close() = 0;
    virtual Status refuse(AlertDescription reason) = 0;
    virtual Status update_keys(KeyUpdateScope scope) = 0;
    // Of a connection that has failed: whether every call says so again.
    virtual bool repeats(Error error) = 0;
    // QUIC's alone: what the peer sent; nothing before it came, and over records.
    virtual std::optional<Bytes> peer_transport_parameters() const = 0;

    // ---- the handshake
    virtual bool handshake_complete() const = 0;
    virtual std::optional<Error> error() const = 0;
    virtual Decision waiting_for() const = 0;
    virtual std::vector<Bytes> chain_to_verify() const = 0;
    virtual Status certificate_verdict(std::optional<Error> refusal) = 0;
    virtual std::optional<SignatureRequest> signature_request() const = 0;
    virtual Status provide_signature(Bytes signature) = 0;
    virtual Bytes client_hello() const = 0;
    virtual Status choose_config(std::shared_ptr<const ServerConfig> config) = 0;
    virtual Status decline_ech() = 0;
    virtual Status export_keying_material(std::string_view label, std::optional<Bytes> context,
                                          MutableBytes out) const = 0;
    virtual Result<ByteVector> channel_binding(std::string_view type) const = 0;
    virtual std::vector<Session> take_sessions() = 0;
    virtual const Negotiated& negotiated() const = 0;
};

std::unique_ptr<Channel> over_records(Connection connection);
std::unique_ptr<Channel> over_quic(QuicHandshake handshake);

} // namespace pavise::bogo
