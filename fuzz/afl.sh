#!/usr/bin/env bash
# AFL++ on one target.
#
#   fuzz/afl.sh TARGET [SECONDS]
#
# Builds in build/afl-SANITIZERS with clang ($CXX, or clang++-19, or clang++), whose own instrumentation (trace-pc-guard) AFL++'s
# runtime understands whatever compiler AFL++ itself was built for; begins with the target's corpus and seeds; what it finds is
# in build/afl-out/TARGET/default/crashes, to be run by ./dev fuzz TARGET --run FILE. AFL_SANITIZE names the sanitizers
# (address); none is the fastest.
set -euo pipefail
cd "$(dirname "$0")/.."
target=${1:?which target? ./dev fuzz --list names them}
seconds=${2:-60}
command -v afl-fuzz >/dev/null || { echo "afl-fuzz is not there: install afl++" >&2; exit 1; }

cxx=${CXX:-$(command -v clang++-19 || command -v clang++ || true)}
[ -n "$cxx" ] || { echo "clang++ is not there" >&2; exit 1; }
part_of_afl() { # NAME...: the first that is there
    local name found
    for name in "$@"; do
        found=$(find /usr/lib/afl /usr/local/lib/afl -name "$name" 2>/dev/null | head -n 1)
        if [ -n "$found" ]; then echo "$found" && return; fi
    done
    echo "AFL++'s $1 is not there" >&2
    exit 1
}
driver=$(part_of_afl libAFLDriver.a)
runtime=$(part_of_afl afl-compiler-rt.o afl-compiler-rt-64.o)

sanitize=${AFL_SANITIZE:-address}
build=build/afl-$sanitize
if [ ! -f "$build/build.ninja" ]; then
    CXX=$cxx meson setup "$build" -Dfuzz=true -Dfuzz_engine="$driver $runtime" -Dlibrary=false -Dwerror=false \
        -Dcpp_args=-fsanitize-coverage=trace-pc-guard -Db_lundef=false -Doptimization=1 -Ddebug=false \
        -Db_sanitize="$sanitize"
fi
ninja -C "$build" fuzz/pavise-fuzz
export PAVISE_FUZZ_TARGET=$target
begin=build/afl-in/$target
rm -rf "$begin"
python3 tools/fuzz.py "$build/fuzz/pavise-fuzz" "$target" --lay-out "$begin"
dictionary=()
if [ -s "$begin.dict" ]; then dictionary=(-x "$begin.dict"); fi
# AFL++ has its own options for sanitizers, and refuses others.
unset ASAN_OPTIONS UBSAN_OPTIONS
# The core pattern and the frequency governor are the machine's owner's business.
export AFL_SKIP_CPUFREQ=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 AFL_NO_UI=${AFL_NO_UI:-1}
mkdir -p build/afl-out
exec afl-fuzz -V "$seconds" -m none -t 5000 -i "$begin" -o "build/afl-out/$target" "${dictionary[@]}" -- "$build/fuzz/pavise-fuzz"
