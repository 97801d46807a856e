#include "engine/config_facts.hpp"

#include "base/try.hpp"
#include "engine/config_check.hpp"
#include "engine/peer_verification.hpp"

#include <memory>

namespace pavise {

ConfigMemory& ConfigMemory::operator=(const ConfigMemory& other) noexcept {
    if (this != &other) forget();
    return *this;
}

ConfigMemory& ConfigMemory::operator=(ConfigMemory&& other) noexcept {
    forget();
    other.forget();
    return *this;
}

const engine::ConfigFacts&
ConfigMemory::keep(std::unique_ptr<const engine::ConfigFacts> facts) const noexcept {
    const engine::ConfigFacts* first = nullptr;
    if (facts_.compare_exchange_strong(first, facts.get(), std::memory_order_acq_rel))
        return *facts.release(); // forget() deletes it
    return *first;
}

void ConfigMemory::forget() noexcept {
    delete facts_.exchange(nullptr, std::memory_order_acq_rel);
}

namespace engine {

namespace {

template <class Config> Result<const ConfigFacts*> found_once(const Config& config) {
    if (const ConfigFacts* known = config.memory.facts()) return known;
    PAVISE_TRY(check(config));
    PAVISE_LET(const SharedBytes binding, session_binding(config));
    ByteVector longer(binding.begin(), binding.end());
    longer.push_back(1); // as no binding for records ends: it is longer
    auto facts = std::make_unique<const ConfigFacts>(ConfigFacts{binding, SharedBytes(longer)});
    return &config.memory.keep(std::move(facts));
}

} // namespace

Result<const ConfigFacts*> facts_of(const ClientConfig& config) {
    return found_once(config);
}
Result<const ConfigFacts*> facts_of(const ServerConfig& config) {
    return found_once(config);
}

} // namespace engine

} // namespace pavise
