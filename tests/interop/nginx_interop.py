"""pavise connect, verification on, against nginx. The program is named by PAVISE_NGINX, or found in the path."""

import hashlib
import os
import shutil

from certificates import KEY_TYPES, Certificates
from harness import PAVISE, Process, Skip, expect, expect_in, free_port, main, negotiated, run, wait_until_listening

NGINX = os.environ.get("PAVISE_NGINX") or shutil.which("nginx")
SEVERAL_MIB = 5 << 20

CONFIG = """
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log stderr info;
events {{ }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port} ssl;
        server_name localhost;
        root {folder}/site;
        ssl_certificate {chain};
        ssl_certificate_key {key};
        ssl_protocols TLSv1.3;
        {options}
    }}
}}
"""


class Nginx(Process):
    def __init__(self, certificates, leaf, options=""):
        self.port = free_port()
        folder = certificates.folder / f"nginx-{self.port}"
        (folder / "site").mkdir(parents=True)
        self.content = os.urandom(SEVERAL_MIB)
        (folder / "site" / "content").write_bytes(self.content)
        (folder / "site" / "index.html").write_text("this is nginx\n")
        config = CONFIG.format(folder=folder, port=self.port, chain=certificates.chain(leaf),
                               key=certificates.key(leaf), options=options)
        (folder / "nginx.conf").write_text(config)
        super().__init__(NGINX, "-p", folder, "-c", folder / "nginx.conf", "-e", "stderr")

    def __enter__(self):
        wait_until_listening(self.port, self)
        return self


def fetch(certificates, server, path, client_options):
    """Our input stays open: nginx leaves out its close_notify where it finds ours before it has answered."""
    with Process(PAVISE, "connect", f"localhost:{server.port}", "--cafile", certificates.ca, *client_options) as client:
        client.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        status = client.exit_status()
        return status, bytes(client.out.data), client.err.text()


def gets(certificates, leaf, options, client_options, wanted):
    with Nginx(certificates, leaf, options) as server:
        status, page, said = fetch(certificates, server, "/", client_options)
        expect(status, 0, f"exit status ({said!r})")
        expect_in("this is nginx", page.decode(), "the page")
        expect_in("the certificate was verified", said, "what connect says")
        rows = negotiated(said)
        for name, value in {"version": "TLSv1.3", **wanted}.items():
            expect(rows.get(name), value, name)


def gets_much(certificates):
    with Nginx(certificates, "p256") as server:
        status, page, said = fetch(certificates, server, "/content", [])
        expect(status, 0, f"exit status ({said!r})")
        body = page.partition(b"\r\n\r\n")[2]
        expect(hashlib.sha256(body).digest(), hashlib.sha256(server.content).digest(), "the file")


def is_refused(certificates, leaf, cafile, wanted, alert):
    with Nginx(certificates, leaf) as server:
        status, _, said = run(PAVISE, "connect", f"localhost:{server.port}", "--cafile", cafile)
        expect(status, 4, f"exit status ({said!r})")
        expect_in(wanted, said, "what connect says")
        server.wait_for_err(f"SSL alert number {alert}")


def cases(report):
    if not NGINX:
        raise Skip("there is no nginx: PAVISE_NGINX does not name one, and none is in the path")
    with Certificates() as certificates:
        for leaf in KEY_TYPES:
            report.case(f"connect to nginx, certificate {leaf}", gets, certificates, leaf, "", [], {})
        report.case("connect to nginx, HelloRetryRequest", gets, certificates, "p256", "ssl_ecdh_curve secp384r1;", [],
                    {"group": "secp384r1 (after a HelloRetryRequest)"})
        report.case("connect to nginx, ALPN", gets, certificates, "p256", "", ["--alpn", "x,http/1.1"],
                    {"ALPN": "http/1.1"})
        report.case("connect to nginx, client certificate", gets, certificates, "p256",
                    f"ssl_verify_client on; ssl_client_certificate {certificates.ca};",
                    ["--cert", certificates.chain("rsa"), "--key", certificates.key("rsa")], {})
        report.case("connect to nginx, several MiB", gets_much, certificates)
        report.case("connect refuses nginx, wrong CA", is_refused, certificates, "p256", certificates.other_ca,
                    "the issuer of a certificate is not known", 48)
        report.case("connect refuses nginx, wrong name", is_refused, certificates, "elsewhere", certificates.ca,
                    "the certificate is not valid for the host name", 42)
        report.case("connect refuses nginx, expired", is_refused, certificates, "expired", certificates.ca,
                    "a certificate has expired", 45)


if __name__ == "__main__":
    main(cases)
