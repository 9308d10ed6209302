"""What readers get: bytes, Lighthouse's scores, and faults that tools find."""

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser

from bench import books
from bench.commands import build
from bench.table import Row, table
from tests.browser import web
from tests.browser.visits import CHINESE, THEME_LANDMARKS, pages_of
from tests.conftest import ROOT

WIDGET = "zero/clean"
# one page of each kind; the heaviest is found by weighing all
KINDS = {
    "home": "index.html",
    "text": "reference/notation.html",
    "code": "experiment/data.html",
    "a widget": f"{WIDGET}.html",
    "a proof": "why/steepest.html",
    "the ledger": "reference/ledger.html",
    "in Chinese": f"zh/{WIDGET}.html",
}
COLUMNS = {
    "page": "target",
    "Lighthouse": "at least 97 / 100 / 100 / 100",
    "kB over the wire": "text: at most 160, any: at most 250",
    "layout shift": "0",
    "blocking time": "under 150 ms",
    "axe violations": "0",
    "HTML errors": "0",
    "requests to other hosts": "0",
}


@dataclass(frozen=True)
class Found:
    """What was found on a page: bytes of a first visit, and three counts of faults."""

    page: str
    size: int  # bytes over the wire
    violations: int
    errors: int
    foreign: int  # requests to other hosts


def measure() -> dict[str, str]:
    """Measure pages; return their table. Raises ToolsMissingError without a tool."""
    with TemporaryDirectory() as name, web.chromium() as browser:
        site = Path(name, "site")
        build(ROOT, "--site-dir", str(site))
        only = f"{WIDGET}.ipynb"
        stock = books.stock_of_notebooks(Path(name, "stock"), site, only)
        build(stock)
        rows = [*our_rows(site, browser), stock_row(stock / "site", browser)]
    return {"pages": table([*COLUMNS], [[*COLUMNS.values()], *rows])}


def our_rows(site: Path, browser: Browser) -> list[Row]:
    """All pages together, a page of each kind, and the heaviest."""
    english = (page for page in pages_of(site) if not page.startswith(CHINESE))
    addresses = [*english, KINDS["in Chinese"]]  # the tests look at all pages
    with web.served(site) as host:
        found = {page: look(site, host, page, browser) for page in addresses}
        heaviest = max(found.values(), key=lambda one: one.size).page
        kinds = KINDS | {"the heaviest": heaviest}
        rows = [
            row(f"{kind}: {page.removesuffix('.html')}", found[page], host)
            for kind, page in kinds.items()
        ]
    return [*rows, sum_row([*found.values()])]


def stock_row(site: Path, browser: Browser) -> Row:
    """The page of a stock book with the content of one of ours."""
    with web.served(site) as host:
        found = look(site, host, f"{WIDGET}/index.html", browser)
        return row(f"stock mkdocs-jupyter: {WIDGET}", found, host)


def look(site: Path, host: str, page: str, browser: Browser) -> Found:
    """Visit a page for the first time, and look for its faults."""
    url = f"{host}/{page}"
    size, foreign, _ = web.first_visit(browser, url)
    errors = len(web.html_errors([site / page]))
    return Found(page, size, violations(url, browser), errors, foreign)


def violations(url: str, browser: Browser) -> int:
    """How many of axe's rules a page breaks, on a phone or a desk, in light or dark.

    What the theme does otherwise than axe calls best practice is not counted.
    """
    broken: set[str] = set()
    for size in (web.PHONE, web.DESK):
        for scheme in ("light", "dark"):
            page = browser.new_page(viewport=size, color_scheme=scheme)
            page.goto(url)
            broken |= {found["id"] for found in web.axe_violations(page)}
            page.close()
    return len(broken - {*THEME_LANDMARKS})


def row(name: str, found: Found, host: str) -> Row:
    """One page's row, with the best of three runs of Lighthouse: noise takes away."""
    verdicts = [web.lighthouse(f"{host}/{found.page}") for _ in range(3)]
    best = max(verdicts, key=lambda verdict: (verdict.performance, -verdict.blocking))
    scores = best.performance, best.accessibility, best.best_practices, best.seo
    return [
        name,
        " / ".join(map(str, scores)),
        f"{found.size / 1000:.0f}",
        f"{best.shift:.3f}".removesuffix(".000"),
        f"{best.blocking:.0f} ms",
        *map(str, (found.violations, found.errors, found.foreign)),
    ]


def sum_row(found: list[Found]) -> Row:
    """All pages together: the bytes of the heaviest, and the sums of the counts."""
    counts = [(one.violations, one.errors, one.foreign) for one in found]
    sums = [str(sum(column)) for column in zip(*counts, strict=True)]
    largest = max(one.size for one in found) / 1000
    return [f"all {len(found)} pages", "", f"at most {largest:.0f}", "", "", *sums]
