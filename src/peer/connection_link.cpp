#include "peer/connection_link.hpp"

#include <algorithm>

namespace pavise::peer {

// Whether anything moved.
bool ConnectionLink::feed_some() {
    Bytes next = waiting_;
    if (step_ != 0) next = next.first(std::min(step_, next.size()));
    const auto taken = connection_.feed(next);
    if (!taken) {
        waiting_.clear();
        return false;
    }
    waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(*taken));
    return *taken > 0;
}

void ConnectionLink::read_data() {
    while (!connection_.data().empty()) {
        const Bytes data = connection_.data();
        data_.insert(data_.end(), data.begin(), data.end());
        if (!connection_.data_read(data.size())) return;
    }
}

void ConnectionLink::send(Bytes bytes) {
    waiting_.insert(waiting_.end(), bytes.begin(), bytes.end());
    read_data();
    while (!waiting_.empty() && feed_some()) read_data();
    read_data();
}

ByteVector ConnectionLink::receive() {
    const Bytes output = connection_.output();
    ByteVector bytes(output.begin(), output.end());
    connection_.output_sent(bytes.size());
    return bytes;
}

} // namespace pavise::peer
