// The runner's algorithms for certificates, which compress nothing: they show who was asked.
#pragma once

#include "options.hpp"

#include <pavise/compression.hpp>
#include <pavise/environment.hpp>

namespace pavise::bogo {

// By preference.
std::vector<CertificateCompressionPtr> compressions_of_runner(const Options& options);

} // namespace pavise::bogo
