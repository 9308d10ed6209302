"""The policy of the pages, enforced: all works, and what is not theirs is refused.

Every page is opened under its policy in test_visits.py, from a plain folder and over
http.
"""

from pathlib import Path

import pytest

from gdbook.site import widgets

from .visits import opened, pages_of

FLAWS = {
    "script": "document.body.append(Object.assign(document.createElement('script'), "
    "{ text: 'window.ran = 1' }))",
    "handler": "document.body.setAttribute('onclick', 'window.ran = 1')",
    "text": "setTimeout('window.ran = 1')",
    "image": "new Image().src = 'http://127.0.0.2:9/x.png'",
    "style": "document.head.append(Object.assign(document.createElement('link'), "
    "{ rel: 'stylesheet', href: 'http://127.0.0.2:9/x.css' }))",
    "request": "fetch('http://127.0.0.2:9/x').catch(() => 0)",
    "frame": "document.body.append(Object.assign(document.createElement('iframe'), "
    "{ src: 'http://127.0.0.2:9/x.html' }))",
}


def pages_with_figures(site: Path) -> dict[str, str]:
    """A page with each kind of interactive figure."""
    texts = {page: (site / page).read_text("utf-8") for page in pages_of(site)}
    return {
        kind: next(page for page, text in texts.items() if f"<{kind}" in text)
        for kind in widgets.ELEMENTS
    }


def test_figures_play_search_finds_and_code_is_copied(base, browser, site):
    page, trouble = opened(browser, 1280)
    for kind, uri in pages_with_figures(site).items():
        page.goto(f"{base}/{uri}")
        figure = page.locator(kind)
        figure.scroll_into_view_if_needed()
        figure.locator(".gd-says:not(:empty)").wait_for()
        before = figure.inner_html()
        for slider in figure.locator("input[type=range]:visible").all():
            slider.press("ArrowRight")
        for button in figure.locator("button:visible:enabled").all():
            button.click()
        figure.locator("input[type=range]:visible").first.press("ArrowLeft")
        page.wait_for_function("([one, old]) => one.innerHTML !== old",
                               arg=[figure.element_handle(), before])  # fmt: skip
    page.goto(f"{base}/zero/clean.html")
    page.locator(".md-code__button").first.click()
    page.locator(".md-dialog--active").wait_for()  # it says that code was copied
    page.locator(".md-search__input").click()
    page.keyboard.type("least squares")
    page.wait_for_selector(".md-search-result__link mark", timeout=20_000)
    page.context.close()
    assert [one for one in trouble if f"asked {base}/" not in one] == []


@pytest.mark.parametrize("flaw", FLAWS)
def test_what_is_not_of_the_page_is_refused(flaw, base, browser):
    page, trouble = opened(browser, 1280)
    page.goto(f"{base}/zero/clean.html")
    trouble.clear()
    page.evaluate(f"() => {{ {FLAWS[flaw]} }}")
    page.wait_for_timeout(100)
    page.locator("body").dispatch_event("click")
    assert page.evaluate("window.ran") is None
    page.context.close()
    assert any("policy: " in one for one in trouble), trouble
