"""What runs inside a page's kernel before its cells.

It imports nothing that a page does not import itself: its figures are recognised by the
name of their type, and what draws them is imported when the first one is shown.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SVG = "image/svg+xml"
CSV = "text/csv"
NO_TABLE = "application/vnd.gdbook.no-table+json"  # why a figure has no CSV: a string
PLAIN_NAME = re.compile("__[a-z]+__")  # of those that a plain Python begins with
STYLE = Path(__file__).parents[1] / "gdbook.mplstyle"


def environment() -> dict[str, str]:
    """Return the variables that a kernel has to be started with.

    Matplotlib reads them when it is imported: figures are outputs of their cell, and
    the settings are its defaults and the book's style, nothing of the author's. A
    file named `matplotlibrc` in the working directory would come first.
    """
    backend = "module://matplotlib_inline.backend_inline"
    return {"MPLBACKEND": backend, "MATPLOTLIBRC": str(STYLE)}


def setup() -> None:
    """Make SVG and CSV the only forms of a figure, and show the rest as Python does."""
    from IPython import get_ipython

    shell = get_ipython()
    shell.automagic = False  # a bare `pwd` would run here, and not as copied
    shell.display_formatter.formatters["text/plain"].pprint = False  # but `repr`
    shell.displayhook.cache_size = 0  # it would set `_` and `_1`
    shell.ast_node_interactivity = "last_expr"  # whatever the machine's settings say
    for name in [*shell.user_ns]:  # IPython's own, this function, and such settings'
        if not PLAIN_NAME.fullmatch(name):
            del shell.user_ns[name]
    shell.config.InlineBackend.figure_formats = set()  # no PNG
    # the inline backend removes what the formatters of single forms hold for figures
    bundles = shell.display_formatter.mimebundle_formatter
    bundles.for_type_by_name("matplotlib.figure", "Figure", forms)


def forms(figure: Figure) -> dict[str, str]:
    """Return a figure as SVG, and its data as CSV or the reason why it has none."""
    from gdbook.site.figure_csv import NoTableError, table
    from gdbook.site.figure_svg import svg

    try:
        data = {CSV: table(figure)}
    except NoTableError as error:
        data = {NO_TABLE: str(error)}
    return {SVG: svg(figure)} | data
