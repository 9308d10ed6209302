"""What a first visit of a page takes over the wire, compressed as hosts do it."""

import random

import pytest

from . import web
from .visits import pages_of

TEXT = ["reference/notation.html", "reference/article.html"]  # text and formulas
TEXT_LIMIT, LIMIT = 160_000, 250_000  # bytes
TOGETHER = 9  # pages open at once


@pytest.fixture(scope="module")
def taken(browser, site) -> dict[str, web.Taken]:
    """What each page's first visit takes."""
    pages = pages_of(site)
    found = []
    with web.served(site) as host:
        for start in range(0, len(pages), TOGETHER):
            some = [f"{host}/{page}" for page in pages[start : start + TOGETHER]]
            found += web.first_visits(browser, some)
    return dict(zip(pages, found, strict=True))


def test_a_page_of_text_and_formulas_is_light(taken):
    sizes = {page: taken[page].size for page in TEXT}
    assert {page: size for page, size in sizes.items() if size > TEXT_LIMIT} == {}


def test_every_page_is_light_enough(taken):
    sizes = {page: one.size for page, one in taken.items()}
    assert len(sizes) > 20
    assert {page: size for page, size in sizes.items() if size > LIMIT} == {}


def test_no_page_served_over_http_asks_another_host(taken):
    assert {page: one.foreign for page, one in taken.items() if one.foreign} == {}


def test_no_page_served_over_http_complains(taken):
    found = {page: one.complaints for page, one in taken.items()}
    assert {page: said for page, said in found.items() if said} == {}


def test_a_worker_is_weighed_and_a_request_to_another_host_is_counted(
    browser, tmp_path
):
    page = "<title>x</title><script>new Worker('worker.js')</script>"
    (tmp_path / "page.html").write_text(page)
    (tmp_path / "other.html").write_text(page + "<img src='http://127.0.0.2:9/x.png'>")
    noise = random.Random(0).randbytes(50_000).hex()
    (tmp_path / "worker.js").write_text(f"// {noise}")
    with web.served(tmp_path) as host:
        size, foreign, _ = web.first_visit(browser, f"{host}/page.html")
        _, more_foreign, _ = web.first_visit(browser, f"{host}/other.html")
    assert 50_000 < size < 60_000  # of the two digits for a byte, gzip needs one
    assert (foreign, more_foreign) == (0, 1)
