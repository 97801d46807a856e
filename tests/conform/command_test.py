"""pavise conform: the command, against pavise serve and pavise connect, over TCP."""

import html.parser
import json
import xml.dom.minidom

import harness
from certificates import Certificates
from harness import PAVISE, PaviseServer, expect, expect_in, main, run

# A machine that is busy is slow, and its silence means nothing.
PATIENT = ("--patience", "6000")
harness.DEADLINE = 170  # seconds, for a whole run


def conform(*words):
    return run(PAVISE, "conform", *words)


def serve(certificates, *options):
    return PaviseServer("--cert", certificates.chain("p256"), "--key", certificates.key("p256"), "--quiet", *options)


class Page(html.parser.HTMLParser):
    """Holds a page to what a person would write: every element is closed, in order, and nothing is fetched."""

    VOID = ("meta", "input", "!doctype")

    def __init__(self):
        super().__init__()
        self.open = []

    def handle_starttag(self, tag, attrs):
        expect([name for name, value in attrs if name in ("src", "href") and not value.startswith("#")], [], "what a page fetches")
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        expect(self.open.pop() if self.open else None, tag, f"the element that </{tag}> closes")

    def read(self, text):
        self.feed(text)
        self.close()
        expect(self.open, [], "elements that are not closed")


def no_failure(text, status):
    expect(status, 0, f"the exit status; the report:\n{text[-6000:]}")
    expect_in(" 0 failed a MUST, 0 failed a SHOULD", text, "the sums")


def the_catalogue_is_large_and_explains_itself(_):
    status, out, _err = conform("--list")
    expect(status, 0, "exit status")
    lines = out.decode().splitlines()
    expect(len(lines) >= 400, True, f"{len(lines)} checks are at least 400")
    sentences = set()
    for line in lines[::40]:
        _, out, _err = conform("--explain", line.split()[0])
        sentences.add(out.decode().split("\n")[-3])
    expect(len(sentences) > 5, True, "checks explain themselves by different sentences")
    status, _, err = conform("--explain", "s13-nothing")
    expect(status, 2, "the status for an id that is none")
    expect_in("--list", err, "what to do")


def pavise_serve_keeps_to_everything(certificates):
    with serve(certificates) as server:
        status, out, _ = conform("server", f"127.0.0.1:{server.port}", "--servername", "localhost", *PATIENT)
        no_failure(out.decode(), status)


def pavise_serve_with_session_ids_keeps_to_everything(certificates):
    with serve(certificates, "--sessions", "ids") as server:
        status, out, _ = conform("server", f"127.0.0.1:{server.port}", "--servername", "localhost", "--tls", "1.2",
                                 *PATIENT)
        no_failure(out.decode(), status)


def pavise_connect_keeps_to_everything(_):
    status, out, err = conform("client", "--listen", "0", *PATIENT, "--", PAVISE, "connect", "127.0.0.1:{port}", "--cafile", "{cafile}",
                               "--servername", "localhost", "--alpn", "http/1.1", "--quiet")
    no_failure(out.decode() + err, status)


PSK = "shared:" + "4b" * 32
WITH_CBC = ("--ciphers", "ECDHE-ECDSA-AES128-GCM-SHA256,ECDHE-ECDSA-AES128-SHA256")
OF_CBC_AND_PSK = ("--only", "*-etm-*", "--only", "external-psk", "--psk", PSK)


def cbc_and_a_key_are_checked_where_they_are_there(certificates):
    """None of the checks that the other runs find not applicable stays so."""
    keys = certificates.folder / "psk.txt"
    keys.write_text(PSK + "\n")
    with_both = (*WITH_CBC, "--psk", keys, "--psk-modes", "psk_dhe_ke,psk_ke")
    with serve(certificates, *with_both) as server:
        status, out, _ = conform("server", f"127.0.0.1:{server.port}", "--servername", "localhost", *OF_CBC_AND_PSK, *PATIENT)
        no_failure(out.decode(), status)
        expect_in(" 0 not applicable", out.decode(), "the sums")
    status, out, err = conform("client", "--listen", "0", *OF_CBC_AND_PSK, *PATIENT, "--", PAVISE, "connect", "127.0.0.1:{port}",
                               "--cafile", "{cafile}", "--servername", "localhost", "--quiet", *with_both)
    no_failure(out.decode() + err, status)
    expect_in(" 0 not applicable", out.decode(), "the sums")


def reports_come_in_three_forms(certificates):
    with serve(certificates) as server:
        folder = certificates.folder
        status, out, _ = conform("server", f"127.0.0.1:{server.port}", "--servername", "localhost", "--only", "s13-hello-*", "--json", "-",
                                 "--junit", f"{folder}/conform.xml", "--html", f"{folder}/conform.html")
        expect(status, 0, "exit status")
        report = json.loads(out)
        expect(sum(check["verdict"] == "pass" for check in report["checks"]), report["totals"]["passed"], "passed")
        expect(all(check["id"].startswith("s13-hello-") for check in report["checks"]), True, "only what was asked for")
        expect(any(check["journal"] for check in report["checks"]), True, "what was sent and what came")
        suites = xml.dom.minidom.parse(f"{folder}/conform.xml").getElementsByTagName("testcase")
        expect(len(suites), len(report["checks"]), "test cases in the XML")
        with open(f"{folder}/conform.html", encoding="utf-8") as page:
            written = page.read()
        Page().read(written)
        for check in report["checks"]:
            expect_in(f'id="{check["id"]}"', written, "the page")
        expect_in("Yes, as far as", written, "the answer")


def a_page_says_what_failed(certificates):
    """What no answer holds makes checks fail; the page links to where it says so."""
    with serve(certificates) as server:
        folder = certificates.folder
        status, _, _ = conform("server", f"127.0.0.1:{server.port}", "--servername", "localhost", "--only", "s13-hello-unknown-extension",
                               "--only", "s12-hello-unknown-extension", "--expect", "no server <says> \"this\" & that",
                               "--junit", f"{folder}/failed.xml", "--html", f"{folder}/failed.html", "--json", f"{folder}/failed.json")
        expect(status, 3, "exit status")
        with open(f"{folder}/failed.json", encoding="utf-8") as file:
            report = json.load(file)
        failed = [check["id"] for check in report["checks"] if check["verdict"] == "fail"]
        expect(len(failed) > 0, True, "checks fail where the answer is another one")
        junit = xml.dom.minidom.parse(f"{folder}/failed.xml")
        expect(len(junit.getElementsByTagName("failure")), len(failed), "failures in the XML")
        with open(f"{folder}/failed.html", encoding="utf-8") as page:
            written = page.read()
        Page().read(written)
        expect_in("What failed", written, "the page")
        for check in failed:
            expect_in(f'href="#{check}"', written, "the page")


def mutated_connections_do_no_harm(certificates):
    with serve(certificates) as server:
        where = f"127.0.0.1:{server.port}"
        words = ("server", where, "--servername", "localhost", "--mutate", "24", "--seed", "7", "--patience", "400")
        status, out, _ = conform(*words)
        expect(status, 0, f"exit status; it said {out.decode()[-3000:]}")
        expect_in("24 mutated connections", out.decode(), "the sum")
        expect_in("0 findings", out.decode(), "the sum")


def a_server_that_is_none_is_said_so(_):
    status, _, err = conform("server", "127.0.0.1:1")
    expect(status, 1, "exit status")
    expect_in("127.0.0.1:1", err, "where")


def a_client_that_is_none_is_said_so(_):
    for command, what in (("/nonexistent/client", "cannot be started: No such file"), ("true", "ended with status 0 before it connected")):
        status, _, err = conform("client", "--listen", "0", "--", command)
        expect(status, 1, "exit status")
        expect_in(f"{command} {what}", err, "why")


def what_is_wrong_with_the_arguments_is_said(_):
    server, client = ("server", "127.0.0.1:1"), ("client", "--listen", "0")
    for words, what in (((*server, "--expect", "("), "--expect: '(' is no regular expression"),
                        ((*server, "--only", "c13-*"), "no check of a server fits 'c13-*'"),
                        ((*server, "--only", "s13-*", "--only", "*nonsense*"), "'*nonsense*'"),
                        ((*server, "--html", "/nonexistent/page.html"), "'/nonexistent/page.html' cannot be written: No such file"),
                        ((*server, "--junit", "/"), "'/' cannot be written"),
                        ((*server, "--tls", "1.1"), "not '1.1'"),
                        ((*server, "--psk", "shared:xyz"), "--psk is not IDENTITY:KEY, with the key in hexadecimal"),
                        ((*server, "--mutate", "0"), "'--mutate' wants a number"),
                        ((*server, "--patience", "soon"), "'--patience' wants a number"),
                        (("server", "127.0.0.1:65536"), "a port from 0 to 65535"),
                        (("server", "127.0.0.1"), "HOST:PORT"),
                        (client, "missing COMMAND"),
                        (("client", "--listen", "65536", "--", "true"), "'--listen' wants a number"),
                        ((*client, "--only", "s13-*", "--", "true"), "no check of a client fits 's13-*'")):
        status, _, err = conform(*words)
        expect(status, 2, f"the exit status of {' '.join(words)}")
        expect_in(what, err, "what is wrong")


def cases(report):
    with Certificates() as certificates:
        for case in (the_catalogue_is_large_and_explains_itself, pavise_serve_keeps_to_everything,
                     pavise_serve_with_session_ids_keeps_to_everything, pavise_connect_keeps_to_everything,
                     cbc_and_a_key_are_checked_where_they_are_there, reports_come_in_three_forms, a_page_says_what_failed, mutated_connections_do_no_harm,
                     a_server_that_is_none_is_said_so, a_client_that_is_none_is_said_so, what_is_wrong_with_the_arguments_is_said):
            report.case("conform: " + case.__name__.replace("_", " "), case, certificates)


if __name__ == "__main__":
    main(cases)
