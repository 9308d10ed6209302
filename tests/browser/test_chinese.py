"""The Chinese edition beside the English one: the ways between them, and its words.

Each Chinese page is opened once, in a window that becomes narrower.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest
from playwright.sync_api import Browser, Page

from gdbook.site import widgets

from . import web
from .visits import CHINESE, WIDTHS, opened, pages_of

NOT_FOUND = "404.html"
HAN = re.compile("[\u3400-\u9fff]")
SWITCH = re.compile(r'<a class="[^"]*\bedition\b[^"]*" href="([^"]*)".*?</a>', re.S)
HEADING = re.compile(r'<h[1-6] id="([^"]*)"')
PLACE = "experiment/sgd.html"  # a page with headings far below its beginning
WITH_HAN = {"reference/notation.html", "reference/article.html"}  # terms, and titles
WORD = re.compile("[A-Za-z]{2,}")  # a single letter is a symbol
FUNCTIONS = {"exp", "sin"}  # in formulas
LINE = 38  # em
# What a reader of Chinese types, and the pages that are about it.
WANTED = {
    "学习率": {"experiment/sgd", "digits/step-size", "digits/settle"},
    "梯度下降": {"index", "why/minus"},
    "最小二乘": {"digits/settle", "digits/attractor", "zero/wrong-label"},
    "泰勒": {"why/taylor"},
    "为什么损失不为零": {"zero/answer"},
    "动量": {"why/momentum"},
    "小批量": {"experiment/sgd"},
}


# --- From one edition to the other ----------------------------------------------------


def pages_in(site: Path, edition: str) -> list[str]:
    """The address of each page in an edition, whose folder is given."""
    return [one for one in pages_of(site / edition) if not one.startswith(CHINESE)]


def read(site: Path, page: str) -> str:
    """The HTML of a page."""
    return (site / page).read_text("utf-8")


def switches(site: Path, page: str) -> list[str]:
    """Where the header's links to the other edition lead, from the site's root on."""
    found = SWITCH.findall(read(site, page))
    return [urljoin(f"https://example.org/{page}", link)[20:] for link in found]


def test_every_page_leads_to_the_same_page_of_the_other_edition(site):
    pages = pages_in(site, "")
    assert pages_in(site, CHINESE) == pages
    pairs = {page: CHINESE + page for page in pages} | {NOT_FOUND: CHINESE}
    pairs |= {CHINESE + page: page for page in pages} | {CHINESE + NOT_FOUND: ""}
    found = {page: switches(site, page) for page in pairs}
    assert {
        page: links for page, links in found.items() if links != [pairs[page]]
    } == {}


def test_both_editions_have_the_same_anchors(site):
    differing = {}
    for page in pages_in(site, ""):
        english, chinese = (
            HEADING.findall(read(site, folder + page)) for folder in ("", CHINESE)
        )
        assert english
        if chinese != english:
            differing[page] = sorted({*chinese} ^ {*english}) or chinese
    assert differing == {}


@pytest.mark.parametrize(("here", "there"), [("", CHINESE), (CHINESE, "")])
def test_the_switch_keeps_the_page_and_the_place_on_it(
    here, there, base, browser, site
):
    page, trouble = opened(browser, web.PHONE["width"])
    for place in ("", "#" + HEADING.findall(read(site, PLACE))[-2]):
        page.goto(f"{base}/{here}{PLACE}{place}")
        with page.expect_navigation():
            page.locator(".edition").click()
        assert page.url == f"{base}/{there}{PLACE}{place}"
        heading = page.locator(place or "h1")
        assert bool(HAN.search(heading.inner_text())) == (there == CHINESE)
        assert not place or heading.evaluate("one => one.matches(':target')")
    page.context.close()
    assert [one for one in trouble if f"asked {base}/" not in one] == []


# --- The search -----------------------------------------------------------------------


def searches(page: Page, base: str, words: list[str]) -> Iterator[list[str]]:
    """The pages, from the site's root on, that a search for each of the words finds."""
    field, links = (page.locator(f".md-search{one}") for one in
                    ("__input", "-result__link"))  # fmt: skip
    field.click()
    for word in words:
        field.fill(word)
        field.press("End")  # an input method, too, ends with a key: only keys ask
        links.first.wait_for(timeout=20_000)
        found = links.evaluate_all("all => all.map(({ href }) => href)")
        yield [re.split("[?#]", link)[0].removeprefix(f"{base}/") for link in found]
        field.fill("")
        field.press("End")
        links.first.wait_for(state="detached")


def test_a_search_in_chinese_finds_the_right_page_first_and_no_english_one(
    base, browser
):
    page, trouble = opened(browser, web.DESK["width"])
    page.goto(f"{base}/{CHINESE}index.html")
    found = dict(zip(WANTED, searches(page, base, [*WANTED]), strict=True))
    page.context.close()
    every = {link for links in found.values() for link in links}
    assert {link for link in every if not link.startswith(CHINESE)} == set()
    first = {word: links[0] for word, links in found.items()}
    right = {
        word: {f"{CHINESE}{one}.html" for one in all_} for word, all_ in WANTED.items()
    }
    assert {word: one for word, one in first.items() if one not in right[word]} == {}
    assert [one for one in trouble if f"asked {base}/" not in one] == []


def test_a_search_in_english_finds_no_chinese_page(base, browser):
    page, _ = opened(browser, web.DESK["width"])
    page.goto(f"{base}/index.html")
    (found,) = searches(page, base, ["gradient"])
    page.context.close()
    assert [link for link in found if link.startswith((CHINESE, "http", "file"))] == []


# --- What a visit of each page finds --------------------------------------------------

# Texts in italics that have Han; and all texts that should be Chinese. Left out is what
# stays in the language of the code and of its comments, and what cites a work.
TEXTS = """() => {
  const found = { italic: [], texts: [] };
  const code = "script, style, code, pre, .output, .signature, .docstring, .used";
  const other = `${code}, .katex, [lang=en], li:has(> a[href^="#gdbook."])`;
  const cites = (link, item) =>
    location.pathname.endsWith("/reference/article.html")
    && (link?.href.startsWith("https:") || /^[A-Z]\\. /.test(item?.textContent.trim()));
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const { data, parentElement: around } = walk.currentNode;
    if (/\\p{sc=Han}/u.test(data) && getComputedStyle(around).fontStyle !== "normal")
      found.italic.push(data);
    const [link, item] = ["a", "li"].map((name) => around.closest(name));
    if (!around.closest(other) && !cites(link, item)) found.texts.push(data);
  }
  for (const fold of document.querySelectorAll("article details")) fold.open = true;
  document.body.getBoundingClientRect();  // only what is laid out asks for its fonts
  return document.fonts.ready.then(() => found);
}"""
# How wide the page is; how many marks must not begin or end a line, and what stands
# around those that do; the longest line of text, in em, with its text; and cells of
# tables that have room for two characters or fewer, though they hold more than four. A
# formula is one sign, "$", however many lines it takes.
LINES = """() => {
  const [closing, opening] = ["，。、；：？！）》”", "（《“"];
  const signs = new Map();  // of each block, in order
  const add = (block, sign) => {
    if (!signs.has(block)) signs.set(block, []);
    signs.get(block).push(sign);
  };
  const collect = (node, block) => {
    if (node.nodeType === Node.TEXT_NODE) {
      let start = 0;
      for (const text of node.data) {
        if (text.trim()) add(block, { node, text, start });
        start += text.length;
      }
    } else if (node.matches?.(".katex")) {
      add(block, { node, text: "$" });
    } else if (node.matches && !node.matches("script, style, svg, pre, .headerlink")) {
      const inline = getComputedStyle(node).display.startsWith("inline");
      for (const child of node.childNodes) collect(child, inline ? block : node);
    }
  };
  const range = document.createRange();
  const box = (one) => one.getClientRects()[0];
  const boxes = ({ node, text, start }) => {
    if (start === undefined)
      return [...node.querySelectorAll(".katex-base")].map((one) => box(one));
    range.setStart(node, start);
    range.setEnd(node, start + text.length);
    return [...range.getClientRects()];
  };
  const apart = (one, two) => {
    if (!one || !two) return true;
    const [a, b] = [boxes(one).at(-1), boxes(two)[0]];
    return a && b && !(a.left < b.left && a.bottom > b.top && b.bottom > a.top);
  };

  const article = document.querySelector("article");
  const reach = document.documentElement.scrollWidth;
  const found = { reach, marks: 0, apart: [], longest: [0, ""] };
  const room = (cell) => {
    const { paddingLeft, paddingRight, fontSize } = getComputedStyle(cell);
    const padding = parseFloat(paddingLeft) + parseFloat(paddingRight);
    return (cell.clientWidth - padding) / parseFloat(fontSize);
  };
  const long = /(\\p{sc=Han}.*?){5}/su;
  found.narrow = [...article.querySelectorAll("th, td")]
    .filter((cell) => long.test(cell.textContent) && room(cell) < 2.5)
    .map((cell) => cell.textContent);
  collect(article, article);
  for (const [block, all] of signs) {
    if (!block.closest("p, li, figcaption, dd, td")) continue;
    for (let at = 0; at <= all.length; at += 1) {
      const [one, two] = [all[at - 1], all[at]];
      if (!opening.includes(one?.text ?? "$") && !closing.includes(two?.text ?? "$"))
        continue;
      found.marks += 1;
      const around = all.slice(Math.max(0, at - 8), at + 8);
      if (apart(one, two)) found.apart.push(around.map(({ text }) => text).join(""));
    }
    if (block.closest("td, figcaption")) continue;
    const em = parseFloat(getComputedStyle(block).fontSize);
    const { left } = block.getBoundingClientRect();
    const texts = all.filter(({ start }) => start !== undefined);
    for (const text of new Set(texts.map(({ node }) => node))) {
      range.selectNodeContents(text);
      for (const { right } of range.getClientRects()) {
        const length = (right - left) / em;
        if (length > found.longest[0]) found.longest = [length, text.data];
      }
    }
  }
  return found;
}"""
# All that a figure shows and says while its controls are used.
USE = """(figure) => {
  const seen = new Set();
  const look = () => {
    const walk = document.createTreeWalker(figure, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) seen.add(walk.currentNode.data);
    for (const name of ["aria-label", "title", "placeholder"])
      for (const one of figure.querySelectorAll(`[${name}]`))
        seen.add(one.getAttribute(name));
  };
  const press = (name) => {
    figure.querySelector(`button[name=${name}]`)?.click();
    look();
  };
  const put = (name, value) => {
    const control = figure.querySelector(`[name=${name}]`);
    control.value = value;
    control.dispatchEvent(new Event("input", { bubbles: true }));
    look();
    press("on");  // a step
  };
  look();
  for (const { name, options } of figure.querySelectorAll("select")) {
    for (const { value } of options) put(name, value);
    press("reset");
  }
  for (const { name, min, max } of figure.querySelectorAll("input")) {
    for (const end of [min, max]) put(name, end);
    press("reset");
  }
  for (const { name } of figure.querySelectorAll("button")) press(name);
  for (const twice of [1, 2]) press("play");
  return [...seen];
}"""


@dataclass(frozen=True)
class Visit:
    """What was found on a page."""

    page: str
    italic: list[str]  # texts with Han
    texts: list[str]  # that should be Chinese
    lines: dict[int, dict]  # by LINES, for each width of the window
    figures: list[list[str]]  # what each interactive figure showed


def used_figures(page: Page) -> list[list[str]]:
    """Come to each interactive figure on a page and use it: all texts that it shows."""
    found = []
    for figure in page.locator(",".join(widgets.ELEMENTS)).all():
        figure.scroll_into_view_if_needed()
        figure.locator(".gd-says:not(:empty)").wait_for()
        found.append(figure.evaluate(USE))
    return found


def visit(page: Page, site: Path, address: str) -> Visit:
    """Open a page, make the window narrower, and use its figures."""
    page.goto((site / address).as_uri())
    texts = page.evaluate(TEXTS)
    lines = {}
    for width in sorted(WIDTHS, reverse=True):
        page.set_viewport_size({"width": width, "height": 900})
        lines[width] = page.evaluate(LINES)
    page.set_viewport_size(web.DESK)
    figures = used_figures(page)
    return Visit(address, texts["italic"], texts["texts"], lines, figures)


@pytest.fixture(scope="module")
def visited(browser: Browser, site: Path) -> list[Visit]:
    """A visit of each Chinese page."""
    page, trouble = opened(browser, web.DESK["width"])
    found = [visit(page, site, CHINESE + one) for one in pages_in(site, CHINESE)]
    page.context.close()
    assert trouble == []
    return found


def english(texts: list[str]) -> set[str]:
    """The English words in texts."""
    return {word for text in texts for word in WORD.findall(text)} - FUNCTIONS


def test_an_interactive_figure_shows_no_english_word(visited):
    shown = [(one.page, texts) for one in visited for texts in one.figures]
    assert len(shown) > 9
    found = [(page, english(texts)) for page, texts in shown if english(texts)]
    assert found == []


def test_the_use_of_a_figure_does_bring_its_words_to_light(browser, site):
    page, _ = opened(browser, web.DESK["width"])
    page.goto((site / "zero" / "bias.html").as_uri())
    (shown,) = used_figures(page)
    page.context.close()
    assert {"Play", "Pause", "Seed", "clean", "lift", "Diverges"} <= english(shown)
    assert "mean loss, |w − 1|" in shown  # in a chart


def measured(visited: list[Visit], name: str) -> dict[tuple[str, int], Any]:
    """What LINES found under a name, by page and width."""
    return {
        (one.page, width): lines[name]
        for one in visited
        for width, lines in one.lines.items()
    }


def test_no_line_of_chinese_begins_or_ends_with_the_wrong_mark(visited):
    apart = measured(visited, "apart")
    assert {place: marks for place, marks in apart.items() if marks} == {}
    assert all(one.lines[320]["marks"] for one in visited)


def test_no_cell_of_a_table_is_one_or_two_characters_wide(visited):
    narrow = measured(visited, "narrow")
    assert {place: cells for place, cells in narrow.items() if cells} == {}


def test_no_chinese_term_of_the_english_table_is_one_or_two_characters_wide(
    browser, site
):
    page, _ = opened(browser, min(WIDTHS))
    page.goto((site / "reference" / "notation.html").as_uri())
    assert page.locator("td > [lang=zh]").count() > 50
    assert page.evaluate(LINES)["narrow"] == []
    page.context.close()


def test_no_chinese_page_scrolls_sideways(visited, site):
    reach = measured(visited, "reach")
    chinese = [page for page in pages_of(site) if page.startswith(CHINESE)]
    assert {*reach} == {*product(chinese, WIDTHS)}
    assert {place: px for place, px in reach.items() if px > place[1]} == {}


def test_a_line_of_chinese_is_not_too_long_to_read(visited):
    longest = {one.page: one.lines[web.DESK["width"]]["longest"] for one in visited}
    assert {page: line for page, line in longest.items() if line[0] > LINE} == {}


def test_han_is_never_in_italics(visited):
    assert {one.page: one.italic for one in visited if one.italic} == {}


def test_no_english_sentence_is_left_on_a_chinese_page(visited):
    word = "[A-Za-z][A-Za-z'’-]*"
    sentence = re.compile(rf"{word}(?:[\s,;:.]+{word}){{3,}}")
    found = {
        one.page: [text for text in one.texts if sentence.search(text)]
        for one in visited
    }
    assert {page: texts for page, texts in found.items() if texts} == {}
    assert all(HAN.search("".join(one.texts)) for one in visited)


def test_no_chinese_is_on_an_english_page(site):
    pages = {page: read(site, page) for page in pages_in(site, "")}
    other = {page: SWITCH.sub("", text) for page, text in pages.items()}
    assert {page for page, text in other.items() if HAN.search(text)} == WITH_HAN
    assert all(HAN.search(text) for text in pages.values())


def test_every_page_says_its_language(site):
    for page in (*pages_of(site), NOT_FOUND, CHINESE + NOT_FOUND):
        language = "zh" if page.startswith(CHINESE) else "en"
        assert f'<html lang="{language}"' in read(site, page), page
