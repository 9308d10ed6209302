"""The built site at the root of a host and below an address of it."""

import posixpath
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

import pytest

from ..site.conftest import Book
from . import web
from .visits import opened, pages_of

LINK = re.compile(r'\b(?:href|src)="([^"]*)"')
STYLED = """() => getComputedStyle(document.querySelector(".md-header")).position
  + [...document.images].every((one) => one.naturalWidth)"""


def lost(folder: Path, page: str, text: str) -> set[str]:
    """The addresses on a page, as served from a folder, at which there is nothing."""
    links = {urljoin(f"/{page}", link) for link in LINK.findall(text)}
    own = {unquote(urldefrag(one)[0]) for one in links if not urlsplit(one).scheme}
    files = {one: folder / one.lstrip("/") for one in own}
    return {one for one, file in files.items() if not file.is_file()}


@pytest.fixture(scope="module", params=["", "book/"], ids=["root", "below"])
def host(request, site, tmp_path_factory) -> Iterator[tuple[str, Path, str]]:
    """A host that serves the site: its address, its folder, and where the site is."""
    folder = tmp_path_factory.mktemp("host")
    where = folder / "book" if request.param else folder
    where.symlink_to(site) if request.param else None
    folder = folder if request.param else site
    with web.served(folder) as address:
        yield address, folder, request.param


def test_every_link_leads_to_a_file(host, site):
    _, folder, below = host
    for page in pages_of(site):
        text = (site / page).read_text("utf-8")
        assert lost(folder, posixpath.join(below, page), text) == set(), page
    assert lost(folder, "x.html", '<a href="gone.html">') == {"/gone.html"}


def test_search_and_downloads_work(host, browser):
    address, _, below = host
    page, trouble = opened(browser, 1280)
    page.goto(f"{address}/{below}zero/clean.html")
    page.locator(".md-search__input").click()
    page.keyboard.type("attractor")
    found = page.locator(".md-search-result__link").first
    found.wait_for(timeout=20_000)
    assert found.get_attribute("href").startswith(f"{address}/{below}")
    page.keyboard.press("Escape")
    with page.expect_download() as download:
        page.locator(".downloads a[download]").first.click()
    assert download.value.suggested_filename == "clean.ipynb"
    page.context.close()
    assert [one for one in trouble if f"asked {address}/" not in one] == []


@pytest.mark.parametrize("below", ["", "book/"])
def test_an_address_that_does_not_exist_gets_a_page_with_style(
    below, browser, tmp_path
):
    book = Book(tmp_path)
    done = book.mkdocs("build", SITE_URL=f"https://example.org/{below}")
    assert done.returncode == 0, done.stdout
    host = tmp_path / "host"
    (host / below).mkdir(parents=True)
    book.site.rename(host / below)
    if below:
        shutil.copy(host / below / "404.html", host)
    with web.served(host) as address:
        page, trouble = opened(browser, 1280)
        answer = page.goto(f"{address}/{below}no/such/page")
        assert answer.status == 404
        assert page.evaluate(STYLED) == "stickytrue"
        page.locator("article a").first.click()
        page.wait_for_url(f"{address}/{below}index.html")
        page.context.close()
    complaints = [one for one in trouble if f"asked {address}/" not in one]
    assert [one for one in complaints if "404 (Not Found)" not in one] == []
