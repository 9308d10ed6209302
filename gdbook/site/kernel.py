"""What runs inside a page's kernel before its cells."""

from pathlib import Path

from matplotlib.figure import Figure

from gdbook.site import figure_csv
from gdbook.site.figure_svg import svg

CSV = "text/csv"
STYLE = Path(__file__).parents[1] / "gdbook.mplstyle"


def setup() -> None:
    """Make matplotlib's figures SVG outputs in the book's style."""
    from IPython import get_ipython
    from IPython.core.formatters import BaseFormatter
    from matplotlib import pyplot
    from matplotlib_inline.backend_inline import set_matplotlib_formats

    pyplot.switch_backend("module://matplotlib_inline.backend_inline")
    set_matplotlib_formats()  # no PNG: the only form of a figure is ours
    pyplot.style.use(STYLE)
    formatters = get_ipython().display_formatter.formatters
    formatters["image/svg+xml"].for_type(Figure, svg)
    formatters[CSV] = BaseFormatter(format_type=CSV, print_method="none")
    formatters[CSV].for_type(Figure, figure_csv.table)
