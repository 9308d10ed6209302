"""What the theme leaves open, mended: names for those who cannot see, valid HTML.

Each mend must find what it mends: a new version of the theme may not need it any more.
"""

from pathlib import Path

from mkdocs.exceptions import PluginError

SEARCH = ' data-md-component="search" role="dialog"'
TOGGLE = ' type="checkbox" id="__{}" autocomplete="off"'
# what the theme writes, and what it should have written
PAGE = {
    "<!doctype html>": "<!DOCTYPE html>",
    SEARCH: f'{SEARCH} aria-label="Search"',
    TOGGLE.format("drawer"): ' type="checkbox" id="__drawer"',
    TOGGLE.format("search"): ' type="checkbox" id="__search"',
}
CODE_NAV = '"nav",{class:"md-code__nav"}'
TABLE = '{class:"md-typeset__scrollwrap"'
# The index of the whole book is loaded by every page; most readers never search. In the
# script's own words: when something in the form gets the focus, or an address searches.
INDEX = 'document.forms.namedItem("search")?ks():tt'
INDEX_LATER = (
    'document.forms.namedItem("search")?'
    'L(h(document.forms.namedItem("search"),"focusin"),'
    "/[?&][hq]=/.test(location.search)?$(0):tt).pipe(Ee(1),b(ks),Z(1)):tt"
)


def page(html: str) -> str:
    """Mend a page."""
    for old, new in PAGE.items():
        html = replaced(html, old, new, "a page")
    return html.replace(' tabindex=""', "")


def script(site: Path) -> None:
    """Load the search index when it is wanted; let keys scroll a table.

    The corner of a block of code, with its one button, is no landmark.
    """
    for path in (site / "assets" / "javascripts").glob("bundle.*.js"):
        text = path.read_text(encoding="utf-8")
        text = replaced(text, CODE_NAV, CODE_NAV.replace("nav", "div", 1), path.name)
        text = replaced(text, INDEX, INDEX_LATER, path.name)
        text = replaced(text, TABLE, f"{TABLE},tabindex:0", path.name)
        path.write_text(text, encoding="utf-8")


def replaced(text: str, old: str, new: str, where: str) -> str:
    """A text with a part replaced. Raises PluginError when it is not there."""
    if old not in text:
        raise PluginError(f"the theme has changed: {where} has no {old!r} to mend")
    return text.replace(old, new)
