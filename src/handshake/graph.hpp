// The transition graph of a machine: compared at compile time with a table written by hand from the RFCs,
// asked for properties, and printed. Included by the files that hold the tables and by tests, not by the
// engine.
#pragma once

#include "handshake/machine.hpp"

#include <bit>
#include <string>
#include <string_view>
#include <tuple>

namespace pavise::handshake {

// A line of the hand-written table: in state From, on input On, the machine may go to To….
template <class From, class On, class... To> struct Row {};
template <class... Rows> struct Table {};

namespace machine {

template <std::size_t I, class... L>
std::tuple_element_t<I, std::tuple<L...>> at(List<L...>); // declared for its type alone

template <class M, class From, class On, class... To> constexpr bool add(Graph<M>& g, Row<From, On, To...>) {
    constexpr std::size_t from = find<From>(States<M>{});
    constexpr std::size_t on = find<On>(Inputs<M>{});
    static_assert(from < size(States<M>{}), "this row names a state that the machine does not have");
    static_assert(on < size(Inputs<M>{}), "this row names an input that the machine does not have");
    g[from][on] |= bits<M>(List<To...>{});
    return true;
}
template <class M, class... Rows> constexpr bool add_all(Graph<M>& g, Table<Rows...>) {
    (add<M>(g, Rows{}), ...);
    return true;
}
template <class M, class... Tables> constexpr Graph<M> graph_written_in() {
    Graph<M> g{};
    (add_all<M>(g, Tables{}), ...);
    return g;
}

struct Edge {
    std::size_t from, on, to;
};
// An edge of `a` that `b` lacks, or {size, 0, 0}.
template <class G> constexpr Edge first_only_in(const G& a, const G& b) {
    for (std::size_t s = 0; s < a.size(); ++s)
        for (std::size_t i = 0; i < a[s].size(); ++i)
            if (const std::uint64_t extra = a[s][i] & ~b[s][i]; extra != 0)
                return {s, i, static_cast<std::size_t>(std::countr_zero(extra))};
    return {a.size(), 0, 0};
}

template <class...> inline constexpr bool never = false;
template <class From, class On, class To> struct Missing_handler {
    static_assert(never<From>, "the table has From --On--> To, but no handler of From says so");
};
template <class From, class On, class To> struct Missing_row {
    static_assert(never<From>, "a handler says From --On--> To, but the table does not");
};
template <template <class, class, class> class Report, class M, Edge e> constexpr void report() {
    (void)sizeof(Report<decltype(at<e.from>(States<M>{})), decltype(at<e.on>(Inputs<M>{})),
                        decltype(at<e.to>(States<M>{}))>);
}

// Whether `to` can be reached from `from` without passing through any of the states in `avoiding`.
template <class M> constexpr bool path_exists(std::size_t from, std::size_t to, std::uint64_t avoiding) {
    std::uint64_t seen = std::uint64_t{1} << from;
    for (bool grew = true; grew;) {
        grew = false;
        for (std::size_t s = 0; s < graph<M>.size(); ++s) {
            if ((seen >> s & 1) == 0 || (avoiding >> s & 1) != 0) continue;
            std::uint64_t reached = seen;
            for (const std::uint64_t successors : graph<M>[s]) reached |= successors;
            grew = grew || reached != seen;
            seen = reached;
        }
    }
    return (seen >> to & 1) != 0;
}

template <class T> constexpr std::string_view type_name() {
    const std::string_view text = __PRETTY_FUNCTION__;
    std::size_t end = text.find_first_of(";]", text.find("T = "));
    const std::size_t start = text.rfind(':', end);
    return text.substr(start + 1, end - start - 1);
}
template <class... L> constexpr std::array<std::string_view, sizeof...(L)> names_of(List<L...>) {
    return {type_name<L>()...};
}

} // namespace machine

// True, or a compile error naming one edge on which the handlers and the tables (one for each RFC) disagree.
template <class M, class... Tables> constexpr bool graph_matches() {
    constexpr auto said = machine::graph<M>;
    constexpr auto meant = machine::graph_written_in<M, Tables...>();
    constexpr machine::Edge unwritten = machine::first_only_in(said, meant);
    constexpr machine::Edge unsaid = machine::first_only_in(meant, said);
    if constexpr (unsaid.from < meant.size()) machine::report<machine::Missing_handler, M, unsaid>();
    if constexpr (unwritten.from < said.size()) machine::report<machine::Missing_row, M, unwritten>();
    return true;
}

// Whether To can be reached from From without leaving any of the states Avoiding….
template <class M, class From, class To, class... Avoiding> constexpr bool reachable() {
    return machine::path_exists<M>(machine::find<From>(machine::States<M>{}),
                                   machine::find<To>(machine::States<M>{}),
                                   machine::bits<M>(List<Avoiding...>{}));
}

// The graph as Graphviz DOT: one line an edge, labelled with its input.
template <class M> std::string to_dot(std::string_view title) {
    constexpr auto states = machine::names_of(machine::States<M>{});
    constexpr auto inputs = machine::names_of(machine::Inputs<M>{});
    std::string out =
        "digraph \"" + std::string(title) + "\" {\n  node [shape=box, fontname=\"sans-serif\"];\n";
    for (std::size_t s = 0; s < states.size(); ++s)
        for (std::size_t i = 0; i < inputs.size(); ++i)
            for (std::size_t to = 0; to < states.size(); ++to)
                if ((machine::graph<M>[s][i] >> to & 1) != 0) {
                    out += "  " + std::string(states[s]) + " -> " + std::string(states[to]) + " [label=\"" +
                           std::string(inputs[i]) + "\"";
                    out += i >= machine::message_count<M> ? ", style=dashed];\n" : "];\n";
                }
    return out + "}\n";
}

} // namespace pavise::handshake
