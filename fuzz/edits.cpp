#include "edits.hpp"

#include <algorithm>

namespace pavise::fuzz {

void Edits::apply(ByteVector& message) {
    if (untouched_ > 0 || input_.empty()) {
        if (untouched_ > 0) --untouched_;
        return;
    }
    const std::uint8_t how = input_.byte();
    const std::size_t at = 4 + (message.size() > 4 ? input_.word() % (message.size() - 4) : 0);
    edit(message, how, at);
    const std::size_t length = message.size() - 4;
    message[1] = static_cast<std::uint8_t>(length >> 16);
    message[2] = static_cast<std::uint8_t>(length >> 8 & 0xff);
    message[3] = static_cast<std::uint8_t>(length & 0xff);
    untouched_ = input_.byte() % 8;
}

void Edits::edit(ByteVector& message, std::uint8_t how, std::size_t at) {
    const auto place = message.begin() + static_cast<std::ptrdiff_t>(std::min(at, message.size()));
    switch (how % 5) {
    case 0:
        if (at < message.size()) message[at] = input_.byte();
        break;
    case 1: message.erase(place, message.end()); break;
    case 2: {
        const Bytes more = input_.take(input_.byte());
        message.insert(place, more.begin(), more.end());
        break;
    }
    case 3:
        if (at < message.size()) message.erase(place);
        break;
    case 4: message[0] = input_.byte(); break;
    default: break;
    }
}

} // namespace pavise::fuzz
