"""Certificates made for one test run by the openssl program: an authority, leaves of every type, and bad ones."""

import pathlib
import subprocess
import tempfile

CONFIG = """
[req]
distinguished_name = dn
prompt = no
[dn]
CN = unused
[ca]
default_ca = authority
[authority]
database = {folder}/index.txt
new_certs_dir = {folder}
rand_serial = yes
default_md = sha256
policy = any
email_in_dn = no
unique_subject = no
[any]
commonName = supplied
[root]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[leaf]
basicConstraints = CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth, clientAuth
subjectAltName = DNS:localhost, IP:127.0.0.1
[elsewhere]
basicConstraints = CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectAltName = DNS:elsewhere.example
"""

# The key of a leaf, as openssl genpkey wants to be told.
KEY_TYPES = {
    "rsa": ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
    "rsa-pss": ["-algorithm", "RSA-PSS", "-pkeyopt", "rsa_keygen_bits:2048"],
    "p256": ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"],
    "p384": ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384"],
    "p521": ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-521"],
    "ed25519": ["-algorithm", "ED25519"],
}

# Far enough from any clock that a machine might have.
LONG_AGO = ("20010101000000Z", "20020101000000Z")
ALWAYS = ("20010101000000Z", "20990101000000Z")


# Every leaf by its name: the type of its key, the section of CONFIG, and its validity.
LEAVES = {name: (name, "leaf", ALWAYS) for name in KEY_TYPES}
LEAVES["elsewhere"] = ("p256", "elsewhere", ALWAYS)
LEAVES["expired"] = ("p256", "leaf", LONG_AGO)
LEAVES["revoked"] = ("p256", "leaf", ALWAYS)


class Certificates:
    """Files in a temporary folder: ca and other_ca, and chain(name), key(name) for the leaves, made when first asked
    for (an RSA key takes its time)."""

    def __init__(self):
        self._folder = tempfile.TemporaryDirectory(prefix="pavise-interop-")
        self.folder = pathlib.Path(self._folder.name)
        (self.folder / "index.txt").touch()
        (self.folder / "openssl.cnf").write_text(CONFIG.format(folder=self.folder))
        self.ca = self._authority("ca")
        self.other_ca = self._authority("other_ca")
        self._made = set()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._folder.cleanup()

    def chain(self, name):
        self._make(name)
        return self.folder / f"{name}.pem"

    def key(self, name):
        self._make(name)
        return self.folder / f"{name}.key"

    def ocsp_response(self, name):
        """The authority's response for this leaf, DER: good, or revoked for the leaf `revoked`. Made now, for a day."""
        self._make(name)
        response = self.folder / f"{name}.ocsp"
        if not response.exists():
            if name == "revoked":
                self._openssl("ca", "-config", "openssl.cnf", "-cert", self.ca, "-keyfile", self.folder / "ca.key",
                              "-revoke", self.folder / f"{name}.pem")
            self._openssl("ocsp", "-index", "index.txt", "-CA", self.ca, "-rsigner", self.ca, "-rkey",
                          self.folder / "ca.key", "-issuer", self.ca, "-cert", self.folder / f"{name}.pem", "-ndays", "1",
                          "-respout", response)
        return response

    def _openssl(self, *words):
        done = subprocess.run(["openssl", *map(str, words)], stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, cwd=self.folder, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"openssl {' '.join(map(str, words))}: {done.stderr}")

    def _authority(self, name):
        certificate, key = self.folder / f"{name}.pem", self.folder / f"{name}.key"
        self._openssl("genpkey", *KEY_TYPES["p256"], "-out", key)
        self._openssl("req", "-x509", "-new", "-config", "openssl.cnf", "-key", key, "-subj",
                      f"/CN=Test authority {name}", "-extensions", "root", "-days", "3650", "-out", certificate)
        return certificate

    def _make(self, name):
        if name in self._made:
            return
        self._made.add(name)
        key_type, extensions, (not_before, not_after) = LEAVES[name]
        request = self.folder / f"{name}.csr"
        self._openssl("genpkey", *KEY_TYPES[key_type], "-out", self.folder / f"{name}.key")
        self._openssl("req", "-new", "-config", "openssl.cnf", "-key", self.folder / f"{name}.key", "-subj",
                      f"/CN=Test leaf {name}", "-out", request)
        self._openssl("ca", "-batch", "-notext", "-config", "openssl.cnf", "-cert", self.ca, "-keyfile",
                      self.folder / "ca.key", "-extensions", extensions, "-startdate", not_before, "-enddate", not_after,
                      "-in", request, "-out", self.folder / f"{name}.pem")
