"""The figures about methods: models compared, step sizes, torch, other updates.

One function each, returning a matplotlib Figure; matplotlib and numpy only.
"""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure


def mark(
    ax: Axes,
    text: str,
    at: tuple[float, float],
    color: str,
    shift: tuple[float, float] = (6, 0),
    ha: str = "left",
) -> None:
    """Write a direct label beside a point."""
    ax.annotate(text, at, shift, textcoords="offset points", color=color, ha=ha,
                va="center")  # fmt: skip


def ratio_fan(
    ratios: np.ndarray, mean: np.ndarray, spread: np.ndarray, decided: float
) -> Figure:
    """Draw log-likelihood ratios (points, runs) over new samples, and what is expected.

    mean and spread: (points,); decided: the ratio at which the odds suffice.
    """
    fig, ax = plt.subplots()
    points = np.arange(1, len(ratios) + 1)
    ax.fill_between(points, mean - spread, mean + spread, color="C1", alpha=0.2)
    ax.plot(points, ratios, color="C0", linewidth=0.8, label="run")
    ax.plot(points, mean, color="C1", label="predicted mean")
    ax.axhline(decided, color="C2", linestyle="--", linewidth=1.2)
    mark(ax, "predicted mean\n± deviation", (points[-1], mean[-1]), "C1")
    mark(ax, "decided", (1, decided), "C2", (0, 8))
    ax.set(xlabel="new samples", ylabel="log-likelihood ratio, nats")
    return fig


def held_out_curves(
    right: np.ndarray, wrong: np.ndarray, expected: Sequence[float], first: int
) -> Figure:
    """Draw two running errors of one series, over σ², and the levels expected."""
    fig, ax = plt.subplots()
    points = np.arange(first, len(right) + 1)
    for error, level, color, name in (
        (right, expected[0], "C0", "right model"),
        (wrong, expected[1], "C1", "wrong model"),
    ):
        ax.plot(points, error[first - 1 :], color=color)
        ax.axhline(level, color=color, linestyle="--", linewidth=1)
        mark(ax, name, (points[-1], error[-1]), color)
    ax.set(xlabel="new samples", ylabel="mean squared error / σ²")
    return fig


def needed_over_lr(
    lrs: np.ndarray,
    predicted: np.ndarray,
    measured: np.ndarray,
    critical: Sequence[float],
    what: str,
) -> Figure:
    """Draw the steps or epochs that step sizes need, and the critical step sizes.

    Shapes: lrs (k,), predicted (k,), measured (k,) or (k, runs).
    """
    fig, ax = plt.subplots()
    ax.semilogy(lrs, predicted, color="C0", label="predicted")
    ax.semilogy(lrs, measured, ".", color="C1", label="run")
    for limit in critical:
        ax.axvline(limit, color="C2", linestyle="--", linewidth=1.2)
    top = np.max(predicted[np.isfinite(predicted)])
    ax.text(
        critical[0],
        top,
        "critical\N{NO-BREAK SPACE}",
        color="C2",
        ha="right",
        va="center",
    )
    ax.set(xlabel="step size η", ylabel=f"{what} needed")
    return fig


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
