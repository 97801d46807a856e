// The state graphs as pictures, out of the handlers' signatures:
//
//   state-graphs --check FOLDER    compares the files there with what the code says
//   state-graphs --write FOLDER    writes them
#include "handshake/client/states.hpp"
#include "handshake/graph.hpp"
#include "handshake/server/states.hpp"

#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>

namespace {

using namespace pavise::handshake;

struct Picture {
    std::string file;
    std::string dot;
};

std::string contents_of(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

} // namespace

int main(int count, char** words) {
    if (count != 3) {
        std::fputs("state-graphs --check|--write FOLDER\n", stderr);
        return 2;
    }
    const bool write = std::string(words[1]) == "--write";
    const std::string folder = words[2];
    const Picture pictures[] = {{"client.dot", to_dot<client::Client>("client")},
                                {"server.dot", to_dot<server::Server>("server")}};
    int differing = 0;
    for (const Picture& picture : pictures) {
        const std::string path = folder + "/" + picture.file;
        if (write) {
            std::ofstream(path, std::ios::binary) << picture.dot;
        } else if (contents_of(path) != picture.dot) {
            ++differing;
            std::printf("%s is not what the code says; write it anew: %s --write %s\n", path.c_str(),
                        words[0], folder.c_str());
        }
    }
    std::printf("%d passed, %d failed\n", 2 - differing, differing);
    return differing == 0 ? 0 : 1;
}
