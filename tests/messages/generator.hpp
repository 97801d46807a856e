// Generator: random but repeatable values, lists and byte strings for messages. It owns what the messages
// view.
#pragma once

#include "messages/enum_list.hpp"
#include "messages/extensions.hpp"
#include "messages/random.hpp"

#include <deque>
#include <memory>
#include <random>
#include <set>

namespace pavise::messages {

class Generator {
    std::mt19937
        engine_; // the same numbers on every machine, which std::uniform_int_distribution does not promise
    std::deque<ByteVector> bytes_;
    std::vector<std::shared_ptr<void>> lists_;

  public:
    explicit Generator(std::uint32_t seed) : engine_(seed) {}

    // least … most, both included.
    std::size_t between(std::size_t least, std::size_t most) {
        return least + engine_() % (most - least + 1);
    }
    template <class T> T value() { return static_cast<T>(engine_()); }
    Bytes bytes(std::size_t least, std::size_t most) {
        ByteVector bytes(between(least, most));
        for (std::uint8_t& byte : bytes) byte = value<std::uint8_t>();
        return keep(std::move(bytes));
    }
    Bytes keep(ByteVector bytes) { return bytes_.emplace_back(std::move(bytes)); }
    template <class T> std::vector<T>& keep(std::vector<T> items) {
        const auto kept = std::make_shared<std::vector<T>>(std::move(items));
        lists_.push_back(kept);
        return *kept;
    }
    // Between `least` and `most` elements, each made by `make`.
    template <class Make> auto& many(std::size_t least, std::size_t most, Make make) {
        std::vector<decltype(make())> items;
        for (std::size_t count = between(least, most); count > 0; --count) items.push_back(make());
        return keep(std::move(items));
    }
    template <class T> EnumList<T> values(std::size_t least = 1, std::size_t most = 20) {
        return many(least, most, [this] { return value<T>(); });
    }
    // Different values, as for the types of a block or the groups of key shares.
    template <class T> std::set<T> distinct(std::size_t least, std::size_t most) {
        std::set<T> values;
        for (const std::size_t count = between(least, most); values.size() < count;)
            values.insert(value<T>());
        return values;
    }
    Random random() {
        Random random;
        for (std::uint8_t& byte : random) byte = value<std::uint8_t>();
        return random;
    }
    // A block of extensions with arbitrary types and bodies, at least `least` of them.
    Extensions extensions(std::size_t least = 0) {
        ByteVector block;
        wire::Writer writer(block);
        for (const ExtensionType type : distinct<ExtensionType>(least, least + 8))
            if (type != ExtensionType::pre_shared_key) Extension{type, bytes(0, 40)}.write(writer);
        return Extensions::from_block(keep(std::move(block)));
    }
};

} // namespace pavise::messages
