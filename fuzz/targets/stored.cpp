// What comes back from storage: sessions and tickets.
#include "handshake/session_data.hpp"
#include "schedule/ticket_keys.hpp"
#include "target.hpp"
#include "world.hpp"

#include <algorithm>

namespace pavise::fuzz {

namespace {

void read_session(Bytes bytes) {
    const auto session = Session::deserialise(bytes);
    if (!session) return;
    must_hold(std::ranges::equal(session->serialise(), bytes), "a session is written back to the same bytes");
    must_hold(session->version() == ProtocolVersion::tls_1_3 ||
                  session->version() == ProtocolVersion::tls_1_2,
              "a session is of a version that there is");
}

struct Ring {
    testing::SeededRng rng{5};
    std::unique_ptr<schedule::TicketKeyRing> keys =
        *schedule::TicketKeyRing::create(crypto::botan_provider(), rng, testing::test_time);
};

void open_ticket(Bytes bytes) {
    static Ring ring;
    Input input(bytes);
    const Bytes binding = input.take(input.byte() % 4);
    must_hold(!ring.keys->open(input.rest(), binding, testing::test_time), "nobody else seals our tickets");
}

ByteVector without_first_bytes_of_seal() {
    Ring ring;
    const ByteVector state(40, 0x33);
    ByteVector sealed = *ring.keys->seal(state, {}, testing::test_time, ring.rng);
    sealed.back() ^= 1;
    sealed.insert(sealed.begin(), 0);
    return sealed;
}

} // namespace

void add_stored_targets(std::vector<Target>& targets) {
    targets.push_back({"session",
                       "a stored session",
                       read_session,
                       {session_in(world13()).serialise(), session_in(world12()).serialise()}});
    targets.push_back(
        {"ticket", "a ticket that our keys did not seal", open_ticket, {without_first_bytes_of_seal()}});
}

} // namespace pavise::fuzz
