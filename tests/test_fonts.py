"""The fonts of formulas have the characters that formulas need, and no others."""

import base64
import io
import re

import pytest
from bs4 import BeautifulSoup, NavigableString
from fontTools.ttLib import TTFont

from gdbook.site import katex_fonts

from .conftest import ROOT

KATEX = ROOT / "docs" / "assets" / "katex"
FACE = re.compile(
    r"@font-face\{[^}]*font-family:KaTeX_(\w+);font-style:(\w+);font-weight:(\d+);"
    r"src:url\(data:font/woff2;base64,([^)]*)\)"
)


@pytest.fixture(scope="module")
def served(site):
    """The fonts in the style sheet of the site, by family, style and weight."""
    faces = FACE.findall((site / katex_fonts.STYLE).read_text("utf-8"))
    return {
        tuple(key): TTFont(io.BytesIO(base64.b64decode(data))) for *key, data in faces
    }


@pytest.fixture(scope="module")
def shown(site):
    """Every character that formulas show, as a parser of HTML finds it."""
    pages = [
        BeautifulSoup(p.read_text("utf-8"), "html.parser") for p in site.rglob("*.html")
    ]
    parts = (part for page in pages for part in page.select(".katex-html"))
    return {
        ord(sign)
        for part in parts
        for text in part.find_all(string=True)
        if isinstance(text, NavigableString)
        for sign in text
    }


def test_a_font_has_no_character_that_no_formula_shows(served, shown):
    assert len(served) > 4
    for face, font in served.items():
        assert set(font.getBestCmap()) <= shown, face


def test_the_fonts_together_have_a_tenth_of_their_size(site):
    whole = sum(path.stat().st_size for path in KATEX.glob("fonts/*.woff2"))
    assert (site / katex_fonts.STYLE).stat().st_size < (
        KATEX / "katex.min.css"
    ).stat().st_size + whole / 10


def test_no_character_of_a_formula_falls_back_to_another_font(browser, site):
    """The browser itself says which fonts it drew each formula with."""
    page = browser.new_page()
    tell = page.context.new_cdp_session(page)
    tell.send("DOM.enable")
    tell.send("CSS.enable")
    strange, seen = [], 0
    for path in sorted(site.rglob("*.html")):
        if 'class="katex-html"' not in path.read_text("utf-8"):
            continue
        page.goto(path.as_uri())
        page.evaluate("document.fonts.ready.then(() => 0)")
        root = tell.send("DOM.getDocument")["root"]["nodeId"]
        asked = {"nodeId": root, "selector": ".katex-html"}
        for node in tell.send("DOM.querySelectorAll", asked)["nodeIds"]:
            found = tell.send("CSS.getPlatformFontsForNode", {"nodeId": node})["fonts"]
            seen += 1
            strange += [(path.name, one) for one in found if not one["isCustomFont"]]
    page.close()
    assert seen > 100
    assert strange == []


def test_the_fonts_are_those_of_the_classes_that_formulas_have():
    formula = (
        '<span class="katex"><span class="katex-mathml"><math><mi>z</mi></math></span>'
        '<span class="katex-html"><span class="mord mathnormal">x</span>&lt;'
        '<span class="delimsizing size3">(</span><span class="sizing size3">2</span>'
        '<span class="mord mathbf">w</span>'
        '<span class="mop op-symbol large-op">∑</span></span></span>'
    )
    assert katex_fonts.characters([formula, "<pre>code</pre>"]) == {
        "Math-Italic": "x",
        "Main-Regular": "2<",
        "Size3-Regular": "(",
        "Main-Bold": "w",
        "Size2-Regular": "∑",
    }


def test_only_pages_with_formulas_load_their_style(site):
    for path in site.rglob("*.html"):
        page = path.read_text("utf-8")
        assert ("katex.min.css" in page) == ('class="katex-html"' in page)
