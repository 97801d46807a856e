// Propagation of a Result's error: the one macro pair besides the error table.
#pragma once

#include <pavise/result.hpp>

#define PAVISE_JOIN_2(a, b) a##b
#define PAVISE_JOIN(a, b) PAVISE_JOIN_2(a, b)

// Evaluates a Result and returns its error, if any, from the enclosing function.
#define PAVISE_TRY(expression)                                                                               \
    do {                                                                                                     \
        if (auto&& pavise_tried = (expression); !pavise_tried)                                               \
            return ::pavise::Unexpected(pavise_tried.error());                                               \
    } while (false)

// As PAVISE_TRY, and binds the value:  PAVISE_LET(const auto length, reader.u16());
#define PAVISE_LET(declaration, expression)                                                                  \
    auto PAVISE_JOIN(pavise_result_, __LINE__) = (expression);                                               \
    if (!PAVISE_JOIN(pavise_result_, __LINE__))                                                              \
        return ::pavise::Unexpected(PAVISE_JOIN(pavise_result_, __LINE__).error());                          \
    declaration = *std::move(PAVISE_JOIN(pavise_result_, __LINE__))
