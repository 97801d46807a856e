// The groups of checks, one for each file below server/ and client/.
#pragma once

#include "conform/catalogue.hpp"

namespace pavise::conform {

Group server_hello13();
Group server_hello12();
Group client_hello_answers13();
Group client_hello_answers12();

} // namespace pavise::conform
