// A Link to a Connection in this process, which plays the connection's transport and its application.
#pragma once

#include "peer/link.hpp"

#include <pavise/engine.hpp>

namespace pavise::peer {

class ConnectionLink final : public Link {
    Connection& connection_;
    std::size_t step_;
    ByteVector waiting_;
    ByteVector data_;

  public:
    // `step`: how many bytes at most reach the connection in one call; 0: all that there are.
    explicit ConnectionLink(Connection& connection, std::size_t step = 0) noexcept :
        connection_(connection),
        step_(step) {}

    void send(Bytes bytes) override;
    ByteVector receive() override;
    bool is_over() const override { return connection_.closed(); }
    // Goes on with bytes that waited for a decision of the connection's caller.
    void resume() { send({}); }
    // Bytes that the connection has not taken yet.
    std::size_t waiting() const noexcept { return waiting_.size(); }
    // All the application data that the connection gave out.
    const ByteVector& application_data() const noexcept { return data_; }

  private:
    bool feed_some();
    void read_data();
};

} // namespace pavise::peer
