// What the checks of tickets and of external keys, as servers take them, have in common.
#pragma once

#include "conform/as_client.hpp"
#include "messages/extension/pre_shared_key.hpp"

namespace pavise::conform {

inline constexpr Rule binder_rule = must(
    "8446 §4.2.11",
    "Prior to accepting PSK key establishment, the server MUST validate the corresponding binder value (see "
    "Section 4.2.11.2 below).");
inline constexpr Rule binder_fails =
    must("8446 §4.2.11",
         "If this value is not present or does not validate, the server MUST abort the handshake.");

// What stands in pre_shared_key, taken apart.
struct Offered {
    std::vector<ByteVector> identities;
    std::vector<std::uint32_t> ages;
    std::vector<ByteVector> binders;

    static Offered of(const Hello& hello) {
        Offered out;
        const ByteVector block = hello.extensions.block();
        const auto psks = messages::Extensions::from_block(block).get<messages::OfferedPsks>();
        if (!psks || !*psks) return out;
        for (const auto& identity : (*psks)->identities) {
            out.identities.emplace_back(identity.identity.begin(), identity.identity.end());
            out.ages.push_back(identity.obfuscated_ticket_age);
        }
        for (const auto& binder : (*psks)->binders)
            out.binders.emplace_back(binder.bytes.begin(), binder.bytes.end());
        return out;
    }
    ByteVector body() const {
        std::vector<messages::PskIdentity> identity_list;
        for (std::size_t i = 0; i < identities.size(); ++i) identity_list.push_back({identities[i], ages[i]});
        std::vector<messages::PskBinderEntry> binder_list;
        for (const ByteVector& binder : binders) binder_list.push_back({binder});
        ByteVector bytes;
        wire::Writer writer(bytes);
        messages::OfferedPsks{identity_list, binder_list}.write(writer);
        return bytes;
    }
};

// The alerts for a binder that is not right.
inline const Alerts& binder_alerts() {
    using enum AlertDescription;
    static const Alerts alerts{illegal_parameter, decrypt_error, handshake_failure};
    return alerts;
}
// … or that cannot be one.
inline const Alerts& binders_alerts() {
    using enum AlertDescription;
    static const Alerts alerts{illegal_parameter, decode_error, decrypt_error, handshake_failure};
    return alerts;
}

// A hello that offers the key, but no share, was answered with a HelloRetryRequest: `next` is given it, and
// the second one without its binders.
template <class Next> void after_retry(AsClient13& t, const peer::PskOffer& psk, Next next) {
    Hello first = t.hello();
    first.extensions.set(ExtensionType::key_share, bytes({0, 0}));
    t.client().offer_psk(first, psk);
    t.client().send_client_hello(first);
    const auto retry = t.client().expect_hello_retry_request();
    if (t.ok()) next(first, t.client().second_client_hello(retry));
}

// … and the first one's binder is refused.
inline void refuse_old_binder(AsClient13& t, const peer::PskOffer& psk) {
    after_retry(t, psk, [&](const Hello& first, Hello second) {
        second.extensions.remove(ExtensionType::pre_shared_key);
        second.extensions.add(ExtensionType::pre_shared_key, Offered::of(first).body());
        t.client().send_client_hello(second);
        t.refused(binder_alerts());
    });
}

// What was offered is not taken: a full handshake begins, or none.
inline void not_taken(AsClient13& t) {
    t.expects("ServerHello without pre_shared_key, or an alert");
    t.from_here();
    const auto& event = t.us().peek();
    if (!event || event->type != ContentType::handshake) return t.refused();
    const auto answer = t.us().expect<messages::ServerHello>();
    t.demand(!answer.extensions.contains(ExtensionType::pre_shared_key), "pre_shared_key does not come back");
}

} // namespace pavise::conform
