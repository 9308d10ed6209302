"""What a figure draws, as a table: a reader may want to draw it another way.

It is read off the finished figure, so it cannot say anything else than the figure does.
"""

import csv
import io
from collections.abc import Iterator

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.colors import to_hex, to_rgba_array
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle, StepPatch
from matplotlib.text import Text

HEAD = ["panel", "series", "x", "y"]
Row = tuple[object, object]


def table(figure: Figure) -> str:
    """A figure's data as CSV, with full precision: panel, series, x, y.

    A panel is named after its axes, a series after its label in the figure. A line
    across the whole panel has one coordinate; an area has the points of its outline.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEAD)
    for ax in figure.axes:
        panel = f"{ax.get_ylabel()} over {ax.get_xlabel()}"
        if title := ax.get_title():
            panel = f"{title}: {panel}"
        names = direct_labels(ax)
        for number, (artist, rows) in enumerate(drawn(ax), 1):
            name = str(artist.get_label())
            if not name or name.startswith("_"):  # matplotlib's own: no label
                name = names.get(colour(artist), f"series {number}")
            writer.writerows([panel, name, *row] for row in rows)
    return text.getvalue()


def drawn(ax: Axes) -> Iterator[tuple[Artist, list[Row]]]:
    """What is drawn in a panel, and the points of each."""
    for artist in ax.get_children():
        if isinstance(artist, Line2D):
            yield artist, points_of(artist, ax)
        elif isinstance(artist, StepPatch):
            values, edges, _ = artist.get_data()
            yield artist, list(zip(edges.tolist(), [*values.tolist(), ""], strict=True))
        elif isinstance(artist, Rectangle) and artist is not ax.patch:
            left, width = artist.get_x(), artist.get_width()
            yield artist, [(left, ""), (left + width, "")]
        elif isinstance(artist, PolyCollection):
            (outline,) = artist.get_paths()
            yield artist, [(x, y) for x, y in np.array(outline.vertices).tolist()]


def points_of(line: Line2D, ax: Axes) -> list[Row]:
    """The points of a line; of one across the whole panel, its one coordinate."""
    x, y = np.array(line.get_xdata()), np.array(line.get_ydata())
    if line.get_transform() == ax.get_yaxis_transform(which="grid"):
        return [("", y[0].item())]
    if line.get_transform() == ax.get_xaxis_transform(which="grid"):
        return [(x[0].item(), "")]
    return list(zip(x.tolist(), y.tolist(), strict=True))


def direct_labels(ax: Axes) -> dict[str, str]:
    """The texts beside lines, by the colour that each shares with its line."""
    texts = [text for text in ax.texts if text.get_text()]
    return {colour(text): " ".join(text.get_text().split()) for text in reversed(texts)}


def colour(artist: Artist) -> str:
    """The colour of something that was drawn, without its transparency."""
    lines = isinstance(artist, Line2D | Text)
    value = artist.get_color() if lines else artist.get_facecolor()  # type: ignore[attr-defined]
    return to_hex(to_rgba_array(value)[0])
