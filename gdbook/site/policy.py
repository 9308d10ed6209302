"""The content security policy of a page: what a browser may load and run for it.

The template (theme/main.html) says it in a `meta` element, which works on any host and
from a plain folder. The build adds the hash of each script that stands on the page.
"""

import hashlib
import re
from base64 import b64encode

META = '<meta http-equiv="Content-Security-Policy" content="'
INSIDE = r"""[^>"']*(?:"[^"]*"[^>"']*|'[^']*'[^>"']*)*"""  # of a tag: a > may be quoted
SCRIPT = rf"<script(?P<attributes>(?=[\s>]){INSIDE})>(?P<text>.*?)</script\s*>"
# Comments and other tags are matched, too, for what they hold is no script. HTMLParser
# does the same for twenty times as long.
PIECE = re.compile(rf"<!--.*?-->|{SCRIPT}|<[a-z]{INSIDE}>", re.DOTALL | re.IGNORECASE)
# a file, or a type of data
OTHER = re.compile(
    r"""\ssrc\b|\stype\s*=\s*(?!["']?(?:text/javascript|module)?["']?(?:\s|\Z))""", re.I
)


def inline_scripts(page: str) -> list[str]:
    """The text of each script that stands on a page and runs."""
    pieces = PIECE.finditer(page)
    scripts = (piece for piece in pieces if piece["attributes"] is not None)
    return [one["text"] for one in scripts if not OTHER.search(one["attributes"])]


def with_hashes(page: str, serving: bool = False) -> str:
    """A finished page whose policy allows the scripts that stand on it, and no others.

    `mkdocs serve` adds a script to each page later: while serving all are allowed.
    A page without a policy stays as it is.
    """
    head, meta, rest = page.partition(META)
    texts = dict.fromkeys(inline_scripts(page)) if meta else {}
    sources = ["'unsafe-inline'"] if serving else [hash_of(text) for text in texts]
    allowed = " ".join(["script-src", *sources])
    return head + meta + rest.replace("script-src", allowed, 1)


def hash_of(script: str) -> str:
    """The source by which a policy allows one script."""
    digest = hashlib.sha256(script.replace("\r\n", "\n").encode()).digest()
    return f"'sha256-{b64encode(digest).decode()}'"
