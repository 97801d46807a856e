#!/usr/bin/env python3
"""Where Botan's source may come from, tried without any network.

  botan_source_test.py FOLDER_OF_SOURCES_PY
"""
import hashlib
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, sys.argv[1])
import sources  # noqa: E402

CONTENT = b"a tarball"
DIGEST = hashlib.sha256(CONTENT).hexdigest()


class Say:
    """Keeps what was said loudly."""

    def __init__(self):
        self.loud = []

    def line(self, _):
        pass

    def loudly(self, text):
        self.loud.append(text)


class FakeArchive:
    """Stands for the archive; `offers` holds the versions, newest first, and whether each can be downloaded."""

    offers: list = []
    site, origin = "here", "Debian"

    def __init__(self, _):
        pass

    def candidates(self, _):
        return [{"version": version, "origin": "Debian", "file": f"botan3_{version}.orig.tar.xz", "sha256": DIGEST}
                for version, _ in self.offers]

    def download(self, source, store):
        if not dict(self.offers)[source["version"]]:
            return None
        (store / source["file"]).write_bytes(CONTENT)
        return store / source["file"]


def from_archive(offers, folder):
    FakeArchive.offers = offers
    sources.Archive = FakeArchive
    sources.shutil.which = lambda _: "/usr/bin/apt-get"
    say = Say()
    found = sources.from_archive(folder, say)
    return (found and found[1]["version"]), " ".join(say.loud)


def the_pinned_version_is_taken_though_a_newer_is_there(folder):
    version, loud = from_archive([("3.14.0", True), (sources.PINNED, True)], folder)
    return version == sources.PINNED and "instead" not in loud


def a_hash_that_is_not_recorded_is_said_loudly(folder):
    return "repacked" in from_archive([(sources.PINNED, True)], folder)[1]


def a_newer_version_is_taken_when_the_pinned_is_gone_and_said_loudly(folder):
    version, loud = from_archive([("3.14.0", True), (sources.PINNED, False)], folder)
    return version == "3.14.0" and "3.14.0" in loud and "instead" in loud


def an_older_version_is_never_taken(folder):
    return from_archive([("3.9.0", True)], folder)[0] is None


def a_file_fed_by_hand_is_taken_only_with_a_known_hash(folder):
    (folder / "Botan-3.13.0.tar.xz").write_bytes(CONTENT)
    if sources.from_folders([folder]) is not None:
        return False
    sources.KNOWN.append({"version": sources.PINNED, "sha256": DIGEST})
    try:
        return sources.from_folders([folder / "nothing here", folder]) is not None
    finally:
        sources.KNOWN.pop()


def the_first_known_hash_is_the_one_in_the_wrap(_):
    wrap = Path(sys.argv[1]).parent.parent / "botan.wrap"
    return f"source_hash = {sources.KNOWN[0]['sha256']}" in wrap.read_text() and sources.PINNED in sources.upstream_url()


def main():
    tests = [the_pinned_version_is_taken_though_a_newer_is_there, a_hash_that_is_not_recorded_is_said_loudly,
             a_newer_version_is_taken_when_the_pinned_is_gone_and_said_loudly, an_older_version_is_never_taken,
             a_file_fed_by_hand_is_taken_only_with_a_known_hash, the_first_known_hash_is_the_one_in_the_wrap]
    failed = 0
    for test in tests:
        with tempfile.TemporaryDirectory() as folder:
            holds = test(Path(folder))
        failed += not holds
        print(f"{'pass' if holds else 'FAIL'}  {test.__name__.replace('_', ' ')}")
    print(f"{len(tests) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
