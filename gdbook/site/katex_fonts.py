"""The fonts of formulas, cut down to the characters that this book sets in each.

What is left is so little that it stands in the style sheet itself. Text and code are
set in the fonts of the reader's system: those are there at once, and know the signs of
every reader's language.
"""

import base64
import io
import re
from collections import defaultdict
from collections.abc import Iterable
from functools import partial
from html.parser import HTMLParser
from pathlib import Path

from gdbook.site.cache import remember

STYLE = "assets/katex/katex.min.css"
FORMULA = '<span class="katex'  # the beginning of each, inline or displayed
FACE = re.compile(r"@font-face\{[^}]*url\(fonts/KaTeX_([\w-]+)\.woff2\)[^}]*\}")
PLAIN = "Main-Regular"
# the font that KaTeX's style sheet gives to a class; what has none of them is plain
FONTS = {
    **dict.fromkeys(["mathrm", "textrm", "mainrm"], PLAIN),
    **dict.fromkeys(["mathbf", "textbf"], "Main-Bold"),
    **dict.fromkeys(["mathit", "textit"], "Main-Italic"),
    "mathnormal": "Math-Italic",
    "boldsymbol": "Math-BoldItalic",
    **dict.fromkeys(["amsrm", "mathbb", "textbb"], "AMS-Regular"),
    "mathcal": "Caligraphic-Regular",
    **dict.fromkeys(["mathfrak", "textfrak"], "Fraktur-Regular"),
    **dict.fromkeys(["mathscr", "textscr"], "Script-Regular"),
    **dict.fromkeys(["mathsf", "textsf"], "SansSerif-Regular"),
    **dict.fromkeys(["mathtt", "texttt"], "Typewriter-Regular"),
    "small-op": "Size1-Regular",
    "large-op": "Size2-Regular",
    **{f"delim-size{number}": f"Size{number}-Regular" for number in (1, 2, 3, 4)},
}


class Characters(HTMLParser):
    """Collects, while it reads formulas, the characters of each font."""

    def __init__(self) -> None:
        super().__init__()
        self.inside = [PLAIN]  # the font of each open element; "" where nothing shows
        self.found: dict[str, set[str]] = defaultdict(set)

    def handle_starttag(self, tag: str, attrs: list) -> None:
        """Follow an element to its font."""
        classes = str(dict(attrs).get("class", "")).split()
        font = self.inside[-1]
        if "katex-mathml" in classes:
            font = ""
        elif font:
            if "delimsizing" in classes:  # elsewhere size1 is the size of a script
                classes = [f"delim-{name}" for name in classes]
            font = [font, *(FONTS[name] for name in classes if name in FONTS)][-1]
        self.inside.append(font)

    def handle_endtag(self, tag: str) -> None:
        """Leave an element."""
        self.inside.pop()

    def handle_startendtag(self, tag: str, attrs: list) -> None:
        """Pass an element that has nothing inside."""

    def handle_data(self, data: str) -> None:
        """Collect what is shown."""
        if self.inside[-1]:
            self.found[self.inside[-1]].update(data)


def characters(finished: Iterable[str]) -> dict[str, str]:
    """The characters that the formulas among some finished HTML show in each font."""
    reader = Characters()
    for one in finished:
        if one.startswith(FORMULA):
            reader.feed(one)
    return {font: "".join(sorted(signs)) for font, signs in reader.found.items()}


def attach(page: str, to_root: str) -> str:
    """A page with the style of formulas, if it has any.

    Without the one line of script their fonts would be read when the page is laid out
    already, and it would move.
    """
    if 'class="katex"' not in page:
        return page
    style = f'<link rel="stylesheet" href="{to_root}{STYLE}">'
    now = "<script>document.fonts.forEach(font => font.load())</script>"
    return page.replace("</head>", f"{style}{now}</head>", 1)


def serve_slim(site: Path, signs: dict[str, set[str]]) -> None:
    """Cut the fonts down, and put those that are used into the style sheet."""
    folder = (site / STYLE).parent / "fonts"

    def face(match: re.Match) -> str:
        path = folder / f"KaTeX_{match[1]}.woff2"
        whole = base64.b64encode(path.read_bytes()).decode()
        path.unlink()
        if match[1] not in signs:
            return ""
        text = "".join(sorted(signs[match[1]]))
        small = remember("fonts", [whole, text], partial(cut, whole, text))
        data = f"data:font/woff2;base64,{small}"
        return match[0].replace(f"fonts/{path.name}", data)

    style = (site / STYLE).read_text(encoding="utf-8")
    (site / STYLE).write_text(FACE.sub(face, style), encoding="utf-8")
    folder.rmdir()


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
