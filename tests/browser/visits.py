"""Visits of each page in windows of several widths and schemes, and what they tell."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from playwright.sync_api import Browser, CDPSession, Page

from . import web

CHINESE = "zh/"  # where the pages of the Chinese edition are
WIDTHS = [320, 390, 768, 1280]
PHONE, DESK = web.PHONE["width"], web.DESK["width"]
COLOURS, REST = "axe's rules of colours", "its other rules"
# The windows in which a page is opened, and what axe looks at there. Colours do not
# depend on the width, and at a desk all parts of a page are seen. The Chinese pages
# have the style sheets of the English; test_chinese.py sees their lines in each width.
ENGLISH_VISITS: dict[tuple[int, str], set[str]] = {
    (320, "light"): set(),
    (PHONE, "light"): {REST},
    (768, "light"): set(),
    (DESK, "light"): {COLOURS, REST},
    (DESK, "dark"): {COLOURS},
}
CHINESE_VISITS = {(PHONE, "light"): {COLOURS, REST}, (DESK, "dark"): {COLOURS}}
# what axe calls best practice and the theme does otherwise; the guidelines allow it
THEME_LANDMARKS = {
    "landmark-unique": "the theme's nav in a block of code has no name of its own",
}
# How wide the page is, and how far below a cell's code its output stands. Formulas that
# a comma follows: how many have lost it to another line, as they stand; and in a box
# with no place for two things side by side, with the rule that keeps the comma and
# without. There no break depends on a font. And how many have parts that can break, and
# do not in that box.
MEASURE = """(commas) => {
  const box = (one) => one.getBoundingClientRect();
  const lonely = (tight) => {
    const mark = document.createRange();
    mark.selectNode(tight.lastChild);
    const end = box([...tight.querySelectorAll(".katex-base")].at(-1));
    const { left, top, bottom } = box(mark);
    return Math.abs(left - end.right) > 2 || bottom < end.top || top > end.bottom;
  };
  const whole = (tight) => {
    const parts = [...tight.querySelectorAll(".free > .katex-base")];
    return new Set(parts.map((part) => box(part).left)).size > 1;
  };
  const boxed = (tight, look, space = "") => {
    const paragraph = document.createElement("p");
    paragraph.style.width = "1px";
    paragraph.append(tight.cloneNode(true));
    paragraph.firstChild.style.whiteSpace = space;
    tight.closest("article").append(paragraph);
    const found = look(paragraph.firstChild);
    paragraph.remove();
    return found;
  };
  const found = { reach: document.documentElement.scrollWidth };
  found.gaps = [...document.querySelectorAll(".cell + .out > pre.output")]
    .map((output) => [output, output.parentNode.previousElementSibling.children[0]])
    .filter(([_, code]) => code.matches(".highlight"))
    .map(([output, code]) => box(output).top - box(code.querySelector("code")).bottom);
  const tight = [...document.querySelectorAll(".tight")]
    .filter((one) => commas && one.checkVisibility() && one.lastChild.data);
  found.commas = tight.length;
  found.lonely = tight.filter(lonely).length;
  found.kept = tight.filter((one) => !boxed(one, lonely)).length;
  found.lost = tight.filter((one) => boxed(one, lonely, "normal")).length;
  found.long = tight.filter((one) => one.querySelector(".free")).length;
  found.whole = tight.filter((one) => boxed(one, whole)).length;
  return found;
}"""
# Marks the first of each kind of text in formulas: the same characters in the same
# style have the same font. Chinese words in formulas have the font of the text.
MARK = """() => {
  const kinds = new Set();
  const texts = ".katex-html *:not(:has(*), .cjk_fallback)";
  for (const one of document.querySelectorAll(texts)) {
    if (!one.checkVisibility()) continue;
    const { fontFamily, fontStyle, fontWeight } = getComputedStyle(one);
    const kind = [fontFamily, fontStyle, fontWeight, one.textContent].join();
    if (!kinds.has(kind)) one.dataset.kind = kinds.add(kind).size;
  }
}"""


@dataclass(frozen=True)
class Visit:
    """What a page did in a window of some width, in a scheme."""

    page: str  # its address in the site
    width: int  # of the window, in CSS pixels
    scheme: str
    trouble: list[str]  # errors on the console, and requests to other hosts
    measured: dict  # by MEASURE
    rules: set[str]  # of axe, that were tried
    violations: list[dict]  # that these found
    fonts: list[dict]  # with which the browser drew each kind of text in formulas

    def __str__(self) -> str:
        return f"{self.page} at {self.width} px, {self.scheme}"


def pages_of(site: Path) -> list[str]:
    """The address of each page.

    404.html is not among them: each takes its style from a server's root.
    """
    found = sorted(path.relative_to(site).as_posix() for path in site.rglob("*.html"))
    return [page for page in found if not page.endswith("404.html")]


def visits(site: Path) -> list[Visit]:
    """Visit each page of a site in a plain folder, in its windows.

    Two browsers work side by side: most of the time axe works, on one core in each.
    """
    with ThreadPoolExecutor(2) as pool:
        tours = pool.map(partial(tour, site), ENGLISH_VISITS)
        return [visit for found in tours for visit in found]


def tour(site: Path, window: tuple[int, str]) -> list[Visit]:
    """Visit in one window all pages that are to be seen there."""
    with web.chromium() as browser:
        return list(all_pages(browser, site, *window))


def all_pages(browser: Browser, site: Path, width: int, scheme: str) -> Iterator[Visit]:
    """Visit the pages with one browser."""
    page, trouble = opened(browser, width, scheme)
    protocol = page.context.new_cdp_session(page)
    for domain in ("DOM.enable", "CSS.enable"):
        protocol.send(domain)
    for address in pages_of(site):
        windows = visits_of(address)
        if (looked := windows.get((width, scheme))) is None:
            continue
        first = (width, scheme) == next(iter(windows))
        page.goto((site / address).as_uri())
        measured = page.evaluate(MEASURE, width <= PHONE)
        found, rules = look(page, looked)
        fonts = formula_fonts(page, protocol) if first else []
        said = trouble[:]
        trouble.clear()
        yield Visit(address, width, scheme, said, measured, rules, found, fonts)


def look(page: Page, kinds: set[str]) -> tuple[list[dict], set[str]]:
    """What axe finds wrong by kinds of rules, and the rules that it tried."""
    return web.axe(page, COLOURS in kinds, REST in kinds) if kinds else ([], set())


def visits_of(address: str) -> dict[tuple[int, str], set[str]]:
    """The windows in which a page is opened, and what axe looks at there."""
    return CHINESE_VISITS if address.startswith(CHINESE) else ENGLISH_VISITS


def opened(browser: Browser, width: int, scheme: str = "light") -> tuple[Page, list]:
    """A page to visit with, and what goes wrong on it: errors and foreign requests."""
    size = {"width": width, "height": 900}
    page = browser.new_context(viewport=size, color_scheme=scheme).new_page()
    trouble = web.complaints(page)

    def request(asked):
        if not asked.url.startswith(("file:", "data:", "blob:", "about:")):
            trouble.append(f"{page.url}: asked {asked.url}")

    page.on("request", request)
    return page, trouble


def formula_fonts(page: Page, protocol: CDPSession) -> list[dict]:
    """The fonts with which the browser says that it drew the formulas of a page."""
    page.evaluate("document.fonts.ready.then(() => 0)")
    page.evaluate(MARK)
    root = protocol.send("DOM.getDocument")["root"]["nodeId"]
    asked = {"nodeId": root, "selector": "[data-kind]"}
    nodes = protocol.send("DOM.querySelectorAll", asked)["nodeIds"]
    answers = (
        protocol.send("CSS.getPlatformFontsForNode", {"nodeId": node}) for node in nodes
    )
    return [font for answer in answers for font in answer["fonts"]]
