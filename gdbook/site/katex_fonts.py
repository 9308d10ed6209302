"""The fonts of formulas, cut to the characters that formulas show in each face.

They are cut from KaTeX's TrueType files: to unpack WOFF2 takes four times as long.
"""

import io
import logging
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache
from xml.etree import ElementTree

from gdbook.site import vendor

PLAIN = "Main-Regular"
# the classes to which KaTeX's style sheet gives a face; what has none of them is plain
CLASSES = {
    PLAIN: "mathrm textrm mainrm",
    "Main-Bold": "mathbf textbf",
    "Main-Italic": "mathit textit",
    "Math-Italic": "mathnormal",
    "Math-BoldItalic": "boldsymbol",
    "AMS-Regular": "amsrm mathbb textbb",
    "Caligraphic-Regular": "mathcal",
    "Fraktur-Regular": "mathfrak textfrak",
    "Script-Regular": "mathscr textscr",
    "SansSerif-Regular": "mathsf textsf",
    "Typewriter-Regular": "mathtt texttt",
    "Size1-Regular": "small-op delimsizing-size1",
    "Size2-Regular": "large-op delimsizing-size2",
    "Size3-Regular": "delimsizing-size3",
    "Size4-Regular": "delimsizing-size4",
}
FACES = {name: face for face, names in CLASSES.items() for name in names.split()}


def characters(formulas: Iterable[str]) -> dict[str, set[str]]:
    """The characters of each face that the HTML of formulas shows."""
    found: dict[str, set[str]] = defaultdict(set)
    for formula in formulas:
        for face, shown in characters_of(formula):
            found[face] |= shown
    return dict(found)


@lru_cache(maxsize=8192)  # most formulas stand on many pages, and stay while one serves
def characters_of(formula: str) -> list[tuple[str, set[str]]]:
    """The characters of each face that the HTML of one formula shows."""
    found: dict[str, set[str]] = defaultdict(set)

    def walk(element: ElementTree.Element, face: str) -> None:
        classes = element.get("class", "").split()
        if "katex-mathml" in classes:
            return
        if "delimsizing" in classes:  # elsewhere size1 is the size of a script
            classes = [f"delimsizing-{name}" for name in classes]
        face = [face, *(FACES[name] for name in classes if name in FACES)][-1]
        found[face].update(element.text or "")
        for child in element:
            walk(child, face)
            found[face].update(child.tail or "")

    walk(ElementTree.fromstring(f"<p>{formula}</p>"), PLAIN)
    return [(face, shown) for face, shown in found.items() if shown]


@lru_cache(maxsize=128)
def cut(face: str, text: str | None) -> bytes:
    """A face with the characters of a text alone, or all of them, as WOFF2.

    If it has none of them, a space is left: browsers refuse a font without characters,
    and one without outlines. The same face and text always give the same bytes.
    """
    from fontTools.subset import Options, Subsetter, load_font, save_font

    # KaTeX's fonts have the date 0, which is worth a warning to fontTools
    logging.getLogger("fontTools.ttLib.tables._h_e_a_d").setLevel(logging.ERROR)
    options = Options(flavor="woff2", hinting=False, notdef_outline=True)
    options.bidi_closure = False
    whole = (vendor.KATEX / "fonts" / f"KaTeX_{face}.ttf").read_bytes()
    font = load_font(io.BytesIO(whole), options)
    subsetter, own = Subsetter(options), set(font.getBestCmap())
    wanted = own if text is None else own & set(map(ord, text))
    subsetter.populate(unicodes=wanted or {ord(" ")})
    subsetter.subset(font)
    small = io.BytesIO()
    save_font(font, small, options)
    return small.getvalue()


def files(used: Mapping[str, Iterable[str]] | None) -> dict[str, bytes]:
    """Every face that KaTeX's style sheet names, by address, with the characters used.

    All unused faces are one font with nothing but a space. None: all characters.
    """
    style = (vendor.KATEX / "katex.min.css").read_text("utf-8")
    fonts = {}
    for address, face in re.findall(r"url\((fonts/KaTeX_([\w-]+)\.woff2)\)", style):
        text = None if used is None else "".join(sorted(used.get(face, "")))
        fonts[address] = cut(PLAIN if text == "" else face, text)
    return fonts
