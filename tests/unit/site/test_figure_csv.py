"""The data of a figure is what the figure draws, whole, or there is none."""

import csv
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch, Rectangle

from gdbook.site.figure_csv import HEAD, NoTableError, table


@pytest.fixture
def axes() -> Iterator[Axes]:
    figure, ax = plt.subplots()
    ax.set(xlabel="step", ylabel="loss")
    yield ax
    plt.close(figure)


def rows_of(ax: Axes, *extra: str) -> list[list[str]]:
    head, *rows = csv.reader(table(ax.figure).splitlines())
    assert head == [*HEAD, *extra]
    return rows


def numbers(ax: Axes, *extra: str) -> list[list[float | str]]:
    """Return the columns after panel and series, as numbers where there are any."""
    return [[float(v) if v else "" for v in row[2:]] for row in rows_of(ax, *extra)]


def test_points_come_back_to_the_last_bit(axes):
    x, y = np.linspace(0, 1, 7) / 3, np.geomspace(1e-30, 1e30, 7) / 7
    axes.semilogy(x, y, label="loss")
    rows = rows_of(axes)
    assert {(panel, series) for panel, series, _, _ in rows} == {
        ("loss over step", "loss")
    }
    assert [float(row[2]) for row in rows] == x.tolist()
    assert [float(row[3]) for row in rows] == y.tolist()


def test_a_line_is_named_after_the_text_in_its_colour_or_else_numbered(axes):
    axes.plot([1, 2], [3, 4], color="C1")
    axes.plot([1, 2], [5, 6], color="C2")
    axes.annotate("one\nlabel", (1, 3), color="C1")
    assert [row[1] for row in rows_of(axes)] == ["one label"] * 2 + ["series 2"] * 2


def test_two_series_of_one_name_are_told_apart(axes):
    for value in (3, 4, 5):
        axes.plot([1], [value], label="run")
    assert [row[1] for row in rows_of(axes)] == ["run", "run (2)", "run (3)"]


def test_a_line_across_a_panel_from_0_to_1_has_one_coordinate(axes):
    axes.set(xlim=(0, 1), ylim=(0, 1))
    axes.axvline(0.25)
    axes.axhline(0.5)
    assert numbers(axes) == [[0.25, ""], ["", 0.5]]


def test_a_span_of_a_panel_from_0_to_1_has_both_ends(axes):
    axes.set(xlim=(0, 1), ylim=(0, 1))
    axes.axvspan(0.25, 0.5)
    axes.axhspan(0.125, 0.75)
    assert numbers(axes) == [[0.25, ""], [0.5, ""], ["", 0.125], ["", 0.75]]


def test_an_area_and_an_arrow_have_their_outlines(axes):
    axes.fill_between([0, 1], [2, 3], [4, 5], label="area")
    axes.arrow(0, 0, 1, 2, length_includes_head=True, label="arrow")
    found = {"area": set(), "arrow": set()}
    for _, series, x, y in rows_of(axes):
        found[series].add((float(x), float(y)))
    assert found["area"] == {(0, 2), (1, 3), (1, 5), (0, 4)}
    assert (1, 2) in found["arrow"]


def test_steps_have_their_edges_and_their_base(axes):
    axes.stairs([5, 6], [0, 1, 2], baseline=[1, 3], fill=True)
    axes.stairs([7], [0, 1], baseline=None)
    found = numbers(axes, "y_lower")
    assert found[:3] == [[0, 5, 1], [1, 6, 3], [2, "", ""]]
    assert found[3:] == [[0, 7, ""], [1, "", ""]]


def test_panels_are_named_after_their_title_or_labels_and_told_apart():
    figure, axes = plt.subplots(1, 5)
    for ax in axes:
        ax.plot([1], [2])
    axes[0].set(title="norm", xlabel="a", ylabel="b")
    axes[1].set(xlabel="c", ylabel="d")
    axes[2].set(xlabel="c", ylabel="d")
    _, *rows = csv.reader(table(figure).splitlines())
    plt.close(figure)
    names = ["norm", "d over c", "d over c (2)", "panel", "panel (2)"]
    assert [row[0] for row in rows] == names


def test_what_is_masked_is_empty(axes):
    axes.plot([1, 2], np.ma.masked_greater([3, 9], 5))
    assert numbers(axes) == [[1, 3], [2, ""]]


def test_what_is_not_visible_and_what_is_no_data_is_not_told(axes):
    axes.plot([1], [2], label="seen")
    axes.plot([3], [4])[0].set_visible(False)
    axes.legend()
    axes.annotate("text", (5, 6), (7, 8), arrowprops={"arrowstyle": "->"})
    axes.figure.text(0, 0, "text")
    assert numbers(axes) == [[1, 2]]


def plot_across(ax: Axes, y: list[float]) -> None:
    ax.plot([0, 1], y, transform=ax.get_xaxis_transform(which="grid"))


REFUSED: dict[str, Callable[[Axes], object]] = {
    "AxesImage": lambda ax: ax.imshow([[1, 2]]),
    "QuadMesh": lambda ax: ax.pcolormesh([[1, 2]]),
    "QuadContourSet": lambda ax: ax.contour([[1, 2], [3, 4]]),
    "Wedge": lambda ax: ax.pie([1, 2]),
    "Quiver": lambda ax: ax.quiver([1], [2]),
    "Barbs": lambda ax: ax.barbs([1], [2]),
    "PolyCollection": lambda ax: ax.hexbin([1, 2], [3, 4]),
    "PathCollection": lambda ax: ax.scatter([1, 2], [3, 4]),
    "LineCollection": lambda ax: ax.errorbar([1, 2], [3, 4], 1),
    "EventCollection": lambda ax: ax.eventplot([1, 2]),
    "AxLine": lambda ax: ax.axline((0, 0), slope=1),
    "FancyArrowPatch": lambda ax: ax.add_patch(FancyArrowPatch((0, 0), (1, 1))),
    "Polygon": lambda ax: ax.hist([1, 2], histtype="step"),
    "Table": lambda ax: ax.table([["1"]]),
    "Axes cannot": lambda ax: ax.inset_axes((0, 0, 1, 1)),
    "SecondaryAxis": lambda ax: ax.secondary_xaxis("top"),
    "Line2D cannot": lambda ax: ax.figure.add_artist(plt.Line2D([0, 1], [0, 1])),
    "Rectangle is neither": lambda ax: ax.add_patch(Rectangle((1, 2), 3, 4, angle=5)),
    "Rectangle": lambda ax: ax.hist([1, 2]),
    "Axes has an axis of dates": lambda ax: ax.bar(["a"], [1]),
    "Axes has an axis of dates or": lambda ax: ax.plot(
        np.array(["2020-02-29"], "datetime64[D]"), [1]
    ),
    "StepPatch is horizontal": lambda ax: ax.stairs([1], orientation="horizontal"),
    "FillBetweenPolyCollection is not in one piece": lambda ax: ax.fill_between(
        [1, 2, 3, 4, 5], 1, where=[True, True, False, True, True]
    ),
    "Line2D is neither": lambda ax: ax.plot([0, 1], transform=ax.transAxes),
    "Line2D is neither data nor straight": lambda ax: plot_across(ax, [0, 1]),
    "Figure shows no data": lambda ax: ax.lines[0].remove(),
}


@pytest.mark.parametrize("message", REFUSED)
def test_what_a_table_would_not_have_is_refused_by_name(axes, message):
    axes.plot([1], [2])
    REFUSED[message](axes)
    with pytest.raises(NoTableError, match=f"^{message}"):
        table(axes.figure)


@pytest.mark.parametrize(
    ("projection", "name"), [("3d", "Axes3D"), ("polar", "PolarAxes")]
)
def test_axes_of_other_than_x_and_y_are_refused_by_name(projection, name):
    figure = plt.figure()
    figure.add_subplot(projection=projection).plot([1], [2])
    with pytest.raises(NoTableError, match=f"^{name} cannot be read as a table$"):
        table(figure)
    plt.close(figure)
