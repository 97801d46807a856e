#!/bin/bash -eu
# What OSS-Fuzz runs in its builder, with SRC, OUT, WORK, CC, CXX, CFLAGS, CXXFLAGS and LIB_FUZZING_ENGINE set: every target as a
# program of its own name in $OUT, with its seeds and its dictionary. The targets are one program, which looks at its own name:
# the others are links to it.
#
# The builder needs: meson ninja-build pkg-config python3 xz-utils zlib1g-dev libbrotli-dev libzstd-dev libgtest-dev libgmock-dev
#
# Libraries are linked statically, for the machines that run the targets have none of them. Other implementations are left out:
# what they disagree about is no finding.
cd "$(dirname "$0")/../.."
build=$(realpath -m "${WORK:-build}/oss-fuzz")
export CC=${CC:-clang} LIB_FUZZING_ENGINE=${LIB_FUZZING_ENGINE:--fsanitize=fuzzer}

# Botan too is built with CXXFLAGS, instrumented as all the rest.
python3 subprojects/packagefiles/botan/botan.py ensure --cxx "${CXX##* }"
if [ ! -f "$build/build.ninja" ]; then
    meson setup "$build" -Dfuzz=true -Dfuzz_engine="$LIB_FUZZING_ENGINE" -Dlibrary=false -Dwerror=false -Dbuildtype=plain \
        -Db_lundef=false -Dforeign=disabled -Dredis=disabled -Dprefer_static=true
fi
ninja -C "$build" fuzz/pavise-fuzz
program=$build/fuzz/pavise-fuzz

mkdir -p "$OUT"
python3 tools/fuzz.py "$program" --write-corpora "$OUT"
first=
for target in $("$program" --list | awk '{ print $1 }'); do
    if [ -z "$first" ]; then
        cp "$program" "$OUT/$target"
        first=$target
    else
        ln -f "$OUT/$first" "$OUT/$target" || cp "$program" "$OUT/$target"
    fi
    printf '[libfuzzer]\nmax_len = 8192\ntimeout = 25\n' >"$OUT/$target.options"
    [ ! -f "$OUT/$target.dict" ] || printf 'dict = %s.dict\n' "$target" >>"$OUT/$target.options"
done
