"""The built site in Firefox: no page complains; figures, search and copying work."""

from collections.abc import Iterator

import pytest

from ..conftest import missing
from .firefox import FIREFOX, ITS_OWN, Firefox, firefox
from .test_policy import pages_with_figures
from .visits import pages_of

# In a plain folder the index of the search comes with the page; who leaves before it
# has come gets an error.
READY = """document.fonts.ready.then(() => new Promise((done) => {
  const ready = () => location.protocol !== "file:" || window.__index;
  const look = () => (ready() ? done(0) : setTimeout(look, 20));
  look();
}))"""


@pytest.fixture(scope="module")
def window() -> Iterator[Firefox]:
    """A window of Firefox."""
    if not FIREFOX:
        missing("firefox-esr")
    with firefox() as running:
        yield running


def test_no_page_complains(base, window, site):
    for uri in pages_of(site):
        window.goto(f"{base}/{uri}").run(READY)
    assert window.heard() == []


@pytest.mark.parametrize("base", ["a plain folder"], indirect=True)
def test_each_kind_of_figure_plays(base, window, site):
    for kind, uri in pages_with_figures(site).items():
        window.goto(f"{base}/{uri}").run(READY)
        window.run(f"document.querySelector('{kind}').scrollIntoView()")
        window.until(f"document.querySelector('{kind} .gd-says')?.textContent")
        window.run(f"window.before = document.querySelector('{kind}').innerHTML; 0")
        window.click(f"{kind} input[type=range]")
        window.until(f"document.querySelector('{kind}').innerHTML !== before")
    assert window.heard() == []


def test_search_finds_and_code_is_copied(base, window):
    window.goto(f"{base}/zero/clean.html").run(READY)
    window.click(".md-code__button")
    window.until("document.querySelector('.md-dialog--active')")  # it says: copied
    # without a desktop the window has no focus, by which a click opens the search
    window.run("document.querySelector('#__search').click()")
    window.click(".md-search__input")
    window.keys("least squares")
    window.until("document.querySelector('.md-search-result__link mark')")
    assert window.heard() == []


def test_an_error_is_heard(window, tmp_path):
    policy = "<meta http-equiv='Content-Security-Policy' content='img-src data:'>"
    for name, body in {
        "null": "<script>null.x</script>",
        'property "length"': f"<script>throw Error({ITS_OWN[7:]!r})</script>",
        "policy: img-src": f"{policy}<p><img src='http://127.0.0.2:9/x.png'>",
    }.items():
        page = tmp_path / f"{len(body)}.html"
        page.write_text(f"<!doctype html><title>x</title>{body}", encoding="utf-8")
        heard = window.goto(page.as_uri()).heard()
        assert any(name in one for one in heard), heard
