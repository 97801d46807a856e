#!/usr/bin/env python3
"""Makes one static archive out of the rooms and of what they need of Botan, whose symbols become local: a program can
be linked with it and with another Botan, of any version, and each part keeps to its own.

  merge_archive.py --compiler C++ --output ARCHIVE --whole ROOM.a... --needed OTHER.a...
"""
import argparse
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path


def global_symbols(file):
    """Names and types, as nm has them, of the symbols that a linker would see."""
    listing = subprocess.run(["nm", "--defined-only", "--extern-only", "--format=posix", file], check=True,
                             capture_output=True, text=True).stdout
    return [tuple(line.split()[:2]) for line in listing.splitlines() if len(line.split()) > 1]


def change_symbols(file, folder, verb, names):
    """Weakens or localizes symbols; objcopy fails, without a word, on a list that is empty."""
    if names:
        listing = Path(folder, verb)
        listing.write_text("".join(f"{name}\n" for name in names))
        subprocess.run(["objcopy", f"--{verb}-symbols={listing}", file], check=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--compiler", required=True)
    parser.add_argument("--output", required=True)
    parser.add_argument("--whole", nargs="+", required=True)
    parser.add_argument("--needed", nargs="*", default=[])
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        merged = f"{folder}/pavise.o"
        # Groups are dissolved: a group that a program's linker dropped in favour of another object's would leave our
        # local symbols without their section. What is in them stays weak, so several copies remain legal.
        subprocess.run([options.compiler, "-r", "-nostdlib", "-Wl,--force-group-allocation", "-o", merged,
                        "-Wl,--whole-archive", *options.whole, "-Wl,--no-whole-archive", *options.needed], check=True)
        symbols = global_symbols(merged)
        # Botan and everything of ours that PAVISE_EXPORT does not name is hidden, and becomes local, as do templates of
        # the standard library made for our types or Botan's, and the constants of Botan's headers, which an unoptimised
        # build keeps as symbols. Other templates of the library stay shared with the rest of the program.
        ours = re.compile(r"_Z(T[ISVTC]|GV|Z)?NK?6pavise")
        # GNU's unique symbols may be defined several times in groups only; weak ones may be everywhere, or become local.
        change_symbols(merged, folder, "weaken", [name for name, kind in symbols if kind == "u"])
        change_symbols(merged, folder, "localize",
                       [name for name, _ in symbols if "5Botan" in name or "6pavise" in name and not ours.match(name)])
        subprocess.run(["objcopy", "--localize-hidden", merged], check=True)
        left = [name for name, _ in global_symbols(merged) if "5Botan" in name]
        if left:
            print(f"{len(left)} symbols of Botan would be visible in {options.output}: {' '.join(left[:5])} …",
                  file=sys.stderr)
            return 1
        Path(options.output).unlink(missing_ok=True)
        subprocess.run(["ar", "crsD", os.path.abspath(options.output), "pavise.o"], cwd=folder, check=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
