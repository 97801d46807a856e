#include "engine_channel.hpp"

#include <pavise/bytes.hpp>

namespace pavise::bogo {

namespace {

class RecordChannel final : public EngineChannel<Connection> {
  public:
    using EngineChannel::EngineChannel;

    bool wants_input() const override { return engine().wants_input(); }
    MutableBytes receive_space() override { return engine().receive_space(); }
    Status received(std::size_t count) override { return engine().received(count); }
    Status transport_closed() override { return engine().transport_closed(); }
    Bytes output() override { return engine().output(); }
    void output_sent(std::size_t count) override { engine().output_sent(count); }
    Bytes data() override { return engine().data(); }
    Status data_read(std::size_t count) override { return engine().data_read(count); }
    Result<std::size_t> write(Bytes data) override { return engine().write(data); }
    std::size_t early_data_room() const override { return engine().early_data_room(); }
    bool peer_closed() const override { return engine().peer_closed(); }
    Status close() override { return engine().close(); }
    Status refuse(AlertDescription reason) override { return engine().refuse(reason); }
    Status update_keys(KeyUpdateScope scope) override { return engine().update_keys(scope); }
    bool repeats(Error error) override {
        return engine().error() == error && engine().feed({}).error() == error &&
               engine().write(as_bytes("x")).error() == error;
    }
    std::optional<Bytes> peer_transport_parameters() const override { return std::nullopt; }
};

} // namespace

std::unique_ptr<Channel> over_records(Connection connection) {
    return std::make_unique<RecordChannel>(std::move(connection));
}

} // namespace pavise::bogo
