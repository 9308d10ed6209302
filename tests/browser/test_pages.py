"""The built site in a real Chromium, opened from a plain folder, as people use it."""

import json
import re
from collections import Counter
from html import unescape

import pytest
from playwright.sync_api import Page

from . import web
from .visits import opened

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
    page, trouble = opened(browser, 1280)
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
    page, _ = opened(browser, 1280)
    page.set_content(BUTTONS + flaw)
    stops, left = walk(page)
    page.context.close()
    assert {stop["shows"] for stop in stops} == {shows}
    assert left == leaves


@pytest.fixture(scope="module")
def searched(browser, site):
    """A page with its search open, and what goes wrong on it."""
    page, trouble = opened(browser, 1280)
    page.goto((site / "index.html").as_uri())
    page.locator(".md-search__input").click()
    yield page, trouble
    page.context.close()


@pytest.mark.parametrize(
    ("words", "target"),
    [
        ("wrong label", "zero/wrong-label.html"),
        ("batch size", "experiment/sgd.html"),
        ("seed", "experiment/randomness.html"),
        ("bias", "zero/bias.html"),
        ("convergence", "digits/settle.html"),
        ("convex", "why/how-long.html"),
        ("least squares", "digits/attractor.html"),
        ("non-linearity", "zero/non-linearity.html"),
        ("learning rate", "experiment/sgd.html"),
        ("chain rule", "experiment/sgd.html"),
        ("loss not zero", "zero/clean.html"),
        ("divisor", "digits/step-size.html"),
        ("step size", "why/how-long.html"),
        ("learning rate too large", "digits/step-size.html"),
        ("float32", "digits/zero.html"),
        ("rounding", "digits/zero.html"),
        ("how many samples", "digits/samples.html"),
        ("autograd", "experiment/sgd.html"),
        ("adam", "why/optimizers.html"),
        ("momentum", "why/momentum.html"),
        ("why minus gradient", "why/minus.html"),
        ("taylor", "why/taylor.html"),
        ("tangent", "why/taylor.html"),
        ("hessian", "why/slope.html"),
        ("directional derivative", "why/slope.html"),
        ("steepest descent", "why/steepest.html"),
        ("eigenvalue", "why/how-long.html"),
        ("curvature", "why/how-long.html"),
        ("notation", "reference/notation.html"),
        ("licence", "reference/article.html"),
        ("train_by_hand", "reference/api.html"),
        ("mean_path", "reference/api-theory.html"),
    ],
)
def test_search_finds_what_readers_type_in_a_plain_folder(words, target, searched):
    page, trouble = searched
    field, results = (page.locator(f".md-search{one}") for one in
                      ("__input", "-result__link"))  # fmt: skip
    field.fill("")
    field.press("End")
    results.first.wait_for(state="detached")
    field.fill(words[:-1])
    page.keyboard.type(words[-1])  # one query, for all words: only keys ask
    results.first.wait_for(timeout=20_000)
    hrefs = page.eval_on_selector_all(
        ".md-search-result__item > a:first-child", "links => links.map(one => one.href)"
    )
    assert any(target in href for href in hrefs[:3]), hrefs
    assert trouble == []


def test_a_search_marks_each_word_and_its_excerpts_keep_formulas(browser, site):
    page, _ = opened(browser, 1280)
    page.goto((site / "index.html").as_uri())
    page.locator(".md-search__input").click()
    page.keyboard.type("least squares")
    page.wait_for_selector(".md-search-result__link mark", timeout=20_000)
    first = page.locator(".md-search-result__item").first
    marked = {
        mark.lower().strip(".,:") for mark in first.locator("mark").all_inner_texts()
    }
    assert {"least", "squares"} <= marked
    page.context.close()
    index = json.loads((site / "search" / "search_index.json").read_text("utf-8"))
    texts = " ".join(entry["text"] for entry in index["docs"])
    assert "‖g‖" in texts
    assert not re.findall(r"[a-z]: ?[.,;]", re.sub(r"<[^>]*>", "", texts))
    assert "import torch" not in texts  # code is not indexed


def test_the_copy_button_copies_exactly_the_code(browser, site):
    page, _ = opened(browser, 1280)
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


LISTEN = """document.addEventListener("copy",
  event => { window.copied = event.clipboardData.getData("text/plain") })"""


@pytest.mark.parametrize("uri", ["zero/clean.html", "zh/zero/clean.html"])
@pytest.mark.parametrize("way", ["a plain folder", "http"])
def test_all_of_a_page_copied_has_the_tex_of_each_formula_once(way, uri, browser, site):
    with web.served(site) as host:
        page, trouble = opened(browser, 1280)
        page.goto(f"{host}/{uri}" if way == "http" else (site / uri).as_uri())
        page.evaluate(LISTEN)
        page.keyboard.press("Control+a")
        page.keyboard.press("Control+c")
        page.wait_for_function("window.copied")
        copied = page.evaluate("window.copied")
        page.context.close()
    text = (site / uri).read_text("utf-8")
    tex = re.findall(
        r'<annotation encoding="application/x-tex">(.*?)</annotation>', text, re.S
    )
    assert len(tex) > 5
    for formula, times in Counter(map(unescape, tex)).items():
        assert copied.count(f"${formula}$") == times, (formula, copied)
    assert not re.search("[\U0001d400-\U0001d7ff]", copied)  # letters of MathML
    assert trouble == [] or way == "http"


WIDEN = """() => document.querySelectorAll("table.data tr").forEach((row) => {
  for (let copy = 0; copy < 20; copy += 1)
    row.append(row.lastElementChild.cloneNode(true)); })"""


def test_a_table_wider_than_a_phone_scrolls_in_its_frame_and_by_keys(browser, site):
    page, trouble = opened(browser, 390)
    page.goto((site / "reference" / "ledger.html").as_uri())
    page.evaluate(WIDEN)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    frame = page.locator(".table").first
    assert frame.evaluate("one => one.scrollWidth > 2 * one.clientWidth")
    page.locator("article h1 a, article a").last.focus()
    page.locator("article :is(a, .table)").first.focus()
    for _ in range(40):
        if frame.evaluate("one => one === document.activeElement"):
            break
        page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    for _ in range(100):  # the page's policy refuses what wait_for_function evaluates
        if frame.evaluate("one => one.scrollLeft > 0"):
            break
        page.wait_for_timeout(50)
    assert frame.evaluate("one => one.scrollLeft > 0")
    assert frame.evaluate("one => one === document.activeElement")
    page.context.close()
    assert trouble == []
