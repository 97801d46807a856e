// Plaintext records and messages, taken apart and put together: for tests that stand in the middle.
#pragma once

#include <pavise/bytes.hpp>
#include <pavise/engine.hpp>

#include <vector>

namespace pavise::testing {

ByteVector joined(const std::vector<ByteVector>& parts);
// One record, header included.
ByteVector record(ContentType type, Bytes content);
inline constexpr std::uint8_t change_cipher_spec_content[] = {1};
// The records of a whole number of them.
std::vector<ByteVector> records_of(Bytes wire);
ContentType type_of(Bytes record);
// The messages, headers included, of a whole number of them.
std::vector<ByteVector> messages_of(Bytes handshake);
// The same records with every plaintext handshake message in a record of its own, up to the first
// change_cipher_spec.
std::vector<ByteVector> one_message_a_record(Bytes wire);

// All that `connection` has to send.
ByteVector take_output(Connection& connection);
// True when all of it was taken without an error.
bool feed_all(Connection& connection, Bytes wire);
// What the first plaintext alert says.
std::optional<AlertDescription> alert_in(Bytes wire);

} // namespace pavise::testing
