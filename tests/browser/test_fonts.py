"""The fonts and the copied text of formulas, in the built site and in a browser."""

import re

import pytest
from bs4 import BeautifulSoup, NavigableString, SoupStrainer
from fontTools.ttLib import TTFont

from gdbook.site import katex, katex_fonts, vendor
from gdbook.site.markdown import Waiting

STYLE = f"{katex.FOLDER}/katex.min.css"
PAGE = f"""<!doctype html><html lang="en"><head><title>x</title>
<link rel="stylesheet" href="{STYLE}">
<script src="{katex.FOLDER}/copy-tex.min.js" defer></script></head>
<body><p id="p">The line {{}}, so.</p>
{{}}
<p>The end.</p></body></html>"""
SELECT = """([start, end]) => {
  const first = document.querySelector(start), last = document.querySelector(end);
  const inside = document.createTreeWalker(first, NodeFilter.SHOW_TEXT).nextNode();
  const range = document.createRange();
  range.setStart(inside, 0);
  range.setEnd(last, last.childNodes.length);
  getSelection().removeAllRanges();
  getSelection().addRange(range);
}"""
LISTEN = """document.addEventListener("copy",
  event => { window.copied = event.clipboardData.getData("text/plain") })"""


@pytest.fixture(scope="module")
def served(site):
    """The fonts of the site, by face."""
    folder = site / katex.FOLDER / "fonts"
    return {path.stem: TTFont(path) for path in folder.glob("*.woff2")}


@pytest.fixture(scope="module")
def shown(site):
    """Every character that formulas show, as a parser of HTML finds it."""
    drawn = SoupStrainer(class_="katex-html")
    parts = [
        BeautifulSoup(path.read_text("utf-8"), "html.parser", parse_only=drawn)
        for path in site.rglob("*.html")
    ]
    return {
        ord(sign)
        for part in parts
        for text in part.find_all(string=True)
        if isinstance(text, NavigableString)
        for sign in text
    }


@pytest.fixture
def formulas(browser, tmp_path):
    """An open page with two formulas in a plain folder, and its console messages."""
    waiting = Waiting()
    inline = r'<span class="arithmatex">\(y=x\)</span>'
    display = '<div class="arithmatex">\\[\na &lt; \\frac12\n\\]</div>'
    body = katex.typeset(PAGE.format(inline, display), str, waiting)
    files = katex.assets(katex_fonts.characters(waiting))
    files["page.html"] = waiting.put_back(body).encode()
    for name, content in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    page = browser.new_page()
    messages: list[str] = []
    page.on("console", lambda message: messages.append(message.text))
    page.goto((tmp_path / "page.html").as_uri())
    page.evaluate(LISTEN)
    yield page, messages
    page.close()


def copied(page) -> str:
    """What the clipboard gets of the selection."""
    page.evaluate("window.copied = null")
    page.keyboard.press("Control+c")
    page.wait_for_function("window.copied !== null", timeout=5000)
    return page.evaluate("window.copied")


def test_a_font_has_no_character_that_no_formula_shows(served, shown):
    found = {face: set(font.getBestCmap()) for face, font in served.items()}
    used = {
        face: characters for face, characters in found.items() if characters != {32}
    }
    assert len(used) > 4
    for face, characters in used.items():
        assert characters <= shown, face


def test_every_font_that_the_style_names_is_a_file_and_the_style_is_katex_s(site):
    style = (site / STYLE).read_bytes()
    assert style == (vendor.KATEX / "katex.min.css").read_bytes()
    named = set(re.findall(r"url\((fonts/[^)]*\.woff2)\)", style.decode()))
    folder = site / katex.FOLDER
    assert {f"fonts/{path.name}" for path in folder.glob("fonts/*")} == named


def test_the_fonts_together_have_an_eighth_of_their_size(site):
    # whole, as WOFF2, they have half the size that they have as TrueType
    whole = sum(path.stat().st_size for path in vendor.KATEX.glob("fonts/*.ttf"))
    fonts = [*(site / katex.FOLDER / "fonts").iterdir()]
    assert sum(path.stat().st_size for path in fonts) < whole / 16


def test_only_pages_with_formulas_load_their_style_and_script(site):
    for path in site.rglob("*.html"):
        page = path.read_text("utf-8")
        has_formulas = 'class="katex-html"' in page
        assert ("katex.min.css" in page) == has_formulas, path
        assert ("copy-tex.min.js" in page) == has_formulas, path


def test_a_browser_accepts_every_font_used_or_not(formulas):
    page, messages = formulas
    loaded = page.evaluate(
        "Promise.allSettled([...document.fonts].map(face => face.load()))"
        ".then(() => [...document.fonts].map(face => face.status))"
    )
    assert loaded == ["loaded"] * 20
    assert messages == []


def test_a_copied_formula_is_its_tex_once(formulas):
    page, _ = formulas
    page.keyboard.press("Control+a")
    assert copied(page).split("\n") == [
        "The line $y=x$, so.",
        r"$$a < \frac12$$",
        "The end.",
    ]


def test_a_selection_that_begins_inside_a_formula_takes_all_of_it(formulas):
    page, _ = formulas
    page.evaluate(SELECT, ["#p .katex-html", "#p"])
    assert copied(page) == "$y=x$, so."
    page.evaluate(SELECT, ["#p .katex-html .mrel", "#p .katex-html"])
    assert copied(page) == "$y=x$"
