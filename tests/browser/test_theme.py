"""The theme: its files are served as they are, and its two schemes."""

from pathlib import Path

import material
import pytest

from .visits import opened

SCHEME = """() => {
  const { colorScheme, backgroundColor, color } =
    getComputedStyle(document.querySelector(".md-header"));
  return [document.body.dataset.mdColorScheme, colorScheme, backgroundColor, color];
}"""
LIGHT = ["default", "light", "rgb(255, 255, 255)", "rgb(31, 35, 40)"]
DARK = ["slate", "dark", "rgb(22, 25, 29)", "rgb(227, 230, 234)"]
STILL = "* { transition: none !important }"


@pytest.mark.parametrize(
    ("folder", "kind", "least"),
    [("javascripts", "js", 2), ("stylesheets", "css", 2)],
)
def test_the_site_serves_the_files_of_the_theme_byte_for_byte(
    folder, kind, least, site
):
    theme = Path(material.__file__).parent / "templates" / "assets" / folder
    files = {path.relative_to(theme): path for path in theme.rglob(f"*.{kind}")}
    assert len(files) >= least
    for name, path in files.items():
        served = site / "assets" / folder / name
        assert served.read_bytes() == path.read_bytes(), name


@pytest.mark.parametrize(("system", "look"), [("light", LIGHT), ("dark", DARK)])
def test_the_scheme_of_the_system_stands_before_the_theme_script_comes(
    system, look, browser, site
):
    page, _ = opened(browser, 1280, system)
    page.route("**/bundle.*.js", lambda route: route.abort())
    page.goto((site / "index.html").as_uri())
    assert page.evaluate(SCHEME) == look
    page.context.close()


def test_a_scheme_once_chosen_stays(browser, site):
    page, trouble = opened(browser, 1280)
    page.goto((site / "index.html").as_uri())
    page.get_by_title("Switch to the dark scheme").click()
    page.wait_for_function("document.body.dataset.mdColorScheme === 'slate'")
    page.goto((site / "zero" / "clean.html").as_uri())
    assert page.evaluate(SCHEME) == DARK
    page.get_by_title("Switch to the light scheme").click()
    page.wait_for_function("document.body.dataset.mdColorScheme === 'default'")
    page.add_style_tag(content=STILL)
    assert page.evaluate(SCHEME) == LIGHT
    page.context.close()
    assert trouble == []
