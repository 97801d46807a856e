#include "support/credentials.hpp"

#include <pavise/ssl/errors.hpp>
#include <pavise/ssl/functions.hpp>

#include <gtest/gtest.h>

#include <fstream>

#include <cstdlib>

#include <sys/wait.h>
#include <unistd.h>

namespace pavise::ssl {
namespace {

TEST(CertTime, is_seconds_since_the_epoch) {
    EXPECT_EQ(cert_time_to_seconds("Jan  5 09:34:43 2018 GMT"), 1515144883);
    EXPECT_EQ(cert_time_to_seconds("Jan 05 09:34:43 2018 GMT"), 1515144883);
    EXPECT_EQ(cert_time_to_seconds("JaN 5 09:34:43 2018 GMT"), 1515144883);
    EXPECT_EQ(cert_time_to_seconds("Jan  1 00:00:00 1970 GMT"), 0);
    EXPECT_EQ(cert_time_to_seconds("Feb 29 23:59:60 2008 GMT"), 1204329600);
    EXPECT_EQ(cert_time_to_seconds("Feb  9 00:00:00 0007 GMT"), -61942924800);
    EXPECT_EQ(cert_time_to_seconds("Dec 31 23:59:59 9999 GMT"), 253402300799);
}

TEST(CertTime, in_another_form_is_a_value_error) {
    for (const char* text :
         {"", "Jan  5 09:34:43 2018", "Jan  5 09:34:43 2018 UTC", "Jan  5 09:34 2018 GMT",
          "Foo  5 09:34:43 2018 GMT", "Jan 32 09:34:43 2018 GMT", "Feb 29 09:34:43 2011 GMT",
          "Jan  5 24:34:43 2018 GMT", "Jan  5 09:60:43 2018 GMT", "Jan  5 09:34:62 2018 GMT",
          "Jan -5 09:34:43 2018 GMT", "Jan  5 09:34:43 2018 GMT "})
        EXPECT_THROW(cert_time_to_seconds(text), ValueError) << text;
    try {
        cert_time_to_seconds("tomorrow");
    } catch (const ValueError& error) {
        EXPECT_STREQ(error.what(), "time data 'tomorrow' does not match format \"%b %d %H:%M:%S %Y GMT\"");
    }
}

TEST(PemAndDer, are_each_others_inverse) {
    const Bytes der = testing::authority().certificate->der();
    const std::string pem = DER_cert_to_PEM_cert(der);
    EXPECT_TRUE(pem.starts_with("-----BEGIN CERTIFICATE-----\n"));
    EXPECT_TRUE(pem.ends_with("\n-----END CERTIFICATE-----\n"));
    EXPECT_EQ(pem.find('\n', 28) - 28, 64u);
    EXPECT_EQ(as_text(PEM_cert_to_DER_cert(pem)), as_text(der));
    EXPECT_EQ(as_text(PEM_cert_to_DER_cert(pem + "\n \n")), as_text(der));
}

TEST(PemAndDer, other_text_is_a_value_error) {
    const std::string pem = DER_cert_to_PEM_cert("abc");
    EXPECT_THROW(PEM_cert_to_DER_cert(" " + pem), ValueError);
    EXPECT_THROW(PEM_cert_to_DER_cert(pem + "rest"), ValueError);
    EXPECT_THROW(PEM_cert_to_DER_cert(""), ValueError);
    EXPECT_THROW(PEM_cert_to_DER_cert("-----BEGIN CERTIFICATE-----\n?\n-----END CERTIFICATE-----"),
                 ValueError);
}

TEST(DefaultVerifyPaths, name_the_variables_and_the_places) {
    const DefaultVerifyPaths paths = get_default_verify_paths();
    EXPECT_EQ(paths.openssl_cafile_env, "SSL_CERT_FILE");
    EXPECT_EQ(paths.openssl_capath_env, "SSL_CERT_DIR");
    EXPECT_FALSE(paths.openssl_cafile.empty());
    EXPECT_FALSE(paths.openssl_capath.empty());
}

TEST(DefaultVerifyPaths, follow_the_environment) {
    ::setenv("SSL_CERT_FILE", "/nonexistent/file", 1);
    ::setenv("SSL_CERT_DIR", "/", 1);
    const DefaultVerifyPaths paths = get_default_verify_paths();
    ::unsetenv("SSL_CERT_FILE");
    ::unsetenv("SSL_CERT_DIR");
    EXPECT_EQ(paths.cafile, std::nullopt);
    EXPECT_EQ(paths.capath, "/");
}

TEST(Rand, gives_as_many_bytes_as_asked) {
    EXPECT_EQ(RAND_bytes(0).size(), 0u);
    EXPECT_EQ(RAND_bytes(16).size(), 16u);
    EXPECT_NE(RAND_bytes(16), RAND_bytes(16));
    EXPECT_THROW(RAND_bytes(-5), ValueError);
    EXPECT_TRUE(RAND_status());
}

// How many bytes this process has handed to write(2): the pool shows nothing of what it is given.
std::uint64_t bytes_written() {
    std::ifstream counters("/proc/self/io");
    for (std::string key; counters >> key;) {
        std::uint64_t value = 0;
        counters >> value;
        if (key == "wchar:") return value;
    }
    return 0;
}

TEST(Rand, add_hands_its_bytes_to_the_system) {
    const std::uint64_t before = bytes_written();
    if (before == 0 && !std::ifstream("/proc/self/io")) GTEST_SKIP() << "this system counts no writes";
    const std::string text(1000, 'r');
    RAND_add(text, 75.0);
    EXPECT_GE(bytes_written() - before, text.size());
}

TEST(Rand, gives_other_bytes_after_a_fork) {
    int pipe_ends[2];
    ASSERT_EQ(::pipe(pipe_ends), 0);
    const pid_t child = ::fork();
    if (child == 0) {
        const ByteVector bytes = RAND_bytes(16);
        const bool written = ::write(pipe_ends[1], bytes.data(), bytes.size()) == 16;
        ::_exit(written ? 0 : 1);
    }
    const ByteVector ours = RAND_bytes(16);
    ByteVector theirs(16);
    ASSERT_EQ(::read(pipe_ends[0], theirs.data(), theirs.size()), 16);
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
    EXPECT_NE(ours, theirs);
    ::close(pipe_ends[0]);
    ::close(pipe_ends[1]);
}

} // namespace
} // namespace pavise::ssl
