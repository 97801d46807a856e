#!/usr/bin/env bash
# AFL++ on one target.
#
#   fuzz/afl.sh TARGET [SECONDS]
#
# Builds in build/afl with AFL++'s own compiler, which is $AFL_CXX, or afl-clang-fast++ where that knows C++20, or
# afl-g++-fast; begins with the target's corpus and seeds; what it finds is in build/afl-out/TARGET/default/crashes, to be run
# by ./dev fuzz TARGET --run FILE. AFL_SANITIZE=none leaves AddressSanitizer out.
set -euo pipefail
cd "$(dirname "$0")/.."
target=${1:?which target? ./dev fuzz --list names them}
seconds=${2:-60}
command -v afl-fuzz >/dev/null || { echo "afl-fuzz is not there: install afl++" >&2; exit 1; }

# Pavise names template arguments by designated initialisers, which the clang of an old distribution does not know.
knows_cxx20() {
    echo 'struct P { int q = 0; }; template <P p> struct C {}; using D = C<{.q = 1}>; int main() { D(); }' |
        AFL_QUIET=1 "$1" -std=c++20 -fsyntax-only -x c++ - 2>/dev/null
}
cxx=${AFL_CXX:-afl-clang-fast++}
if [ -z "${AFL_CXX:-}" ] && ! knows_cxx20 "$cxx"; then cxx=afl-g++-fast; fi
driver=$(find /usr/lib/afl /usr/local/lib/afl -name libAFLDriver.a 2>/dev/null | head -n 1)
[ -n "$driver" ] || { echo "AFL++'s libAFLDriver.a is not there" >&2; exit 1; }

if [ ! -f build/afl/build.ninja ]; then
    AFL_QUIET=1 CXX=$cxx meson setup build/afl -Dfuzz=true -Dfuzz_engine="$driver" -Dlibrary=false -Dwerror=false \
        -Db_lundef=false -Doptimization=1 -Ddebug=false -Db_sanitize="${AFL_SANITIZE:-address}"
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
