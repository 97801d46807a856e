// Runs the openssl program in a directory of the test's own: keys in the forms that other software writes.
#pragma once

#include <pavise/bytes.hpp>

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace pavise::crypto::testing {

class OpensslProgram {
    std::filesystem::path directory_;

  public:
    OpensslProgram() {
        std::string name = (std::filesystem::temp_directory_path() / "pavise-crypto-XXXXXX").string();
        if (const char* made = ::mkdtemp(name.data())) directory_ = made;
    }
    OpensslProgram(const OpensslProgram&) = delete;
    OpensslProgram& operator=(const OpensslProgram&) = delete;
    ~OpensslProgram() {
        std::error_code ignored;
        std::filesystem::remove_all(directory_, ignored);
    }

    // Runs "openssl ARGUMENTS" in the directory; whether it succeeded. Its output is shown if it did not.
    bool run(const std::string& arguments) const {
        const std::string command =
            "cd '" + directory_.string() + "' && openssl " + arguments + " >log 2>&1 </dev/null";
        if (std::system(command.c_str()) == 0) return true;
        ADD_FAILURE() << command << "\n" << as_text(file("log"));
        return false;
    }

    ByteVector file(const std::string& name) const {
        std::ifstream stream(directory_ / name, std::ios::binary);
        EXPECT_TRUE(stream.good()) << name;
        return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
    }

    void write(const std::string& name, Bytes contents) const {
        std::ofstream stream(directory_ / name, std::ios::binary);
        stream.write(reinterpret_cast<const char*>(contents.data()),
                     static_cast<std::streamsize>(contents.size()));
    }
};

} // namespace pavise::crypto::testing
