"""The data of a figure as CSV, for readers who draw it another way.

They are read off the finished figure, so they cannot differ from what it shows. A
table has all data of its figure: a figure with any other kind of artist has none.
"""

import csv
import io
from collections.abc import Callable, Iterable
from itertools import zip_longest
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.collections import FillBetweenPolyCollection
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.legend import Legend
from matplotlib.lines import Line2D
from matplotlib.patches import FancyArrow, Rectangle, StepPatch
from matplotlib.spines import Spine
from matplotlib.text import Text

HEAD = ("panel", "series", "x", "y")
NO_DATA = (Text, Spine, Axis, Legend)
Row = dict[str, Any]


class NoTableError(ValueError):
    """A figure shows data that its table would not have."""

    def __init__(self, artist: Any, why: str = "cannot be read as a table") -> None:
        super().__init__(f"{type(artist).__name__} {why}")


def table(figure: Figure) -> str:
    """Return a figure's data as CSV, with full precision, in the units of its axes.

    A line across the whole panel has one coordinate, a span has one for each end, an
    area has its outline. Steps begin at x and reach from `y_lower` to y.

    Raises NoTableError, which names the kind of artist, for any other kind.
    """
    panels = contents(figure)
    names = [panel_name(ax) for ax in panels]
    rows = named("panel", names, map(rows_of, panels))
    if not rows:
        raise NoTableError(figure, "shows no data")
    columns = dict.fromkeys([*HEAD, *(column for row in rows for column in row)])
    text = io.StringIO()
    writer = csv.DictWriter(text, list(columns), restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def contents(parent: Any) -> list[Any]:
    """Return what is drawn in a figure or in axes, without text, frame and legend."""
    shown = [child for child in parent.get_children() if child.get_visible()]
    data = [child for child in shown if not isinstance(child, NO_DATA)]
    return [child for child in data if child is not parent.patch]


def panel_name(ax: Any) -> str:
    """Return the title of axes, or what they show over what."""
    if type(ax) is not Axes:  # a subclass has other coordinates
        raise NoTableError(ax)
    labels = filter(None, [ax.get_ylabel(), ax.get_xlabel()])
    return ax.get_title() or " over ".join(labels) or "panel"


def named(column: str, names: list[str], groups: Iterable[list[Row]]) -> list[Row]:
    """Return the rows of groups with their names, numbered where one occurs again."""
    counts = [names[: n + 1].count(name) for n, name in enumerate(names)]
    triples = zip(names, counts, groups, strict=True)
    unique = [(f"{name} ({n})" if n > 1 else name, rows) for name, n, rows in triples]
    return [{column: name} | row for name, rows in unique for row in rows]


def rows_of(ax: Axes) -> list[Row]:
    """Return the rows of a panel."""
    if ax.xaxis.have_units() or ax.yaxis.have_units():
        raise NoTableError(ax, "has an axis of dates or names")
    artists = contents(ax)
    names = [series_name(artist, n, ax) for n, artist in enumerate(artists, 1)]
    return named("series", names, [read(artist, ax) for artist in artists])


def series_name(artist: Any, number: int, ax: Axes) -> str:
    """Return the label of a series, a line's text in its colour, or else its number."""
    label = str(artist.get_label())
    if label and not label.startswith("_"):  # such a label is matplotlib's own
        return label
    for text in ax.texts if isinstance(artist, Line2D) else ():
        if to_hex(text.get_color()) == to_hex(artist.get_color()):
            return " ".join(text.get_text().split())
    return f"series {number}"


def read(artist: Any, ax: Axes) -> list[Row]:
    """Return the rows of an artist. Raises NoTableError for an unknown kind."""
    if type(artist) not in READERS:  # a subclass may draw something else
        raise NoTableError(artist)
    rows, is_span = READERS[type(artist)](artist), isinstance(artist, Rectangle)
    # A patch has its size in another transform. The identity counts: in a panel from
    # 0 to 1 all transforms have equal values.
    transform = getattr(artist, "get_data_transform", artist.get_transform)()
    if transform is ax.transData and not is_span:
        return rows
    across = {"x": ax.get_xaxis_transform("grid"), "y": ax.get_yaxis_transform("grid")}
    for axis in across:
        places = dict.fromkeys(row[axis] for row in rows)
        if transform is across[axis] and len(places) == 1 + is_span:
            return [{axis: place} for place in places]
    raise NoTableError(artist, "is neither data nor straight across the panel")


def points(x: object, y: object) -> list[Row]:
    """Return rows of points; a masked value is empty."""
    columns = (np.ravel(values).tolist() for values in (x, y))  # type: ignore[call-overload]
    return [{"x": x, "y": y} for x, y in zip(*columns, strict=True)]


def area(artist: FillBetweenPolyCollection) -> list[Row]:
    """Return the outline of an area."""
    if len(artist.get_paths()) != 1:
        raise NoTableError(artist, "is not in one piece")
    return points(*np.transpose(artist.get_paths()[0].vertices))


def steps(artist: StepPatch) -> list[Row]:
    """Return the edges of steps; no step begins at the last one."""
    if artist.orientation != "vertical":
        raise NoTableError(artist, "is horizontal")
    heights, edges, base = artist.get_data()
    columns = (edges, heights, np.broadcast_to(base, len(heights)))
    rows = zip_longest(*(column.tolist() for column in columns))
    return [dict(zip(("x", "y", "y_lower"), row, strict=True)) for row in rows]


READERS: dict[type, Callable[[Any], list[Row]]] = {
    Line2D: lambda line: points(*line.get_data()),
    Rectangle: lambda span: points(*span.get_bbox().get_points().T),
    FancyArrow: lambda arrow: points(*arrow.get_xy().T),
    FillBetweenPolyCollection: area,
    StepPatch: steps,
}
