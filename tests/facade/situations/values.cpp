#include "facade/situations/values.hpp"

#include <sstream>

namespace pavise::ssl::testing {

namespace {

template <class T> std::string printed(const T& value) {
    std::ostringstream out;
    out << value;
    return out.str();
}

// From the most special class to the most general one, as a chain of `except` clauses would have it.
std::string class_of(const Exception& error) {
    const auto is = [&]<class T>(std::type_identity<T>) { return dynamic_cast<const T*>(&error) != nullptr; };
    if (is(std::type_identity<SSLCertVerificationError>{})) return "SSLCertVerificationError";
    if (is(std::type_identity<SSLZeroReturnError>{})) return "SSLZeroReturnError";
    if (is(std::type_identity<SSLWantReadError>{})) return "SSLWantReadError";
    if (is(std::type_identity<SSLWantWriteError>{})) return "SSLWantWriteError";
    if (is(std::type_identity<SSLSyscallError>{})) return "SSLSyscallError";
    if (is(std::type_identity<SSLEOFError>{})) return "SSLEOFError";
    if (is(std::type_identity<SSLError>{})) return "SSLError";
    if (is(std::type_identity<TimeoutError>{})) return "TimeoutError";
    if (is(std::type_identity<FileNotFoundError>{})) return "FileNotFoundError";
    if (is(std::type_identity<IsADirectoryError>{})) return "IsADirectoryError";
    if (is(std::type_identity<PermissionError>{})) return "PermissionError";
    if (is(std::type_identity<BlockingIOError>{})) return "BlockingIOError";
    if (is(std::type_identity<BrokenPipeError>{})) return "BrokenPipeError";
    if (is(std::type_identity<ConnectionResetError>{})) return "ConnectionResetError";
    if (is(std::type_identity<ConnectionRefusedError>{})) return "ConnectionRefusedError";
    if (is(std::type_identity<OSError>{})) return "OSError";
    if (is(std::type_identity<ValueError>{})) return "ValueError";
    if (is(std::type_identity<TypeError>{})) return "TypeError";
    if (is(std::type_identity<NotImplementedError>{})) return "NotImplementedError";
    return "Exception";
}

std::string number_of(const OSError& error) {
    return error.number() ? std::to_string(*error.number()) : "None";
}

} // namespace

std::string repr_of(std::string_view text) {
    // The dictionary's printer has Python's quoting; a certificate with this one value shows it.
    CertificateDict dict;
    dict.version = 1;
    dict.serialNumber = text;
    const std::string all = printed(dict);
    const std::string before = "'serialNumber': ";
    const auto begin = all.find(before) + before.size();
    return all.substr(begin, all.find(", 'notBefore'") - begin);
}
std::string repr_of(const std::string& text) {
    return repr_of(std::string_view(text));
}
std::string repr_of(const char* text) {
    return repr_of(std::string_view(text));
}

std::string repr_of(bool value) {
    return value ? "True" : "False";
}

std::string repr_of(const ByteVector& bytes) {
    std::string out = "x'";
    for (const std::uint8_t byte : bytes)
        out += {"0123456789abcdef"[byte >> 4], "0123456789abcdef"[byte & 0xf]};
    return out + "'";
}

std::string repr_of(const CertificateDict& certificate) {
    return printed(certificate);
}
std::string repr_of(const Cipher& cipher) {
    return printed(cipher);
}

std::string repr_of(const CipherDict& cipher) {
    return "{'id': " + repr_of(cipher.id) + ", 'name': " + repr_of(cipher.name) +
           ", 'protocol': " + repr_of(cipher.protocol) + ", 'description': " + repr_of(cipher.description) +
           ", 'strength_bits': " + repr_of(cipher.strength_bits) +
           ", 'alg_bits': " + repr_of(cipher.alg_bits) + ", 'aead': " + repr_of(cipher.aead) +
           ", 'symmetric': " + repr_of(cipher.symmetric) + ", 'digest': " + repr_of(cipher.digest) +
           ", 'kea': " + repr_of(cipher.kea) + ", 'auth': " + repr_of(cipher.auth) + "}";
}

std::string describe_exception(const std::exception_ptr& error) {
    try {
        std::rethrow_exception(error);
    } catch (const SSLCertVerificationError& raised) {
        return "raise " + class_of(raised) + " " + number_of(raised) + " " +
               raised.library().value_or("None") + " " + raised.reason().value_or("None") + " " +
               std::to_string(raised.verify_code()) + " " + repr_of(raised.verify_message());
    } catch (const SSLError& raised) {
        std::string out = "raise " + class_of(raised) + " " + number_of(raised) + " ";
        if (!raised.library()) return out + repr_of(raised.what());
        return out + *raised.library() + " " + raised.reason().value_or("None");
    } catch (const TimeoutError& raised) {
        return "raise TimeoutError " + number_of(raised) + " " + repr_of(raised.what());
    } catch (const OSError& raised) {
        return "raise " + class_of(raised) + " " + number_of(raised);
    } catch (const Exception& raised) {
        return "raise " + class_of(raised) + " " + repr_of(raised.what());
    } catch (const std::exception& raised) {
        return std::string("raise Exception ") + repr_of(raised.what());
    }
}

} // namespace pavise::ssl::testing
