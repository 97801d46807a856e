#!/usr/bin/env python3
"""Makes docs/ssl-api.md of the table of names.

  ssl_api.py TABLE > docs/ssl-api.md
"""
import sys
from pathlib import Path

HEAD = """# Python's `ssl`, name by name

Made by `tools/ssl_api.py` of `tests/facade/ssl_api.tsv`; a test holds both together and runs every test that is named
here. All names live in the namespace `pavise::ssl`; `#include <pavise/ssl.hpp>` brings them. How names are translated:

- an attribute `x` is `x()` and `set_x(v)`; keyword arguments are a struct filled by designated initializers;
- `None` is an empty `Optional`, which prints as `None`; bytes go in as any contiguous range of bytes or a string, and
  come out as `std::vector<std::uint8_t>`; `binary_form=True` is a method of its own that ends in `_der`;
- flags are typed enums with operators; `repr()` and `str()` of every enumeration are Python's;
- objects that Python shares (`SSLContext`, `MemoryBIO`, `SSLSession`) are handles: a copy is the same object;
- every operation that can want I/O has an overload that takes a `std::error_code&` and does not throw.

"""


def rows(table):
    for line in Path(table).read_text().splitlines():
        if line and not line.startswith("#"):
            yield line.split("\t")


def document(table):
    lines = ["| name | in C++ | test | difference |", "|-|-|-|-|"]
    count = {}
    for name, spelling, test, verdict in rows(table):
        kind = verdict.split(":")[0]
        count[kind] = count.get(kind, 0) + 1
        cells = [f"`{name}`", f"`{spelling}`" if spelling != "-" else "", f"`{test}`" if test != "-" else "", verdict]
        lines.append("| " + " | ".join(cells) + " |")
    summary = ", ".join(f"{number} {kind}" for kind, number in sorted(count.items(), key=lambda item: -item[1]))
    return f"{HEAD}{sum(count.values())} names: {summary}.\n\n" + "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(document(sys.argv[1]))
