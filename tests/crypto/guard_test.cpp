// Every kind of exception becomes the right error.
#include "crypto/guard.hpp"

#include <botan/exceptn.h>
#include <gtest/gtest.h>

#include <new>

namespace pavise::crypto {
namespace {

template <class Exception> Error error_of(const Exception& exception) {
    const Status status =
        guarded({ErrorCode::bad_key_share, ErrorCode::bad_record_mac}, [&] { throw exception; });
    return status ? Error{ErrorCode::handshake_not_done} : status.error();
}

TEST(Guard, tells_refused_input_from_failures_of_our_own) {
    EXPECT_EQ(error_of(Botan::Invalid_Argument("x")), Error{ErrorCode::bad_key_share});
    EXPECT_EQ(error_of(Botan::Decoding_Error("x")), Error{ErrorCode::bad_key_share});
    EXPECT_EQ(error_of(Botan::Invalid_Authentication_Tag("x")), Error{ErrorCode::bad_record_mac});
    EXPECT_EQ(error_of(std::bad_alloc()), Error{ErrorCode::out_of_memory});
    EXPECT_EQ(error_of(RngFailure{{ErrorCode::random_source_failed, 3}}),
              (Error{ErrorCode::random_source_failed, 3}));
    const auto detail = [](Botan::ErrorType type) { return static_cast<std::uint16_t>(type); };
    EXPECT_EQ(error_of(Botan::Internal_Error("x")),
              (Error{ErrorCode::internal, detail(Botan::ErrorType::InternalError)}));
    EXPECT_EQ(error_of(Botan::Invalid_State("x")),
              (Error{ErrorCode::internal, detail(Botan::ErrorType::InvalidObjectState)}));
    EXPECT_EQ(error_of(std::runtime_error("x")), Error{ErrorCode::internal});
    EXPECT_EQ(error_of(42), Error{ErrorCode::internal});
}

TEST(Guard, passes_values_and_results_through) {
    const Result<int> value = guarded(ErrorCode::internal, [] { return 7; });
    ASSERT_TRUE(value);
    EXPECT_EQ(*value, 7);
    const Result<int> failure =
        guarded(ErrorCode::internal, []() -> Result<int> { return fail(ErrorCode::bad_argument, 1); });
    EXPECT_EQ(failure.error(), (Error{ErrorCode::bad_argument, 1}));
    EXPECT_TRUE(guarded(ErrorCode::internal, [] {}));
}

} // namespace
} // namespace pavise::crypto
