#!/usr/bin/env python3
"""Lets Doxygen read the comments of the headers, which are plain: a comment before a declaration, or behind one on the
same line, is meant for the reference.

  doxygen_filter.py HEADER
"""
import re
import sys


def protected(text):
    """Markup of Doxygen's and HTML's that the comments do not mean."""
    text = re.sub(r"([\\@#<>&%])", r"\\\1", text)
    return text


def main():
    lines = open(sys.argv[1], encoding="utf-8").read().splitlines()
    out = []
    first = True
    for number, line in enumerate(lines):
        whole = re.match(r"(\s*)//( ?)(.*)$", line)
        behind = re.match(r"(.*\S)\s+// (.*)$", line)
        following = next((after for after in lines[number + 1:] if not after.lstrip().startswith("//")), "")
        if re.search(r"template <> struct std::", line):
            out.append("")  # what is the standard library's is not ours to document
            continue
        if first and (whole or not line.strip()):
            # The file's own comment.
            out.append(f"/// \\file\n///\n/// {protected(whole[3])}" if whole and not out else
                       f"/// {protected(whole[3])}" if whole else "")
            first = bool(whole)
        elif whole and whole[3].startswith("----"):
            out.append("")  # a heading between members
        elif whole and following.strip():
            previous = lines[number - 1] if number else ""
            continues = re.match(r".*\S\s+// ", previous) and not previous.lstrip().startswith("//")
            out.append(f"{whole[1]}///{'<' if continues else ''} {protected(whole[3])}")
        elif behind and '"' not in behind[1].split("//")[0][-1:] and not line.lstrip().startswith("#"):
            out.append(f"{behind[1]} ///< {protected(behind[2])}")
        else:
            out.append(line)
    print("\n".join(out))


if __name__ == "__main__":
    main()
