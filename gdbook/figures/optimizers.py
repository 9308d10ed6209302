"""The same descent in several ways, and different updates."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from gdbook.figures.labels import mark


def same_descent(
    lines: Mapping[str, np.ndarray], points: Mapping[str, np.ndarray]
) -> Figure:
    """Draw losses after each epoch: two named lines, and named points on them."""
    fig, ax = plt.subplots()
    for color, (name, losses) in zip("01", lines.items(), strict=True):
        ax.semilogy(losses, color=f"C{color}")
        beside(ax, name, 80, losses, color, upper=color == "0")
    for color, (name, losses) in zip("23", points.items(), strict=True):
        at = np.arange(0, len(losses), 10)
        ax.semilogy(at, losses[at], "o", color=f"C{color}", markersize=4)
        beside(ax, name, 20, losses, color, upper=color == "2")
    ax.set(xlabel="epoch", ylabel="mean loss ½r²", xlim=(-45, None))
    return fig


def beside(
    ax: Axes, name: str, epoch: int, losses: np.ndarray, color: str, upper: bool
) -> None:
    """Name a falling curve at an epoch, on its upper or on its lower side."""
    shift, ha = ((8, 6), "left") if upper else ((-8, -6), "right")
    mark(ax, name, (epoch, losses[epoch]), f"C{color}", shift, ha)


def descents(excess: Mapping[str, np.ndarray]) -> Figure:
    """Draw the excess loss of named runs over their steps."""
    fig, ax = plt.subplots()
    for losses in excess.values():
        ax.semilogy(losses, linewidth=1.4)
    height = 0.0  # of a label: at the end of its line, and clear of the one below
    for number, (name, losses) in sorted(
        enumerate(excess.items()), key=lambda item: item[1][1][-1]
    ):
        height = max(30 * height, losses[-1])
        ax.text(len(losses) + 5, height, name, color=f"C{number}", va="center")
    ax.set(xlabel="step", ylabel="loss above its least value")
    return fig
