#!/usr/bin/env python3
"""Holds src/crypto against the cases of Project Wycheproof that concern it.

  wycheproof.py ensure                         get the cases and print their folder
  wycheproof.py run --judge PATH [--folder DIR]

The cases are not part of this project: they come from the source of the distribution's package wycheproof, as its signed
index names it, by the way on which Botan's source comes (subprojects/packagefiles/botan/sources.py), and are kept in the
cache. Where they are not there, `run` is skipped (exit status 77).
"""
import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "subprojects" / "packagefiles" / "botan"))

import sources  # noqa: E402

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "pavise"
FOLDER = CACHE / "wycheproof"
SKIPPED = 77

# The registry's numbers of schemes and groups, and the places of crypto::AeadId.
ECDSA = {"secp256r1_sha256": 0x0403, "secp384r1_sha384": 0x0503, "secp521r1_sha512": 0x0603}
EDDSA = {"ed25519": 0x0807, "ed448": 0x0808}
PKCS1 = {"sha256": 0x0401, "sha384": 0x0501, "sha512": 0x0601}
PSS = {"sha256_mgf1_32": 0x0804, "sha384_mgf1_48": 0x0805, "sha512_mgf1_64": 0x0806}
ML_DSA = {"44": 0x0904, "65": 0x0905, "87": 0x0906}
GROUPS = {"ecdh_secp256r1_ecpoint": (23, 32), "ecdh_secp384r1_ecpoint": (24, 48), "ecdh_secp521r1_ecpoint": (25, 66),
          "x25519": (29, 32), "x448": (30, 56)}
AEADS = {("aes_gcm", 128, 128): 0, ("aes_gcm", 256, 128): 1, ("chacha20_poly1305", 256, 128): 2, ("aes_ccm", 128, 128): 3,
         ("aes_ccm", 256, 128): 4, ("aes_ccm", 128, 64): 5, ("aes_ccm", 256, 64): 6}


# ---- the cases

class Archive(sources.Archive):
    def wycheproof(self, say):
        """The newest source of the package that the verified index names."""
        suite, components = sources.DEVELOPMENT_SUITE[self.origin]
        keyring = Path(f"/usr/share/keyrings/{self.origin.lower()}-archive-keyring.gpg")
        signed_by = f"[signed-by={keyring}] " if keyring.exists() else ""
        (self.folder / "sources.list").write_text(f"deb-src {signed_by}{self.site} {suite} {components}\n")
        (self.folder / "lists" / "partial").mkdir(parents=True)
        (self.folder / "cache" / "archives" / "partial").mkdir(parents=True)
        if self._apt("apt-get", "update").returncode != 0:
            say("the archive's index cannot be read")
            return None
        stanza = self._apt("apt-cache", "showsrc", "wycheproof").stdout
        folder = re.search(r"^Directory: (\S+)", stanza, re.M)
        found = re.findall(r"^ ([0-9a-f]{64}) \d+ (\S+\.orig\.tar\.\w+)$", stanza, re.M)
        if not folder or not found:
            return None
        digest, name = found[-1]
        return {"file": name, "sha256": digest, "uri": f"{self.site.rstrip('/')}/{folder[1]}/{name}"}


def say(text):
    print(f"wycheproof: {text}", file=sys.stderr)


def unpack(tarball):
    with tempfile.TemporaryDirectory(prefix="wycheproof-", dir=CACHE) as folder:
        with tarfile.open(tarball) as archive:
            wanted = [member for member in archive if re.fullmatch(r"[^/]+/testvectors_v1/\w+\.json", member.name)]
            for member in wanted:
                member.name = Path(member.name).name
            archive.extractall(Path(folder) / "cases", members=wanted, **({"filter": "data"} if hasattr(tarfile, "data_filter") else {}))
        shutil.rmtree(FOLDER, ignore_errors=True)
        os.rename(Path(folder) / "cases", FOLDER)


def ensure():
    if FOLDER.exists():
        return FOLDER
    if shutil.which("apt-get") is None:
        say("there is no apt here to get the cases with")
        return None
    store = CACHE / "sources"
    store.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="apt-", dir=store) as folder:
        archive = Archive(Path(folder))
        source = archive.wycheproof(say) if archive.site else None
        tarball = archive.download(source, store) if source else None
    if tarball is None:
        say("the archive of this machine does not have the cases")
        return None
    unpack(tarball)
    return FOLDER


# ---- the questions: what is asked, and which answers are right

def groups_in(folder, name):
    file = folder / f"{name}_test.json"
    return json.loads(file.read_text(encoding="utf-8"))["testGroups"] if file.exists() else []


def word(text):
    return text or "-"


def of_signatures(folder):
    files = [(f"ecdsa_{name}", scheme) for name, scheme in ECDSA.items()]
    files += list(EDDSA.items())
    files += [(f"rsa_signature_{bits}_{name}", scheme) for bits in (2048, 3072, 4096, 8192) for name, scheme in PKCS1.items()]
    files += [(f"rsa_pss_{bits}_{name}", scheme) for bits in (2048, 3072, 4096) for name, scheme in PSS.items()]
    files += [(f"mldsa_{name}_verify", scheme) for name, scheme in ML_DSA.items()]
    for name, scheme in files:
        for group in groups_in(folder, name):
            for test in group["tests"]:
                if test.get("ctx"):
                    continue  # TLS signs without a context of ML-DSA's own
                key = group.get("publicKeyDer")
                if not key:
                    continue  # a key that does not even have a form
                right = {"valid"} if test["result"] == "valid" else REFUSED
                if test["result"] == "acceptable":
                    right = {"valid"} | REFUSED
                yield name, test, f"verify {scheme} {key} {word(test['msg'])} {word(test['sig'])}", right


def private_key(text, size):
    """A scalar as long as the order of the group, where the case wrote it as a number."""
    return text.zfill(2 * size)[-2 * size:]


def of_agreements(folder):
    for name, (number, size) in GROUPS.items():
        for group in groups_in(folder, name):
            for test in group["tests"]:
                secret = word(test["shared"])
                # RFC 7748 §6.1, RFC 8446 §7.4.2: never taken of these curves
                zero = name.startswith("x") and set(secret) <= {"0"}
                # RFC 8446 §4.2.8.2: points are uncompressed.
                compressed = "CompressedPoint" in test["flags"] or "CompressedPublic" in test["flags"]
                if test["result"] == "invalid" or zero or compressed:
                    right = REFUSED
                else:
                    right = {secret}
                yield name, test, f"agree {number} {private_key(test['private'], size)} {word(test['public'])}", right


def of_aeads(folder):
    for name in sorted({key[0] for key in AEADS}):
        for group in groups_in(folder, name):
            number = AEADS.get((name, group["keySize"], group["tagSize"]))
            if number is None or group["ivSize"] != 96:
                continue  # TLS has nonces of 12 bytes, and no such AEAD otherwise
            for test in group["tests"]:
                common = f"{number} {test['key']} {test['iv']} {word(test['aad'])}"
                sealed = test["ct"] + test["tag"]
                if test["result"] == "valid":
                    yield name, test, f"seal {common} {word(test['msg'])}", {sealed}
                right = {word(test["msg"])} if test["result"] == "valid" else REFUSED
                yield name, test, f"open {common} {sealed}", right


# What a refusal is called. Anything else, an internal error above all, is none.
REFUSED = {"bad_signature", "bad_key_share", "bad_record_mac", "unsupported_key", "bad_argument"}


def ask(judge, questions):
    text = "".join(question + "\n" for _, _, question, _ in questions)
    answers = subprocess.run([judge], input=text, capture_output=True, text=True, check=True).stdout.splitlines()
    if len(answers) != len(questions):
        sys.exit(f"wycheproof: {len(answers)} answers to {len(questions)} questions")
    return answers


def run(judge, folder):
    questions = [*of_signatures(folder), *of_agreements(folder), *of_aeads(folder)]
    counts, wrong = {}, 0
    for (name, test, question, right), answer in zip(questions, ask(judge, questions), strict=True):
        counts[name] = counts.get(name, 0) + 1
        if answer not in right:
            wrong += 1
            print(f"{name} {test['tcId']} ({test['comment']}; {', '.join(test['flags'])}; {test['result']}): "
                  f"{question.split()[0]} says {answer[:40]}")
    for name, count in sorted(counts.items()):
        print(f"{count:6} {name}")
    print(f"{sum(counts.values()) - wrong} passed, {wrong} failed")
    return 1 if wrong or not counts else 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("verb", choices=("ensure", "run"))
    parser.add_argument("--judge", type=Path)
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    if options.verb == "ensure":
        folder = ensure()
        print(folder or "")
        sys.exit(0 if folder else 1)
    folder = options.folder or FOLDER
    if not folder.exists():
        print(f"skipped: the cases of Wycheproof are not in {folder}; `wycheproof.py ensure` gets them where apt's archive has them")
        sys.exit(SKIPPED)
    sys.exit(run(options.judge, folder))


if __name__ == "__main__":
    main()
