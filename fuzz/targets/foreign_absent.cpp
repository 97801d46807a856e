// Where neither OpenSSL's nor GnuTLS's library is installed, there is nobody to differ from.
#include "target.hpp"

namespace pavise::fuzz {

void add_foreign_targets(std::vector<Target>&) {}

} // namespace pavise::fuzz
