"""Formulas become HTML and MathML while the site is built, by KaTeX's own script.

It runs in a JavaScript engine, without a browser; TeX that it does not know is refused.
"""

import atexit
import json
import re
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from html import escape, unescape

from mkdocs.exceptions import PluginError
from py_mini_racer import JSEvalException, MiniRacer

from gdbook.site import katex_fonts, vendor
from gdbook.site.katex_text import text_of
from gdbook.site.spans import spans

Render = Callable[[str, bool], str]  # TeX, whether displayed -> HTML
Locate = Callable[[str], str]  # TeX -> the page and, if known, the cell, for messages

VERSION = json.loads((vendor.KATEX / "package.json").read_text("utf-8"))["version"]
FOLDER = "assets/katex"  # of the site
PART = '<span class="katex-base">'  # each part of a formula begins so
# an attribute list may have added some
ATTRIBUTES = r'class="arithmatex([^"<>]*"[^<>]*)'
# with the marks that a line break must not part from it
FORMULA = re.compile(
    rf"(?s)([（“《]*)<(span|div) {ATTRIBUTES}>\\.(.*?)\\.</\2>"
    r"([,.;:?!)，。；：？！）、”》]*)"
)


@cache
def engine() -> MiniRacer:
    """A JavaScript engine that has read KaTeX."""
    # in a thread of its own: else it would use, and outlive, the caller's event loop
    with ThreadPoolExecutor(1) as pool:
        context = pool.submit(MiniRacer).result()
    atexit.register(context.close)  # left open, it keeps one exit in ten from ending
    context.eval((vendor.KATEX / "katex.min.js").read_text("utf-8"))
    return context


def render(tex: str, display: bool) -> str:
    """A formula as HTML, with MathML inside.

    Raises ValueError, with KaTeX's reason, on TeX that does not parse.
    """
    options = {"displayMode": display, "throwOnError": True, "strict": "error"}
    call = f"katex.renderToString({json.dumps(tex)}, {json.dumps(options)})"
    try:
        html = str(engine().eval(call))
    except JSEvalException as error:
        reason = re.search(r"ParseError.*", str(error))
        raise ValueError(reason[0] if reason else str(error)) from None
    # HTML does not need the namespace
    return html.replace(' xmlns="http://www.w3.org/1998/Math/MathML"', "")


def typeset(
    page: str, locate: Locate, waiting: list[str], render: Render = render
) -> str:
    """A rendered page with the plain text of each formula in its place.

    The HTML of the formulas is appended to `waiting`; `data-wait` is the index there.
    Raises PluginError, with its place and the formula, on TeX that does not parse.
    """

    def one(match: re.Match) -> str:
        start, tag, more, text, end = match.groups()
        tex = unescape(text).strip()
        try:
            html = render(tex, tag == "div")
        except ValueError as error:
            raise PluginError(f"{locate(tex)}: formula {tex!r}: {error}") from None
        focus = ' tabindex="0"' if tag == "div" else ""  # too wide, it scrolls by keys
        opening = f'<{tag} class="formula{more}{focus} data-wait="{len(waiting)}">'
        waiting.append(kept(html, bool(start), bool(end)))
        shown = escape(text_of(html), quote=False)
        formula = f"{start}{opening}{shown}</{tag}>{end}"
        # a comma behind a formula must not begin the next line
        return f'<span class="tight">{formula}</span>' if start or end else formula

    return FORMULA.sub(one, page)


def kept(html: str, start: bool, end: bool) -> str:
    """A formula that keeps its first or last part together with a mark beside it.

    The other parts stand in a span, where lines may break (`.tight` in book.css). Some
    browsers do not break at an end of that span either.
    """
    parts = [part.start() for part in re.finditer(PART, html)]
    if not (start or end) or len(parts) <= start + end:
        return html
    cuts = [*parts, html.rindex("</span></span>")]  # of what is drawn, and of all
    first, last = cuts[start], cuts[-1 - end]
    return f'{html[:first]}<span class="free">{html[first:last]}</span>{html[last:]}'


def plain(text: str, render: Render = render) -> str:
    r"""A heading's text, escaped as HTML, with plain text in place of each `\(…\)`.

    Raises ValueError, with KaTeX's reason, on TeX that does not parse.
    """

    def one(match: re.Match) -> str:
        html = render(unescape(match[1]).strip(), False)
        return escape(text_of(html), quote=False)

    return re.sub(r"(?s)\\\((.*?)\\\)", one, text)


def without_tex(title: str, place: str, render: Render = render) -> str:
    """A title that is no heading, with plain text in place of each `$…$`.

    Raises PluginError, with the place, on TeX that does not parse.
    """
    parts = []
    for span in spans(title):
        tex = span.text.strip("$") if span.kind == "tex" else ""
        try:
            parts.append(text_of(render(tex, False)) if tex else span.text)
        except ValueError as error:
            raise PluginError(f"{place}: formula {tex!r}: {error}") from None
    return "".join(parts)


def assets(used: Mapping[str, Iterable[str]] | None) -> dict[str, bytes]:
    """The files that formulas need, by address; `used` as for `katex_fonts.files`."""
    own = ("katex.min.css", "copy-tex.min.js", "LICENSE")
    files = {name: (vendor.KATEX / name).read_bytes() for name in own}
    files |= katex_fonts.files(used)
    return {f"{FOLDER}/{name}": content for name, content in files.items()}
