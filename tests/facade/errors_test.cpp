// The exceptions and error codes that failures become.
#include "ssl/failure.hpp"
#include "ssl/reasons.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <set>

namespace pavise::ssl {
namespace {

template <class Raised> Raised raised_by(const Failure& failure, std::string_view host = "server.test") {
    try {
        failure.raise(host, "read");
    } catch (const Raised& raised) {
        return raised;
    }
}

template <class Raised> Raised raised_by(ErrorCode code, std::uint16_t detail = 0) {
    return raised_by<Raised>(Failure(Error{code, detail}));
}

TEST(Errors, the_tree_is_pythons) {
    static_assert(std::derived_from<SSLError, OSError>);
    static_assert(std::derived_from<SSLZeroReturnError, SSLError> &&
                  std::derived_from<SSLWantReadError, SSLError>);
    static_assert(std::derived_from<SSLWantWriteError, SSLError> &&
                  std::derived_from<SSLSyscallError, SSLError>);
    static_assert(std::derived_from<SSLEOFError, SSLError>);
    static_assert(std::derived_from<SSLCertVerificationError, SSLError>);
    static_assert(std::derived_from<SSLCertVerificationError, ValueError>);
    static_assert(std::same_as<CertificateError, SSLCertVerificationError>);
    // One std::exception, in spite of two bases: else nobody could catch it as such.
    EXPECT_THROW(Failure(Error{ErrorCode::name_mismatch}).raise("a", "read"), std::exception);
}

TEST(Errors, waiting_says_for_what) {
    const auto read = raised_by<SSLWantReadError>(Failure(SSL_ERROR_WANT_READ));
    EXPECT_STREQ(read.what(), "The operation did not complete (read)");
    EXPECT_EQ(read.number(), 2);
    EXPECT_EQ(read.reason(), std::nullopt);
    const auto write = raised_by<SSLWantWriteError>(Failure(SSL_ERROR_WANT_WRITE));
    EXPECT_STREQ(write.what(), "The operation did not complete (write)");
    EXPECT_EQ(write.number(), 3);
}

TEST(Errors, ends_of_the_connection_are_told_apart) {
    const auto clean = raised_by<SSLZeroReturnError>(Failure(SSL_ERROR_ZERO_RETURN));
    EXPECT_STREQ(clean.what(), "TLS/SSL connection has been closed (EOF)");
    EXPECT_EQ(clean.number(), 6);
    const auto ragged = raised_by<SSLEOFError>(ErrorCode::truncated_connection);
    EXPECT_STREQ(ragged.what(), "[SSL: UNEXPECTED_EOF_WHILE_READING] EOF occurred in violation of protocol");
    EXPECT_EQ(ragged.number(), 8);
    EXPECT_EQ(raised_by<SSLZeroReturnError>(ErrorCode::closed_during_handshake).number(), 6);
    EXPECT_EQ(raised_by<SSLEOFError>(ErrorCode::ended_during_handshake).reason(),
              "UNEXPECTED_EOF_WHILE_READING");
    EXPECT_EQ(raised_by<SSLSyscallError>(Failure(SSL_ERROR_SYSCALL)).number(), 5);
}

TEST(Errors, errors_have_a_library_and_a_reason) {
    const auto error = raised_by<SSLError>(ErrorCode::bad_record_mac);
    EXPECT_EQ(error.library(), "SSL");
    EXPECT_EQ(error.reason(), "DECRYPTION_FAILED_OR_BAD_RECORD_MAC");
    EXPECT_EQ(error.number(), 1);
    EXPECT_TRUE(
        std::string_view(error.what())
            .starts_with("[SSL: DECRYPTION_FAILED_OR_BAD_RECORD_MAC] decryption failed or bad record mac"));
    EXPECT_EQ(raised_by<SSLError>(ErrorCode::no_common_suite).reason(), "NO_SHARED_CIPHER");
    EXPECT_EQ(raised_by<SSLError>(ErrorCode::no_common_group).reason(), "NO_SUITABLE_KEY_SHARE");
    EXPECT_EQ(raised_by<SSLError>(ErrorCode::certificate_required).reason(),
              "PEER_DID_NOT_RETURN_A_CERTIFICATE");
    EXPECT_EQ(raised_by<SSLError>(ErrorCode::plaintext_is_http).reason(), "HTTP_REQUEST");
    EXPECT_EQ(raised_by<SSLError>(ErrorCode::unsupported_version).reason(), "UNSUPPORTED_PROTOCOL");
}

TEST(Errors, received_alerts_have_openssls_names) {
    const auto error = raised_by<SSLError>(ErrorCode::alert_received, 40);
    EXPECT_EQ(error.reason(), "SSLV3_ALERT_HANDSHAKE_FAILURE");
    EXPECT_STREQ(error.what(), "[SSL: SSLV3_ALERT_HANDSHAKE_FAILURE] sslv3 alert handshake failure");
    EXPECT_EQ(raised_by<SSLError>(ErrorCode::alert_received, 48).reason(), "TLSV1_ALERT_UNKNOWN_CA");
    EXPECT_EQ(raised_by<SSLError>(ErrorCode::alert_received, 49).reason(), "TLSV1_ALERT_ACCESS_DENIED");
    EXPECT_EQ(raised_by<SSLError>(ErrorCode::alert_received, 80).reason(), "TLSV1_ALERT_INTERNAL_ERROR");
    EXPECT_EQ(raised_by<SSLError>(ErrorCode::alert_received, 116).reason(),
              "TLSV13_ALERT_CERTIFICATE_REQUIRED");
    EXPECT_EQ(raised_by<SSLError>(ErrorCode::alert_received, 120).reason(),
              "TLS_ALERT_NO_APPLICATION_PROTOCOL");
}

TEST(Errors, a_failed_verification_has_openssls_code_and_words) {
    const auto error = raised_by<SSLCertVerificationError>(ErrorCode::unknown_issuer);
    EXPECT_EQ(error.verify_code(), 20);
    EXPECT_EQ(error.verify_message(), "unable to get local issuer certificate");
    EXPECT_EQ(error.reason(), "CERTIFICATE_VERIFY_FAILED");
    EXPECT_STREQ(error.what(),
                 "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: unable to get local "
                 "issuer certificate");
    EXPECT_EQ(raised_by<SSLCertVerificationError>(ErrorCode::certificate_expired).verify_code(), 10);
    EXPECT_EQ(raised_by<SSLCertVerificationError>(ErrorCode::weak_certificate_key, 0).verify_code(), 66);
    EXPECT_EQ(raised_by<SSLCertVerificationError>(ErrorCode::weak_certificate_key, 1).verify_code(), 67);
}

TEST(Errors, a_wrong_name_is_named) {
    const Failure failure(Error{ErrorCode::name_mismatch});
    const auto name = raised_by<SSLCertVerificationError>(failure, "invalid");
    EXPECT_EQ(name.verify_code(), 62);
    EXPECT_EQ(name.verify_message(), "Hostname mismatch, certificate is not valid for 'invalid'.");
    const auto address =
        raised_by<SSLCertVerificationError>(Failure(Error{ErrorCode::ip_address_mismatch}), "127.0.0.1");
    EXPECT_EQ(address.verify_code(), 64);
    EXPECT_EQ(address.verify_message(), "IP address mismatch, certificate is not valid for '127.0.0.1'.");
}

TEST(Errors, no_two_faults_share_a_row) {
    std::set<std::string> reasons;
    for (std::size_t i = 0; i < error_count; ++i) {
        const Error error{static_cast<ErrorCode>(i)};
        const std::string reason = reason_of(error);
        EXPECT_FALSE(reason.empty());
        EXPECT_EQ(fault_of(error).has_value(), reason == "CERTIFICATE_VERIFY_FAILED") << name_of(error.code);
        if (fault_of(error)) {
            EXPECT_GT(fault_of(error)->code, 0);
        }
    }
}

TEST(Errors, what_the_facade_refuses_has_openssls_reason) {
    const auto reason = [](Refusal refusal) { return raised_by<SSLError>(Failure(refusal)).reason(); };
    EXPECT_EQ(reason(Refusal::protocol_is_shutdown), "PROTOCOL_IS_SHUTDOWN");
    EXPECT_EQ(reason(Refusal::not_server), "NOT_SERVER");
    EXPECT_EQ(reason(Refusal::extension_not_received), "EXTENSION_NOT_RECEIVED");
    EXPECT_EQ(reason(Refusal::wrong_ssl_version), "WRONG_SSL_VERSION");
    EXPECT_EQ(reason(Refusal::callback_failed), "CALLBACK_FAILED");
    EXPECT_EQ(reason(Refusal::shutdown_while_in_init), "SHUTDOWN_WHILE_IN_INIT");
    EXPECT_EQ(reason(Refusal::application_data_after_close_notify), "APPLICATION_DATA_AFTER_CLOSE_NOTIFY");
    EXPECT_STREQ(raised_by<SSLError>(Failure(Refusal::not_server)).what(), "[SSL: NOT_SERVER] not server");
}

TEST(Errors, a_time_out_names_the_operation) {
    const auto error = raised_by<TimeoutError>(Failure::timed_out());
    EXPECT_STREQ(error.what(), "The read operation timed out");
    EXPECT_EQ(error.number(), std::nullopt);
}

TEST(Errors, errors_of_the_system_keep_pythons_classes) {
    EXPECT_EQ(raised_by<ConnectionResetError>(Failure::system(ECONNRESET)).number(), ECONNRESET);
    EXPECT_EQ(raised_by<BrokenPipeError>(Failure::system(EPIPE)).number(), EPIPE);
    try {
        raise_os_error(ENOENT, "ca.pem");
    } catch (const FileNotFoundError& error) {
        EXPECT_STREQ(error.what(), "[Errno 2] No such file or directory: 'ca.pem'");
        EXPECT_EQ(error.filename(), "ca.pem");
        EXPECT_EQ(error.strerror(), "No such file or directory");
    }
    EXPECT_THROW(raise_os_error(EISDIR), IsADirectoryError);
    EXPECT_THROW(raise_os_error(EACCES), PermissionError);
    EXPECT_THROW(raise_os_error(ECONNREFUSED), ConnectionRefusedError);
    EXPECT_THROW(raise_os_error(ECONNABORTED), ConnectionAbortedError);
    EXPECT_THROW(raise_os_error(EAGAIN), BlockingIOError);
    EXPECT_THROW(raise_os_error(ETIMEDOUT), TimeoutError);
    EXPECT_THROW(raise_os_error(EINVAL), OSError);
}

TEST(ErrorCodes, compare_with_error_numbers) {
    EXPECT_EQ(Failure(SSL_ERROR_WANT_READ).code(), SSL_ERROR_WANT_READ);
    EXPECT_NE(Failure(SSL_ERROR_WANT_READ).code(), SSL_ERROR_WANT_WRITE);
    const std::error_code code = Failure(Error{ErrorCode::alert_received, 42}).code();
    EXPECT_EQ(code, SSL_ERROR_SSL);
    EXPECT_EQ(error_of(code), (Error{ErrorCode::alert_received, 42}));
    EXPECT_EQ(number_of(code), SSL_ERROR_SSL);
    EXPECT_NE(code.message().find("bad_certificate"), std::string::npos);
    EXPECT_EQ(Failure(Error{ErrorCode::truncated_connection}).code(), SSL_ERROR_EOF);
    EXPECT_EQ(Failure(Refusal::protocol_is_shutdown).code(), SSL_ERROR_SSL);
}

TEST(ErrorCodes, of_the_system_stay_what_they_are) {
    EXPECT_EQ(Failure::system(ECONNRESET).code(), std::errc::connection_reset);
    EXPECT_EQ(Failure::timed_out().code(), std::errc::timed_out);
    EXPECT_EQ(number_of(Failure::system(EPIPE).code()), SSL_ERROR_SYSCALL);
    EXPECT_EQ(error_of(Failure::timed_out().code()), std::nullopt);
}

} // namespace
} // namespace pavise::ssl
