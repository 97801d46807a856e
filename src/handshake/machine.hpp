// The machine that every handshake runs on: what a state accepts, how it is dispatched, and the graph of it
// all.
//
// A machine M names    State         struct State : std::variant<every state…, Poisoned>
//                      Context       what handlers share
//                      Messages      List<…> of the handshake messages that can come from the peer
//                      Resumptions   List<…> of the answers that can come from the caller
//                      Signals       List<…> of what comes from the peer and is no handshake message
//
// A state is a plain struct that holds the data of that state alone. It accepts what it has a handler for:
//
//     Result<Next<S1, S2>> on(const Message&, Context&) &&;    "on Message this state ends; S1 or S2 begins,
//     or it fails"
//
// A state can be narrower than its handlers, by what it holds: it then has  bool expects(HandshakeType)
// const. A state that handles a resumption and no message is suspended: messages wait until the caller has
// answered. The handlers' signatures are the transition graph; graph.hpp compares it with the RFC's and
// proves things of it.
#pragma once

#include "base/try.hpp"
#include "wire/reader.hpp"

#include <pavise/registry.hpp>

#include <array>
#include <cstdint>
#include <memory>
#include <type_traits>
#include <variant>

namespace pavise::handshake {

template <class... T> struct List {};

template <class T, class... S>
concept OneOf = (std::same_as<T, S> || ...);

// One of the states S… of machine M, and no other. A machine says  template <class... S> using Next =
// NextOf<M, S…>;
template <class M, class... S> class [[nodiscard]] NextOf {
    typename M::State state_;

  public:
    template <class T>
        requires OneOf<T, S...>
    // NOLINTNEXTLINE(google-explicit-constructor): a handler returns its successor
    NextOf(T&& successor) noexcept : state_(std::in_place_type<T>, std::forward<T>(successor)) {}
    // One of some states is one of more.
    template <class... T>
        requires(OneOf<T, S...> && ...)
    // NOLINTNEXTLINE(google-explicit-constructor): likewise
    NextOf(NextOf<M, T...>&& narrower) noexcept : state_(std::move(narrower).take()) {}
    std::size_t index() const noexcept { return state_.index(); }
    typename M::State&& take() && noexcept { return std::move(state_); }
};

// Entered on the first error and never left.
struct Poisoned {
    Error why;
};

namespace machine {

// Matches the exact signature of a handler: no conversion of arguments, no other return type.
template <class In, class Context, class S, class M, class... To>
List<To...> successors(Result<NextOf<M, To...>> (S::*)(const In&, Context&) &&);

template <class S, class In, class Context>
concept Handles = requires { successors<In, Context, S>(&S::on); };

template <class T, class... L> constexpr std::size_t find(List<L...>) {
    constexpr bool same[] = {std::is_same_v<T, L>...};
    for (std::size_t i = 0; i < sizeof...(L); ++i)
        if (same[i]) return i;
    return sizeof...(L);
}
template <class... A, class... B, class... C>
List<A..., B..., C...> join(List<A...>, List<B...>, List<C...>); // declared for its type alone
template <class... S> List<S...> as_list(std::variant<S...>*);   // likewise
template <class... L> constexpr std::size_t size(List<L...>) {
    return sizeof...(L);
}

template <class M> using States = decltype(as_list(static_cast<typename M::State*>(nullptr)));
template <class M>
using Inputs = decltype(join(typename M::Messages{}, typename M::Resumptions{}, typename M::Signals{}));
template <class M> inline constexpr std::size_t message_count = size(typename M::Messages{});

// ---- the graph: successors as bits, [state][input]

template <class M> using Graph = std::array<std::array<std::uint64_t, size(Inputs<M>{})>, size(States<M>{})>;

template <class M, class To> constexpr std::uint64_t bit() {
    constexpr std::size_t i = find<To>(States<M>{});
    static_assert(i < size(States<M>{}), "To is not a state of this machine");
    static_assert(i < 64, "a machine has at most 64 states: the graph's rows are 64-bit masks");
    return std::uint64_t{1} << i;
}
template <class M, class... To> constexpr std::uint64_t bits(List<To...>) {
    return (bit<M, To>() | ... | 0);
}
template <class M, class S, class In> constexpr std::uint64_t edges() {
    if constexpr (Handles<S, In, typename M::Context>)
        return bits<M>(decltype(successors<In, typename M::Context, S>(&S::on)){});
    else
        return 0;
}
template <class M, class S, class... In>
constexpr std::array<std::uint64_t, sizeof...(In)> edges_of(List<In...>) {
    return {edges<M, S, In>()...};
}
template <class M, class... S> constexpr Graph<M> graph_said_by(List<S...>) {
    static_assert((std::is_nothrow_move_constructible_v<S> && ...), "every state must move without throwing");
    return {edges_of<M, S>(Inputs<M>{})...};
}
template <class M> inline constexpr Graph<M> graph = graph_said_by<M>(States<M>{});

template <class M, class S, class... X> constexpr bool handles_any(List<X...>) {
    return (Handles<S, X, typename M::Context> || ...);
}
// A state may take an answer and messages at once (post-handshake authentication); it is suspended only where
// it takes no message.
template <class M, class... S> constexpr std::array<bool, sizeof...(S)> suspended_states(List<S...>) {
    return {(handles_any<M, S>(typename M::Resumptions{}) && !handles_any<M, S>(typename M::Messages{}))...};
}
template <class M> inline constexpr auto suspended = suspended_states<M>(States<M>{});

// ---- which message a state reads a handshake type as

template <class... In> constexpr std::array<HandshakeType, sizeof...(In)> types_of(List<In...>) {
    return {In::type...};
}
template <class... In> constexpr std::array<std::size_t, sizeof...(In)> caps_of(List<In...>) {
    return {In::max_size...};
}
template <class M> inline constexpr auto types = types_of(typename M::Messages{});
template <class M> inline constexpr auto caps = caps_of(typename M::Messages{});

// The message's index, or message_count<M> where the state accepts none of this type. Two messages may share
// a type (the Certificates of TLS 1.2 and 1.3), but not in one state.
template <class M> constexpr std::size_t message_for(std::size_t state, HandshakeType type) {
    for (std::size_t i = 0; i < message_count<M>; ++i)
        if (types<M>[i] == type && graph<M>[state][i] != 0) return i;
    return message_count<M>;
}
template <class M> constexpr bool one_message_per_type() {
    for (std::size_t s = 0; s < graph<M>.size(); ++s)
        for (std::size_t i = 0; i < message_count<M>; ++i)
            if (graph<M>[s][i] != 0 && message_for<M>(s, types<M>[i]) != i) return false;
    return true;
}

// ---- parse, handle, replace

template <class State>
void replace(State& old, State&& successor) noexcept { // not assignment: states need no operator=
    std::destroy_at(&old);
    std::construct_at(&old, std::forward<State>(successor));
}
template <class M, class S, class In>
Status enter(typename M::State& state, const In& in, typename M::Context& context) {
    auto next = std::move(*std::get_if<S>(&state)).on(in, context);
    if (!next) return Unexpected(next.error());
    context.entered(state.index(), find<In>(Inputs<M>{}), next->index());
    replace<typename M::State>(state, (*std::move(next)).take());
    return {};
}
template <class M, class S, class In>
Status run(typename M::State& state, Bytes body, typename M::Context& context) {
    wire::Reader reader(body);
    Result<In> in = In::parse(reader);
    if (!in) return Unexpected(in.error());
    PAVISE_TRY(reader.finish());
    return enter<M, S>(state, *in, context);
}
template <class M> using Run = Status (*)(typename M::State&, Bytes, typename M::Context&);
template <class M, class S, class In> constexpr Run<M> cell() {
    if constexpr (Handles<S, In, typename M::Context>)
        return &run<M, S, In>;
    else
        return nullptr;
}
template <class M, class S, class... In> constexpr std::array<Run<M>, sizeof...(In)> row(List<In...>) {
    return {cell<M, S, In>()...};
}
template <class M, class... S>
constexpr std::array<std::array<Run<M>, message_count<M>>, sizeof...(S)> all_rows(List<S...>) {
    return {row<M, S>(typename M::Messages{})...};
}
template <class M> inline constexpr auto cells = all_rows<M>(States<M>{});

template <class M, class X, class S>
bool resume_one(typename M::State& state, const X& answer, typename M::Context& context, Status& out) {
    if constexpr (Handles<S, X, typename M::Context>) {
        if (std::holds_alternative<S>(state)) {
            out = enter<M, S>(state, answer, context);
            return true;
        }
    }
    return false;
}
template <class M, class X, class... S>
bool resume_any(List<S...>, typename M::State& state, const X& answer, typename M::Context& context,
                Status& out) {
    return (resume_one<M, X, S>(state, answer, context, out) || ...);
}

} // namespace machine

namespace machine {

template <class S>
concept Narrows = requires(const S& state, HandshakeType type) {
    { state.expects(type) } -> std::same_as<bool>;
};
template <class M, class S> bool expected_by(const typename M::State& state, HandshakeType type) {
    if constexpr (Narrows<S>)
        if (const S* held = std::get_if<S>(&state)) return held->expects(type);
    return true;
}
template <class M, class... S>
bool expected_by_all(List<S...>, const typename M::State& state, HandshakeType type) {
    return (expected_by<M, S>(state, type) && ...);
}

} // namespace machine

enum class Admission : std::uint8_t { admitted, unexpected, too_long };

// Decided by the state and the 4-byte header alone: before anything is buffered or parsed.
template <class M> Admission admits(const typename M::State& state, HandshakeType type, std::size_t length) {
    const std::size_t message = machine::message_for<M>(state.index(), type);
    if (message == machine::message_count<M> ||
        !machine::expected_by_all<M>(machine::States<M>{}, state, type))
        return Admission::unexpected;
    return length <= machine::caps<M>[message] ? Admission::admitted : Admission::too_long;
}

template <class M> bool is_suspended(const typename M::State& state) {
    return machine::suspended<M>[state.index()];
}

// One whole handshake message, which admits() let in. On any error the state becomes Poisoned and stays so.
template <class M>
Status step(typename M::State& state, HandshakeType type, Bytes body, typename M::Context& context) {
    static_assert(machine::one_message_per_type<M>(), "a state handles two messages of one handshake type");
    if (const Poisoned* poisoned = std::get_if<Poisoned>(&state)) return Unexpected(poisoned->why);
    const std::size_t message = machine::message_for<M>(state.index(), type);
    Status out = message == machine::message_count<M>
                     ? Status(fail(ErrorCode::unexpected_message, static_cast<std::uint16_t>(type)))
                     : machine::cells<M>[state.index()][message](state, body, context);
    if (!out) state.template emplace<Poisoned>(Poisoned{out.error()});
    return out;
}

// The caller's answer to a suspended state. An answer that nobody asked for changes nothing.
template <class M, class X>
Status resume(typename M::State& state, const X& answer, typename M::Context& context) {
    if (const Poisoned* poisoned = std::get_if<Poisoned>(&state)) return Unexpected(poisoned->why);
    Status out;
    if (!machine::resume_any<M, X>(machine::States<M>{}, state, answer, context, out))
        return fail(ErrorCode::nothing_to_decide);
    if (!out) state.template emplace<Poisoned>(Poisoned{out.error()});
    return out;
}

// Whether the state has a handler for In.
template <class M, class In> bool accepts(const typename M::State& state) {
    return machine::graph<M>[state.index()][machine::find<In>(machine::Inputs<M>{})] != 0;
}

// A signal from the peer. A state without a handler for it becomes Poisoned with `refusal`.
template <class M, class X>
Status receive_signal(typename M::State& state, const X& signal, ErrorCode refusal,
                      typename M::Context& context) {
    if (const Poisoned* poisoned = std::get_if<Poisoned>(&state)) return Unexpected(poisoned->why);
    Status out;
    if (!machine::resume_any<M, X>(machine::States<M>{}, state, signal, context, out)) out = fail(refusal);
    if (!out) state.template emplace<Poisoned>(Poisoned{out.error()});
    return out;
}

} // namespace pavise::handshake
