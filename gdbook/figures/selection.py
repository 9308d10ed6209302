"""A line and a lifted line, and what new samples say of them."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from gdbook.figures.labels import mark


def two_models(
    x: np.ndarray, line: np.ndarray, lifted: np.ndarray, samples: np.ndarray
) -> Figure:
    """Draw two predictions over x, and the samples, shape (n, 2), that both explain."""
    fig, ax = plt.subplots()
    ax.plot(x, line, label="line")
    ax.plot(x, lifted, color="C1")
    ax.plot(*samples.T, "o", color="C2", label="samples")
    ax.annotate("line", (x[-1], line[-1]), color="C0", va="top",
                xytext=(6, 1), textcoords="offset points")  # fmt: skip
    ax.annotate("lifted line", (x[-1], lifted[-1]), color="C1", va="bottom",
                xytext=(6, -1), textcoords="offset points")  # fmt: skip
    ax.set(xlabel="x", ylabel="y")
    return fig


def ratio_fan(
    ratios: np.ndarray, mean: np.ndarray, spread: np.ndarray, decided: float
) -> Figure:
    """Draw log-likelihood ratios (points, runs) over new samples, and what is expected.

    mean and spread: (points,); decided: the ratio at which the odds suffice.
    """
    fig, ax = plt.subplots()
    points = np.arange(1, len(ratios) + 1)
    ax.fill_between(points, mean - spread, mean + spread, color="C1", alpha=0.2,
                    label="predicted mean ± deviation")  # fmt: skip
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
