"""The fonts of formulas, cut down to the characters that this book's formulas have.

What nearly every formula uses stands in the style sheet itself, so that no formula is
drawn before its font is there. The other fonts stay files: a browser fetches one when a
page has a character of it. Text and code are set in the fonts of the reader's system:
those are there at once, and know every reader's language.
"""

import base64
import html
import io
import re
from collections.abc import Iterable
from functools import partial
from pathlib import Path

from gdbook.site.remember import remember

STYLE = "assets/katex/katex.min.css"
INLINE = ("KaTeX_Main-Regular", "KaTeX_Math-Italic")
FORMULA = '<span class="katex'  # the beginning of each, inline or displayed
SILENT = re.compile(r'<span class="katex-mathml">.*?</math></span>|<[^>]*>', re.S)


def characters(finished: Iterable[str]) -> set[str]:
    """The characters that readers see in the formulas among some finished HTML."""
    shown = (SILENT.sub("", one) for one in finished if one.startswith(FORMULA))
    return {sign for text in shown for sign in html.unescape(text)}


def attach(page: str, to_root: str) -> str:
    """A page with the style of formulas, if it has any."""
    if 'class="katex"' not in page:
        return page
    style = f'<link rel="stylesheet" href="{to_root}{STYLE}">'
    return page.replace("</head>", f"{style}</head>", 1)


def serve_slim(site: Path, signs: set[str]) -> None:
    """Cut the fonts that are served, and put the most used ones into the style."""
    text = "".join(sorted(signs))
    style = (site / STYLE).read_text(encoding="utf-8")
    for path in sorted((site / STYLE).parent.glob("fonts/*.woff2")):
        whole = base64.b64encode(path.read_bytes()).decode()
        small = remember("fonts", [whole, text], partial(cut, whole, text))
        if path.stem in INLINE:
            data = f"data:font/woff2;base64,{small}"
            style = style.replace(f"fonts/{path.name}", data)
            path.unlink()
        else:
            path.write_bytes(base64.b64decode(small))
    (site / STYLE).write_text(style, encoding="utf-8")


def cut(font: str, text: str) -> str:
    """A font with the glyphs of a text alone. Both fonts are WOFF2 in base64."""
    from fontTools.subset import Options, Subsetter, load_font, save_font

    options = Options(flavor="woff2", hinting=False, bidi_closure=False)
    whole = load_font(io.BytesIO(base64.b64decode(font)), options)
    subsetter = Subsetter(options)
    subsetter.populate(text=text)
    subsetter.subset(whole)
    small = io.BytesIO()
    save_font(whole, small, options)
    return base64.b64encode(small.getvalue()).decode()
