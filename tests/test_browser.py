"""The built site in a real Chromium, opened from a plain folder, as people use it."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking",
         "--no-first-run"]  # fmt: skip
WIDTHS = [320, 390, 768, 1280]
AXE = Axe()


@pytest.fixture(scope="module")  # one process can drive one Playwright at a time
def browser() -> Iterator[Browser]:
    if not CHROMIUM:
        reason = "no Chromium was found: the browser tests need one"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield running
        running.close()


@pytest.fixture(scope="session")
def addresses(site: Path) -> list[str]:
    """Every page of the site, as an address in a plain folder.

    404.html is not among them: it takes its style from a server's root.
    """
    pages = sorted(path for path in site.rglob("*.html") if path.name != "404.html")
    return [path.as_uri() for path in pages]


def visit(browser: Browser, width: int, scheme: str) -> tuple[Page, list[str]]:
    """A page to visit with, and what goes wrong on it: errors and foreign requests."""
    size = {"width": width, "height": 900}
    page = browser.new_context(viewport=size, color_scheme=scheme).new_page()
    trouble: list[str] = []
    page.on("pageerror", lambda error: trouble.append(f"{page.url}: {error}"))

    def console(message):
        if message.type == "error":
            trouble.append(f"{page.url}: {message.text}")

    def request(asked):
        if not asked.url.startswith(("file:", "data:", "blob:", "about:")):
            trouble.append(f"{page.url}: asked {asked.url}")

    page.on("console", console)
    page.on("request", request)
    return page, trouble


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_scrolls_sideways_complains_or_asks_another_host(
    scheme, browser, addresses
):
    wide = []
    for width in WIDTHS:
        page, trouble = visit(browser, width, scheme)
        for address in addresses:
            page.goto(address)
            reach = page.evaluate("document.documentElement.scrollWidth")
            if reach > width:
                wide.append(f"{address}: {reach} at {width}")
        page.context.close()
        assert trouble == []
    assert wide == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_violation_on_any_page(scheme, browser, addresses):
    page, _ = visit(browser, 1280, scheme)
    found = {}
    for address in addresses:
        page.goto(address)
        for violation in AXE.run(page).response["violations"]:
            nodes = [node["html"][:150] for node in violation["nodes"][:2]]
            found.setdefault(violation["id"], (violation["help"], address, nodes))
    page.context.close()
    assert found == {}


def test_axe_does_find_a_violation(browser):
    page, _ = visit(browser, 390, "light")
    page.set_content("<html lang=en><title>x</title><main><h1>x</h1><img src=x>")
    assert "image-alt" in {v["id"] for v in AXE.run(page).response["violations"]}
    page.context.close()


@pytest.mark.parametrize(
    ("words", "target"),
    [
        ("wrong label", "wrong-label.html"),
        ("batch size", "sgd.html"),
        ("seed", "randomness.html"),
        ("least squares", "train.html"),
        ("non-linearity", "non-linearity.html"),
    ],
)
def test_search_finds_what_readers_type_in_a_plain_folder(words, target, browser, site):
    page, trouble = visit(browser, 1280, "light")
    page.goto((site / "index.html").as_uri())
    page.locator(".md-search__input").click()
    page.locator(".md-search__input").press_sequentially(words)
    page.wait_for_selector(".md-search-result__link", timeout=20_000)
    links = page.locator(".md-search-result__link")
    hrefs = [links.nth(k).get_attribute("href") for k in range(links.count())]
    page.context.close()
    assert any(target in (href or "") for href in hrefs), hrefs
    assert trouble == []


def test_the_copy_button_copies_exactly_the_code(browser, site):
    page, _ = visit(browser, 1280, "light")
    page.goto((site / "zero" / "clean.html").as_uri())
    page.evaluate("""() => {
      window.copied = null;
      const keep = text => { window.copied = text; return Promise.resolve(); };
      Object.defineProperty(navigator, "clipboard", {value: {writeText: keep}});
      document.addEventListener("copy", () => {
        window.copied = document.getSelection().toString()
          || document.activeElement.value; });
    }""")
    block = page.locator(".language-python.highlight").first
    block.hover()
    block.locator("[data-clipboard-target], .md-code__button").first.click()
    page.wait_for_function("window.copied !== null")
    copied, code = page.evaluate("window.copied"), block.locator("code").inner_text()
    page.context.close()
    assert copied.strip() == code.strip()
    assert "import torch" in copied
