"""One visit of each page in each width and scheme, and all that it tells."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import product
from pathlib import Path

from playwright.sync_api import Browser, CDPSession, Page

from . import web

WIDTHS = [320, 390, 768, 1280]
SCHEMES = ["light", "dark"]
AXE_WIDTHS = [web.PHONE["width"], web.DESK["width"]]
CHINESE = "zh/"  # where the pages of the Chinese edition are
COMMA_WIDTHS = [320, 390]
# what axe calls best practice and the theme does otherwise; the guidelines allow it
THEME_LANDMARKS = {
    "landmark-unique": "the theme's nav in a block of code has no name of its own",
}
# How wide the page is, and how far below a cell's code its output stands. Formulas that
# a comma follows: how many have lost it to another line, as they stand; and in a box as
# wide as the last part of the formula, where there is no place for the comma, with the
# rule that keeps it and without. In the box no break depends on a font.
MEASURE = """(commas) => {
  const box = (one) => one.getBoundingClientRect();
  const lonely = (tight) => {
    const mark = document.createRange();
    mark.selectNode(tight.lastChild);
    const end = box([...tight.querySelectorAll(".katex-base")].at(-1));
    const { left, top, bottom } = box(mark);
    return Math.abs(left - end.right) > 2 || bottom < end.top || top > end.bottom;
  };
  const boxed = (tight, space) => {
    const paragraph = document.createElement("p");
    const last = [...tight.querySelectorAll(".katex-base")].at(-1);
    paragraph.style.width = `${box(last).width}px`;
    paragraph.append(tight.cloneNode(true));
    paragraph.firstChild.style.whiteSpace = space;
    tight.closest("article").append(paragraph);
    const found = lonely(paragraph.firstChild);
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
  found.kept = tight.filter((one) => !boxed(one, "")).length;
  found.lost = tight.filter((one) => boxed(one, "normal")).length;
  return found;
}"""


@dataclass(frozen=True)
class Visit:
    """What a page did in a window of some width, in a scheme."""

    page: str  # its address in the site
    width: int  # of the window, in CSS pixels
    scheme: str
    trouble: list[str]  # errors on the console, and requests to other hosts
    measured: dict  # by MEASURE
    rules: list[str]  # of axe, that were looked at
    violations: list[dict]  # that these found
    fonts: list[dict]  # with which the browser drew each formula

    def __str__(self) -> str:
        return f"{self.page} at {self.width} px, {self.scheme}"


def pages_of(site: Path) -> list[str]:
    """The address of each page.

    404.html is not among them: each takes its style from a server's root.
    """
    found = sorted(path.relative_to(site).as_posix() for path in site.rglob("*.html"))
    return [page for page in found if not page.endswith("404.html")]


def visits(site: Path) -> list[Visit]:
    """Visit each page of a site in a plain folder, in each width and scheme.

    Two browsers work side by side: most of the time axe works, on one core in each.
    """
    widths, schemes = zip(*product(WIDTHS, SCHEMES), strict=True)
    with ThreadPoolExecutor(2) as pool:
        tours = pool.map(partial(tour, site), widths, schemes)
        return [visit for found in tours for visit in found]


def tour(site: Path, width: int, scheme: str) -> list[Visit]:
    """Visit all pages in one window."""
    with web.chromium() as browser:
        return list(all_pages(browser, site, width, scheme))


def all_pages(browser: Browser, site: Path, width: int, scheme: str) -> Iterator[Visit]:
    """Visit all pages with one browser."""
    page, trouble = opened(browser, width, scheme)
    protocol = page.context.new_cdp_session(page)
    for domain in ("DOM.enable", "CSS.enable"):
        protocol.send(domain)
    once = (width, scheme) == (WIDTHS[0], SCHEMES[0])
    for address in pages_of(site):
        if not is_visited(address, width, scheme):
            continue
        page.goto((site / address).as_uri())
        measured = page.evaluate(MEASURE, commas_at(width, scheme))
        rules = rules_for(address, width, scheme)
        violations = web.axe_violations(page, rules) if rules else []
        fonts = formula_fonts(page, protocol) if once else []
        said = trouble[:]
        trouble.clear()
        yield Visit(address, width, scheme, said, measured, rules, violations, fonts)


def is_visited(address: str, width: int, scheme: str) -> bool:
    """Whether a page is visited: in each width in the light; in the dark for colours.

    The Chinese pages have the style sheets of the English: there one width will do.
    """
    dark = AXE_WIDTHS[-1:] if address.startswith(CHINESE) else AXE_WIDTHS
    return width in (WIDTHS if scheme == SCHEMES[0] else dark)


def rules_for(address: str, width: int, scheme: str) -> list[str]:
    """The rules of axe for a visit: what does not depend on colours needs one scheme.

    The Chinese pages differ from the English ones in words. They are looked at on a
    phone, and in the dark at a desk.
    """
    if width not in AXE_WIDTHS:
        return []
    if scheme != SCHEMES[0]:
        return web.COLOUR_RULES
    both = not address.startswith(CHINESE) or width == AXE_WIDTHS[0]
    return web.RULES if both else []


def commas_at(width: int, scheme: str) -> bool:
    """Whether commas are looked at: where lines are short, and in one scheme."""
    return width in COMMA_WIDTHS and scheme == SCHEMES[0]


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
    """The fonts with which the browser says that it drew each formula of a page."""
    page.evaluate("document.fonts.ready.then(() => 0)")
    root = protocol.send("DOM.getDocument")["root"]["nodeId"]
    # fonts of formulas have no Chinese: words in formulas have the font of the text
    asked = {"nodeId": root, "selector": ".katex-html *:not(:has(*), .cjk_fallback)"}
    nodes = protocol.send("DOM.querySelectorAll", asked)["nodeIds"]
    answers = (
        protocol.send("CSS.getPlatformFontsForNode", {"nodeId": node}) for node in nodes
    )
    return [font for answer in answers for font in answer["fonts"]]
