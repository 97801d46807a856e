"""The steps of the situations in Python's own ssl: what situations/world.cpp does with the facade."""

import re
import socket
import ssl
import warnings

warnings.simplefilter("ignore", DeprecationWarning)


def show(value):
    """repr(), with bytes in hex: the facade has no b'' literals."""
    if isinstance(value, (bytes, bytearray)):
        return "x'" + value.hex() + "'"
    return repr(value)


def describe(error):
    kind = type(error).__name__
    if isinstance(error, ssl.SSLCertVerificationError):
        return (f"raise {kind} {error.errno} {error.library} {error.reason} {error.verify_code} "
                f"{error.verify_message!r}")
    if isinstance(error, ssl.SSLError):
        if getattr(error, "library", None) is None:
            text = re.sub(r" \(_ssl\.c:\d+\)$", "", str(error.strerror or error.args[0]))
            number = error.errno if isinstance(error, WANTS) else None
            return f"raise {kind} {number} {text!r}"
        return f"raise {kind} {error.errno} {error.library} {error.reason}"
    if isinstance(error, TimeoutError):
        text = re.sub(r"^_ssl\.c:\d+: ", "", str(error))
        return f"raise {kind} {error.errno} {text!r}"
    if isinstance(error, OSError):
        return f"raise {kind} {error.errno}"
    return f"raise {kind} {str(error)!r}"


WANTS = (ssl.SSLWantReadError, ssl.SSLWantWriteError, ssl.SSLZeroReturnError, ssl.SSLEOFError, ssl.SSLSyscallError)


ALERT, HANDSHAKE = 21, 22


class Link:
    """Both ends of a connection, over BIOs or over sockets that do not block."""

    def __init__(self, over_sockets):
        self.over_sockets = over_sockets
        self.bios = {}
        if not over_sockets:
            self.bios = {name: ssl.MemoryBIO() for name in ("client_in", "client_out", "server_in", "server_out")}
        self.ends = {}

    def carry(self):
        if self.over_sockets:
            return
        for source, target in (("client_out", "server_in"), ("server_out", "client_in")):
            data = self.bios[source].read()
            if data:
                self.bios[target].write(data)


class World:
    """The objects that the steps have made, by their names."""

    def __init__(self, known_ciphers):
        self.known_ciphers = known_ciphers
        self.contexts = {}
        self.links = {}
        self.bios = {}
        self.seen = {}

    def run(self, words):
        step = getattr(self, "step_" + words[0], None)
        if step is None:
            raise AssertionError(f"no step {words[0]}")
        try:
            return step(*words[1:])
        except AssertionError:
            raise
        except Exception as error:  # whatever it is, the facade is to raise the same
            return describe(error)

    def end(self, name):
        link, side = name.split(".")
        return self.links[link].ends[side]

    # ---- contexts

    def step_context(self, name, protocol):
        self.contexts[name] = ssl.SSLContext(int(protocol))
        return "ok"

    def step_default_context(self, name, purpose, cafile):
        purpose = ssl.Purpose.SERVER_AUTH if purpose == "client" else ssl.Purpose.CLIENT_AUTH
        self.contexts[name] = ssl.create_default_context(purpose, cafile=None if cafile == "-" else cafile)
        return "ok"

    def step_get(self, name, attribute):
        value = getattr(self.contexts[name], attribute)
        return repr(value) if isinstance(value, (bool, str, type(None))) else str(int(value))

    def step_set(self, name, attribute, value):
        if attribute in ("check_hostname", "hostname_checks_common_name", "post_handshake_auth"):
            value = value == "1"
        elif attribute == "keylog_filename":
            value = None if value == "-" else value
        else:
            value = int(value)
        setattr(self.contexts[name], attribute, value)
        return "ok"

    def step_chain(self, name, certfile, keyfile, password):
        if password.startswith("callback:"):
            text = password.removeprefix("callback:")
            password = lambda: text  # noqa: E731
        self.contexts[name].load_cert_chain(certfile, None if keyfile == "-" else keyfile,
                                            None if password == "-" else password)
        return "ok"

    def step_trust(self, name, kind, value):
        context = self.contexts[name]
        if kind in ("cafile", "capath"):
            context.load_verify_locations(**{kind: value})
        elif kind == "pem":
            with open(value, encoding="ascii") as file:
                context.load_verify_locations(cadata=file.read())
        elif kind == "text":
            context.load_verify_locations(cadata=value)
        elif kind == "hex":
            context.load_verify_locations(cadata=bytes.fromhex(value))
        elif kind == "der":
            with open(value, encoding="ascii") as file:
                context.load_verify_locations(cadata=ssl.PEM_cert_to_DER_cert(file.read()))
        else:
            context.load_verify_locations()
        return "ok"

    def step_names(self, name, protocol):
        return repr([cipher["name"] for cipher in self.contexts[name].get_ciphers()
                     if (cipher["protocol"] == "TLSv1.3") == (protocol == "TLSv1.3")
                     and cipher["name"] in self.known_ciphers])

    def step_cipher_entry(self, name, cipher_name):
        for cipher in self.contexts[name].get_ciphers():
            if cipher["name"] == cipher_name:
                return repr(cipher)
        return "None"

    def step_seen(self, name):
        return repr(self.seen.get(name, []))

    def step_ca_certs(self, name):
        return repr(self.contexts[name].get_ca_certs())

    def step_ca_count(self, name):
        return repr(len(self.contexts[name].get_ca_certs(binary_form=True)))

    def step_store_stats(self, name):
        stats = self.contexts[name].cert_store_stats()
        return f"{stats['x509']} {stats['crl']} {stats['x509_ca']}"

    def step_session_stats(self, name):
        stats = self.contexts[name].session_stats()
        return " ".join(str(stats[key]) for key in ("connect", "connect_good", "accept", "accept_good", "hits"))

    def step_ciphers(self, name, text):
        self.contexts[name].set_ciphers(text)
        return "ok"

    def step_curve(self, name, curve):
        self.contexts[name].set_ecdh_curve(curve)
        return "ok"

    def step_dh(self, name, path):
        self.contexts[name].load_dh_params(path)
        return "ok"

    def step_alpn(self, name, *protocols):
        self.contexts[name].set_alpn_protocols(list(protocols))
        return "ok"

    def step_sni(self, name, action):
        def callback(connection, server_name, context):
            same = context is self.contexts[name]
            self.seen.setdefault(name, []).append(f"{server_name}" + ("" if same else " in another context"))
            if action.startswith("alert:"):
                return int(action.removeprefix("alert:"))
            if action == "throw":
                raise RuntimeError("as the situation wants it")
            if action.startswith("swap:"):
                connection.context = self.contexts[action.removeprefix("swap:")]
            return None
        self.contexts[name].sni_callback = None if action == "clear" else callback
        return "ok"

    def step_listen(self, name):
        def callback(_connection, direction, _version, content_type, message_type, _data):
            # OpenSSL shows record headers and the content type inside as well, which are no messages.
            if int(content_type) in (ALERT, HANDSHAKE):
                self.seen.setdefault(name, []).append(f"{direction} {int(content_type)} {int(message_type)}")
        self.contexts[name]._msg_callback = callback
        return "ok"

    # ---- connections

    def step_objects(self, name, client, server, host, session="-"):
        link = Link(over_sockets=False)
        host = None if host == "-" else host
        session = None if session == "-" else self.end(session).session
        link.ends["client"] = self.contexts[client].wrap_bio(link.bios["client_in"], link.bios["client_out"],
                                                             server_hostname=host, session=session)
        link.ends["server"] = self.contexts[server].wrap_bio(link.bios["server_in"], link.bios["server_out"],
                                                             server_side=True)
        self.links[name] = link
        return "ok"

    def step_sockets(self, name, client, server, host):
        link = Link(over_sockets=True)
        plain_client, plain_server = socket.socketpair()
        plain_client.setblocking(False)
        plain_server.setblocking(False)
        options = {"do_handshake_on_connect": False, "suppress_ragged_eofs": False}
        link.ends["client"] = self.contexts[client].wrap_socket(
            plain_client, server_hostname=None if host == "-" else host, **options)
        link.ends["server"] = self.contexts[server].wrap_socket(plain_server, server_side=True, **options)
        self.links[name] = link
        return "ok"

    def step_shake(self, name):
        link = self.links[name]
        said = {"client": "waiting", "server": "waiting"}
        for _ in range(8):
            for side in ("client", "server"):
                if said[side] == "waiting" or "WantRead" in said[side]:
                    try:
                        link.ends[side].do_handshake()
                        said[side] = "ok"
                    except Exception as error:
                        said[side] = describe(error)
                link.carry()
        return f"client {said['client']}, server {said['server']}"

    def step_carry(self, name):
        self.links[name].carry()
        return "ok"

    def step_handshake(self, end):
        self.end(end).do_handshake()
        return "ok"

    def step_ask(self, end, what, *arguments):
        connection = self.end(end)
        answers = {
            "version": connection.version,
            "cipher": connection.cipher,
            "compression": connection.compression,
            "alpn": connection.selected_alpn_protocol,
            "npn": connection.selected_npn_protocol,
            "getpeercert": connection.getpeercert,
            "getpeercert_der": lambda: self.size(connection.getpeercert(True)),
            "binding": lambda: self.size(connection.get_channel_binding(*arguments)),
            "pending": connection.pending,
            "shared": lambda: self.shared(connection.shared_ciphers()),
            "reused": lambda: connection.session_reused,
            "hostname": lambda: connection.server_hostname,
            "server_side": lambda: connection.server_side,
            "has_session": lambda: connection.session is not None,
            "has_ticket": lambda: connection.session.has_ticket,
            "id_size": lambda: len(connection.session.id),
            "hint": lambda: connection.session.ticket_lifetime_hint,
        }
        return show(answers[what]())

    @staticmethod
    def size(data):
        return None if data is None else len(data)

    def shared(self, ciphers):
        return ciphers and [cipher for cipher in ciphers if cipher[0] in self.known_ciphers]

    def step_read(self, end, size):
        return repr(self.end(end).read(int(size)).decode("utf-8"))

    def step_write(self, end, text):
        return repr(self.end(end).write(text.encode("utf-8")))

    def step_write_many(self, end, count):
        return repr(self.end(end).write(b"x" * int(count)))

    def step_unwrap(self, end):
        connection = self.end(end)
        given = connection.unwrap()
        return "ok" if isinstance(connection, ssl.SSLObject) or given.fileno() >= 0 else "closed"

    def step_request_certificate(self, end):
        self.end(end).verify_client_post_handshake()
        return "ok"

    def bio(self, end, direction):
        link, side = end.split(".")
        return self.links[link].bios[f"{side}_{direction}"]

    def step_end(self, end):
        self.bio(end, "in").write_eof()
        return "ok"

    def step_inject(self, end, data):
        self.bio(end, "in").write(bytes.fromhex(data))
        return "ok"

    def step_lose(self, end):
        self.bio(end, "out").read()
        return "ok"

    def step_set_session(self, end, source):
        session = self.end(source).session
        if session is not None:
            self.end(end).session = session
        return "ok"

    # ---- sockets

    def step_close(self, end):
        self.end(end).close()
        return "ok"

    def step_shutdown(self, end):
        self.end(end).shutdown(socket.SHUT_WR)
        return "ok"

    def step_timeout(self, end, milliseconds):
        self.end(end).settimeout(int(milliseconds) / 1000)
        return "ok"

    def step_fileno_is_none(self, end):
        return repr(self.end(end).fileno() == -1)

    def step_sendall(self, end, text):
        self.end(end).sendall(text.encode("utf-8"))
        return "ok"

    def step_recv_flags(self, end, flags):
        return repr(self.end(end).recv(1, int(flags)).decode("utf-8"))

    def step_send_flags(self, end, flags):
        return repr(self.end(end).send(b"x", int(flags)))

    def step_getblocking(self, end):
        return repr(self.end(end).getblocking())

    def step_detach(self, end):
        number = self.end(end).detach()
        socket.socket(fileno=number).close()
        return repr(number >= 0)

    # ---- functions and BIOs

    def step_call(self, name, argument=""):
        if name == "decode":
            return repr(ssl._ssl._test_decode_cert(argument))
        calls = {
            "cert_time_to_seconds": lambda: ssl.cert_time_to_seconds(argument),
            "PEM_cert_to_DER_cert": lambda: ssl.PEM_cert_to_DER_cert(argument),
            "DER_cert_to_PEM_cert": lambda: ssl.DER_cert_to_PEM_cert(bytes.fromhex(argument)),
            "RAND_bytes": lambda: len(ssl.RAND_bytes(int(argument))),
            "RAND_status": ssl.RAND_status,
        }
        return show(calls[name]())

    def step_bio(self, name, what, argument=""):
        bio = self.bios.setdefault(name, ssl.MemoryBIO())
        if what == "read":
            return repr(bio.read(int(argument)).decode("utf-8"))
        if what == "write":
            return repr(bio.write(argument.encode("utf-8")))
        if what == "write_eof":
            bio.write_eof()
            return "ok"
        return repr(getattr(bio, what))
