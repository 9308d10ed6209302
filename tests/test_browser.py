"""The built site in a real Chromium, opened from a plain folder, as people use it."""

import random
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from . import web

WIDTHS = [320, 390, 768, 1280]
STILL = "*, ::before, ::after {transition: none !important; animation: none !important}"
# Where the focus is, and whether it shows: on the element itself, beside it (a hidden
# button shows on its label) or on the form around it, compared with how these looked
# before. Called once before the first step, to see how everything looks without focus.
FOCUS = """async (kinds) => {
  for (const _ of [1, 2]) await new Promise(requestAnimationFrame);  // scripts answer
  const look = (element) => {
    const style = getComputedStyle(element);
    const outline = style.outlineStyle === "none" ? "" : style.outline;
    return [outline, style.boxShadow, style.backgroundColor].join();
  };
  const seen = (element) => {
    const { width, height } = element.getBoundingClientRect();
    const how = { checkOpacity: true, checkVisibilityCSS: true };
    return width && height && element.checkVisibility(how);
  };
  const at = document.activeElement;
  const signs = [at, at.nextElementSibling, at.form].filter((one) => one);
  const looks = (window.looks ??= new Map());
  const shows = signs.some((one) =>
    seen(one) && looks.has(one) && looks.get(one) !== look(one));
  for (const one of document.body.querySelectorAll("*"))
    if (!looks.has(one) && !signs.includes(one)) looks.set(one, look(one));
  if (at === document.body) return null;
  const found = Object.keys(kinds).filter((kind) => at.matches(kinds[kind]));
  return { html: at.outerHTML.slice(0, 150), shows, kinds: found };
}"""
KINDS = {
    "search": ".md-search__input",
    "navigation": ".md-nav--primary a",
    "contents": ".md-nav--secondary a",
    "link": "article a:not(.headerlink)",
    "copy": "article button.md-code__button",
    "figure": "article figure :is(input, select, button)",
}


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


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_violation_on_any_page(scheme, width, browser, addresses):
    page, _ = visit(browser, width, scheme)
    found = {}
    for address in addresses:
        page.goto(address)
        for violation in web.axe_violations(page):
            nodes = [node["html"][:150] for node in violation["nodes"][:2]]
            found.setdefault(violation["id"], (violation["help"], address, nodes))
    page.context.close()
    assert found == {}


@pytest.mark.parametrize(
    ("flaw", "rule"),
    [
        ("<img src=x>", "image-alt"),
        ("<p style='color: #ccc; background: #fff'>pale", "color-contrast"),
        ("<pre style='overflow: auto; width: 50px'>a long line",
         "scrollable-region-focusable"),
        ("<button style='height: 9px' aria-label=a></button><br>" * 2, "target-size"),
    ],
)  # fmt: skip
def test_axe_does_find_a_violation(flaw, rule, browser):
    page, _ = visit(browser, 390, "light")
    page.set_content(f"<html lang=en><title>x</title><main><h1>x</h1>{flaw}</main>")
    assert rule in {violation["id"] for violation in web.axe_violations(page)}
    page.context.close()


def walk(page: Page) -> tuple[list[dict], bool]:
    """Press Tab until the focus leaves the page: its stops, and whether it left."""
    page.add_style_tag(content=STILL)
    page.evaluate(FOCUS, KINDS)
    stops: list[dict] = []
    for _ in range(2 * page.locator("a, button, input, select, summary, pre").count()):
        page.keyboard.press("Tab")
        if (stop := page.evaluate(FOCUS, KINDS)) is None:
            return stops, True
        stops.append(stop)
    return stops, False


@pytest.mark.parametrize(
    ("uri", "parts"),
    [
        ("index.html", {"link", "figure"}),
        ("zero/clean.html", {"contents", "link", "figure", "copy"}),
        ("reference/notation.html", {"link"}),
        ("why/steepest.html", {"contents", "link", "copy"}),
    ],
)
def test_tab_leads_everywhere_and_one_sees_where_it_is(uri, parts, browser, site):
    page, trouble = visit(browser, 1280, "light")
    page.goto((site / uri).as_uri())
    stops, left = walk(page)
    page.context.close()
    assert left, f"the focus is caught: {stops[-3:]}"
    assert [stop["html"] for stop in stops if not stop["shows"]] == []
    reached = {kind for stop in stops for kind in stop["kinds"]}
    assert {"search", "navigation"} | parts <= reached
    assert trouble == []


BUTTONS = "<p><button>a</button><button>b</button>"
CATCH = """<script>document.onkeydown = (pressed) => {
  pressed.preventDefault(); document.querySelector("button").focus(); }</script>"""


@pytest.mark.parametrize(
    ("flaw", "shows", "leaves"),
    [
        ("", True, True),
        ("<style>button { outline: none }</style>", False, True),
        ("<style>button:focus { opacity: 0 }</style>", False, True),
        (CATCH, True, False),
    ],
)
def test_a_walk_notices_a_hidden_focus_and_a_trap(flaw, shows, leaves, browser):
    page, _ = visit(browser, 1280, "light")
    page.set_content(BUTTONS + flaw)
    stops, left = walk(page)
    page.context.close()
    assert {stop["shows"] for stop in stops} == {shows}
    assert left == leaves


@pytest.mark.parametrize(
    ("words", "target"),
    [
        ("wrong label", "zero/wrong-label.html"),
        ("batch size", "experiment/sgd.html"),
        ("seed", "experiment/randomness.html"),
        ("bias", "zero/bias.html"),
        ("convergence", "numbers/divisor.html"),
        ("convex", "why/how-long.html"),
        ("least squares", "numbers/cloud.html"),
        ("non-linearity", "zero/non-linearity.html"),
        ("learning rate", "experiment/sgd.html"),
        ("chain rule", "experiment/sgd.html"),
        ("loss not zero", "zero/clean.html"),
        ("divisor", "numbers/divisor.html"),
        ("step size", "numbers/step-size.html"),
        ("learning rate too large", "numbers/step-size.html"),
        ("float32", "numbers/zero.html"),
        ("rounding", "numbers/errors.html"),
        ("how many samples", "numbers/model-or-data.html"),
        ("autograd", "numbers/by-torch.html"),
        ("adam", "numbers/optimizers.html"),
        ("momentum", "numbers/optimizers.html"),
        ("why minus gradient", "why/minus.html"),
        ("taylor", "why/tangent.html"),
        ("tangent", "why/tangent.html"),
        ("hessian", "why/slope.html"),
        ("directional derivative", "why/slope.html"),
        ("steepest descent", "why/steepest.html"),
        ("eigenvalue", "why/how-long.html"),
        ("curvature", "why/how-long.html"),
        ("notation", "reference/notation.html"),
        ("licence", "reference/article.html"),
    ],
)
def test_search_finds_what_readers_type_in_a_plain_folder(words, target, browser, site):
    page, trouble = visit(browser, 1280, "light")
    page.goto((site / "index.html").as_uri())
    page.locator(".md-search__input").click()
    page.locator(".md-search__input").fill(words[:-1])
    page.keyboard.type(words[-1])  # one query, for all words: only keys ask
    page.wait_for_selector(".md-search-result__link", timeout=20_000)
    hrefs = page.eval_on_selector_all(
        ".md-search-result__item > a:first-child", "links => links.map(one => one.href)"
    )
    page.context.close()
    assert any(target in href for href in hrefs[:3]), hrefs
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


LONELY = """() => [...document.querySelectorAll(".tight")].filter((tight) => {
  if (!tight.checkVisibility()) return false;
  const mark = document.createRange();
  mark.selectNode(tight.lastChild);
  const end = [...tight.querySelectorAll(".katex-base")].at(-1).getBoundingClientRect();
  const { left, top, bottom } = mark.getBoundingClientRect();
  return Math.abs(left - end.right) > 2 || bottom < end.top || top > end.bottom;
}).length"""


@pytest.mark.parametrize("width", [320, 390])
def test_a_comma_stays_with_its_formula(width, browser, addresses):
    page, _ = visit(browser, width, "light")
    without = 0
    for address in addresses:
        page.goto(address)
        assert page.evaluate(LONELY) == 0, address
        page.add_style_tag(content=".tight { white-space: normal; }")
        without += page.evaluate(LONELY)
    page.context.close()
    assert without > 0  # else the rule would be needed by no line


SCHEME = """() => [document.body.dataset.mdColorScheme,
  document.querySelector("meta[name=color-scheme]").content,
  getComputedStyle(document.querySelector(".md-header")).colorScheme]"""


@pytest.mark.parametrize(
    ("system", "scheme"), [("light", "default"), ("dark", "slate")]
)
def test_the_scheme_of_the_system_stands_before_the_theme_script_comes(
    system, scheme, browser, site
):
    page, _ = visit(browser, 1280, system)
    page.route("**/bundle.*.js", lambda route: route.abort())
    page.goto((site / "index.html").as_uri())
    assert page.evaluate(SCHEME) == [scheme, system, system]
    page.context.close()


def test_a_scheme_once_chosen_stays(browser, site):
    page, trouble = visit(browser, 1280, "light")
    page.goto((site / "index.html").as_uri())
    page.get_by_title("Switch to the dark scheme").click()
    page.wait_for_function("document.body.dataset.mdColorScheme === 'slate'")
    page.goto((site / "zero" / "clean.html").as_uri())
    assert page.evaluate(SCHEME) == ["slate", "dark", "dark"]
    page.get_by_title("Switch to the light scheme").click()
    page.wait_for_function("document.body.dataset.mdColorScheme === 'default'")
    assert page.evaluate(SCHEME) == ["default", "light", "light"]
    page.context.close()
    assert trouble == []


def test_a_text_page_is_light(browser, site):
    with web.served(site) as host:
        size, foreign = web.first_visit(browser, f"{host}/reference/notation.html")
    assert size <= 120_000
    assert foreign == 0


def test_a_worker_is_weighed_and_a_request_to_another_host_is_counted(
    browser, tmp_path
):
    page = "<title>x</title><script>new Worker('worker.js')</script>"
    (tmp_path / "page.html").write_text(page)
    (tmp_path / "other.html").write_text(page + "<img src='http://127.0.0.2:9/x.png'>")
    noise = random.Random(0).randbytes(50_000).hex()
    (tmp_path / "worker.js").write_text(f"// {noise}")
    with web.served(tmp_path) as host:
        size, foreign = web.first_visit(browser, f"{host}/page.html")
        _, more_foreign = web.first_visit(browser, f"{host}/other.html")
    assert 50_000 < size < 60_000  # of the two digits for a byte, gzip needs one
    assert (foreign, more_foreign) == (0, 1)
