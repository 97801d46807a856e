// TrustStore: the public handle of trust::TrustStore.
#include "trust/trust_store.hpp"
#include "base/pem.hpp"
#include "base/try.hpp"
#include "engine/outermost.hpp"

#include <pavise/config.hpp>

namespace pavise {

TrustStore::TrustStore() noexcept = default;
TrustStore::TrustStore(std::shared_ptr<const trust::TrustStore> data) noexcept : data_(std::move(data)) {}
TrustStore::TrustStore(const TrustStore&) noexcept = default;
TrustStore& TrustStore::operator=(const TrustStore&) noexcept = default;
TrustStore::TrustStore(TrustStore&&) noexcept = default;
TrustStore& TrustStore::operator=(TrustStore&&) noexcept = default;
TrustStore::~TrustStore() = default;

Result<TrustStore> TrustStore::from_memory(Bytes pem_or_der) {
    return engine::guarded([&]() -> Result<TrustStore> {
        trust::TrustStore::Builder builder;
        if (looks_like_pem(pem_or_der))
            PAVISE_TRY(builder.add_pem(as_text(pem_or_der)));
        else
            PAVISE_TRY(builder.add_der(pem_or_der));
        PAVISE_LET(auto store, builder.build());
        return TrustStore(std::move(store));
    });
}

Result<TrustStore> TrustStore::system() {
    return engine::guarded([]() -> Result<TrustStore> {
        trust::TrustStore::Builder builder;
        PAVISE_TRY(builder.add_system());
        PAVISE_LET(auto store, builder.build());
        return TrustStore(std::move(store));
    });
}

} // namespace pavise
