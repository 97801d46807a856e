#!/usr/bin/env python3
"""Line coverage by room, of what gcovr counted (its --json-summary).

  coverage.py SUMMARY.json

Fails where the rooms that read what a peer sends, together, are covered less than they have to be.
"""
import json
import sys
from collections import defaultdict

EXPOSED = ("wire", "messages", "record", "handshake", "engine")
LEAST = 92.0


def percent(covered, total):
    return 100.0 * covered / total if total else 100.0


def main():
    rooms = defaultdict(lambda: [0, 0])
    for file in json.load(open(sys.argv[1], encoding="utf-8"))["files"]:
        parts = file["filename"].split("/")
        if parts[0] == "src":
            rooms[parts[1]][0] += file["line_covered"]
            rooms[parts[1]][1] += file["line_total"]
    for room, (covered, total) in sorted(rooms.items()):
        print(f"    src/{room:10} {covered:6} of {total:6} lines, {percent(covered, total):5.1f} %")
    covered, total = (sum(rooms[room][i] for room in EXPOSED) for i in (0, 1))
    reached = percent(covered, total)
    print(f"    src/{{{','.join(EXPOSED)}}}: {reached:.1f} % of lines, at least {LEAST:.0f} % wanted")
    return reached < LEAST


if __name__ == "__main__":
    sys.exit(main())
