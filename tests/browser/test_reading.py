"""The way through the book, and what its pages do for their readers."""

from functools import cache

import pytest
import yaml
from bs4 import BeautifulSoup, SoupStrainer
from playwright.sync_api import Page

from ..conftest import ROOT
from .visits import CHINESE

FIGURE = "experiment/train.html"  # a page with a figure that is no widget
NOTE = "experiment/model.html"  # a page with a side note
WITH_FOLDS = "why/momentum.html"  # a page with code and outputs in folds
SIZES = """() => {
  const found = {};
  for (const one of document.querySelectorAll("article :is(pre > code, pre.output)")) {
    const place = one.closest("details") ? "in a fold" : "outside";
    (found[place] ??= []).push(parseFloat(getComputedStyle(one).fontSize));
  }
  return found;
}"""


@pytest.fixture(scope="module")
def parts() -> dict[str, list[str]]:
    """The parts of the book and their pages, as mkdocs.yml has them."""
    return {
        title: [uri for one in pages for uri in one.values()]
        for title, pages in menu().items()
    }


def menu() -> dict[str, list[dict[str, str]]]:
    """The parts in the menu, with the name and the source of each page."""
    settings = (ROOT / "mkdocs.yml").read_text("utf-8")
    nav = yaml.load(settings, yaml.BaseLoader)["nav"]
    found = {title: pages for one in nav for title, pages in one.items()}
    return {title: pages for title, pages in found.items() if isinstance(pages, list)}


def test_names_in_the_menu_are_short(parts):
    names = [name for pages in menu().values() for one in pages for name in one]
    assert len(names) == sum(map(len, parts.values()))
    assert max(len(name.split()) for name in names) <= 5
    assert not [name for name in names if name.endswith("?")]


def address(uri: str) -> str:
    """Where a page of docs/ stands in the site."""
    return uri.rsplit(".", 1)[0] + ".html"


@pytest.fixture(scope="module")
def soup(site):
    """Reads the ways on from a built page, each page once."""
    ways = SoupStrainer(class_=["progress", "md-footer"])

    def read(uri: str) -> BeautifulSoup:
        text = (site / uri).read_text("utf-8")
        return BeautifulSoup(text, "html.parser", parse_only=ways)

    return cache(read)


@pytest.mark.parametrize("edition", ["", CHINESE])
def test_next_leads_through_the_whole_book_and_previous_back(
    edition, parts, soup, site
):
    order = ["index.html", *(address(uri) for part in parts.values() for uri in part)]
    order = [edition + uri for uri in order]
    for way, start, expected in (
        ("next", order[0], order),
        ("prev", order[-1], order[::-1]),
    ):
        walked, here = [], site / start
        while here and len(walked) <= len(order):
            walked.append(here.relative_to(site).as_posix())
            link = soup(walked[-1]).select_one(f".md-footer__link--{way}")
            here = (here.parent / str(link["href"])).resolve() if link else None
        assert walked == expected


def test_every_page_of_a_part_says_where_in_it_one_is(parts, soup, site):
    for title, uris in parts.items():
        names = [name for one in menu()[title] for name in one]
        for number, uri in enumerate(uris):
            bar = soup(address(uri)).select_one("nav.progress")
            assert bar.p.get_text(strip=True) == title
            links = bar.select("a")
            assert [one["aria-label"].split(": ", 1)[1] for one in links] == names
            places = [(site / address(uri)).parent / one["href"] for one in links]
            assert [p.resolve() for p in places] == [
                site / address(one) for one in uris
            ]
            current = [k for k, one in enumerate(links) if one.get("aria-current")]
            assert current == [number]
            assert [k for k, one in enumerate(links) if one.get("class")] == [
                *range(number)
            ]


def opened(browser, site, uri: str, width: int, scripts: bool = True) -> Page:
    """A page of the site in a window of some width."""
    size = {"width": width, "height": 800}
    page = browser.new_context(viewport=size, java_script_enabled=scripts).new_page()
    page.goto((site / uri).as_uri())
    return page


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
@pytest.mark.parametrize("width", [390, 1280])
def test_a_figure_grows_on_a_click_and_shrinks_again(width, scripts, browser, site):
    page = opened(browser, site, FIGURE, width, scripts)
    small, large = page.locator(".stage > svg").first, page.locator(".large").first
    drawn = large.locator("use")
    assert not large.is_visible()
    page.locator(".stage button").first.click()
    assert large.is_visible()
    assert drawn.bounding_box()["width"] > 1.3 * small.bounding_box()["width"]
    large.locator("button").click()
    assert not large.is_visible()
    page.context.close()


def test_a_figure_grows_and_shrinks_from_the_keyboard(browser, site):
    page = opened(browser, site, FIGURE, 1280)
    button = page.locator(".stage button").first
    button.focus()
    page.keyboard.press("Enter")
    assert page.locator(".large").first.is_visible()
    page.keyboard.press("Escape")
    assert not page.locator(".large").first.is_visible()
    assert button.evaluate("one => one === document.activeElement")
    page.context.close()


@pytest.mark.parametrize("edition", ["", CHINESE])
def test_code_and_outputs_have_one_size_in_folds_too(edition, browser, site):
    page = opened(browser, site, edition + WITH_FOLDS, 390)
    sizes = page.evaluate(SIZES)
    assert {*sizes} == {"in a fold", "outside"}
    (size,) = {px for found in sizes.values() for px in found}
    assert size > 12
    page.context.close()


@pytest.mark.parametrize(
    ("width", "beside"), [(390, False), (1280, False), (1440, True), (1920, True)]
)
def test_notes_and_captions_use_the_margin_where_there_is_one(
    width, beside, browser, site
):
    for uri, words, text in (
        (NOTE, "span.margin", "h1"),
        (FIGURE, "figcaption", ".stage"),
    ):
        page = opened(browser, site, uri, width)
        note, column = (page.locator(one).first.bounding_box() for one in (words, text))
        assert (note["x"] > column["x"] + column["width"] - 1) == beside
        assert page.evaluate("document.documentElement.scrollWidth") == width
        page.context.close()
