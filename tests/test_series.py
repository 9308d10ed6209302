"""The data of a figure is what the figure draws."""

import csv

import matplotlib.pyplot as plt
import numpy as np
import pytest

from gdbook.site.figure_csv import HEAD, table


@pytest.fixture
def axes():
    figure, ax = plt.subplots()
    ax.set(xlabel="step", ylabel="loss")
    yield ax
    plt.close(figure)


def rows_of(ax):
    head, *rows = csv.reader(table(ax.figure).splitlines())
    assert head == HEAD
    return rows


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


def test_a_line_across_the_panel_has_one_coordinate(axes):
    axes.axhline(0.25)
    axes.axvline(7)
    axes.axvspan(1, 3)
    found = [row[2:] for row in rows_of(axes)]
    assert found == [["", "0.25"], ["7", ""], ["1", ""], ["3", ""]]


def test_steps_have_their_edges_and_an_area_its_outline(axes):
    axes.stairs([5, 6], [0, 1, 2])
    axes.fill_between([0, 1], [2, 3], [4, 5])
    rows = rows_of(axes)
    assert [row[2:] for row in rows[:3]] == [["0", "5"], ["1", "6"], ["2", ""]]
    outline = {(float(x), float(y)) for _, _, x, y in rows[3:]}
    assert outline == {(0, 2), (1, 3), (1, 5), (0, 4)}


def test_each_panel_has_its_name():
    figure, (left, right) = plt.subplots(1, 2)
    left.plot([1], [2])
    right.plot([3], [4])
    left.set(title="first", xlabel="a", ylabel="b")
    right.set(xlabel="c", ylabel="d")
    _, *rows = csv.reader(table(figure).splitlines())
    plt.close(figure)
    assert [row[0] for row in rows] == ["first: b over a", "d over c"]


def test_every_line_and_area_of_the_book_is_in_its_table(site):
    """A figure with nothing in its table draws with something that is not read."""
    tables = sorted(site.rglob("*-figure-*.csv"))
    assert len(tables) > 20
    empty = [path.name for path in tables if path.read_text("utf-8").count("\n") < 3]
    assert empty == []
