"""What holds on every page: each is visited in windows of several widths."""

from itertools import product

import pytest

from ..conftest import missing
from . import web
from .visits import (
    CHINESE,
    THEME_LANDMARKS,
    WIDTHS,
    Visit,
    opened,
    pages_of,
    visits,
)


@pytest.fixture(scope="module")
def visited(site) -> list[Visit]:
    """Every visit: the tests below look at what these found."""
    if not web.CHROMIUM:
        missing("chromium")
    return visits(site)


def test_no_page_scrolls_sideways(visited):
    wide = {str(one): one.measured["reach"] for one in visited}
    assert {name: px for name, px in wide.items() if px > int(name.split()[2])} == {}


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
    widths = {(one.page, one.width) for one in visited if one.page in english}
    assert widths == {*product(english, WIDTHS)}


def test_a_comma_stays_with_its_formula(visited):
    assert {str(one): one.measured for one in visited if one.measured["lonely"]} == {}
    counts = [[one.measured[name] for name in ("commas", "kept", "lost")]
              for one in visited]  # fmt: skip
    assert sum(commas for commas, _, _ in counts) > 50
    # where a break must fall, the rule keeps each comma; without it each one is lost
    assert [one for one in counts if len({*one}) > 1] == []
    # and the other parts of such a formula break
    assert sum(one.measured["long"] for one in visited) > 50
    assert {str(one): one.measured for one in visited if one.measured["whole"]} == {}


def test_no_character_of_a_formula_falls_back_to_another_font(visited):
    assert sum(len(one.fonts) for one in visited) > 100
    strange = {
        str(one): [font for font in one.fonts if not font["isCustomFont"]]
        for one in visited
    }
    assert {name: fonts for name, fonts in strange.items() if fonts} == {}


def test_what_a_cell_prints_stands_directly_below_its_code(visited):
    gaps = [gap for one in visited for gap in one.measured["gaps"]]
    assert len(gaps) > 100
    assert {round(gap) for gap in gaps} == {0}
