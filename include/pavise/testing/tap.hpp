// Tap: what a test, a fuzzer or a debugging tool may see of a connection, and the one thing that it may
// change. It is attached through <pavise/testing/connection.hpp> alone; a connection without one pays a null
// check.
//
// Calls come from the thread that drives the connection, in the order of the protocol; where reading and
// writing have threads of their own, from both. A Tap must not throw and must not call into the connection.
// Views are valid during the call. Whoever attaches a Tap keeps it alive as long as the connection.
#pragma once

#include <pavise/bytes.hpp>
#include <pavise/export.hpp>
#include <pavise/registry.hpp>

#include <string_view>

namespace pavise::testing {

enum class Direction : std::uint8_t { sent, received };
enum class RecordProtection : std::uint8_t { plaintext, encrypted };

class PAVISE_EXPORT Tap {
  public:
    virtual ~Tap() = default;

    // A record as it is on the wire, header included: after it was sealed, or before it is opened.
    virtual void on_record(Direction, RecordProtection, Bytes /*wire*/) noexcept {}
    // The contents of a record, without header, content type and padding: before it is sealed, or after it
    // was opened.
    virtual void on_content(Direction, ContentType, Bytes /*content*/) noexcept {}
    // A whole handshake message with its 4-byte header, as it enters the transcript.
    virtual void on_message(Direction, Bytes /*message*/) noexcept {}
    // The ClientHelloInner (RFC 9849) with its 4-byte header: before the outer one that is sent around it, or
    // after the one that it came in.
    virtual void on_inner_client_hello(Direction, Bytes /*message*/) noexcept {}
    // A secret, under its label in the NSS key log (RFC 9850).
    virtual void on_secret(std::string_view /*label*/, Bytes /*client_random*/, Bytes /*secret*/) noexcept {}

    // A handshake moved from one state to another on an input: indices into its machine, which
    // src/handshake/graph.hpp names.
    virtual void on_transition(std::size_t /*from*/, std::size_t /*input*/, std::size_t /*to*/) noexcept {}

    // A handshake message, with its 4-byte header, that is about to enter the transcript and be sent. What
    // stands in `message` afterwards is sent in its place.
    virtual void rewrite_outgoing(HandshakeType, ByteVector& /*message*/) noexcept {}
    // An EncodedClientHelloInner (RFC 9849 §5.1), padding included, that is about to be encrypted. What
    // stands in it afterwards is encrypted in its place; our own transcript keeps the hello that was meant.
    virtual void rewrite_encoded_inner_hello(ByteVector& /*encoded*/) noexcept {}
};

} // namespace pavise::testing
