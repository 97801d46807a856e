#include "library.hpp"

#include <algorithm>

namespace pavise::bench {

std::size_t Wire::take(MutableBytes out) {
    const Bytes waiting = view();
    const std::size_t count = std::min(out.size(), waiting.size());
    std::copy_n(waiting.begin(), count, out.begin());
    consume(count);
    return count;
}

const std::vector<std::unique_ptr<Library>>& libraries() {
    static const std::vector<std::unique_ptr<Library>> all = [] {
        std::vector<std::unique_ptr<Library>> made;
        made.push_back(pavise_library());
#ifdef PAVISE_BENCH_OPENSSL
        made.push_back(openssl_library());
#endif
#ifdef PAVISE_BENCH_GNUTLS
        made.push_back(gnutls_library());
#endif
#ifdef PAVISE_BENCH_BOTAN
        made.push_back(botan_library());
#endif
        return made;
    }();
    return all;
}

} // namespace pavise::bench
