// situations FOLDER: makes the certificates of the situations there. Then reads steps, one a line with tabs
// between the words, runs them and says what each gave; an empty line forgets everything.
#include "facade/situations/world.hpp"

#include <iostream>

namespace {

// Tabs between words; \t, \n and \\ within them.
std::vector<std::string> words_of(const std::string& line) {
    std::vector<std::string> words(1);
    for (std::size_t i = 0; i < line.size(); ++i) {
        if (line[i] == '\t')
            words.emplace_back();
        else if (line[i] == '\\' && i + 1 < line.size())
            switch (line[++i]) {
            case 't': words.back() += '\t'; break;
            case 'n': words.back() += '\n'; break;
            case '0': words.back() += '\0'; break;
            default: words.back() += line[i];
            }
        else
            words.back() += line[i];
    }
    return words;
}

} // namespace

int main(int argc, char** argv) {
    using namespace pavise::ssl::testing;
    if (argc != 2) {
        std::cerr << "usage: situations FOLDER\n";
        return 2;
    }
    make_materials(argv[1]);
    std::cout << "ready" << std::endl;
    World world;
    for (std::string line; std::getline(std::cin, line);) {
        if (line.empty())
            world = World();
        else
            std::cout << run_step(world, words_of(line)) << std::endl;
    }
    return 0;
}
