// PAVISE_EXPORT marks what the shared library exports; everything else is hidden.
#pragma once

#if defined(_WIN32)
#define PAVISE_EXPORT
#else
#define PAVISE_EXPORT __attribute__((visibility("default")))
#endif
