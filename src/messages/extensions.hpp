// Extensions: a view of an extension block, and what the typed extensions have in common (RFC 8446 §4.2).
//
// A typed extension is a plain struct X with
//   static constexpr ExtensionType type;
//   static Result<X> parse(Bytes body);      reads all of the body
//   void write(wire::Writer&) const;         writes the body
// An extension whose body differs from message to message has one struct for each form.
#pragma once

#include "messages/list.hpp"

#include <pavise/registry.hpp>

#include <optional>

namespace pavise::messages {

struct Extension {
    ExtensionType type{};
    Bytes body;

    static Result<Extension> parse(wire::Reader& reader);
    void write(wire::Writer& writer) const;
};

template <class X>
concept TypedExtension = requires(const X extension, Bytes body, wire::Writer& writer) {
    { X::type } -> std::convertible_to<ExtensionType>;
    { X::parse(body) } -> std::same_as<Result<X>>;
    { extension.write(writer) } -> std::same_as<void>;
};

class Extensions {
    Bytes block_;
    bool present_ = true;

  public:
    // An empty block.
    Extensions() = default;
    // No block at all, not even a length: what TLS 1.2 hellos without extensions have (RFC 5246 §7.4.1.2).
    static Extensions absent();
    // A block without its length, as one has written it oneself. It is not checked: nothing from a malformed
    // extension on is found, but all of it is written.
    static Extensions from_block(Bytes block);

    // Reads the length and the block, and checks it: every length fits, no type comes twice (RFC 8446 §4.2).
    // Any number of extensions is accepted.
    static Result<Extensions> parse(wire::Reader& reader, wire::VectorBounds bounds = {});
    // As parse, where a message may end without a block.
    static Result<Extensions> parse_optional(wire::Reader& reader);
    // Length and block; nothing where the block is absent.
    void write(wire::Writer& writer) const;

    bool present() const { return present_; }
    bool empty() const { return block_.empty(); }
    Bytes block() const { return block_; }
    List<Extension>::Iterator begin() const { return List<Extension>::unchecked(block_).begin(); }
    std::default_sentinel_t end() const { return {}; }

    // The body of the extension of this type.
    std::optional<Bytes> find(ExtensionType type) const;
    bool contains(ExtensionType type) const { return find(type).has_value(); }
    // The extension of X's type in X's form, or nothing where it was not sent. An error names the type.
    template <TypedExtension X> Result<std::optional<X>> get() const {
        const std::optional<Bytes> body = find(X::type);
        if (!body) return std::optional<X>();
        auto parsed = X::parse(*body);
        if (!parsed) return fail(parsed.error().code, static_cast<std::uint16_t>(X::type));
        return std::optional<X>(*std::move(parsed));
    }
};

// Type, length and body.
template <TypedExtension X> void write_extension(wire::Writer& writer, const X& extension) {
    writer.u16(static_cast<std::uint16_t>(X::type));
    const auto body = writer.vector16();
    extension.write(writer);
}

} // namespace pavise::messages
