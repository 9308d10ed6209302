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
    # the theme's script, which changes little of what is seen, may wait for the page
    '.min.js"></script>': '.min.js" defer></script>',
}
# A table that is wider than a phone scrolls by itself, with keys too. The theme's
# script would move each into such a frame, and the page would be laid out anew.
TABLES = {
    "<table>": '<div class="md-typeset__scrollwrap" tabindex="0">'
    '<div class="md-typeset__table"><table>',
    "</table>": "</table></div></div>",
}
# In the script: no frames; and the corner of a block of code is no landmark.
SCRIPT = {
    '...M("table:not([class])",e).map(i=>ti(i)),': "",
    '"nav",{class:"md-code__nav"}': '"div",{class:"md-code__nav"}',
}
# The scheme stands from the first line on (theme/partials/javascripts/palette.html).
# Each of these would set it again, and work out the style of every element anew.
SWITCH = 'document.body.setAttribute("data-md-color-switching","")'
SCHEME = "o.content=a.colorScheme"
META = 'x("meta",{name:"color-scheme"});document.head.appendChild(o)'
SCRIPT |= {
    SWITCH: f"(document.body.dataset.mdColorScheme==s.color.scheme||{SWITCH})",
    SCHEME: f"o.content==a.colorScheme||({SCHEME})",
    META: 'document.querySelector("meta[name=color-scheme]")',
}
# What the script does to a page it does piece by piece, first the parts of the page,
# then each block of code: in between the page answers. `et(pe)` is RxJS's
# `subscribeOn(asyncScheduler)`.
PARTS = "b(()=>$s)"
BLOCK = "Yn(i,{target$:o,print$:n})"
SCRIPT |= {PARTS: "b(()=>$s.pipe(et(pe)))", BLOCK: f"{BLOCK}.pipe(et(pe))"}
# The index of the whole book is loaded by every page; most readers never search. In the
# script's own words: when something in the form gets the focus, or an address searches.
INDEX = 'document.forms.namedItem("search")?ks():tt'
INDEX_LATER = (
    'document.forms.namedItem("search")?'
    'L(h(document.forms.namedItem("search"),"focusin"),'
    "/[?&][hq]=/.test(location.search)?$(0):tt).pipe(Ee(1),b(ks),Z(1)):tt"
)
SCRIPT |= {INDEX: INDEX_LATER}


def page(html: str) -> str:
    """Mend a page."""
    for old, new in PAGE.items():
        html = replaced(html, old, new, "a page")
    for old, new in TABLES.items():
        html = html.replace(old, new)
    return html.replace(' tabindex=""', "")


def script(site: Path) -> None:
    """Mend the theme's script."""
    for path in (site / "assets" / "javascripts").glob("bundle.*.js"):
        text = path.read_text(encoding="utf-8")
        for old, new in SCRIPT.items():
            text = replaced(text, old, new, path.name)
        path.write_text(text, encoding="utf-8")


def replaced(text: str, old: str, new: str, where: str) -> str:
    """A text with a part replaced. Raises PluginError when it is not there."""
    if old not in text:
        raise PluginError(f"the theme has changed: {where} has no {old!r} to mend")
    return text.replace(old, new)
