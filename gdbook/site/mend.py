"""What the theme leaves open, mended: names for those who cannot see, valid HTML.

Each mend must find what it mends: a new version of the theme may not need it any more.
"""

from pathlib import Path

from mkdocs.exceptions import PluginError

TOGGLE = ' type="checkbox" id="__{}" autocomplete="off"'
# what the theme writes, and what it should have written
PAGE = {
    "<!doctype html>": "<!DOCTYPE html>",
    ' role="dialog"': ' role="dialog" aria-label="Search"',
    TOGGLE.format("drawer"): ' type="checkbox" id="__drawer"',
    TOGGLE.format("search"): ' type="checkbox" id="__search"',
}
CODE_NAV = '"nav",{class:"md-code__nav"}'


def page(html: str) -> str:
    """Mend a page."""
    for old, new in PAGE.items():
        html = replaced(html, old, new, "a page")
    return html.replace(' tabindex=""', ' tabindex="0"')


def script(site: Path) -> None:
    """Make the corner of a code block, with its one button, no navigation landmark."""
    for path in (site / "assets" / "javascripts").glob("bundle.*.js"):
        text = path.read_text(encoding="utf-8")
        text = replaced(text, CODE_NAV, CODE_NAV.replace("nav", "div", 1), path.name)
        path.write_text(text, encoding="utf-8")


def replaced(text: str, old: str, new: str, where: str) -> str:
    """A text with a part replaced. Raises PluginError when it is not there."""
    if old not in text:
        raise PluginError(f"the theme has changed: {where} has no {old!r} to mend")
    return text.replace(old, new)
