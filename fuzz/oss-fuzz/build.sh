#!/bin/bash -eu
# What OSS-Fuzz runs in its builder, with CXX, CXXFLAGS, LIB_FUZZING_ENGINE and OUT set: every target as a program of its
# own name in $OUT, with its seeds and its dictionary. The targets are one program, which looks at its own name.
#
# The builder needs: meson ninja-build pkg-config python3 zlib1g-dev libbrotli-dev libzstd-dev libgtest-dev libgmock-dev
cd "$(dirname "$0")/../.."
build=${WORK:-build}/oss-fuzz

python3 subprojects/packagefiles/botan/botan.py ensure --cxx "$CXX"
meson setup "$build" --reconfigure -Dfuzz=true -Dfuzz_engine="$LIB_FUZZING_ENGINE" -Dlibrary=false -Dwerror=false \
    -Dbuildtype=plain -Ddefault_library=static 2>/dev/null ||
    meson setup "$build" -Dfuzz=true -Dfuzz_engine="$LIB_FUZZING_ENGINE" -Dlibrary=false -Dwerror=false \
        -Dbuildtype=plain -Ddefault_library=static
ninja -C "$build" fuzz/pavise-fuzz

mkdir -p "$OUT"
python3 tools/fuzz.py "$build/fuzz/pavise-fuzz" --write-corpora "$OUT"
for target in $("$build/fuzz/pavise-fuzz" --list | awk '{ print $1 }'); do
    cp "$build/fuzz/pavise-fuzz" "$OUT/$target"
    printf '[libfuzzer]\nmax_len = 8192\ntimeout = 25\n' >"$OUT/$target.options"
    [ ! -f "$OUT/$target.dict" ] || printf 'dict = %s.dict\n' "$target" >>"$OUT/$target.options"
done
