"""The chart of the README: speeds beside OpenSSL's, as SVG. Used by bench.py."""
from html import escape

ROWS = [
    ("TLS 1.3 AES-128-GCM, send", "bulk/TLS1.3/AES-128-GCM/16384", "send"),
    ("TLS 1.3 AES-128-GCM, receive", "bulk/TLS1.3/AES-128-GCM/16384", "receive"),
    ("TLS 1.3 ChaCha20, send", "bulk/TLS1.3/ChaCha20-Poly1305/16384", "send"),
    ("TLS 1.3 ChaCha20, receive", "bulk/TLS1.3/ChaCha20-Poly1305/16384", "receive"),
    ("TLS 1.3 P-256 handshake, server", "handshake/TLS1.3/P-256", "server"),
    ("TLS 1.3 P-256 handshake, client", "handshake/TLS1.3/P-256", "client"),
    ("TLS 1.3 RSA-2048 handshake, server", "handshake/TLS1.3/RSA-2048", "server"),
    ("TLS 1.3 RSA-2048 handshake, client", "handshake/TLS1.3/RSA-2048", "client"),
    ("TLS 1.3 resumption, server", "handshake/TLS1.3/P-256/resumed-by-ticket", "server"),
    ("TLS 1.3 resumption, client", "handshake/TLS1.3/P-256/resumed-by-ticket", "client"),
    ("TLS 1.2 resumption, server", "handshake/TLS1.2/P-256/resumed-by-ticket", "server"),
    ("TLS 1.2 resumption, client", "handshake/TLS1.2/P-256/resumed-by-ticket", "client"),
]
SUBJECTS = [("pavise", "Pavise", "#1f6f8b"), ("gnutls", "GnuTLS", "#b0b7bf"), ("botan", "Botan::TLS", "#d9c9a3")]
MOST = 4.0  # times OpenSSL; longer bars are cut and labelled
LEFT, WIDTH, BAR, GAP, TOP = 250, 400, 9, 10, 56


def bars(results, scenario, counter):
    base = results.get(scenario, "openssl", counter)
    for subject, name, colour in SUBJECTS:
        value = results.get(scenario, subject, counter)
        if base and value:
            yield name, colour, base.median / value.median


def draw(results):
    parts, y = [], TOP
    scale = WIDTH / MOST
    for title, scenario, counter in ROWS:
        drawn = list(bars(results, scenario, counter))
        if not drawn:
            continue
        height = len(drawn) * BAR
        parts.append(f'<text x="{LEFT - 10}" y="{y + height / 2 + 4}" text-anchor="end">{escape(title)}</text>')
        for place, (_, colour, ratio) in enumerate(drawn):
            top = y + place * BAR
            width = min(ratio, MOST) * scale
            parts.append(f'<rect x="{LEFT}" y="{top}" width="{width:.1f}" height="{BAR - 1}" fill="{colour}"/>')
            parts.append(f'<text class="n" x="{LEFT + width + 4:.1f}" y="{top + BAR - 1.5}">{ratio:.2f}</text>')
        y += height + GAP
    one = LEFT + scale
    legend, x = [], LEFT
    measured = {subject for _, subject, _ in results.values}
    for subject, name, colour in SUBJECTS:
        if subject not in measured:
            continue
        legend.append(f'<rect x="{x}" y="14" width="10" height="10" fill="{colour}"/><text x="{x + 15}" y="23">{name}</text>')
        x += 110
    version = escape(results.versions.get("openssl", ""))
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{LEFT + WIDTH + 60}" height="{y + 8}" role="img" '
        'aria-label="Speeds beside OpenSSL\'s">',
        "<style>text{font:12px sans-serif;fill:#333}.n{font-size:9px;fill:#555}</style>",
        f'<rect width="{LEFT + WIDTH + 60}" height="{y + 8}" fill="#fff"/>',
        *legend,
        f'<text x="{one}" y="44" text-anchor="middle">OpenSSL {version} = 1</text>',
        f'<line x1="{one}" y1="48" x2="{one}" y2="{y}" stroke="#a33" stroke-dasharray="3 3"/>',
        *parts, "</svg>", ""])
