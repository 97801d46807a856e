"""The table of situations: a title and steps, each a verb with its words. What the verbs do: python_side.py."""

PROTOCOL_TLS, PROTOCOL_TLS_CLIENT, PROTOCOL_TLS_SERVER = "2", "16", "17"
TLS12, TLS13 = "771", "772"

ODD_CERTIFICATES = """
utf8 bmp t61 universal printable both_quotes double_quotes null_byte unknown_attribute empty empty_value two_common_names
multi_valued all_attributes long null_in_dns latin_in_dns utf8_in_dns directory other_name registered_id
registered_known_id every_kind ipv6 bad_ip no_alternative empty_dns email_null uri_null serial_one serial_zero
serial_odd_digits serial_long version_1 far_dates urls urls_null other_access_method crl_by_name ed25519 authority
""".split()

# What both select in the same order, of the suites that exist here.
CIPHER_STRINGS = """
ALL
ECDHE+AESGCM
ECDHE+AESGCM:!aRSA
ECDHE+AESGCM:ECDHE+CHACHA20
ECDHE+CHACHA20:ECDHE+AESGCM
ECDHE+AESGCM:DHE+AESGCM
DHE+AESGCM
DHE+AESGCM:+AES256
kDHE+CHACHA20
EDH+AESGCM
kEECDH+AESGCM
EECDH+AESGCM
ECDH+AESGCM
DH+AESGCM
AESGCM:!PSK
AESGCM
AESCCM
AESCCM8
CHACHA20
CHACHA20:AESGCM
CHACHA20:AESGCM:@STRENGTH
AESGCM:+aRSA
AESGCM:-ECDHE
AESGCM:-ECDHE:ECDHE+AESGCM
AESGCM:!ECDHE:ECDHE+AESGCM
AESGCM+aRSA+ECDHE
aPSK+AESGCM
kPSK+AESGCM
kECDHEPSK+CHACHA20
kDHEPSK+AESGCM
PSK+AESGCM
PSK+CHACHA20
AESGCM:!AES128
AESGCM:!AES256
AESGCM:@SECLEVEL=2
AESGCM:@SECLEVEL=3
@SECLEVEL=4:AESGCM
AESGCM:@SECLEVEL=5
AESGCM@SECLEVEL=4
ECDHE+AESGCM!aRSA
CHACHA20:AESGCM@STRENGTH
AESGCM@STRENGTH!AES128
NONSENSE!AES128:ECDHE+AESGCM
ECDHE-RSA-AES128-GCM-SHA256
ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384
ECDHE-RSA-AES128-GCM-SHA256,ECDHE-RSA-AES256-GCM-SHA384
ECDHE-RSA-AES128-GCM-SHA256 ECDHE-RSA-AES256-GCM-SHA384
ECDHE-RSA-AES128-GCM-SHA256;ECDHE-RSA-AES256-GCM-SHA384
ECDHE-ECDSA-AES256-GCM-SHA384:NONSENSE
NONSENSE:ECDHE-ECDSA-AES256-GCM-SHA384
ECDHE-ECDSA-AES128-SHA
ECDHE-RSA-AES128-SHA256:ECDHE-RSA-AES256-SHA384
SHA1+ECDHE
SHA256+ECDHE
SHA384+ECDHE
SHA+ECDHE+aECDSA
TLSv1.2+AESGCM
ECDSA+AESGCM
aECDSA+CHACHA20
RC4:ECDHE+AESGCM
eNULL:ECDHE+AESGCM
ALL:!ADH:!aNULL:!eNULL
ALL:!DHE
ALL:+ECDHE
ALL:@STRENGTH
ALL:-AESGCM:AESGCM
ALL:!SHA1:!SHA256:!SHA384
ALL:-SHA1
DHE-RSA-AES256-GCM-SHA384:PSK-AES128-GCM-SHA256
COMPLEMENTOFALL:ECDHE+AESGCM
ECDHE+AESGCM:!ECDHE-RSA-AES128-GCM-SHA256
ECDHE+AESGCM:-ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256
ECDHE+AESGCM:+ECDHE-ECDSA-AES256-GCM-SHA384
""".strip().split("\n")

# Where nothing is selected.
EMPTY_STRINGS = ["NONSENSE", "", "RC4", "eNULL+AESGCM", "!ALL", "-ALL", "AESGCM:!AESGCM", "MEDIUM", "LOW", "@STRENGTH"]

DEFAULT_CIPHERS = [
    "ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-RSA-AES256-GCM-SHA384", "ECDHE-ECDSA-CHACHA20-POLY1305",
    "ECDHE-RSA-CHACHA20-POLY1305", "ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256"]

TIMES = ["Jan  5 09:34:43 2018 GMT", "May  9 00:00:00 2007 GMT", "jan 5 09:34:43 2018 GMT", "Feb 29 12:00:00 2020 GMT",
         "Feb 29 12:00:00 2019 GMT", "Dec 31 23:59:60 2008 GMT", "Jan  1 00:00:00 1970 GMT", "Jan  1 00:00:00 1950 GMT",
         "Jan 35 12:00:00 2018 GMT", "Jan  5 24:00:00 2018 GMT", "Jan  5 09:34:43 2018", "Jan  5 09:34:43 2018 UTC",
         "Jan  5 09:34 2018 GMT", "Foo  5 09:34:43 2018 GMT", "Nov 22 09:00:00 2049 GMT", "Dec 31 23:59:59 9999 GMT", ""]

# Host names against certificates: title, certificate, name.
HOSTS = [
    ("the name", "server", "localhost"), ("in capitals", "server", "LOCALHOST"), ("an IPv4 address", "server", "127.0.0.1"),
    ("another IPv4 address", "server", "127.0.0.2"), ("an IPv6 address", "server", "::1"),
    ("another IPv6 address", "server", "::2"), ("another name", "server", "other.example"),
    ("a name with a final dot", "server", "localhost."), ("a part of the name", "server", "local"),
    ("a wildcard", "wildcard", "www.example.org"), ("a wildcard and two labels", "wildcard", "a.b.example.org"),
    ("a wildcard and no label", "wildcard", "example.org"), ("a partial wildcard", "wildcard", "www.partial.example"),
    ("an A-label", "wildcard", "xn--bcher-kva.example"), ("a common name alone", "cn_only", "localhost"),
    ("a common name beside an email address", "cn_and_email", "localhost"),
    ("a common name beside another dNSName", "other_name", "localhost"),
]

# Chains that fail: title, the server's files, and what is set on the client beside the CA.
REFUSALS = [
    ("of an unknown issuer", "server_of_other", []), ("that is self-signed", "selfsigned", []),
    ("that has expired", "expired", []), ("that is not yet valid", "future", []), ("for clients alone", "for_clients", []),
    ("with an unknown critical extension", "critical", []), ("with a weak key", "weak", []), ("issued by a leaf", "of_leaf", []),
    ("whose issuer is missing", "below", []),
]


def client_and_server(folder, certificate="server", ca="ca.pem"):
    return [
        ("context", "c", PROTOCOL_TLS_CLIENT),
        ("trust", "c", "cafile", f"{folder}/{ca}"),
        ("context", "s", PROTOCOL_TLS_SERVER),
        ("chain", "s", f"{folder}/{certificate}.pem", f"{folder}/{certificate}.key", "-"),
    ]


def contexts(folder):
    for protocol in ("0", "1", "2", "3", "4", "5", "16", "17", "99"):
        yield f"a context of protocol {protocol}", [("context", "c", protocol)] + (
            [("get", "c", name) for name in ("protocol", "options", "verify_mode", "verify_flags", "check_hostname",
                                             "hostname_checks_common_name", "minimum_version", "maximum_version",
                                             "post_handshake_auth", "security_level", "keylog_filename")]
            if protocol in ("2", "16", "17") else [])
    yield "names of TLS 1.3's ciphers", [("context", "c", "16"), ("names", "c", "TLSv1.3")]
    for name in ("TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384",
                 "ECDHE-RSA-CHACHA20-POLY1305", "DHE-RSA-AES128-GCM-SHA256", "PSK-AES128-GCM-SHA256",
                 "ECDHE-ECDSA-AES128-CCM", "ECDHE-RSA-AES128-SHA", "ECDHE-ECDSA-AES256-SHA384",
                 "ECDHE-PSK-CHACHA20-POLY1305"):
        yield f"the cipher {name}", [("context", "c", "17"), ("ciphers", "c", "ALL"), ("cipher_entry", "c", name)]
    yield "verify_mode and check_hostname", [
        ("context", "c", "16"), ("set", "c", "verify_mode", "0"), ("set", "c", "check_hostname", "0"),
        ("set", "c", "verify_mode", "0"), ("set", "c", "verify_mode", "3"), ("set", "c", "check_hostname", "1"),
        ("get", "c", "verify_mode")]
    for first, second in (("minimum_version", "maximum_version"), ("maximum_version", "minimum_version")):
        for value in ("-2", "-1", "768", "769", "770", "771", "772", "773", "0"):
            yield f"{first} = {value}", [("context", "c", "16"), ("set", "c", first, value), ("get", "c", first),
                                         ("get", "c", second)]
    yield "versions of a context of one version", [("context", "c", "5"), ("set", "c", "minimum_version", TLS12)]
    yield "num_tickets", [("context", "c", "16"), ("set", "c", "num_tickets", "1"), ("get", "c", "num_tickets"),
                          ("context", "s", "17"), ("set", "s", "num_tickets", "5"), ("get", "s", "num_tickets")]
    for curve in ("prime256v1", "secp384r1", "secp521r1", "nonsense", ""):
        yield f"the curve {curve!r}", [("context", "c", "17"), ("curve", "c", curve)]
    yield "a default context for clients", [("default_context", "c", "client", f"{folder}/ca.pem"), ("get", "c", "options"),
                                            ("get", "c", "verify_mode"), ("get", "c", "check_hostname"),
                                            ("get", "c", "verify_flags"), ("store_stats", "c")]
    yield "a default context for servers", [("default_context", "s", "server", "-"), ("get", "s", "verify_mode"),
                                            ("get", "s", "check_hostname"), ("get", "s", "protocol")]
    yield "a key log", [("context", "c", "16"), ("set", "c", "keylog_filename", str(folder)),
                        ("set", "c", "keylog_filename", f"{folder}/missing/log"),
                        ("set", "c", "keylog_filename", f"{folder}/keys.log"), ("set", "c", "keylog_filename", "-"),
                        ("get", "c", "keylog_filename")]
    yield "ALPN names", [("context", "c", "16"), ("alpn", "c", "http/1.1", "h2"), ("alpn", "c"), ("alpn", "c", ""),
                         ("alpn", "c", "x" * 255), ("alpn", "c", "x" * 256)]
    yield "an sni_callback on a client", [("context", "c", "16"), ("sni", "c", "none")]


def ciphers(_folder):
    for text in CIPHER_STRINGS:
        yield f"ciphers {text}", [("context", "c", "17"), ("ciphers", "c", text), ("names", "c", "TLSv1.2"),
                                  ("names", "c", "TLSv1.3")]
    for text in EMPTY_STRINGS:
        yield f"no ciphers {text!r}", [("context", "c", "17"), ("ciphers", "c", text)]
    for text in ("DEFAULT", "HIGH", "ECDHE", "AES128", "aRSA", "DEFAULT:!aRSA"):
        # CBC comes by its own names alone: the rest is compared.
        without = f"{text}:!SHA1:!SHA256:!SHA384"
        yield f"ciphers {without}", [("context", "c", "17"), ("ciphers", "c", without), ("names", "c", "TLSv1.2")]


def files(folder):
    def loads(title, *arguments):
        return f"load_cert_chain: {title}", [("context", "s", "17"), ("chain", "s", *arguments)]
    at = lambda name: f"{folder}/{name}"  # noqa: E731
    yield loads("two files", at("server.pem"), at("server.key"), "-")
    yield loads("one file for both", at("server_both.pem"), "-", "-")
    yield loads("a chain", at("below_chain.pem"), at("below.key"), "-")
    yield loads("key and chain in one file", at("combined_chain.pem"), "-", "-")
    yield loads("no such certificate", at("missing"), at("server.key"), "-")
    yield loads("no such key", at("server.pem"), at("missing"), "-")
    yield loads("another's key", at("server.pem"), at("client.key"), "-")
    yield loads("a certificate without its key", at("server.pem"), "-", "-")
    yield loads("a key without its certificate", at("server.key"), "-", "-")
    yield loads("a file that is no PEM", at("not_pem"), at("server.key"), "-")
    yield loads("an empty file", at("empty"), at("server.key"), "-")
    yield loads("PEM that holds no certificate", at("broken.pem"), at("server.key"), "-")
    yield loads("a key file that is no PEM", at("server.pem"), at("not_pem"), "-")
    for name in ("encrypted", "traditional"):
        yield loads(f"the {name} key with its password", at("server.pem"), at(f"{name}.key"), "secret")
        yield loads(f"the {name} key with a callback", at("server.pem"), at(f"{name}.key"), "callback:secret")
        yield loads(f"the {name} key with a wrong password", at("server.pem"), at(f"{name}.key"), "wrong")
        yield loads(f"the {name} key with an empty password", at("server.pem"), at(f"{name}.key"), "callback:")
    yield loads("a password that is not needed", at("server.pem"), at("server.key"), "unneeded")
    yield loads("a password of 1024 bytes", at("server.pem"), at("encrypted.key"), "x" * 1024)
    yield loads("a password of 1025 bytes", at("server.pem"), at("encrypted.key"), "x" * 1025)
    yield loads("a callback's password of 1025 bytes", at("server.pem"), at("encrypted.key"), "callback:" + "x" * 1025)

    def trusts(title, *steps):
        return f"load_verify_locations: {title}", [("context", "c", "16"), *steps, ("store_stats", "c"), ("ca_count", "c")]
    yield trusts("nothing", ("trust", "c", "none", ""))
    yield trusts("a file", ("trust", "c", "cafile", at("ca.pem")))
    yield trusts("the same twice", ("trust", "c", "cafile", at("ca.pem")), ("trust", "c", "pem", at("ca.pem")))
    yield trusts("a file with a list", ("trust", "c", "cafile", at("ca_and_crl.pem")))
    yield trusts("no such file", ("trust", "c", "cafile", at("missing")))
    yield trusts("a file that is no PEM", ("trust", "c", "cafile", at("not_pem")))
    yield trusts("an empty file", ("trust", "c", "cafile", at("empty")))
    yield trusts("a file with a broken certificate", ("trust", "c", "cafile", at("broken.pem")))
    yield trusts("a leaf", ("trust", "c", "cafile", at("server.pem")))
    yield trusts("PEM data", ("trust", "c", "pem", at("ca.pem")))
    yield trusts("DER data", ("trust", "c", "der", at("ca.pem")))
    yield trusts("text without a certificate", ("trust", "c", "text", "nothing"))
    yield trusts("empty text", ("trust", "c", "text", ""))
    yield trusts("empty bytes", ("trust", "c", "hex", ""))
    yield trusts("bytes that are no DER", ("trust", "c", "hex", "010203"))
    yield trusts("a directory", ("trust", "c", "capath", at("hashed")))
    yield "get_ca_certs", [("context", "c", "16"), ("trust", "c", "cafile", at("ca.pem")), ("ca_certs", "c")]
    yield "a certificate of a directory is loaded when it is needed", [
        ("context", "c", "16"), ("trust", "c", "capath", at("hashed")), ("store_stats", "c"),
        ("context", "s", "17"), ("chain", "s", at("server.pem"), at("server.key"), "-"),
        ("objects", "p", "c", "s", "localhost"), ("shake", "p"), ("store_stats", "c"), ("ca_certs", "c")]
    yield "DH parameters that are none", [("context", "s", "17"), ("dh", "s", at("ca.pem")), ("dh", "s", at("missing"))]


def certificates(folder):
    for name in ODD_CERTIFICATES:
        yield f"getpeercert of the certificate {name}", [("call", "decode", f"{folder}/odd_{name}.pem")]


def handshakes(folder):
    for version, name in ((TLS12, "TLS 1.2"), (TLS13, "TLS 1.3")):
        only = [("set", "c", "minimum_version", version), ("set", "c", "maximum_version", version)]
        yield f"a handshake of {name}", client_and_server(folder) + only + [
            ("objects", "p", "c", "s", "localhost"), ("handshake", "p.client"), ("ask", "p.client", "version"),
            ("ask", "p.client", "cipher"), ("ask", "p.client", "getpeercert"), ("ask", "p.client", "pending"),
            ("ask", "p.client", "binding", "tls-unique"), ("ask", "p.client", "reused"), ("shake", "p"),
            ("handshake", "p.client"), ("ask", "p.client", "version"), ("ask", "p.server", "version"),
            ("ask", "p.client", "cipher"), ("ask", "p.server", "cipher"), ("ask", "p.client", "compression"),
            ("ask", "p.client", "alpn"), ("ask", "p.client", "npn"), ("ask", "p.client", "getpeercert"),
            ("ask", "p.server", "getpeercert"), ("ask", "p.client", "getpeercert_der"), ("ask", "p.server", "getpeercert_der"),
            ("ask", "p.client", "shared"), ("ask", "p.client", "reused"), ("ask", "p.client", "hostname"),
            ("ask", "p.server", "hostname"), ("ask", "p.client", "server_side"), ("ask", "p.server", "server_side"),
            ("ask", "p.client", "binding", "nonsense")]
        yield f"data over {name}", client_and_server(folder) + only + [
            ("objects", "p", "c", "s", "localhost"), ("write", "p.client", "too early"), ("shake", "p"),
            ("read", "p.server", "10"), ("write", "p.client", "hello"), ("write", "p.client", ""), ("carry", "p"),
            ("read", "p.server", "0"), ("read", "p.server", "2"), ("ask", "p.server", "pending"), ("read", "p.server", "100"),
            ("read", "p.server", "100"), ("write_many", "p.server", "40000"), ("carry", "p"), ("read", "p.client", "5"),
            ("ask", "p.client", "pending")]
        yield f"no certificate is asked for: CERT_NONE over {name}", client_and_server(folder) + only + [
            ("set", "c", "check_hostname", "0"), ("set", "c", "verify_mode", "0"), ("objects", "p", "c", "s", "-"),
            ("shake", "p"), ("ask", "p.client", "getpeercert"), ("ask", "p.client", "getpeercert_der")]
        for title, certificate, settings in REFUSALS:
            yield f"a certificate {title}, {name}", client_and_server(folder, certificate) + only + settings + [
                ("objects", "p", "c", "s", "localhost"), ("shake", "p")]
        yield f"a client without a certificate is refused, {name}", client_and_server(folder) + only + [
            ("trust", "s", "cafile", f"{folder}/ca.pem"), ("set", "s", "verify_mode", "2"),
            ("objects", "p", "c", "s", "localhost"), ("shake", "p")] + (
                [("read", "p.client", "1")] if version == TLS13 else [])
        for mode in ("1", "2"):
            yield f"a client's certificate is verified, mode {mode}, {name}", client_and_server(folder) + only + [
                ("trust", "s", "cafile", f"{folder}/ca.pem"), ("set", "s", "verify_mode", mode),
                ("chain", "c", f"{folder}/client.pem", f"{folder}/client.key", "-"),
                ("objects", "p", "c", "s", "localhost"), ("shake", "p"), ("ask", "p.server", "getpeercert")]
        yield f"a client's certificate of a stranger, {name}", client_and_server(folder) + only + [
            ("trust", "s", "cafile", f"{folder}/ca.pem"), ("set", "s", "verify_mode", "2"),
            ("chain", "c", f"{folder}/server_of_other.pem", f"{folder}/server_of_other.key", "-"),
            ("objects", "p", "c", "s", "localhost"), ("shake", "p")] + (
                [("read", "p.client", "1")] if version == TLS13 else [])
        yield f"a client's certificate is optional, {name}", client_and_server(folder) + only + [
            ("trust", "s", "cafile", f"{folder}/ca.pem"), ("set", "s", "verify_mode", "1"),
            ("objects", "p", "c", "s", "localhost"), ("shake", "p"), ("ask", "p.server", "getpeercert")]
        yield f"ALPN in {name}", client_and_server(folder) + only + [
            ("alpn", "c", "foo", "bar", "milkshake"), ("alpn", "s", "milkshake", "bar"), ("objects", "p", "c", "s", "localhost"),
            ("shake", "p"), ("ask", "p.client", "alpn"), ("ask", "p.server", "alpn")]
        yield f"ALPN without overlap in {name}", client_and_server(folder) + only + [
            ("alpn", "c", "foo"), ("alpn", "s", "bar"), ("objects", "p", "c", "s", "localhost"), ("shake", "p"),
            ("ask", "p.client", "alpn"), ("ask", "p.server", "alpn")]
        for action in ("none", "alert:49", "alert:112", "throw", "swap:other", "clear"):
            yield f"sni_callback {action} in {name}", client_and_server(folder) + only + [
                ("context", "other", "17"), ("chain", "other", f"{folder}/other_name.pem", f"{folder}/other_name.key", "-"),
                ("sni", "s", action), ("set", "c", "check_hostname", "0"), ("objects", "p", "c", "s", "other.example"),
                ("shake", "p"), ("seen", "s")] + (
                    [("ask", "p.client", "getpeercert")] if action in ("none", "swap:other", "clear") else [])
    yield "what failed stays failed", client_and_server(folder, "selfsigned") + [
        ("objects", "p", "c", "s", "localhost"), ("shake", "p"), ("handshake", "p.client"), ("read", "p.client", "1"),
        ("write", "p.client", "x"), ("ask", "p.client", "pending")]
    for title, certificate, host in HOSTS:
        yield f"the name of a server: {title}", client_and_server(folder, certificate) + [
            ("objects", "p", "c", "s", host), ("shake", "p"), ("ask", "p.client", "hostname")]
    yield "a common name does not count where it is not to", client_and_server(folder, "cn_only") + [
        ("set", "c", "hostname_checks_common_name", "0"), ("objects", "p", "c", "s", "localhost"), ("shake", "p")]
    for title, host in (("none", "-"), ("an empty one", ""), ("one with a leading dot", ".example.org"),
                        ("one with a null byte", "a\0b")):
        yield f"server_hostname: {title}", client_and_server(folder) + [("objects", "p", "c", "s", host)]
    yield "contexts of the wrong side", client_and_server(folder) + [("objects", "p", "s", "s", "localhost"),
                                                                    ("objects", "p", "c", "c", "localhost")]
    yield "an intermediate that is sent", client_and_server(folder) + [
        ("chain", "s", f"{folder}/below_chain.pem", f"{folder}/below.key", "-"), ("objects", "p", "c", "s", "localhost"),
        ("shake", "p")]
    yield "a partial chain", client_and_server(folder, "below", "intermediate.pem") + [
        ("objects", "p", "c", "s", "localhost"), ("shake", "p"), ("set", "c", "verify_flags", "557056"),
        ("objects", "q", "c", "s", "localhost"), ("shake", "q")]
    for flags, name in (("32772", "the leaf"), ("32780", "the chain")):
        yield f"revocation of {name} without a list", client_and_server(folder) + [
            ("set", "c", "verify_flags", flags), ("objects", "p", "c", "s", "localhost"), ("shake", "p")]
        for certificate in ("server", "revoked"):
            yield f"revocation of {name} with a list: {certificate}", client_and_server(
                folder, certificate, "ca_and_crl.pem") + [
                    ("set", "c", "verify_flags", flags), ("objects", "p", "c", "s", "localhost"), ("shake", "p")]
    yield "a strict look at a certificate without key identifiers", client_and_server(folder, "without_key_identifier") + [
        ("objects", "p", "c", "s", "localhost"), ("shake", "p"), ("set", "c", "verify_flags", "32800"),
        ("objects", "q", "c", "s", "localhost"), ("shake", "q")]
    yield "a strict look at what is right", client_and_server(folder) + [
        ("set", "c", "verify_flags", "32800"), ("objects", "p", "c", "s", "localhost"), ("shake", "p")]
    yield "no version in common", client_and_server(folder) + [
        ("set", "c", "minimum_version", TLS13), ("set", "s", "maximum_version", TLS12),
        ("objects", "p", "c", "s", "localhost"), ("shake", "p")]
    yield "no cipher in common", client_and_server(folder) + [
        ("set", "c", "maximum_version", TLS12), ("ciphers", "c", "ECDHE-ECDSA-AES128-GCM-SHA256"),
        ("ciphers", "s", "ECDHE-ECDSA-AES256-GCM-SHA384"), ("objects", "p", "c", "s", "localhost"), ("shake", "p")]
    yield "no cipher for the server's key", client_and_server(folder, "rsa") + [
        ("set", "c", "maximum_version", TLS12), ("ciphers", "c", "ECDHE+aECDSA+AESGCM"), ("objects", "p", "c", "s", "localhost"),
        ("shake", "p")]
    yield "no group in common", client_and_server(folder) + [
        ("curve", "c", "prime256v1"), ("curve", "s", "secp384r1"), ("objects", "p", "c", "s", "localhost"), ("shake", "p")]
    yield "two kinds of keys", client_and_server(folder) + [
        ("chain", "s", f"{folder}/rsa.pem", f"{folder}/rsa.key", "-"), ("set", "c", "maximum_version", TLS12),
        ("ciphers", "c", "ECDHE+aRSA+AESGCM"), ("objects", "p", "c", "s", "localhost"), ("shake", "p"), ("ask", "p.client", "cipher"),
        ("ciphers", "c", "ECDHE+aECDSA+AESGCM"), ("objects", "q", "c", "s", "localhost"), ("shake", "q"),
        ("ask", "q.client", "cipher"), ("ask", "q.server", "shared")]
    yield "a server without a certificate", [
        ("context", "c", "16"), ("context", "s", "17"), ("objects", "p", "c", "s", "localhost"), ("shake", "p")]
    yield "options forbid a version", client_and_server(folder) + [
        ("set", "s", "options", str(2186412112 | 0x20000000)), ("objects", "p", "c", "s", "localhost"), ("shake", "p"),
        ("ask", "p.client", "version")]
    yield "the client's order of ciphers", client_and_server(folder) + [
        ("set", "c", "maximum_version", TLS12), ("ciphers", "c", "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384"),
        ("objects", "p", "c", "s", "localhost"), ("shake", "p"), ("ask", "p.client", "cipher"),
        ("set", "s", "options", str(2186412112 & ~0x400000)), ("objects", "q", "c", "s", "localhost"), ("shake", "q"),
        ("ask", "q.client", "cipher")]


def messages(folder):
    heard = [("listen", "c"), ("listen", "s"), ("objects", "p", "c", "s", "localhost"), ("shake", "p")]
    both = [("seen", "c"), ("seen", "s")]
    for version, name in ((TLS12, "TLS 1.2"), (TLS13, "TLS 1.3")):
        begin = client_and_server(folder) + [("set", "c", "maximum_version", version)]
        yield f"the messages of a handshake in {name}", begin + heard + both + [
            ("write", "p.server", "x"), ("carry", "p"), ("read", "p.client", "1")] + both
        yield f"the messages of a goodbye in {name}", begin + heard + [
            ("unwrap", "p.client"), ("carry", "p"), ("unwrap", "p.server"), ("carry", "p"), ("unwrap", "p.client")] + both
        yield f"the messages of a resumption in {name}", begin + [
            ("objects", "o", "c", "s", "localhost"), ("shake", "o"), ("write", "o.server", "x"), ("carry", "o"),
            ("read", "o.client", "1"), ("listen", "c"), ("listen", "s"), ("objects", "p", "c", "s", "localhost", "o.client"),
            ("shake", "p")] + both
        yield f"the messages where a client is asked in {name}", begin + [
            ("trust", "s", "cafile", f"{folder}/ca.pem"), ("set", "s", "verify_mode", "2"),
            ("chain", "c", f"{folder}/client.pem", f"{folder}/client.key", "-")] + heard + both
        yield f"the messages where the server is not believed in {name}", [
            ("context", "c", "16"), ("context", "s", "17"), ("chain", "s", f"{folder}/server.pem", f"{folder}/server.key", "-"),
            ("set", "c", "maximum_version", version)] + heard + both


def sessions(folder):
    for version, name in ((TLS12, "TLS 1.2"), (TLS13, "TLS 1.3")):
        begin = client_and_server(folder) + [
            ("set", "c", "maximum_version", version), ("objects", "p", "c", "s", "localhost"),
            ("ask", "p.client", "has_session"), ("shake", "p"), ("write", "p.server", "x"), ("carry", "p"),
            ("read", "p.client", "1")]
        yield f"a session of {name} is resumed", begin + [
            ("ask", "p.client", "has_ticket"), ("ask", "p.client", "id_size"), ("ask", "p.client", "hint"),
            ("objects", "q", "c", "s", "localhost", "p.client"), ("shake", "q"), ("ask", "q.client", "reused"),
            ("ask", "q.server", "reused"), ("session_stats", "c"), ("session_stats", "s")]
        yield f"a session of {name} is set", begin + [
            ("objects", "q", "c", "s", "localhost"), ("set_session", "q.client", "p.client"), ("shake", "q"),
            ("ask", "q.client", "reused"), ("set_session", "q.client", "p.client"), ("set_session", "q.server", "p.client")]
        yield f"a session of {name} in another context", begin + [
            ("context", "d", "16"), ("trust", "d", "cafile", f"{folder}/ca.pem"),
            ("objects", "q", "d", "s", "localhost", "p.client")]
        yield f"no tickets in {name}", client_and_server(folder) + [
            ("set", "c", "maximum_version", version), ("set", "s", "num_tickets", "0"),
            ("objects", "p", "c", "s", "localhost"), ("shake", "p"), ("write", "p.server", "x"), ("carry", "p"),
            ("read", "p.client", "1"), ("ask", "p.client", "has_ticket")]
    later = client_and_server(folder) + [("trust", "s", "cafile", f"{folder}/ca.pem")]
    yield "a client is asked after the handshake", later + [
        ("set", "c", "post_handshake_auth", "1"), ("chain", "c", f"{folder}/client.pem", f"{folder}/client.key", "-"),
        ("set", "s", "verify_mode", "2"), ("set", "s", "post_handshake_auth", "1"), ("objects", "p", "c", "s", "localhost"),
        ("shake", "p"), ("ask", "p.server", "getpeercert"), ("request_certificate", "p.server"), ("write", "p.server", "who?"),
        ("carry", "p"), ("read", "p.client", "10"), ("write", "p.client", "me"), ("carry", "p"), ("read", "p.server", "10"),
        ("ask", "p.server", "getpeercert"), ("request_certificate", "p.client")]
    yield "a client that was asked after the handshake has no certificate", later + [
        ("set", "c", "post_handshake_auth", "1"), ("set", "s", "verify_mode", "2"), ("set", "s", "post_handshake_auth", "1"),
        ("objects", "p", "c", "s", "localhost"), ("shake", "p"), ("request_certificate", "p.server"),
        ("write", "p.server", "who?"), ("carry", "p"), ("read", "p.client", "10"), ("write", "p.client", "me"), ("carry", "p"),
        ("read", "p.server", "10"), ("carry", "p"), ("read", "p.client", "10")]
    yield "a client that does not let itself be asked", later + [
        ("set", "s", "verify_mode", "2"), ("set", "s", "post_handshake_auth", "1"), ("objects", "p", "c", "s", "localhost"),
        ("shake", "p"), ("request_certificate", "p.server")]
    yield "post-handshake authentication in TLS 1.2", later + [
        ("set", "c", "post_handshake_auth", "1"), ("set", "s", "verify_mode", "2"), ("set", "s", "post_handshake_auth", "1"),
        ("chain", "c", f"{folder}/client.pem", f"{folder}/client.key", "-"), ("set", "c", "maximum_version", TLS12),
        ("objects", "p", "c", "s", "localhost"), ("shake", "p"), ("request_certificate", "p.server"),
        ("request_certificate", "p.client")]
    yield "post-handshake authentication with CERT_NONE", later + [
        ("set", "c", "post_handshake_auth", "1"), ("objects", "p", "c", "s", "localhost"), ("shake", "p"),
        ("request_certificate", "p.server")]


def ends(folder):
    for version, name in ((TLS12, "TLS 1.2"), (TLS13, "TLS 1.3")):
        begin = client_and_server(folder) + [("set", "c", "maximum_version", version)]
        talk = begin + [("objects", "p", "c", "s", "localhost"), ("shake", "p")]
        yield f"goodbye in {name}", talk + [
            ("unwrap", "p.client"), ("carry", "p"), ("read", "p.server", "10"), ("unwrap", "p.server"), ("carry", "p"),
            ("unwrap", "p.client"), ("write", "p.client", "x"), ("read", "p.client", "1")]
        yield f"data after our goodbye in {name}", talk + [
            ("unwrap", "p.client"), ("write", "p.server", "more"), ("carry", "p"), ("unwrap", "p.client")]
        yield f"an end without goodbye in {name}", talk + [("end", "p.client"), ("read", "p.client", "1")]
        yield f"an end without goodbye is ignored in {name}", begin + [
            ("set", "c", "options", str(2186412112 | 0x80)), ("objects", "p", "c", "s", "localhost"), ("shake", "p"),
            ("end", "p.client"), ("read", "p.client", "1")]
        yield f"an end within the handshake of {name}", begin + [
            ("objects", "p", "c", "s", "localhost"), ("handshake", "p.client"), ("end", "p.client"), ("handshake", "p.client")]
        yield f"goodbye before the handshake of {name}", begin + [("objects", "p", "c", "s", "localhost"), ("unwrap", "p.client")]
        yield f"a broken record in {name}", talk + [
            ("inject", "p.client", "1703030020" + "ab" * 32), ("read", "p.client", "1")]
        yield f"lost data in {name}", talk + [
            ("write", "p.server", "first"), ("lose", "p.server"), ("write", "p.server", "second"), ("carry", "p"),
            ("read", "p.client", "10")]
        yield f"sockets over {name}", begin + [
            ("sockets", "p", "c", "s", "localhost"), ("handshake", "p.client"), ("read", "p.client", "1"), ("shake", "p"),
            ("getblocking", "p.client"), ("read", "p.client", "1"), ("write", "p.client", "ping"), ("read", "p.server", "10"),
            ("sendall", "p.server", "pong"), ("read", "p.client", "10"), ("recv_flags", "p.client", "2"),
            ("send_flags", "p.client", "1"), ("unwrap", "p.client"), ("read", "p.server", "1"), ("unwrap", "p.server"),
            ("unwrap", "p.client")]
        yield f"a socket that is closed without goodbye, {name}", begin + [
            ("sockets", "p", "c", "s", "localhost"), ("shake", "p"), ("read", "p.client", "1"), ("close", "p.server"),
            ("fileno_is_none", "p.server"), ("read", "p.client", "1"), ("read", "p.server", "1"), ("write", "p.server", "x")]
        yield f"a socket's time is over, {name}", begin + [
            ("sockets", "p", "c", "s", "localhost"), ("shake", "p"), ("read", "p.client", "1"), ("timeout", "p.client", "1"),
            ("read", "p.client", "1")]
        yield f"a handshake's time is over, {name}", begin + [
            ("sockets", "p", "c", "s", "localhost"), ("timeout", "p.client", "1"), ("handshake", "p.client")]
        yield f"a socket that is shut down, {name}", begin + [
            ("sockets", "p", "c", "s", "localhost"), ("shake", "p"), ("read", "p.client", "1"), ("shutdown", "p.server"),
            ("read", "p.client", "1")]
        yield f"a socket that is detached, {name}", begin + [
            ("sockets", "p", "c", "s", "localhost"), ("shake", "p"), ("detach", "p.client"), ("fileno_is_none", "p.client")]
    server = client_and_server(folder) + [("objects", "p", "c", "s", "localhost")]
    for title, data in (("HTTP", b"GET / HTTP/1.1\r\n\r\n"), ("SSH", b"SSH-2.0-OpenSSH_9.2p1\r\n"),
                        ("zeros", bytes(64)), ("an alert", bytes.fromhex("15030100020228")),
                        ("a warning that is close_notify", bytes.fromhex("15030100020100")),
                        ("application data", bytes.fromhex("1703030005") + b"hello"),
                        ("an overlong record", bytes.fromhex("160301ffff") + bytes(100)),
                        ("an empty handshake record", bytes.fromhex("1603010000"))):
        yield f"a server that hears {title}", server + [("inject", "p.server", data.hex()), ("handshake", "p.server")]
    for alert in (10, 20, 22, 40, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 70, 71, 80, 86, 90, 100, 109, 110, 111, 112, 113,
                  114, 115, 116, 120):
        yield f"alert {alert} is received", server + [
            ("handshake", "p.client"), ("inject", "p.client", f"15030300020{2}{alert:02x}"), ("handshake", "p.client")]


def functions(_folder):
    for text in TIMES:
        yield f"the time {text!r}", [("call", "cert_time_to_seconds", text)]
    pem = "-----BEGIN CERTIFICATE-----\n{}-----END CERTIFICATE-----\n"
    for title, text in (("good", pem.format("AQID\n")), ("empty", pem.format("")), ("no text", ""),
                        ("no header", "AQID\n-----END CERTIFICATE-----\n"),
                        ("no footer", "-----BEGIN CERTIFICATE-----\nAQID\n")):
        yield f"PEM to DER: {title}", [("call", "PEM_cert_to_DER_cert", text)]
    yield "DER to PEM", [("call", "DER_cert_to_PEM_cert", "00" * size) for size in (0, 1, 47, 48, 49, 100)]
    yield "random bytes", [("call", "RAND_bytes", "0"), ("call", "RAND_bytes", "33"), ("call", "RAND_bytes", "-1"),
                           ("call", "RAND_status")]
    yield "a MemoryBIO", [
        ("bio", "b", "pending"), ("bio", "b", "eof"), ("bio", "b", "read", "-1"), ("bio", "b", "write", "hello"),
        ("bio", "b", "pending"), ("bio", "b", "read", "2"), ("bio", "b", "read", "0"), ("bio", "b", "write", " world"),
        ("bio", "b", "read", "100"), ("bio", "b", "write", "end"), ("bio", "b", "write_eof"), ("bio", "b", "eof"),
        ("bio", "b", "read", "-1"), ("bio", "b", "eof"), ("bio", "b", "write", "x")]


def situations(folder):
    return [entry for family in (contexts, ciphers, files, certificates, handshakes, messages, sessions, ends, functions)
            for entry in family(folder)]


# ---- where the two differ, and why

OLD = "TLS 1.1 and older do not exist here; Debian's OpenSSL still has them"
MEANS_12 = "the oldest version is TLS 1.2; Debian's OpenSSL says TLS 1.0"
NAMED = "the error names what is not known"
CBC = "DEFAULT is ECDHE with AEADs alone: DHE and PSK come by explicit string"
STAYS = "an error stays: the connection says the same again"
ALERT = "RFC 8446 6.2: certificate_expired is 'expired or not currently valid'"
NAME = "OpenSSL 3.0 has no name for this alert"


def no_version(value):
    return {1: (f"raise ValueError 'Unsupported protocol version {value:#x}'", OLD), 2: ("-1", OLD)}


def differences():
    """title: {step: (what the facade says, why)}. What begins with an ellipsis is the end of it."""
    untrusted = "raise SSLCertVerificationError 1 SSL CERTIFICATE_VERIFY_FAILED 18 'self-signed certificate'"
    not_yet = ("client raise SSLCertVerificationError 1 SSL CERTIFICATE_VERIFY_FAILED 9 'certificate is not yet valid', "
               "server raise SSLError 1 SSL SSLV3_ALERT_CERTIFICATE_EXPIRED")
    listed = {
        "maximum_version = -2": {2: ("771", MEANS_12)},
        "maximum_version = 768": no_version(768),
        "maximum_version = 769": no_version(769),
        "maximum_version = 770": no_version(770),
        "a default context for clients": {4: ("557088", "Python 3.13's default: VERIFY_X509_STRICT and PARTIAL_CHAIN")},
        "ciphers DEFAULT:!SHA1:!SHA256:!SHA384": {2: (repr(DEFAULT_CIPHERS), CBC)},
        "ciphers DEFAULT:!aRSA:!SHA1:!SHA256:!SHA384": {
            2: (repr([name for name in DEFAULT_CIPHERS if "-RSA-" not in name]), CBC)},
        "getpeercert of the certificate latin_in_dns": {
            0: ("…'subjectAltName': (('DNS', 'b\\xfccher.example'),)}", "a string here is bytes: nothing is decoded")},
        "getpeercert of the certificate no_alternative": {
            0: ("… GMT'}", "an empty list of alternative names is no list")},
        "a certificate that is not yet valid, TLS 1.2": {7: (not_yet, ALERT)},
        "a certificate that is not yet valid, TLS 1.3": {7: (not_yet, ALERT)},
        "a certificate with a weak key, TLS 1.3": {
            7: ("client raise SSLError 1 SSL SSLV3_ALERT_HANDSHAKE_FAILURE, server raise SSLError 1 SSL NO_SHARED_CIPHER",
                "the server lacks a certificate, not a version")},
        "the messages where the server is not believed in TLS 1.2": {
            8: ("['write 22 1', 'read 22 2', 'read 22 11', 'read 22 12', 'write 21 48']",
                "a chain is judged when it is clear that no CertificateStatus follows (RFC 6066 8)")},
        "the messages of a resumption in TLS 1.3": {
            15: ("['read 22 1', 'write 22 2', 'write 22 8', 'write 22 20', 'read 22 20', 'write 22 4', 'write 22 4']",
                 "num_tickets is for every connection; OpenSSL gives one ticket after a resumption")},
        "what failed stays failed": {6: (untrusted, STAYS), 7: (untrusted, STAYS), 8: (untrusted, STAYS)},
        "the name of a server: a name with a final dot": {
            5: ("client ok, server ok", "a name with a final dot is the same name, written out (RFC 1034 3.1)")},
        "server_hostname: none": {
            4: ("raise ValueError 'check_hostname requires server_hostname'",
                "wrap_bio() of Python 3.11 forgets to check the name; wrap_socket() asks for one")},
        "server_hostname: one with a leading dot": {
            4: ("raise ValueError 'server_hostname cannot be an empty string or start with a leading dot.'",
                "the error is the codec's; it is a ValueError in Python as well")},
        "a server that hears an alert": {
            6: ("raise SSLError 1 SSL SSLV3_ALERT_HANDSHAKE_FAILURE", "the error says what the alert said")},
        "a server that hears a warning that is close_notify": {
            6: ("raise SSLZeroReturnError 6 'TLS/SSL connection has been closed (EOF)'", "close_notify is the peer's goodbye")},
        "a server that hears an overlong record": {
            6: ("raise SSLError 1 SSL ENCRYPTED_LENGTH_TOO_LONG", "one bound for every record, and one name for it")},
        "a server that hears an empty handshake record": {
            6: ("raise SSLError 1 SSL EMPTY_RECORD", "RFC 8446 5.1: zero-length fragments of handshake types are not sent")},
        "alert 90 is received": {
            7: ("raise SSLWantReadError 2 'The operation did not complete (read)'",
                "RFC 9846 6.1: user_canceled means nothing until close_notify comes")},
        "alert 115 is received": {7: ("raise SSLError 1 SSL TLS_ALERT_UNKNOWN_PSK_IDENTITY", NAME)},
        "alert 120 is received": {7: ("raise SSLError 1 SSL TLS_ALERT_NO_APPLICATION_PROTOCOL", NAME)},
        "the time 'Feb 29 12:00:00 2019 GMT'": {
            0: ("raise ValueError \"time data ' 29 12:00:00 2019 GMT' does not match format ' %d %H:%M:%S %Y GMT'\"",
                "a day that does not exist is no time")},
    }
    for protocol in ("3", "4"):
        listed[f"a context of protocol {protocol}"] = {
            0: (f"raise ValueError 'invalid or unsupported protocol version {protocol}'", OLD)}
    for text in ("NONSENSE", "RC4", "eNULL+AESGCM", "MEDIUM", "LOW"):
        listed[f"no ciphers {text!r}"] = {
            1: (f"raise SSLError None 'No cipher can be selected. Not known here: {text}'", NAMED)}
    return listed
