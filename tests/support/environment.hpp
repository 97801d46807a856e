// Randomness and time that repeat themselves, for all tests.
#pragma once

#include <pavise/testing/environment.hpp>
