#!/usr/bin/env bash
# AFL++ on one target.
#
#   fuzz/afl.sh TARGET [SECONDS]
#
# Builds with afl-clang-fast++ (or $AFL_CXX), with AddressSanitizer, in build/afl; begins with the target's corpus and seeds;
# what it finds is in build/afl-out/TARGET/default/crashes, to be run by ./dev fuzz TARGET --run FILE.
set -euo pipefail
cd "$(dirname "$0")/.."
target=${1:?which target? ./dev fuzz --list names them}
seconds=${2:-60}
cxx=${AFL_CXX:-afl-clang-fast++}
command -v afl-fuzz >/dev/null || { echo "afl-fuzz is not there: install afl++" >&2; exit 1; }

if [ ! -f build/afl/build.ninja ]; then
    CXX=$cxx meson setup build/afl -Dfuzz=true -Dlibrary=false -Dwerror=false -Db_lundef=false -Doptimization=1 \
        -Ddebug=false -Db_sanitize=address
fi
AFL_QUIET=1 ninja -C build/afl fuzz/pavise-fuzz
export PAVISE_FUZZ_TARGET=$target
begin=build/afl-in/$target
rm -rf "$begin"
python3 tools/fuzz.py build/afl/fuzz/pavise-fuzz --lay-out "$begin" "$target"
dictionary=()
if [ -s "$begin.dict" ]; then dictionary=(-x "$begin.dict"); fi
# The core pattern and the frequency governor are the machine's owner's business.
export AFL_SKIP_CPUFREQ=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 AFL_NO_UI=${AFL_NO_UI:-1}
exec afl-fuzz -V "$seconds" -m none -t 5000 -i "$begin" -o "build/afl-out/$target" "${dictionary[@]}" -- build/afl/fuzz/pavise-fuzz
