"""What holds on every page: each is visited in windows of several widths."""

import random
from itertools import product

import pytest

from ..conftest import missing
from . import web
from .visits import (
    CHINESE,
    PHONE,
    THEME_LANDMARKS,
    WIDTHS,
    Visit,
    opened,
    pages_of,
    visits,
)

TEXT = ["reference/notation.html", "reference/article.html"]  # text and formulas
TEXT_LIMIT, LIMIT = 160_000, 250_000  # bytes over the wire, compressed as hosts do it


@pytest.fixture(scope="module")
def visited(site) -> list[Visit]:
    """Every visit: the tests below look at what these found."""
    if not web.CHROMIUM:
        missing("chromium")
    return visits(site)


def test_no_page_scrolls_sideways(visited):
    reach = {
        (str(one), width): found["reach"]
        for one in visited
        for width, found in one.measured.items()
    }
    assert {place: px for place, px in reach.items() if px > place[1]} == {}


def test_no_page_complains_or_asks_another_host(visited):
    assert {str(one): one.trouble for one in visited if one.trouble} == {}


def test_axe_finds_no_violation_on_any_page(visited):
    found = {}
    for one in visited:
        for violation in one.violations:
            if violation["id"] not in THEME_LANDMARKS:
                nodes = [node["html"][:150] for node in violation["nodes"][:2]]
                found.setdefault(violation["id"], (violation["help"], str(one), nodes))
    assert found == {}


def test_no_landmark_is_excepted_that_axe_would_accept(visited):
    found = {violation["id"] for one in visited for violation in one.violations}
    assert set(THEME_LANDMARKS) <= found


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
    page, _ = opened(browser, 390)
    page.set_content(f"<html lang=en><title>x</title><main><h1>x</h1>{flaw}</main>")
    colours = rule in web.COLOUR_RULES
    for asked in (True, False):
        found, tried = web.axe(page, colours == asked, rest=colours != asked)
        assert (rule in {violation["id"] for violation in found}) == asked
        assert (rule in tried) == asked
    page.context.close()


def test_the_rules_of_colours_are_all_that_axe_has(browser):
    page, _ = opened(browser, 390)
    web.axe_violations(page)  # brings axe into the page
    known = page.evaluate("rules => axe.getRules(rules)", web.RULES)
    colours = {one["ruleId"] for one in known if "cat.color" in one["tags"]}
    assert colours == set(web.COLOUR_RULES)
    page.context.close()


def test_each_page_is_looked_at_by_all_rules_and_in_both_schemes(visited, site):
    pages, colours = {*pages_of(site)}, {*web.COLOUR_RULES}
    seen = {(one.page, one.scheme) for one in visited if colours <= one.rules}
    assert seen == {*product(pages, ("light", "dark"))}
    rules = {rule for one in visited for rule in one.rules}
    assert len(rules) > 80
    assert {one.page for one in visited if rules - colours <= one.rules} == pages
    english = {page for page in pages if not page.startswith(CHINESE)}
    widths = {(one.page, width) for one in visited for width in one.measured}
    assert widths >= {*product(english, WIDTHS)}


def test_every_page_is_light_at_a_first_visit(visited, site):
    sizes = {one.page: one.size for one in visited if one.size is not None}
    assert sizes.keys() == {*pages_of(site)}
    assert {page: size for page, size in sizes.items() if size > LIMIT} == {}
    text = {page: sizes[page] for page in TEXT}
    assert {page: size for page, size in text.items() if size > TEXT_LIMIT} == {}


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


def test_a_comma_stays_with_its_formula(visited):
    narrow = {
        (str(one), width): found
        for one in visited
        for width, found in one.measured.items()
        if width <= PHONE
    }
    assert {place: one for place, one in narrow.items() if one["lonely"]} == {}
    counts = [[one[name] for name in ("commas", "kept", "lost")]
              for one in narrow.values()]  # fmt: skip
    assert sum(commas for commas, _, _ in counts) > 50
    # where a break must fall, the rule keeps each comma; without it each one is lost
    assert [one for one in counts if len({*one}) > 1] == []
    # and the other parts of such a formula break
    assert sum(one["long"] for one in narrow.values()) > 50
    assert {place: one for place, one in narrow.items() if one["whole"]} == {}


def test_a_phone_shows_the_column_that_compares_with_the_article(visited):
    phone = {one.page: one.measured[PHONE]["compares"] for one in visited
             if PHONE in one.measured}  # fmt: skip
    english, chinese = (
        sum(
            len(edges)
            for page, edges in phone.items()
            if page.startswith(CHINESE) is zh
        )
        for zh in (False, True)
    )
    assert english == chinese >= 13
    hidden = {page for page, edges in phone.items() if any(a > b for a, b in edges)}
    assert hidden == set()


def test_no_character_of_a_formula_falls_back_to_another_font(visited):
    assert sum(len(one.fonts) for one in visited) > 100
    strange = {
        str(one): [font for font in one.fonts if not font["isCustomFont"]]
        for one in visited
    }
    assert {name: fonts for name, fonts in strange.items() if fonts} == {}


def test_what_a_cell_prints_stands_directly_below_its_code(visited):
    every = [found for one in visited for found in one.measured.values()]
    gaps = [gap for found in every for gap in found["gaps"]]
    assert len(gaps) > 100
    assert {round(gap) for gap in gaps} == {0}
