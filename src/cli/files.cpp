#include "cli/files.hpp"

#include "base/pem.hpp"
#include "net/descriptor.hpp"

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <string>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace pavise::cli {

namespace {

std::string reason(int problem) {
    return std::system_category().message(problem);
}

} // namespace

Outcome<SecretVector> read_file(std::string_view path_given) {
    const std::string path(path_given);
    auto contents = read_credential_file(path);
    if (contents) return *std::move(contents);
    const Error error = contents.error();
    if (error.code == ErrorCode::file_not_read)
        return misuse(path + ": cannot be read: " + reason(error.detail));
    if (error.code == ErrorCode::file_too_large)
        return misuse(path + ": is larger than " + std::to_string(max_credential_file_size >> 20) +
                      " MiB, the most that is read of a file");
    return misuse(path + ": " + describe(error));
}

void warn_of_readers(std::string_view path_given) {
    const std::string path(path_given);
    struct stat about{};
    if (::stat(path.c_str(), &about) != 0 || !S_ISREG(about.st_mode) || (about.st_mode & S_IROTH) == 0)
        return;
    std::fprintf(stderr,
                 "pavise: warning: %s: every user of this machine can read this secret\n"
                 "'chmod o-r' takes that away\n",
                 path.c_str());
}

Outcome<SecretVector> read_secret_file(std::string_view path) {
    warn_of_readers(path);
    return read_file(path);
}

Outcome<std::monostate> write_new_file(std::string_view path_given, std::string_view contents,
                                       Readers readers) {
    const std::string path(path_given);
    const mode_t mode = readers == Readers::owner ? S_IRUSR | S_IWUSR : S_IRUSR | S_IWUSR | S_IRGRP | S_IROTH;
    const net::Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
    if (!file) return misuse(path + ": cannot be made: " + reason(errno));
    while (!contents.empty()) {
        const ssize_t count = ::write(file.get(), contents.data(), contents.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) {
            const int problem = errno;
            (void)::unlink(path.c_str()); // it was not there before
            return misuse(path + ": cannot be written: " + reason(problem));
        }
        contents.remove_prefix(static_cast<std::size_t>(count));
    }
    return std::monostate();
}

std::optional<Problem> obstacle_to_new_file(std::string_view path_given) {
    const std::filesystem::path path(path_given);
    const std::filesystem::path folder = path.has_parent_path() ? path.parent_path() : ".";
    std::error_code unknown; // what cannot be told now is told when the file is made
    if (std::filesystem::exists(std::filesystem::symlink_status(path, unknown)))
        return misuse(path.string() + ": cannot be made: " + reason(EEXIST));
    if (!std::filesystem::exists(folder, unknown) && !unknown)
        return misuse(path.string() + ": cannot be made: " + reason(ENOENT));
    return std::nullopt;
}

} // namespace pavise::cli
