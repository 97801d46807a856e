// What Botan's validation is told to insist on.
#pragma once

#include "trust/verify.hpp"

#include <botan/x509path.h>

namespace pavise::trust {

Botan::Path_Validation_Restrictions path_restrictions(AnchorPolicy anchors);

// For responses: the same hashes, max_ocsp_age, and the issuers of the verified chain as anchors.
Botan::Path_Validation_Restrictions ocsp_restrictions();

} // namespace pavise::trust
