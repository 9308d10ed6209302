"""The fonts of formulas have the characters that formulas need, and no others."""

import base64
import io
import re

import pytest
from bs4 import BeautifulSoup
from fontTools.ttLib import TTFont

from gdbook.site import fonts

from .conftest import ROOT

WHOLE = ROOT / "docs" / "assets" / "katex" / "fonts"


@pytest.fixture(scope="module")
def needed(site):
    """Every character that a formula shows, as a parser of HTML finds it."""
    pages = [BeautifulSoup(p.read_text("utf-8"), "html.parser")
             for p in site.rglob("*.html")]  # fmt: skip
    shown = [part.get_text() for page in pages for part in page.select(".katex-html")]
    return {ord(sign) for text in shown for sign in text}


def served(site, name):
    """A font as the site serves it: a file, or inside the style sheet."""
    path = site / "assets" / "katex" / "fonts" / f"{name}.woff2"
    if path.exists():
        return TTFont(path)
    family, weight, style = FACES[name]
    sheet = (site / fonts.STYLE).read_text("utf-8")
    face = rf"font-family:{family};font-style:{style};font-weight:{weight};"
    (data,) = re.findall(rf"{face}src:url\(data:font/woff2;base64,([^)]*)\)", sheet)
    return TTFont(io.BytesIO(base64.b64decode(data)))


FACES = {
    "KaTeX_Main-Regular": ("KaTeX_Main", 400, "normal"),
    "KaTeX_Math-Italic": ("KaTeX_Math", 400, "italic"),
}


@pytest.mark.parametrize("name", sorted(path.stem for path in WHOLE.glob("*.woff2")))
def test_a_font_has_what_formulas_need_of_it_and_nothing_else(name, site, needed):
    whole = set(TTFont(WHOLE / f"{name}.woff2").getBestCmap())
    assert set(served(site, name).getBestCmap()) == whole & needed


def test_every_character_of_a_formula_is_in_some_font(site, needed):
    known = {
        sign for path in WHOLE.glob("*.woff2") for sign in TTFont(path).getBestCmap()
    }
    blank = {0x200B, 0xA0, 0x20, 0x0A}  # struts and spaces are not drawn
    assert needed - known - blank == set()


def test_only_pages_with_formulas_load_their_style(site):
    for path in site.rglob("*.html"):
        page = path.read_text("utf-8")
        assert ("katex.min.css" in page) == ('class="katex-html"' in page)
