"""Visits of each page in windows of several widths and schemes, and what they tell."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from playwright.sync_api import Browser, Page

from . import web

CHINESE = "zh/"  # where the pages of the Chinese edition are
PHONE, DESK = web.PHONE["width"], web.DESK["width"]
HEIGHT = web.DESK["height"]  # of every window
NARROWER = {PHONE: 320, DESK: 768}  # to what a window becomes before it is closed
WIDTHS = sorted([*NARROWER, *NARROWER.values()])
COLOURS, REST = "axe's rules of colours", "its other rules"
# The windows in which a page is opened, and what axe looks at there. Colours do not
# depend on the width, and at a desk all parts of a page are seen. The first visit comes
# from a host, with nothing in the browser's cache; the others, from a plain folder.
FIRST = (PHONE, "light")
ENGLISH_VISITS: dict[tuple[int, str], set[str]] = {
    FIRST: {REST},
    (DESK, "light"): {COLOURS, REST},
    (DESK, "dark"): {COLOURS},
}
CHINESE_VISITS = {FIRST: {COLOURS, REST}, (DESK, "dark"): {COLOURS}}
TOGETHER = 6  # first visits whose last requests are waited for at once
# what axe calls best practice and the theme does otherwise; the guidelines allow it
THEME_LANDMARKS = {
    "landmark-unique": "the theme's nav in a block of code has no name of its own",
}
# How wide the page is, and how far below a cell's code its output stands. Formulas that
# a comma follows: how many have lost it to another line, as they stand; and in a box
# with no place for two things side by side, with the rule that keeps the comma and
# without. There no break depends on a font. And how many have parts that can break, and
# do not in that box. The right edges of each column that compares with the article, and
# of the frame of its table.
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
  const heads = /^(equal|article|相同|原文)$/;
  found.compares = [...document.querySelectorAll("article th")]
    .filter((head) => heads.test(head.textContent.trim()))
    .map((head) => [head, head.closest("table").parentElement])
    .map((both) => both.map((one) => box(one).right));
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
    width: int  # of the window when it was opened, in CSS pixels
    scheme: str
    measured: dict[int, dict]  # by MEASURE, in each width of the window
    rules: set[str]  # of axe, that were tried
    violations: list[dict]  # that these found
    trouble: list[str] = field(default_factory=list)  # errors, foreign requests
    fonts: list[dict] = field(default_factory=list)  # of each kind of text in formulas
    size: int | None = None  # bytes over the wire, of a first visit

    def __str__(self) -> str:
        return f"{self.page} at {self.width} px, {self.scheme}"


def pages_of(site: Path) -> list[str]:
    """The address of each page.

    404.html is not among them: each takes its style from a server's root.
    """
    found = sorted(path.relative_to(site).as_posix() for path in site.rglob("*.html"))
    return [page for page in found if not page.endswith("404.html")]


def visits(site: Path) -> list[Visit]:
    """Visit each page of a site in its windows.

    Two browsers work side by side: most of the time axe works, on one core in each.
    """
    with ThreadPoolExecutor(2) as pool:
        tours = pool.map(partial(tour, site), ENGLISH_VISITS)
        return [visit for found in tours for visit in found]


def tour(site: Path, window: tuple[int, str]) -> list[Visit]:
    """Visit in one window all pages that are to be seen there."""
    pages = [page for page in pages_of(site) if window in visits_of(page)]
    with web.chromium() as browser:
        all_pages = first_visits if window == FIRST else later_visits
        return list(all_pages(browser, site, pages, *window))


def first_visits(
    browser: Browser, site: Path, pages: list[str], width: int, scheme: str
) -> Iterator[Visit]:
    """Visit the pages at a host, each in a context of its own."""
    with web.served(site) as host:
        for start in range(0, len(pages), TOGETHER):
            some = pages[start : start + TOGETHER]
            firsts = [web.FirstVisit(browser, f"{host}/{page}") for page in some]
            seen = [
                replace(look(one.page, address, width, scheme), fonts=fonts(one.page))
                for one, address in zip(firsts, some, strict=True)
            ]
            web.settle(firsts)
            for visit, one in zip(seen, firsts, strict=True):
                taken = one.end()
                asked = [f"asked another host, {taken.foreign} times"]
                trouble = taken.complaints + asked * bool(taken.foreign)
                yield replace(visit, trouble=trouble, size=taken.size)


def later_visits(
    browser: Browser, site: Path, pages: list[str], width: int, scheme: str
) -> Iterator[Visit]:
    """Visit the pages in a plain folder, one after the other in one window."""
    page, trouble = opened(browser, width, scheme)
    for address in pages:
        page.set_viewport_size({"width": width, "height": HEIGHT})
        page.goto((site / address).as_uri())
        yield replace(look(page, address, width, scheme), trouble=trouble[:])
        trouble.clear()


def look(page: Page, address: str, width: int, scheme: str) -> Visit:
    """Look at an open page, and measure it once more in a narrower window."""
    kinds = visits_of(address)[width, scheme]
    found, rules = web.axe(page, COLOURS in kinds, REST in kinds)
    measured = {}
    for now in (width, NARROWER[width]):
        page.set_viewport_size({"width": now, "height": HEIGHT})
        measured[now] = page.evaluate(MEASURE, now <= PHONE)
    return Visit(address, width, scheme, measured, rules, found)


def visits_of(address: str) -> dict[tuple[int, str], set[str]]:
    """The windows in which a page is opened, and what axe looks at there."""
    return CHINESE_VISITS if address.startswith(CHINESE) else ENGLISH_VISITS


def opened(browser: Browser, width: int, scheme: str = "light") -> tuple[Page, list]:
    """A page to visit with, and what goes wrong on it: errors and foreign requests."""
    size = {"width": width, "height": HEIGHT}
    page = browser.new_context(viewport=size, color_scheme=scheme).new_page()
    trouble = web.complaints(page)

    def request(asked):
        if not asked.url.startswith(("file:", "data:", "blob:", "about:")):
            trouble.append(f"{page.url}: asked {asked.url}")

    page.on("request", request)
    return page, trouble


def fonts(page: Page) -> list[dict]:
    """The fonts with which the browser says that it drew the formulas of a page."""
    protocol = page.context.new_cdp_session(page)
    for domain in ("DOM.enable", "CSS.enable"):
        protocol.send(domain)
    page.evaluate("document.fonts.ready.then(() => 0)")
    page.evaluate(MARK)
    root = protocol.send("DOM.getDocument")["root"]["nodeId"]
    asked = {"nodeId": root, "selector": "[data-kind]"}
    nodes = protocol.send("DOM.querySelectorAll", asked)["nodeIds"]
    answers = (
        protocol.send("CSS.getPlatformFontsForNode", {"nodeId": node}) for node in nodes
    )
    return [font for answer in answers for font in answer["fonts"]]
