// What a peer does about what it is sent, and what either side may get wrong.
#include "fault_edits.hpp"

namespace pavise::testing {

// It has a name because lambdas are template arguments below: those of two files without one would have the
// same symbols with clang.
namespace of_reaction {
namespace {

using enum AlertDescription;

bool is_fatal(const MaybeEvent& event) {
    return event && event->type == ContentType::alert && event->bytes.size() == 2 &&
           event->bytes[0] == static_cast<std::uint8_t>(AlertLevel::fatal);
}
peer::Event alert(AlertLevel level, AlertDescription description) {
    return {ContentType::alert, {static_cast<std::uint8_t>(level), static_cast<std::uint8_t>(description)}};
}

// ---------------------------------------------------------------- what it does about what it is sent

const Fault says_nothing{.name = "says-nothing",
                         .what = "says nothing, and keeps the connection open",
                         .event = [](MaybeEvent& event, std::size_t) { event.reset(); },
                         .keeps_open = true};
const Fault goes_on{.name = "goes-on",
                    .what = "takes what is illegal, and goes on with data",
                    .event =
                        [](MaybeEvent& event, std::size_t) {
                            if (is_fatal(event))
                                event = peer::Event{ContentType::application_data, {'o', 'k'}};
                        },
                    .keeps_open = true};
const Fault never_refuses{.name = "never-refuses",
                          .what = "sends data where it has to end the connection, whenever that is",
                          .event =
                              [](MaybeEvent& event, std::size_t) {
                                  if (is_fatal(event))
                                      event = peer::Event{ContentType::application_data, {'o', 'k'}};
                              },
                          .keeps_open = true,
                          .from_the_start = true};
const Fault sends_another_alert{.name = "sends-another-alert",
                                .what = "ends the connection with an alert that means something else",
                                .event = [](MaybeEvent& event, std::size_t) {
                                    if (is_fatal(event))
                                        event = alert(AlertLevel::fatal, certificate_unobtainable);
                                }};
const Fault refuses{.name = "refuses",
                    .what = "ends the connection with an alert where it has to go on",
                    .event = [](MaybeEvent& event, std::size_t nth) {
                        event.reset();
                        if (nth == 0) event = alert(AlertLevel::fatal, internal_error);
                    }};
const Fault never_stops{
    .name = "never-stops",
    .what = "never stops sending warnings",
    .event = [](MaybeEvent& event, std::size_t) { event = alert(AlertLevel::warning, user_canceled); }};
const Fault forgets_close_notify{.name = "forgets-close-notify",
                                 .what = "ends the connection without close_notify",
                                 .event = [](MaybeEvent& event, std::size_t) {
                                     if (event && event->type == ContentType::alert) event.reset();
                                 }};

const Fault answers_unevenly{.name = "answers-unevenly",
                             .what = "answers the first wrong record in one way and others in another",
                             .event = [](MaybeEvent& event, std::size_t nth) {
                                 if (is_fatal(event) && nth > 0)
                                     event = alert(AlertLevel::fatal, decryption_failed);
                             }};

const Fault finishes_badly{
    .name = "finishes-badly", .what = "sends another Finished", .message = &last_byte_changed<finished>};
// ---- records
const Fault old_record_version{.name = "old-record-version",
                               .what = "sends records of TLS 1.1",
                               .header = [](peer::RecordHeader& h) { h.version = ProtocolVersion::tls_1_1; }};
const Fault long_records{.name = "long-records",
                         .what = "sends records that are too long",
                         .header = [](peer::RecordHeader& h) { h.length = (1u << 14) + 257; }};
const Fault records_of_handshake{.name = "records-of-handshake",
                                 .what = "says in the clear what its records hold",
                                 .header = [](peer::RecordHeader& h) { h.type = ContentType::handshake; }};
// Behind the header: the IV of a CBC record.
constexpr std::size_t iv_at = record::header_size;
constexpr std::size_t iv_size = crypto::cbc_block_size;
const Fault repeats_ivs{
    .name = "repeats-ivs",
    .what = "protects every record with the same IV",
    .record = [](ByteVector& record, const ByteVector&) { fill(record, iv_at, iv_size, 7); }};
// With the MAC behind it there are the bytes of a MAC of SHA-256 or, of SHA-1, in between.
template <std::size_t mac_size> void chain(ByteVector& record, const ByteVector& before) {
    if (before.size() < iv_at + iv_size + mac_size || record.size() < iv_at + iv_size) return;
    std::ranges::copy(Bytes(before).first(before.size() - mac_size).last(iv_size), record.begin() + iv_at);
}
const Fault chains_ivs{.name = "chains-ivs",
                       .what = "takes the last block of one record for the IV of the next",
                       .record = &chain<0>};
const Fault chains_ivs_before_macs{.name = "chains-ivs-before-macs",
                                   .what = "takes the last block before a MAC for the next IV",
                                   .record = &chain<32>};

} // namespace
} // namespace of_reaction

std::vector<const Fault*> faults_of_reaction() {
    using namespace of_reaction;
    return {&says_nothing,         &goes_on,          &never_refuses,
            &sends_another_alert,  &refuses,          &never_stops,
            &forgets_close_notify, &answers_unevenly, &finishes_badly,
            &old_record_version,   &long_records,     &records_of_handshake,
            &repeats_ivs,          &chains_ivs,       &chains_ivs_before_macs};
}

} // namespace pavise::testing
