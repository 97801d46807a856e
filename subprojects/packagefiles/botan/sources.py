"""Where Botan's source comes from: a file fed by hand, upstream, or the distribution's archive."""
import hashlib
import os
import re
import shlex
import shutil
import subprocess
import tempfile
import urllib.error
import urllib.request
from pathlib import Path

PINNED = "3.13.0"
# The archive's tarball is repacked (+dfsg), so its hash is another.
KNOWN = [
    {"version": PINNED, "origin": "upstream", "file": f"Botan-{PINNED}.tar.xz",
     "sha256": "12f5a8358890bbee82edfe9d2e7769b0a610b6dd0e0698aea13d20a675d84620"},
    {"version": PINNED, "origin": "Debian", "file": f"botan3_{PINNED}+dfsg.orig.tar.xz",
     "sha256": "a9252842d2cf38a3392ec540e134730051b544452c6922da20803ae3fd507992"},
]
UPSTREAM_TIMEOUT = 5  # seconds; a machine without a way out shall not wait longer before it asks its archive

# The suite that is newer than any release, and the components that may hold Botan.
DEVELOPMENT_SUITE = {"Debian": ("sid", "main"), "Ubuntu": ("devel", "main universe")}


class NotHad(Exception):
    """No source: says what was tried and how to feed one by hand."""


def version_key(version):
    return [int(part) for part in re.findall(r"\d+", version)]


def sha256_of(path):
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        for block in iter(lambda: file.read(1 << 20), b""):
            digest.update(block)
    return digest.hexdigest()


def upstream_url():
    wrap = Path(__file__).resolve().parent
    for folder in (wrap.parent.parent, wrap.parent):
        if (folder / "botan.wrap").exists():
            return re.search(r"^source_url *= *(\S+)", (folder / "botan.wrap").read_text(), re.M)[1]
    return None


def from_folders(folders):
    """A tarball that is there already, fed by hand or left by an earlier run, if its hash is a known one."""
    for folder in folders:
        for tarball in sorted(folder.glob("*otan*.tar.xz")) if folder.exists() else []:
            digest = sha256_of(tarball)
            for source in KNOWN:
                if digest == source["sha256"]:
                    return tarball, source
    return None


def from_upstream(store, say):
    source = KNOWN[0]
    url = upstream_url()
    if url is None:  # this folder was laid out in another project's tree, whose wrap is elsewhere
        return None
    say.line(f"downloading {source['file']} from upstream")
    partial = store / f"{source['file']}.partial"
    try:
        with urllib.request.urlopen(url, timeout=UPSTREAM_TIMEOUT) as reply, open(partial, "wb") as file:
            shutil.copyfileobj(reply, file)
    except (urllib.error.URLError, OSError) as error:
        partial.unlink(missing_ok=True)
        say.line(f"upstream cannot be reached ({getattr(error, 'reason', error)})")
        return None
    if sha256_of(partial) != source["sha256"]:
        partial.unlink()
        raise NotHad(f"{url} is not the file that is pinned: its SHA-256 differs. Nothing was built.")
    return partial.rename(store / source["file"]), source


class Archive:
    """The archive that this machine's apt is already configured for, looked at through its development suite.

    Everything that apt writes goes to a private folder: the machine's own lists and sources stay as they are.
    """

    def __init__(self, folder):
        self.folder = folder
        targets = subprocess.run(["apt-get", "indextargets", "--format", "$(ORIGIN)|$(CODENAME)|$(REPO_URI)"],
                                 capture_output=True, text=True, check=False).stdout
        codename = self._codename()
        self.site = self.origin = None
        for line in targets.splitlines():
            origin, suite, site = line.split("|")
            if origin in DEVELOPMENT_SUITE and suite == codename:
                self.site, self.origin = site, origin
                break

    @staticmethod
    def _codename():
        fields = shlex.split(Path("/etc/os-release").read_text(encoding="utf-8"))
        return dict(field.split("=", 1) for field in fields).get("VERSION_CODENAME", "")

    def _apt(self, *command):
        options = {"Dir::Etc::SourceList": self.folder / "sources.list", "Dir::Etc::SourceParts": "/dev/null",
                   "Dir::State::Lists": self.folder / "lists", "Dir::Cache": self.folder / "cache",
                   "Acquire::Languages": "none",
                   # A mirror that is kept as it was on some day serves an index that is signed, but past its date.
                   # What is looked for has a known hash, so an old index is as good as today's.
                   "Acquire::Check-Valid-Until": "false"}
        if os.geteuid() == 0:
            options["APT::Sandbox::User"] = "root"  # the unprivileged fetcher may not write into a private folder
        settings = [word for key, value in options.items() for word in ("-o", f"{key}={value}")]
        return subprocess.run([command[0], *settings, *command[1:]], capture_output=True, text=True, check=False,
                              stdin=subprocess.DEVNULL)

    def candidates(self, say):
        """The tarballs of Botan 3 that the verified index names: version, URI, SHA-256."""
        suite, components = DEVELOPMENT_SUITE[self.origin]
        keyring = Path(f"/usr/share/keyrings/{self.origin.lower()}-archive-keyring.gpg")
        signed_by = f"[signed-by={keyring}] " if keyring.exists() else ""
        (self.folder / "sources.list").write_text(f"deb-src {signed_by}{self.site} {suite} {components}\n")
        (self.folder / "lists" / "partial").mkdir(parents=True)
        (self.folder / "cache" / "archives" / "partial").mkdir(parents=True)
        updated = self._apt("apt-get", "update")
        if updated.returncode != 0:
            say.line("apt-get update: " + (updated.stderr.strip().splitlines() or ["failed"])[-1])
            return []
        found = []
        for stanza in self._apt("apt-cache", "showsrc", "botan3").stdout.split("\n\n"):
            folder = re.search(r"^Directory: (\S+)", stanza, re.M)
            for digest, name in re.findall(r"^ ([0-9a-f]{64}) \d+ (\S+\.orig\.tar\.xz)$", stanza, re.M):
                version = re.match(r"botan3_(3\.\d+\.\d+)", name)
                if folder and version:
                    found.append({"version": version[1], "origin": self.origin, "file": name, "sha256": digest,
                                  "uri": f"{self.site.rstrip('/')}/{folder[1]}/{name}"})
        return sorted(found, key=lambda source: version_key(source["version"]), reverse=True)

    @staticmethod
    def download(source, store):
        """Fetched the way this machine's apt fetches, and compared with the index's hash."""
        partial = store / f"{source['file']}.partial"
        helper = "/usr/lib/apt/apt-helper"
        done = subprocess.run([helper, "download-file", source["uri"], str(partial), f"SHA256:{source['sha256']}"],
                              capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
        if done.returncode != 0 or not partial.exists() or sha256_of(partial) != source["sha256"]:
            partial.unlink(missing_ok=True)
            return None
        return partial.rename(store / source["file"])


def from_archive(store, say):
    if shutil.which("apt-get") is None:
        return None
    with tempfile.TemporaryDirectory(prefix="apt-", dir=store) as folder:
        archive = Archive(Path(folder))
        if archive.site is None:
            return None
        say.line(f"asking the development suite of this machine's {archive.origin} archive for Botan's source")
        candidates = archive.candidates(say)
        pinned = [source for source in candidates if source["version"] == PINNED]
        newer = [source for source in candidates if version_key(source["version"]) > version_key(PINNED)]
        for source in pinned + newer:
            if source in newer:
                say.loudly(f"Botan {PINNED} is gone from upstream and from the archive; "
                           f"taking {source['version']} from the archive instead")
            elif all(source["sha256"] != known["sha256"] for known in KNOWN):
                say.loudly(f"the archive's {source['file']} was repacked again: its hash {source['sha256']} is the "
                           "verified index's, but not one that is recorded here")
            tarball = archive.download(source, store)
            if tarball is not None:
                return tarball, {key: source[key] for key in ("version", "origin", "file", "sha256")}
    return None


def obtain(package_cache, store, say):
    store.mkdir(parents=True, exist_ok=True)
    found = from_folders([package_cache, store]) or from_upstream(store, say) or from_archive(store, say)
    if found is None:
        raise NotHad(f"Botan's source could not be had, neither from upstream ({upstream_url()}) nor from the "
                     f"distribution's archive. On a machine without network put {KNOWN[0]['file']} "
                     f"(SHA-256 {KNOWN[0]['sha256']}) into {package_cache} and run this again.")
    return found
