// Every message and every extension body, each with a sample written by hand after its RFC and a maker of
// random ones, so that tests can say what holds for all of them.
#pragma once

#include "generator.hpp"
#include "messages/message.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace pavise::messages {

struct Form {
    std::string name;
    ByteVector sample;
    // Whether the form takes whatever is there, so that no truncation and no addition can be seen.
    bool open_ended = false;
    // How many proper prefixes of the sample are complete themselves: hellos may end before their extensions.
    std::size_t complete_prefixes = 0;
    std::function<ByteVector(Generator&)> make;
    Result<ByteVector> (*rewrite)(Bytes) = nullptr; // parses, and writes what was parsed
    // What is skipped in reading and so not written back; empty for most, which keep every byte.
    std::string_view skips;

    // Whether `written` is what reading `bytes` and writing it back has to give.
    bool keeps(Bytes bytes, Bytes written) const;
};

void add_messages13(std::vector<Form>& forms);
void add_messages12(std::vector<Form>& forms);
void add_hello_extensions(std::vector<Form>& forms);
void add_certificate_extensions(std::vector<Form>& forms);
void add_ech(std::vector<Form>& forms);
const std::vector<Form>& all_forms();

template <class F> Result<F> parse_form(Bytes bytes) {
    if constexpr (requires { F::parse(bytes); }) {
        return F::parse(bytes);
    } else {
        return parse_body<F>(bytes);
    }
}

template <class F> ByteVector written(const F& form) {
    ByteVector out;
    wire::Writer writer(out);
    form.write(writer);
    return out;
}

template <class F> Result<ByteVector> rewrite(Bytes bytes) {
    PAVISE_LET(const F parsed, parse_form<F>(bytes));
    return written(parsed);
}

template <class F> Form form(std::string name, ByteVector sample, F (*make)(Generator&)) {
    Form form;
    form.name = std::move(name);
    form.sample = std::move(sample);
    form.make = [make](Generator& generator) { return written(make(generator)); };
    form.rewrite = &rewrite<F>;
    return form;
}

} // namespace pavise::messages
