#!/usr/bin/env python3
"""Compares what the shared library exports with the list of the public API, public_symbols.txt beside this file.

  public_symbols.py LIBRARY [--accept]     --accept writes the list

Listed are functions and objects, as C++ spells them; constructors of one class count once. What compilers emit as they
see fit (inline functions, tables of virtual functions, type information) is not.
"""
import subprocess
import sys
from pathlib import Path

LIST = Path(__file__).parent / "public_symbols.txt"


def exported(library):
    lines = subprocess.run(["nm", "--dynamic", "--defined-only", "--demangle", library], check=True, capture_output=True,
                           text=True).stdout.splitlines()
    names = {name for _, kind, name in (line.split(maxsplit=2) for line in lines) if kind in "TDBR"}
    return sorted(name for name in names if not name.startswith(("vtable for", "VTT for", "typeinfo", "guard variable",
                                                                 "non-virtual thunk", "virtual thunk", "construction vtable")))


def differences(library):
    """Lines that say what is new and what is gone."""
    listed, found = set(LIST.read_text().splitlines()), set(exported(library))
    return [f"exported, but not in the list: {name}" for name in sorted(found - listed)] + \
           [f"in the list, but not exported: {name}" for name in sorted(listed - found)]


def main():
    library = sys.argv[1]
    if sys.argv[2:] == ["--accept"]:
        LIST.write_text("".join(name + "\n" for name in exported(library)))
        return 0
    found = differences(library)
    print(*found, sep="\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
