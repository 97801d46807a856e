#include "schedule/transcript.hpp"

#include "base/try.hpp"

#include <array>

namespace pavise::schedule {

Result<Transcript> Transcript::start(const crypto::Provider& provider, crypto::HashId hash) noexcept {
    PAVISE_LET(auto running, provider.hash(hash));
    return Transcript(provider, std::move(running), hash);
}

Result<crypto::Digest> Transcript::hash_with(Bytes extra) const noexcept {
    PAVISE_LET(const auto branch, running_->fork());
    branch->update(extra);
    return branch->digest();
}

Result<Transcript> Transcript::fork() const noexcept {
    PAVISE_LET(auto copy, running_->fork());
    return Transcript(*provider_, std::move(copy), hash_id_);
}

Status Transcript::restart_with_message_hash() noexcept {
    PAVISE_LET(const crypto::Digest client_hello_1, running_->digest());
    PAVISE_LET(running_, provider_->hash(hash_id_));
    const std::array<std::uint8_t, 4> header{static_cast<std::uint8_t>(HandshakeType::message_hash), 0, 0,
                                             static_cast<std::uint8_t>(client_hello_1.size())};
    add(header);
    add(client_hello_1);
    return {};
}

} // namespace pavise::schedule
