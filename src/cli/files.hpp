// Files named on the command line.
#pragma once

#include "base/secret.hpp"
#include "cli/outcome.hpp"

#include <string_view>

namespace pavise::cli {

// A whole file of certificates or keys. Errors (usage): names the file and the reason.
Outcome<SecretVector> read_file(std::string_view path);
// Says on standard error where every user of the machine can read the file, which is taken all the same: for
// trying things out it has to be enough. A group of its own is left alone, for servers have one.
void warn_of_readers(std::string_view path);
// read_file() of what its owner alone should be able to read: warn_of_readers() first.
Outcome<SecretVector> read_secret_file(std::string_view path);

enum class Readers { everybody, owner };
// Makes a file that was not there before: nobody's key is overwritten, and nothing is left of one that could
// not be written to its end. Errors (usage): names the file and the reason.
Outcome<std::monostate> write_new_file(std::string_view path, std::string_view contents, Readers readers);
// What write_new_file() would say now of a file that is there, or of a folder that is not: to be asked before
// work that would be lost.
std::optional<Problem> obstacle_to_new_file(std::string_view path);

} // namespace pavise::cli
