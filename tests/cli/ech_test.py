"""pavise connect --ech and pavise serve --ech-key with each other: the name is hidden, and found again."""

import pathlib
import tempfile

from harness import PAVISE, PaviseServer, expect, expect_in, main, run

USAGE, HANDSHAKE = 2, 3
PUBLIC, SECRET = "public.example", "secret.example"


def made(*words):
    status, out, said = run(PAVISE, "cert", *words)
    expect((status, said), (0, ""), f"exit status and error output of cert {words[0]}")
    return out.decode().strip()


class World:
    """A certificate for both names, and two keys."""

    def __init__(self, folder):
        self.folder = folder
        made("make-ca", "--out", self["ca.pem"], "--key-out", self["ca.key"])
        made("make-leaf", "--out", self["leaf.pem"], "--key-out", self["leaf.key"], "--ca", self["ca.pem"],
             "--ca-key", self["ca.key"], "--name", SECRET, "--name", PUBLIC)
        self.old, self.new = (made("make-ech-key", "--public-name", PUBLIC, "--max-name-length", "40", "--out", self[name])
                              for name in ("old.pem", "new.pem"))

    def __getitem__(self, name):
        return self.folder / name

    def serve(self, *keys):
        options = [word for key in keys for word in ("--ech-key", self[key])]
        return PaviseServer("--cert", self["leaf.pem"], "--key", self["leaf.key"], *options)

    def connect(self, server, configs, *more):
        return run(PAVISE, "connect", f"localhost:{server.port}", "--servername", SECRET, "--cafile", self["ca.pem"],
                   "--ech", configs, "--get", "/", *more)


def hidden(world):
    expect(world["new.pem"].stat().st_mode & 0o777, 0o600, "the key file's mode")
    (world["list"]).write_text(world.new)
    with world.serve("new.pem", "old.pem") as server:
        # In base64, from a file of it, from the PEM file, and by a key that is about to go.
        for configs in (world.new, world["list"], world["new.pem"], world.old):
            status, page, said = world.connect(server, configs)
            expect(status, 0, f"exit status ({said!r})")
            for side in (page.decode(), said):
                expect_in("encrypted hello", side, "the rows")
            expect_in(SECRET, page.decode(), "the name that the server found")
        server.stop()


def rejected(world):
    with world.serve("new.pem") as server:
        status, _, said = world.connect(server, world.old)
        expect(status, HANDSHAKE, f"exit status ({said!r})")
        expect_in(f"--ech {world.new}", said, "what to use instead")
        expect(world.connect(server, said.rsplit("--ech ", 1)[1].strip())[0], 0, "exit status with that")
        server.stop()
    with world.serve() as server:
        status, _, said = world.connect(server, world.new)
        expect(status, HANDSHAKE, f"exit status ({said!r})")
        expect_in("leave --ech out", said, "what to do")
        server.stop()


def wrong_use(world):
    for words, wanted in (
            (["connect", "localhost:1", "--ech", world["leaf.pem"]], "not an ECHConfigList"),
            (["connect", "localhost:1", "--ech", world["nothing"]], "No such file"),
            (["connect", "localhost:1", "--ech", world.new, "--tls", "1.2"], "no ECHConfig that can be used"),
            (["serve", "--port", "0", "--cert", world["leaf.pem"], "--key", world["leaf.key"], "--ech-key",
              world["leaf.key"]], "not an ECHConfigList"),
            (["cert", "make-ech-key", "--public-name", "192.0.2.1", "--out", world["x"]], "not a host name"),
            (["cert", "make-ech-key", "--public-name", PUBLIC, "--out", world["new.pem"]], "File exists")):
        status, _, said = run(PAVISE, *words)
        expect(status, USAGE, f"exit status of {words} ({said!r})")
        expect_in(wanted, said, f"what {words} says")


def cases(report):
    with tempfile.TemporaryDirectory() as name:
        world = World(pathlib.Path(name))
        report.case("the name is hidden", hidden, world)
        report.case("a rejection says what to do", rejected, world)
        report.case("wrong use", wrong_use, world)


if __name__ == "__main__":
    main(cases)
