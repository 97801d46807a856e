#!/usr/bin/env python3
"""Every sentence that a check quotes stands in the RFC that it names, in the section that it names.

  quotes.py [FOLDER]

FOLDER holds the RFCs as text (rfc8446.txt …, or rfc8446.txt.gz), as the RFC Editor publishes them and Debian's packages
doc-rfc-* install them; one that is not there is skipped. White space is not compared, and … stands for what was left out.
"""

import gzip
import pathlib
import re
import sys

INSTALLED = "/usr/share/doc/RFC/links"
SOURCES = pathlib.Path(__file__).resolve().parents[2] / "src" / "conform"
STRINGS = r'((?:"(?:[^"\\]|\\.)*"\s*)+)'
RULE = re.compile(r"\b(?:must|should)\(\s*" + STRINGS + r",\s*" + STRINGS + r"\)")
HEADING = re.compile(r"^(?:Appendix )?((?:\d+|[A-Z])(?:\.\d+)*)\.?\s+\S")
FURNITURE = re.compile(r"^(?:\S.*\[Page \d+\]|RFC \d+ .*\d{4})$")


def squeezed(text):
    return re.sub(r"\s+", "", text)


def literal(strings):
    joined = "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', strings))
    return re.sub(r"\\(.)", r"\1", joined)


def quotes():
    """What is quoted: the file and line, the RFC, the section, the sentence."""
    for path in sorted(SOURCES.rglob("*.?pp")):
        text = path.read_text(encoding="utf-8")
        for match in RULE.finditer(text):
            rfc, section = literal(match[1]).split(" §")
            yield f"{path.name}:{text.count(chr(10), 0, match.start()) + 1}", rfc, section, literal(match[2])


def text_of(folder, rfc):
    """Nothing where it is not there."""
    plain, packed = folder / f"rfc{rfc}.txt", folder / f"rfc{rfc}.txt.gz"
    if plain.exists():
        return plain.read_text(encoding="utf-8", errors="replace")
    return gzip.decompress(packed.read_bytes()).decode(errors="replace") if packed.exists() else None


def sections(text):
    """The RFC's sections, without what pages add: number to text without white space."""
    found, number = {}, ""
    for line in text.replace("\f", "\n").splitlines():
        if FURNITURE.match(line.rstrip()):
            continue
        heading = HEADING.match(line)
        if heading:
            number = heading[1]
        found[number] = found.get(number, "") + squeezed(line)
    return found


def holds(text, sentence):
    place = 0
    for part in sentence.split("…"):
        place = text.find(squeezed(part), place)
        if place < 0:
            return False
        place += len(squeezed(part))
    return True


def main():
    folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else INSTALLED)
    rfcs, count, wrong = {}, 0, 0
    for place, rfc, section, sentence in quotes():
        if rfc not in rfcs:
            text = text_of(folder, rfc)
            rfcs[rfc] = None if text is None else sections(text)
        texts = rfcs[rfc]
        if texts is None:
            continue
        count += 1
        if holds(texts.get(section, ""), sentence):
            continue
        wrong += 1
        elsewhere = [number for number, text in texts.items() if holds(text, sentence)]
        print(f"{place}: RFC {rfc} §{section} does not say: {sentence}"
              + (f" (§{', §'.join(elsewhere)} does)" if elsewhere else ""))
    for rfc in sorted(rfc for rfc, texts in rfcs.items() if texts is None):
        print(f"skip  RFC {rfc}: its text is not in {folder}")
    print(f"{count - wrong} passed, {wrong} failed")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
