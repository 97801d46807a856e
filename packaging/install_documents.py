#!/usr/bin/env python3
"""Installs what the command says about itself: a manual page for each verb, and completions for three shells.

  install_documents.py PAVISE MANDIR DATADIR     (run by `meson install`)
"""
import os
import re
import subprocess
import sys
from pathlib import Path

COMPLETIONS = {"bash": "bash-completion/completions/pavise", "zsh": "zsh/site-functions/_pavise",
               "fish": "fish/vendor_completions.d/pavise.fish"}


def said(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def main():
    pavise, mandir, datadir = sys.argv[1:]
    prefix = Path(os.environ["MESON_INSTALL_DESTDIR_PREFIX"])

    def write(folder, name, text):
        # An absolute folder is below DESTDIR too.
        place = prefix / folder / name if not os.path.isabs(folder) else Path(
            os.environ.get("DESTDIR", "") + folder) / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)

    verbs = re.findall(r"^  (\w[\w-]*(?: \w[\w-]*)?)  ", said(pavise, "--help"), re.M)
    for page in ["pavise", *("pavise-" + verb.replace(" ", "-") for verb in verbs)]:
        write(mandir, f"man1/{page}.1", said(pavise, "manual", page))
    for shell, name in COMPLETIONS.items():
        write(datadir, name, said(pavise, "completion", shell))
    return 0


if __name__ == "__main__":
    sys.exit(main())
