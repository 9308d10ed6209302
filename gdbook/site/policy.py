"""The content security policy of a page: what a browser may load and run for it.

The template (theme/main.html) says it in a `meta` element, which works on any host and
from a plain folder. The build adds the hash of each script that stands on the page.
"""

import hashlib
from base64 import b64encode
from html.parser import HTMLParser

META = '<meta http-equiv="Content-Security-Policy" content="'
# of scripts that run; others are data
KINDS = (None, "", "text/javascript", "module")


class InlineScripts(HTMLParser):
    """Collects the text of each script that stands on a page and runs."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=False)
        self.found: list[str] = []
        self.inside = False
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a script, unless it is a file or data."""
        if tag == "script":
            has = dict(attrs)
            self.inside = "src" not in has and has.get("type") in KINDS
            if self.inside:
                self.found.append("")

    def handle_data(self, data: str) -> None:
        """Take the text of a script."""
        if self.inside:
            self.found[-1] += data

    def handle_endtag(self, tag: str) -> None:
        """End a script."""
        self.inside = False


def with_hashes(page: str, serving: bool = False) -> str:
    """A finished page whose policy allows the scripts that stand on it, and no others.

    `mkdocs serve` adds a script to each page later: while serving all are allowed.
    A page without a policy stays as it is.
    """
    head, meta, rest = page.partition(META)
    texts = dict.fromkeys(InlineScripts(page).found) if meta else {}
    sources = ["'unsafe-inline'"] if serving else [hash_of(text) for text in texts]
    allowed = " ".join(["script-src", *sources])
    return head + meta + rest.replace("script-src", allowed, 1)


def hash_of(script: str) -> str:
    """The source by which a policy allows one script."""
    digest = hashlib.sha256(script.replace("\r\n", "\n").encode()).digest()
    return f"'sha256-{b64encode(digest).decode()}'"
