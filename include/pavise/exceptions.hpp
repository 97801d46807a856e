// The exceptions of the facade: those of Python that sockets and `ssl` raise, with Python's tree.
//
//     Exception ── OSError ── TimeoutError, FileNotFoundError, ConnectionResetError …
//        │            └────── ssl::SSLError …
//        ├── ValueError ── (also a base of ssl::SSLCertVerificationError)
//        └── TypeError, NotImplementedError
#pragma once

#include <pavise/export.hpp>

#include <exception>
#include <optional>
#include <string>

namespace pavise {

// A virtual base, so that an exception with two of Python's bases is still one std::exception.
class PAVISE_EXPORT Exception : public std::exception {
    std::string text_;

  protected:
    Exception() = default;
    void set_text(std::string text) { text_ = std::move(text); }

  public:
    Exception(const Exception&) = default;
    Exception& operator=(const Exception&) = default;
    Exception(Exception&&) = default;
    Exception& operator=(Exception&&) = default;
    ~Exception() override;
    // What str() of the exception is in Python.
    const char* what() const noexcept override { return text_.c_str(); }
};

class PAVISE_EXPORT ValueError : public virtual Exception {
  public:
    explicit ValueError(const std::string& text);
};

class PAVISE_EXPORT TypeError : public virtual Exception {
  public:
    explicit TypeError(const std::string& text);
};

class PAVISE_EXPORT NotImplementedError : public virtual Exception {
  public:
    explicit NotImplementedError(const std::string& text);
};

// A failure of the system, or (as ssl::SSLError) of TLS.
class PAVISE_EXPORT OSError : public virtual Exception {
    std::optional<int> number_;
    std::string strerror_;
    std::optional<std::string> filename_;

  public:
    // what() is Python's: "[Errno 2] No such file or directory: 'ca.pem'".
    explicit OSError(int number, std::optional<std::string> filename = std::nullopt);
    // what() is `text` alone.
    OSError(std::optional<int> number, const std::string& text);

    // Python's `errno`, which C makes a macro: the system's number, or an SSLErrorNumber for an SSLError
    // raised by I/O; nothing where Python has None.
    std::optional<int> number() const noexcept { return number_; }
    const std::string& strerror() const noexcept { return strerror_; }
    const std::optional<std::string>& filename() const noexcept { return filename_; }
};

// `socket.timeout`. Its number() is nothing where a time-out of ours passed, ETIMEDOUT where TCP gave up.
class PAVISE_EXPORT TimeoutError : public OSError {
  public:
    explicit TimeoutError(const std::string& text);
    using OSError::OSError;
};

class PAVISE_EXPORT BlockingIOError : public OSError {
  public:
    using OSError::OSError;
};
class PAVISE_EXPORT FileNotFoundError : public OSError {
  public:
    using OSError::OSError;
};
class PAVISE_EXPORT IsADirectoryError : public OSError {
  public:
    using OSError::OSError;
};
class PAVISE_EXPORT PermissionError : public OSError {
  public:
    using OSError::OSError;
};
class PAVISE_EXPORT ConnectionError : public OSError {
  public:
    using OSError::OSError;
};
class PAVISE_EXPORT BrokenPipeError : public ConnectionError {
  public:
    using ConnectionError::ConnectionError;
};
class PAVISE_EXPORT ConnectionAbortedError : public ConnectionError {
  public:
    using ConnectionError::ConnectionError;
};
class PAVISE_EXPORT ConnectionRefusedError : public ConnectionError {
  public:
    using ConnectionError::ConnectionError;
};
class PAVISE_EXPORT ConnectionResetError : public ConnectionError {
  public:
    using ConnectionError::ConnectionError;
};
// `socket.gaierror`: the name of a host could not be looked up. number() is that of getaddrinfo(3).
class PAVISE_EXPORT AddressInfoError : public OSError {
  public:
    using OSError::OSError;
};

// Throws the class that Python would raise for a number of the system's.
[[noreturn]] PAVISE_EXPORT void raise_os_error(int number,
                                               std::optional<std::string> filename = std::nullopt);

} // namespace pavise
